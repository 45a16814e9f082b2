// A source map as it is filled in while policies are emitted: which of its parts the pieces of the
// model are.
//
// Tested by tests/compiler/traced_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "compiler/policy.h"
#include "compiler/source_map.h"
#include "vm/value.h"

namespace writ {

class SourceParts {
 public:
  // Adds the parts of all policies. All must outlive this. Null: there is no map, and nothing is a
  // part of it.
  SourceParts(const std::vector<Policy>& policies, SourceMap* map);

  // kNoPart for what is not mapped.
  uint32_t Of(const RuleModel& rule) const { return Find(&rule); }
  uint32_t Of(const Condition& condition) const { return Find(&condition); }
  uint32_t OnlyArgsOf(const RuleModel& rule) const;
  uint32_t QuotaOf(const RuleModel& rule) const;
  // Node n of the expression is the part this many behind.
  uint32_t FirstOf(const Expression& expression) const { return Find(&expression); }

  // `known`: the values of nodes that no call changes, absent where there is none.
  void SetConstants(const Expression& expression, const std::vector<Value>& known);

 private:
  void AddPolicy(const Policy& policy);
  void AddRule(const RuleModel& rule);
  void AddExpression(const Expression& expression, SourcePart::Role role, uint32_t ordinal,
                     uint32_t parent);
  uint32_t AddRow(const void* of, SourcePart part);
  uint32_t Find(const void* of) const;

  SourceMap* map_;
  uint32_t file_ = 0;
  const Policy* policy_ = nullptr;
  // By the address of what it is in the model; only_args and quotas by those of their members.
  std::map<const void*, uint32_t> parts_;
};

}  // namespace writ
