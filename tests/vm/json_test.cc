// The scanner on literal lines: each violation, each oddity that is allowed, and what goes to the
// slots of a trie.
#include "vm/json.h"
#include "vm/span.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "vm/number.h"
#include "vm/scan.h"

namespace writ {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

struct Line {
  std::string_view text;
  Violation violation = Violation::kNone;
  size_t offset = 0;
};

void ExpectAll(const std::vector<Line>& lines, const Paths& paths = Paths({"a"})) {
  for (const Line& line : lines) {
    const Scanned scanned(line.text, paths);
    EXPECT_EQ(ViolationText(scanned.result.violation), ViolationText(line.violation))
        << "line: " << line.text;
    if (line.violation != Violation::kNone) {
      EXPECT_EQ(scanned.result.offset, line.offset) << "line: " << line.text;
    }
  }
}

std::string Nested(size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

// `count` members named "m0", "m1", …, as the inside of an object.
std::string Members(size_t count) {
  std::string members;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) members += ',';
    members += "\"m" + std::to_string(i) + "\":" + std::to_string(i);
  }
  return members;
}

// ---- What is JSON, and what is not.

TEST(Json, AcceptsWhatIsOddButAllowed) {
  ExpectAll({
      {"null"},
      {"true"},
      {"false"},
      {"0"},
      {"-0"},
      {"-0.0e-0"},
      {"1E+400"},
      {"123456789012345678901234567890"},
      {"\"\""},
      {"[]"},
      {"{}"},
      {" \t[ \t] \t"},
      {"{ \"a\" :\t1 , \"b\" : [ ] }"},
      {"{\"\":1}"},
      {"{\"a\":{\"a\":{\"a\":1}}}"},
      {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude42\""},
      {"\"\\u0000\""},
      {"\"\x7F\""},
      {"\"\xC2\x80\xE2\x82\xAC\xF0\x9F\x99\x82\xEF\xBF\xBF\""},
      {"\"\xEF\xBB\xBF\""},  // the mark is text inside of a string
      {"{\"a\":1}\r"},       // the one place where a CR may stand
      {"[1] \r"},
      {"1\r"},
      {"{\"a\":1,\"A\":2}"},  // which look alike, but that is not the scanner's to refuse
      {"{\"a\":1,\"a\\u0000\":2}"},
      {"[{\"x\":1},{\"x\":2}]"},  // the same name in two objects
  });
}

TEST(Json, RefusesWhatTheGrammarLacks) {
  const Violation no = Violation::kNotJson;
  ExpectAll({
      {"", no, 0},
      {"   ", no, 3},
      {"\r", no, 1},
      {"nul", no, 0},
      {"nulL", no, 0},
      {"True", no, 0},
      {"trues", no, 4},
      {"NaN", no, 0},
      {"-", no, 1},
      {"+1", no, 0},
      {"01", no, 1},
      {"-01", no, 2},
      {"1.", no, 2},
      {".5", no, 0},
      {"1e", no, 2},
      {"1e+", no, 3},
      {"0x10", no, 1},
      {"1 2", no, 2},
      {"{} {}", no, 3},
      {"[1,]", no, 3},
      {"[,1]", no, 1},
      {"[1 2]", no, 3},
      {"[1", no, 2},
      {"[", no, 1},
      {"]", no, 0},
      {"[}", no, 1},
      {"{]", no, 1},
      {"{\"a\"}", no, 4},
      {"{\"a\":}", no, 5},
      {"{\"a\" 1}", no, 5},
      {"{\"a\":1,}", no, 7},
      {"{,}", no, 1},
      {"{a:1}", no, 1},
      {"{1:1}", no, 1},
      {"{'a':1}", no, 1},
      {"{\"a\":1 /* x */}", no, 7},
      {"\"", no, 1},
      {"\"abc", no, 4},
      {"\"abc\\", no, 4},
      {"\"\\x41\"", no, 1},
      {"\"\\u00G0\"", no, 1},
      {"\"\\u004\"", no, 1},
      {"\"\\u", no, 1},
      {"\"\\U0041\"", no, 1},
      {"\"a\tb\"", no, 2},
      {"\"a\rb\"", no, 2},
      {"\"a\0b\""sv, no, 2},
      {"{\"a\":1}\0"sv, no, 7},
      {"\0{\"a\":1}"sv, no, 0},
      {"{\"a\":1}\v", no, 7},
      {"{\"a\":1}\xC2\xA0", no, 7},  // a space, but not JSON's
      {"\xEF\xBB\xBF{}", no, 0},     // a byte order mark
      {"\xFF\xFE{\0}\0"sv, no, 0},   // UTF-16
      {"{}\n{}", no, 2},             // a line holds no LF
  });
}

TEST(Json, RefusesOtherBytesThanUtf8) {
  const Violation no = Violation::kInvalidUtf8;
  ExpectAll({
      {"\"\x80\"", no, 1},
      {"\"a\xC3\"", no, 2},
      {"\"\xC0\xAF\"", no, 1},
      {"\"\xE0\x80\xAF\"", no, 1},
      {"\"\xED\xA0\x80\"", no, 1},
      {"\"\xF4\x90\x80\x80\"", no, 1},
      {"\"\xF8\x88\x80\x80\x80\"", no, 1},
      {"\"\xF0\x9F\x99", Violation::kNotJson, 4},
      {"{\"\xFF\":1}", no, 2},
      {"[1,\"\xFF\",2]", no, 4},
      {"[\"\xFF\",}", Violation::kNotJson, 5},
  });
}

TEST(Json, RefusesACarriageReturnWithinALine) {
  const Violation no = Violation::kCarriageReturn;
  ExpectAll({
      {"\r{}", no, 0},
      {"{\r}", no, 1},
      {"{\"a\"\r:1}", no, 4},
      {"{\"a\":\r1}", no, 5},
      {"{\"a\":1\r}", no, 6},
      {"[1,\r2]", no, 3},
      {"{}\r\r", no, 2},
      {"{}\r ", no, 2},
  });
}

TEST(Json, RefusesAMemberThatIsThereTwice) {
  const Violation no = Violation::kDuplicateMember;
  ExpectAll({
      {"{\"a\":1,\"a\":2}", no, 7},
      {"{\"\":1,\"\":2}", no, 6},
      {"{\"a\":1,\"b\":2,\"a\":1}", no, 13},
      {"{\"a\":1,\"\\u0061\":2}", no, 7},
      {"{\"\\u00e9\":1,\"\xC3\xA9\":2}", no, 12},
      {"{\"\\/\":1,\"/\":2}", no, 8},
      {"{\"\\ud83d\\ude42\":1,\"\xF0\x9F\x99\x82\":2}", no, 18},
      {"{\"long enough to be no single word\":1,\"long enough to be no single word\":2}", no, 38},
      {"[[{\"x\":{\"b\":1,\"b\":2}}]]", no, 14},
      {"{\"unread\":{\"b\":[{\"c\":1,\"c\":1}]}}", no, 23},
  });
  const Scanned escaped("{\"\\u0061b\":1,\"ab\":2}", Paths({"x"}));
  EXPECT_EQ(escaped.scanner.offending_name(), "ab");
}

// Above a number of members names are sorted instead of compared one by one; nothing else changes.
TEST(Json, FindsAMemberTwiceInObjectsOfEverySize) {
  for (const size_t count : {1u, 2u, 23u, 24u, 25u, 26u, 27u, 100u, 5000u}) {
    const std::string members = Members(count);
    EXPECT_TRUE(Scanned("{" + members + "}", Paths({"x"})).result.ok()) << count;
    for (const size_t twice : {size_t{0}, count / 2, count - 1}) {
      const std::string name = "m" + std::to_string(twice);
      for (const std::string& spelt : {name, "\\u006d" + std::to_string(twice)}) {
        const std::string line = "[0,{" + members + ",\"" + spelt + "\":0},{\"m0\":1}]";
        const Scanned scanned(line, Paths({"x"}));
        EXPECT_EQ(scanned.result.violation, Violation::kDuplicateMember) << count << " " << spelt;
        EXPECT_EQ(scanned.scanner.offending_name(), name) << count;
      }
    }
  }
}

// Names that the trie has are told apart by their edges, as far as there is a bit for each.
TEST(Json, FindsAMemberTwiceAmongThoseThatAreRead) {
  for (const size_t count : {1u, 2u, 63u, 64u, 65u, 70u}) {
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) names.push_back("m" + std::to_string(i));
    const Paths paths(names);
    EXPECT_TRUE(Scanned("{" + Members(count + 5) + "}", paths).result.ok()) << count;
    for (const std::string& name : names) {
      const std::string line = "{" + Members(count) + ",\"other\":0,\"" + name + "\":0}";
      EXPECT_EQ(Scanned(line, paths).result.violation, Violation::kDuplicateMember)
          << name << " of " << count;
      // Of an object within, whose names are no duplicates of those around it.
      EXPECT_TRUE(
          Scanned("{" + Members(count) + ",\"in\":{\"" + name + "\":0}}", paths).result.ok())
          << name << " of " << count;
    }
  }
}

TEST(Json, RefusesHalfASurrogatePairInAName) {
  const Violation no = Violation::kSurrogateInName;
  ExpectAll({
      {"{\"\\ud800\":1}", no, 1},
      {"{\"\\udc00\":1}", no, 1},
      {"{\"\\ude42\\ud83d\":1}", no, 1},
      {"{\"\\ud83d\\ud83d\\ude42\":1}", no, 1},
      {"{\"\\ud83dx\":1}", no, 1},
      {"{\"\\ud83d\\n\":1}", no, 1},
      {"{\"x\":[{\"\\uDFFF\":1}]}", no, 7},
      {"{\"\\ud83d\\ude42\":1}"},
  });
}

TEST(Json, RefusesHalfASurrogatePairInAValueThatIsReadOnly) {
  const Violation no = Violation::kSurrogateInValue;
  const Paths paths({"a", "?p", "o/a"});
  ExpectAll(
      {
          {"{\"a\":\"\\ud800\"}", no, 5},
          {"{\"a\":[1,{\"x\":\"\\udc00\"}]}", no, 13},
          {"{\"o\":{\"a\":\"\\ud83dx\"}}", no, 10},
          {"{\"p\":\"\\ud800\"}"},  // only its presence is asked
          {"{\"p\":[\"\\ud800\"]}"},
          {"{\"b\":\"\\ud800\"}"},
          {"{\"o\":{\"b\":\"\\ud800\"}}"},
          {"{\"o\":\"\\ud800\"}"},
          {"{\"A\":\"\\ud800\"}"},
          {"{\"a\":\"\\ud83d\\ude42\"}"},
      },
      paths);
}

TEST(Json, ReportsTheFirstViolationButThatItIsNoJsonAboveAll) {
  ExpectAll({
      {"{\"a\":\"\xFF\",\"a\":1,\r\"b\":2}", Violation::kInvalidUtf8, 6},
      {"{\"b\":1,\"b\":2,\"c\":\"\xFF\"}", Violation::kDuplicateMember, 7},
      {"{\"b\":1,\"b\":2,\"c\":\"\xFF\"", Violation::kNotJson, 20},
      {"\r{\"b\":1,\"b\":2", Violation::kNotJson, 13},
  });
}

// ---- Depth.

TEST(Json, NestsUpToTheLimit) {
  const Paths paths({"a"});
  EXPECT_TRUE(Scanned(Nested(128), paths).result.ok());
  const Scanned deeper(Nested(129), paths);
  EXPECT_EQ(deeper.result.violation, Violation::kTooDeep);
  EXPECT_EQ(deeper.result.offset, 128u);
  // The message object is 1.
  EXPECT_TRUE(Scanned("{\"a\":" + Nested(127) + "}", paths).result.ok());
  EXPECT_EQ(Scanned("{\"a\":" + Nested(128) + "}", paths).result.violation, Violation::kTooDeep);
  // Neighbours do not add up.
  EXPECT_TRUE(Scanned("[" + Nested(127) + "," + Nested(127) + "]", paths).result.ok());
}

TEST(Json, NestsUpToALimitOfTheCallers) {
  const Paths paths({"a"});
  EXPECT_TRUE(Scanned("[[1]]", paths, 2).result.ok());
  EXPECT_EQ(Scanned("[[[1]]]", paths, 2).result.violation, Violation::kTooDeep);
  EXPECT_TRUE(Scanned("1", paths, 0).result.ok());
  EXPECT_EQ(Scanned("[]", paths, 0).result.violation, Violation::kTooDeep);
}

TEST(Json, GoesOnAfterWhatIsTooDeep) {
  const std::string deep = Nested(130);
  const Scanned scanned("{\"x\":" + deep + ",\"a\":7}", Paths({"a"}));
  EXPECT_EQ(scanned.result.violation, Violation::kTooDeep);
  EXPECT_EQ(scanned[0], "7");
}

// Beyond the limit the grammar is still checked.
TEST(Json, IsNoJsonBeyondTheLimitEither) {
  const std::vector<std::pair<std::string_view, bool>> insides = {
      {"{\"a\":1,\"b\":[true,false,null,\"\\n\",-1.5e3]}", true},
      {" { } ", true},
      {"[ ]", true},
      {"{\"a\":{\"a\":{}},\"b\" : {}}", true},
      {"[[],[[]],{}]", true},
      {"{\"a\":1,}", false},
      {"{\"a\"}", false},
      {"{\"a\":}", false},
      {"{a:1}", false},
      {"[1,]", false},
      {"[1 2]", false},
      {"[}", false},
      {"{]", false},
      {"tru", false},
      {"fals", false},
      {"nul", false},
      {"01", false},
      {"\"\\x\"", false},
      {"\"", false},
  };
  const std::string open(129, '[');
  const std::string close(129, ']');
  for (const auto& [inside, is_json] : insides) {
    const Scanned scanned(open + std::string(inside) + close, Paths({"a"}));
    EXPECT_EQ(scanned.result.violation, is_json ? Violation::kTooDeep : Violation::kNotJson)
        << inside;
  }
}

TEST(Json, ReadsAHundredThousandBrackets) {
  const Paths paths({"a"});
  for (const std::string open : {"[", "{\"a\":"}) {
    std::string line;
    for (int i = 0; i < 100000; ++i) line += open;
    const std::string opened = line;
    EXPECT_EQ(Scanned(opened, paths).result.violation, Violation::kNotJson);
    line += "1";
    for (int i = 0; i < 100000; ++i) line += open == "[" ? ']' : '}';
    EXPECT_EQ(Scanned(line, paths).result.violation, Violation::kTooDeep);
    line.pop_back();
    EXPECT_EQ(Scanned(line, paths).result.violation, Violation::kNotJson);
  }
}

// ---- Slots.

TEST(Json, FillsSlotsWithValuesOfEveryKind) {
  const Paths paths({"null", "yes", "no", "int", "float", "text", "list", "map"});
  const Scanned all(
      R"({"null":null,"yes":true,"no":false,"int":-5,"float":2.5,"text":"x","list":[1, 2],)"
      R"("map":{"k" : 1}})",
      paths);
  ASSERT_TRUE(all.result.ok());
  const std::vector<std::string> values = {"null", "true",  "false",  "-5",
                                           "2.5",  "\"x\"", "[1, 2]", "{\"k\" : 1}"};
  const std::vector<std::string> raw = values;
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(all[i], values[i]);
    EXPECT_EQ(all.raw(i), raw[i]);
  }
  EXPECT_EQ(all.slots.values[6].tag, Tag::kListSpan);
  EXPECT_EQ(all.slots.values[7].tag, Tag::kMapSpan);
  EXPECT_EQ(all.slots.target.filled, 0xFFu);
}

TEST(Json, LeavesSlotsOfWhatIsNotThereAlone) {
  const Scanned none(R"({"b":{"a":1},"list":[{"a":1}],"a ":1,"aa":1})", Paths({"a", "list/a"}));
  EXPECT_TRUE(none.slots.values[0].is(Tag::kAbsent));
  EXPECT_TRUE(none.slots.values[1].is(Tag::kAbsent)) << "lists have no members";
  EXPECT_EQ(none.slots.target.filled, 0u);
}

TEST(Json, FillsSlotsAtDepthAndAroundThem) {
  const Paths paths({"a/b/c", "a/b", "", "a/d"});
  const Scanned scanned(R"({"x":{"b":0},"a":{"d":1,"b":{"c":"deep","e":[]}}})", paths);
  EXPECT_EQ(scanned[0], "\"deep\"");
  EXPECT_EQ(scanned[1], R"({"c":"deep","e":[]})");
  EXPECT_EQ(scanned[2], scanned.text.view());
  EXPECT_EQ(scanned[3], "1");
  const Scanned scalar("5", paths);
  EXPECT_EQ(scalar[2], "5");
  EXPECT_EQ(scalar.slots.target.filled, 4u);
}

TEST(Json, UnescapesWhatIsRead) {
  const Paths paths({"a", "n\xC3\xA9/x", "list"});
  const Scanned scanned(
      R"({"\u0061":"\"\\\/\b\f\n\r\t\u0000\u00e9\u20ac\ud83d\ude42","n\u00E9":{"x":"y"},)"
      R"("list":["\u0041"]})",
      paths);
  ASSERT_TRUE(scanned.result.ok());
  EXPECT_EQ(scanned.slots.values[0].view(),
            "\"\\/\b\f\n\r\t\0\xC3\xA9\xE2\x82\xAC\xF0\x9F\x99\x82"sv);
  EXPECT_EQ(scanned[1], "\"y\"");
  EXPECT_EQ(scanned[2], R"(["\u0041"])") << "a span stays as it is until it is read";
}

// A string without escapes is a view of the line.
TEST(Json, CopiesNoText) {
  const Scanned scanned(R"({"a":"plain"})", Paths({"a"}));
  const char* text = scanned.slots.values[0].text;
  EXPECT_GE(text, scanned.text.view().data());
  EXPECT_LT(text, scanned.text.view().data() + scanned.text.view().size());
}

TEST(Json, TellsNamesApartByEveryByte) {
  const Paths paths({"abcdefg", "abcdefgh", "abcdefghi", "abcdefghj", "abcdefghij", "z"});
  const Scanned scanned(
      R"({"abcdefghij":4,"abcdefghj":3,"abcdefghi":2,"abcdefgh":1,"abcdefg":0,"abcdefghk":9})",
      paths);
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(scanned[i], std::to_string(i));
  EXPECT_EQ(scanned[5], "absent");
}

TEST(Json, TakesHugeNamesAndTexts) {
  const std::string huge(1 << 20, 'n');
  const Scanned scanned("{\"" + huge + "\":\"" + huge + "\",\"x" + huge + "\":1}", Paths({huge}));
  ASSERT_TRUE(scanned.result.ok());
  EXPECT_EQ(scanned.slots.values[0].view(), huge);
  EXPECT_EQ(Scanned("{\"" + huge + "\":1,\"" + huge + "\":2}", Paths({"a"})).result.violation,
            Violation::kDuplicateMember);
}

// Strings are searched in steps of 16 to 128 bytes: what ends one may stand anywhere in a step.
TEST(Json, SeesEveryByteOfAStringWhereverItStands) {
  const Paths paths({"a"});
  for (size_t before = 0; before <= 300; ++before) {
    const std::string plain(before, 'x');
    const std::string line = "{\"a\":\"" + plain;
    EXPECT_EQ(Scanned(line + "\"}", paths).slots.values[0].view(), plain);
    EXPECT_EQ(Scanned(line + "\\u0041\"}", paths).slots.values[0].view(), plain + "A");
    EXPECT_EQ(Scanned(line + "\xC3\xA9\"}", paths).slots.values[0].view(), plain + "\xC3\xA9");
    for (const char* broken : {"\xC3", "\x80", "\xE2\x82", "\xED\xA0\x80", "\xF5\x80\x80\x80"}) {
      const ScanResult result = Scanned(line + broken + "\"}", paths).result;
      EXPECT_EQ(result.violation, Violation::kInvalidUtf8) << before;
      EXPECT_EQ(result.offset, line.size()) << before;
    }
    for (const char* broken : {"\x1F", "\n", "\\x", "\\u12G4", ""}) {
      EXPECT_EQ(Scanned(line + broken + "\"}", paths).result.violation,
                *broken == '\0' ? Violation::kNone : Violation::kNotJson)
          << before;
    }
    EXPECT_EQ(Scanned(line + "\0\"}"s, paths).result.violation, Violation::kNotJson);
    EXPECT_EQ(Scanned(line, paths).result.violation, Violation::kNotJson);
    // Likewise where nobody reads.
    EXPECT_EQ(Scanned("{\"b\":\"" + plain + "\xC3\"}", paths).result.violation,
              Violation::kInvalidUtf8);
  }
}

// Runs of other characters than ASCII are walked in one go, which ends at the first that is.
TEST(Json, ReadsRunsOfUtf8) {
  const Paths paths({"a"});
  for (const std::string& character : {"\xC3\xA9"s, "\xE2\x82\xAC"s, "\xF0\x9F\x99\x82"s}) {
    for (size_t count = 1; count <= 40; ++count) {
      std::string run;
      for (size_t i = 0; i < count; ++i) run += character;
      EXPECT_EQ(Scanned("{\"a\":\"" + run + "\"}", paths).slots.values[0].view(), run);
      EXPECT_EQ(Scanned("{\"a\":\"" + run + "\\n" + run + "\"}", paths).slots.values[0].view(),
                run + '\n' + run);
      const ScanResult cut =
          Scanned("{\"a\":\"" + run.substr(0, run.size() - 1) + "\"}", paths).result;
      EXPECT_EQ(cut.violation, Violation::kInvalidUtf8);
      EXPECT_EQ(cut.offset, 6 + run.size() - character.size());
      EXPECT_EQ(Scanned("{\"a\":\"" + run + "\x01\"}", paths).result.offset, 6 + run.size());
    }
  }
}

// Short numbers are read as they are scanned, others after.
TEST(Json, ReadsNumbersOfEveryLength) {
  const Paths paths({"a"});
  std::string digits;
  for (size_t count = 1; count <= 20; ++count) {
    digits += static_cast<char>('0' + count % 10);
    for (size_t point = 0; point <= count; ++point) {
      for (const std::string& sign : {""s, "-"s}) {
        for (const std::string& exponent : {""s, "e2"s}) {
          std::string number = sign + digits.substr(0, point);
          if (point == 0) number += '0';
          if (point < count) number += '.' + digits.substr(point);
          number += exponent;
          const PaddedText padded(number);
          const Scanned scanned("{\"a\":" + number + "}", paths);
          const Value& value = scanned.slots.values[0];
          const Value wanted = ReadNumber(padded.view());
          ASSERT_EQ(value.tag, wanted.tag) << number;
          if (wanted.is(Tag::kUnsafeNumber)) {
            EXPECT_EQ(value.view(), number);
          } else {
            EXPECT_EQ(value.u, wanted.u) << number;
          }
        }
      }
    }
  }
}

TEST(Json, NotesWhatFillsASlotTwice) {
  const Scanned scanned(R"({"a":1,"b":2,"a":3})", Paths({"a", "b"}));
  EXPECT_EQ(scanned.result.violation, Violation::kDuplicateMember);
  EXPECT_EQ(scanned.slots.target.filled, 3u);
  EXPECT_EQ(scanned.slots.target.filled_twice, 1u);
}

TEST(Json, NotesOnlyTheFirstSlotsButFillsAll) {
  std::vector<std::string> names;
  for (int i = 0; i < 70; ++i) names.push_back("m" + std::to_string(i));
  const Scanned scanned("{" + Members(70) + "}", Paths(names));
  for (size_t i = 0; i < 70; ++i) EXPECT_EQ(scanned[i], std::to_string(i));
  EXPECT_EQ(scanned.slots.target.filled, UINT64_MAX);
}

TEST(Json, MarksNumbersThatReadersRound) {
  const Paths paths({"a", "?p"});
  const Scanned scanned(R"({"a":9007199254740993,"p":1e999})", paths);
  EXPECT_EQ(scanned.slots.values[0].tag, Tag::kUnsafeNumber);
  EXPECT_EQ(scanned.slots.values[0].view(), "9007199254740993");
  EXPECT_EQ(scanned.slots.values[1].tag, Tag::kUnsafeNumber);
}

// ---- Look-alikes.

struct Lookalike {
  std::string_view line;
  std::string_view name;  // that it looks like; empty: like none
};

TEST(Json, SeesNamesThatLookLikeOneThatIsRead) {
  const Paths paths({"status", "kind/deep", "\xC3\xA9t\xC3\xA9", "amount_of_money"});
  const Lookalike cases[] = {
      {R"({"Status":1})", "status"},
      {R"({"STATUS":1,"status":2})", "status"},
      {R"({"ſtatus":1})", "status"},
      {R"({"\u017ftatus":1})", "status"},
      {R"({"statuſ":1})", "status"},
      {"{\"\xE2\x84\xAA"
       R"(ind":1})",
       "kind"},  // the Kelvin sign
      {R"({"\u212Aind":{"deep":1}})", "kind"},
      {R"({"kind":{"Deep":1}})", "deep"},
      {"{\"\xC3\x89T\xC3\x89\":1}", "\xC3\xA9t\xC3\xA9"},
      {R"({"Amount_Of_Money":1})", "amount_of_money"},
      {R"({"amount_of_moneY":1})", "amount_of_money"},
      {R"({"status\u0000":1})", "status"},
      {R"({"status\u0000x":1})", "status"},
      {R"({"STATUS\u0000x":1})", "status"},
      {R"({"Status":[null]})", "status"},
      {R"({"Status":{}})", "status"},
      {R"({"Status":false})", "status"},

      {R"({"Status":null})", ""},
      {R"({"\u017ftatus" : null})", ""},
      {R"({"kind":{"Deep":null}})", ""},
      {R"({"status":1})", ""},
      {R"({"status ":1,"statu":1,"statuss":1,"\u0000status":1})", ""},
      {R"({"other":{"Status":1}})", ""},
      {R"({"list":[{"Status":1}]})", ""},
      {R"({"Deep":1})", ""},
      {R"({"kind":[{"Deep":1}]})", ""},
      {R"({"amount-of-money":1,"st\u0041tu5":1})", ""},
  };
  for (const Lookalike& c : cases) {
    const Scanned scanned(c.line, paths);
    EXPECT_TRUE(scanned.result.ok()) << c.line;
    const PathEdge* seen = scanned.slots.target.lookalike;
    EXPECT_EQ(seen == nullptr ? "" : seen->name, c.name) << c.line;
  }
}

TEST(Json, NotesLookalikesByEdgeAndNulsByNode) {
  // Edges are in the order of nodes, and in each by name: 0 "a", 1 "b", 2 "c" below "b".
  const Paths paths({"a", "b/c"});
  const Scanned none(R"({"a":1,"b":{"c":2}})", paths);
  EXPECT_EQ(none.slots.target.lookalike_edges, 0u);
  EXPECT_EQ(none.slots.target.nul_nodes, 0u);
  const Scanned some(R"({"A":null,"b":{"C":2},"x\u0000":1})", paths);
  EXPECT_EQ(some.slots.target.lookalike_edges, 0b101u);
  EXPECT_EQ(some.slots.target.nul_nodes, 0b001u);
  ASSERT_NE(some.slots.target.lookalike, nullptr);
  EXPECT_EQ(some.slots.target.lookalike->name, "c");
}

// What only watches is noted apart, and does not stand before what decides.
TEST(Json, NotesLookalikesOfWhatIsOnlyWatchedApart) {
  const Paths paths({"~path", "~a/b", "a/c", "~KIND", "kind", "~T", "~t"});
  struct Seen {
    std::string_view line;
    std::string_view deciding;
    std::string_view watched;
  };
  const Seen cases[] = {
      {R"({"path":1,"a":{"b":1,"c":1},"kind":1})", "", ""},
      {R"({"Path":1})", "", "path"},
      {R"({"Path":null})", "", ""},
      {R"({"path\u0000":1})", "", "path"},
      {R"({"a":{"B":1}})", "", "b"},
      {R"({"a":{"C":1}})", "c", ""},
      {R"({"A":{}})", "a", ""},
      {R"({"Path":1,"A":1})", "a", "path"},
      {R"({"Kind":1})", "kind", ""},
      {R"({"KIND":1})", "kind", ""},
      {R"({"KIND":1,"kind":1})", "kind", ""},
      {R"({"KIND":{"kind":1}})", "kind", ""},
      {R"({"T":1})", "", ""},
      {R"({"T":1,"t":2})", "", ""},
  };
  for (const Seen& c : cases) {
    const Scanned scanned(c.line, paths);
    const ScanTarget& target = scanned.slots.target;
    EXPECT_EQ(target.lookalike == nullptr ? "" : target.lookalike->name, c.deciding) << c.line;
    EXPECT_EQ(target.watched_lookalike == nullptr ? "" : target.watched_lookalike->name, c.watched)
        << c.line;
    EXPECT_EQ(target.lookalike_edges != 0, !c.deciding.empty()) << c.line;
  }
  const Scanned exact(R"({"KIND":7})", paths);
  EXPECT_EQ(exact[3], "7") << "it is read all the same";
}

// ---- Targets within targets.

class Inner : public NestedTarget {
 public:
  explicit Inner(const Paths& paths) : slots(paths) {}
  ScanTarget* Enter() override {
    ++entered;
    return wanted ? &slots.target : nullptr;
  }

  Slots slots;
  int entered = 0;
  bool wanted = true;
};

struct NestedScan {
  NestedScan(std::string_view line, Inner& inner)
      : text(line), paths({"params/arguments", "params/name", "id"}), slots(paths) {
    const PathTrie& trie = paths.trie();
    const auto child = [&trie](uint32_t node, std::string_view name) {
      const PaddedText padded(name);
      return trie.Find(node, padded.view(), NameWord(padded.view().data(), name.size()))->child;
    };
    Scanner scanner(arena);
    result = scanner.Scan(text.view(), true, slots.target, child(child(0, "params"), "arguments"),
                          &inner);
  }

  PaddedText text;
  Paths paths;
  Arena arena;
  Slots slots;
  ScanResult result;
};

TEST(Json, FillsATargetWithinATarget) {
  const Paths paths({"a", "b/c", ""});
  Inner inner(paths);
  const NestedScan scan(
      R"({"params":{"arguments":{"a":1,"b":{"c":[2]},"A":3,"id":4},"name":"n"},"id":5})", inner);
  ASSERT_TRUE(scan.result.ok());
  EXPECT_EQ(inner.entered, 1);
  EXPECT_EQ(FormatValue(inner.slots.values[0]), "1");
  EXPECT_EQ(FormatValue(inner.slots.values[1]), "[2]");
  EXPECT_EQ(FormatValue(inner.slots.values[2]), FormatValue(scan.slots.values[0]));
  EXPECT_EQ(FormatValue(scan.slots.values[0]), R"({"a":1,"b":{"c":[2]},"A":3,"id":4})");
  EXPECT_EQ(FormatValue(scan.slots.values[1]), "\"n\"");
  EXPECT_EQ(FormatValue(scan.slots.values[2]), "5");
  ASSERT_NE(inner.slots.target.lookalike, nullptr);
  EXPECT_EQ(scan.slots.target.lookalike, nullptr);
}

TEST(Json, ChecksATargetThatIsNotWanted) {
  const Paths paths({"a"});
  Inner inner(paths);
  inner.wanted = false;
  const NestedScan scan(R"({"params":{"arguments":{"a":1,"a":2}}})", inner);
  EXPECT_EQ(scan.result.violation, Violation::kDuplicateMember);
  EXPECT_TRUE(inner.slots.values[0].is(Tag::kAbsent));
}

TEST(Json, EntersAnObjectInTheRightPlaceOnly) {
  for (const std::string_view line :
       {R"({"params":{"arguments":[{"a":1}]}})"sv, R"({"params":{"arguments":"a"}})"sv,
        R"({"params":[{"arguments":{"a":1}}]})"sv, R"({"arguments":{"a":1}})"sv,
        R"({"params":{"Arguments":{"a":1}}})"sv, R"({"params":{"x":{"arguments":{"a":1}}}})"sv}) {
    const Paths paths({"a"});
    Inner inner(paths);
    const NestedScan scan(line, inner);
    EXPECT_TRUE(scan.result.ok()) << line;
    EXPECT_EQ(inner.entered, 0) << line;
  }
}

TEST(Json, EntersOncePerScan) {
  const Paths paths({"a"});
  Inner inner(paths);
  const NestedScan scan(R"({"params":{"arguments":{"a":1},"arguments":{"a":2}}})", inner);
  EXPECT_EQ(scan.result.violation, Violation::kDuplicateMember);
  EXPECT_EQ(inner.entered, 1);
}

TEST(Json, ASurrogateInAnInnerValueThatIsReadIsRefused) {
  const Paths paths({"a"});
  Inner inner(paths);
  EXPECT_EQ(NestedScan(R"({"params":{"arguments":{"a":"\ud800"}}})", inner).result.violation,
            Violation::kSurrogateInValue);
}

// What only watches refuses no line: half a pair reads as U+FFFD.
TEST(Json, ASurrogateThatIsOnlyWatchedIsNotRefused) {
  const Paths paths({"~a", "d", "~o", "o/d", "~w", "?w/p"});
  for (const std::string_view line : {R"({"a":"\ud800"})", R"({"a":[1,{"x":"\ud800"}]})",
                                      R"({"o":{"x":"\ud800"}})", R"({"w":{"p":"\ud800"}})"}) {
    EXPECT_EQ(Scanned(line, paths).result.violation, Violation::kNone) << line;
  }
  for (const std::string_view line :
       {R"({"d":"\ud800"})", R"({"o":{"d":"\ud800"}})", R"({"o":{"d":[["\ud800"]]}})"}) {
    EXPECT_EQ(Scanned(line, paths).result.violation, Violation::kSurrogateInValue) << line;
  }
  const Scanned text(R"({"a":"x\ud800"})", paths);
  EXPECT_EQ(text.slots.values[0].view(), "x\xEF\xBF\xBD");
  const Scanned list(R"({"a":["x\ud800"]})", paths);
  EXPECT_TRUE(list.slots.values[0].is(Tag::kListSpan));
}

TEST(Json, AWholeValueThatIsOnlyWatchedIsNotRefused) {
  EXPECT_TRUE(Scanned(R"({"a":["\ud800"]})", Paths({"~"})).result.ok());
  EXPECT_FALSE(Scanned(R"({"a":["\ud800"]})", Paths({""})).result.ok());
}

// ---- A value within a line.

TEST(Json, ScansAValueWithinALine) {
  const PaddedText line(R"({"x":{"a":[1,2]},"y":1e5,"a":9})");
  const Paths paths({"a", ""});
  Arena arena;
  Scanner scanner(arena);
  Slots object(paths);
  EXPECT_TRUE(scanner.Scan(line.view().substr(5, 11), false, object.target).ok());
  EXPECT_EQ(FormatValue(object.values[0]), "[1,2]");
  EXPECT_EQ(object.raw[1], R"({"a":[1,2]})");
  Slots number(paths);
  EXPECT_TRUE(scanner.Scan(line.view().substr(21, 3), false, number.target).ok());
  EXPECT_EQ(number.raw[1], "1e5");
}

// ---- Spans, read a level at a time.

TEST(Json, ReadsSpansOfLists) {
  Arena arena;
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"[]", "[]"},
      {"[ ]", "[]"},
      {"[1]", "[1]"},
      {"[ 1 , \"a,]\" ,\ttrue,false,null , -2.5 ]", "[1, \"a,]\", true, false, null, -2.5]"},
      {"[[1,2],{\"a\":[]},[]]", "[[1,2], {\"a\":[]}, []]"},
      {R"(["\u0041\"]","\\"])", R"(["A\"]", "\\"])"},
      {"[1e999]", "[1e999]"},
      {"[[\"]\"],\"[\"]", "[[\"]\"], \"[\"]"},
  };
  for (const auto& [span, read] : cases) {
    EXPECT_EQ(FormatValue(Value::Of(ReadListSpan(span, arena)), 1000), read) << span;
  }
  EXPECT_TRUE(ReadListSpan("[1e999]", arena)->items[0].is(Tag::kUnsafeNumber));
  EXPECT_TRUE(ReadListSpan("[[1]]", arena)->items[0].is(Tag::kListSpan));
}

TEST(Json, ReadsSpansOfMaps) {
  Arena arena;
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"{}", "{}"},
      {"{ \t}", "{}"},
      {"{\"b\":1,\"a\":2}", "{\"b\": 1, \"a\": 2}"},
      {"{ \"a\" : \"}\" , \"\\u0062\\\"\":\t{\"c\":1} }", "{\"a\": \"}\", \"b\\\"\": {\"c\":1}}"},
      {"{\"\":{\"\":{}}}", "{\"\": {\"\":{}}}"},
  };
  for (const auto& [span, read] : cases) {
    EXPECT_EQ(FormatValue(Value::Of(ReadMapSpan(span, arena)), 1000), read) << span;
  }
}

TEST(Json, UnescapesAndTellsOfHalfASurrogatePair) {
  Arena arena;
  bool lone = false;
  EXPECT_EQ(Unescape("plain", arena, &lone), "plain");
  EXPECT_EQ(Unescape("", arena, &lone), "");
  EXPECT_EQ(Unescape(R"(\ud83d\ude42\uD83D\uDE42)", arena, &lone),
            "\xF0\x9F\x99\x82\xF0\x9F\x99\x82");
  EXPECT_EQ(Unescape(R"(\udbff\udfff\ud800\udc00)", arena, &lone),
            "\xF4\x8F\xBF\xBF\xF0\x90\x80\x80");
  EXPECT_FALSE(lone);
  for (const std::string_view half :
       {R"(\ud83d)"sv, R"(\ude42)"sv, R"(\ud83d\u0041)"sv, R"(\ud83d\\ude42)"sv,
        R"(\ude42\ud83d)"sv, R"(x\ud83dx)"sv, R"(\ud83d\ud83d\ude42)"sv}) {
    lone = false;
    Unescape(half, arena, &lone);
    EXPECT_TRUE(lone) << half;
  }
  EXPECT_EQ(Unescape(R"(\ud83d)", arena, &lone), "\xEF\xBF\xBD");
}

TEST(Json, ViolationsHaveNamesOfTheirOwn) {
  std::vector<std::string_view> texts;
  for (int i = 0; i <= static_cast<int>(Violation::kSurrogateInValue); ++i) {
    const std::string_view text = ViolationText(static_cast<Violation>(i));
    EXPECT_FALSE(text.empty());
    for (const std::string_view other : texts) EXPECT_NE(text, other);
    texts.push_back(text);
  }
}

}  // namespace
}  // namespace writ
