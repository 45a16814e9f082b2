// Programs and values as text.
#include "vm/disasm.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vm/assembler.h"

namespace writ {
namespace {

Program Sample() {
  Program program = Assemble(R"(
    value 3
      ScopeBegin r0
      Operand r0 1 @end
      LoadSlot r1 args.text
      LoadConst r2 "text_that_is_far_longer_than_the_sixty_bytes_that_a_line_has_room_for"
      TestLess r1 r2 @end @end
    end:
      ScopeEnd r0
      Return r1
    body 4 out 1
      Outer r3 1 0
      Fail 2
    decision 1
      Pass
    decision 2
      Force r0 block0
      CondRegex 0 args.path ^/safe/ @size @deny
    size:
      CondLte 2 args.size 1000 @in @deny
    in:
      CondIn 0 args.kind ["a",1,null] @count @deny
    count:
      CondPresent 0 args.kind @reserve @deny
    reserve:
      Reserve calls
      ShadowError r0 calls
      TestOnlyArgs args.kind ["a"] @chain @deny
    chain:
      Chain block2
    deny:
      Deny small
    value 3
      Call r0 startsWith r1 2
      Index r0 r0 r1
      Has r0 r0 "k"
      Insert r0 r0 r1 r2
      TestMatches r0 ^x @end @end
    end:
      TestSlotStartsWith args.text "x" @far @far
    far:
      Return r0
      recover end far far
  )");
  program.quotas[0].scale = 2;
  program.quotas[0].amount_block = 0;
  program.quotas[0].limit_block = 4;
  program.quotas[0].key_block = 0;
  program.quotas[0].shadow = true;
  program.files = {"policy.yaml"};
  program.positions.resize(program.code.size());
  program.positions[10] = {0, 7, 5};
  program.positions[12] = {9, 19, 13};
  program.tool_index["write \"it\""] = 0;
  return program;
}

// As people read it; the test of the language's golden listings is the compiler's.
constexpr std::string_view kListing =
    R"(tool "write \"it\"": block 3
other tools: block 3

block 0, value, 3 registers
     0  ScopeBegin      r0
     1  Operand         r0, 1                                        to 5
     2  LoadSlot        r1, args.text
     3  LoadConst       r2, "text_that_is_far_longer_than_the_sixty_bytes_that_a_line_ha…
     4  TestLess        r1, r2                                       true 5, false 5
     5  ScopeEnd        r0
     6  Return          r1

block 1, loop body, 4 registers, 1 frames out
     0  Outer           r3, 1, 0
     1  Fail            no such overload

block 2, decision, 1 registers
     0  Pass

block 3, decision, 2 registers
     0  Force           r0, block 0                                                        policy.yaml:7:5
     1  CondRegex       args.path ~ "^/safe/"                        true 2, false 9
     2  CondLte         args.size <= 1000 or absent                  true 3, false 9       file 9?:19:13
     3  CondIn          args.kind in ["a", 1, null]                  true 4, false 9
     4  CondPresent     args.kind                                    true 5, false 9
     5  Reserve         block 0 of calls up to block 4 per minute by block 0 with 2 decimals, in shadow
     6  ShadowError     r0, rule "calls"
     7  TestOnlyArgs    args.kind only ["a"]                         true 8, false 9
     8  Chain           block 2
     9  Deny            rule "small"

block 4, value, 3 registers
     0  Call            r0, startsWith, r1, 2
     1  Index           r0, r0, r1
     2  Has             r0, r0, "k"
     3  Insert          r0, r0, r1, r2
     4  TestMatches     r0, "^x"                                     true 5, false 5
        up to 5, on error 6
     5  TestSlotStartsWith args.text starts with "x"                 true 6, false 6
     6  Return          r0
)";

TEST(Disasm, ShowsAProgram) {
  EXPECT_EQ(Disassemble(Sample()), kListing);
}

// The source's line 7 is the one of rule 1, "calls".
Program WithSource() {
  Program program = Sample();
  program.texts = {"args.size <= 1000"};
  program.positions[11] = {0, 8, 5};
  program.positions[12] = {0, 9, 3, 0};
  program.positions[13] = {0, 8, 9};
  program.rules[1].at = {0, 7, 1};
  program.rule_starts = {{10, 1}};
  return program;
}

TEST(Disasm, ShowsTheLinesOfTheSource) {
  const std::string listing =
      Disassemble(WithSource(), [](uint32_t file, uint32_t line) -> std::optional<std::string> {
        EXPECT_EQ(file, 0u);
        if (line == 9) return std::nullopt;
        return fmt::format("line {} \x1b[2J", line) + std::string(1000, 'x');
      });
  const std::string rest =
      " \\u001b[2J" + std::string(160 - std::string("line 7 \x1b[2J").size(), 'x');
  EXPECT_NE(listing.find(fmt::format("block 3, decision, 2 registers\n"
                                     "        ; 7     line 7{0}\n"
                                     "     0  Force           r0, block 0",
                                     rest)),
            std::string::npos)
      << listing;
  // Once, though two instructions stand for it.
  const size_t first = listing.find("        ; 8     line 8");
  EXPECT_NE(first, std::string::npos) << listing;
  EXPECT_EQ(listing.find("line 8", first + 20), std::string::npos) << listing;
  EXPECT_NE(listing.find("policy.yaml:9:3  ; args.size <= 1000\n"), std::string::npos) << listing;
  EXPECT_EQ(listing.find("line 9"), std::string::npos);
}

TEST(Disasm, ShowsNamesWithoutLettingThemMakeLines) {
  Program program = Sample();
  program.slot_names = {"", "args.a\nblock 9", "args.\xFF", "args.\x7F"};
  const std::string listing = Disassemble(program);
  EXPECT_NE(listing.find(" slot 0"), std::string::npos) << listing;
  EXPECT_NE(listing.find("args.a\\u000ablock 9"), std::string::npos) << listing;
  EXPECT_EQ(listing.find("\nblock 9"), std::string::npos);
}

// Whatever the program, a listing is made of it: also of one that the verifier refuses.
TEST(Disasm, ShowsProgramsThatAreOutOfBounds) {
  Program program = Sample();
  program.other_tools = 7;
  for (uint32_t& operand : program.operands) operand += 1000;
  program.blocks[0].first_operand = UINT32_MAX;
  program.blocks[1].first_instruction = 1000;
  program.code[11].op = static_cast<Opcode>(kOpcodeCount);
  const std::string listing = Disassemble(program);
  for (const std::string_view part :
       {"other tools: no entry 7\n", "slot 4294967295?", "constant 4294967295?", "out of bounds",
        "unknown opcode", "slot 1002? <= constant 1001?", "quota 1000?", "rule 1001?",
        "block 1002"}) {
    EXPECT_NE(listing.find(part), std::string::npos) << part << "\n" << listing;
  }
}

TEST(Disasm, ShowsABlockThatIsTooLongForItsProgramInBoundedTime) {
  Program program = Sample();
  program.blocks[0].instruction_count = 5'000'000;
  EXPECT_LT(Disassemble(program).size(), 100'000u);
}

// Bundles are from anybody: what one names cannot pass for a line of the listing.
TEST(Disasm, KeepsEachNameInItsPlace) {
  Program program = Sample();
  const std::string hostile = "a\n     0  Pass\x1B[2J\xC2\x9B\xE2\x80\xAE";
  const std::string shown = R"(a\u000a     0  Pass\u001b[2J\u009b\u202e)";
  for (std::string& name : program.slot_names) name = hostile;
  program.files[0] = hostile;
  program.counters[0].path = hostile;
  program.rules[0].name = hostile;
  program.patterns[0] = hostile;
  program.tool_index = {{hostile, 0}};
  program.constants[0] = Value::Text(Tag::kType, hostile);
  const std::string listing = Disassemble(program);
  EXPECT_EQ(std::count(listing.begin(), listing.end(), '\n'),
            std::count(kListing.begin(), kListing.end(), '\n'));
  EXPECT_EQ(listing.find_first_of("\x1B\xC2"), std::string::npos);
  for (const std::string_view before :
       {"LoadSlot        r1, ", "LoadConst       r2, ", "block 0 of "}) {
    EXPECT_NE(listing.find(std::string(before) + shown), std::string::npos) << before << listing;
  }
  EXPECT_NE(listing.find(shown + ":7:5\n"), std::string::npos) << listing;
  const std::string quoted = R"("a\n     0  Pass\u001b[2J\u009b\u202e")";
  for (const std::string_view before : {"tool ", "rule ", "~ "}) {
    EXPECT_NE(listing.find(std::string(before) + quoted), std::string::npos) << before << listing;
  }
}

TEST(Disasm, CutsNamesThatStandBesideEachInstruction) {
  Program program = Sample();
  const std::string longest(1u << 20, 'x');
  program.slot_names[0] = longest;
  program.rules[0].name = longest;
  program.constants[0] = Value::String(longest);
  const std::string listing = Disassemble(program);
  EXPECT_LT(listing.size(), 20'000u);
  EXPECT_NE(listing.find("xxx…"), std::string::npos);
  EXPECT_NE(listing.find("xxx\"…"), std::string::npos);
}

TEST(Disasm, FormatsValues) {
  const Value one = Value::Int(1);
  const Value items[] = {Value::String("a\n"), Value::Null(), Value::Double(2)};
  const List list{3, items};
  const MapEntry entries[] = {{Value::String("k"), Value::Of(&list)}, {Value::Int(2), one}};
  const Map map{2, entries};
  Value time = Value::Int(5);
  time.tag = Tag::kTimestamp;
  time.size = 7;
  Value duration = Value::Int(9);
  duration.tag = Tag::kDuration;
  EXPECT_EQ(FormatValue(Value()), "absent");
  EXPECT_EQ(FormatValue(Value::Bool(false)), "false");
  EXPECT_EQ(FormatValue(Value::Uint(5)), "5u");
  EXPECT_EQ(FormatValue(Value::Double(-3)), "-3.0");
  EXPECT_EQ(FormatValue(Value::Text(Tag::kBytes, "a\xFF\"\xC3\xA9\xFE")), R"(b"a\xff\"é\xfe")");
  EXPECT_EQ(FormatValue(Value::Double(0.1)), "0.1");
  EXPECT_EQ(FormatValue(Value::Double(1e300)), "1e+300");
  EXPECT_EQ(FormatValue(Value::Double(-std::numeric_limits<double>::quiet_NaN())), "nan");
  EXPECT_EQ(FormatValue(Value::Of(&map)), R"({"k": ["a\n", null, 2.0], 2: 1})");
  EXPECT_EQ(FormatValue(Value::Text(Tag::kBytes, "x")), "b\"x\"");
  // CEL's bytes have no \u.
  EXPECT_EQ(FormatValue(Value::Text(Tag::kBytes, std::string_view("a\0\n\x1B\x7F", 5))),
            R"(b"a\x00\n\x1b\x7f")");
  EXPECT_EQ(FormatValue(Value::Text(Tag::kType, "int")), "int");
  EXPECT_EQ(FormatValue(Value::Text(Tag::kMapSpan, "{ }")), "{ }");
  EXPECT_EQ(FormatValue(Value::Text(Tag::kUnsafeNumber, "1e999")), "1e999");
  EXPECT_EQ(FormatValue(Value::Optional(&one)), "optional.of(1)");
  EXPECT_EQ(FormatValue(Value::Optional(nullptr)), "optional.none()");
  EXPECT_EQ(FormatValue(Value::Failure(Error::kOverflow)), "error(overflow)");
  EXPECT_EQ(FormatValue(time), "timestamp(5.000000007)");
  EXPECT_EQ(FormatValue(duration), "duration(9ns)");
}

TEST(Disasm, CutsLongValuesBetweenCharacters) {
  EXPECT_EQ(FormatValue(Value::String("abcdef"), 4), "\"abc…");
  EXPECT_EQ(FormatValue(Value::String("abcdef"), 8), "\"abcdef\"");
  EXPECT_EQ(FormatValue(Value::String("ab\xC3\xA9 cd"), 4), "\"ab…") << "é is two bytes";
  const std::vector<Value> many(1'000'000, Value::Int(1));
  const List list{1'000'000, many.data()};
  EXPECT_EQ(FormatValue(Value::Of(&list), 10), "[1, 1, 1, …");
}

}  // namespace
}  // namespace writ
