// Predicates that several rules of a tool have in common are evaluated once a call.
//
//   - name: production is read only            - name: production has a ticket
//     when: args.env == "prod" || …              when: args.env == "prod" || …
//
//   block 3, value           args.env == "prod" || …
//   block 4, decision   0  Force  r0, block 3
//                       1  TestTrue  r0
//                       …
//                       7  Force  r0, block 3                   which has run, so this is a copy
//
// What is shared is a whole `when`, or a whole item of `require` or `forbid`, with the same text in
// rules of one policy, where names mean the same. An error is not shared: the rule then evaluates
// the predicate in its own code, so that what is told is where that rule has it.
//
// Tested by tests/compiler/opt/share_test.cc.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/policy.h"

namespace writ {

// A policy's number and an expression's text.
using PolicyPredicate = std::pair<size_t, std::string>;

class SharedPredicates {
 public:
  // Of a rule that is emitted in the row.
  void Add(const RuleModel& rule, size_t policy);

  // Whether it stands in the row more than once, and running a block costs less than that.
  bool Has(const Expression& expression, size_t policy) const;

 private:
  void Add(const Expression& expression, size_t policy);

  std::set<PolicyPredicate> once_;
  std::set<PolicyPredicate> several_times_;
};

}  // namespace writ
