// Linking programs that are written by hand: what parts share and what they do not, and what is
// refused. tests/compiler/link_test.cc has what linked policies decide.
#include "vm/link.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vm/assembler.h"
#include "vm/bundle/contents.h"
#include "vm/call.h"
#include "vm/disasm.h"

namespace writ {
namespace {

using Parts = std::vector<std::shared_ptr<const VerifiedProgram>>;

tl::expected<Program, LinkFault> Link(const Parts& programs) {
  std::vector<LinkPart> parts;
  for (const auto& program : programs) {
    parts.push_back({program, "part" + std::to_string(parts.size()) + ".writ"});
  }
  return writ::Link(parts);
}

std::shared_ptr<const VerifiedProgram> Checked(Program program) {
  auto verified = Verify(std::move(program));
  if (!verified.has_value()) throw std::invalid_argument(verified.error().text);
  return *verified;
}

std::shared_ptr<const VerifiedProgram> Part(std::string_view listing) {
  return Checked(Assemble(listing));
}

Program LinkedOf(const Parts& parts) {
  auto linked = Link(parts);
  if (!linked.has_value()) throw std::invalid_argument(linked.error().text);
  return std::move(*linked);
}

std::string FaultOf(const Parts& parts) {
  const auto linked = Link(parts);
  return linked.has_value() ? "linked" : linked.error().text;
}

// Denies unless the condition holds.
std::shared_ptr<const VerifiedProgram> Requires(const std::string& rule,
                                                const std::string& condition) {
  return Part("decision\n rule " + rule + "\n " + condition + " @yes @no\n no:\n Deny " + rule +
              "\n yes:\n Pass");
}

std::string RuleOf(const Call& call, const Decision& decision) {
  const std::vector<Rule>& rules = call.program()->rules;
  return decision.rule < rules.size() ? rules[decision.rule].name : "";
}

TEST(Link, AllPartsMustAllowAndTheFirstThatDeniesSpeaks) {
  Call call(LinkedOf({Requires("first", "TestSlotLess args.a 10"),
                      Requires("second", "TestSlotLess args.b 20"),
                      Requires("third", "TestSlotLess args.a 5")}));
  const auto decided = [&](std::string_view arguments) {
    const Decision decision = call.Decide(arguments);
    return std::string(CodeName(decision.code)) + " " + RuleOf(call, decision);
  };
  EXPECT_EQ(decided(R"({"a":1,"b":1})"), "allowed ");
  EXPECT_EQ(decided(R"({"a":11,"b":21})"), "rule first");
  EXPECT_EQ(decided(R"({"a":9,"b":21})"), "rule second");
  EXPECT_EQ(decided(R"({"a":9,"b":1})"), "rule third");
  EXPECT_EQ(decided(R"({"b":1})"), "error first");
  EXPECT_EQ(decided(R"({"a":1})"), "error second");
}

TEST(Link, WhatSeveralReadIsScannedOnceAndCopied) {
  const Program linked = LinkedOf({Requires("first", "TestSlotLess args.a.x 10"),
                                   Requires("second", "TestSlotEqual args.b 1"),
                                   Requires("third", "TestSlotLess args.a.x 5")});
  ASSERT_EQ(linked.tools.size(), 1u);
  EXPECT_EQ(linked.slot_names, (std::vector<std::string>{"args.a.x", "args.b", "args.a.x"}));
  EXPECT_EQ(linked.paths.node_count(), 4u);
  EXPECT_EQ(linked.copies, (std::vector<SlotCopy>{{0, 2}}));
}

TEST(Link, TheListingNamesTheBlocksOfAllParts) {
  EXPECT_EQ(Disassemble(LinkedOf({Requires("first", "TestSlotLess args.a 10"),
                                  Requires("second", "TestSlotEqual args.a \"x\"")})),
            R"(other tools: block 0, then block 1

block 0, decision
     0  TestSlotLess    args.a < 10                                  true 2, false 1
     1  Deny            rule "first"
     2  Next            0

block 1, decision
     0  TestSlotEqual   args.a == "x"                                true 2, false 1
     1  Deny            rule "second"
     2  Pass
)");
}

// Every tool that any of them names has what each says of it, or of other tools.
TEST(Link, ToolsOfAnyPart) {
  const auto with_tool = [](const std::string& tool, const std::string& rule) {
    Program program = Assemble("decision\n Deny every_" + rule + "\ndecision\n Deny " + rule);
    ToolEntry other;
    other.block = 0;
    program.tools.push_back(other);
    program.other_tools = 1;
    program.tool_index[tool] = 0;
    return program;
  };
  const auto passes = [](Program program) {
    for (Instruction& at : program.code) at = {Opcode::kPass, 0, 0, 0, 0};
    return program;
  };
  {
    Call call(
        LinkedOf({Checked(passes(with_tool("a", "first"))), Checked(with_tool("b", "second"))}));
    EXPECT_EQ(RuleOf(call, call.Decide("{}", "a")), "every_second");
    EXPECT_EQ(RuleOf(call, call.Decide("{}", "b")), "second");
    EXPECT_EQ(RuleOf(call, call.Decide("{}", "c")), "every_second");
  }
  {
    Call call(LinkedOf({Checked(with_tool("a", "first")), Checked(with_tool("b", "second"))}));
    EXPECT_EQ(RuleOf(call, call.Decide("{}", "a")), "first");
    EXPECT_EQ(RuleOf(call, call.Decide("{}", "b")), "every_first");
    EXPECT_EQ(RuleOf(call, call.Decide("{}", "c")), "every_first");
  }
}

// One number in an operand table may be constant 1 and rule 1 to two instructions, which are other
// numbers behind a part that has constants and no rules.
TEST(Link, ARowThatIsReadAsTwoThingsBecomesTwo) {
  const char kListing[] = R"(
    decision 1
      LoadConst r0 true
      LoadConst r0 false
      TestTrue r0 @yes @no
      no:
      Deny *0
      yes:
      Pass)";
  Program program = Assemble(kListing);
  program.rules.resize(2);
  program.rules[0].name = "none";
  program.rules[1].name = "denies";
  // The row of constant 1.
  for (Instruction& at : program.code) {
    if (at.op == Opcode::kDeny) at.b = 1;
  }
  Call call(LinkedOf({Part("decision 1\n LoadConst r0 7\n LoadConst r0 8\n LoadConst r0 9\n Pass"),
                      Checked(std::move(program))}));
  EXPECT_EQ(RuleOf(call, call.Decide("{}")), "denies");
}

TEST(Link, WhatPartsCountIsReservedTogether) {
  Call call(LinkedOf({Part("decision\n Reserve calls\n Pass"),
                      Part("decision\n Reserve calls\n Reserve more\n Pass")}));
  const Decision decision = call.Decide("{}");
  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  EXPECT_EQ(decision.reservation_count, 3u);
}

TEST(Link, TheDigestIsThatOfTheParts) {
  const auto with_digest = [](const std::string& digest) {
    Program program = Assemble("decision\n Pass");
    program.digest = digest;
    return Checked(std::move(program));
  };
  // printf 'aaaa…bbbb…' | xxd -r -p | sha256sum
  EXPECT_EQ(LinkedOf({with_digest(std::string(64, 'a')), with_digest(std::string(64, 'b'))}).digest,
            "e2d80f78d79027556d6619a1400605abbdca6bb6eb24e0831e33ecd5466fa5f6");
  EXPECT_EQ(LinkedOf({with_digest(std::string(64, 'a')), with_digest("")}).digest, "");
}

TEST(Link, PoliciesOfOneNameAreRefused) {
  const auto named = [](const std::vector<std::string>& spaces) {
    Program program = Assemble("decision\n Pass");
    for (const std::string& space : spaces) {
      program.policies.push_back({Language::kWrit, true, space, space});
      program.files.push_back(space + ".yaml");
    }
    return Checked(std::move(program));
  };
  const auto fault = [](const std::vector<LinkPart>& parts) {
    const auto linked = writ::Link(parts);
    if (linked.has_value()) return std::string("linked");
    return linked.error().file + ": " + linked.error().text;
  };
  EXPECT_EQ(fault({{named({"a", "b"}), "one.writ"}, {named({"c", "d"}), ""}}), "linked");
  EXPECT_EQ(fault({{named({"a", "b"}), "one.writ"}, {named({"c", "b"}), ""}}),
            "b.yaml: this policy has the name of one.writ: \"b\"");
  EXPECT_EQ(fault({{named({"a", "b"}), ""}, {named({"c"}), ""}, {named({"b"}), "two.writ"}}),
            "two.writ: this policy has the name of b.yaml: \"b\"");
}

TEST(Link, ConstantsOutliveTheParts) {
  Program linked;
  {
    Parts parts = {Requires("first", R"(TestSlotIn args.a ["one","two","three"])"),
                   Requires("second", R"(TestSlotEqual args.b {"a":["long","enough"]})")};
    linked = LinkedOf(parts);
  }
  Call call(std::move(linked));
  EXPECT_EQ(call.Decide(R"({"a":"two","b":{"a":["long","enough"]}})").verdict, Verdict::kAllow);
  EXPECT_EQ(call.Decide(R"({"a":"four","b":{"a":["long","enough"]}})").verdict, Verdict::kDeny);
}

// Neither Decide() nor the next call keeps what was copied for the last one.
TEST(Link, CopiesAreOfTheCallAtHand) {
  Call call(LinkedOf(
      {Requires("first", "TestPresent args.a"), Requires("second", "TestSlotEqual args.a 1")}));
  EXPECT_EQ(call.Decide(R"({"a":1})").verdict, Verdict::kAllow);
  EXPECT_EQ(call.Decide("{}").code, Code::kRule);
  EXPECT_EQ(call.Decide(R"({"a":2})").code, Code::kRule);
  EXPECT_EQ(call.machine().Decide().code, Code::kRule);
}

// ---- What is refused.

TEST(Link, APartThatIsLinkedIsRefused) {
  const auto pass = Part("decision\n Pass");
  const auto linked = Link({pass, pass, Checked(LinkedOf({pass, pass}))});
  ASSERT_FALSE(linked.has_value());
  EXPECT_EQ(linked.error().text, "it is made of several parts already");
  EXPECT_EQ(linked.error().file, "part2.writ");
}

// A part could make others read something else than the call's argument.
TEST(Link, ASlotWithValuesFromSeveralPlacesIsRefused) {
  const auto refused = [](const std::function<void(Program&)>& change) {
    Program program = Assemble(
        "decision\n TestPresent args.a @x @x\n x:\n TestPresent args.b @y @y"
        "\n y:\n Reserve calls\n Pass");
    program.shared_slots = 2;
    program.tools[0].slot_count = 0;
    change(program);
    return FaultOf({Part("decision\n Pass"), Checked(std::move(program))});
  };
  const std::string kFault = "a slot has values from several places";
  EXPECT_EQ(refused([](Program&) {}), "linked");
  EXPECT_EQ(refused([](Program& p) { p.facts = {{Fact::kNow, 0}}; }), kFault);
  EXPECT_EQ(refused([](Program& p) {
              p.slot_names.emplace_back("now");
              p.shared_slots = 3;
              p.facts = {{Fact::kNow, 2}, {Fact::kToolName, 2}};
            }),
            kFault);
  EXPECT_EQ(refused([](Program& p) {
              p.reads = {{0, 0}};
              p.tools[0].read_count = 1;
            }),
            kFault);
  EXPECT_EQ(refused([](Program& p) {
              PathTrieBuilder paths;
              const uint32_t root = paths.NewRoot();
              paths.SetSlot(paths.Child(root, "a"), 0, true);
              paths.SetSlot(paths.Child(root, "b"), 0, true);
              p.paths = paths.Build();
            }),
            kFault);
}

TEST(Link, SlotsThatToolsShareAreRefused) {
  Program program = Assemble("decision\n TestPresent args.a @x @x\n x:\n Pass");
  program.tools.push_back(program.tools[0]);
  program.tool_index["a"] = 1;
  EXPECT_EQ(FaultOf({Part("decision\n Pass"), Checked(std::move(program))}),
            "tools share slots of their own");
}

// Tools of the second part, times what the first reads for every tool.
TEST(Link, TooManyReadsAreRefused) {
  Program first = Assemble("decision\n Reserve calls\n Pass");
  constexpr uint32_t kReads = 1u << 17;
  first.reads.assign(kReads, {0, 0});
  first.slot_names.emplace_back("state.calls");
  first.shared_slots = 1;
  first.tools[0].read_count = kReads;
  Program second = Assemble("decision\n Reserve calls\n Pass");
  for (uint32_t i = 0; i < 40; ++i) {
    ToolEntry tool = second.tools[0];
    tool.first_slot = static_cast<uint32_t>(second.slot_names.size());
    tool.slot_count = 1;
    tool.first_read = i;
    tool.read_count = 1;
    second.slot_names.emplace_back("state.calls");
    second.reads.push_back({tool.first_slot, 0});
    second.tool_index["tool_" + std::to_string(i)] = static_cast<uint32_t>(second.tools.size());
    second.tools.push_back(tool);
  }
  const auto linked = Link({Checked(std::move(first)), Checked(std::move(second))});
  ASSERT_FALSE(linked.has_value());
  EXPECT_EQ(linked.error().text,
            "with the policies before it there are over 4194304 counters that rules read, each "
            "counted once for every tool");
  EXPECT_FALSE(linked.error().hint.empty());
}

TEST(Link, ABundleHoldsNoLinkedProgram) {
  const auto pass = Part("decision\n Pass");
  const auto sections = bundle::EncodeSections(LinkedOf({pass, pass}), {}, false);
  ASSERT_FALSE(sections.has_value());
  EXPECT_EQ(sections.error(), "it was linked from several programs");
}

// ---- Linked programs are verified like others.

struct Broken {
  const char* name;
  void (*change)(Program&);
  const char* refusal;
};

class BrokenLink : public testing::TestWithParam<Broken> {};

TEST_P(BrokenLink, IsRefused) {
  Program linked = LinkedOf({Requires("first", "TestSlotLess args.a 10"),
                             Requires("second", "TestSlotLess args.a 20"),
                             Requires("third", "TestSlotLess args.b 5")});
  GetParam().change(linked);
  const auto verified = Verify(std::move(linked));
  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().text, GetParam().refusal);
}

// The Next of the first part.
Instruction& FirstNext(Program& p) {
  return p.code[2];
}

const Broken kBroken[] = {
    {"APartThatGoesOnInItself", [](Program& p) { p.next_parts[0].block = 0; },
     "a tool's part goes on in none that is behind it"},
    {"APartThatGoesBack", [](Program& p) { p.code[5].b = 0; },
     "a tool's part goes on in none that is behind it"},
    {"APartBehindTheLast", [](Program& p) { FirstNext(p).b = 2; },
     "a tool's part goes on in none that is behind it"},
    {"PartsOutOfBounds", [](Program& p) { p.tools[0].next_count = 3; },
     "a tool's parts are out of bounds"},
    {"PartsThatBeginOutOfBounds", [](Program& p) { p.tools[0].first_next = 3; },
     "a tool's parts are out of bounds"},
    {"APartThatIsNoBlock", [](Program& p) { p.next_parts[1].block = 3; },
     "a tool's part is no decision block"},
    {"CopiesOutOfBounds", [](Program& p) { p.next_parts[0].copy_count = 2; },
     "a part's copies are out of bounds"},
    {"CopiesThatBeginOutOfBounds", [](Program& p) { p.next_parts[0].first_copy = 2; },
     "a part's copies are out of bounds"},
    {"ACopyFromNowhere", [](Program& p) { p.copies[0].from = 3; },
     "a part copies a slot that is not the tool's"},
    {"ACopyToNowhere", [](Program& p) { p.copies[0].to = 3; },
     "a part copies a slot that is not the tool's"},
    {"PartsThatAreNotThere",
     [](Program& p) {
       p.next_parts.clear();
       p.tools[0].next_count = 0;
     },
     "there is no part to go on in"},
    {"AToolWithoutParts", [](Program& p) { p.tools[0].next_count = 0; },
     "a tool's part goes on in none that is behind it"},
    {"AScopeThatIsOpen",
     [](Program& p) {
       p.code[1] = {Opcode::kScopeBegin, 0, 0, 0, 0};
       p.blocks[0].registers = 1;
       p.code[0].c = 1;
     },
     "a scope is open where the block ends"},
};

INSTANTIATE_TEST_SUITE_P(Link, BrokenLink, testing::ValuesIn(kBroken),
                         [](const auto& broken) { return std::string(broken.param.name); });

}  // namespace
}  // namespace writ
