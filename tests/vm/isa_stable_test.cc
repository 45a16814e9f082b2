// Opcode numbers are promises: a program made by one version is run by the next. New opcodes are
// added at the end of this list, none is moved.
#include <gtest/gtest.h>

#include <iterator>
#include <string_view>

#include "vm/instruction.h"

namespace writ {
namespace {

constexpr std::string_view kOpcodes[] = {
    "Jump",
    "Return",
    "Break",
    "Fail",
    "Pass",
    "Deny",
    "DenyHidden",
    "DenyDefault",
    "Chain",
    "Reserve",
    "ScopeBegin",
    "Operand",
    "ScopeEnd",
    "ScopeDrop",
    "LoadConst",
    "LoadSlot",
    "Move",
    "Outer",
    "Not",
    "Equal",
    "Less",
    "Add",
    "Size",
    "Select",
    "Append",
    "OptionalNone",
    "OptionalOf",
    "OptionalSelect",
    "OptionalValue",
    "Force",
    "Bind",
    "Loop",
    "TestTrue",
    "TestEqual",
    "TestLess",
    "TestPresent",
    "TestHasValue",
    "CondPresent",
    "CondEq",
    "CondIn",
    "CondContains",
    "CondLt",
    "CondLte",
    "CondGt",
    "CondGte",
    "CondRegex",
    "Subtract",
    "Multiply",
    "Divide",
    "Modulo",
    "Negate",
    "LessEqual",
    "In",
    "Index",
    "OptionalIndex",
    "Has",
    "AppendOptional",
    "Insert",
    "InsertOptional",
    "InsertAll",
    "Call",
    "TestLessEqual",
    "TestIn",
    "TestMatches",
    "Shadow",
    "ShadowError",
    "TestOnlyArgs",
    "TestSlotEqual",
    "TestSlotLess",
    "TestSlotLessEqual",
    "TestSlotGreater",
    "TestSlotGreaterEqual",
    "TestSlotIn",
    "TestSlotStartsWith",
    "TestSlotEndsWith",
    "TestSlotContains",
    "TestSlotMatches",
    "ReturnConst",
    "Next",
};

TEST(IsaStable, OpcodesKeepTheirNumbers) {
  ASSERT_EQ(std::size(kOpcodes), kOpcodeCount) << "add the new opcode at the end of the list";
  for (size_t i = 0; i < kOpcodeCount; ++i) {
    EXPECT_EQ(Info(static_cast<Opcode>(i)).name, kOpcodes[i]) << i;
  }
}

}  // namespace
}  // namespace writ
