// writ check: all that is wrong with a policy.
// Tested by tests/cli/command_line.py.
#include <fmt/format.h>

#include <set>
#include <tuple>
#include <vector>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/programs.h"
#include "vm/json_text.h"

namespace writ {

namespace {

// Rules as they are written: one for several tools is compiled for each. Where debug data is
// missing, those of one name are taken for one.
size_t CountRules(const Program& program) {
  std::set<std::tuple<uint32_t, uint32_t, uint32_t, std::string_view>> rules;
  for (const Rule& rule : program.rules) {
    const bool is_somewhere = rule.at.line > 0;
    rules.emplace(rule.at.file, rule.at.line, rule.at.column,
                  is_somewhere ? std::string_view() : std::string_view(rule.name));
  }
  return rules.size();
}

}  // namespace

int Check(const CheckOptions& options) {
  Diagnostics diagnostics;
  std::vector<RuleBound> bounds;
  LoadOptions load;
  if (options.costs) load.bounds = &bounds;
  const std::shared_ptr<const VerifiedProgram> program =
      LoadProgram(options.policies, diagnostics, load);
  if (options.json) {
    diagnostics.Sort();
    std::string findings;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
      if (!findings.empty()) findings += ',';
      findings += "\n  " + RenderJson(diagnostic);
    }
    std::string costs;
    for (const RuleBound& bound : bounds) {
      costs += fmt::format(R"({}{{"rule":{},"file":{},"line":{},"cost":{},"constant":{:.0f}}})",
                           costs.empty() ? "\n  " : ",\n  ", JsonQuote(bound.rule),
                           JsonQuote(bound.file), bound.at.line, JsonQuote(bound.cost.ToString()),
                           bound.cost.constant());
    }
    PrintOut(fmt::format("{{\"ok\":{},\"findings\":[{}{}]{}{}{}}}\n", program != nullptr, findings,
                         findings.empty() ? "" : "\n", options.costs ? ",\"costs\":[" : "", costs,
                         !options.costs  ? ""
                         : costs.empty() ? "]"
                                         : "\n]"));
  } else {
    Report(diagnostics);
  }
  if (program == nullptr) return ExitStatusOf(diagnostics);
  if (!options.json) {
    const auto count = [](size_t n, std::string_view one, std::string_view many) {
      return fmt::format("{} {}", n, n == 1 ? one : many);
    };
    for (const RuleBound& bound : bounds) {
      PrintOut(fmt::format("{}:{}: {}: at most {} instructions\n", Shown(bound.file), bound.at.line,
                           Shown(bound.rule), bound.cost.ToString()));
    }
    for (const std::string& file : options.policies) {
      PrintOut(fmt::format("{}: ok\n", Shown(file)));
    }
    PrintOut(fmt::format("{}, {}, {}\n", count(CountRules(**program), "rule", "rules"),
                         count((*program)->tool_index.size(), "tool named", "tools named"),
                         count((*program)->code.size(), "instruction", "instructions")));
  }
  return kExitYes;
}

}  // namespace writ
