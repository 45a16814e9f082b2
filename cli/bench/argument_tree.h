// The arguments that calls of one tool may have, as a tree of names, each with values worth trying.
// It is filled from what a program compares them with and from the schema that a server gives.
//
// Programs and schemas may be anything: the tree's size is bounded.
//
// Tested by tests/cli/bench_calls_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/schema/tool_schema.h"
#include "vm/value.h"

namespace writ {

using ArgumentId = uint32_t;
inline constexpr ArgumentId kAllArguments = 0;
inline constexpr ArgumentId kNoArgument = UINT32_MAX;

struct Argument {
  std::map<std::string, ArgumentId, std::less<>> members;
  ArgumentId element = kNoArgument;  // what a list here holds
  std::vector<std::string> values;   // as JSON, each once, in the order they were found
  JsonKinds kinds = 0;               // that are asked for; 0: nobody said
  bool is_read = false;              // by the program
};

class ArgumentTree {
 public:
  ArgumentTree() : arguments_(1) { arguments_[kAllArguments].kinds = kObjectKind; }

  const Argument& at(ArgumentId id) const { return arguments_[id]; }
  // Made if they are not there; kNoArgument if the tree is full, or `parent` is none.
  ArgumentId Member(ArgumentId parent, std::string_view name);
  ArgumentId Element(ArgumentId parent);
  // One that stands nowhere in a call.
  ArgumentId Apart();

  // Each does nothing to kNoArgument.
  void AddKinds(ArgumentId id, JsonKinds kinds);
  void MarkRead(ArgumentId id);
  // The constant, and what is just beside it.
  void AddAround(ArgumentId id, const Value& constant);
  // A text, and texts that begin and end with it.
  void AddAroundText(ArgumentId id, std::string_view text);
  // Of a text that should have so many characters, or a list so many elements.
  void AddLengthsAround(ArgumentId id, int64_t length);
  void AddText(ArgumentId id, std::string_view text);
  void AddJson(ArgumentId id, std::string json);

 private:
  std::vector<Argument> arguments_;
};

}  // namespace writ
