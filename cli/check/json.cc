// writ check --json.
// Tested by tests/cli/command_line.py.
#include <fmt/core.h>

#include "cli/check/outcome.h"
#include "vm/json_text.h"

namespace writ {

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
  return fmt::format("{{\"ok\":{},\"findings\":[{}]{}}}\n", outcome.program != nullptr, findings,
                     outcome.with_costs ? fmt::format(",\"costs\":[{}]", costs) : "");
}

}  // namespace writ
