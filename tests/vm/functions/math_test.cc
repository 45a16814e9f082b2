// Functions of numbers.
#include <limits>
#include <string>
#include <vector>

#include "vm/functions/applied.h"

namespace writ {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr const char* kNoOverload = "error: no such overload";
constexpr const char* kUnsafe = "error: a number that servers read differently";
constexpr const char* kInvalid = "error: invalid argument";

uint64_t U(uint64_t u) {
  return u;
}

TEST(Math, GreatestIsTheFirstThatNoneExceeds) {
  Applied apply;
  constexpr FunctionId kGreatest = FunctionId::kMathGreatest;
  CheckCalls({{kGreatest, {-5}, "-5"},
              {kGreatest, {1, 1}, "1"},
              {kGreatest, {1, U(1)}, "1"},
              {kGreatest, {U(1), 1}, "1u"},
              {kGreatest, {1.0, 1, U(1)}, "1.0"},
              {kGreatest, {-1, -2, -3}, "-1"},
              {kGreatest, {1, int64_t{INT64_MAX}}, "9223372036854775807"},
              {kGreatest, {U(1), UINT64_MAX, 0x1p63}, "18446744073709551615u"},
              {kGreatest, {1, 1.797693e308}, "1.797693e+308"},
              {kGreatest, {5.4, 10, U(3), -5.0, int64_t{INT64_MAX}}, "9223372036854775807"},
              {kGreatest, {apply.List({5.4, 10.5, U(3), -5.0})}, "10.5"},
              {kGreatest, {apply.Json("[5.4, 10, 3]")}, "10"},
              {kGreatest, {kInf, int64_t{INT64_MAX}}, "inf"},
              {kGreatest, {kNan}, "nan"},
              {kGreatest, {kNan, 1}, kInvalid},
              {kGreatest, {1, kNan}, kInvalid},
              {kGreatest, {apply.List({})}, kInvalid},
              {kGreatest, {apply.Json("[]")}, kInvalid},
              {kGreatest, {}, kNoOverload},
              {kGreatest, {"1"}, kNoOverload},
              {kGreatest, {1, "1"}, kNoOverload},
              {kGreatest, {true}, kNoOverload},
              {kGreatest, {apply.List({1}), 1}, kNoOverload},
              {kGreatest, {apply.Json("[1, \"a\"]")}, kNoOverload},
              {kGreatest, {apply.Json("[1, 1e999]")}, kUnsafe},
              {kGreatest, {1, apply.Json("1e999")}, kUnsafe}},
             apply);
}

TEST(Math, LeastIsTheFirstThatNoneUndercuts) {
  Applied apply;
  constexpr FunctionId kLeast = FunctionId::kMathLeast;
  CheckCalls({{kLeast, {5}, "5"},
              {kLeast, {1, 1.0, U(1)}, "1"},
              {kLeast, {1.0, U(1)}, "1.0"},
              {kLeast, {1, int64_t{INT64_MIN}, -1}, "-9223372036854775808"},
              {kLeast, {5.4, 10, U(3), U(1), UINT64_MAX}, "1u"},
              {kLeast, {apply.List({5.4, 10, U(3), -5.0})}, "-5.0"},
              {kLeast, {apply.Json("[3, 2.5]")}, "2.5"},
              {kLeast, {-kInf, int64_t{INT64_MIN}}, "-inf"},
              {kLeast, {kNan, 1}, kInvalid},
              {kLeast, {apply.List({})}, kInvalid},
              {kLeast, {nullptr}, kNoOverload}},
             apply);
}

TEST(Math, AListIsPaidFor) {
  Applied apply;
  const Value list = apply.List(std::vector<Applied::Argument>(100, 1));
  EXPECT_EQ(apply.Within(99, FunctionId::kMathLeast, {list}), "error: evaluation budget exceeded");
  EXPECT_EQ(apply.Within(100, FunctionId::kMathLeast, {list}), "1");
}

TEST(Math, AbsAndSignKeepTheType) {
  Applied apply;
  CheckCalls({{FunctionId::kMathAbs, {U(1)}, "1u"},
              {FunctionId::kMathAbs, {-11}, "11"},
              {FunctionId::kMathAbs, {11}, "11"},
              {FunctionId::kMathAbs, {-1.5}, "1.5"},
              {FunctionId::kMathAbs, {-0.0}, "0.0"},
              {FunctionId::kMathAbs, {int64_t{INT64_MIN} + 1}, "9223372036854775807"},
              {FunctionId::kMathAbs, {int64_t{INT64_MIN}}, "error: overflow"},
              {FunctionId::kMathAbs, {"1"}, kNoOverload},
              {FunctionId::kMathSign, {U(100)}, "1u"},
              {FunctionId::kMathSign, {U(0)}, "0u"},
              {FunctionId::kMathSign, {100}, "1"},
              {FunctionId::kMathSign, {-11}, "-1"},
              {FunctionId::kMathSign, {0}, "0"},
              {FunctionId::kMathSign, {-0.3}, "-1.0"},
              {FunctionId::kMathSign, {kInf}, "1.0"},
              {FunctionId::kMathSign, {0.0}, "0.0"},
              {FunctionId::kMathSign, {kNan}, "nan"},
              {FunctionId::kMathSign, {true}, kNoOverload}},
             apply);
}

TEST(Math, Rounding) {
  Applied apply;
  CheckCalls({{FunctionId::kMathCeil, {-1.2}, "-1.0"},
              {FunctionId::kMathCeil, {1.2}, "2.0"},
              {FunctionId::kMathCeil, {1}, kNoOverload},
              {FunctionId::kMathFloor, {-1.2}, "-2.0"},
              {FunctionId::kMathFloor, {1.2}, "1.0"},
              {FunctionId::kMathFloor, {1}, kNoOverload},
              {FunctionId::kMathRound, {-1.6}, "-2.0"},
              {FunctionId::kMathRound, {-1.5}, "-2.0"},
              {FunctionId::kMathRound, {-1.4}, "-1.0"},
              {FunctionId::kMathRound, {1.5}, "2.0"},
              {FunctionId::kMathRound, {2.5}, "3.0"},
              {FunctionId::kMathRound, {0.49999999999999994}, "0.0"},
              {FunctionId::kMathRound, {kNan}, "nan"},
              {FunctionId::kMathRound, {kInf}, "inf"},
              {FunctionId::kMathRound, {1}, kNoOverload},
              {FunctionId::kMathTrunc, {-1.9}, "-1.0"},
              {FunctionId::kMathTrunc, {1.9}, "1.0"},
              {FunctionId::kMathTrunc, {kNan}, "nan"},
              {FunctionId::kMathTrunc, {U(1)}, kNoOverload},
              {FunctionId::kMathTrunc, {apply.Json("1e999")}, kUnsafe}},
             apply);
}

TEST(Math, Roots) {
  Applied apply;
  CheckCalls({{FunctionId::kMathSqrt, {49.0}, "7.0"},
              {FunctionId::kMathSqrt, {49}, "7.0"},
              {FunctionId::kMathSqrt, {U(2)}, "1.4142135623730951"},
              {FunctionId::kMathSqrt, {-1}, "nan"},
              {FunctionId::kMathSqrt, {kInf}, "inf"},
              {FunctionId::kMathSqrt, {"4"}, kNoOverload}},
             apply);
}

TEST(Math, KindsOfDoubles) {
  Applied apply;
  CheckCalls({{FunctionId::kMathIsNaN, {kNan}, "true"},
              {FunctionId::kMathIsNaN, {kInf}, "false"},
              {FunctionId::kMathIsNaN, {true}, kNoOverload},
              {FunctionId::kMathIsInf, {-kInf}, "true"},
              {FunctionId::kMathIsInf, {kNan}, "false"},
              {FunctionId::kMathIsInf, {1}, kNoOverload},
              {FunctionId::kMathIsFinite, {1.0}, "true"},
              {FunctionId::kMathIsFinite, {kNan}, "false"},
              {FunctionId::kMathIsFinite, {-kInf}, "false"},
              {FunctionId::kMathIsFinite, {}, kNoOverload}},
             apply);
}

TEST(Math, Bits) {
  Applied apply;
  CheckCalls({{FunctionId::kMathBitAnd, {1, 3}, "1"},
              {FunctionId::kMathBitAnd, {U(1), U(2)}, "0u"},
              {FunctionId::kMathBitAnd, {-1, int64_t{INT64_MIN}}, "-9223372036854775808"},
              {FunctionId::kMathBitAnd, {1, U(1)}, kNoOverload},
              {FunctionId::kMathBitAnd, {U(2), ""}, kNoOverload},
              {FunctionId::kMathBitOr, {4, -2}, "-2"},
              {FunctionId::kMathBitOr, {U(1), U(4)}, "5u"},
              {FunctionId::kMathBitOr, {1.2, 1}, kNoOverload},
              {FunctionId::kMathBitXor, {4, -2}, "-6"},
              {FunctionId::kMathBitXor, {U(1), U(3)}, "2u"},
              {FunctionId::kMathBitXor, {apply.Json("[]"), apply.Json("[1]")}, kNoOverload},
              {FunctionId::kMathBitNot, {0}, "-1"},
              {FunctionId::kMathBitNot, {U(1)}, "18446744073709551614u"},
              {FunctionId::kMathBitNot, {""}, kNoOverload}},
             apply);
}

TEST(Math, ShiftsEndAtSixtyFour) {
  Applied apply;
  constexpr FunctionId kLeft = FunctionId::kMathBitShiftLeft;
  constexpr FunctionId kRight = FunctionId::kMathBitShiftRight;
  CheckCalls({{kLeft, {1, 0}, "1"},
              {kLeft, {1, 63}, "-9223372036854775808"},
              {kLeft, {1, 64}, "0"},
              {kLeft, {-1, 1}, "-2"},
              {kLeft, {U(1), 2}, "4u"},
              {kLeft, {U(1), int64_t{INT64_MAX}}, "0u"},
              {kLeft, {U(1), -1}, kInvalid},
              {kLeft, {1, int64_t{INT64_MIN}}, kInvalid},
              {kLeft, {4.3, 1}, kNoOverload},
              {kLeft, {1, U(1)}, kNoOverload},
              {kRight, {1024, 2}, "256"},
              {kRight, {1024, 64}, "0"},
              {kRight, {-1024, 3}, "2305843009213693824"},
              {kRight, {-1, 63}, "1"},
              {kRight, {-1, 64}, "0"},
              {kRight, {U(1024), 200}, "0u"},
              {kRight, {U(1), -1}, kInvalid},
              {kRight, {Applied::Bytes("123"), 1}, kNoOverload}},
             apply);
}

}  // namespace
}  // namespace writ
