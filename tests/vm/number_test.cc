// Number tokens as values, and which of them readers do not agree on.
#include "vm/number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

namespace writ {
namespace {

TEST(Number, IntegersAreIntsWhereTheyFit) {
  const struct {
    const char* token;
    int64_t value;
  } cases[] = {
      {"0", 0},
      {"-0", 0},
      {"1", 1},
      {"-1", -1},
      {"999999999999999", 999999999999999},
      {"-999999999999999", -999999999999999},
      {"1000000000000000", 1000000000000000},
      {"9007199254740992", 9007199254740992},
      {"-9007199254740992", -9007199254740992},
      {"9007199254740994", 9007199254740994},
      {"9000000000000000000", 9000000000000000000},
      {"-9000000000000000000", -9000000000000000000},
  };
  for (const auto& c : cases) {
    const Value value = ReadNumber(c.token);
    ASSERT_TRUE(value.is(Tag::kInt)) << c.token;
    EXPECT_EQ(value.i, c.value) << c.token;
  }
}

TEST(Number, LargerOnesAreUintsWhereTheyFit) {
  const Value value = ReadNumber("10000000000000000000");
  ASSERT_TRUE(value.is(Tag::kUint));
  EXPECT_EQ(value.u, 10000000000000000000u);
  EXPECT_TRUE(ReadNumber("-10000000000000000000").is(Tag::kDouble)) << "no uint is negative";
}

TEST(Number, OthersAreDoubles) {
  for (const char* token :
       {"0.0", "-0.0", "1.0", "1e0", "1E5", "-2.5e-3", "0.1", "1e308", "5e-324", "1e-310",
        "0e999999", "0.0000000000000000000000001", "100000000000000000000", "123456789012345.67",
        "1000000000000000000000000000000e-30", "1.7976931348623157e308", "0.30000000000000004",
        "100000.000000000000000000000000000000"}) {
    const Value value = ReadNumber(token);
    ASSERT_TRUE(value.is(Tag::kDouble)) << token;
    EXPECT_EQ(value.d, std::strtod(token, nullptr)) << token;
  }
  EXPECT_TRUE(std::signbit(ReadNumber("-0.0").d));
}

TEST(Number, ThoseThatReadersRoundDifferentlyAreUnsafe) {
  for (const char* token : {
           "9007199254740993",           // 2^53 + 1
           "-9007199254740993",          //
           "9223372036854775807",        // 19 digits
           "9223372036854775808",        // exact as a double, but 19 digits
           "-9223372036854775808",       //
           "18446744073709551615",       //
           "18446744073709551616",       // 2^64
           "123456789012345678",         // 18 digits
           "100000000000000001",         //
           "10000000000000000000001",    // 23 digits
           "0.123456789012345678",       // 18 digits
           "1.00000000000000001",        //
           "1e309",                      // not finite
           "-1e309",                     //
           "1e400",                      //
           "1e999999999999999999999",    //
           "1e-400",                     // not zero, but read as zero
           "-1e-999999999999999999999",  //
           "100000000000000000000000",   // 10^23 is not exact as a double
       }) {
    const Value value = ReadNumber(token);
    ASSERT_TRUE(value.is(Tag::kUnsafeNumber)) << token;
    EXPECT_EQ(value.view(), token);
  }
}

TEST(Number, AreWrittenAsJsonWritesThem) {
  for (const char* text : {"0", "-0", "7", "10", "0.5", "-0.50", "1e5", "1E+05", "1.5e-3", "0e0"}) {
    EXPECT_TRUE(IsJsonNumber(text)) << text;
  }
  for (const char* text :
       {"",   "-",  "+1",  "01", "-01", "00",  ".5",       "1.",    "1.e5",  "1e",  "1e+",
        "1 ", " 1", "1\n", "1x", "0x1", "NaN", "Infinity", "1e5.0", "1.2.3", "--1", "1e--5"}) {
    EXPECT_FALSE(IsJsonNumber(text)) << text;
  }
}

TEST(Number, OnlyDigitsBetweenTheOuterZerosCount) {
  EXPECT_TRUE(ReadNumber("0.00000000000000000000012345678901234567").is(Tag::kDouble));
  EXPECT_TRUE(ReadNumber("1234567890123456700000.0000000").is(Tag::kDouble));
  EXPECT_TRUE(ReadNumber("0.000000000000000000000123456789012345678").is(Tag::kUnsafeNumber));
  EXPECT_TRUE(ReadNumber("1" + std::string(400, '0')).is(Tag::kUnsafeNumber));
  EXPECT_TRUE(ReadNumber("1" + std::string(22, '0')).is(Tag::kDouble)) << "10^22 is exact";
}

TEST(Number, TakesTokensOfAnyLength) {
  const std::string zeros(1 << 20, '0');
  EXPECT_TRUE(ReadNumber("0." + zeros).is(Tag::kDouble));
  EXPECT_TRUE(ReadNumber("1." + zeros).is(Tag::kDouble));
  EXPECT_TRUE(ReadNumber("1" + zeros).is(Tag::kUnsafeNumber));
  EXPECT_TRUE(ReadNumber("1." + zeros + "1").is(Tag::kUnsafeNumber));
  EXPECT_TRUE(ReadNumber("0." + zeros + "1").is(Tag::kUnsafeNumber));
  EXPECT_TRUE(ReadNumber("1e" + zeros + "5").is(Tag::kDouble));
  EXPECT_TRUE(ReadNumber(std::string(1 << 20, '9')).is(Tag::kUnsafeNumber));
}

// An int that is not exact as a double is what a JavaScript server reads as another.
TEST(Number, SafeIntegersAreThoseThatADoubleHolds) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 100000; ++i) {
    const uint64_t bits = random();
    const auto value = static_cast<int64_t>(bits >> (1 + random() % 63));
    std::string token = std::to_string(value);
    const Value read = ReadNumber(token);
    const std::string significant = token.substr(0, token.find_last_not_of('0') + 1);
    const bool exact = static_cast<double>(value) < 0x1p63 &&
                       static_cast<int64_t>(static_cast<double>(value)) == value;
    const bool safe = exact && significant.size() <= 17;
    ASSERT_EQ(read.is(Tag::kInt), safe) << token;
    if (safe) {
      ASSERT_EQ(read.i, value);
      token.insert(0, "-");
      ASSERT_EQ(ReadNumber(token).i, -value) << token;
    }
  }
}

}  // namespace
}  // namespace writ
