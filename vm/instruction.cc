// The opcode table as data.
// Tested by tests/vm/isa_test.cc.
#include "vm/instruction.h"

#include <array>

namespace writ {
namespace {

constexpr std::array<OpcodeInfo, kOpcodeCount> kInfos = {{
#define OP(name, a, b, c, d, cost, text)                                                        \
  {#name, OperandClass::k##a, OperandClass::k##b, OperandClass::k##c, OperandClass::k##d, cost, \
   text},
#include "vm/opcodes.def"
#undef OP
}};

}  // namespace

const OpcodeInfo& Info(Opcode op) {
  return kInfos[static_cast<size_t>(op)];
}

bool FallsThrough(Opcode op) {
  switch (op) {
    case Opcode::kJump:
    case Opcode::kReturn:
    case Opcode::kReturnConst:
    case Opcode::kBreak:
    case Opcode::kFail:
    case Opcode::kPass:
    case Opcode::kDeny:
    case Opcode::kDenyHidden:
    case Opcode::kDenyDefault:
    case Opcode::kChain:
    case Opcode::kNext:
    case Opcode::kChoose:
    case Opcode::kContinue: return false;
    default: return Info(op).d != OperandClass::kTo;
  }
}

std::string_view OperandClassName(OperandClass operand) {
  switch (operand) {
    case OperandClass::kNone: return "None";
    case OperandClass::kReg: return "Reg";
    case OperandClass::kDst: return "Dst";
    case OperandClass::kImm: return "Imm";
    case OperandClass::kTo: return "To";
    case OperandClass::kConst: return "Const";
    case OperandClass::kSlot: return "Slot";
    case OperandClass::kSlotConst: return "SlotConst";
    case OperandClass::kSlotPattern: return "SlotPattern";
    case OperandClass::kBlock: return "Block";
    case OperandClass::kRule: return "Rule";
    case OperandClass::kQuota: return "Quota";
    case OperandClass::kPattern: return "Pattern";
    case OperandClass::kSelection: return "Selection";
    case OperandClass::kFunction: return "Function";
  }
  return "?";
}

}  // namespace writ
