// Functions of optionals.
#include <vector>

#include "vm/functions/applied.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr const char* kNoOverload = "error: no such overload";
constexpr const char* kUnsafe = "error: a number that servers read differently";

TEST(Optionals, OfNonZeroValueHasNoneForZeroAndEmpty) {
  Applied apply;
  const std::vector<Applied::Argument> zeros = {nullptr,
                                                false,
                                                0,
                                                uint64_t{0},
                                                0.0,
                                                -0.0,
                                                "",
                                                Applied::Bytes(""),
                                                TimestampValue(0, 0),
                                                DurationValue(0),
                                                apply.List({}),
                                                apply.Map({}),
                                                apply.Json("[ ]"),
                                                apply.Json("{}")};
  for (const Applied::Argument& zero : zeros) {
    EXPECT_EQ(apply(FunctionId::kOptionalOfNonZeroValue, {zero}), "optional.none()")
        << FormatValue(zero);
  }
  const std::vector<Applied::Argument> others = {true,
                                                 -1,
                                                 uint64_t{1},
                                                 0.5,
                                                 " ",
                                                 Applied::Bytes("\x01"),
                                                 TimestampValue(0, 1),
                                                 DurationValue(-1),
                                                 apply.List({nullptr}),
                                                 apply.Json("[0]"),
                                                 apply.Json("{\"\":0}"),
                                                 Value::Optional(nullptr),
                                                 Value::Text(Tag::kType, "int")};
  for (const Applied::Argument& other : others) {
    EXPECT_EQ(apply(FunctionId::kOptionalOfNonZeroValue, {other}),
              "optional.of(" + FormatValue(other) + ")");
  }
  EXPECT_EQ(apply(FunctionId::kOptionalOfNonZeroValue, {apply.Json("1e999")}), kUnsafe);
  EXPECT_EQ(apply(FunctionId::kOptionalOfNonZeroValue, {}), kNoOverload);
  EXPECT_EQ(apply.Within(5, FunctionId::kOptionalOfNonZeroValue,
                         {apply.Json("[" + std::string(100, ' ') + "]")}),
            "error: evaluation budget exceeded");
}

TEST(Optionals, OfNoneAndWhatTheyHold) {
  Applied apply;
  const Value none = Value::Optional(nullptr);
  const Value one = apply.Some(1);
  EXPECT_EQ(apply(FunctionId::kOptionalNone, {}), "optional.none()");
  EXPECT_EQ(apply(FunctionId::kOptionalNone, {1}), kNoOverload);
  EXPECT_EQ(apply(FunctionId::kOptionalOf, {0}), "optional.of(0)");
  EXPECT_EQ(apply(FunctionId::kOptionalOf, {apply.Json("1e999")}), kUnsafe);
  EXPECT_EQ(apply(FunctionId::kOptionalHasValue, {one}), "true");
  EXPECT_EQ(apply(FunctionId::kOptionalHasValue, {none}), "false");
  EXPECT_EQ(apply(FunctionId::kOptionalHasValue, {1}), kNoOverload);
  EXPECT_EQ(apply(FunctionId::kOptionalValue, {one}), "1");
  EXPECT_EQ(apply(FunctionId::kOptionalValue, {none}), "error: optional.none() has no value");
  EXPECT_EQ(apply(FunctionId::kOptionalValue, {nullptr}), kNoOverload);
}

TEST(Optionals, OrTakesTheFirstThatHasAValue) {
  Applied apply;
  const Value none = Value::Optional(nullptr);
  const Value one = apply.Some(1);
  const Value two = apply.Some(2);
  EXPECT_EQ(apply(FunctionId::kOptionalOr, {one, two}), "optional.of(1)");
  EXPECT_EQ(apply(FunctionId::kOptionalOr, {none, two}), "optional.of(2)");
  EXPECT_EQ(apply(FunctionId::kOptionalOr, {none, none}), "optional.none()");
  EXPECT_EQ(apply(FunctionId::kOptionalOr, {none, 2}), kNoOverload);
  EXPECT_EQ(apply(FunctionId::kOptionalOrValue, {one, 2}), "1");
  EXPECT_EQ(apply(FunctionId::kOptionalOrValue, {none, 2}), "2");
  EXPECT_EQ(apply(FunctionId::kOptionalOrValue, {one, apply.Json("1e999")}), "1");
  EXPECT_EQ(apply(FunctionId::kOptionalOrValue, {none, apply.Json("1e999")}), kUnsafe);
  EXPECT_EQ(apply(FunctionId::kOptionalOrValue, {1, 2}), kNoOverload);
}

}  // namespace
}  // namespace writ
