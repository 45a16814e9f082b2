// The slots that the values of a call go to: those of every tool's rules, and for a tool with rules
// of its own these and more.
//
// Tested by tests/compiler/emit/emit_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/builder.h"
#include "compiler/lower/lower.h"
#include "compiler/opt/share.h"
#include "compiler/policy.h"
#include "vm/paths.h"

namespace writ {

// A policy and one of its names.
using PolicyCounter = std::pair<size_t, CounterName>;
using PolicyVariable = std::pair<size_t, uint32_t>;

// Copies share the builders and the count of names, but not what they know.
class CallSlots : public cel::PathSlots {
 public:
  // Both must outlive this.
  CallSlots(ProgramBuilder& builder, PathTrieBuilder& trie);

  // A tool's own: starts as the shared ones, below a root of its own.
  CallSlots ForTool() const;

  uint32_t SlotOf(const std::vector<std::string>& path, bool reads_value) override;
  // The same with a name for people, of a path that is there or not.
  uint32_t SlotOf(const std::vector<std::string>& path, const std::string& name, bool reads_value);

  // How many names were given to SlotOf() by this and all copies, long ones counted several times.
  size_t names_looked_up() const { return *names_looked_up_; }

  // The root of the trie, or kNoNode if nothing of the arguments is read.
  uint32_t root() const { return reads_arguments_ ? root_ : kNoNode; }

  // Slots of counters that conditions read.
  std::map<PolicyCounter, uint32_t> counters;
  // Blocks of the policies' variables, as far as something needed them.
  std::map<PolicyVariable, uint32_t> variable_blocks;
  // What rules of the row being emitted have in common, and the blocks of what was, as far as
  // something needed them.
  SharedPredicates shared_predicates;
  std::map<PolicyPredicate, uint32_t> predicate_blocks;

 private:
  ProgramBuilder* builder_;
  PathTrieBuilder* trie_;
  uint32_t root_;
  bool reads_arguments_ = false;
  std::shared_ptr<size_t> names_looked_up_ = std::make_shared<size_t>(0);
};

}  // namespace writ
