// The twins: what someone who knows the expression would write by hand, over the same values.
//
// An input that the expression could not decide (a text where a number should be) is none of
// theirs: there is none. They are compiled apart from the rest: how well they are does not hang on
// what else is in their file.
#pragma once

#include <re2/re2.h>

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "expr/task.h"
#include "vm/machine.h"

namespace writ::expr {

bool Flights(const Value* of);
Code Call(const Value* of);
bool Request(const Value* of);
bool All(const Value* of, Arena& arena);
// The lists are the arena's.
const List* Map(const Value* of, Arena& arena);
const List* Filter(const Value* of, Arena& arena);

class OneOfMany {
 public:
  explicit OneOfMany(const std::vector<Value>& codes);
  bool operator()(const Value* of) const;

 private:
  std::unordered_set<std::string_view> codes_;
};

class Matches {
 public:
  bool operator()(const Value* of) const;

 private:
  const re2::RE2 pattern_{std::string(kPattern)};
};

}  // namespace writ::expr
