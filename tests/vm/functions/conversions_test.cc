// type() and the conversions between types.
#include <cmath>
#include <limits>
#include <string>

#include "vm/functions/applied.h"
#include "vm/time_text.h"

namespace writ {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr const char* kConversion = "error: a value that cannot be converted";
constexpr const char* kRange = "error: a number out of range";
constexpr const char* kNoOverload = "error: no such overload";
constexpr const char* kUnsafe = "error: a number that servers read differently";
constexpr const char* kTooMuch = "error: evaluation budget exceeded";

struct Case {
  Applied::Argument from;
  std::string to;
};

void Check(FunctionId id, const std::vector<Case>& cases, Applied& apply) {
  for (const Case& c : cases) {
    EXPECT_EQ(apply(id, {c.from}), c.to) << Info(id).name << " of " << FormatValue(c.from);
  }
}

TEST(Conversions, TypeNamesWhatAValueIs) {
  Applied apply;
  Check(FunctionId::kType,
        {{true, "bool"},
         {1, "int"},
         {uint64_t{1}, "uint"},
         {1.0, "double"},
         {"", "string"},
         {nullptr, "null_type"},
         {Applied::Bytes(""), "bytes"},
         {apply.List({}), "list"},
         {apply.Map({}), "map"},
         {apply.Json("[]"), "list"},
         {apply.Json("{}"), "map"},
         {TimestampValue(0, 0), "google.protobuf.Timestamp"},
         {DurationValue(0), "google.protobuf.Duration"},
         {Value::Optional(nullptr), "optional_type"},
         {Value::Text(Tag::kType, "int"), "type"},
         {apply.Json("1e999"), kUnsafe}},
        apply);
}

TEST(Conversions, DynIsTheValue) {
  Applied apply;
  Check(FunctionId::kDyn, {{1, "1"}, {apply.Json("[1]"), "[1]"}, {apply.Json("1e999"), kUnsafe}},
        apply);
}

TEST(Conversions, IntCutsTowardsZeroAndKeepsItsRange) {
  Applied apply;
  Check(FunctionId::kToInt,
        {{7, "7"},
         {uint64_t{7}, "7"},
         {uint64_t{INT64_MAX}, "9223372036854775807"},
         {uint64_t{INT64_MAX} + 1, kRange},
         {UINT64_MAX, kRange},
         {-7.9, "-7"},
         {11.5, "11"},
         {-0.9, "0"},
         {36028797018963968.0, "36028797018963968"},
         {0x1p63, kRange},
         {-0x1p63, kRange},
         {std::nextafter(0x1p63, 0), "9223372036854774784"},
         {std::nextafter(-0x1p63, 0), "-9223372036854774784"},
         {kNan, kRange},
         {kInf, kRange},
         {-kInf, kRange},
         {TimestampValue(1095379199, 999999999), "1095379199"},
         {TimestampValue(-1, 500000000), "-1"},
         {DurationValue(1500000000), "1500000000"},
         {true, kNoOverload},
         {nullptr, kNoOverload},
         {Applied::Bytes("1"), kNoOverload},
         {apply.Json("[1]"), kNoOverload},
         {apply.Json("1e999"), kUnsafe}},
        apply);
}

TEST(Conversions, IntReadsDecimalTextOnly) {
  Applied apply;
  Check(FunctionId::kToInt,
        {{"987", "987"},
         {"-456", "-456"},
         {"+5", "5"},
         {"007", "7"},
         {"-0", "0"},
         {"9223372036854775807", "9223372036854775807"},
         {"-9223372036854775808", "-9223372036854775808"},
         {"9223372036854775808", kRange},
         {"-9223372036854775809", kRange},
         {"", kConversion},
         {"+", kConversion},
         {"-", kConversion},
         {"+-5", kConversion},
         {"++5", kConversion},
         {"-+5", kConversion},
         {" 5", kConversion},
         {"5 ", kConversion},
         {"5u", kConversion},
         {"5.0", kConversion},
         {"1e3", kConversion},
         {"0x10", kConversion},
         {"1_000", kConversion},
         {"1,000", kConversion},
         {std::string_view("5\0", 2), kConversion},
         {"\xD9\xA5", kConversion}},
        apply);
}

TEST(Conversions, UintRefusesWhatIsNegative) {
  Applied apply;
  Check(FunctionId::kToUint,
        {{uint64_t{7}, "7u"},
         {7, "7u"},
         {-1, kRange},
         {int64_t{INT64_MAX}, "9223372036854775807u"},
         {25.5, "25u"},
         {-0.0, "0u"},
         {-0.5, kRange},
         {6.022e23, kRange},
         {0x1p64, kRange},
         {std::nextafter(0x1p64, 0), "18446744073709549568u"},
         {kNan, kRange},
         {kInf, kRange},
         {"300", "300u"},
         {"18446744073709551615", "18446744073709551615u"},
         {"18446744073709551616", kRange},
         {"-1", kConversion},
         {"+1", kConversion},
         {"1u", kConversion},
         {"", kConversion},
         {false, kNoOverload},
         {TimestampValue(0, 0), kNoOverload},
         {apply.Json("1e999"), kUnsafe}},
        apply);
}

TEST(Conversions, DoubleReadsDecimalTextAndTheNamesOfWhatIsNoNumber) {
  Applied apply;
  Check(FunctionId::kToDouble,
        {{1.5, "1.5"},
         {1000000000000, "1000000000000.0"},
         {int64_t{INT64_MAX}, "9.223372036854776e+18"},
         {UINT64_MAX, "1.8446744073709552e+19"},
         {"0", "0.0"},
         {"-0.0", "-0.0"},
         {"123", "123.0"},
         {"+1.5", "1.5"},
         {"-987.654", "-987.654"},
         {"6.02214e23", "6.02214e+23"},
         {"-5.43E-21", "-5.43e-21"},
         {".5", "0.5"},
         {"5.", "5.0"},
         {"NaN", "nan"},
         {"nan", "nan"},
         {"Infinity", "inf"},
         {"+Infinity", "inf"},
         {"-Infinity", "-inf"},
         {"-inf", "-inf"},
         {"INF", "inf"},
         {"1e999", kRange},
         {"-1e999", kRange},
         {"1e-999", kRange},
         {"", kConversion},
         {".", kConversion},
         {"-", kConversion},
         {"+", kConversion},
         {"+-1", kConversion},
         {"1e", kConversion},
         {"1e+", kConversion},
         {" 1", kConversion},
         {"1 ", kConversion},
         {"0x1p3", kConversion},
         {"nan(1)", kConversion},
         {"-nan", kConversion},
         {"infinit", kConversion},
         {"1.2.3", kConversion},
         {"1,5", kConversion},
         {true, kNoOverload},
         {DurationValue(1), kNoOverload},
         {apply.Json("1e999"), kUnsafe}},
        apply);
}

TEST(Conversions, StringPrintsEveryScalar) {
  Applied apply;
  Check(FunctionId::kToString,
        {{"as it is", "\"as it is\""},
         {true, "\"true\""},
         {false, "\"false\""},
         {-456, "\"-456\""},
         {int64_t{INT64_MIN}, "\"-9223372036854775808\""},
         {uint64_t{9876}, "\"9876\""},
         {123.456, "\"123.456\""},
         {-4.5e-3, "\"-0.0045\""},
         {1.0, "\"1\""},
         {-0.0, "\"-0\""},
         {0.1 + 0.2, "\"0.30000000000000004\""},
         {1e100, "\"1e+100\""},
         {5e-324, "\"5e-324\""},
         {kNan, "\"NaN\""},
         {kInf, "\"Infinity\""},
         {-kInf, "\"-Infinity\""},
         {Applied::Bytes("\xC3\xBF"), "\"\xC3\xBF\""},
         {Applied::Bytes("\xEF\xBF\xBD"), "\"\xEF\xBF\xBD\""},
         {Applied::Bytes(""), "\"\""},
         {TimestampValue(1234567890, 5000000), "\"2009-02-13T23:31:30.005Z\""},
         {DurationValue(60001000000), "\"60.001s\""},
         {Value::Text(Tag::kUrl, "https://example.com"), "\"https://example.com\""},
         {nullptr, kNoOverload},
         {apply.List({}), kNoOverload},
         {apply.Json("{}"), kNoOverload},
         {Value::Optional(nullptr), kNoOverload},
         {Value::Text(Tag::kType, "int"), kNoOverload},
         {apply.Json("1e999"), kUnsafe}},
        apply);
}

TEST(Conversions, BytesThatAreNoUtf8AreNoString) {
  Applied apply;
  for (const std::string_view bytes :
       {"\xFF", "a\x80", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_EQ(apply(FunctionId::kToString, {Applied::Bytes(bytes)}),
              "error: bytes that are no UTF-8");
  }
}

TEST(Conversions, BytesAreTheTextsOwn) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kToBytes, {"\xC3\xBF"}), "b\"\xC3\xBF\"");
  EXPECT_EQ(apply(FunctionId::kToBytes, {Applied::Bytes("abc")}), "b\"abc\"");
  EXPECT_EQ(apply(FunctionId::kToBytes, {1}), kNoOverload);
}

TEST(Conversions, BoolReadsSixSpellingsOfEach) {
  Applied apply;
  Check(FunctionId::kToBool,
        {{true, "true"},
         {"1", "true"},
         {"t", "true"},
         {"T", "true"},
         {"true", "true"},
         {"TRUE", "true"},
         {"True", "true"},
         {"0", "false"},
         {"f", "false"},
         {"F", "false"},
         {"false", "false"},
         {"FALSE", "false"},
         {"False", "false"},
         {"TrUe", kConversion},
         {"yes", kConversion},
         {"", kConversion},
         {"true ", kConversion},
         {1, kNoOverload},
         {nullptr, kNoOverload}},
        apply);
}

TEST(Conversions, TimestampsComeFromTextAndSeconds) {
  Applied apply;
  Check(FunctionId::kToTimestamp,
        {{TimestampValue(5, 6), "timestamp(5.000000006)"},
         {"2009-02-13T23:31:30Z", "timestamp(1234567890.000000000)"},
         {1234567890, "timestamp(1234567890.000000000)"},
         {kFirstSecond, "timestamp(-62135596800.000000000)"},
         {kLastSecond, "timestamp(253402300799.000000000)"},
         {kFirstSecond - 1, kRange},
         {kLastSecond + 1, kRange},
         {"tomorrow", "error: not a timestamp"},
         {1.5, kNoOverload},
         {uint64_t{1}, kNoOverload},
         {apply.Json("1e999"), kUnsafe}},
        apply);
}

TEST(Conversions, DurationsComeFromText) {
  Applied apply;
  Check(FunctionId::kToDuration,
        {{DurationValue(5), "duration(5ns)"},
         {"1h30m", "duration(5400000000000ns)"},
         {"320000000000s", kRange},
         {"a while", "error: not a duration"},
         {3600, kNoOverload},
         {apply.Json("1e999"), kUnsafe}},
        apply);
}

TEST(Conversions, TakeOneArgument) {
  Applied apply;
  for (const FunctionId id :
       {FunctionId::kType, FunctionId::kDyn, FunctionId::kToInt, FunctionId::kToUint,
        FunctionId::kToDouble, FunctionId::kToString, FunctionId::kToBytes, FunctionId::kToBool,
        FunctionId::kToTimestamp, FunctionId::kToDuration}) {
    EXPECT_EQ(apply(id, {}), kNoOverload) << Info(id).name;
    EXPECT_EQ(apply(id, {"1", "1"}), kNoOverload) << Info(id).name;
  }
}

TEST(Conversions, ReadingALongTextIsPaidFor) {
  Applied apply;
  const std::string digits(16'000, '1');
  for (const FunctionId id : {FunctionId::kToInt, FunctionId::kToUint, FunctionId::kToDouble,
                              FunctionId::kToTimestamp, FunctionId::kToDuration}) {
    EXPECT_EQ(apply.Within(999, id, {digits}), kTooMuch) << Info(id).name;
    EXPECT_NE(apply.Within(1001, id, {digits}), kTooMuch) << Info(id).name;
  }
  EXPECT_EQ(apply.Within(999, FunctionId::kToString, {Applied::Bytes(digits)}), kTooMuch);
}

}  // namespace
}  // namespace writ
