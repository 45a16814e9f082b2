// What was seen of an argument as a condition that holds for all of it, and for little else.
//
// Names and texts were chosen by whoever was recorded: they stand in string literals of CEL, which
// nothing breaks out of. Comments hold numbers and words of our own, and nothing else.
//
// Tested by tests/cli/learn_test.cc.
#pragma once

#include <cstdint>
#include <string>

#include "cli/learn/seen_value.h"

namespace writ {

// How much is asked of a tool's calls. ORDER: each asks for less than the one before.
enum class LearnDetail : uint8_t {
  kValues,  // all that can be said
  kShapes,  // types, and the names of members
  kNames,   // the names of arguments
  kNothing,
};

struct LearnedCondition {
  std::string cel;      // empty: nothing can be asked
  std::string comment;  // what it is made of: "in 120 of 120 calls; 3 values"
};

// That all members of `map`, an expression, have names that were seen. REQUIRES: these are known.
// `key`: a name for a loop's variable.
std::string NamesCondition(const std::string& map, const SeenValue& seen,
                           const std::string& key = "k");

class ConditionWriter {
 public:
  // What was seen less often than `min_seen` does not bind values.
  ConditionWriter(LearnDetail detail, uint64_t min_seen) : detail_(detail), min_seen_(min_seen) {}

  // Of an argument by that name, of a tool that was called `calls` times.
  LearnedCondition OfArgument(const std::string& name, const SeenValue& seen, uint64_t calls);

 private:
  // Conditions on `value`, an expression of CEL that has a value; empty: nothing can be asked.
  std::string OfValue(const std::string& value, const SeenValue& seen);
  std::string OfKind(SeenKind kind, const std::string& value, const SeenValue& seen);
  std::string OfNumber(const std::string& value, const SeenValue& seen);
  bool AreFewTexts(const SeenValue& seen) const;
  std::string OfFewTexts(const std::string& value, const SeenValue& seen);
  std::string OfText(const std::string& value, const SeenValue& seen);
  std::string OfList(const std::string& value, const SeenValue& seen);
  std::string OfMap(const std::string& value, const SeenValue& seen);
  std::string OfMember(const std::string& map, const std::string& name, const SeenValue& seen,
                       uint64_t maps);
  void Say(const std::string& text);
  bool BindsValues(uint64_t seen) const {
    return detail_ == LearnDetail::kValues && seen >= min_seen_;
  }

  LearnDetail detail_;
  uint64_t min_seen_;
  uint32_t variables_ = 0;  // of loops that are open
  std::string said_;
};

}  // namespace writ
