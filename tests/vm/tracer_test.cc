// What a tracer sees of a machine: each frame, each instruction with its registers, each error.
#include "vm/tracer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "vm/assembler.h"
#include "vm/call.h"

namespace writ {
namespace {

// Writes down what it sees, instructions as their opcodes.
class Notes : public Tracer {
 public:
  explicit Notes(const Program& program) : program_(program) {}

  void Begin() override { text_ += "begin "; }
  void Enter(uint32_t block) override { text_ += fmt::format("{}( ", block); }
  void Step(uint32_t instruction, const Value* registers) override {
    const Instruction& at = program_.code[instruction];
    text_ += Info(at.op).name;
    if (at.op == Opcode::kReturn) text_ += ":" + FormatValue(registers[at.a]);
    text_ += " ";
  }
  void Raise(uint32_t instruction, Error error, uint32_t goes_on_at, bool recovers) override {
    text_ += fmt::format("!{}", ErrorText(error));
    EXPECT_EQ(program_.code[instruction].op == Opcode::kLoadSlot, goes_on_at != kNowhere);
    if (goes_on_at != kNowhere)
      text_ += fmt::format("->{}", Info(program_.code[goes_on_at].op).name);
    text_ += recovers ? " again " : " ";
  }
  void Leave(const Value* result) override {
    text_ += result == nullptr ? ") " : FormatValue(*result) + ") ";
  }

  std::string Take() { return std::move(text_); }

 private:
  const Program& program_;
  std::string text_;
};

TEST(Tracer, SeesFramesAndInstructions) {
  Call call(Assemble(R"(
    value 1
      LoadConst r0 true
      Return r0
    decision 1
      Force r0 block0
      Force r0 block0
      TestTrue r0 @yes @no
    no:
      DenyHidden
    yes:
      Pass)"));
  Notes notes(*call.program());
  call.machine().TraceWith(&notes);
  EXPECT_EQ(call.Decide("{}").verdict, Verdict::kAllow);
  EXPECT_EQ(notes.Take(), "begin 1( Force 0( LoadConst Return:true true) Force TestTrue Pass ) ");
  call.machine().TraceWith(nullptr);
  EXPECT_EQ(call.Decide("{}").verdict, Verdict::kAllow);
  EXPECT_EQ(notes.Take(), "");
}

TEST(Tracer, SeesEachElementOfALoop) {
  Call call(Assemble(R"(
    body 3
      Add r0 r0 r1
      Return r0
    value 2
      LoadConst r0 0
      LoadConst r1 [1,2]
      Loop r0 block0 r1 0
      Return r0)"));
  Notes notes(*call.program());
  call.machine().TraceWith(&notes);
  EXPECT_EQ(call.Evaluate(1, "{}"), "3");
  EXPECT_EQ(notes.Take(),
            "1( LoadConst LoadConst Loop 0( Add Return:1 1) 0( Add Return:3 3) Return:3 3) ");
}

TEST(Tracer, SeesErrorsAndWhereTheyGo) {
  Call call(Assemble(R"(
    value 2
      ScopeBegin r0
      Operand r0 0 @other
      LoadSlot r1 args.a
    other:
      ScopeDrop r0
      Fail 1)"));
  Notes notes(*call.program());
  call.machine().TraceWith(&notes);
  const std::string value = call.Evaluate(0, "{}");
  EXPECT_EQ(notes.Take(), fmt::format("0( ScopeBegin Operand LoadSlot !no such field->ScopeDrop "
                                      "ScopeDrop Fail !{} {}) ",
                                      ErrorText(static_cast<Error>(1)), value));
}

TEST(Tracer, SeesRecoveries) {
  Call call(Assemble(R"(
    value 1
    fast:
      LoadSlot r0 args.a
      Return r0
    slow:
      LoadConst r0 1
      Return r0
      recover fast slow slow)"));
  Notes notes(*call.program());
  call.machine().TraceWith(&notes);
  EXPECT_EQ(call.Evaluate(0, "{}"), "1");
  EXPECT_EQ(notes.Take(), "0( LoadSlot !no such field->LoadConst again LoadConst Return:1 1) ");
}

}  // namespace
}  // namespace writ
