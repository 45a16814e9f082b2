// Every opcode of vm/opcodes.def, run: what it gives, both exits of the tests, the errors it raises
// and who takes them; then the steps of a decision.
#include "vm/machine.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/assembler.h"
#include "vm/call.h"

namespace writ {
namespace {

// The value of the last value block of a listing.
std::string ValueOf(std::string_view listing, std::string_view arguments = "{}") {
  Call call(Assemble(listing));
  const std::vector<Block>& blocks = call.program()->blocks;
  uint32_t last = 0;
  for (uint32_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].kind == BlockKind::kValue) last = i;
  }
  return call.Evaluate(last, arguments);
}

// The value of `op` on two constants.
std::string Binary(const std::string& op, const std::string& a, const std::string& b) {
  return ValueOf("value 3\nLoadConst r1 " + a + "\nLoadConst r2 " + b + "\n" + op +
                 " r0 r1 r2\nReturn r0");
}
std::string Unary(const std::string& op, const std::string& a) {
  return ValueOf("value 2\nLoadConst r1 " + a + "\n" + op + " r0 r1\nReturn r0");
}

constexpr char kNoOverload[] = "error(no such overload)";
constexpr char kUnsafe[] = "error(a number that servers read differently)";

// ---- Values.

TEST(Machine, LoadsConstants) {
  for (const char* constant : {"1", "7u", "-1.5", "\"x\"", "true", "null", "[1]", "{\"a\":[]}"}) {
    const std::string value =
        ValueOf(std::string("value 1\nLoadConst r0 ") + constant + "\nReturn r0");
    EXPECT_EQ(value, std::string(constant) == "{\"a\":[]}" ? "{\"a\": []}" : constant);
  }
}

TEST(Machine, LoadsSlots) {
  const char* listing = "value 1\nLoadSlot r0 args.a\nReturn r0";
  EXPECT_EQ(ValueOf(listing, R"({"a":5})"), "5");
  EXPECT_EQ(ValueOf(listing, R"({"a":null})"), "null");
  EXPECT_EQ(ValueOf(listing, R"({"a":[1, {}]})"), "[1, {}]");
  EXPECT_EQ(ValueOf(listing, R"({"a":"\u0041\n"})"), R"("A\n")");
  EXPECT_EQ(ValueOf(listing, R"({})"), "error(no such field)");
  EXPECT_EQ(ValueOf(listing, R"({"a":9007199254740993})"), kUnsafe);
}

TEST(Machine, MovesAndJumps) {
  EXPECT_EQ(ValueOf(R"(
    value 2
      LoadConst r1 1
      Move r0 r1
      Jump @end
      LoadConst r0 2
    end:
      Return r0)"),
            "1");
}

TEST(Machine, Negates) {
  EXPECT_EQ(Unary("Not", "true"), "false");
  EXPECT_EQ(Unary("Not", "false"), "true");
  EXPECT_EQ(Unary("Not", "1"), kNoOverload);
  EXPECT_EQ(Unary("Not", "null"), kNoOverload);
}

TEST(Machine, ComparesForEquality) {
  EXPECT_EQ(Binary("Equal", "1", "1.0"), "true");
  EXPECT_EQ(Binary("Equal", "1", "1u"), "true");
  EXPECT_EQ(Binary("Equal", "1", "\"1\""), "false");
  EXPECT_EQ(Binary("Equal", "[1,{\"a\":2}]", "[1.0,{\"a\":2.0}]"), "true");
  EXPECT_EQ(Binary("Equal", "[1]", "{\"a\":1}"), "false");
}

TEST(Machine, OrdersNumbers) {
  EXPECT_EQ(Binary("Less", "1", "2"), "true");
  EXPECT_EQ(Binary("Less", "2", "1"), "false");
  EXPECT_EQ(Binary("Less", "-1", "0u"), "true");
  EXPECT_EQ(Binary("Less", "1.5", "2"), "true");
  EXPECT_EQ(Binary("Less", "1", "\"2\""), kNoOverload);
}

TEST(Machine, Adds) {
  EXPECT_EQ(Binary("Add", "1", "2"), "3");
  EXPECT_EQ(Binary("Add", "1u", "2u"), "3u");
  EXPECT_EQ(Binary("Add", "1.5", "2.0"), "3.5");
  EXPECT_EQ(Binary("Add", "\"ab\"", "\"c\""), "\"abc\"");
  EXPECT_EQ(Binary("Add", "\"\"", "\"\""), "\"\"");
  EXPECT_EQ(Binary("Add", "1", "2.0"), kNoOverload);
  EXPECT_EQ(Binary("Add", "true", "true"), kNoOverload);
  EXPECT_EQ(Binary("Add", "18446744073709551615u", "1u"), "error(overflow)");
  // 2^62 twice is one more than there are.
  EXPECT_EQ(Binary("Add", "4611686018427387904u", "4611686018427387904u"), "9223372036854775808u");
  EXPECT_EQ(ValueOf("value 1\nLoadSlot r0 args.a\nAdd r0 r0 r0\nReturn r0",
                    R"({"a":9000000000000000000})"),
            "error(overflow)");
}

TEST(Machine, Calculates) {
  EXPECT_EQ(Binary("Subtract", "1", "2"), "-1");
  EXPECT_EQ(Binary("Multiply", "3", "2"), "6");
  EXPECT_EQ(Binary("Divide", "7", "2"), "3");
  EXPECT_EQ(Binary("Modulo", "7", "2"), "1");
  EXPECT_EQ(Unary("Negate", "7"), "-7");
  EXPECT_EQ(Binary("Subtract", "1u", "2u"), "error(overflow)");
  EXPECT_EQ(Binary("Multiply", "9000000000000000000", "2"), "error(overflow)");
  EXPECT_EQ(Binary("Divide", "1", "0"), "error(divide by zero)");
  EXPECT_EQ(Binary("Modulo", "1", "0"), "error(divide by zero)");
  EXPECT_EQ(Unary("Negate", "7u"), kNoOverload);
  EXPECT_EQ(Binary("Add", "[1]", "[2]"), "[1, 2]");
}

TEST(Machine, OrdersUpToEqual) {
  EXPECT_EQ(Binary("LessEqual", "1", "1"), "true");
  EXPECT_EQ(Binary("LessEqual", "2", "1"), "false");
  EXPECT_EQ(Binary("LessEqual", "1.5", "2u"), "true");
  EXPECT_EQ(Binary("LessEqual", "\"a\"", "\"b\""), "true");
  EXPECT_EQ(Binary("Less", "\"b\"", "\"a\""), "false");
  EXPECT_EQ(Binary("LessEqual", "[]", "[]"), kNoOverload);
}

TEST(Machine, FindsMembersAndElements) {
  EXPECT_EQ(Binary("In", "2", "[1,2.0]"), "true");
  EXPECT_EQ(Binary("In", "\"k\"", "{\"k\":1}"), "true");
  EXPECT_EQ(Binary("In", "3", "[1,2]"), "false");
  EXPECT_EQ(Binary("In", "3", "3"), kNoOverload);
  EXPECT_EQ(Binary("In", "11.0", "[1,2,3,4,5,6,7,8,9,10,11]"), "true") << "by the index";
  EXPECT_EQ(Binary("In", "12", "[1,2,3,4,5,6,7,8,9,10,11]"), "false");
  EXPECT_EQ(Binary("Index", "[5,6]", "1"), "6");
  EXPECT_EQ(Binary("Index", "[5,6]", "2"), "error(index out of range)");
  EXPECT_EQ(Binary("Index", "{\"k\":1}", "\"k\""), "1");
  EXPECT_EQ(Binary("Index", "{\"k\":1}", "\"l\""), "error(no such key)");
  EXPECT_EQ(Binary("OptionalIndex", "[5,6]", "2"), "optional.none()");
  EXPECT_EQ(Binary("OptionalIndex", "[5,6]", "0"), "optional.of(5)");
}

TEST(Machine, KnowsWhetherAFieldIsThere) {
  const char* listing = "value 1\nLoadSlot r0 args.a\nHas r0 r0 \"k\"\nReturn r0";
  EXPECT_EQ(ValueOf(listing, R"({"a":{"j":1,"k":null}})"), "true");
  EXPECT_EQ(ValueOf(listing, R"({"a":{"j":1}})"), "false");
  EXPECT_EQ(ValueOf(listing, R"({"a":[]})"), kNoOverload);
}

TEST(Machine, BuildsMaps) {
  EXPECT_EQ(ValueOf(R"(
    value 4
      LoadConst r0 {}
      LoadConst r1 1
      LoadConst r2 "x"
      Insert r0 r0 r1 r2
      OptionalNone r3
      InsertOptional r0 r0 r2 r3
      OptionalOf r3 r1
      InsertOptional r0 r0 r2 r3
      LoadConst r3 {"y":2}
      InsertAll r0 r0 r3
      Return r0)"),
            R"({1: "x", "x": 1, "y": 2})");
  EXPECT_EQ(ValueOf(R"(
    value 3
      LoadConst r0 {}
      LoadConst r1 1
      Insert r0 r0 r1 r1
      LoadConst r2 1u
      Insert r0 r0 r2 r1
      Return r0)"),
            "error(a map with the same key twice)");
}

TEST(Machine, AppendsOptionals) {
  EXPECT_EQ(ValueOf(R"(
    value 2
      LoadConst r0 [1]
      OptionalNone r1
      AppendOptional r0 r0 r1
      OptionalOf r1 r0
      AppendOptional r0 r0 r1
      Return r0)"),
            "[1, [1]]");
}

TEST(Machine, CallsFunctions) {
  EXPECT_EQ(ValueOf(R"(
    value 4
      LoadConst r1 "hello"
      LoadConst r2 "hell"
      Call r0 startsWith r1 2
      Return r0)"),
            "true");
  EXPECT_EQ(ValueOf(R"(
    value 2
      LoadConst r1 5
      Call r0 startsWith r0 2
      Return r0)"),
            "error(invalid argument)")
      << "a register that nothing was written to";
  EXPECT_EQ(ValueOf(R"(
    body 4
      Call r3 type r1 1
      Return r3
    value 2
      LoadSlot r0 args.a
      LoadConst r1 1
      Loop r1 block0 r0 0
      Return r1)",
                    R"({"a":[1e999]})"),
            kUnsafe)
      << "an argument is read";
}

TEST(Machine, Measures) {
  EXPECT_EQ(Unary("Size", "\"a\xC3\xA9\xF0\x9F\x99\x82\""), "3") << "in code points";
  EXPECT_EQ(Unary("Size", "[1,2]"), "2");
  EXPECT_EQ(Unary("Size", "{\"a\":1}"), "1");
  EXPECT_EQ(Unary("Size", "5"), kNoOverload);
  const char* of_slot = "value 1\nLoadSlot r0 args.a\nSize r0 r0\nReturn r0";
  EXPECT_EQ(ValueOf(of_slot, R"({"a":[1,[2,3],{"b":[]}]})"), "3");
  EXPECT_EQ(ValueOf(of_slot, R"({"a":{"b":1,"c":{}}})"), "2");
}

TEST(Machine, Selects) {
  const char* listing = "value 2\nLoadSlot r0 args.a\nSelect r1 r0 \"k\"\nReturn r1";
  EXPECT_EQ(ValueOf(listing, R"({"a":{"j":1,"k":2}})"), "2");
  EXPECT_EQ(ValueOf(listing, R"({"a":{"\u006b":2}})"), "2");
  EXPECT_EQ(ValueOf(listing, R"({"a":{"k":null}})"), "null");
  EXPECT_EQ(ValueOf(listing, R"({"a":{"j":1}})"), "error(no such key)");
  EXPECT_EQ(ValueOf(listing, R"({"a":{"k":1e999}})"), kUnsafe);
  EXPECT_EQ(ValueOf(listing, R"({"a":[1]})"), kNoOverload);
}

TEST(Machine, Appends) {
  EXPECT_EQ(Binary("Append", "[1]", "\"x\""), "[1, \"x\"]");
  EXPECT_EQ(Binary("Append", "[]", "[]"), "[[]]");
  EXPECT_EQ(Binary("Append", "{}", "1"), kNoOverload);
}

TEST(Machine, KnowsOptionals) {
  EXPECT_EQ(ValueOf("value 1\nOptionalNone r0\nReturn r0"), "optional.none()");
  EXPECT_EQ(Unary("OptionalOf", "5"), "optional.of(5)");
  EXPECT_EQ(ValueOf("value 1\nLoadConst r0 5\nOptionalOf r0 r0\nOptionalValue r0 r0\nReturn r0"),
            "5");
  EXPECT_EQ(ValueOf("value 1\nOptionalNone r0\nOptionalValue r0 r0\nReturn r0"),
            "error(optional.none() has no value)");
  EXPECT_EQ(Unary("OptionalValue", "5"), kNoOverload);
}

TEST(Machine, SelectsThroughOptionals) {
  const char* listing =
      "value 2\nLoadSlot r0 args.a\nOptionalSelect r0 r0 \"b\"\nOptionalSelect r0 r0 \"c\"\n"
      "Return r0";
  EXPECT_EQ(ValueOf(listing, R"({"a":{"b":{"c":1}}})"), "optional.of(1)");
  EXPECT_EQ(ValueOf(listing, R"({"a":{"b":{"d":1}}})"), "optional.none()");
  EXPECT_EQ(ValueOf(listing, R"({"a":{}})"), "optional.none()");
  EXPECT_EQ(ValueOf(listing, R"({"a":{"b":5}})"), kNoOverload);
  EXPECT_EQ(ValueOf(listing, R"({"a":{"b":{"c":1e999}}})"), kUnsafe);
}

TEST(Machine, Fails) {
  EXPECT_EQ(ValueOf("value\nFail 6"), "error(divide by zero)");
  EXPECT_EQ(ValueOf("value\nFail 27"), "error(not weekly hours)");
  EXPECT_EQ(ValueOf("value\nFail 10"), "error(invalid argument)");
}

// ---- Tests, each with two exits.

// "true" or "false": which exit `test` takes, or the error.
std::string Exit(const std::string& test, std::string_view arguments) {
  return ValueOf("value 3\n" + test + " @true @false\n" +
                     "true:\nLoadConst r0 true\nReturn r0\n"
                     "false:\nLoadConst r0 false\nReturn r0",
                 arguments);
}

TEST(Machine, TestsTruth) {
  const std::string test = "LoadSlot r0 args.a\nTestTrue r0";
  EXPECT_EQ(Exit(test, R"({"a":true})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":false})"), "false");
  EXPECT_EQ(Exit(test, R"({"a":"true"})"), kNoOverload);
}

TEST(Machine, TestsEquality) {
  const std::string test = "LoadSlot r0 args.a\nLoadSlot r1 args.b\nTestEqual r0 r1";
  EXPECT_EQ(Exit(test, R"({"a":1,"b":1.0})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":{"x":[1],"y":2},"b":{"y":2,"x":[1]}})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":[1],"b":[2]})"), "false");
  EXPECT_EQ(Exit(test, R"({"a":[1e999],"b":[2]})"), kUnsafe);
}

TEST(Machine, TestsOrder) {
  const std::string test = "LoadSlot r0 args.a\nLoadSlot r1 args.b\nTestLess r0 r1";
  EXPECT_EQ(Exit(test, R"({"a":1,"b":1.5})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":1,"b":1})"), "false");
  EXPECT_EQ(Exit(test, R"({"a":"1","b":2})"), kNoOverload);
}

TEST(Machine, TestsOrderUpToEqual) {
  const std::string test = "LoadSlot r0 args.a\nLoadSlot r1 args.b\nTestLessEqual r0 r1";
  EXPECT_EQ(Exit(test, R"({"a":1,"b":1})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":"b","b":"a"})"), "false");
  EXPECT_EQ(Exit(test, R"({"a":"1","b":2})"), kNoOverload);
}

TEST(Machine, TestsMembership) {
  const std::string test = "LoadSlot r0 args.a\nLoadConst r1 [1,\"x\"]\nTestIn r0 r1";
  EXPECT_EQ(Exit(test, R"({"a":1.0})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":"y"})"), "false");
  EXPECT_EQ(Exit("LoadConst r0 1\nTestIn r0 r0", "{}"), kNoOverload);
}

TEST(Machine, TestsForPatterns) {
  const std::string test = "LoadSlot r0 args.a\nTestMatches r0 ^a+$";
  EXPECT_EQ(Exit(test, R"({"a":"aaa"})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":"ab"})"), "false");
  EXPECT_EQ(Exit(test, R"({"a":5})"), kNoOverload);
}

TEST(Machine, TestsPresence) {
  const std::string test = "TestPresent args.a";
  EXPECT_EQ(Exit(test, R"({"a":1})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":null})"), "true");
  EXPECT_EQ(Exit(test, R"({"a":1e999})"), "true");
  EXPECT_EQ(Exit(test, R"({"b":1})"), "false");
}

TEST(Machine, TestsOptionals) {
  EXPECT_EQ(Exit("LoadConst r0 1\nOptionalOf r0 r0\nTestHasValue r0", "{}"), "true");
  EXPECT_EQ(Exit("OptionalNone r0\nTestHasValue r0", "{}"), "false");
  EXPECT_EQ(Exit("LoadConst r0 1\nTestHasValue r0", "{}"), kNoOverload);
}

// A loop's accumulator may be an error; a test of it is where it comes out.
TEST(Machine, TestingAnErrorRaisesIt) {
  EXPECT_EQ(ValueOf(R"(
    body 3
      Fail 5
    value 2
      LoadConst r0 true
      LoadConst r1 [1]
      Loop r0 block0 r1 1
      TestTrue r0 @true @true
    true:
      LoadConst r0 true
      Return r0)"),
            "error(overflow)");
}

// ---- The conditions of version "1" policies.

struct Condition {
  const char* test;
  const char* arguments;
  const char* exit;
};

// A block begins in a loop that knows only some instructions, and goes on in one that knows all:
// both are to say the same.
template <size_t count>
void ExpectAll(const Condition (&cases)[count]) {
  for (const Condition& c : cases) {
    EXPECT_EQ(Exit(c.test, c.arguments), c.exit) << c.test << " of " << c.arguments;
    EXPECT_EQ(Exit(std::string("LoadConst r0 1\n") + c.test, c.arguments), c.exit)
        << c.test << " of " << c.arguments << ", behind another instruction";
  }
}

TEST(Machine, Conditions) {
  const Condition cases[] = {
      {"CondPresent 0 args.a", R"({"a":0})", "true"},
      {"CondPresent 0 args.a", R"({"a":1e999})", "true"},
      {"CondPresent 0 args.a", R"({"a":null})", "false"},
      {"CondPresent 0 args.a", R"({})", "false"},

      {"CondEq 0 args.a \"x\"", R"({"a":"x"})", "true"},
      {"CondEq 0 args.a \"x\"", R"({"a":"\u0078"})", "true"},
      {"CondEq 0 args.a \"x\"", R"({"a":"X"})", "false"},
      {"CondEq 0 args.a \"x\"", R"({})", "false"},
      {"CondEq 2 args.a \"x\"", R"({})", "true"},
      {"CondEq 2 args.a \"x\"", R"({"a":"y"})", "false"},
      {"CondEq 0 args.a 5", R"({"a":5.0})", "true"},
      {"CondEq 0 args.a \"5\"", R"({"a":5})", "true"},
      {"CondEq 0 args.a \"1000000\"", R"({"a":1000000})", "false"},
      {"CondEq 1 args.a \"1000000\"", R"({"a":1000000})", "true"},
      {"CondEq 3 args.a \"1000000\"", R"({})", "true"},
      {"CondEq 0 args.a null", R"({"a":null})", "true"},
      {"CondEq 0 args.a 5", R"({"a":1e999})", kUnsafe},
      {"CondEq 0 args.a [5]", R"({"a":[1e999]})", kUnsafe},

      {"CondIn 0 args.a [1,\"x\"]", R"({"a":"x"})", "true"},
      {"CondIn 0 args.a [1,\"x\"]", R"({"a":2})", "false"},
      {"CondIn 0 args.a []", R"({"a":2})", "false"},
      {"CondIn 0 args.a [1]", R"({})", "false"},
      {"CondIn 2 args.a [1]", R"({})", "true"},
      {"CondIn 0 args.a []", R"({"a":1e999})", kUnsafe},

      {"CondIn 0 args.a [\"x\",\"twenty_bytes_and_more\"]", R"({"a":"twenty_bytes_and_more"})",
       "true"},
      {"CondIn 0 args.a [\"x\",\"5\"]", R"({"a":5})", "true"},
      {"CondIn 0 args.a [\"x\",5]", R"({"a":"5"})", "true"},
      {"CondIn 0 args.a [\"x\",\"y\"]", R"({"a":"z"})", "false"},

      {"CondContains 0 args.a \"ell\"", R"({"a":"hello"})", "true"},
      {"CondContains 0 args.a \"sixteen_and_more\"", R"({"a":"it_is_sixteen_and_more"})", "true"},
      {"CondContains 0 args.a \"seventeen_or_more\"", R"({"a":"it_is_seventeen_or_more"})", "true"},
      {"CondContains 0 args.a \"seventeen_or_more\"", R"({"a":"seventeen_or_mor"})", "false"},
      {"CondContains 0 args.a \"\"", R"({"a":""})", "true"},
      {"CondContains 0 args.a \"El\"", R"({"a":"hello"})", "false"},
      {"CondContains 0 args.a 5", R"({"a":"5"})", "false"},
      {"CondContains 0 args.a \"x\"", R"({"a":["y","x"]})", "true"},
      {"CondContains 0 args.a 7", R"({"a":[7.0]})", "true"},
      {"CondContains 0 args.a \"x\"", R"({"a":["xx"]})", "false"},
      {"CondContains 0 args.a \"x\"", R"({"a":{"x":1}})", "false"},
      {"CondContains 0 args.a \"x\"", R"({})", "false"},
      {"CondContains 2 args.a \"x\"", R"({})", "true"},
      {"CondContains 2 args.a \"x\"", R"({"a":null})", "false"},
      {"CondContains 0 args.a \"x\"", R"({"a":["y",1e999]})", kUnsafe},
      {"CondContains 0 args.a \"x\"", R"({"a":1e999})", kUnsafe},

      {"CondLt 0 args.a 5", R"({"a":4.5})", "true"},
      {"CondLt 0 args.a 5", R"({"a":5})", "false"},
      {"CondLte 0 args.a 5", R"({"a":5})", "true"},
      {"CondLte 0 args.a 5", R"({"a":5.5})", "false"},
      {"CondGt 0 args.a 5", R"({"a":6})", "true"},
      {"CondGt 0 args.a 5", R"({"a":5})", "false"},
      {"CondGte 0 args.a 5", R"({"a":5})", "true"},
      {"CondGte 0 args.a 5", R"({"a":4})", "false"},
      {"CondLt 0 args.a 5", R"({"a":"4"})", "false"},
      {"CondLt 0 args.a 5", R"({"a":null})", "false"},
      {"CondLt 0 args.a 5", R"({})", "false"},
      {"CondLt 2 args.a 5", R"({})", "true"},
      {"CondGte 2 args.a 5", R"({"a":true})", "false"},
      {"CondLt 0 args.a 5", R"({"a":-1e999})", kUnsafe},
      {"CondLt 0 args.a 5", R"({"a":4.99})", "true"},
      {"CondLt 0 args.a 5", R"({"a":5.0})", "false"},
      {"CondLte 0 args.a 5", R"({"a":5.0})", "true"},
      {"CondLte 0 args.a 4.5", R"({"a":4})", "true"},
      {"CondGt 0 args.a 4.5", R"({"a":4})", "false"},
      {"CondGt 0 args.a 4.5", R"({"a":4.75})", "true"},
      {"CondGte 0 args.a -4.5", R"({"a":-4})", "true"},
      // Above what every double below it tells apart.
      {"CondLt 0 args.a 9007199254740994", R"({"a":9007199254740992})", "true"},
      {"CondGte 0 args.a 9007199254740994", R"({"a":9007199254740992.0})", "false"},
      {"CondLte 0 args.a 9007199254740994.0", R"({"a":9007199254740994})", "true"},
      {"CondLt 0 args.a 9007199254740994", R"({"a":9007199254740992.0})", "true"},

      {"CondRegex 0 args.a ^a+$", R"({"a":"aaa"})", "true"},
      {"CondRegex 0 args.a a+", R"({"a":"xay"})", "true"},
      {"CondRegex 0 args.a ^a+$", R"({"a":"xay"})", "false"},
      {"CondRegex 0 args.a ^$", R"({"a":""})", "true"},
      {"CondRegex 0 args.a 5", R"({"a":5})", "false"},
      {"CondRegex 0 args.a 5", R"({})", "false"},
      {"CondRegex 2 args.a 5", R"({})", "true"},
      {"CondRegex 0 args.a .", R"({"a":null})", "false"},
  };
  ExpectAll(cases);
}

// ---- Tests of a slot with a constant.

TEST(Machine, TestsOfASlotWithAConstant) {
  const std::string long_text(100, 'x');
  const std::string of_long_text = "{\"a\":\"" + long_text + "\"}";
  const std::string equals_long_text = "TestSlotEqual args.a \"" + long_text + "\"";
  const std::string starts_long = "TestSlotStartsWith args.a \"" + long_text + "\"";
  const std::string ends_long = "TestSlotEndsWith args.a \"" + long_text + "\"";
  const Condition cases[] = {
      {"TestSlotEqual args.a \"x\"", R"({"a":"x"})", "true"},
      {"TestSlotEqual args.a \"x\"", R"({"a":"xy"})", "false"},
      {"TestSlotEqual args.a \"5\"", R"({"a":5})", "false"},
      {"TestSlotEqual args.a 5", R"({"a":5})", "true"},
      {"TestSlotEqual args.a 5", R"({"a":5.0})", "true"},
      {"TestSlotEqual args.a 5", R"({"a":4})", "false"},
      {"TestSlotEqual args.a null", R"({"a":null})", "true"},
      {"TestSlotEqual args.a [5]", R"({"a":[5]})", "true"},
      {"TestSlotEqual args.a [5]", R"({"a":[1e999]})", kUnsafe},
      {equals_long_text.c_str(), of_long_text.c_str(), "true"},
      {equals_long_text.c_str(), R"({"a":"x"})", "false"},

      {"TestSlotLess args.a 5", R"({"a":4})", "true"},
      {"TestSlotLess args.a 5", R"({"a":5})", "false"},
      {"TestSlotLess args.a 5", R"({"a":4.5})", "true"},
      {"TestSlotLess args.a 5", R"({"a":"4"})", kNoOverload},
      {"TestSlotLessEqual args.a 5", R"({"a":5})", "true"},
      {"TestSlotLessEqual args.a 5", R"({"a":5.5})", "false"},
      {"TestSlotGreater args.a 5", R"({"a":6})", "true"},
      {"TestSlotGreater args.a 5", R"({"a":5.0})", "false"},
      {"TestSlotGreaterEqual args.a 5", R"({"a":5})", "true"},
      {"TestSlotGreaterEqual args.a 5", R"({"a":4.5})", "false"},
      {"TestSlotGreaterEqual args.a \"b\"", R"({"a":"c"})", "true"},

      {"TestSlotIn args.a [1,\"x\"]", R"({"a":"x"})", "true"},
      {"TestSlotIn args.a [1,\"x\"]", R"({"a":"y"})", "false"},
      {"TestSlotIn args.a [1,\"x\"]", R"({"a":1.0})", "true"},
      {"TestSlotIn args.a [1,2,3,4,5,6,7,8,9,\"x\"]", R"({"a":"x"})", "true"},
      {"TestSlotIn args.a {\"k\":0}", R"({"a":"k"})", "true"},
      {"TestSlotIn args.a {\"k\":0}", R"({"a":"j"})", "false"},

      {"TestSlotStartsWith args.a \"he\"", R"({"a":"hello"})", "true"},
      {"TestSlotStartsWith args.a \"he\"", R"({"a":"h"})", "false"},
      {"TestSlotStartsWith args.a \"\"", R"({"a":""})", "true"},
      {"TestSlotStartsWith args.a \"he\"", R"({"a":5})", kNoOverload},
      {starts_long.c_str(), of_long_text.c_str(), "true"},
      {starts_long.c_str(), R"({"a":"x"})", "false"},
      {"TestSlotEndsWith args.a \"lo\"", R"({"a":"hello"})", "true"},
      {"TestSlotEndsWith args.a \"lo\"", R"({"a":"o"})", "false"},
      {"TestSlotEndsWith args.a \"lo\"", R"({"a":[]})", kNoOverload},
      {ends_long.c_str(), of_long_text.c_str(), "true"},
      {"TestSlotContains args.a \"ell\"", R"({"a":"hello"})", "true"},
      {"TestSlotContains args.a \"ell\"", R"({"a":"help"})", "false"},
      {"TestSlotContains args.a \"xx\"", of_long_text.c_str(), "true"},
      {"TestSlotContains args.a \"ell\"", R"({"a":["ell"]})", kNoOverload},
      {"TestSlotMatches args.a ^a+$", R"({"a":"aaa"})", "true"},
      {"TestSlotMatches args.a ^a+$", R"({"a":"b"})", "false"},
      {"TestSlotMatches args.a ^a+$", R"({"a":true})", kNoOverload},
  };
  ExpectAll(cases);
}

TEST(Machine, TestsOfASlotReadIt) {
  for (const char* test :
       {"TestSlotEqual args.a 1", "TestSlotEqual args.a \"x\"", "TestSlotLess args.a 1",
        "TestSlotLessEqual args.a 1", "TestSlotGreater args.a 1", "TestSlotGreaterEqual args.a 1",
        "TestSlotIn args.a [1]", "TestSlotStartsWith args.a \"x\"", "TestSlotEndsWith args.a \"x\"",
        "TestSlotContains args.a \"x\"", "TestSlotMatches args.a x"}) {
    EXPECT_EQ(Exit(test, "{}"), "error(no such field)") << test;
    EXPECT_EQ(Exit(test, R"({"a":1e999})"), kUnsafe) << test;
  }
}

TEST(Machine, ABlockOfSuchTestsEndsInAConstant) {
  const char* listing = R"(
    value
      TestSlotEqual args.a "x" @more @no
    more:
      TestSlotLess args.b 5 @yes @no
    yes:
      ReturnConst true
    no:
      ReturnConst false)";
  EXPECT_EQ(ValueOf(listing, R"({"a":"x","b":4})"), "true");
  EXPECT_EQ(ValueOf(listing, R"({"a":"x","b":4.5})"), "true");
  EXPECT_EQ(ValueOf(listing, R"({"a":"x","b":5})"), "false");
  EXPECT_EQ(ValueOf(listing, R"({"a":"y"})"), "false");
  EXPECT_EQ(ValueOf(listing, R"({"a":"x"})"), "error(no such field)");
}

// ---- Recoveries.

TEST(Machine, AnErrorThatARecoveryCoversGoesOnThere) {
  const char* listing = R"(
    value 1
    first:
      LoadSlot r0 args.a
      Return r0
    second:
      LoadSlot r0 args.b
      Return r0
    third:
      LoadConst r0 "third"
      Return r0
      recover first second third)";
  EXPECT_EQ(ValueOf(listing, R"({"a":1})"), "1");
  EXPECT_EQ(ValueOf(listing, R"({"b":1})"), "\"third\"");
}

TEST(Machine, AnErrorBesideARecoveryDoesNot) {
  EXPECT_EQ(ValueOf(R"(
    value 1
    first:
      LoadConst r0 1
    second:
      LoadSlot r0 args.b
    third:
      Return r0
      recover first second third)"),
            "error(no such field)");
}

TEST(Machine, AnErrorOfALoopRecoversWhereTheLoopStands) {
  EXPECT_EQ(ValueOf(R"(
    body 3
      Fail 5
    value 2
    first:
      LoadConst r0 true
      LoadConst r1 [1]
      Loop r0 block0 r1 0
      Return r0
    slow:
      LoadConst r0 "again"
      Return r0
      recover first slow slow)"),
            "\"again\"");
}

TEST(Machine, ARecoveryComesBeforeTheScopesAroundIt) {
  EXPECT_EQ(ValueOf(R"(
    value 2
      ScopeBegin r0
      Operand r0 0 @end
    first:
      LoadSlot r1 args.a
      Jump @end
    slow:
      LoadConst r1 "again"
    end:
      ScopeEnd r0
      Return r1
      recover first slow slow)"),
            "\"again\"");
}

TEST(Machine, NothingRecoversFromASpentBudget) {
  Call call(Assemble(R"(
    body 3
      Return r0
    value 2
    first:
      LoadConst r0 true
      LoadConst r1 [1,2,3]
      Loop r0 block0 r1 0
      Return r0
    slow:
      LoadConst r0 "again"
      Return r0
      recover first slow slow)"));
  call.machine().SetBudget(2);
  call.Begin("{}");
  const Value value = call.machine().Evaluate(1);
  ASSERT_TRUE(value.is(Tag::kError));
  EXPECT_EQ(value.code, Error::kBudget);
}

TEST(Machine, ChargesForSearchingWithAPattern) {
  for (const char* test : {"CondRegex 0 args.a x", "TestSlotMatches args.a x"}) {
    Call call(Assemble(std::string("value 1\n") + test +
                       " @yes @no\nyes:\nLoadConst r0 true\nReturn r0\n"
                       "no:\nLoadConst r0 false\nReturn r0"));
    call.machine().SetBudget(100);
    EXPECT_EQ(call.Evaluate(0, R"({"a":"y"})"), "false") << test;
    const std::string text(1000, 'y');
    EXPECT_EQ(call.Evaluate(0, "{\"a\":\"" + text + "\"}"),
              "error(" + std::string(ErrorText(Error::kBudget)) + ")")
        << test;
  }
}

// ---- Blocks that run blocks.

TEST(Machine, AForcedBlockRunsOnceACall) {
  Call call(Assemble(R"(
    value 2
      LoadSlot r0 args.a
      LoadConst r1 0
      Append r0 r0 r1
      Return r0
    value 3
      Force r0 block0
      Force r1 block0
      LoadConst r2 []
      Append r2 r2 r0
      Append r2 r2 r1
      Return r2)"));
  call.Begin(R"({"a":[1]})");
  const Value both = call.machine().Evaluate(1);
  ASSERT_TRUE(both.is(Tag::kList));
  EXPECT_EQ(both.list->items[0].list, both.list->items[1].list) << "the same list";
  EXPECT_EQ(call.Evaluate(1, R"({"a":[2]})"), "[[2, 0], [2, 0]]") << "afresh for the next call";
}

TEST(Machine, AForcedBlocksErrorIsRaised) {
  EXPECT_EQ(ValueOf("value\nFail 5\nvalue 1\nForce r0 block0\nReturn r0"), "error(overflow)");
}

// Absent is no value: a block that would end with it fails, or "run once" could not be told.
TEST(Machine, ABlockThatReturnsNothingFails) {
  EXPECT_EQ(ValueOf("value 1\nReturn r0"), "error(invalid argument)");
}

TEST(Machine, ABoundBlockRunsOnceForItsFrame) {
  // Inside the loop, the sum's list is made once and kept in the frame outside.
  EXPECT_EQ(ValueOf(R"(
    value 2 out 1
      Outer r0 1 0
      LoadConst r1 0
      Append r0 r0 r1
      Return r0
    body 4 out 1
      Bind r3 block0 2 1
      Append r0 r0 r3
      Return r0
    value 3
      LoadSlot r0 args.a
      LoadConst r1 []
      Loop r1 block1 r0 0
      Return r1)",
                    R"({"a":[5,6]})"),
            "[[5, 6, 0], [5, 6, 0]]");
}

TEST(Machine, ABoundBlocksErrorIsRaised) {
  EXPECT_EQ(ValueOf("value\nFail 5\nvalue 2\nBind r0 block0 1 0\nReturn r0"), "error(overflow)");
}

TEST(Machine, LoopsOverLists) {
  const char* sum = R"(
    body 3
      Add r0 r0 r1
      Return r0
    value 2
      LoadSlot r0 args.a
      LoadConst r1 0
      Loop r1 block0 r0 0
      Return r1)";
  EXPECT_EQ(ValueOf(sum, R"({"a":[1,2,3]})"), "6");
  EXPECT_EQ(ValueOf(sum, R"({"a":[]})"), "0");
  EXPECT_EQ(ValueOf(sum, R"({"a":[1,"x",3]})"), kNoOverload);
  EXPECT_EQ(ValueOf(sum, R"({"a":5})"), kNoOverload);
}

TEST(Machine, LoopsKnowIndexesKeysAndValues) {
  const char* pairs = R"(
    body 4
      LoadConst r3 []
      Append r3 r3 r1
      Append r3 r3 r2
      Append r0 r0 r3
      Return r0
    value 2
      LoadSlot r0 args.a
      LoadConst r1 []
      Loop r1 block0 r0 0
      Return r1)";
  EXPECT_EQ(ValueOf(pairs, R"({"a":["x","y"]})"), R"([["x", 0], ["y", 1]])");
  EXPECT_EQ(ValueOf(pairs, R"({"a":{"k":1,"\u006c":[2]}})"), R"([["k", 1], ["l", [2]]])");
}

TEST(Machine, ABreakEndsTheLoop) {
  EXPECT_EQ(ValueOf(R"(
    body 3
      TestTrue r1 @found @on
    found:
      Break r2
    on:
      Return r0
    value 2
      LoadSlot r0 args.a
      LoadConst r1 -1
      Loop r1 block0 r0 0
      Return r1)",
                    R"({"a":[false,true,7]})"),
            "1");
}

TEST(Machine, ALoopMayGoOnAfterAnError) {
  // exists(x, x): an error is kept while a later element may still decide.
  const char* exists = R"(
    body 3
      TestTrue r1 @found @on
    found:
      Break r1
    on:
      Return r0
    value 2
      LoadSlot r0 args.a
      LoadConst r1 false
      Loop r1 block0 r0 1
      TestTrue r1 @end @end
    end:
      Return r1)";
  EXPECT_EQ(ValueOf(exists, R"({"a":[5,true]})"), "true");
  EXPECT_EQ(ValueOf(exists, R"({"a":[false,false]})"), "false");
}

TEST(Machine, LoopsAreMetered) {
  Call call(Assemble(R"(
    body 3
      Return r1
    body 4 out 1
      Outer r3 1 0
      Loop r0 block0 r3 0
      Return r0
    value 2
      LoadSlot r0 args.a
      LoadConst r1 0
      Loop r1 block1 r0 0
      Return r1
    value 2
      ScopeBegin r0
      Operand r0 0 @end
      Force r1 block2
    end:
      ScopeDrop r0
      LoadConst r1 1
      Return r1)"));
  std::string list = "[0";
  for (int i = 1; i < 2900; ++i) list += ",1";
  EXPECT_EQ(call.Evaluate(2, "{\"a\":" + list + "]}"), "1");
  for (int i = 0; i < 100; ++i) list += ",1";
  const std::string too_long = "{\"a\":" + list + "]}";
  EXPECT_EQ(call.Evaluate(2, too_long), "error(evaluation budget exceeded)");
  EXPECT_EQ(call.Evaluate(3, too_long), "error(evaluation budget exceeded)")
      << "no scope takes this one";
}

// Each run of a bound block has cells of its own, so 40 blocks could mean 2^40 runs.
TEST(Machine, BoundBlocksAreMetered) {
  std::string listing = "value 1\nLoadConst r0 1\nReturn r0\n";
  for (int i = 0; i < 40; ++i) {
    const std::string bind = "Bind r0 block" + std::to_string(i);
    listing += "value 3\n" + bind + " 1 0\n" + bind + " 2 0\nReturn r0\n";
    if (i == 5) {
      EXPECT_EQ(ValueOf(listing), "1");
    }
  }
  EXPECT_EQ(ValueOf(listing), "error(evaluation budget exceeded)");
}

// What is collected is extended in place, so the budget bounds its size, not its square.
TEST(Machine, CollectingIsLinear) {
  Call call(Assemble(R"(
    body 3
      Append r0 r0 r1
      Return r0
    value 2
      LoadSlot r0 args.a
      LoadConst r1 []
      Loop r1 block0 r0 0
      Size r1 r1
      Return r1)"));
  std::string list = "[0";
  for (int i = 1; i < 200000; ++i) list += ",1";
  EXPECT_EQ(call.Evaluate(1, "{\"a\":" + list + "]}"), "200000");
}

// Texts that double from element to element, and work on long ones.
TEST(Machine, WorkOnDataIsMetered) {
  const char* doubling = R"(
    body 3
      Add r0 r0 r0
      Return r0
    value 2
      LoadSlot r0 args.a
      LoadConst r1 "xxxxxxxxxxxxxxxx"
      Loop r1 block0 r0 0
      Size r1 r1
      Return r1)";
  EXPECT_EQ(ValueOf(doubling, R"({"a":[1,2,3]})"), "128");
  std::string thirty = "1";
  for (int i = 1; i < 30; ++i) thirty += ",1";
  EXPECT_EQ(ValueOf(doubling, "{\"a\":[" + thirty + "]}"), "error(evaluation budget exceeded)");
}

// A later block of the same call: values that were made stay, and so does what was spent.
TEST(Machine, EvaluatesMoreOfTheSameCall) {
  Call call(Assemble(R"(
    value 2
      LoadSlot r0 args.a
      LoadConst r1 0
      Append r0 r0 r1
      Return r0
    value 1
      Force r0 block0
      Return r0
    decision 1
      Force r0 block0
      Pass)"));
  EXPECT_EQ(call.Decide(R"({"a":[1]})").verdict, Verdict::kAllow);
  const Value first = call.machine().EvaluateAlso(1);
  ASSERT_TRUE(first.is(Tag::kList));
  EXPECT_EQ(call.machine().EvaluateAlso(1).list, first.list) << "the same list";
  EXPECT_NE(call.machine().Evaluate(1).list, first.list) << "started over";
}

// As many blocks as may run one another, each with as many scopes open as there may be.
TEST(Machine, TheDeepestNestingHasRoom) {
  std::string open;
  std::string close;
  for (uint32_t i = 0; i < kMaxScopes; ++i) {
    open += "ScopeBegin r0\n";
    close += "ScopeEnd r0\n";
  }
  std::string listing = "body 3\n" + open + close + "Return r1\n";
  for (uint32_t i = 1; i + 1 < kMaxBlockDepth; ++i) {
    listing += "body 4\n" + open + "LoadConst r3 [7]\nMove r2 r1\nLoop r2 block" +
               std::to_string(i - 1) + " r3 0\n" + close + "Return r2\n";
  }
  listing += "value 2\n" + open + "LoadConst r1 [7]\nLoop r0 block" +
             std::to_string(kMaxBlockDepth - 2) + " r1 0\n" + close + "Return r0\n";
  EXPECT_EQ(ValueOf(listing), "7");
}

// The elements of a list are read when they are used.
TEST(Machine, AnElementThatReadersRoundIsAnErrorOfItsOwn) {
  for (const char* use : {"Less r1 r1 r2", "Add r1 r1 r1", "Equal r1 r1 r2", "TestLess r1 r2 #1 #1",
                          "TestEqual r1 r2 #1 #1"}) {
    EXPECT_EQ(ValueOf(std::string("body 3\n") + use + "\nReturn r1\nvalue 2\nLoadSlot r0 args.a\n" +
                          "LoadConst r1 0\nLoop r1 block0 r0 0\nReturn r1",
                      R"({"a":[1e999]})"),
              kUnsafe)
        << use;
  }
}

// ---- Error scopes.

// a && b && c over arguments, as && is encoded.
constexpr char kAnd[] = R"(
  value 2
    ScopeBegin r0
    Operand r0 0 @b
    LoadSlot r1 args.a
    TestTrue r1 @b @false
  b:
    Operand r0 1 @c
    LoadSlot r1 args.b
    TestTrue r1 @c @false
  c:
    Operand r0 2 @end
    LoadSlot r1 args.c
    TestTrue r1 @end @false
  end:
    ScopeEnd r0
    LoadConst r1 true
    Return r1
  false:
    ScopeDrop r0
    LoadConst r1 false
    Return r1)";

TEST(Machine, AScopeAbsorbsErrors) {
  EXPECT_EQ(ValueOf(kAnd, R"({"a":true,"b":true,"c":true})"), "true");
  EXPECT_EQ(ValueOf(kAnd, R"({"a":1,"b":false})"), "false");
  EXPECT_EQ(ValueOf(kAnd, R"({"b":1,"c":false})"), "false");
}

TEST(Machine, AScopeKeepsTheLeftmostError) {
  EXPECT_EQ(ValueOf(kAnd, R"({"a":1,"b":true})"), kNoOverload);
  EXPECT_EQ(ValueOf(kAnd, R"({"b":1,"c":1})"), "error(no such field)");
  // Operands in another order than the source's: the second to run is the leftmost.
  const char* reordered = R"(
    value 2
      ScopeBegin r0
      Operand r0 1 @a
      LoadSlot r1 args.b
      TestTrue r1 @a @a
    a:
      Operand r0 0 @end
      LoadSlot r1 args.a
      TestTrue r1 @end @end
    end:
      ScopeEnd r0
      Return r1)";
  EXPECT_EQ(ValueOf(reordered, R"({"a":1})"), kNoOverload) << "args.b is missing, but to the right";
  EXPECT_EQ(ValueOf(reordered, R"({"b":1})"), "error(no such field)");
}

TEST(Machine, AnInnerScopesErrorGoesToTheOuterOne) {
  // (a) || b, where (a) is a scope of its own that ends with its error.
  const char* nested = R"(
    value 3
      ScopeBegin r0
      Operand r0 0 @b
      ScopeBegin r1
      Operand r1 0 @inner
      LoadSlot r2 args.a
    inner:
      ScopeEnd r1
      TestTrue r2 @true @b
    b:
      Operand r0 1 @end
      LoadSlot r2 args.b
      TestTrue r2 @true @end
    end:
      ScopeEnd r0
      LoadConst r2 false
      Return r2
    true:
      ScopeDrop r0
      LoadConst r2 true
      Return r2)";
  EXPECT_EQ(ValueOf(nested, R"({"b":true})"), "true");
  EXPECT_EQ(ValueOf(nested, R"({"b":false})"), "error(no such field)");
  EXPECT_EQ(ValueOf(nested, R"({"a":false,"b":5})"), kNoOverload);
  EXPECT_EQ(ValueOf(nested, R"({"a":false,"b":false})"), "false");
}

// An error after the last operand, and one before the first, are nobody's to absorb.
TEST(Machine, AScopeTakesErrorsOfItsOperandsOnly) {
  EXPECT_EQ(ValueOf(R"(
    value 2
      ScopeBegin r0
      LoadSlot r1 args.a
      Operand r0 0 @end
      Move r1 r1
    end:
      ScopeEnd r0
      Return r1)"),
            "error(no such field)");
  EXPECT_EQ(ValueOf(R"(
    value 2
      ScopeBegin r0
      Operand r0 0 @end
      Move r1 r1
    end:
      LoadSlot r1 args.a
      ScopeDrop r0
      Return r1)"),
            "error(no such field)");
}

TEST(Machine, AScopeForgetsTheErrorOfItsLastUse) {
  EXPECT_EQ(ValueOf(R"(
    value 2
      ScopeBegin r0
      Operand r0 0 @end
      LoadSlot r1 args.a
    end:
      ScopeDrop r0
      ScopeBegin r0
      ScopeEnd r0
      LoadConst r1 1
      Return r1)"),
            "1");
}

// ---- Decisions.

Program Policy() {
  return Assemble(R"(
  decision
    rule every
    CondPresent 0 args.secret @deny @pass
  deny:
    Deny every
  pass:
    Pass
  decision 1
    rule small
    CondLte 0 args.n 10 @count @deny
  deny:
    Deny small
  count:
    Reserve small
    rule text
    LoadSlot r0 args.text
    CondPresent 0 args.text @next @next
  next:
    Chain block0)");
}

TEST(Machine, ADecisionAllowsWhatPasses) {
  Call call(Policy());
  const Decision decision = call.Decide(R"({"n":5,"text":"x"})");
  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  EXPECT_EQ(decision.code, Code::kAllowed);
  EXPECT_EQ(decision.rule, kNoRule);
  ASSERT_EQ(decision.reservation_count, 1u);
  EXPECT_EQ(decision.reservations[0].quota, 0u);
  EXPECT_EQ(decision.reservations[0].amount, 1);
}

TEST(Machine, ADecisionNamesTheRuleThatDenies) {
  Call call(Policy());
  const Decision denied = call.Decide(R"({"n":50,"text":"x"})");
  EXPECT_EQ(denied.verdict, Verdict::kDeny);
  EXPECT_EQ(denied.code, Code::kRule);
  EXPECT_EQ(call.program()->rules[denied.rule].name, "small");
  EXPECT_EQ(call.program()->code[denied.instruction].op, Opcode::kDeny);
  EXPECT_EQ(denied.reservation_count, 0u);
  const Decision chained = call.Decide(R"({"n":5,"text":"x","secret":1})");
  EXPECT_EQ(call.program()->rules[chained.rule].name, "every");
  EXPECT_EQ(chained.reservation_count, 0u) << "what is denied reserves nothing";
}

TEST(Machine, AnErrorIsTheRulesWhoseInstructionsItIsIn) {
  Call call(Policy());
  const Decision missing = call.Decide(R"({"n":5})");
  EXPECT_EQ(missing.verdict, Verdict::kError);
  EXPECT_EQ(missing.code, Code::kError);
  EXPECT_EQ(missing.error, Error::kNoSuchField);
  EXPECT_EQ(call.program()->rules[missing.rule].name, "text");
  EXPECT_EQ(call.program()->code[missing.instruction].op, Opcode::kLoadSlot);
  const Decision number = call.Decide(R"({"n":9007199254740993})");
  EXPECT_EQ(number.verdict, Verdict::kError);
  EXPECT_EQ(number.code, Code::kNumber);
  EXPECT_EQ(call.program()->rules[number.rule].name, "small");
}

// The instruction is the one that failed, in whatever block; the rule that of the decision's.
TEST(Machine, AnErrorInAForcedBlockIsTheForcingRules) {
  Call call(Assemble(R"(
    value 1
      LoadSlot r0 args.a
      Return r0
    decision 1
      rule first
      CondPresent 0 args.b @second @second
    second:
      rule second
      Force r0 block0
      Pass)"));
  const Decision decision = call.Decide("{}");
  EXPECT_EQ(decision.verdict, Verdict::kError);
  EXPECT_EQ(call.program()->rules[decision.rule].name, "second");
  EXPECT_EQ(decision.instruction, 0u);
}

// Rule starts hold to the end of their block, not beyond.
TEST(Machine, AnErrorOutsideOfAnyRuleHasNone) {
  Call call(Assemble(R"(
    decision
      rule other
      Deny other
    decision
      Fail 5)"));
  const Decision decision = call.Decide("{}");
  EXPECT_EQ(decision.verdict, Verdict::kError);
  EXPECT_EQ(decision.error, Error::kOverflow);
  EXPECT_EQ(decision.rule, kNoRule);
}

TEST(Machine, HiddenAndDefaultAreDenials) {
  const Decision hidden = Call(Assemble("decision\nDenyHidden")).Decide("{}");
  EXPECT_EQ(hidden.verdict, Verdict::kDeny);
  EXPECT_EQ(hidden.code, Code::kHidden);
  const Decision unlisted = Call(Assemble("decision\nDenyDefault")).Decide("{}");
  EXPECT_EQ(unlisted.verdict, Verdict::kDeny);
  EXPECT_EQ(unlisted.code, Code::kDefault);
  EXPECT_EQ(unlisted.rule, kNoRule);
}

TEST(Machine, ALookalikeOfAReadNameIsAmbiguous) {
  Call call(Policy());
  const Decision decision = call.Decide(R"({"n":5,"N":50,"text":"x"})");
  EXPECT_EQ(decision.verdict, Verdict::kDeny);
  EXPECT_EQ(decision.code, Code::kAmbiguous);
  EXPECT_EQ(decision.expected_name, "n");
  EXPECT_EQ(decision.reservation_count, 0u);
  EXPECT_EQ(call.Decide(R"({"n":5,"N":null,"text":"x"})").verdict, Verdict::kAllow);
  EXPECT_EQ(call.Decide(R"({"n":50,"N":5,"text":"x"})").code, Code::kRule) << "checks come first";
}

struct AmountCase {
  const char* amount;
  Code code;
  int64_t reserved;
};

TEST(Machine, Amounts) {
  Program program = Assemble("decision\n CondPresent 0 args.n #1 #1\n Reserve pay\n Pass");
  program.quotas[0].amount_slot = 0;
  Call call(std::move(program));
  const AmountCase cases[] = {
      {"5", Code::kAllowed, 5},
      {"0", Code::kAllowed, 0},
      {"-0.0", Code::kAllowed, 0},
      {"2.5", Code::kAllowed, 3},
      {"0.001", Code::kAllowed, 1},
      {"9007199254740992", Code::kAllowed, 9007199254740992},
      {"9000000000000000000", Code::kAllowed, 9000000000000000000},
      {"1e18", Code::kAllowed, 1000000000000000000},
      {"1e19", Code::kAmount, 0},
      {"10000000000000000000", Code::kAmount, 0},
      {"-1", Code::kAmount, 0},
      {"-0.5", Code::kAmount, 0},
      {"\"5\"", Code::kAmount, 0},
      {"null", Code::kAmount, 0},
      {"true", Code::kAmount, 0},
      {"[5]", Code::kAmount, 0},
      {"9007199254740993", Code::kNumber, 0},
      {"1e999", Code::kNumber, 0},
  };
  for (const AmountCase& c : cases) {
    const Decision decision = call.Decide(std::string("{\"n\":") + c.amount + "}");
    EXPECT_EQ(CodeName(decision.code), CodeName(c.code)) << c.amount;
    if (c.code == Code::kAllowed) {
      ASSERT_EQ(decision.reservation_count, 1u) << c.amount;
      EXPECT_EQ(decision.reservations[0].amount, c.reserved) << c.amount;
    } else {
      EXPECT_EQ(decision.reservation_count, 0u) << c.amount;
      EXPECT_EQ(decision.quota, 0u) << c.amount;
      EXPECT_EQ(decision.slot, 0u) << c.amount;
      EXPECT_EQ(decision.rule, 0u) << c.amount;
      EXPECT_EQ(decision.verdict, c.code == Code::kAmount ? Verdict::kDeny : Verdict::kError);
    }
  }
  EXPECT_EQ(call.Decide("{}").code, Code::kAmount);
}

// Values that are no argument come through SetSlot, and a decision may be made again with others.
TEST(Machine, DecidesAgainWithOtherCounterValues) {
  Call call(
      Assemble("decision\n CondLt 1 args.count 3 @pass @deny\n"
               "deny:\n Deny full\n pass:\n Reserve full\n Pass"));
  call.Begin("{}");
  for (const int64_t count : {2, 3, 1}) {
    call.machine().SetSlot(0, Value::Int(count));
    const Decision decision = call.machine().Decide();
    EXPECT_EQ(decision.verdict, count < 3 ? Verdict::kAllow : Verdict::kDeny) << count;
    EXPECT_EQ(decision.reservation_count, count < 3 ? 1u : 0u) << count;
  }
}

// A slot of another tool holds nothing in this tool's call, whatever the last call left there.
TEST(Machine, SlotsOfOtherToolsAreEmpty) {
  Program program = Assemble(
      "decision\n CondPresent 0 args.a @deny @pass\n"
      "deny:\n Deny seen\n pass:\n Pass");
  ToolEntry other = program.tools[0];
  other.slot_count = 0;
  other.root = kNoNode;
  program.tools.push_back(other);
  program.tool_index["other"] = 1;
  Call call(std::move(program));
  EXPECT_EQ(call.Decide(R"({"a":"x"})").verdict, Verdict::kDeny);
  EXPECT_EQ(call.Decide(R"({"a":"x"})", "other").verdict, Verdict::kAllow);
}

TEST(Machine, NamesOfVerdictsAndCodes) {
  EXPECT_EQ(VerdictName(Verdict::kAllow), "allow");
  EXPECT_EQ(VerdictName(Verdict::kDeny), "deny");
  EXPECT_EQ(VerdictName(Verdict::kError), "error");
  const std::vector<std::string> names = {"allowed", "hidden", "default",   "rule",   "quota",
                                          "error",   "number", "ambiguous", "amount", "state"};
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(CodeName(static_cast<Code>(i)), names[i]);
}

}  // namespace
}  // namespace writ
