// Shared rows, registers, labels.
#include "compiler/lower/builder.h"

#include <gtest/gtest.h>

#include <limits>

namespace writ {
namespace {

TEST(ProgramBuilder, SharesEqualConstantsOnly) {
  ProgramBuilder builder;
  EXPECT_EQ(builder.Constant(Value::Int(1)), builder.Constant(Value::Int(1)));
  EXPECT_NE(builder.Constant(Value::Int(1)), builder.Constant(Value::Uint(1)));
  EXPECT_NE(builder.Constant(Value::Int(1)), builder.Constant(Value::Double(1)));
  EXPECT_NE(builder.Constant(Value::Double(0.0)), builder.Constant(Value::Double(-0.0)));
  EXPECT_NE(builder.Constant(Value::String("1")), builder.Constant(Value::Int(1)));
  EXPECT_NE(builder.Constant(Value::String("a")), builder.Constant(Value::Text(Tag::kBytes, "a")));
  EXPECT_NE(builder.Constant(Value::Text(Tag::kBytes, "\xFF")),
            builder.Constant(Value::Text(Tag::kBytes, "\xFE")));
  const Value one[] = {Value::Int(1)};
  const Value one_unsigned[] = {Value::Uint(1)};
  const List list{1, one};
  const List other{1, one_unsigned};
  EXPECT_NE(builder.Constant(Value::Of(&list)), builder.Constant(Value::Of(&other)));
  EXPECT_EQ(builder.Pattern("a+"), builder.Pattern("a+"));
  EXPECT_NE(builder.Pattern("a+"), builder.Pattern("a*"));
}

TEST(ProgramBuilder, SharesLongConstantsWithThemselvesOnly) {
  ProgramBuilder builder;
  const std::string one(10'000, 'x');
  const std::string other(10'000, 'x');
  EXPECT_EQ(builder.Constant(Value::String(one)), builder.Constant(Value::String(one)));
  EXPECT_NE(builder.Constant(Value::String(one)), builder.Constant(Value::String(other)));
}

TEST(BlockBuilder, HandsOutTheLowestFreeRegisters) {
  ProgramBuilder builder;
  BlockBuilder block(builder, BlockKind::kValue, 0);
  EXPECT_EQ(block.NewRegister(), 0);
  EXPECT_EQ(block.NewRegisters(2), 1);
  block.Release(0);
  EXPECT_EQ(block.NewRegisters(2), 3);
  EXPECT_EQ(block.NewRegister(), 0);
}

TEST(BlockBuilder, NeverHandsOutAKeptRegisterAgainNorOneThatWasUsed) {
  ProgramBuilder builder;
  BlockBuilder block(builder, BlockKind::kValue, 0);
  block.Release(block.NewRegister());
  EXPECT_EQ(block.NewKeptRegister(), 1);
  EXPECT_EQ(block.NewRegister(), 0);
  EXPECT_EQ(block.NewRegister(), 2);
}

TEST(BlockBuilder, OverflowsAtTheLastRegister) {
  ProgramBuilder builder;
  BlockBuilder block(builder, BlockKind::kValue, 0);
  for (uint32_t i = 0; i < kMaxRegisters; ++i) block.NewRegister();
  EXPECT_FALSE(block.overflowed());
  block.NewRegister();
  EXPECT_TRUE(block.overflowed());
}

TEST(BlockBuilder, LinksJumpsForward) {
  ProgramBuilder builder;
  builder.KeepPlain();
  BlockBuilder block(builder, BlockKind::kValue, 0);
  const uint8_t at = block.NewRegister();
  const Label yes = block.NewLabel();
  const Label no = block.NewLabel();
  block.Test({Opcode::kTestTrue, at}, yes, no, {});
  block.Bind(yes);
  block.Add({Opcode::kLoadConst, at, block.Operand({builder.Constant(Value::Int(1))})}, {});
  block.Bind(no);
  EXPECT_TRUE(block.IsReachable());
  block.Add({Opcode::kReturn, at}, {});
  EXPECT_FALSE(block.IsReachable());
  const uint32_t number = block.Finish();
  const Program& program = builder.program();
  EXPECT_EQ(program.blocks[number].instruction_count, 3u);
  EXPECT_EQ(program.code[0].c, 1);
  EXPECT_EQ(program.code[0].d, 2);
}

TEST(BlockBuilder, ABlockThatIsRunHasALowerNumber) {
  ProgramBuilder builder;
  BlockBuilder outer(builder, BlockKind::kValue, 0);
  BlockBuilder inner(builder, BlockKind::kValue, 1);
  const uint8_t at = inner.NewRegister();
  inner.Add({Opcode::kReturn, at}, {});
  const uint32_t inner_number = inner.Finish();
  outer.Add({Opcode::kFail, 1}, {});
  EXPECT_LT(inner_number, outer.Finish());
}

}  // namespace
}  // namespace writ
