// Putting together what is wrong for some tools.
// Tested by tests/policies/schemas.
#include "compiler/schema/findings.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace writ {

std::string ToolsText(const std::vector<const ServerTools::Tool*>& tools) {
  constexpr size_t kMostNamed = 3;
  std::vector<std::string> names;
  const size_t named = tools.size() <= kMostNamed + 1 ? tools.size() : kMostNamed;
  for (size_t i = 0; i < named; ++i) names.push_back(Shown(tools[i]->name));
  if (named < tools.size()) names.push_back(fmt::format("{} others", tools.size() - named));
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  const bool one_listing = std::all_of(
      tools.begin(), tools.end(), [&](const auto* tool) { return tool->from == tools[0]->from; });
  if (one_listing && !tools.empty()) text += fmt::format(" ({})", Shown(tools[0]->from));
  return text;
}

void Findings::Add(const Spot& spot, const ServerTools::Tool& tool, Finding finding) {
  ++asked_[{spot, finding.code}].faults;
  Entry& entry = entries_[{spot, finding.code, finding.before, finding.behind}];
  if (entry.tools.empty()) entry.finding = std::move(finding);
  // All of one tool come before those of the next.
  if (entry.tools.empty() || entry.tools.back() != &tool) entry.tools.push_back(&tool);
}

void Findings::Say(const Spot& spot, Severity severity, DiagnosticCode code, std::string message,
                   std::string hint) {
  Position at = spot.position;
  uint32_t length = spot.length;
  if (spot.expression != nullptr) {
    at = spot.expression->At(spot.at);
    length = spot.expression->Underline(spot.at, spot.length);
  }
  if (severity == Severity::kError) {
    diagnostics_.Error(source_, at, length, std::move(message), std::move(hint), code);
  } else {
    diagnostics_.Warning(source_, at, length, std::move(message), std::move(hint), code);
  }
}

void Findings::Finish() {
  for (auto& [key, entry] : entries_) {
    const Spot& spot = std::get<0>(key);
    Finding& finding = entry.finding;
    const Count& count = asked_[{spot, finding.code}];
    const bool all = count.faults >= count.tools;
    const bool only_by_all =
        finding.weight == Weight::kOnlyByAll || finding.weight == Weight::kWarningByAll;
    if (only_by_all && !all) continue;
    const bool error =
        all && finding.weight != Weight::kWarning && finding.weight != Weight::kWarningByAll;
    const bool of_some = !all && !finding.behind_of_some.empty();
    Say(spot, error ? Severity::kError : Severity::kWarning, finding.code,
        finding.before + ToolsText(entry.tools) +
            (of_some ? finding.behind_of_some : finding.behind),
        of_some && !finding.hint_of_some.empty() ? finding.hint_of_some : finding.hint);
  }
  entries_.clear();
  asked_.clear();
}

}  // namespace writ
