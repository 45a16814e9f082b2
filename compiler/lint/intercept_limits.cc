// Limits of version "1" rules that a tighter one makes superfluous, and those that let nothing
// pass.
// Tested by tests/policies/warned.
#include <fmt/core.h>

#include <set>
#include <vector>

#include "compiler/lint/analyses.h"
#include "compiler/lint/most_in_window.h"

namespace writ {
namespace {

bool CountsCalls(const Counting& counting) {
  return counting.amount_names.empty() && counting.amount > 0;
}

// Counters that a condition of another rule asks for: their limits are not all they are for.
std::set<CounterName> ReadElsewhere(const Policy& policy) {
  std::set<CounterName> read;
  const auto look_at = [&read](const std::vector<RuleModel>& rules) {
    for (const RuleModel& rule : rules) {
      for (const Condition& condition : rule.conditions) {
        const bool own = rule.counting && condition.counter == rule.counting->counter;
        if (condition.counter && !own) read.insert(*condition.counter);
      }
    }
  };
  for (const ToolModel& tool : policy.tools) look_at(tool.rules);
  look_at(policy.every_tool);
  return read;
}

// Whether the limit of `other`, a rule for every call that comes to `rule`, is reached before.
bool IsIdleBecauseOf(const RuleModel& other, const RuleModel& rule, int64_t& most_calls) {
  const Counting& limit = *other.counting;
  const Counting& counting = *rule.counting;
  if (!CountsCalls(limit)) return false;
  const auto most = MostInWindow(limit.limit / limit.amount, limit.window, counting.window);
  if (!most || *most > counting.limit / counting.amount) return false;
  most_calls = *most;
  return true;
}

class LimitFinder {
 public:
  LimitFinder(const Policy& policy, LintReport& report)
      : policy_(policy), report_(report), read_(ReadElsewhere(policy)) {}

  void Run() {
    for (const ToolModel& tool : policy_.tools) Find(tool.rules, policy_.every_tool);
    Find(policy_.every_tool, {});
  }

 private:
  // Of rules of one tool; `shared` are those that its calls come to besides.
  void Find(const std::vector<RuleModel>& rules, const std::vector<RuleModel>& shared) {
    std::vector<const RuleModel*> limited;
    for (const RuleModel& rule : rules) {
      if (!rule.counting || !CountsCalls(*rule.counting)) continue;
      if (rule.counting->limit < rule.counting->amount) {
        report_.Warn(DiagnosticCode::kAlwaysDenies, rule.counting->at,
                     "this limit denies every call: it is below what one call counts",
                     "raise the limit, or write action: deny instead if that is meant");
        continue;
      }
      limited.push_back(&rule);
    }
    std::set<const RuleModel*> idle;
    for (auto rule = limited.rbegin(); rule != limited.rend(); ++rule) {
      if (read_.contains((*rule)->counting->counter)) continue;
      bool is_idle = false;
      for (const RuleModel* other : limited) {
        if (is_idle) break;
        is_idle = other != *rule && !idle.contains(other) && ReportIfIdle(*other, **rule);
      }
      for (const RuleModel& other : shared) {
        if (is_idle) break;
        is_idle = other.counting && ReportIfIdle(other, **rule);
      }
      if (is_idle) idle.insert(*rule);
    }
  }

  bool ReportIfIdle(const RuleModel& other, const RuleModel& rule) {
    int64_t most = 0;
    if (++comparisons_ > kMaxComparisons || !IsIdleBecauseOf(other, rule, most)) return false;
    report_.Warn(DiagnosticCode::kUnreachableLimit, rule.counting->at,
                 fmt::format("this limit is never reached: {} lets at most {} pass per {}",
                             Placed(other), most, WindowName(rule.counting->window)),
                 "remove this limit, or correct one of the two");
    return true;
  }

  const Policy& policy_;
  LintReport& report_;
  std::set<CounterName> read_;
  size_t comparisons_ = 0;
};

}  // namespace

void FindIdleInterceptLimits(const Policy& policy, LintReport& report) {
  LimitFinder(policy, report).Run();
}

}  // namespace writ
