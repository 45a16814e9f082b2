// writ explain: why one call is decided as it is.
// Tested by tests/cli/explain.py.
#include <unistd.h>

#include "cli/call_file.h"
#include "cli/commands.h"
#include "cli/explain/explain_call.h"
#include "cli/explain/json.h"
#include "cli/explain/text.h"
#include "cli/labels.h"
#include "cli/print.h"
#include "cli/report.h"
#include "proxy/counter_file.h"

namespace writ {
namespace {

// What was counted before the call, or why that cannot be known.
tl::expected<StandingCounts, StateFault> CountsOf(const StateOptions& state, int64_t now) {
  if (state.in_memory) return StandingCounts();
  auto folder = StateFolder(state);
  if (!folder.has_value()) {
    return tl::unexpected(StateFault{std::move(folder.error()), "--state-dir DIR names it"});
  }
  CounterView view = ViewCounters(*folder + "/" + std::string(kCounterFile), now);
  if (!view.fault.empty()) {
    return tl::unexpected(
        StateFault{std::move(view.fault), "without --state the counters are taken for empty"});
  }
  return StandingCounts(std::move(view), state.prefix);
}

}  // namespace

int ExplainCommand(const ExplainOptions& options) {
  Diagnostics diagnostics;
  const ExplainedPolicies policies = ExplainedPolicies::Load(options.policies, diagnostics);
  Report(diagnostics);
  if (policies.program == nullptr) return kExitUsage;
  const auto labels = LabelsFor(*policies.program, options.labels);
  if (!labels.has_value()) {
    PrintError(labels.error().message, labels.error().hint);
    return kExitUsage;
  }
  const Time now = Time::FromSystemClock();
  const auto counts = CountsOf(options.state, now.seconds);
  if (!counts.has_value()) {
    PrintError(counts.error().message, counts.error().hint);
    return kExitUsage;
  }
  const auto request = ReadCallFile(options.file);
  if (!request.has_value()) return PrintFault(request.error());
  const auto explained = ExplainCall(policies, *request, Facts(*labels), now, *counts);
  if (!explained.has_value()) return PrintFault(explained.error());
  if (options.json) {
    PrintJson(ExplanationJson(explained->explanation, explained->decision) + "\n");
  } else {
    PrintOut(ExplanationText(explained->explanation, WantsColor(STDOUT_FILENO)));
  }
  if (!explained->disagreement.empty()) {
    PrintError("what is explained is not what writ decides: " + explained->disagreement,
               "this is a fault of writ's; writ eval says what it decides");
    return kExitUsage;
  }
  return explained->verdict == Verdict::kAllow ? kExitYes : kExitNo;
}

}  // namespace writ
