// writ's commands, one function and one file each.
//
// Exit status: 0 yes, allowed or clean; 1 no, denied or findings; 2 bad usage or unreadable input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/audit.h"
#include "cli/output_file.h"
#include "cli/state.h"
#include "cli/traffic/input.h"
#include "proxy/environment.h"
#include "proxy/log.h"

namespace writ {

inline constexpr int kExitYes = 0;
inline constexpr int kExitNo = 1;
inline constexpr int kExitUsage = 2;

struct RunOptions {
  std::vector<std::string> policies;
  std::vector<std::string> server;  // the command after --
  std::vector<std::string> labels;  // "name=value"
  EnvironmentOptions environment;   // the server's
  LogLevel log_level = LogLevel::kInfo;
  uint64_t max_line_bytes = 16u << 20;
  uint32_t max_depth = 128;
  uint32_t max_in_flight = 10'000;
  std::optional<std::string> denial_prefix;  // none: kDenialPrefix
  StateOptions state;
  AuditOptions audit;
  bool watch = false;  // reload the policies when they change
  std::vector<std::string>
      require_signature;  // files of public keys, of which one must have signed
};
int Run(const RunOptions& options);

struct CheckOptions {
  std::vector<std::string> policies;
  std::vector<std::string> tools;   // recorded tools/list
  std::vector<std::string> server;  // the command after --, with --server; empty: none is asked
  EnvironmentOptions environment;   // the server's
  uint32_t timeout_seconds = 60;    // for all that the server is asked
  // One of them at most; none: text.
  bool json = false;
  bool sarif = false;
  bool github = false;
  bool costs = false;
  bool explain_index = false;
};
int Check(const CheckOptions& options);

struct TestOptions {
  std::vector<std::string> suites;
  std::vector<std::string> labels;  // "name=value"; they come before a suite's own
  std::vector<std::string> filter;  // of cases; none: all
  std::string junit;                // where to write JUnit's XML; empty: nowhere
  bool coverage = false;
  std::string lcov;                  // where to write LCOV's tracefile; empty: nowhere
  std::optional<double> fail_under;  // percent
  bool json = false;
  bool verbose = false;
};
int Test(const TestOptions& options);

struct EvalOptions {
  std::vector<std::string> policies;
  std::vector<std::string> labels;  // "name=value"
  std::string file;                 // empty or "-": stdin
};
int Eval(const EvalOptions& options);

struct ExplainOptions {
  std::vector<std::string> policies;
  std::vector<std::string> labels;  // "name=value"
  std::string file;                 // empty or "-": stdin
  StateOptions state;               // what is counted already; in memory: nothing
  bool json = false;
};
int ExplainCommand(const ExplainOptions& options);

struct ReplayOptions {
  std::vector<std::string> policies;
  std::vector<std::string> labels;  // "name=value"
  TrafficInput traffic;
  bool json = false;
  bool verbose = false;
};
int Replay(const ReplayOptions& options);

struct DiffOptions {
  // A policy or a bundle each, or several with commas between them.
  std::string before;
  std::string after;
  std::vector<std::string> labels;  // "name=value": each side gets those that it asks for
  TrafficInput traffic;
  bool json = false;
};
int Diff(const DiffOptions& options);

struct LearnOptions {
  TrafficInput traffic;
  OutputFile output;      // of the policy; the suite goes beside it
  uint64_t min_seen = 5;  // how often something must be seen before what it was is held fast
};
int Learn(const LearnOptions& options);

struct ExprOptions {
  std::string expression;
  std::string args;  // JSON; empty: {}
  std::string now;   // RFC 3339; empty: the clock's
  bool explain = false;
  bool cost = false;
  bool json = false;
};
int Expr(const ExprOptions& options);

struct VerifyOptions {
  std::vector<std::string> audit;  // files and folders; none: a bundle is verified
  StateOptions state;              // where the logs' key is
  std::string bundle;
  std::vector<std::string> keys;  // public ones, of which one has signed it; none: no matter who
  std::string signature;          // its file; empty: the one beside the bundle
  bool json = false;
};
int VerifyLogs(const VerifyOptions& options);
int VerifyBundle(const VerifyOptions& options);

struct KeygenOptions {
  std::string name;  // of the pair: NAME.key and NAME.pub
  bool insecure_permissions = false;
  bool json = false;
};
int Keygen(const KeygenOptions& options);

struct SignOptions {
  std::string bundle;
  std::string key;    // a secret one's file
  OutputFile output;  // without a path: beside the bundle
  bool insecure_permissions = false;
  bool json = false;
};
int Sign(const SignOptions& options);

struct StatusOptions {
  StateOptions state;  // where counters are, and the audit log unless
  std::string audit;   // names its folder or file
  std::string since = "24h";
  bool watch = false;
  bool json = false;
  bool table = false;  // where stdout is no terminal
};
int Status(const StatusOptions& options);

struct CompileOptions {
  std::vector<std::string> policies;
  OutputFile output;
  bool strip = false;  // leave out debug data
  bool json = false;
};
int Compile(CompileOptions options);

struct InspectOptions {
  std::vector<std::string> policies;
  bool json = false;
};
int InspectFiles(const InspectOptions& options);

struct BenchOptions {
  std::vector<std::string> policies;
  std::vector<std::string> labels;   // "name=value"
  std::vector<std::string> traffic;  // recorded; none: calls are made up
  std::vector<std::string> tools;    // recorded tools/list, for calls that are made up
  std::vector<std::string> compare;  // the old policies, of a comparison
  bool growth = false;
  std::vector<size_t> counts = {10, 100, 1000, 10000};  // of rules, of growth
  std::optional<size_t> calls;                          // at most; none: as many as are worth it
  uint64_t seed = 1;
  double seconds = 2;  // for measuring decisions
  OutputFile svg;      // without a path: no picture
  bool json = false;
};
int Bench(BenchOptions options);

struct DisasmOptions {
  std::vector<std::string> policies;
  std::string source;  // folder in which the policies lie that bundles were made of; empty: theirs
};
int Disasm(const DisasmOptions& options);

struct MigrateOptions {
  std::string policy;
  OutputFile output;
};
int Migrate(const MigrateOptions& options);

struct ScanOptions {
  std::vector<std::string> server;  // the command after --
  EnvironmentOptions environment;   // the server's
  uint32_t timeout_seconds = 60;    // for all that the server is asked
  OutputFile output;
};
int Scan(const ScanOptions& options);

// Parses the command line and runs the command it names.
int Main(int argc, char** argv);

}  // namespace writ
