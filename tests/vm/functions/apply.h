// Calls a function of expressions the way the machine does, and shows what came of it as text.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "vm/arena.h"
#include "vm/functions/function.h"
#include "vm/value.h"

namespace writ {

class Apply {
 public:
  static constexpr int64_t kBudget = 1'000'000;

  Arena arena;
  int64_t budget = kBudget;
  Value now;

  static Value S(std::string_view text) { return Value::String(text); }
  static Value Timestamp(int64_t seconds, uint32_t nanoseconds = 0) {
    Value value = Value::Int(seconds);
    value.tag = Tag::kTimestamp;
    value.size = nanoseconds;
    return value;
  }
  static Value Duration(int64_t nanoseconds) {
    Value value = Value::Int(nanoseconds);
    value.tag = Tag::kDuration;
    return value;
  }

  Value operator()(Function function, std::initializer_list<Value> arguments) {
    FunctionContext context{arena, budget, now};
    const std::vector<Value> copy(arguments);
    return function(copy.data(), static_cast<uint32_t>(copy.size()), context);
  }

  // "true", "5", a text as it is, or "error: not a URL".
  static std::string Show(const Value& value) {
    switch (value.tag) {
      case Tag::kBool: return value.i != 0 ? "true" : "false";
      case Tag::kInt: return fmt::format("{}", value.i);
      case Tag::kString: return std::string(value.view());
      case Tag::kError: return fmt::format("error: {}", ErrorText(value.code));
      default: return fmt::format("<{}>", TypeName(value.tag));
    }
  }
  std::string Text(Function function, std::initializer_list<Value> arguments) {
    return Show((*this)(function, arguments));
  }
};

}  // namespace writ
