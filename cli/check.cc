// writ check: all that is wrong with a policy.
// Tested by tests/cli/command_line.py, tests/cli/check_formats.py and tests/cli/check_tools.py.
#include <filesystem>
#include <system_error>

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

}  // namespace

int Check(const CheckOptions& options) {
  CheckOutcome outcome;
  outcome.with_costs = options.costs;
  outcome.policies = options.policies;
  ToolsToCheck tools;
  if (const auto status = ReadToolsToCheck(options, tools, outcome.diagnostics)) return *status;
  LoadOptions load;
  load.lint = true;
  if (options.costs) load.bounds = &outcome.costs;
  load.inspect = InspectorOf(tools, outcome.diagnostics);
  outcome.program = LoadProgram(options.policies, outcome.diagnostics, load);
  if (!tools.readable) outcome.program.reset();
  outcome.diagnostics.Sort();
  outcome.status = outcome.program != nullptr ? kExitYes : ExitStatusOf(outcome.diagnostics);
  if (options.json) {
    PrintOut(CheckJson(outcome));
  } else if (options.sarif) {
    PrintOut(CheckSarif(outcome, WorkingFolder()));
  } else if (options.github) {
    PrintOut(CheckGithub(outcome));
  } else {
    Report(outcome.diagnostics);
    PrintOut(CheckText(outcome));
  }
  return outcome.status;
}

}  // namespace writ
