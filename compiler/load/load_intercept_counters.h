// The counters of a version "1" policy: which there are, and which one a path such as
// state.pay.spend names.
//
// Tested by tests/compiler/load/load_intercept_test.cc and tests/policies/.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "compiler/load/policy_reader.h"
#include "compiler/policy.h"

namespace writ {

class InterceptCounters {
 public:
  explicit InterceptCounters(PolicyReader& reader) : reader_(reader) {}

  void Add(const CounterName& counter) { counters_.insert(counter); }
  // A state block does not name its counter: paths that name none may mean that one.
  void AddUnknown() { all_are_known_ = false; }

  // Finds the counters that conditions read. REQUIRES: all were added.
  void Resolve(Policy& policy);

 private:
  void ResolveRule(const CounterScope& own, std::string_view own_text, RuleModel& rule);
  std::optional<CounterName> Find(const CounterScope& own, std::string_view own_text,
                                  const Condition& condition);
  void ReportUnknown(const yaml::Node& path, std::string_view text);

  PolicyReader& reader_;
  std::set<CounterName> counters_;
  bool all_are_known_ = true;
};

}  // namespace writ
