// writ check for people.
// Tested by tests/cli/command_line.py.
#include <fmt/core.h>

#include <set>
#include <string_view>
#include <tuple>

#include "cli/check/outcome.h"

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

std::string Count(size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

}  // namespace

std::string CheckText(const CheckOutcome& outcome) {
  if (outcome.program == nullptr) return {};
  const Program& program = **outcome.program;
  std::string text;
  for (const RuleBound& bound : outcome.costs) {
    text += fmt::format("{}:{}: {}: at most {} instructions\n", Shown(bound.file), bound.at.line,
                        Shown(bound.rule), bound.cost.ToString());
  }
  if (outcome.with_index) text += IndexText(outcome.index);
  for (const std::string& file : outcome.policies) text += fmt::format("{}: ok\n", Shown(file));
  text += fmt::format("{}, {}, {}\n", Count(CountRules(program), "rule", "rules"),
                      Count(program.tool_index.size(), "tool named", "tools named"),
                      Count(program.code.size(), "instruction", "instructions"));
  return text;
}

}  // namespace writ
