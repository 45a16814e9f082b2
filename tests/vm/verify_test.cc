// What the verifier refuses, as a table of programs: a listing (see assembler.h) and what is said
// of it, with the instruction it is said of. Nothing said: the program is good.
#include "vm/verify.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <ostream>
#include <string>

#include "vm/assembler.h"
#include "vm/build.h"
#include "vm/call.h"
#include "vm/context.h"
#include "vm/decision_cost.h"
#include "vm/key_index.h"
#include "vm/time_zone.h"

namespace writ {
namespace {

struct Case {
  const char* name;
  const char* listing;
  const char* refusal;
};

// For the name of the test in the runner's output.
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

const Case kCases[] = {
    {"TheSmallestDecision", "decision\n Pass", ""},
    {"TheSmallestValue", "value 1\n LoadConst r0 1\n Return r0", ""},

    // Operands.
    {"AnUnusedOperandNotZero", "decision\n Pass !1", "0: an unused operand is not zero"},
    {"AnUnusedWideOperandNotZero", "decision\n Pass !0 !0 !0 !1",
     "0: an unused operand is not zero"},
    {"ARegisterThatIsRead", "value 1\n Move r0 r1\n Return r0", "0: a register is out of bounds"},
    {"ARegisterThatIsWritten", "value 1\n Move r1 r0\n Return r0",
     "0: a register is out of bounds"},
    {"AWideRegister", "value 2\n Move r0 #258\n Return r0", "0: a register is out of bounds"},
    {"ARegisterOfABlockWithNone", "value\n Return r0", "0: a register is out of bounds"},
    {"AConstantsRow", "value 1\n LoadConst r0 #0\n Return r0", "0: an operand is out of bounds"},
    {"AConstant", "value 1\n LoadConst r0 *5\n Return r0", "0: a constant is out of bounds"},
    {"ASlotsRow", "value 1\n LoadSlot r0 #0\n Return r0", "0: an operand is out of bounds"},
    {"ASlot", "value 1\n LoadSlot r0 *0\n Return r0", "0: a slot is out of bounds"},
    {"ASlotWithoutItsConstant", "decision\n CondEq 0 *0 #1 #1\n Pass",
     "0: an operand is out of bounds"},
    {"ASlotWithoutItsPattern", "decision\n CondRegex 0 *0 #1 #1\n Pass",
     "0: an operand is out of bounds"},
    {"APattern", "decision\n CondPresent 0 args.a #1 #1\n CondRegex 0 #0 #1 #1\n Pass\n Deny *9",
     "1: a pattern is out of bounds"},
    {"ARule", "decision\n Deny *0", "0: a rule is out of bounds"},
    {"ARulesRow", "decision\n Deny #0", "0: an operand is out of bounds"},
    {"AQuota", "decision\n Reserve *0\n Pass", "0: a quota is out of bounds"},

    {"ATestsPattern", "value 1\n TestMatches r0 *0 #1 #1\n Return r0",
     "0: a pattern is out of bounds"},
    {"ATestsPatternsRow", "value 1\n TestMatches r0 #0 #1 #1\n Return r0",
     "0: an operand is out of bounds"},
    {"ACallOfNoFunction", "value 1\n Call r0 #60000 r0 1\n Return r0",
     "0: an unknown function is called"},
    {"ACallWithTooManyArguments", "value 20\n Call r0 size r0 17\n Return r0",
     "0: too many arguments"},
    {"ACallWithAsManyArgumentsAsMayBe", "value 20\n Call r0 size r4 16\n Return r0", ""},
    {"ACallWithArgumentsBeyondTheFrame", "value 2\n Call r0 size r1 2\n Return r0",
     "0: an argument is out of bounds"},
    {"ACallWithoutArguments", "value 1\n Call r0 size r0 0\n Return r0", ""},
    {"AnEntrysRegister", "value 2\n Insert r0 r0 r1 #2\n Return r0",
     "0: a register is out of bounds"},

    // Constants of the wrong type.
    {"HasByANumber", "value 1\n LoadSlot r0 args.a\n Has r0 r0 1\n Return r0",
     "1: a constant has not the type its instruction reads"},
    {"OnlyArgsThatAreNoList", "decision\n TestOnlyArgs args.a \"x\" #1 #1\n Pass",
     "0: a constant has not the type its instruction reads"},
    {"OnlyArgsThatAreNoNames", "decision\n TestOnlyArgs args.a [\"x\",1] #1 #1\n Pass",
     "0: a constant has not the type its instruction reads"},
    {"OnlyArgsOfNames", "decision\n TestOnlyArgs args.a [\"x\"] #1 #1\n Pass", ""},
    {"InWithoutAList", "decision\n CondIn 0 args.a 1 #1 #1\n Pass",
     "0: a constant has not the type its instruction reads"},
    {"OrderAgainstText", "decision\n CondLt 0 args.a \"1\" #1 #1\n Pass",
     "0: a constant has not the type its instruction reads"},
    {"OrderAgainstANumber", "decision\n CondLt 0 args.a 1 #1 #1\n Pass", ""},
    {"OrderAgainstAnUnsafeNumber", "decision\n CondGte 0 args.a 1e999 #1 #1\n Pass",
     "0: a constant has not the type its instruction reads"},
    {"SelectByANumber", "value 1\n LoadSlot r0 args.a\n Select r0 r0 1\n Return r0",
     "1: a constant has not the type its instruction reads"},
    {"OptionalSelectByAList", "value 1\n LoadSlot r0 args.a\n OptionalSelect r0 r0 []\n Return r0",
     "1: a constant has not the type its instruction reads"},

    {"StartsWithANumber", "decision\n TestSlotStartsWith args.a 1 #1 #1\n Pass",
     "0: a constant has not the type its instruction reads"},
    {"SlotInText", "decision\n TestSlotIn args.a \"x\" #1 #1\n Pass",
     "0: a constant has not the type its instruction reads"},

    // Recoveries.
    {"ARecovery", "value 1\na:\n LoadSlot r0 args.a\nb:\n Return r0\n recover a b b", ""},
    {"ARecoveryThatGoesBack",
     "value 1\na:\n LoadSlot r0 args.a\nb:\n LoadSlot r0 args.b\nc:\n Return r0\n recover b c a",
     ": the table of recoveries is not in order or out of bounds"},
    {"ARecoveryOfItself",
     "value 1\na:\n LoadSlot r0 args.a\nb:\n LoadSlot r0 args.b\nc:\n Return r0\n recover a c b",
     ": the table of recoveries is not in order or out of bounds"},
    {"ARecoveryOfNothing",
     "value 1\n LoadSlot r0 args.a\na:\n LoadSlot r0 args.b\nc:\n Return r0\n recover a a c",
     ": the table of recoveries is not in order or out of bounds"},
    {"RecoveriesThatOverlap",
     "value 1\na:\n LoadSlot r0 args.a\nb:\n LoadSlot r0 args.b\nc:\n Return r0\n recover a c c\n"
     " recover b c c",
     ": the table of recoveries is not in order or out of bounds"},
    {"ARecoveryOfAScope",
     "value 1\na:\n ScopeBegin r0\nb:\n ScopeEnd r0\n LoadConst r0 1\n Return r0\n recover a b b",
     "0: a recovery covers what cannot be done again"},
    {"ARecoveryOfANotedQuota", "decision\na:\n Reserve q\nb:\n Pass\n recover a b b",
     "0: a recovery covers what cannot be done again"},
    {"ARecoveryToOtherScopes",
     "value 2\n ScopeBegin r0\na:\n LoadSlot r1 args.a\nb:\n ScopeEnd r0\nc:\n Return r1\n"
     " recover a b c",
     "2: paths meet with different scopes open"},

    // Jumps and ends.
    {"AJumpToItself", "decision\n Jump #0\n Pass", "0: a jump does not go forward"},
    {"AJumpPastTheEnd", "decision\n Jump #2\n Pass", "0: a jump leaves its block"},
    {"AJumpIntoTheNextBlock", "value 1\n Jump #1\n decision\n Pass", "0: a jump leaves its block"},
    {"ABackwardJumpIsAFarOne", "decision\n Jump #65535\n Pass", "0: a jump leaves its block"},
    {"AnExitToItself", "decision\n CondPresent 0 args.a #0 #1\n Pass",
     "0: a jump does not go forward"},
    {"AnExitPastTheEnd", "decision\n CondPresent 0 args.a #1 #2\n Pass",
     "0: a jump leaves its block"},
    {"AHandlerPastTheEnd", "value 1\n ScopeBegin r0\n Operand r0 0 #9\n ScopeEnd r0\n Return r0",
     "1: a jump leaves its block"},
    {"AnEndThatFallsThrough", "value 1\n LoadConst r0 1", "0: the last instruction falls through"},
    {"AnEndThatFallsThroughIfItFails", "decision\n Reserve calls",
     "0: the last instruction falls through"},
    {"AnEndThatCannotBeReachedAndFallsThrough", "value 1\n Return r0\n Move r0 r0",
     "1: the last instruction falls through"},

    // Instructions where they do not belong.
    {"ADecisionThatReturns", "decision 1\n Return r0",
     "0: Return does not belong in this kind of block"},
    {"AValueThatPasses", "value\n Pass", "0: Pass does not belong in this kind of block"},
    {"AValueThatDenies", "value\n Deny no", "0: Deny does not belong in this kind of block"},
    {"AValueThatDeniesAHiddenTool", "value\n DenyHidden",
     "0: DenyHidden does not belong in this kind of block"},
    {"AValueThatDeniesByDefault", "value\n DenyDefault",
     "0: DenyDefault does not belong in this kind of block"},
    {"AValueThatReserves", "value\n Reserve calls\n Fail 1",
     "0: Reserve does not belong in this kind of block"},
    {"AValueThatBreaks", "value 1\n Break r0", "0: Break does not belong in this kind of block"},
    {"ALoopThatChains", "decision\n Pass\n body 3\n Chain block0",
     "1: Chain does not belong in this kind of block"},
    {"AValueThatWatches", "value\n Shadow no\n Fail 1",
     "0: Shadow does not belong in this kind of block"},
    {"AValueThatWatchesAnError", "value 1\n ShadowError r0 no\n Fail 1",
     "0: ShadowError does not belong in this kind of block"},
    {"AValueThatTestsArguments", "value\n TestOnlyArgs args.a [] #1 #1\n Fail 1",
     "0: TestOnlyArgs does not belong in this kind of block"},
    {"ADecisionThatFails", "decision\n Fail 1", ""},

    // Blocks that run blocks.
    {"ForceItself", "value 1\n Force r0 block0\n Return r0",
     "0: a block that is run is not of lower number"},
    {"ForceAHigherBlock", "value 1\n Force r0 block1\n Return r0\n value 1\n Return r0",
     "0: a block that is run is not of lower number"},
    {"ForceNoBlock", "value 1\n Force r0 *77\n Return r0",
     "0: a block that is run is not of lower number"},
    {"ForceALowerBlock", "value 1\n Return r0\n value 1\n Force r0 block0\n Return r0", ""},
    {"ForceADecision", "decision\n Pass\n value 1\n Force r0 block0\n Return r0",
     "1: a block of the wrong kind is run"},
    {"ForceALoopsBody", "body 3\n Return r0\n value 1\n Force r0 block0\n Return r0",
     "1: a block of the wrong kind is run"},
    {"ForceWhatLooksOutside",
     "value 1 out 1\n Outer r0 1 0\n Return r0\n"
     "value 1\n Force r0 block0\n Return r0",
     "2: a block that looks outside is forced as if it stood alone"},
    {"ChainToAValue", "value 1\n Return r0\n decision\n Chain block0",
     "1: a block of the wrong kind is run"},
    {"ChainToADecision", "decision\n Pass\n decision\n Chain block0", ""},
    {"BindALoopsBody", "body 3\n Return r0\n value 2\n Bind r0 block0 1 0\n Return r0",
     "1: a block of the wrong kind is run"},
    {"BindABlock", "value 1\n Return r0\n value 2\n Bind r0 block0 1 0\n Return r0", ""},
    {"BindToARegisterThatIsNotThere",
     "value 1\n Return r0\n value 2\n Bind r0 block0 2 0\n Return r0",
     "1: a bound register is out of reach"},
    {"BindToAFrameThatIsNotThere", "value 1\n Return r0\n value 2\n Bind r0 block0 0 1\n Return r0",
     "1: a bound register is out of reach"},
    {"BindWhatLooksFurtherOut",
     "value 1 out 2\n Outer r0 2 0\n Return r0\n value 2\n Bind r0 block0 1 0\n Return r0",
     "2: a bound block looks further out than there are frames"},
    {"BindWhatLooksIntoThisFrame",
     "value 1 out 1\n Outer r0 1 0\n Return r0\n value 2\n Bind r0 block0 1 0\n Return r0", ""},
    {"LoopOverAValue", "value 3\n Return r0\n value 2\n Loop r0 block0 r1 0\n Return r0",
     "1: a block of the wrong kind is run"},
    {"LoopOfAnUnknownKind", "body 3\n Return r0\n value 2\n Loop r0 block0 r1 4\n Return r0",
     "1: an unknown kind of loop"},
    {"LoopWhoseBodyLooksFurtherOut",
     "body 3 out 2\n Outer r0 2 0\n Return r0\n value 2\n Loop r0 block0 r1 0\n Return r0",
     "2: a loop's body looks further out than there are frames"},
    {"ALoopsBodyWithoutRoomForItsElement", "body 2\n Return r0",
     ": a loop's body has no room for its element"},
    {"OuterOfItself", "value 1 out 1\n Outer r0 0 0\n Return r0",
     "0: an outer frame is out of reach"},
    {"OuterWithoutAnOuterFrame", "value 1\n Outer r0 1 0\n Return r0",
     "0: an outer frame is out of reach"},
    {"OuterOfARegisterThatNoFrameHas", "value 1 out 1\n Outer r0 1 256\n Return r0",
     "0: an outer frame is out of reach"},
    {"OuterOfARegisterThatThisFrameHasNot",
     "value 1 out 1\n Outer r0 1 200\n Return r0\n value 2\n Bind r0 block0 1 0\n Return r0",
     "2: a block looks for a register that the frame around it does not have"},
    {"ABindIntoAFrameWithoutThatRegister",
     "value 1\n Return r0\n"
     "body 3 out 1\n Bind r0 block0 200 1\n Return r0\n"
     "value 2\n Loop r0 block1 r1 0\n Return r0",
     "3: a block looks for a register that the frame around it does not have"},

    {"AnErrorThatIsNone", "value\n Fail 0", "0: an unknown error is raised"},
    {"AnErrorBeyondTheLast", "value\n Fail 29", "0: an unknown error is raised"},
    {"AnUnknownKindOfCondition", "decision\n CondPresent 4 args.a #1 #1\n Pass",
     "0: an unknown kind of condition"},
    {"AFrameThatIsReachedThroughAnother",
     "value 1 out 2\n Outer r0 2 3\n Return r0\n"
     "body 3 out 1\n Bind r0 block0 1 0\n Return r0\n"
     "value 4\n Loop r0 block1 r1 0\n Return r0",
     ""},
    {"AFrameThatIsReachedThroughAnotherWithoutThatRegister",
     "value 1 out 2\n Outer r0 2 3\n Return r0\n"
     "body 3 out 1\n Bind r0 block0 1 0\n Return r0\n"
     "value 3\n Loop r0 block1 r1 0\n Return r0",
     "4: a block looks for a register that the frame around it does not have"},

    // Error scopes.
    {"AScopeOpenedAndClosed",
     "value 2\n ScopeBegin r0\n Operand r0 0 @end\n LoadSlot r1 args.a\n"
     "end:\n ScopeEnd r0\n Return r1",
     ""},
    {"AScopeOpenAtAReturn", "value 1\n ScopeBegin r0\n Return r0",
     "1: a scope is open where the block ends"},
    {"AScopeOpenAtAPass", "decision 1\n ScopeBegin r0\n Pass",
     "1: a scope is open where the block ends"},
    {"AScopeOpenAtAChain", "decision\n Pass\n decision 1\n ScopeBegin r0\n Chain block0",
     "2: a scope is open where the block ends"},
    {"AScopeOpenAtABreak", "body 3\n ScopeBegin r0\n Break r0",
     "1: a scope is open where the block ends"},
    {"AScopeOpenAtAFail", "value 1\n ScopeBegin r0\n Fail 1", ""},
    {"AScopeClosedTwice", "value 1\n ScopeBegin r0\n ScopeEnd r0\n ScopeEnd r0\n Return r0",
     "2: the scope is not the innermost open one"},
    {"AScopeDroppedThatIsNotOpen", "value 1\n ScopeDrop r0\n Return r0",
     "0: the scope is not the innermost open one"},
    {"AnOperandOutsideOfAScope", "value 1\n Operand r0 0 #1\n Return r0",
     "0: the scope is not the innermost open one"},
    {"AnOperandOfAnOuterScope",
     "value 2\n ScopeBegin r0\n ScopeBegin r1\n Operand r0 0 #1\n ScopeEnd r1\n ScopeEnd r0\n"
     " Return r0",
     "2: the scope is not the innermost open one"},
    {"ScopesClosedInTheWrongOrder",
     "value 2\n ScopeBegin r0\n ScopeBegin r1\n ScopeEnd r0\n ScopeEnd r1\n Return r0",
     "2: the scope is not the innermost open one"},
    {"AScopeOpenOnOneWayOnly",
     "value 2\n TestTrue r1 @open @join\n"
     "open:\n ScopeBegin r0\n"
     "join:\n Return r0",
     "1: paths meet with different scopes open"},
    {"AScopeClosedOnOneWayOnly",
     "value 2\n ScopeBegin r0\n TestTrue r1 @close @join\n"
     "close:\n ScopeEnd r0\n"
     "join:\n Return r0",
     "2: paths meet with different scopes open"},
    {"AHandlerBeyondItsScope",
     "value 2\n ScopeBegin r0\n Operand r0 0 @late\n ScopeEnd r0\n"
     "late:\n Return r1",
     "2: paths meet with different scopes open"},
    {"AHandlerInsideOfAnotherScope",
     "value 2\n ScopeBegin r0\n Operand r0 0 @inner\n ScopeBegin r1\n"
     "inner:\n ScopeEnd r1\n ScopeEnd r0\n Return r1",
     "2: paths meet with different scopes open"},
    {"ScopesInCodeThatCannotBeReachedDoNotCount", "value 1\n Return r0\n ScopeEnd r0\n Return r0",
     ""},
};

std::string Refusal(Program program) {
  const auto verified = Verify(std::move(program));
  if (verified.has_value()) return "";
  const VerifyError& error = verified.error();
  return (error.instruction == UINT32_MAX ? "" : std::to_string(error.instruction)) + ": " +
         error.text;
}

class VerifierCase : public testing::TestWithParam<Case> {};

TEST_P(VerifierCase, Says) {
  EXPECT_EQ(Refusal(Assemble(GetParam().listing)), GetParam().refusal) << GetParam().listing;
}

INSTANTIATE_TEST_SUITE_P(Verify, VerifierCase, testing::ValuesIn(kCases),
                         [](const testing::TestParamInfo<Case>& made) {
                           return std::string(made.param.name);
                         });

// ---- Tables.

// A program with one of everything, and good.
Program OneOfEverything() {
  return Assemble(R"(
    value 3
      ScopeBegin r0
      Operand r0 0 @second
      LoadSlot r1 args.a
      TestTrue r1 @true @second
    second:
      Operand r0 1 @end
      LoadSlot r2 args.b
      TestLess r1 r2 @true @end
    end:
      ScopeEnd r0
      LoadConst r1 [1,"x",{"k":2.5}]
      Return r1
    true:
      ScopeDrop r0
      LoadConst r1 true
      Return r1
    body 4 out 1
      Outer r3 1 1
      Bind r3 block0 3 1
      Select r3 r1 "k"
      OptionalSelect r2 r1 "k"
      TestHasValue r2 @yes @no
    yes:
      OptionalValue r2 r2
      Append r0 r0 r2
      Return r0
    no:
      Break r0
    value 4
      LoadSlot r0 args.items
      Move r1 r0
      Loop r1 block1 r0 1
      Size r2 r1
      Add r2 r2 r2
      Less r3 r2 r2
      Equal r3 r3 r2
      Not r3 r3
      OptionalOf r3 r3
      OptionalNone r2
      TestEqual r3 r2 @same @other
    same:
      Subtract r2 r2 r1
      Multiply r2 r2 r2
      Divide r2 r2 r3
      Modulo r2 r2 r3
      Negate r2 r2
      LessEqual r3 r2 r2
      TestLessEqual r1 r2 @other @other
    other:
      In r3 r1 r0
      Index r3 r0 r1
      OptionalIndex r3 r0 r1
      Has r3 r0 "k"
      LoadConst r1 []
      AppendOptional r1 r1 r3
      LoadConst r1 {}
      Insert r1 r1 r0 r3
      InsertOptional r1 r1 r0 r3
      InsertAll r1 r1 r0
      Call r3 size r1 1
      TestIn r1 r0 @matches @matches
    matches:
      TestMatches r1 ^x @fail @fail
    fail:
      Fail 2
    decision 2
      Pass
    decision 2
      rule first
      CondPresent 0 args.a @next @deny
    next:
      CondEq 2 args.b "x" @in @deny
    in:
      CondIn 0 args.b ["x",1] @contains @deny
    contains:
      CondContains 0 args.items "x" @less @deny
    less:
      CondLt 0 args.n 10 @upto @deny
    upto:
      CondLte 0 args.n 10 @above @deny
    above:
      CondGt 0 args.n 1 @from @deny
    from:
      CondGte 0 args.n 1 @regex @deny
    regex:
      CondRegex 0 args.b ^x @present @deny
    present:
      TestPresent args.b @value @deny
    value:
      Force r0 block2
      Force r1 block0
      Shadow first
      ShadowError r0 first
      TestOnlyArgs args.items ["x"] @count @deny
    count:
      Reserve first
      Chain block3
    deny:
      Deny first
  )");
}

TEST(Verify, AcceptsAProgramWithOneOfEverything) {
  EXPECT_EQ(Refusal(OneOfEverything()), "");
}

// Tries that are built have sound edges.
PathEdge& EdgeOf(Program& program, uint32_t edge) {
  return const_cast<PathEdge&>(program.paths.edge(edge));
}

struct TableCase {
  const char* name;
  void (*spoil)(Program&);
  const char* refusal;
};

void PrintTo(const TableCase& c, std::ostream* out) {
  *out << c.name;
}

const TableCase kTableCases[] = {
    {"ACountersWindow", [](Program& p) { p.counters[0].window.seconds = -1; },
     ": a counter's window is out of bounds"},
    {"ACountersLongWindow",
     [](Program& p) { p.counters[0].window.seconds = Window::kMaxSeconds + 1; },
     ": a counter's window is out of bounds"},
    {"ASlidingSession",
     [](Program& p) {
       p.counters[0].window = {0, true};
     },
     ": a counter's window is out of bounds"},
    {"AQuotasCounter", [](Program& p) { p.quotas[0].counter = 1; }, ": a quota names no counter"},
    {"AQuotasRule", [](Program& p) { p.quotas[0].rule = 1; }, ": a quota names no rule"},
    {"AQuotasSlot", [](Program& p) { p.quotas[0].amount_slot = 4; },
     ": a quota's amount names no slot"},
    {"AQuotasAmount", [](Program& p) { p.quotas[0].amount = -1; },
     ": a quota's amount is negative"},
    {"AQuotasScale", [](Program& p) { p.quotas[0].scale = 19; },
     ": a quota keeps too many decimals"},
    {"AQuotasLimitBlock", [](Program& p) { p.quotas[0].limit_block = 100; },
     ": a quota's block is no value that stands alone"},
    {"AQuotasAmountBlock", [](Program& p) { p.quotas[0].amount_block = 1; },
     ": a quota's block is no value that stands alone"},
    {"AQuotasKeyBlock", [](Program& p) { p.quotas[0].key_block = 3; },
     ": a quota's block is no value that stands alone"},
    {"AMessagesBlock",
     [](Program& p) {
       p.rules[0].message = {{"x", kNoBlock}, {"", 1}};
     },
     ": a message's block is no value that stands alone"},
    {"AFactsSlot",
     [](Program& p) {
       p.facts = {{Fact::kNow, 0}};
     },
     ": a fact's slot is not shared"},
    {"AFactThatIsNone",
     [](Program& p) {
       p.shared_slots = 1;
       p.facts = {{static_cast<Fact>(static_cast<int>(kLastFact) + 1), 0}};
     },
     ": an unknown fact"},
    {"LabelsOutOfOrder",
     [](Program& p) {
       p.labels = {"b", "a"};
     },
     ": the labels are not sorted"},
    {"ALabelTwice",
     [](Program& p) {
       p.labels = {"a", "a"};
     },
     ": the labels are not sorted"},
    {"AConstantsTexts",
     [](Program& p) {
       // More than there is to read, so it is not read.
       p.constants[0] = Value::String("a");
       p.constants[0].size = UINT32_MAX;
     },
     ": the constants' texts are too long"},
    {"AConstantThatNestsTooDeep",
     [](Program& p) {
       for (int i = 0; i < 300; ++i) {
         const Value* inner = p.pool->New(p.constants[0]);
         p.constants[0] = Value::Of(p.pool->New(List{1, inner}));
       }
     },
     ": a constant cannot be one: it nests too deep"},
    {"AConstantWithAHole",
     [](Program& p) {
       p.constants[0] = Value::Of(p.pool->New(List{1, p.pool->New(Value())}));
     },
     ": a constant cannot be one: a part of it has no value"},
    {"ARulesFile",
     [](Program& p) {
       p.rules[0].at = {0, 1, 1};
     },
     ": a rule stands in no file"},
    {"ARulesText",
     [](Program& p) {
       p.rules[0].at = {0, 0, 0, 0};
     },
     ": a rule stands in no file"},
    {"APositionsFile",
     [](Program& p) {
       p.positions.resize(p.code.size());
       p.files = {"policy.yaml"};
       p.positions[0] = {0, 1, 1};
       p.positions[1] = {1, 1, 1};
     },
     "1: an instruction's source is no file, or its text is none"},
    {"APositionsText",
     [](Program& p) {
       p.positions.resize(p.code.size());
       p.files = {"policy.yaml"};
       p.texts = {"args.a"};
       p.positions[0] = {0, 1, 1, 0};
       p.positions[2] = {0, 1, 1, 1};
     },
     "2: an instruction's source is no file, or its text is none"},
    {"WatchesOutOfOrder",
     [](Program& p) {
       p.rules[0].shadow = true;
       p.watches = {{0, 1, 0}, {0, 0, 0}};
     },
     ": the table of what rules watch is not in order"},
    {"AWatchTwice",
     [](Program& p) {
       p.rules[0].shadow = true;
       p.watches = {{0, 0, 0}, {0, 0, 0}};
     },
     ": the table of what rules watch is not in order"},
    {"AWatchBelowARoot",
     [](Program& p) {
       p.rules[0].shadow = true;
       p.watches = {{1, 0, 0}};
     },
     ": what a rule watches is out of bounds, or it is no rule in shadow mode"},
    {"AWatchOfARuleThatDecides",
     [](Program& p) {
       p.watches = {{0, 0, 0}};
     },
     ": what a rule watches is out of bounds, or it is no rule in shadow mode"},
    {"AWatchesRule",
     [](Program& p) {
       p.watches = {{0, 0, 1}};
     },
     ": what a rule watches is out of bounds, or it is no rule in shadow mode"},
    {"AWatchesSlot",
     [](Program& p) {
       p.rules[0].shadow = true;
       p.watches = {{0, 4, 0}};
     },
     ": what a rule watches is out of bounds, or it is no rule in shadow mode"},
    {"AWatchesRoot",
     [](Program& p) {
       p.rules[0].shadow = true;
       p.watches = {{100, 0, 0}};
     },
     ": what a rule watches is out of bounds, or it is no rule in shadow mode"},
    {"ARuleStartsRule", [](Program& p) { p.rule_starts[0].rule = 1; },
     ": the table of rule starts is not in order or out of bounds"},
    {"ARuleStartsInstruction", [](Program& p) { p.rule_starts[0].instruction = 1000; },
     ": the table of rule starts is not in order or out of bounds"},
    {"RuleStartsOutOfOrder",
     [](Program& p) {
       p.rule_starts.push_back({0, 0});
     },
     ": the table of rule starts is not in order or out of bounds"},
    {"ACounterReadsCounter",
     [](Program& p) {
       p.reads.push_back({0, 1});
     },
     ": a counter read is out of bounds"},
    {"ACounterReadsSlot",
     [](Program& p) {
       p.reads.push_back({4, 0});
     },
     ": a counter read is out of bounds"},
    {"HiddenToolsOutOfOrder",
     [](Program& p) {
       p.hidden = {"b", "a"};
     },
     ": the hidden tools are not sorted"},
    {"AHiddenToolTwice",
     [](Program& p) {
       p.hidden = {"a", "a"};
     },
     ": the hidden tools are not sorted"},
    {"HiddenGlobsOutOfOrder",
     [](Program& p) {
       p.hidden_globs = {"b*", "a*"};
     },
     ": the hidden tools are not sorted"},
    {"ABlocksKind", [](Program& p) { p.blocks[0].kind = static_cast<BlockKind>(3); },
     ": a block of an unknown kind"},
    {"PositionsOfSomeInstructionsOnly", [](Program& p) { p.positions.resize(1); },
     ": there is not one source position for each instruction"},
    {"ABlockWithoutInstructions", [](Program& p) { p.blocks[0].instruction_count = 0; },
     ": a block is empty"},
    {"ABlockThatStartsBeyondTheCode", [](Program& p) { p.blocks[0].first_instruction = 1000; },
     ": a block is out of bounds"},
    {"ABlockThatEndsBeyondTheCode", [](Program& p) { p.blocks[0].instruction_count = 1000; },
     ": a block is out of bounds"},
    {"ABlockThatIsTooLong", [](Program& p) { p.blocks[0].instruction_count = 65536; },
     ": a block is too long"},
    {"ABlockWhoseOperandsAreOutside", [](Program& p) { p.blocks[0].operand_count = 1000; },
     ": a block is out of bounds"},
    {"ABlockWhoseOperandsStartOutside", [](Program& p) { p.blocks[0].first_operand = UINT32_MAX; },
     ": a block is out of bounds"},
    {"ABlockWithTooManyOperands", [](Program& p) { p.blocks[0].operand_count = 65536; },
     ": a block has too many operands"},
    {"ABlockWithTooManyRegisters", [](Program& p) { p.blocks[0].registers = 257; },
     ": a block has too many registers"},
    {"APatternThatDoesNotCompile", [](Program& p) { p.patterns[0] = "("; },
     ": a pattern does not compile: missing ): ("},
    {"ATablesOpcode", [](Program& p) { p.code[3].op = static_cast<Opcode>(kOpcodeCount); },
     "3: unknown opcode"},
    {"NoTools", [](Program& p) { p.tools.clear(); }, ": no entry for other tools"},
    {"TheEntryOfOtherTools", [](Program& p) { p.other_tools = 1; }, ": no entry for other tools"},
    {"AToolsEntry", [](Program& p) { p.tool_index["a"] = 1; }, ": a tool has no entry"},
    {"AToolsBlock", [](Program& p) { p.tools[0].block = 5; },
     ": a tool's entry is no decision block"},
    {"AToolThatIsDecidedByAValue", [](Program& p) { p.tools[0].block = 0; },
     ": a tool's entry is no decision block"},
    {"AToolsPaths", [](Program& p) { p.tools[0].root = 100; }, ": a tool's paths begin at no root"},
    {"AToolsPathsBelowARoot", [](Program& p) { p.tools[0].root = 1; },
     ": a tool's paths begin at no root"},
    {"APathThatLeadsBack", [](Program& p) { EdgeOf(p, 0).child = 0; },
     ": an edge of the paths leads back"},
    {"APathThatLeadsNowhere", [](Program& p) { EdgeOf(p, 0).child = 1000; },
     ": an edge of the paths leads to no node"},
    {"PathsThatMeet", [](Program& p) { EdgeOf(p, 0).child = EdgeOf(p, 1).child; },
     ": two edges of the paths lead to one node"},
    {"AToolsFirstSlot", [](Program& p) { p.tools[0].first_slot = 5; },
     ": a tool's slots or reads are out of bounds"},
    {"AToolsSlots", [](Program& p) { p.tools[0].slot_count = 5; },
     ": a tool's slots or reads are out of bounds"},
    {"AToolsFirstRead", [](Program& p) { p.tools[0].first_read = 1; },
     ": a tool's slots or reads are out of bounds"},
    {"AToolsReads", [](Program& p) { p.tools[0].read_count = 1; },
     ": a tool's slots or reads are out of bounds"},
    {"SharedSlots", [](Program& p) { p.shared_slots = 5; }, ": too many shared slots"},
    {"APathsSlotOfAnotherTool", [](Program& p) { p.tools[0].slot_count = 1; },
     ": a path fills a slot that is not the tool's"},
    {"ACounterReadsSlotOfAnotherTool",
     [](Program& p) {
       p.slot_names.emplace_back("another tool's");
       p.reads.push_back({4, 0});
       p.tools[0].read_count = 1;
     },
     ": a counter read fills a slot that is not the tool's"},
    {"ADecisionThatLooksOutside", [](Program& p) { p.blocks[3].outer_levels = 1; },
     ": a decision block has no frames around it"},
    {"ABlockThatLooksFartherOutThanAnyRuns",
     [](Program& p) { p.blocks[1].outer_levels = UINT32_MAX; },
     ": a block looks further out than any runs"},
    {"APathsSlot",
     [](Program& p) {
       PathTrieBuilder paths;
       paths.SetSlot(paths.Child(paths.NewRoot(), "a"), 5000, true);
       p.paths = paths.Build();
     },
     ": a path fills a slot that is not the tool's"},
};

class VerifierTables : public testing::TestWithParam<TableCase> {};

TEST_P(VerifierTables, AreChecked) {
  Program program = OneOfEverything();
  GetParam().spoil(program);
  EXPECT_EQ(Refusal(std::move(program)), GetParam().refusal);
}

INSTANTIATE_TEST_SUITE_P(Verify, VerifierTables, testing::ValuesIn(kTableCases),
                         [](const testing::TestParamInfo<TableCase>& made) {
                           return std::string(made.param.name);
                         });

// ---- Limits.

std::string Scopes(uint32_t depth) {
  std::string listing = "value 1\n";
  for (uint32_t i = 0; i < depth; ++i) listing += "ScopeBegin r0\n";
  for (uint32_t i = 0; i < depth; ++i) listing += "ScopeEnd r0\n";
  return listing + "Fail 1\n";
}

TEST(Verify, ScopesNestUpToTheLimit) {
  EXPECT_EQ(Refusal(Assemble(Scopes(kMaxScopes))), "");
  EXPECT_EQ(Refusal(Assemble(Scopes(kMaxScopes + 1))), "256: error scopes nest too deep");
}

std::string Chain(uint32_t blocks) {
  std::string listing = "value 1\n LoadConst r0 7\n Return r0\n";
  for (uint32_t i = 1; i < blocks; ++i) {
    listing += "value 1\n Force r0 block" + std::to_string(i - 1) + "\n Return r0\n";
  }
  return listing;
}

TEST(Verify, ARecoveryStaysInItsBlock) {
  const auto refusal = [](const Recovery& recovery) {
    Program program = Assemble(
        "value 1\n LoadSlot r0 args.a\n Return r0\n"
        "value 1\n LoadConst r0 1\n Return r0");
    program.recoveries.push_back(recovery);
    return Refusal(std::move(program));
  };
  EXPECT_EQ(refusal({0, 0, 1}), "");
  EXPECT_EQ(refusal({0, 0, 2}), "0: a recovery leaves its block");
  EXPECT_EQ(refusal({1, 2, 3}), "1: a recovery leaves its block");
  EXPECT_EQ(refusal({0, 0, 9}), ": the table of recoveries is not in order or out of bounds");
}

TEST(Verify, ARecoveryCostsWhatIsDoneTwice) {
  const auto verified = Verify(Assemble(R"(
    value 1
    first:
      LoadSlot r0 args.a
      LoadSlot r0 args.b
      Return r0
    again:
      LoadConst r0 1
      Return r0
      recover first again again)"));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  EXPECT_EQ((*verified)->cost(0), 3u + 2);
}

TEST(Verify, BlocksRunOneAnotherUpToTheLimit) {
  Call deepest(Assemble(Chain(kMaxBlockDepth)));
  EXPECT_EQ(deepest.Evaluate(kMaxBlockDepth - 1, "{}"), "7");
  EXPECT_EQ(Refusal(Assemble(Chain(kMaxBlockDepth + 1))), "512: blocks run one another too deep");
}

TEST(Verify, RegistersAreThoseOfTheDeepestChain) {
  const auto verified = Verify(Assemble(R"(
    value 5
      Return r4
    value 3
      Force r0 block0
      Return r0
    decision 2
      Force r0 block0
      Force r0 block1
      Pass
  )"));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  EXPECT_EQ((*verified)->max_registers(), 10u);
}

// The worst way through a block, with what it runs.
TEST(Verify, CostIsThatOfTheDearestWay) {
  const auto verified = Verify(Assemble(R"(
    value 1
      LoadConst r0 1
      Return r0
    decision 1
      CondRegex 0 args.a x @short @long
    long:
      Force r0 block0
      Force r0 block0
    short:
      Pass
  )"));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  EXPECT_EQ((*verified)->cost(0), 2u);
  EXPECT_EQ((*verified)->cost(1), 64u + 2 * (2 + 2) + 1);
}

// What one more run costs: nothing of the blocks that are run, which are charged when they are.
TEST(Verify, ARunIsChargedItsOwnInstructions) {
  const auto verified = Verify(Assemble(R"(
    body 3
      Add r0 r0 r1
      Return r0
    value 2
      Loop r0 block0 r1 0
      Call r0 size r0 1
      Return r0
  )"));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  EXPECT_EQ((*verified)->run_cost(0), 3u);
  EXPECT_EQ((*verified)->cost(1), 4u + 3 + 2 + Info(FunctionId::kSize).cost + 1);
  EXPECT_EQ((*verified)->run_cost(1), 4u + 2 + Info(FunctionId::kSize).cost + 1);
}

// Constants are every machine's to read: none keeps room that one of them would write to.
TEST(Verify, ConstantsAreFrozen) {
  Program program = Assemble("value 1\n LoadConst r0 [1,2,3,4,5,6,7,8,9]\n Return r0");
  TestContext context;
  program.constants[0] = Append(program.constants[0], Value::Int(10), context);
  ASSERT_NE(program.constants[0].list->room, nullptr);
  const auto verified = Verify(std::move(program));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  const List& frozen = *(**verified)->constants[0].list;
  EXPECT_EQ(frozen.room, nullptr);
  ASSERT_NE(frozen.index, nullptr);
  EXPECT_EQ(frozen.index->Find(Value::Double(10.0)), 9u);
}

// Costs double from block to block and stop at the largest number.
TEST(Verify, CostDoesNotWrap) {
  std::string listing = "value 1\n LoadConst r0 7\n Return r0\n";
  for (uint32_t i = 1; i < 80; ++i) {
    const std::string force = " Force r0 block" + std::to_string(i - 1) + "\n";
    listing += "value 1\n" + force + force + " Return r0\n";
  }
  const auto verified = Verify(Assemble(listing));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  EXPECT_EQ((*verified)->cost(79), UINT64_MAX);
  Call call(Assemble(listing));
  EXPECT_EQ(call.Evaluate(79, "{}"), "7") << "each block is run once";
}

TEST(Verify, ToolsAreFoundByTheirNames) {
  Program program = Assemble("decision\n Pass\n");
  for (uint32_t i = 0; i < 500; ++i) {
    program.tool_index["tool_" + std::to_string(i)] = static_cast<uint32_t>(program.tools.size());
    program.tools.push_back(program.tools[0]);
  }
  const auto verified = Verify(std::move(program));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  const Program& tools = ***verified;
  for (const auto& [name, entry] : tools.tool_index) {
    EXPECT_EQ(&(*verified)->Find(name), &tools.tools[entry]) << name;
  }
  for (const std::string name : {"", "tool_", "tool_500", "TOOL_1", "tool_1 "}) {
    EXPECT_EQ(&(*verified)->Find(name), &tools.tools[tools.other_tools]) << name;
  }
}

// ---- What is bounded whatever the program is.

constexpr uint32_t kMany = 100'000;

TEST(Verify, ManyToolsMayStartAtOneLargeTrie) {
  Program program = Assemble("decision\n CondPresent 0 args.a #1 #1\n Pass");
  PathTrieBuilder paths;
  const uint32_t root = paths.NewRoot();
  for (uint32_t i = 0; i < kMany; ++i) paths.Child(root, std::to_string(i));
  program.paths = paths.Build();
  program.tools.resize(kMany, program.tools[0]);
  EXPECT_EQ(Refusal(std::move(program)), "");
}

TEST(Verify, ManyToolsMayReadTheSameCounters) {
  Program program = Assemble("decision\n Reserve calls\n Pass");
  program.slot_names = {"shared", "own"};
  program.shared_slots = 1;
  program.reads.resize(kMany / 10, CounterRead{0, 0});
  program.reads.push_back({1, 0});
  program.tools[0].slot_count = 0;
  program.tools[0].read_count = kMany / 10;
  program.tools.resize(kMany, program.tools[0]);
  program.tools.push_back(program.tools[0]);
  program.tools.back().first_slot = 1;
  program.tools.back().slot_count = 1;
  ++program.tools.back().read_count;
  Program spoilt = Assemble("decision\n Reserve calls\n Pass");
  spoilt.slot_names = program.slot_names;
  spoilt.shared_slots = program.shared_slots;
  spoilt.reads = program.reads;
  spoilt.tools = program.tools;
  ++spoilt.tools[1].read_count;
  EXPECT_EQ(Refusal(std::move(program)), "");
  EXPECT_EQ(Refusal(std::move(spoilt)), ": a counter read fills a slot that is not the tool's");
}

// Names of three words of eight bytes, of which the second undoes what the first does to the hash.
std::string NameThatCollides(uint64_t first) {
  uint64_t hash = (24 ^ first) * 0x9E3779B97F4A7C15;
  hash ^= hash >> 32;
  const uint64_t words[] = {first, hash, 0};
  return std::string(reinterpret_cast<const char*>(words), sizeof words);
}

TEST(Verify, ToolsNamesCollideUpToTheLimit) {
  const auto refusal = [](uint64_t names) {
    Program program = Assemble("decision\n Pass");
    for (uint64_t i = 0; i < names; ++i) program.tool_index[NameThatCollides(i)] = 0;
    return Refusal(std::move(program));
  };
  EXPECT_EQ(refusal(100), "");
  EXPECT_EQ(refusal(200), ": the tools' names collide");
}

TEST(Verify, BlocksLookIntoSoManyFramesInAll) {
  const auto limit = [](uint64_t blocks) {
    Program program = Assemble("value 1 out 256\n Outer r0 256 0\n Return r0");
    const Block looks_far = program.blocks[0];
    program.blocks.insert(program.blocks.begin(), blocks - 1, looks_far);
    program.tools[0].block = static_cast<uint32_t>(blocks);
    const auto verified = Verify(std::move(program));
    if (verified.has_value()) return ProgramLimit::kNone;
    EXPECT_EQ(verified.error().text, "blocks look into too many frames");
    return verified.error().limit;
  };
  EXPECT_EQ(limit(kMaxOuterFrames / 256), ProgramLimit::kNone);
  EXPECT_EQ(limit(kMaxOuterFrames / 256 + 1), ProgramLimit::kFrames);
}

TEST(Verify, PatternsAreSoLargeInAll) {
  const auto limit = [](const std::string& pattern, uint64_t count) {
    Program program = Assemble("decision\n Pass");
    program.patterns.assign(count, pattern);
    const auto verified = Verify(std::move(program));
    if (verified.has_value()) return ProgramLimit::kNone;
    EXPECT_EQ(verified.error().text, "the patterns are too large");
    return verified.error().limit;
  };
  // A set of one character, said over and over again.
  const auto set = [](uint64_t bytes) { return "[" + std::string(bytes - 2, 'a') + "]"; };
  EXPECT_EQ(limit(set(kMaxPatternBytes), 1), ProgramLimit::kNone);
  EXPECT_EQ(limit(set(kMaxPatternBytes + 1), 1), ProgramLimit::kPatterns);
  EXPECT_EQ(limit(set(kMaxPatternBytes), kMaxPatternsBytes / kMaxPatternBytes),
            ProgramLimit::kNone);
  EXPECT_EQ(limit(set(kMaxPatternBytes), kMaxPatternsBytes / kMaxPatternBytes + 1),
            ProgramLimit::kPatterns);
  const std::string text(100'000, 'a');  // an instruction each
  EXPECT_EQ(limit(text, kMaxPatternInstructions / 100'000 + 1), ProgramLimit::kPatterns);
}

TEST(Verify, ADecisionCostsSoMuch) {
  const auto limit = [](uint32_t notes) {
    std::string listing =
        "value 1\n TestMatches r0 ^x #1 #1\n Return r0\n decision\n Reserve calls\n";
    for (uint32_t i = 1; i < notes; ++i) listing += "Reserve *0\n";
    Program program = Assemble(listing + "Pass");
    // The value's test over and over again, at the end of the code.
    const Instruction test = program.code[0];
    const Instruction end = program.code[1];
    Block& value = program.blocks[0];
    value.first_instruction = static_cast<uint32_t>(program.code.size());
    value.instruction_count = 65'001;
    program.code.insert(program.code.end(), 65'000, test);
    program.code.push_back(end);
    program.quotas[0].amount_block = 0;
    const auto verified = Verify(std::move(program));
    if (verified.has_value()) return ProgramLimit::kNone;
    EXPECT_EQ(verified.error().text, "a decision may cost too much");
    return verified.error().limit;
  };
  EXPECT_EQ(limit(kMaxDecisionCost / (65'000 * 64) - 1), ProgramLimit::kNone);
  EXPECT_EQ(limit(kMaxDecisionCost / (65'000 * 64)), ProgramLimit::kDecisionCost);
}

// They are gone through without a charge.
TEST(Verify, AConditionCostsTheItemsOfItsList) {
  const auto verified = Verify(Assemble("decision\n CondIn 0 args.a [1,2,3,4,5] #1 #1\n Pass"));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  EXPECT_EQ((*verified)->run_cost(0), 16u + 5 + 1);
}

// Where a thousand words might be time zones' names, no file is looked for by each. What is loaded
// stays for the life of a process, so this has one of its own.
TEST(VerifyDeathTest, AllTimeZonesAreLoadedForAThousandWords) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  if (!LoadTimeZone("Asia/Kathmandu")) GTEST_SKIP() << "there are no time zones";
  const auto is_known = [](std::string_view zone) { return OffsetOfZone(zone, 0).has_value(); };
  const auto verify_with = [](uint32_t words) {
    Program program = Assemble(
        "value 2\n LoadSlot r0 args.t\n LoadConst r1 \"Pacific/Chatham\"\n"
        " Call r0 getHours r0 2\n Return r0");
    for (uint32_t i = 1; i < words; ++i) {
      program.constants.push_back(Value::String(program.pool->Copy("word_" + std::to_string(i))));
    }
    return Refusal(std::move(program)).empty();
  };
  const auto others_are_known_after = [&](uint32_t words) {
    const bool sound = verify_with(words) && is_known("Pacific/Chatham");
    _exit(!sound ? 2 : is_known("Antarctica/Troll") ? 1 : 0);
  };
  EXPECT_EXIT(others_are_known_after(1000), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(others_are_known_after(1001), testing::ExitedWithCode(1), "");
}

// Whatever a byte of the code, of the operand table or of a block becomes: the program is refused,
// or runs without harm (which the sanitizers watch).
void RefusedOrHarmless(Program program) {
  auto verified = Verify(std::move(program));
  if (!verified.has_value()) return;
  Call call(std::move(*verified));
  for (const char* arguments : {"{}", R"({"a":true,"b":"x","items":["x",{"k":1}],"n":5})",
                                R"({"a":{"k":[]},"b":1e999,"items":{"x":{"k":2},"y":3},"n":"5"})",
                                R"({"a":1,"b":2,"items":[{"k":1},{"k":"x\u00e9"},{}],"n":1.5})"}) {
    call.Decide(arguments);
    for (uint32_t i = 0; i < call.program()->blocks.size(); ++i) {
      const Block& block = call.program()->blocks[i];
      if (block.kind == BlockKind::kValue && block.outer_levels == 0) call.Evaluate(i, arguments);
    }
  }
}

TEST(Verify, NoByteOfTheCodeCanDoHarm) {
  const size_t bytes = OneOfEverything().code.size() * sizeof(Instruction);
  for (size_t at = 0; at < bytes; ++at) {
    for (const int value : {0, 1, 2, 3, 4, 7, 15, 16, 36, 40, 0x80, 0xFE, 0xFF}) {
      Program program = OneOfEverything();
      reinterpret_cast<unsigned char*>(program.code.data())[at] = static_cast<unsigned char>(value);
      RefusedOrHarmless(std::move(program));
    }
  }
}

TEST(Verify, NoOpcodeInAnotherPlaceCanDoHarm) {
  const size_t count = OneOfEverything().code.size();
  for (size_t at = 0; at < count; ++at) {
    for (size_t op = 0; op <= kOpcodeCount; ++op) {
      Program program = OneOfEverything();
      program.code[at].op = static_cast<Opcode>(op);
      RefusedOrHarmless(std::move(program));
    }
  }
}

TEST(Verify, NoEntryOfTheOperandTableCanDoHarm) {
  const size_t count = OneOfEverything().operands.size();
  for (size_t at = 0; at < count; ++at) {
    for (const uint32_t value : {0u, 1u, 2u, 3u, 4u, 9u, 1000u, UINT32_MAX - 1, UINT32_MAX}) {
      Program program = OneOfEverything();
      program.operands[at] = value;
      RefusedOrHarmless(std::move(program));
    }
  }
}

TEST(Verify, NoByteOfABlockCanDoHarm) {
  const size_t bytes = OneOfEverything().blocks.size() * sizeof(Block);
  for (size_t at = 0; at < bytes; ++at) {
    for (const int value : {0, 1, 2, 3, 5, 8, 30, 0x80, 0xFF}) {
      Program program = OneOfEverything();
      reinterpret_cast<unsigned char*>(program.blocks.data())[at] =
          static_cast<unsigned char>(value);
      RefusedOrHarmless(std::move(program));
    }
  }
}

}  // namespace
}  // namespace writ
