// The command line: flags to options.
// Tested by tests/cli/command_line.py.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/print.h"
#include "compiler/diagnostic.h"
#include "compiler/read_file.h"

namespace writ {
namespace {

constexpr char kAbout[] =
    "writ judges every MCP tool call by a compiled policy, between the client and the server.";

constexpr char kExamples[] =
    "Run a server behind a policy (writ COMMAND --help says more):\n"
    "  writ run -c policy.yaml -- npx -y @modelcontextprotocol/server-filesystem /srv/project\n"
    "Write a policy from its tools, to be read and checked:\n"
    "  writ scan -o policy.yaml -- npx -y @modelcontextprotocol/server-filesystem /srv/project\n"
    "Exit status: 0 yes, allowed, clean; 1 no, denied, findings; 2 bad usage, unreadable input.";

constexpr char kPolicyFlag[] = "policy file; given several times, all must allow";

// PolicyLayer Intercept's flags that ask for what writ does not do (yet), and what to do instead.
struct RefusedFlag {
  const char* name;
  const char* instead;
};
constexpr RefusedFlag kRefusedFlags[] = {
    {"--upstream",
     "writ speaks stdio; for a remote server put a bridge behind it: -- npx mcp-remote URL"},
    {"--header", "pass headers to the bridge: -- npx mcp-remote URL --header \"Name: value\""},
    {"--bind", "writ speaks stdio and listens on no address; leave it out"},
    {"--port", "writ speaks stdio and listens on no port; leave it out"},
    {"--state-dsn", "writ keeps counters in a file of its own: --state-dir DIR says where"},
    {"--state-fail-mode", "writ always fails closed; leave it out"},
};

int UsageError(std::string_view message, std::string_view hint) {
  PrintError(message, hint);
  return kExitUsage;
}

const std::map<std::string, LogLevel>& LogLevels() {
  static const std::map<std::string, LogLevel> levels = {{"debug", LogLevel::kDebug},
                                                         {"info", LogLevel::kInfo},
                                                         {"warn", LogLevel::kWarn},
                                                         {"error", LogLevel::kError}};
  return levels;
}

void AddLabelFlag(CLI::App& app, std::vector<std::string>& labels) {
  app.add_option("--label", labels, "a label the policy asks for; once for each")
      ->option_text("NAME=VALUE")
      ->allow_extra_args(false);
}

void AddOutputFlags(CLI::App& app, OutputFile& output) {
  app.add_option("-o,--output", output.path, "where to write the policy (stdout)")
      ->option_text("FILE");
  app.add_flag("--force", output.force, "overwrite a file that is there");
}

void AddEnvironmentFlags(CLI::App& app, EnvironmentOptions& environment) {
  app.add_flag("--env-clear", environment.clear,
               "give the server only variables such as PATH and HOME");
  app.add_option("--env-allow", environment.allowed,
                 "and these: names or globs; implies --env-clear")
      ->option_text("NAME,…")
      ->delimiter(',')
      ->check([](const std::string& name) {
        if (name.empty()) return "a name is empty";
        return name.find('=') == std::string::npos
                   ? ""
                   : "takes names, not values: what writ itself is started with is handed on";
      })
      ->each([&environment](const std::string&) { environment.clear = true; })
      ->allow_extra_args(false);
}

void AddTrafficFlags(CLI::App& app, TrafficInput& traffic, const std::string& name) {
  app.add_option(name, traffic.paths, "audit logs with arguments, lines of MCP, or folders of them")
      ->option_text("FILE ...");
  app.add_option("--start", traffic.start,
                 "when calls were that have no time (2026-01-01T00:00:00Z)")
      ->option_text("TIME");
}

void AddTimeoutFlag(CLI::App& app, uint32_t& seconds) {
  app.add_option("--timeout", seconds, "seconds the server may take (60)")
      ->option_text("SECONDS")
      ->check(CLI::Range(1u, 3600u));
}

struct RunFlags {
  std::string log_level = "info";
  std::string transport = "stdio";
  std::string state = "sqlite";
  std::string audit_fail_mode = "closed";
};

void AddInsecureFlag(CLI::App& app, bool& insecure_permissions, std::string_view what) {
  app.add_flag("--insecure-permissions", insecure_permissions,
               fmt::format("take files and folders that others can {}", what));
}

void AddStateFolderFlags(CLI::App& app, StateOptions& state) {
  app.add_option("--state-dir", state.folder, "what writ keeps (~/.local/state/writ)")
      ->option_text("DIR");
  AddInsecureFlag(app, state.insecure_permissions, "write");
}

void AddStateFlags(CLI::App& app, StateOptions& state, std::string& kind) {
  app.add_option("--state", kind, "counts: in a file all runs share, or this run's own (sqlite)")
      ->option_text("sqlite|memory")
      ->check(CLI::IsMember({"sqlite", "memory"}));
  app.add_option("--state-prefix", state.prefix, "names the counters, in place of the policy")
      ->option_text("PREFIX");
  AddStateFolderFlags(app, state);
}

void AddAuditFlags(CLI::App& app, AuditOptions& audit, std::string& fail_mode) {
  app.add_option("--audit", audit.where, "record each decision (audit/ in the state's folder)")
      ->option_text("FILE|DIR/|syslog|none");
  app.add_flag("--audit-args", audit.arguments, "record arguments in full, not digests alone");
  app.add_flag("--audit-sync", audit.sync, "bring each record to disk before the call goes on");
  app.add_option("--audit-fail-mode", fail_mode, "calls that cannot be recorded: denied, or not")
      ->option_text("closed|open")
      ->check(CLI::IsMember({"closed", "open"}));
  app.add_option("--audit-file-bytes", audit.file_bytes, "of a file, then comes another (67108864)")
      ->option_text("N")
      ->check(CLI::Range(uint64_t{1} << 16, uint64_t{1} << 40));
  app.add_option("--audit-file-hours", audit.file_hours, "likewise; 0: any number (24)")
      ->option_text("N")
      ->check(CLI::Range(0u, 100'000u));
}

void AddTestFlags(CLI::App& app, TestOptions& test) {
  app.add_option("--filter", test.filter, "cases with that in SUITE:NAME; * is anything")
      ->option_text("PATTERN")
      ->allow_extra_args(false);
  app.add_flag("--coverage", test.coverage,
               "which rules and outcomes of conditions were exercised");
  app.add_option("--fail-under", test.fail_under, "least coverage of each policy; implies it")
      ->option_text("PERCENT")
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--lcov", test.lcov, "coverage for other tools; implies it")->option_text("FILE");
  app.add_option("--junit", test.junit, "results as JUnit's XML")->option_text("FILE");
  app.add_flag("--json", test.json, "results as JSON");
  app.add_flag("-v,--verbose", test.verbose, "name every case, and how long it took");
}

// What is wrong with the values, or nothing.
std::string StateFault(const CLI::App& app, const RunOptions& run) {
  const StateOptions& state = run.state;
  if (app.count("--state-dir") > 0) {
    if (state.in_memory && run.audit.where == "none") {
      return "--state-dir has no use for --state memory and --audit none";
    }
    if (state.folder.empty()) return "--state-dir is empty";
  }
  if (app.count("--state-prefix") > 0) {
    if (state.in_memory) return "--state-prefix has no use for --state memory";
    if (state.prefix.empty()) return "--state-prefix is empty";
  }
  return {};
}

std::string AuditFault(const CLI::App& app, const AuditOptions& audit) {
  if (app.count("--audit") > 0 && audit.where.empty()) return "--audit is empty";
  if (audit.where == "syslog" && audit.arguments) {
    return "--audit-args has no use for --audit syslog, which cuts long records";
  }
  if (audit.where != "none" && audit.where != "syslog") return {};
  for (const char* flag : {"--audit-args", "--audit-sync", "--audit-fail-mode",
                           "--audit-file-bytes", "--audit-file-hours"}) {
    const bool of_files =
        std::strncmp(flag, "--audit-file-", 13) == 0 || flag == std::string_view("--audit-sync");
    if (app.count(flag) > 0 && (of_files || audit.where == "none")) {
      return fmt::format("{} has no use for --audit {}", flag, audit.where);
    }
  }
  return {};
}

void AddRunFlags(CLI::App& app, RunOptions& run, RunFlags& flags) {
  app.add_option("-c,--config", run.policies, kPolicyFlag)
      ->option_text("FILE")
      ->allow_extra_args(false);
  app.add_flag("--watch", run.watch, "reload policies when they change, and on SIGHUP");
  app.add_option("--require-signature", run.require_signature,
                 "only bundles that this key signed (or one of several)")
      ->option_text("KEY.pub");
  AddLabelFlag(app, run.labels);
  AddEnvironmentFlags(app, run.environment);
  app.add_option("--log-level", flags.log_level, "least level logged on stderr (info)")
      ->option_text("debug|info|warn|error")
      ->check(CLI::IsMember(LogLevels()));
  app.add_option("--max-line-bytes", run.max_line_bytes, "longest message taken (16777216)")
      ->option_text("N")
      ->check(CLI::Range(uint64_t{1024}, uint64_t{1} << 30));
  app.add_option("--max-depth", run.max_depth, "deepest nesting taken (128)")
      ->option_text("N")
      ->check(CLI::Range(8u, 10'000u));
  app.add_option("--max-in-flight", run.max_in_flight, "unanswered requests kept (10000)")
      ->option_text("N")
      ->check(CLI::Range(1u, 1'000'000u));
  app.add_option_function<std::string>(
         "--denial-prefix", [&run](const std::string& text) { run.denial_prefix = text; },
         "what a denial's text starts with (\"[WRIT POLICY DENIED] \")")
      ->option_text("TEXT");
  AddStateFlags(app, run.state, flags.state);
  AddAuditFlags(app, run.audit, flags.audit_fail_mode);
  app.add_option("--transport", flags.transport, "stdio, the only one so far")
      ->option_text("stdio");
}

int TestWith(const CLI::App& app, TestOptions& test) {
  if (test.suites.empty()) return UsageError("no suite was given", "writ test policy.test.yaml");
  for (const auto& [flag, path] :
       {std::pair<std::string, const std::string&>{"--lcov", test.lcov}, {"--junit", test.junit}}) {
    if (app.count(flag) == 0) continue;
    if (path.empty()) return UsageError(fmt::format("{} is empty", flag), "name a file");
    if (IsStdout({path})) {
      return UsageError(fmt::format("{} takes a file: the results are on stdout", flag),
                        fmt::format("writ test {} FILE SUITE…", flag));
    }
  }
  test.coverage = test.coverage || !test.lcov.empty() || test.fail_under.has_value();
  return Test(test);
}

int RunWith(const CLI::App& app, RunOptions& run, const RunFlags& flags,
            const std::vector<std::string>& server, bool has_separator) {
  if (flags.transport != "stdio") {
    return UsageError(fmt::format("--transport {} is not supported", flags.transport),
                      "writ speaks stdio; for a remote server put a bridge behind it: -- npx "
                      "mcp-remote URL");
  }
  if (run.policies.empty()) {
    return UsageError("no policy was given", "writ run -c policy.yaml -- SERVER ARGS…");
  }
  if (server.empty()) {
    return UsageError(
        has_separator ? "no server command follows --" : "no server command was given",
        "put it after --: writ run -c policy.yaml -- npx -y some-mcp-server");
  }
  run.state.in_memory = flags.state == "memory";
  run.audit.fail_open = flags.audit_fail_mode == "open";
  for (const std::string& fault : {StateFault(app, run), AuditFault(app, run.audit)}) {
    if (!fault.empty()) return UsageError(fault, "writ run --help shows what there is");
  }
  run.log_level = LogLevels().at(flags.log_level);
  run.server = server;
  return Run(run);
}

int StatusWith(const CLI::App& app, const StatusOptions& status) {
  if (app.count("--audit") > 0 && status.audit.empty()) return UsageError("--audit is empty", "");
  if (app.count("--state-dir") > 0 && status.state.folder.empty()) {
    return UsageError("--state-dir is empty", "");
  }
  if (status.audit == "syslog" || status.audit == "none") {
    return UsageError(fmt::format("status reads files, and --audit {} keeps none", status.audit),
                      "writ run --audit FILE or DIR/ does");
  }
  if (status.json && status.table) return UsageError("--json and --table are two things", "");
  return Status(status);
}

int ReplayWith(const ReplayOptions& replay) {
  if (replay.policies.empty()) {
    return UsageError("no policy was given", "writ replay -c policy.yaml audit.jsonl");
  }
  if (replay.traffic.paths.empty()) {
    return UsageError("no recorded traffic was given", "writ replay -c policy.yaml audit.jsonl");
  }
  return Replay(replay);
}

int DiffWith(const DiffOptions& diff) {
  constexpr std::string_view kExample = "writ diff old.yaml new.yaml --traffic audit.jsonl";
  if (diff.before.empty() || diff.after.empty()) {
    return UsageError("two policies are compared, the old one and the new one", kExample);
  }
  if (diff.traffic.paths.empty()) return UsageError("no recorded traffic was given", kExample);
  return Diff(diff);
}

int LearnWith(const CLI::App& app, const LearnOptions& learn) {
  if (learn.traffic.paths.empty()) {
    return UsageError("no recorded traffic was given",
                      "writ learn --traffic audit.jsonl -o policy.yaml");
  }
  if (app.count("--output") > 0 && learn.output.path.empty()) {
    return UsageError("--output is empty", "");
  }
  return Learn(learn);
}

int BenchWith(const CLI::App& app, BenchOptions bench) {
  constexpr char kExample[] = "writ bench -c policy.yaml";
  if (app.count("--svg") > 0 && bench.svg.path.empty()) return UsageError("--svg is empty", "");
  if (bench.json && app.count("--svg") > 0 && IsStdout(bench.svg)) {
    return UsageError("--json and the picture cannot both go to stdout", "--svg FILE.svg");
  }
  if (app.count("--force") > 0 && app.count("--svg") == 0) {
    return UsageError("--force has no use without --svg", kExample);
  }
  if (bench.growth) {
    for (const char* flag :
         {"--config", "--label", "--traffic", "--tools", "--compare", "--calls"}) {
      if (app.count(flag) == 0) continue;
      return UsageError(fmt::format("--growth makes its own policies, and {} has no use", flag),
                        "writ bench --growth");
    }
    if (std::adjacent_find(bench.counts.begin(), bench.counts.end(), std::greater_equal<>()) !=
        bench.counts.end()) {
      return UsageError("--counts are to rise", "--counts 10,100,1000");
    }
    return Bench(std::move(bench));
  }
  if (app.count("--counts") > 0) {
    return UsageError("--counts has no use without --growth",
                      "writ bench --growth --counts 10,100");
  }
  if (bench.policies.empty()) return UsageError("no policy was given", kExample);
  if (!bench.traffic.empty() && !bench.tools.empty()) {
    return UsageError("--tools has no use with --traffic: recorded calls are taken as they are",
                      "leave one of them out");
  }
  return Bench(std::move(bench));
}

int KeygenWith(const CLI::App& app, const KeygenOptions& keygen) {
  const std::string& name = keygen.name;
  if (name.empty() || name.back() == '/') {
    return UsageError(app.count("--output") == 0 ? "no name for the keys was given"
                                                 : "--output is no name for the keys",
                      "writ keygen -o team makes team.key and team.pub");
  }
  for (const std::string_view ending : {".key", ".pub"}) {
    if (!name.ends_with(ending)) continue;
    const std::string pair = name.substr(0, name.size() - ending.size());
    return UsageError(fmt::format("--output names a pair, and {} is one file", Quote(name)),
                      fmt::format("writ keygen -o {0} makes {0}.key and {0}.pub", pair));
  }
  if (IsStdout({name})) {
    return UsageError("keys are written to files, not to stdout",
                      "writ keygen -o team makes team.key and team.pub");
  }
  return Keygen(keygen);
}

int SignWith(const CLI::App& app, const SignOptions& sign) {
  if (sign.bundle.empty()) {
    return UsageError("no bundle was given", "writ sign --key team.key policy.writ");
  }
  if (sign.key.empty()) {
    return UsageError("no key was given", "writ sign --key team.key policy.writ");
  }
  const bool names_output = app.count("--output") > 0;
  if (names_output && sign.output.path.empty()) return UsageError("--output is empty", "");
  if (names_output && sign.json && IsStdout(sign.output)) {
    return UsageError("--json and the signature cannot both go to stdout", "-o FILE.sig");
  }
  if (!names_output && NamesAStream(sign.bundle)) {
    return UsageError(fmt::format("nothing can be written beside {}", Quote(sign.bundle)),
                      "-o FILE.sig says where the signature goes");
  }
  return Sign(sign);
}

int VerifyWith(const CLI::App& app, const VerifyOptions& verify) {
  if (!verify.audit.empty()) {
    for (const char* of_bundles : {"bundle", "--key", "--signature"}) {
      if (app.count(of_bundles) == 0) continue;
      return UsageError(fmt::format("--audit and {} are two things to verify",
                                    of_bundles[0] == '-' ? of_bundles : "a bundle"),
                        "verify them one after the other");
    }
    return VerifyLogs(verify);
  }
  if (verify.bundle.empty()) {
    return UsageError("nothing to verify was given",
                      "writ verify policy.writ, or writ verify --audit FILE");
  }
  if (app.count("--state-dir") > 0) {
    return UsageError("--state-dir has no use for a bundle",
                      "--key NAME.pub says whose it must be");
  }
  if (app.count("--signature") > 0 && verify.keys.empty()) {
    return UsageError("--signature has no use without --key",
                      "--key NAME.pub says whose signature it must be");
  }
  if (!verify.keys.empty() && verify.signature.empty() && NamesAStream(verify.bundle)) {
    return UsageError(fmt::format("there is no signature beside {}", Quote(verify.bundle)),
                      "--signature FILE.sig says where it is");
  }
  return VerifyBundle(verify);
}

// The words before the first --, and those after it: the server's command, untouched.
struct Words {
  std::vector<std::string> ours;
  std::vector<std::string> server;
  bool has_separator = false;
};

// Whether the words are those of `run` without the word itself.
bool IsPlain(const Words& words) {
  if (words.ours.empty()) return words.has_separator;
  const std::string& first = words.ours[0];
  return first.rfind('-', 0) == 0 && first != "-h" && first != "--help" && first != "--version";
}

// `--flag=` is `--flag ''`; the parser of flags would miss the value.
void SplitEmptyValue(std::vector<std::string>& words) {
  std::string& word = words.back();
  if (word.size() < 4 || word.rfind("--", 0) != 0 || word.find('=') != word.size() - 1) return;
  word.pop_back();
  words.emplace_back();
}

Words Split(int argc, char** argv) {
  Words words;
  for (int i = 1; i < argc; ++i) {
    if (!words.has_separator && std::strcmp(argv[i], "--") == 0) {
      words.has_separator = true;
    } else {
      (words.has_separator ? words.server : words.ours).emplace_back(argv[i]);
      if (!words.has_separator) SplitEmptyValue(words.ours);
    }
  }
  if (IsPlain(words)) words.ours.insert(words.ours.begin(), "run");
  return words;
}

constexpr std::string_view kCommands[] = {"run",     "check",   "validate", "test",    "eval",
                                          "explain", "expr",    "compile",  "inspect", "disasm",
                                          "scan",    "migrate", "keygen",   "sign",    "verify",
                                          "status",  "replay",  "diff",     "learn",   "bench"};

bool IsCommand(std::string_view word) {
  return std::find(std::begin(kCommands), std::end(kCommands), word) != std::end(kCommands);
}

// As its help has it; empty: none stands first.
std::string_view NamedCommand(const Words& words) {
  if (words.ours.empty() || !IsCommand(words.ours[0])) return {};
  return words.ours[0] == "validate" ? std::string_view("check") : words.ours[0];
}

int UnknownCommand(const std::string& word) {
  const std::string_view nearest = Nearest(word, {std::begin(kCommands), std::end(kCommands)});
  return UsageError(fmt::format("{} is not a command", Quote(word)),
                    nearest.empty()
                        ? std::string("writ --help lists the commands")
                        : fmt::format("did you mean {}? writ --help lists the commands", nearest));
}

int UnknownFlag(const CLI::App& command, const std::string& word) {
  const std::string flag = word.substr(0, word.find('='));
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  const std::string_view nearest = Nearest(flag, {names.begin(), names.end()});
  return UsageError(fmt::format("{} has no flag {}", command.get_name(), flag),
                    nearest.empty()
                        ? fmt::format("writ {} --help shows what there is", command.get_name())
                        : fmt::format("did you mean {}? writ {} --help shows what there is",
                                      nearest, command.get_name()));
}

// `word` is the first that `command` has no use for.
int UnexpectedWord(const CLI::App& command, const std::string& word) {
  if (command.get_name() == "expr" && word.size() > 1 && word[0] == '-' && word[1] != '-') {
    return UsageError(fmt::format("expr has no flag {}", Quote(word)),
                      fmt::format("an expression that starts with a minus follows --: writ expr -- "
                                  "'{}'",
                                  Shown(word)));
  }
  if (word.size() > 1 && word[0] == '-') return UnknownFlag(command, word);
  if (command.get_name() == "scan") {
    return UsageError(fmt::format("scan has no use for {} before --", Quote(word)),
                      "the server's command follows --: writ scan -- SERVER ARGS…");
  }
  if (command.get_name() != "run") {
    return UsageError(fmt::format("{} has no use for {}", command.get_name(), Quote(word)),
                      fmt::format("writ {} --help shows what it takes", command.get_name()));
  }
  if (IsCommand(word)) {
    return UsageError(fmt::format("{} follows flags of run", Quote(word)),
                      fmt::format("the command comes first: writ {} --help", word));
  }
  return UsageError(fmt::format("run has no use for {} before --", Quote(word)),
                    "the server's command follows --: writ run -c policy.yaml -- SERVER ARGS…");
}

int Dispatch(int argc, char** argv) {
  const Words words = Split(argc, argv);
  if (!words.ours.empty() && words.ours[0][0] != '-' && !IsCommand(words.ours[0])) {
    return UnknownCommand(words.ours[0]);
  }
  for (const std::string& word : words.ours) {
    for (const RefusedFlag& flag : kRefusedFlags) {
      if (word == flag.name || word.rfind(std::string(flag.name) + "=", 0) == 0) {
        return UsageError(fmt::format("{} is not supported", flag.name), flag.instead);
      }
    }
  }

  CLI::App app(kAbout, "writ");
  app.footer(kExamples);
  app.get_formatter()->column_width(34);
  app.set_version_flag("--version", "writ " WRIT_VERSION);
  app.require_subcommand(0, 1);
  // A command that is named is the only one to be told its flags: for all of them that takes longer
  // than a decision.
  const std::string_view named = NamedCommand(words);
  const auto add = [&](const char* name, const char* about, const auto& tell) -> CLI::App* {
    if (!named.empty() && named != name) return nullptr;
    CLI::App* const command = app.add_subcommand(name, about);
    tell(*command);
    return command;
  };
  RunOptions run;
  RunFlags run_flags;
  CLI::App* run_command = add("run", "run a server behind a policy", [&](CLI::App& command) {
    command.footer(
        "The server's command follows --. Plain `writ -c FILE -- SERVER ARGS` is the same.\n"
        "  writ run -c policy.yaml -- npx -y @modelcontextprotocol/server-filesystem /srv/project");
    AddRunFlags(command, run, run_flags);
  });

  CheckOptions check;
  bool asks_server = false;
  CLI::App* check_command =
      add("check", "say all that is wrong with a policy", [&](CLI::App& command) {
        command.alias("validate");
        command.footer(
            "Exit status: 0 nothing but warnings, 1 errors, 2 a file or the server cannot be "
            "read.");
        command.add_option("policy,-c,--config", check.policies, "policy files")
            ->option_text("FILE ...");
        CLI::Option* check_json = command.add_flag("--json", check.json, "findings as JSON");
        CLI::Option* check_sarif =
            command.add_flag("--sarif", check.sarif, "findings as SARIF 2.1.0")
                ->excludes(check_json);
        CLI::Option* check_github =
            command.add_flag("--github", check.github, "findings as annotations of GitHub Actions")
                ->excludes(check_json)
                ->excludes(check_sarif);
        command
            .add_flag("--costs", check.costs,
                      "what each rule of writ: 1 costs at worst, n being the call's bytes")
            ->option_text(" ")
            ->excludes(check_sarif)
            ->excludes(check_github);
        command
            .add_flag("--explain-index", check.explain_index,
                      "by which value each rule is found, or why by none")
            ->option_text(" ")
            ->excludes(check_sarif)
            ->excludes(check_github);
        command
            .add_option("--tools", check.tools,
                        "what tools/list answered: check names and arguments")
            ->option_text("FILE")
            ->allow_extra_args(false);
        command.add_flag("--server", asks_server,
                         "the same, asking the server whose command follows --");
        AddEnvironmentFlags(command, check.environment);
        AddTimeoutFlag(command, check.timeout_seconds);
      });

  TestOptions test;
  CLI::App* test_command = add("test", "run suites of expected decisions", [&](CLI::App& command) {
    command.footer(
        "Exit status: 0 all pass, 1 a case fails or too little is covered, 2 a suite cannot be "
        "read.\n"
        "  writ test --coverage policies/*.test.yaml");
    command.add_option("suite", test.suites, "suite files")->option_text("FILE ...");
    AddLabelFlag(command, test.labels);
    AddTestFlags(command, test);
  });

  EvalOptions eval;
  CLI::App* eval_command =
      add("eval", "decide one call, print the decision", [&](CLI::App& command) {
        command.footer(
            "Exit status: 0 allow, 1 deny or error, 2 the policy or the call cannot be read.\n"
            "  echo '{\"name\":\"write_file\",\"arguments\":{}}' | writ eval -c policy.yaml");
        command.add_option("-c,--config", eval.policies, kPolicyFlag)
            ->option_text("FILE")
            ->allow_extra_args(false);
        AddLabelFlag(command, eval.labels);
        command.add_option("call", eval.file, "a tools/call request, its params, or a suite step")
            ->option_text("FILE (stdin)");
      });

  ExplainOptions explain;
  std::string explain_state = "memory";
  CLI::App* explain_command =
      add("explain", "decide one call, and show why", [&](CLI::App& command) {
        command.footer(
            "Shows what every rule saw of the call, under the policy's own lines, and which part\n"
            "decided. Counters are taken for empty; with --state sqlite, or --state-dir, they "
            "stand\n"
            "where writ run has brought them, and nothing is counted.\n"
            "Exit status: 0 allow, 1 deny or error, 2 the policy or the call cannot be read.\n"
            "  echo '{\"name\":\"write_file\",\"arguments\":{}}' | writ explain -c policy.yaml");
        command.add_option("-c,--config", explain.policies, kPolicyFlag)
            ->option_text("FILE")
            ->allow_extra_args(false);
        AddLabelFlag(command, explain.labels);
        command.add_option("--state", explain_state, "what is counted already (memory: nothing)")
            ->option_text("sqlite|memory")
            ->check(CLI::IsMember({"sqlite", "memory"}));
        command.add_option("--state-prefix", explain.state.prefix, "as given to writ run")
            ->option_text("PREFIX");
        command.add_option("--state-dir", explain.state.folder, "as given to writ run")
            ->option_text("DIR");
        command.add_flag("--json", explain.json, "the explanation as JSON");
        command
            .add_option("call", explain.file, "a tools/call request, its params, or a suite step")
            ->option_text("FILE (stdin)");
      });

  ExprOptions expr;
  CLI::App* expr_command = add("expr", "evaluate one expression", [&](CLI::App& command) {
    command.footer(
        "Exit status: 0 a value, 1 an error in evaluating, 2 an expression with faults.\n"
        "  writ expr 'args.path.startsWith(\"/srv/\")' --args '{\"path\":\"/srv/x\"}'");
    command.add_option("expression", expr.expression, "a CEL expression over args and now")
        ->option_text("EXPR");
    command.add_option("--args", expr.args, "the call's arguments ({})")->option_text("JSON");
    command.add_option("--now", expr.now, "what time it is (the clock's)")->option_text("TIME");
    command.add_flag("--explain", expr.explain, "the value of every part");
    command.add_flag("--cost", expr.cost, "what it costs at worst, n being the call's bytes");
    command.add_flag("--json", expr.json, "the result as JSON");
  });

  CompileOptions compile;
  CLI::App* compile_command = add("compile", "make a bundle of policies", [&](CLI::App& command) {
    command.footer(
        "The same policies give the same bytes, wherever and whenever they are compiled.\n"
        "Exit status: 0 a bundle, 1 the policies have faults, 2 one cannot be read or written.\n"
        "  writ compile policy.yaml -o policy.writ");
    command.add_option("policy,-c,--config", compile.policies, "policy files")
        ->option_text("FILE ...");
    command.add_option("-o,--output", compile.output.path, "the bundle")->option_text("FILE");
    command.add_flag("--force", compile.output.force, "overwrite a file that is no bundle");
    command.add_flag("--strip", compile.strip,
                     "leave out what says where in the policies rules stand");
    command.add_flag("--json", compile.json, "the root hash as JSON");
  });

  InspectOptions inspect;
  CLI::App* inspect_command = app.add_subcommand("inspect", "show what a bundle holds");
  inspect_command->footer(
      "A policy in YAML is shown as its bundle would be. Exit status: 0, or 2 where a file cannot\n"
      "be read or has faults.\n"
      "  writ inspect policy.writ");
  inspect_command->add_option("bundle,-c,--config", inspect.policies, "bundles, policy files")
      ->option_text("FILE ...");
  inspect_command->add_flag("--json", inspect.json, "all of it as JSON");

  DisasmOptions disasm;
  add("disasm", "show the bytecode of a policy", [&](CLI::App& command) {
    command.footer("Exit status: 0, or 2 where a policy cannot be read or has faults.");
    command.add_option("policy,-c,--config", disasm.policies, "policy files")
        ->option_text("FILE ...");
    command
        .add_option("--source", disasm.source, "where the policies of bundles lie (beside them)")
        ->option_text("DIR");
  });

  BenchOptions bench;
  CLI::App* bench_command =
      add("bench", "measure what decisions cost, by tool and by rule", [&](CLI::App& command) {
        command.footer(
            "Exit status: 0; 1 where --compare finds calls decided otherwise; 2 where a file "
            "cannot be\nread or has faults.\n"
            "  writ bench -c policy.yaml --traffic audit/\n"
            "  writ bench -c new.yaml --compare old.writ\n"
            "  writ bench --growth --svg growth.svg");
        command.add_option("policy,-c,--config", bench.policies, kPolicyFlag)
            ->option_text("FILE")
            ->allow_extra_args(false);
        AddLabelFlag(command, bench.labels);
        command.add_option("--traffic", bench.traffic, "recorded calls (else they are made up)")
            ->option_text("FILE|DIR")
            ->allow_extra_args(false);
        command.add_option("--tools", bench.tools, "tools/list, to make calls up from")
            ->option_text("FILE")
            ->allow_extra_args(false);
        command.add_option("--compare", bench.compare, "the old policy, decided beside it")
            ->option_text("FILE")
            ->allow_extra_args(false);
        command.add_flag("--growth", bench.growth, "10 to 10,000 rules, in policies of its own");
        command.add_option("--counts", bench.counts, "other numbers of rules than these")
            ->option_text("N,...")
            ->delimiter(',')
            ->check(CLI::Range(size_t{1}, size_t{100'000}))
            ->allow_extra_args(false);
        command.add_option("--calls", bench.calls, "at most so many (1024; 10000 recorded)")
            ->option_text("N")
            ->check(CLI::Range(size_t{1}, size_t{100'000}));
        command.add_option("--seed", bench.seed, "other calls are made up, or chosen (1)")
            ->option_text("N");
        command.add_option("--seconds", bench.seconds, "for measuring decisions (2)")
            ->option_text("N")
            ->check(CLI::Range(0.01, 3600.0));
        command.add_option("--svg", bench.svg.path, "a picture, too")->option_text("FILE");
        command.add_flag("--force", bench.svg.force, "overwrite a file that is no such picture");
        command.add_flag("--json", bench.json, "all of it as JSON");
      });

  ScanOptions scan;
  CLI::App* scan_command =
      add("scan", "write a policy from the tools a server lists", [&](CLI::App& command) {
        command.footer(
            "The server's command follows --. It is started, asked for its tools, and ended.\n"
            "Exit status: 0 a policy, 1 the server offers no tools, 2 it could not be asked.\n"
            "  writ scan -o policy.yaml -- npx -y @modelcontextprotocol/server-filesystem "
            "/srv/project");
        AddOutputFlags(command, scan.output);
        AddEnvironmentFlags(command, scan.environment);
        AddTimeoutFlag(command, scan.timeout_seconds);
      });

  MigrateOptions migrate;
  CLI::App* migrate_command =
      add("migrate", "write a version \"1\" policy as one of writ: 1", [&](CLI::App& command) {
        command.footer(
            "Exit status: 0 a policy, 1 it says what writ: 1 cannot, or has faults, 2 it cannot be "
            "read.\n"
            "  writ migrate intercept.yaml -o policy.yaml");
        command.add_option("policy,-c,--config", migrate.policy, "a policy of version \"1\"")
            ->option_text("FILE");
        AddOutputFlags(command, migrate.output);
      });

  KeygenOptions keygen;
  CLI::App* keygen_command =
      add("keygen", "make a pair of keys to sign with", [&](CLI::App& command) {
        command.footer(
            "Exit status: 0, or 2 where there is no pair; nothing is overwritten.\n"
            "  writ keygen -o team");
        command.add_option("-o,--output", keygen.name, "writes NAME.key, a secret, and NAME.pub")
            ->option_text("NAME");
        AddInsecureFlag(command, keygen.insecure_permissions, "read");
        command.add_flag("--json", keygen.json, "what was made as JSON");
      });

  SignOptions sign;
  CLI::App* sign_command = add("sign", "sign a bundle", [&](CLI::App& command) {
    command.footer(
        "Exit status: 0 it is signed, 2 it is not.\n"
        "  writ sign --key team.key policy.writ");
    command.add_option("bundle", sign.bundle, "what writ compile made")->option_text("FILE");
    command.add_option("--key", sign.key, "whose signature it is to be")->option_text("NAME.key");
    command.add_option("-o,--output", sign.output.path, "where to write it (beside the bundle)")
        ->option_text("FILE.sig");
    command.add_flag("--force", sign.output.force, "overwrite a file that is there");
    AddInsecureFlag(command, sign.insecure_permissions, "read or write");
    command.add_flag("--json", sign.json, "what was signed as JSON");
  });

  VerifyOptions verify;
  CLI::App* verify_command = add(
      "verify", "find out whether a bundle, or the audit log, is as it was written",
      [&](CLI::App& command) {
        command.footer(
            "Exit status: 0 all is as it was written; 2 a bundle is not; 1 findings in audit "
            "files, 2\n"
            "where these, or their key, cannot be read.\n"
            "  writ verify --key team.pub policy.writ\n"
            "  writ verify --audit ~/.local/state/writ/audit");
        command.add_option("bundle", verify.bundle, "what writ compile made")->option_text("FILE");
        command.add_option("--key", verify.keys, "must have signed it; of several, one")
            ->option_text("NAME.pub")
            ->allow_extra_args(false);
        command.add_option("--signature", verify.signature, "(FILE.sig, beside the bundle)")
            ->option_text("FILE.sig");
        command.add_option("--audit", verify.audit, "audit files, or their folders")
            ->option_text("FILE ...");
        AddStateFolderFlags(command, verify.state);
        command.add_flag("--json", verify.json, "findings as JSON");
      });

  StatusOptions status;
  CLI::App* status_command = add(
      "status", "show what runs, what was denied, what quotas have left", [&](CLI::App& command) {
        command.footer(
            "On a terminal these are tables, else one JSON object. Exit status: 0, or 2 where it "
            "cannot "
            "tell.\n  writ status --since 1h --watch");
        command.add_option("--audit", status.audit, "what writ run --audit named")
            ->option_text("FILE|DIR");
        command
            .add_option("--state-dir", status.state.folder, "what writ keeps (~/.local/state/writ)")
            ->option_text("DIR");
        command.add_option("--since", status.since, "count the last 90s, 30m, 6h, 7d (24h)")
            ->option_text("TIME");
        command.add_flag("-w,--watch", status.watch, "again every second, until Ctrl-C");
        command.add_flag("--json", status.json, "JSON, on a terminal too");
        command.add_flag("--table", status.table, "tables, without a terminal too");
      });

  ReplayOptions replay;
  CLI::App* replay_command = add("replay", "decide recorded calls anew", [&](CLI::App& command) {
    command.footer(
        "Exit status: 0, or 2 where there is no call to decide.\n"
        "  writ replay -c policy.yaml ~/.local/state/writ/audit");
    command.add_option("-c,--config", replay.policies, kPolicyFlag)
        ->option_text("FILE")
        ->allow_extra_args(false);
    AddLabelFlag(command, replay.labels);
    AddTrafficFlags(command, replay.traffic, "traffic");
    CLI::Option* json = command.add_flag("--json", replay.json, "an object for each call");
    command.add_flag("-v,--verbose", replay.verbose, "a line for each call, too")->excludes(json);
  });

  DiffOptions diff;
  CLI::App* diff_command = add(
      "diff", "show which recorded calls two policies decide differently", [&](CLI::App& command) {
        command.footer(
            "OLD and NEW: a policy or a bundle, or several with commas between them, of which all\n"
            "must allow. Exit status: 0 none, 1 some, 2 where there is no call to decide.\n"
            "  writ diff old.yaml new.yaml --traffic ~/.local/state/writ/audit");
        command.add_option("old", diff.before, "what decides now")->option_text("FILE,…");
        command.add_option("new", diff.after, "what is to decide")->option_text("FILE,…");
        AddLabelFlag(command, diff.labels);
        AddTrafficFlags(command, diff.traffic, "--traffic");
        command.add_flag("--json", diff.json, "the changes as JSON");
      });

  LearnOptions learn;
  CLI::App* learn_command =
      add("learn", "draft a policy that allows what was recorded", [&](CLI::App& command) {
        command.footer(
            "With -o POLICY.yaml a suite is written beside it, POLICY.test.yaml. Exit status: 0, "
            "or\n"
            "2 where there is nothing to learn from.\n"
            "  writ learn --traffic ~/.local/state/writ/audit -o policy.yaml");
        AddTrafficFlags(command, learn.traffic, "--traffic");
        AddOutputFlags(command, learn.output);
        command
            .add_option("--min-seen", learn.min_seen,
                        "how often something is seen before it binds (5)")
            ->option_text("N")
            ->check(CLI::Range(uint64_t{1}, uint64_t{1'000'000'000}));
      });

  // What a command has no use for is refused below, in words of our own.
  for (CLI::App* command : app.get_subcommands({})) command->allow_extras();
  const auto chosen = [&app] {
    const std::vector<CLI::App*> parsed = app.get_subcommands();
    return parsed.empty() ? nullptr : parsed.front();
  };
  try {
    // CLI11 takes the words from the back.
    app.parse(std::vector<std::string>(words.ours.rbegin(), words.ours.rend()));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {  // --help, --version
      std::ostringstream text;
      app.exit(error, text, text);
      PrintOut(text.str());
      return kExitYes;
    }
    return UsageError(error.what(),
                      fmt::format("writ {}--help shows what there is",
                                  chosen() != nullptr ? chosen()->get_name() + " " : ""));
  }
  const CLI::App* command = chosen();
  if (command == nullptr) {
    PrintOut(app.help());
    return kExitUsage;
  }
  const std::vector<std::string> extras = command->remaining();
  if (!extras.empty()) return UnexpectedWord(*command, extras.front());
  if (command == run_command)
    return RunWith(*run_command, run, run_flags, words.server, words.has_separator);
  if (command == scan_command) {
    if (words.server.empty()) {
      return UsageError("no server command was given", "writ scan -- npx -y some-mcp-server");
    }
    scan.server = words.server;
    return Scan(scan);
  }
  // Of expr the one word after -- is the expression, which may start with a minus.
  const bool is_expression =
      command == expr_command && words.server.size() == 1 && expr.expression.empty();
  if (is_expression) expr.expression = words.server.front();
  if (asks_server) {
    if (words.server.empty()) {
      return UsageError("no server command was given",
                        "writ check policy.yaml --server -- npx -y some-mcp-server");
    }
    check.server = words.server;
  } else if (words.has_separator && !is_expression) {
    return command == check_command
               ? UsageError("check takes a server command after -- with --server only",
                            "writ check policy.yaml --server -- SERVER ARGS…")
               : UsageError("only run, scan and check --server take a server command after --",
                            "leave it out");
  }
  if (command == test_command) {
    return TestWith(*test_command, test);
  }
  if (command == eval_command) {
    if (eval.policies.empty()) {
      return UsageError("no policy was given", "writ eval -c policy.yaml call.json");
    }
    return Eval(eval);
  }
  if (command == explain_command) {
    if (explain.policies.empty()) {
      return UsageError("no policy was given", "writ explain -c policy.yaml call.json");
    }
    explain.state.in_memory = explain_state == "memory" && explain.state.folder.empty();
    return ExplainCommand(explain);
  }
  if (command == expr_command) {
    if (expr.expression.empty()) {
      return UsageError("no expression was given", "writ expr '1 + 1 == 2'");
    }
    return Expr(expr);
  }
  if (command == compile_command) {
    if (compile.policies.empty() || compile.output.path.empty()) {
      return UsageError(compile.policies.empty() ? "no policy was given" : "no -o was given",
                        "writ compile policy.yaml -o policy.writ");
    }
    if (compile.json && IsStdout(compile.output)) {
      return UsageError("--json and the bundle cannot both go to stdout",
                        "name a file for the bundle: -o policy.writ");
    }
    return Compile(std::move(compile));
  }
  if (command == bench_command) return BenchWith(*bench_command, std::move(bench));
  if (command == migrate_command) {
    if (migrate.policy.empty()) {
      return UsageError("no policy was given", "writ migrate intercept.yaml");
    }
    return Migrate(migrate);
  }
  if (command == keygen_command) return KeygenWith(*keygen_command, keygen);
  if (command == sign_command) return SignWith(*sign_command, sign);
  if (command == verify_command) return VerifyWith(*verify_command, verify);
  if (command == replay_command) return ReplayWith(replay);
  if (command == diff_command) return DiffWith(diff);
  if (command == learn_command) return LearnWith(*learn_command, learn);
  if (command == status_command) return StatusWith(*status_command, status);
  if (command == inspect_command) {
    if (inspect.policies.empty()) {
      return UsageError("no bundle was given", "writ inspect policy.writ");
    }
    return InspectFiles(inspect);
  }
  const std::vector<std::string>& policies =
      command == check_command ? check.policies : disasm.policies;
  if (policies.empty()) {
    return UsageError("no policy was given",
                      fmt::format("writ {} policy.yaml", command->get_name()));
  }
  return command == check_command ? Check(check) : Disasm(disasm);
}

}  // namespace

int Main(int argc, char** argv) {
  return FinishOutput(Dispatch(argc, argv));
}

}  // namespace writ
