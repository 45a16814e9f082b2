// Quotas of `writ: 1` that a tighter one makes superfluous, and those that let nothing pass.
// Tested by tests/policies/warned and tests/compiler/lint/lint_test.cc.
#include <fmt/core.h>

#include <vector>

#include "compiler/lint/analyses.h"
#include "compiler/lint/conditions.h"
#include "compiler/lint/most_in_window.h"
#include "compiler/lint/tool_sets.h"

namespace writ {
namespace {

// What a call counts that brings no amount.
int64_t OneCall(const QuotaModel& quota) {
  int64_t units = 1;
  for (uint8_t i = 0; i < quota.scale; ++i) units *= 10;
  return units;
}

// The most that `quota`, of `rule`, can ever count within its window because of the limit of
// `other`, which counts all that it counts; none where that is not so.
std::optional<int64_t> MostBecauseOf(const RuleModel& other, const RuleModel& rule) {
  const QuotaModel& limit = *other.quota;
  const QuotaModel& quota = *rule.quota;
  if (limit.scale != quota.scale || !AreSame(limit.amount, quota.amount)) return std::nullopt;
  if (limit.key && !AreSame(limit.key, quota.key)) return std::nullopt;
  if (other.when && !AreSame(other.when, rule.when)) return std::nullopt;
  if (!Covers(other.tools, rule.tools)) return std::nullopt;
  return MostInWindow(limit.max, limit.window, quota.window);
}

bool ReportIfIdle(const RuleModel& other, const RuleModel& rule, LintReport& report) {
  const std::optional<int64_t> most = MostBecauseOf(other, rule);
  if (!most || *most > rule.quota->max) return false;
  const std::string bound =
      rule.quota->scale == 0 ? fmt::format("at most {}", *most) : std::string("no more");
  report.Warn(DiagnosticCode::kUnreachableLimit, rule.quota->at,
              fmt::format("this limit is never reached: {} lets {} pass per {}", Placed(other),
                          bound, WindowName(rule.quota->window)),
              "remove this quota, or correct one of the two");
  return true;
}

}  // namespace

void FindIdleLimits(const Policy& policy, LintReport& report) {
  std::vector<const RuleModel*> limited;
  for (const RuleModel& rule : policy.rules) {
    if (!rule.quota || rule.quota->max_of || rule.shadow) continue;
    if (!rule.quota->amount && rule.quota->max < OneCall(*rule.quota)) {
      report.Warn(DiagnosticCode::kAlwaysDenies, rule.quota->at,
                  "this quota denies every call: its max is below what one call counts",
                  "raise max, or write forbid: true instead of the quota if that is meant");
      continue;
    }
    limited.push_back(&rule);
  }
  // Of two that are as tight as each other, the later is told.
  std::vector<bool> is_idle(limited.size());
  size_t comparisons = 0;
  for (size_t later = limited.size(); later-- > 0;) {
    for (size_t i = 0; i < limited.size() && !is_idle[later]; ++i) {
      if (i == later || is_idle[i]) continue;
      comparisons += 1 + limited[i]->tools.size() * limited[later]->tools.size();
      if (comparisons > kMaxComparisons) return;
      is_idle[later] = ReportIfIdle(*limited[i], *limited[later], report);
    }
  }
}

}  // namespace writ
