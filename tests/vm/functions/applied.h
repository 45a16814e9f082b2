// Functions by name on values that a test writes as text.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vm/disasm.h"
#include "vm/functions/function.h"
#include "vm/scan.h"

namespace writ {

// One arena and one budget for the calls of a test.
//
//   Applied apply;
//   EXPECT_EQ(apply(FunctionId::kCharAt, {"abc", 1}), "\"b\"");
class Applied {
 public:
  // What a test may write for a value.
  struct Argument : Value {
    // NOLINTBEGIN(google-explicit-constructor)
    Argument(const Value& from) : Value(from) {}
    Argument(const char* from) : Value(String(from)) {}
    Argument(std::string_view from) : Value(String(from)) {}
    Argument(const std::string& from) : Value(String(from)) {}
    Argument(int from) : Value(Int(from)) {}
    Argument(int64_t from) : Value(Int(from)) {}
    Argument(uint64_t from) : Value(Uint(from)) {}
    Argument(double from) : Value(Double(from)) {}
    Argument(bool from) : Value(Bool(from)) {}
    Argument(std::nullptr_t) : Value(Null()) {}
    // NOLINTEND(google-explicit-constructor)
  };

  static constexpr int64_t kBudget = 1'000'000;

  Value now;  // what the clock shows; absent: there is none

  Value Call(FunctionId id, const std::vector<Argument>& arguments) {
    const std::vector<Value> values(arguments.begin(), arguments.end());
    FunctionContext context{arena_, budget_, now};
    return Info(id).run(values.data(), static_cast<uint32_t>(values.size()), context);
  }

  // The result as text; "error: …" for a failure.
  std::string operator()(FunctionId id, const std::vector<Argument>& arguments) {
    budget_ = kBudget;
    return Text(Call(id, arguments));
  }

  // The same with so many units to spend.
  std::string Within(int64_t budget, FunctionId id, const std::vector<Argument>& arguments) {
    budget_ = budget;
    return Text(Call(id, arguments));
  }
  int64_t budget_left() const { return budget_; }
  Arena& arena() { return arena_; }

  // What a call's JSON gives: lists and objects as spans, numbers that may be unsafe.
  Value Json(std::string_view text) {
    scans_.push_back(std::make_unique<Scanned>(text, whole_));
    EXPECT_TRUE(scans_.back()->result.ok()) << text;
    return scans_.back()->slots.values[0];
  }
  static Value Bytes(std::string_view bytes) { return Value::Text(Tag::kBytes, bytes); }
  Value List(const std::vector<Argument>& items) {
    Value* room = arena_.Allocate<Value>(items.size());
    std::copy(items.begin(), items.end(), room);
    return Value::Of(arena_.New(writ::List{static_cast<uint32_t>(items.size()), room}));
  }
  Value Map(const std::vector<std::pair<Argument, Argument>>& entries) {
    MapEntry* room = arena_.Allocate<MapEntry>(entries.size());
    for (size_t i = 0; i < entries.size(); ++i) room[i] = {entries[i].first, entries[i].second};
    return Value::Of(arena_.New(writ::Map{static_cast<uint32_t>(entries.size()), room}));
  }
  Value Some(const Argument& inner) { return Value::Optional(arena_.New<Value>(inner)); }

  static std::string Text(const Value& value) {
    if (value.is(Tag::kError)) return "error: " + std::string(ErrorText(value.code));
    return FormatValue(value, 10'000);
  }

 private:
  Arena arena_;
  int64_t budget_ = kBudget;
  Paths whole_{{""}};
  std::vector<std::unique_ptr<Scanned>> scans_;
};

// A row of a test's table: a call, and its result as text.
struct AppliedCall {
  FunctionId id;
  std::vector<Applied::Argument> arguments;
  std::string result;
};

inline void CheckCalls(const std::vector<AppliedCall>& calls, Applied& apply) {
  for (const AppliedCall& call : calls) {
    std::string text(Info(call.id).name);
    for (const Value& argument : call.arguments) text += " " + FormatValue(argument);
    EXPECT_EQ(apply(call.id, call.arguments), call.result) << text;
  }
}

}  // namespace writ
