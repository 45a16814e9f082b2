// string.format().
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "vm/functions/applied.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr const char* kInvalid = "error: a format that does not fit its arguments";
constexpr const char* kUnsafe = "error: a number that servers read differently";
constexpr const char* kTooMuch = "error: evaluation budget exceeded";

// The text itself, or the error.
std::string Formatted(Applied& apply, std::string_view format, const Value& arguments) {
  const Value result = apply.Call(FunctionId::kFormat, {format, arguments});
  return result.is(Tag::kString) ? std::string(result.view()) : Applied::Text(result);
}

struct Case {
  std::string_view format;
  std::vector<Applied::Argument> arguments;
  std::string result;
};

void Check(const std::vector<Case>& cases, Applied& apply) {
  for (const Case& c : cases) {
    EXPECT_EQ(Formatted(apply, c.format, apply.List(c.arguments)), c.result) << c.format;
  }
}

TEST(Format, PercentSignsAndText) {
  Applied apply;
  Check({{"", {}, ""},
         {"no substitution", {}, "no substitution"},
         {"%% and also %%", {}, "% and also %"},
         {"%%%s%%", {"text"}, "%text%"},
         {"%s%%", {"left"}, "left%"},
         {"%%s", {}, "%s"},
         {"%d %d, %s %s", {1, 2, "A", "B"}, "1 2, A B"},
         {"more arguments", {1}, "more arguments"},
         {"ünï %s", {"©"}, "ünï ©"}},
        apply);
}

TEST(Format, StringClausePrintsEveryType) {
  Applied apply;
  const Value text_bytes = Applied::Bytes("xyz");
  Check({{"%s", {nullptr}, "null"},
         {"%s, %s", {true, false}, "true, false"},
         {"%s", {int64_t{INT64_MIN}}, "-9223372036854775808"},
         {"%s", {UINT64_MAX}, "18446744073709551615"},
         {"%s", {text_bytes}, "xyz"},
         {"%s", {Value::Text(Tag::kType, "string")}, "string"},
         {"%s", {TimestampValue(1675467080, 500000000)}, "2023-02-03T23:31:20.5Z"},
         {"%s", {DurationValue(6347000000000)}, "6347s"},
         {"%s", {DurationValue(2)}, "0.000000002s"},
         {"%s", {Value::Text(Tag::kUrl, "https://a.example")}, "https://a.example"},
         {"%s", {Value::Text(Tag::kIp, {"\x7F\0\0\x01", 4})}, "127.0.0.1"},
         {"%s", {Value::Optional(nullptr)}, kInvalid}},
        apply);
}

TEST(Format, StringClausePrintsDoublesWithoutExponents) {
  Applied apply;
  Check({{"%s", {2.71828}, "2.71828"},
         {"%s", {1.0}, "1"},
         {"%s", {-1.5}, "-1.5"},
         {"%s", {0.0}, "0"},
         {"%s", {-0.0}, "-0"},
         {"%s", {0.000000002}, "0.000000002"},
         {"%s", {1234.5}, "1234.5"},
         {"%s", {1e6}, "1000000"},
         {"%s", {1e23}, "100000000000000000000000"},
         {"%s", {123456789012345680.0}, "123456789012345680"},
         {"%s", {1.7976931348623157e308}, "17976931348623157" + std::string(292, '0')},
         {"%s", {5e-324}, "0." + std::string(323, '0') + "5"},
         {"%s", {-2.2250738585072014e-308}, "-0." + std::string(307, '0') + "22250738585072014"},
         {"%s %s %s", {kNan, kInf, -kInf}, "NaN Infinity -Infinity"}},
        apply);
}

TEST(Format, BytesThatAreNoUtf8BecomeOneReplacementARun) {
  Applied apply;
  const auto of = [&](std::string_view bytes) {
    return Formatted(apply, "%s", apply.List({Applied::Bytes(bytes)}));
  };
  EXPECT_EQ(of("a\xFF\xFE\x80z"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(of("\xFF"
               "a"
               "\xFF"),
            "\xEF\xBF\xBD"
            "a"
            "\xEF\xBF\xBD");
  EXPECT_EQ(of("\xED\xA0\x80"), "\xEF\xBF\xBD");
  EXPECT_EQ(of("\xEF\xBF\xBD"), "\xEF\xBF\xBD");
  EXPECT_EQ(of("\xC3"), "\xEF\xBF\xBD");
  EXPECT_EQ(of(""), "");
}

TEST(Format, ListsAndMapsNest) {
  Applied apply;
  const Value list = apply.List({"abc", 3.14, nullptr, apply.List({9, 8}), TimestampValue(0, 0)});
  const Value map = apply.Map({{"strKey", "x"}, {6, DurationValue(422000000000)}, {true, 42}});
  Check(
      {{"%s", {list}, "[abc, 3.14, null, [9, 8], 1970-01-01T00:00:00Z]"},
       {"%s", {apply.List({})}, "[]"},
       {"%s", {apply.Map({})}, "{}"},
       {"%s", {map}, "{6: 422s, strKey: x, true: 42}"},
       {"%s", {apply.Map({{1, "a"}, {uint64_t{2}, "b"}, {true, kNan}})}, "{1: a, 2: b, true: NaN}"},
       {"%s",
        {apply.Map({{"b", apply.Map({{"d", 1}, {"c", 2}})}, {"a", list}})},
        "{a: [abc, 3.14, null, [9, 8], 1970-01-01T00:00:00Z], b: {c: 2, d: 1}}"},
       {"%s", {apply.List({Value::Optional(nullptr)})}, kInvalid},
       {"%s", {apply.Map({{"a", Value::Optional(nullptr)}})}, kInvalid}},
      apply);
}

TEST(Format, SpansPrintLikeWhatTheyHold) {
  Applied apply;
  const Value arguments =
      apply.Json(R"(["a\n", {"z": [1, 2.50, null], "a": {"\u0062": true}}, 7, [ ], {}, 10.0])");
  EXPECT_EQ(Formatted(apply, "%s|%s|%d|%s|%s|%s", arguments),
            "a\n|{a: {b: true}, z: [1, 2.5, null]}|7|[]|{}|10");
  EXPECT_EQ(Formatted(apply, "%s", apply.Json("[1, 1e999]")), "1");
  EXPECT_EQ(Formatted(apply, "%s", apply.Json("[1e999]")), kUnsafe);
  EXPECT_EQ(Formatted(apply, "%d", apply.Json("[1e999]")), kUnsafe);
  EXPECT_EQ(Formatted(apply, "%s", apply.Json("[[[{\"a\":1e999}]]]")), kUnsafe);
}

TEST(Format, DecimalClause) {
  Applied apply;
  Check({{"%d", {-30}, "-30"},
         {"%d", {uint64_t{64}}, "64"},
         {"%d", {3.14}, "3.14"},
         {"%d %d %d", {kNan, kInf, -kInf}, "NaN Infinity -Infinity"},
         {"%d", {"1"}, kInvalid},
         {"%d", {nullptr}, kInvalid},
         {"%d", {true}, kInvalid},
         {"%d", {DurationValue(1)}, kInvalid}},
        apply);
}

TEST(Format, FixedPointClauseRoundsTheExactValue) {
  Applied apply;
  Check({{"%f", {2.71828}, "2.718280"},
         {"%f", {2}, "2.000000"},
         {"%f", {uint64_t{3}}, "3.000000"},
         {"%.3f", {1.2345}, "1.234"},
         {"%.3f", {4.5}, "4.500"},
         {"%.3f", {123.4999}, "123.500"},
         {"%.3f", {-123.4994}, "-123.499"},
         {"%.5f", {-1.2}, "-1.20000"},
         {"%.0f", {1.5}, "2"},
         {"%.0f", {2.5}, "2"},
         {"%.0f", {3.4999}, "3"},
         {"%.0f", {-0.2}, "-0"},
         {"%.1f + %.2f", {1, uint64_t{1}}, "1.0 + 1.00"},
         {"%.00003f", {1}, "1.000"},
         {"%.100f", {1}, "1." + std::string(100, '0')},
         {"%f %f %f", {kNan, kInf, -kInf}, "NaN Infinity -Infinity"},
         {"%.101f", {1}, kInvalid},
         {"%.99999999999999999999f", {1}, kInvalid},
         {"%.f", {1}, kInvalid},
         {"%.-1f", {1}, kInvalid},
         {"%.2", {1}, kInvalid},
         {"%f", {nullptr}, kInvalid},
         {"%f", {"1"}, kInvalid}},
        apply);
  EXPECT_EQ(Formatted(apply, "%.100f", apply.List({1.7976931348623157e308})).size(), 410u);
}

TEST(Format, ScientificClause) {
  Applied apply;
  Check({{"%e", {2.71828}, "2.718280e+00"},
         {"%.6e", {1052.032911275}, "1.052033e+03"},
         {"%.4e", {uint64_t{1052}}, "1.0520e+03"},
         {"%.1e", {-3.14}, "-3.1e+00"},
         {"%.0e", {15.0}, "2e+01"},
         {"%e", {1e-300}, "1.000000e-300"},
         {"%e %e %e", {kNan, kInf, -kInf}, "NaN Infinity -Infinity"},
         {"%e", {nullptr}, kInvalid},
         {"%E", {0.5}, kInvalid}},
        apply);
}

TEST(Format, OtherBases) {
  Applied apply;
  Check({{"%x", {30}, "1e"},
         {"%X", {30}, "1E"},
         {"%x", {-30}, "-1e"},
         {"%X", {uint64_t{6000}}, "1770"},
         {"%x", {int64_t{INT64_MIN}}, "-8000000000000000"},
         {"%x", {"Hello world!"}, "48656c6c6f20776f726c6421"},
         {"%X", {"Hello world!"}, "48656C6C6F20776F726C6421"},
         {"%x", {Applied::Bytes(std::string_view("\0\xAB\0", 3))}, "00ab00"},
         {"%X", {Applied::Bytes("\xAB")}, "AB"},
         {"%x", {""}, ""},
         {"%x", {0.5}, kInvalid},
         {"%X", {nullptr}, kInvalid},
         {"%o", {11}, "13"},
         {"%o", {-11}, "-13"},
         {"%o", {uint64_t{65535}}, "177777"},
         {"%o", {"a string"}, kInvalid},
         {"%o", {nullptr}, kInvalid},
         {"%b", {5}, "101"},
         {"%b", {-5}, "-101"},
         {"%b", {uint64_t{64}}, "1000000"},
         {"%b", {int64_t{INT64_MIN}}, "-1" + std::string(63, '0')},
         {"%b %b", {true, false}, "1 0"},
         {"%b", {"abc"}, kInvalid},
         {"%b", {1.0}, kInvalid}},
        apply);
}

TEST(Format, MalformedClausesAndMissingArguments) {
  Applied apply;
  Check({{"%a", {1}, kInvalid},
         {"%", {1}, kInvalid},
         {"%", {}, kInvalid},
         {"100%", {}, kInvalid},
         {"%.", {1}, kInvalid},
         {"%.3%", {1}, kInvalid},
         {"% d", {1}, kInvalid},
         {"%5d", {1}, kInvalid},
         {"%d %d %d", {0, 1}, kInvalid},
         {"%s", {}, kInvalid}},
        apply);
  const char* no_overload = "error: no such overload";
  EXPECT_EQ(apply(FunctionId::kFormat, {"%s", "x"}), no_overload);
  EXPECT_EQ(apply(FunctionId::kFormat, {1, apply.List({})}), no_overload);
  EXPECT_EQ(apply(FunctionId::kFormat, {"%s"}), no_overload);
  EXPECT_EQ(apply(FunctionId::kFormat, {apply.Json("1e999"), apply.List({})}), kUnsafe);
}

TEST(Format, IsPaidForAndBounded) {
  Applied apply;
  const std::string text(16'000, 'x');
  const Value list = apply.List({text, text});
  EXPECT_EQ(apply.Within(1500, FunctionId::kFormat, {"%s%s", list}), kTooMuch);
  EXPECT_EQ(apply.Within(1500, FunctionId::kFormat, {"%x", list}), kTooMuch);
  EXPECT_EQ(apply.Within(900, FunctionId::kFormat, {text, apply.List({})}), kTooMuch);
  EXPECT_EQ(apply.Within(900, FunctionId::kFormat,
                         {"%s", apply.List({apply.Json("[" + std::string(16'000, ' ') + "]")})}),
            kTooMuch);
  // As deep as no line is.
  Value deep = Value::Int(1);
  for (int i = 0; i < 200; ++i) deep = apply.List({deep});
  EXPECT_EQ(apply(FunctionId::kFormat, {"%s", apply.List({deep})}).size(), 403u);
  for (int i = 0; i < 100'000; ++i) deep = apply.List({deep});
  EXPECT_EQ(apply(FunctionId::kFormat, {"%s", apply.List({deep})}), kTooMuch);
}

}  // namespace
}  // namespace writ
