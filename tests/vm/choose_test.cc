// Rules chosen by values: what runs, and what the verifier refuses.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>

#include "vm/assembler.h"
#include "vm/call.h"
#include "vm/decision_cost.h"
#include "vm/disasm.h"
#include "vm/link.h"
#include "vm/verify.h"

namespace writ {
namespace {

// Block 0 passes; blocks 1 to 4 are candidates that note a rule each; block 5 chooses.
std::string Listing(const std::string& choose) {
  std::string listing = "decision\n Pass\n";
  for (const char* rule : {"a", "b", "c", "d"}) {
    listing += fmt::format("decision\n Shadow {}\n Continue\n", rule);
  }
  return listing + "decision\n Choose " + choose + " from block1 block2 block3 block4\n";
}

// Which rules a call's candidates note, in order.
std::string Ran(const std::string& choose, std::string_view arguments) {
  Call call(Assemble(Listing(choose)));
  const Decision decision = call.Decide(arguments);
  std::string ran = decision.verdict == Verdict::kAllow ? "" : "not allowed ";
  for (uint32_t i = 0; i < decision.shadow_count; ++i) {
    ran += call.program()->rules[decision.shadows[i].rule].name;
  }
  return ran;
}

TEST(Choose, RunsThoseOfTheValueAndThoseThatAreRunAlways) {
  const std::string by_text = R"(block0 [2] 0 args.x {"one":0,"two":[1,3],"both":[0,2]})";
  EXPECT_EQ(Ran(by_text, R"({"x":"one"})"), "ac");
  EXPECT_EQ(Ran(by_text, R"({"x":"two"})"), "bcd");
  EXPECT_EQ(Ran(by_text, R"({"x":"both"})"), "ac");
  EXPECT_EQ(Ran(by_text, R"({"x":"other"})"), "c");
  EXPECT_EQ(Ran("block0 [] 0 args.x {\"one\":0}", R"({"x":"two"})"), "");
}

TEST(Choose, RunsAllWhereAValueIsNoKey) {
  const std::string by_text = R"(block0 [2] 0 args.x {"one":0})";
  for (const char* call : {"{}", R"({"x":[]})", R"({"x":{}})", R"({"x":9007199254740993})"}) {
    EXPECT_EQ(Ran(by_text, call), "abcd") << call;
  }
  for (const char* call : {R"({"x":null})", R"({"x":1})", R"({"x":true})"}) {
    EXPECT_EQ(Ran(by_text, call), "c") << call;
  }
  EXPECT_EQ(Ran(by_text, fmt::format(R"({{"x":"{}"}})", std::string(1000, 'x'))), "c");
}

TEST(Choose, ByTextsAloneRunsAllForOtherValues) {
  const std::string by_text = R"(block0 [] 1 args.x {"1":0})";
  EXPECT_EQ(Ran(by_text, R"({"x":"1"})"), "a");
  EXPECT_EQ(Ran(by_text, R"({"x":"2"})"), "");
  for (const char* call : {R"({"x":1})", R"({"x":null})", R"({"x":true})", "{}"}) {
    EXPECT_EQ(Ran(by_text, call), "abcd") << call;
  }
}

TEST(Choose, AnAbsentValueMayChooseNone) {
  EXPECT_EQ(Ran(R"(block0 [3] 4 args.x {"1":0})", "{}"), "d");
  EXPECT_EQ(Ran(R"(block0 [3] 5 args.x {"1":0})", "{}"), "d");
  EXPECT_EQ(Ran(R"(block0 [3] 4 args.x {"1":0} 0 args.y {"1":1})", "{}"), "abcd");
}

TEST(Choose, NumbersAreFoundByValueWhateverTheirTypes) {
  // Small tables are searched, large ones have an index.
  const std::string more = R"(,"4":0,"5":0,"6":0,"7":0,"8":0,"9":0,"10":0,"11":0)";
  for (const bool large : {false, true}) {
    Program program = Assemble(
        Listing(fmt::format(R"(block0 [] 0 args.x {{"1":0,"2":1,"3":2{}}})", large ? more : "")));
    Arena& pool = *program.pool;
    for (Value& constant : program.constants) {
      if (!constant.is(Tag::kMap)) continue;
      MapEntry* const entries = pool.Allocate<MapEntry>(constant.map->size);
      std::copy_n(constant.map->entries, constant.map->size, entries);
      entries[0].key = Value::Int(1);
      entries[1].key = Value::Uint(2);
      entries[2].key = Value::Bool(true);
      constant = Value::Of(pool.New(Map{constant.map->size, entries}));
    }
    Call call(std::move(program));
    const auto ran = [&call](std::string_view arguments) {
      const Decision decision = call.Decide(arguments);
      std::string names;
      for (uint32_t i = 0; i < decision.shadow_count; ++i) {
        names += call.program()->rules[decision.shadows[i].rule].name;
      }
      return names;
    };
    EXPECT_EQ(ran(R"({"x":1})"), "a");
    EXPECT_EQ(ran(R"({"x":1.0})"), "a");
    EXPECT_EQ(ran(R"({"x":2})"), "b");
    EXPECT_EQ(ran(R"({"x":true})"), "c");
    EXPECT_EQ(ran(R"({"x":false})"), "");
    EXPECT_EQ(ran(R"({"x":"1"})"), "");
    EXPECT_EQ(ran(R"({"x":1.5})"), "");
  }
}

TEST(Choose, SeveralSourcesChooseTogetherEachCandidateOnce) {
  const std::string both = R"(block0 [1] 0 args.x {"p":[0,2]} 0 args.y {"p":[2,3],"q":1})";
  EXPECT_EQ(Ran(both, R"({"x":"p","y":"p"})"), "abcd");
  EXPECT_EQ(Ran(both, R"({"x":"p","y":"q"})"), "abc");
  EXPECT_EQ(Ran(both, R"({"x":"r","y":"q"})"), "b");
  EXPECT_EQ(Ran(both, R"({"x":"p"})"), "abcd");
}

TEST(Choose, ByGlobsRunsThoseOfAllThatFit) {
  const std::string globs = R"(block0 [] 2 args.x {"get_*":0,"*_user":[0,3],"*t_u*":2})";
  EXPECT_EQ(Ran(globs, R"({"x":"get_user"})"), "acd");
  EXPECT_EQ(Ran(globs, R"({"x":"get_it"})"), "a");
  EXPECT_EQ(Ran(globs, R"({"x":"it"})"), "");
  EXPECT_EQ(Ran(globs, R"({"x":1})"), "abcd");
  EXPECT_EQ(Ran(globs, fmt::format(R"({{"x":"{}"}})", std::string(1000, 'x'))), "abcd");
}

TEST(Choose, ACandidateMayDecide) {
  Call call(Assemble(R"(
    decision
      Pass
    decision
      Deny first
    decision
      Deny second
    decision
      Choose block0 [1] 0 args.x {"a":0} from block1 block2)"));
  EXPECT_EQ(call.Decide(R"({"x":"a"})").rule, 0u);
  EXPECT_EQ(call.Decide(R"({"x":"b"})").rule, 1u);
}

TEST(Choose, ALinkedProgramChoosesInEachPart) {
  const auto part = [](const std::string& name) {
    Program program = Assemble(Listing(R"(block0 [2] 0 args.x {"one":0})"));
    program.policies.push_back({Language::kWrit, true, name, name});
    for (Rule& rule : program.rules) rule.name = name + rule.name;
    return LinkPart{*Verify(std::move(program)), ""};
  };
  auto linked = Link({part("p"), part("q")});
  ASSERT_TRUE(linked.has_value()) << linked.error().text;
  Call call(std::move(*linked));
  const Decision decision = call.Decide(R"({"x":"one"})");
  std::string ran;
  for (uint32_t i = 0; i < decision.shadow_count; ++i) {
    ran += call.program()->rules[decision.shadows[i].rule].name + " ";
  }
  EXPECT_EQ(ran, "pa pc qa qc ");
}

// What is wrong with a program whose last block is that, or "".
std::string Fault(const std::string& choose, const std::string& before = "") {
  const auto verified =
      Verify(Assemble("decision\n Pass\ndecision\n Continue\n" + before + "decision\n " + choose));
  return verified.has_value() ? "" : verified.error().text;
}

TEST(Choose, TheVerifierShowsThatEveryChoiceIsThere) {
  EXPECT_EQ(Fault("Choose block0 [0] from block1"), "");
  EXPECT_EQ(Fault("Choose block0 [] from"), "");
  EXPECT_EQ(Fault("Choose #9"), "an operand is out of bounds");
  EXPECT_EQ(Fault("Choose *0"), "an operand is out of bounds");
  EXPECT_EQ(Fault("Choose block2 [0] from block1"), "a block that is run is not of lower number");
  EXPECT_EQ(Fault("Choose block0 [0] from block2"), "a block that is run is not of lower number");
  constexpr char kNoTable[] = "a table does not choose from the candidates";
  for (const char* always : {"[1]", "[0,0]", "[-1]", "[0.5]", "[\"0\"]", "0", "{\"a\":0}"}) {
    EXPECT_EQ(Fault(fmt::format("Choose block0 {} from block1", always)), kNoTable) << always;
  }
  for (const char* table :
       {"[0]", R"({"a":1})", R"({"a":[0,0]})", R"({"a":"b"})", R"({"a":[[]]})"}) {
    EXPECT_EQ(Fault(fmt::format("Choose block0 [] 0 args.x {} from block1", table)), kNoTable)
        << table;
  }
  EXPECT_EQ(Fault(fmt::format(R"(Choose block0 [] 0 args.x {{"{}":0}} from block1)",
                              std::string(257, 'x'))),
            kNoTable);
  for (const int kind : {3, 7, 8}) {
    EXPECT_EQ(Fault(fmt::format(R"(Choose block0 [] {} args.x {{"a":0}} from block1)", kind)),
              "an unknown kind of table");
  }
  EXPECT_EQ(Fault(R"(Choose block0 [] 2 args.x {"a*":0} 2 args.y {"a*":0} from block1)"),
            "there are two tables of globs");
  std::string many = "Choose block0 []";
  for (int i = 0; i < 9; ++i) many += R"( 0 args.x {"a":0})";
  EXPECT_EQ(Fault(many + " from block1"), "there are too many tables to choose by");
}

TEST(Choose, TheVerifierShowsThatOnlyChosenBlocksContinue) {
  EXPECT_EQ(Fault("Chain block1"), "a candidate is run that nothing chose");
  EXPECT_EQ(Fault("Choose block1 [] from"), "a candidate is run that nothing chose");
  EXPECT_EQ(Fault("Continue"), "a tool's entry is a candidate that nothing chose");
  EXPECT_EQ(Fault("Choose block0 [0] from block2", "decision\n Choose block0 [0] from block1\n"),
            "a candidate chooses in turn");
  EXPECT_EQ(Fault("Choose block0 [0] from block2", "value 1\n Fail 1\n"),
            "a block of the wrong kind is run");
  EXPECT_EQ(Verify(Assemble("value 1\n Continue")).error().text,
            "Continue does not belong in this kind of block");
  // A candidate may go on elsewhere for good, in what chooses too.
  EXPECT_EQ(Fault("Choose block0 [0] from block3",
                  "decision\n Choose block0 [0] from block1\ndecision\n Chain block2\n"),
            "");
}

// The same operands of many instructions would take their product to look at.
TEST(Choose, InstructionsDoNotShareOperands) {
  const auto fault = [](bool share) {
    Program program = Assemble(
        "decision\n Pass\ndecision\n CondPresent 0 args.a @x @y\nx:\n Choose block0 [] from\ny:\n "
        "Choose block0 [] from\n");
    if (share) {
      program.code[program.code.size() - 1].b = program.code[program.code.size() - 2].b;
      program.operands.resize(program.operands.size() - Selection::kHeadOperands);
      program.blocks.back().operand_count -= Selection::kHeadOperands;
    }
    const auto verified = Verify(std::move(program));
    return verified.has_value() ? std::string() : verified.error().text;
  };
  EXPECT_EQ(fault(false), "");
  EXPECT_EQ(fault(true), "instructions choose by the same operands");
}

TEST(Choose, CostsAllItsCandidates) {
  const auto bound = [](const std::string& listing) {
    const auto verified = Verify(Assemble(listing));
    std::vector<uint64_t> costs;
    for (uint32_t i = 0; i < (**verified)->blocks.size(); ++i) {
      costs.push_back((*verified)->run_cost(i));
    }
    return BoundDecisions(***verified, costs, 0);
  };
  const std::string candidate = "decision\n CondRegex 0 args.a x @e @e\ne:\n Continue\n";
  const uint64_t one =
      bound("decision\n Pass\n" + candidate + "decision\n Choose block0 [0] from block1");
  const uint64_t two = bound("decision\n Pass\n" + candidate + candidate +
                             "decision\n Choose block0 [0] from block1 block2");
  EXPECT_EQ(two - one, 64u + 8);
}

TEST(Choose, IsListedWithItsTables) {
  const Program program = Assemble(Listing(R"(block0 [2] 4 args.x {"one":0,"two":[1,3]})"));
  EXPECT_NE(Disassemble(program).find("     0  Choose          then block 0\n"
                                      "        args.x is {\"one\": 0, \"two\": [1, 3]}, or is "
                                      "absent\n"
                                      "        always [2]\n"
                                      "        from blocks 1 to 4\n"),
            std::string::npos)
      << Disassemble(program);
}

TEST(Choose, TestsManyGlobsAtOnce) {
  const auto value = [](const std::string& arguments) {
    Call call(
        Assemble("value 1\n TestSlotFits args.x [\"get_*\",\"*_user\",\"*a*b*\"] @t @f\nt:\n "
                 "ReturnConst true\nf:\n ReturnConst false\n"));
    return call.Evaluate(0, arguments);
  };
  EXPECT_EQ(value(R"({"x":"get_it"})"), "true");
  EXPECT_EQ(value(R"({"x":"the_user"})"), "true");
  EXPECT_EQ(value(R"({"x":"xaxbx"})"), "true");
  EXPECT_EQ(value(R"({"x":"it"})"), "false");
  const std::string filler(1000, 'x');
  EXPECT_EQ(value(R"({"x":"get_)" + filler + "\"}"), "true");
  EXPECT_EQ(value(R"({"x":")" + filler + "\"}"), "false");
  EXPECT_EQ(value("{}"), "error(no such field)");
  EXPECT_EQ(value(R"({"x":1})"), "error(no such overload)");
  EXPECT_EQ(value(R"({"x":9007199254740993})"), "error(a number that servers read differently)");
}

}  // namespace
}  // namespace writ
