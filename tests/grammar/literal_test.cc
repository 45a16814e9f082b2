// Every form of a literal.
#include "grammar/literal.h"

#include <gtest/gtest.h>

#include <cmath>

#include "grammar/print.h"

namespace writ::cel {
namespace {

struct Case {
  std::string_view source;
  std::string_view value;  // as print.h shows it
};

void Check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(PrintParsed(c.source), c.value) << c.source;
}

TEST(Literal, Constants) {
  Check({{"true", "true"}, {"false", "false"}, {"null", "null"}});
}

TEST(Literal, Ints) {
  Check({
      {"0", "0"},
      {"007", "7"},
      {"-0", "0"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"- 9223372036854775808", "-9223372036854775808"},
      {"0x0", "0"},
      {"0xfF", "255"},
      {"-0xA", "-10"},
      {"0x7fffffffffffffff", "9223372036854775807"},
      {"-0x8000000000000000", "-9223372036854775808"},
      {"00000000000000000000000000000000000001", "1"},
  });
}

TEST(Literal, Uints) {
  Check({
      {"0u", "0u"},
      {"1U", "1u"},
      {"18446744073709551615u", "18446744073709551615u"},
      {"0xffffffffffffffffu", "18446744073709551615u"},
      {"0x10U", "16u"},
  });
}

TEST(Literal, Doubles) {
  Check({
      {"1.0", "1.0"},
      {".5", "0.5"},
      {"-.5", "-0.5"},
      {"1e3", "1000.0"},
      {"1E-3", "0.001"},
      {"1.5e+2", "150.0"},
      {".5e1", "5.0"},
      {"1.7976931348623157e308", "1.7976931348623157e+308"},
      {"5e-324", "5e-324"},
      {"0e999999999999999999999", "0.0"},
      {"1e-400", "0.0"},
      {"0.1e-99999999999999999999", "0.0"},
      {"123456789012345678901234567890.0", "1.2345678901234568e+29"},
  });
  const Ast zero = *Parse("-0.0");
  EXPECT_TRUE(std::signbit(std::get<double>(zero.literal(zero.node(zero.root)))));
}

TEST(Literal, DoublesWithManyDigits) {
  const std::string zeros(1000, '0');
  EXPECT_EQ(PrintParsed("0." + zeros + "1e1001"), "1.0");
  EXPECT_EQ(PrintParsed("1" + zeros + "e-1000"), "1.0");
  EXPECT_EQ(PrintParsed("0." + zeros + "1e100"), "0.0");
  EXPECT_EQ(Parse("1" + zeros + "e-100").error().at, 0u);
}

TEST(Literal, QuotesOfStrings) {
  Check({
      {"''", "\"\""},
      {"\"\"", "\"\""},
      {"''''''", "\"\""},
      {"'a\"b'", "\"a\\x22b\""},
      {"\"a'b\"", "\"a'b\""},
      {"'''a'b''c'''", "\"a'b''c\""},
      {"\"\"\"a\"b\"\"\"", "\"a\\x22b\""},
      {"'a\\'b'", "\"a'b\""},
      {"'''a\\'''b'''", "\"a'''b\""},
      {"'\\\\'", "\"\\x5c\""},
      {"'//'", "\"//\""},
  });
}

TEST(Literal, LineEndsInLongStringsAreLineFeeds) {
  Check({
      {"'''a\nb'''", "\"a\\x0ab\""},
      {"'''a\r\nb'''", "\"a\\x0ab\""},
      {"'''a\rb'''", "\"a\\x0ab\""},
      {"r\"\"\"a\r\n\r\"\"\"", "\"a\\x0a\\x0a\""},
      {"'''a\\r\\nb'''", "\"a\\x0d\\x0ab\""},
  });
}

TEST(Literal, EscapesOfStrings) {
  Check({
      {R"('\a\b\f\n\r\t\v')", R"("\x07\x08\x0c\x0a\x0d\x09\x0b")"},
      {R"('\\\?\"\'\`')", R"("\x5c?\x22'`")"},
      {R"('\x41\X4a\x4B\xff')", R"("AJK\xc3\xbf")"},
      {R"('\101\000\377')", R"("A\x00\xc3\xbf")"},
      {R"('\1012')", R"("A2")"},
      {R"('\u00e9\u20AC\uffff')", R"("\xc3\xa9\xe2\x82\xac\xef\xbf\xbf")"},
      {R"('\U0001F62C\U0010ffff')", R"("\xf0\x9f\x98\xac\xf4\x8f\xbf\xbf")"},
  });
}

TEST(Literal, Bytes) {
  Check({
      {"b''", "b\"\""},
      {"B'a'", "b\"a\""},
      {"b'é'", R"(b"\xc3\xa9")"},
      {R"(b'\xff\377\101\n')", R"(b"\xff\xffA\x0a")"},
      {"b'''a'b'''", "b\"a'b\""},
  });
}

TEST(Literal, RawStrings) {
  Check({
      {R"(r'\n\x\')", R"("\x5cn\x5cx\x5c")"},
      {R"(R"\d+")", R"("\x5cd+")"},
      {R"(r'''\'''')", R"(8+1: this string is not closed)"},
      {R"(br'\xff')", R"(b"\x5cxff")"},
      {R"(bR"\")", R"(b"\x5c")"},
      {R"(Br'''a'b''')", R"(b"a'b")"},
  });
}

// A string may hold what may not stand outside of it.
TEST(Literal, AnyCharacterMayStandInAString) {
  Check({
      {std::string_view("'\0'", 3), "\"\\x00\""},
      {"'\x01\x7f\t'", "\"\\x01\\x7f\\x09\""},
      {"'“ü\u00a0'", "\"\\xe2\\x80\\x9c\\xc3\\xbc\\xc2\\xa0\""},
  });
}

}  // namespace
}  // namespace writ::cel
