// writ check: all that is wrong with a policy.
// Tested by tests/cli/command_line.py, tests/cli/check_formats.py and tests/cli/check_tools.py.
#include <fmt/core.h>

#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "cli/check/outcome.h"
#include "cli/check/tools_to_check.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/programs.h"

namespace writ {
namespace {

// Without one, as in a folder that is gone, files are told by their whole paths.
std::string WorkingFolder() {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::current_path(error);
  return error ? "/" : folder.string();
}

// Notes which files are bundles.
class NotingBundles : public Admission {
 public:
  std::optional<Inadmissible> OfPolicy(const std::string& /*path*/) override {
    return std::nullopt;
  }
  std::optional<Inadmissible> OfBundle(const std::string& path, const bundle::Hash& /*root*/,
                                       uint16_t /*format_version*/,
                                       std::vector<FileRead>& /*looked_for*/) override {
    bundles.push_back(path);
    return std::nullopt;
  }

  std::vector<std::string> bundles;
};

void TellOfBundles(const CheckOptions& options, const std::vector<std::string>& bundles) {
  for (const std::string& path : bundles) {
    if (options.explain_index) {
      PrintErr(fmt::format(
          "writ: note: {} is a bundle, which does not say why its rules are found as they are\n"
          "  hint: writ disasm shows how; --explain-index takes the policies in YAML\n",
          Shown(path)));
    }
    if (!options.costs) continue;
    PrintErr(fmt::format(
        "writ: note: {} is a bundle, of whose rules no costs are known\n"
        "  hint: writ inspect shows those of its tools; --costs takes the policies in YAML\n",
        Shown(path)));
  }
}

}  // namespace

int Check(const CheckOptions& options) {
  CheckOutcome outcome;
  outcome.with_costs = options.costs;
  outcome.with_index = options.explain_index;
  outcome.policies = options.policies;
  ToolsToCheck tools;
  if (const auto status = ReadToolsToCheck(options, tools, outcome.diagnostics)) return *status;
  LoadOptions load;
  load.compile.lint = true;
  NotingBundles noting;
  if (options.costs) load.compile.bounds = &outcome.costs;
  if (options.explain_index) load.compile.index = &outcome.index;
  if (options.costs || options.explain_index) load.admission = &noting;
  bool compares_any = false;
  if (const PolicyInspector inspect = InspectorOf(tools, outcome.diagnostics)) {
    load.compile.inspect = [&compares_any, inspect](const std::vector<Policy>& policies) {
      compares_any |= !policies.empty();
      inspect(policies);
    };
  }
  outcome.program = LoadProgram(options.policies, outcome.diagnostics, load);
  if (!tools.readable) outcome.program.reset();
  if (load.compile.inspect && outcome.program != nullptr && !compares_any) {
    PrintErr(
        "writ: warning: bundles are not compared with the tools: check the policies that they are "
        "made from\n");
  }
  outcome.diagnostics.Sort();
  outcome.status = outcome.program != nullptr ? kExitYes : ExitStatusOf(outcome.diagnostics);
  if (outcome.program != nullptr) TellOfBundles(options, noting.bundles);
  if (options.json) {
    PrintJson(CheckJson(outcome));
  } else if (options.sarif) {
    PrintJson(CheckSarif(outcome, WorkingFolder()));
  } else if (options.github) {
    PrintOut(CheckGithub(outcome));
  } else {
    Report(outcome.diagnostics);
    PrintOut(CheckText(outcome));
  }
  return outcome.status;
}

}  // namespace writ
