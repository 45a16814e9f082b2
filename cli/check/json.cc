// writ check --json.
// Tested by tests/cli/command_line.py.
#include <fmt/core.h>

#include "cli/check/outcome.h"
#include "vm/json_text.h"

namespace writ {
namespace {

// What is not known of a rule is null.
std::string IndexRows(const IndexReport& index) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? std::string("null") : JsonQuote(text);
  };
  std::string rows;
  for (const RuleIndexing& rule : index) {
    std::string shares;
    for (const std::string& text : rule.shares) {
      shares += (shares.empty() ? "" : ",") + JsonQuote(text);
    }
    rows += fmt::format(
        R"({}{{"rule":{},"file":{},"line":{},"tools":{},"by":{},"among":{},"shares":[{}],"why_not":{},"hint":{}}})",
        rows.empty() ? "\n  " : ",\n  ", JsonQuote(rule.rule), JsonQuote(rule.file), rule.at.line,
        JsonQuote(rule.tools), or_null(rule.by), rule.among, shares, or_null(rule.why_not),
        or_null(rule.hint));
  }
  if (!rows.empty()) rows += '\n';
  return rows;
}

}  // namespace

std::string CheckJson(const CheckOutcome& outcome) {
  std::string findings;
  for (const Diagnostic& diagnostic : outcome.diagnostics.all()) {
    if (!findings.empty()) findings += ',';
    findings += "\n  " + RenderJson(diagnostic);
  }
  if (!findings.empty()) findings += '\n';
  std::string costs;
  for (const RuleBound& bound : outcome.costs) {
    costs +=
        fmt::format(R"({}{{"rule":{},"file":{},"line":{},"cost":{},"constant":{:.0f}}})",
                    costs.empty() ? "\n  " : ",\n  ", JsonQuote(bound.rule), JsonQuote(bound.file),
                    bound.at.line, JsonQuote(bound.cost.ToString()), bound.cost.constant());
  }
  if (!costs.empty()) costs += '\n';
  return fmt::format(
      "{{\"ok\":{},\"findings\":[{}]{}{}}}\n", outcome.program != nullptr, findings,
      outcome.with_costs ? fmt::format(",\"costs\":[{}]", costs) : "",
      outcome.with_index ? fmt::format(",\"index\":[{}]", IndexRows(outcome.index)) : "");
}

}  // namespace writ
