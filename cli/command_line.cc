// The command line: flags to options.
// Tested by tests/cli/command_line.py.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>

#include <fmt/format.h>

#include "cli/commands.h"

namespace writ {
namespace {

constexpr char kAbout[] =
    "writ judges every MCP tool call by a compiled policy, between the client and the server.";

constexpr char kExamples[] =
    "Run a server behind a policy:\n"
    "  writ run -c policy.yaml -- npx -y @modelcontextprotocol/server-filesystem /srv/project\n"
    "Try a policy:\n"
    "  writ check policy.yaml\n"
    "  writ test policy.test.yaml\n"
    "  writ eval -c policy.yaml call.json\n"
    "Each command says more: writ COMMAND --help\n"
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
    {"--state-dir", "this version keeps counters in memory, for one run; leave it out"},
    {"--state-dsn", "this version keeps counters in memory, for one run; leave it out"},
    {"--state-prefix", "this version keeps counters in memory, for one run; leave it out"},
    {"--state-fail-mode", "writ always fails closed; leave it out"},
};

int UsageError(const std::string& message, const std::string& hint) {
  fmt::print(stderr, "writ: error: {}\n", message);
  if (!hint.empty()) fmt::print(stderr, "  hint: {}\n", hint);
  return kExitUsage;
}

const std::map<std::string, LogLevel>& LogLevels() {
  static const std::map<std::string, LogLevel> levels = {{"debug", LogLevel::kDebug},
                                                         {"info", LogLevel::kInfo},
                                                         {"warn", LogLevel::kWarn},
                                                         {"error", LogLevel::kError}};
  return levels;
}

struct RunFlags {
  std::string log_level = "info";
  std::string transport = "stdio";
};

void AddRunFlags(CLI::App& app, RunOptions& run, RunFlags& flags) {
  app.add_option("-c,--config", run.policies, kPolicyFlag)
      ->option_text("FILE")
      ->allow_extra_args(false);
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
  app.add_option("--denial-prefix", run.denial_prefix,
                 "what a denial's text starts with (\"[WRIT POLICY DENIED] \")")
      ->option_text("TEXT");
  app.add_option("--transport", flags.transport, "stdio, the only one so far")
      ->option_text("stdio");
}

int RunWith(RunOptions& run, const RunFlags& flags, const std::vector<std::string>& server,
            bool has_separator) {
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
  run.log_level = LogLevels().at(flags.log_level);
  run.server = server;
  return Run(run);
}

}  // namespace

int Main(int argc, char** argv) {
  // Everything after the first -- is the server's command, untouched.
  std::vector<std::string> words;
  std::vector<std::string> server;
  bool has_separator = false;
  for (int i = 1; i < argc; ++i) {
    if (!has_separator && std::strcmp(argv[i], "--") == 0) {
      has_separator = true;
    } else {
      (has_separator ? server : words).emplace_back(argv[i]);
    }
  }
  for (const std::string& word : words) {
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
  RunOptions run;
  RunFlags run_flags;
  // The flags of `run` work without the word too, but one list of them is enough.
  AddRunFlags(app, run, run_flags);
  for (CLI::Option* option : app.get_options()) {
    if (option != app.get_help_ptr() && !option->check_lname("version")) option->group("");
  }

  CLI::App* run_command = app.add_subcommand("run", "run a server behind a policy");
  run_command->footer(
      "The server's command follows --. Plain `writ -c FILE -- SERVER ARGS` is the same.\n"
      "  writ run -c policy.yaml -- npx -y @modelcontextprotocol/server-filesystem /srv/project");
  AddRunFlags(*run_command, run, run_flags);

  CheckOptions check;
  CLI::App* check_command =
      app.add_subcommand("check", "say all that is wrong with a policy")->alias("validate");
  check_command->footer("Exit status: 0 nothing, 1 findings, 2 a file cannot be read.");
  check_command->add_option("policy,-c,--config", check.policies, "policy files")
      ->option_text("FILE ...")
      ->required();
  check_command->add_flag("--json", check.json, "findings as JSON");

  TestOptions test;
  CLI::App* test_command = app.add_subcommand("test", "run suites of expected decisions");
  test_command->footer("Exit status: 0 all pass, 1 a case fails, 2 a suite cannot be read.");
  test_command->add_option("suite", test.suites, "suite files")
      ->option_text("FILE ...")
      ->required();
  test_command->add_flag("--json", test.json, "results as JSON");
  test_command->add_flag("-v,--verbose", test.verbose, "name every case");

  EvalOptions eval;
  CLI::App* eval_command = app.add_subcommand("eval", "decide one call, print the decision");
  eval_command->footer(
      "Exit status: 0 allow, 1 deny or error, 2 the policy or the call cannot be read.\n"
      "  echo '{\"name\":\"write_file\",\"arguments\":{}}' | writ eval -c policy.yaml");
  eval_command->add_option("-c,--config", eval.policies, kPolicyFlag)
      ->option_text("FILE")
      ->allow_extra_args(false)
      ->required();
  eval_command->add_option("call", eval.file, "a tools/call request, its params, or a suite step")
      ->option_text("FILE (stdin)");

  DisasmOptions disasm;
  CLI::App* disasm_command = app.add_subcommand("disasm", "show the bytecode of a policy");
  disasm_command->footer("Exit status: 0, or 2 where a policy cannot be read or has faults.");
  disasm_command->add_option("policy,-c,--config", disasm.policies, "policy files")
      ->option_text("FILE ...")
      ->required();

  try {
    // CLI11 takes the words from the back.
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return UsageError(error.what(), "writ --help shows what there is");
  }

  if (has_separator && !app.get_subcommands().empty() && !run_command->parsed()) {
    return UsageError("only run takes a server command after --", "leave it out");
  }
  if (check_command->parsed()) return Check(check);
  if (test_command->parsed()) return Test(test);
  if (eval_command->parsed()) return Eval(eval);
  if (disasm_command->parsed()) return Disasm(disasm);
  if (run_command->parsed() || has_separator || !run.policies.empty()) {
    return RunWith(run, run_flags, server, has_separator);
  }
  fmt::print("{}", app.help());
  return words.empty() ? kExitUsage : kExitYes;
}

}  // namespace writ
