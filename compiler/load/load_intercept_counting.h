// What a rule of version "1" counts: its rate_limit, or its state with a condition that limits it.
//
// Tested by tests/compiler/load/load_intercept_test.cc and tests/policies/.
#pragma once

#include <optional>
#include <string>

#include "compiler/load/load_intercept_counters.h"
#include "compiler/load/policy_reader.h"
#include "compiler/policy.h"

namespace writ {

class CountingLoader {
 public:
  // All outlive the loader. Rules are those of one tool, or of every tool.
  CountingLoader(PolicyReader& reader, InterceptCounters& counters, CounterScope scope)
      : reader_(reader),
        counters_(counters),
        scope_(std::move(scope)),
        scope_text_(scope_.shared ? "_global" : scope_.tool) {}

  // Forgets what the last rule counted.
  void StartRule() { last_at_ = nullptr; }

  // Of the rule that `node` is. Sets its messages too. What is faulty is reported and not set.
  void LoadRateLimit(const yaml::Node& node, const yaml::Node& limit, RuleModel& rule,
                     const std::string& message);

  // Where conditions are faulty, a limit that is not found may stand in one of those.
  void LoadState(const yaml::Node& node, bool conditions_are_sound, RuleModel& rule);

  // Where the rule names its counter, also if there is a fault elsewhere; null if it names none.
  const yaml::Node* last_at() const { return last_at_; }
  const std::string& last_name() const { return last_name_; }

 private:
  void LoadIncrement(const yaml::Node& node, Counting& counting);
  bool FindLimit(const RuleModel& rule, Counting& counting);
  std::optional<int64_t> WholeLimit(const Condition& condition);
  void Count(const yaml::Node& at, const Counting& counting);

  PolicyReader& reader_;
  InterceptCounters& counters_;
  CounterScope scope_;
  std::string scope_text_;
  const yaml::Node* last_at_ = nullptr;
  std::string last_name_;
};

}  // namespace writ
