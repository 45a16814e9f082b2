// Jumps to jumps, jumps to the next instruction, and what nothing reaches.
#include "compiler/opt/thread_jumps.h"

#include <gtest/gtest.h>

namespace writ {
namespace {

class Code {
 public:
  Code& Add(Opcode op) {
    code_.instructions.push_back({op});
    code_.positions.push_back({0, static_cast<uint32_t>(code_.positions.size() + 1), 1});
    return *this;
  }
  Code& To(uint32_t target, bool second = false) {
    code_.jumps.push_back({static_cast<uint32_t>(code_.instructions.size() - 1), target, second});
    return *this;
  }
  Code& Rule(uint32_t rule) {
    code_.rule_starts.push_back({static_cast<uint32_t>(code_.instructions.size()), rule});
    return *this;
  }
  UnlinkedCode Take() { return code_; }
  UnlinkedCode Threaded() {
    ThreadJumps(code_);
    return code_;
  }

 private:
  UnlinkedCode code_;
};

std::vector<Opcode> Opcodes(const UnlinkedCode& code) {
  std::vector<Opcode> opcodes;
  for (const Instruction& instruction : code.instructions) opcodes.push_back(instruction.op);
  return opcodes;
}

TEST(ThreadJumps, SendsATestToTheEndOfAChainOfJumps) {
  const UnlinkedCode code = Code()
                                .Add(Opcode::kTestTrue)
                                .To(1)
                                .To(2, true)
                                .Add(Opcode::kDeny)
                                .Add(Opcode::kJump)
                                .To(3)
                                .Add(Opcode::kJump)
                                .To(5)
                                .Add(Opcode::kDeny)
                                .Add(Opcode::kPass)
                                .Threaded();
  EXPECT_EQ(Opcodes(code), (std::vector<Opcode>{Opcode::kTestTrue, Opcode::kDeny, Opcode::kPass}));
  ASSERT_EQ(code.jumps.size(), 2u);
  EXPECT_EQ(code.jumps[0].target, 1u);
  EXPECT_EQ(code.jumps[1].target, 2u);
  EXPECT_EQ(code.positions[2].line, 6u);
}

TEST(ThreadJumps, DropsAJumpToTheNextInstruction) {
  const UnlinkedCode code =
      Code().Add(Opcode::kLoadConst).Add(Opcode::kJump).To(2).Add(Opcode::kReturn).Threaded();
  EXPECT_EQ(Opcodes(code), (std::vector<Opcode>{Opcode::kLoadConst, Opcode::kReturn}));
  EXPECT_TRUE(code.jumps.empty());
}

TEST(ThreadJumps, DropsAJumpOverNothingButDroppedJumps) {
  const UnlinkedCode code = Code()
                                .Add(Opcode::kJump)
                                .To(1)
                                .Add(Opcode::kJump)
                                .To(2)
                                .Add(Opcode::kJump)
                                .To(3)
                                .Add(Opcode::kReturn)
                                .Threaded();
  EXPECT_EQ(Opcodes(code), (std::vector<Opcode>{Opcode::kReturn}));
}

TEST(ThreadJumps, KeepsTheHandlersOfScopesWhereTheyAre) {
  const UnlinkedCode code = Code()
                                .Add(Opcode::kScopeBegin)
                                .Add(Opcode::kOperand)
                                .To(4)
                                .Add(Opcode::kTestTrue)
                                .To(4)
                                .To(6, true)
                                .Add(Opcode::kLoadConst)
                                .Add(Opcode::kJump)
                                .To(6)
                                .Add(Opcode::kLoadConst)
                                .Add(Opcode::kScopeEnd)
                                .Add(Opcode::kReturn)
                                .Threaded();
  ASSERT_EQ(Opcodes(code),
            (std::vector<Opcode>{Opcode::kScopeBegin, Opcode::kOperand, Opcode::kTestTrue,
                                 Opcode::kScopeEnd, Opcode::kReturn}));
  EXPECT_EQ(code.jumps[0].target, 3u);
  EXPECT_EQ(code.jumps[1].target, 3u);
  EXPECT_EQ(code.jumps[2].target, 3u);
}

TEST(ThreadJumps, MovesTheStartsOfRules) {
  const UnlinkedCode code = Code()
                                .Rule(7)
                                .Add(Opcode::kJump)
                                .To(1)
                                .Rule(8)
                                .Add(Opcode::kLoadSlot)
                                .Rule(9)
                                .Add(Opcode::kPass)
                                .Threaded();
  ASSERT_EQ(code.rule_starts.size(), 3u);
  EXPECT_EQ(code.rule_starts[0].instruction, 0u);
  EXPECT_EQ(code.rule_starts[1].instruction, 0u);
  EXPECT_EQ(code.rule_starts[2].instruction, 1u);
}

TEST(ThreadJumps, ForgetsRulesThatNothingReaches) {
  const UnlinkedCode code = Code()
                                .Rule(7)
                                .Add(Opcode::kDenyDefault)
                                .Rule(8)
                                .Add(Opcode::kLoadSlot)
                                .Add(Opcode::kDeny)
                                .Rule(9)
                                .Add(Opcode::kPass)
                                .Threaded();
  EXPECT_EQ(Opcodes(code), std::vector<Opcode>{Opcode::kDenyDefault});
  ASSERT_EQ(code.rule_starts.size(), 1u);
  EXPECT_EQ(code.rule_starts[0].rule, 7u);
}

TEST(ThreadJumps, MovesRecoveriesAndKeepsWhatTheyReach) {
  UnlinkedCode code = Code()
                          .Add(Opcode::kJump)
                          .To(1)
                          .Add(Opcode::kTestTrue)
                          .To(2)
                          .To(4, true)
                          .Add(Opcode::kJump)
                          .To(4)
                          .Add(Opcode::kLoadSlot)
                          .Add(Opcode::kReturn)
                          .Take();
  code.recoveries = {{0, 3, 3}};
  ThreadJumps(code);
  EXPECT_EQ(Opcodes(code),
            (std::vector<Opcode>{Opcode::kTestTrue, Opcode::kLoadSlot, Opcode::kReturn}));
  ASSERT_EQ(code.recoveries.size(), 1u);
  EXPECT_EQ(code.recoveries[0].first, 0u);
  EXPECT_EQ(code.recoveries[0].end, 1u);
  EXPECT_EQ(code.recoveries[0].handler, 1u);
}

TEST(ThreadJumps, DropsARecoveryOfCodeThatNothingReaches) {
  UnlinkedCode code = Code()
                          .Add(Opcode::kJump)
                          .To(3)
                          .Add(Opcode::kLoadSlot)
                          .Add(Opcode::kReturn)
                          .Add(Opcode::kPass)
                          .Take();
  code.recoveries = {{1, 2, 2}};
  ThreadJumps(code);
  EXPECT_EQ(Opcodes(code), (std::vector<Opcode>{Opcode::kPass}));
  EXPECT_TRUE(code.recoveries.empty());
}

TEST(ThreadJumps, LeavesCodeWithoutJumpsAlone) {
  const UnlinkedCode code = Code().Add(Opcode::kLoadConst).Add(Opcode::kReturn).Threaded();
  EXPECT_EQ(code.instructions.size(), 2u);
}

}  // namespace
}  // namespace writ
