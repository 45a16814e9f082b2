// writ check --explain-index for people.
// Tested by tests/cli/explain_index.py.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "cli/check/outcome.h"
#include "cli/table.h"

namespace writ {
namespace {

constexpr size_t kMaxRulesNamed = 5;

std::string LookedAtFor(const RuleIndexing& rule) {
  if (rule.by.empty()) return "each call";
  return fmt::format("its {} (one of {} rules)", rule.by, rule.among);
}

// Rules that have one reason are told together.
using Reasons = std::map<std::pair<std::string, std::string>, std::vector<std::string>>;

}  // namespace

std::string IndexText(const IndexReport& index) {
  if (index.empty()) return {};
  Table table({{"rule", false, 32},
               {"tools", false, 32},
               {"looked at for", false, 48},
               {"shares", true, 8},
               {"place", false, 48}});
  Reasons reasons;
  std::vector<std::pair<std::string, std::string>> order;
  for (const RuleIndexing& rule : index) {
    table.Add({{rule.rule},
               {rule.tools},
               {LookedAtFor(rule)},
               {rule.shares.empty() ? "" : fmt::format("{}", rule.shares.size())},
               {fmt::format("{}:{}", rule.file, rule.at.line)}});
    if (!rule.by.empty()) continue;
    std::vector<std::string>& rules = reasons[{rule.why_not, rule.hint}];
    if (rules.empty()) order.emplace_back(rule.why_not, rule.hint);
    rules.push_back(Shown(rule.rule));
  }
  std::string text;
  table.Draw(SIZE_MAX, false, text);
  for (const auto& reason : order) {
    const std::vector<std::string>& rules = reasons.at(reason);
    const size_t named = std::min(rules.size(), kMaxRulesNamed);
    text +=
        fmt::format("\nfor each call {}",
                    fmt::join(rules.begin(), rules.begin() + static_cast<ptrdiff_t>(named), ", "));
    if (rules.size() > named) text += fmt::format(" and {} more", rules.size() - named);
    text += fmt::format(": {}\n", reason.first);
    if (!reason.second.empty()) text += fmt::format("  hint: {}\n", reason.second);
  }
  return text + '\n';
}

}  // namespace writ
