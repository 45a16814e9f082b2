// Instructions and what the opcode table says of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace writ {

enum class Opcode : uint8_t {
#define OP(name, a, b, c, d, cost, text) k##name,
#include "vm/opcodes.def"
#undef OP
};

#define OP(name, a, b, c, d, cost, text) +1
inline constexpr size_t kOpcodeCount = 0
#include "vm/opcodes.def"
    ;
#undef OP

// What an operand means; the table in vm/opcodes.def describes each.
enum class OperandClass : uint8_t {
  kNone,
  kReg,
  kDst,
  kImm,
  kTo,
  kConst,
  kSlot,
  kSlotConst,
  kSlotPattern,
  kBlock,
  kRule,
  kQuota,
  kPattern,
  kSelection,
  kFunction,  // the last one
};

struct Instruction {
  Opcode op = Opcode::kFail;
  uint8_t a = 0;
  uint16_t b = 0;
  uint16_t c = 0;
  uint16_t d = 0;
};
static_assert(sizeof(Instruction) == 8 && std::is_trivially_copyable_v<Instruction>);

struct OpcodeInfo {
  std::string_view name;
  OperandClass a, b, c, d;
  uint32_t cost;
  std::string_view text;
};

// REQUIRES: op is a known opcode.
const OpcodeInfo& Info(Opcode op);

// Whether the next instruction may be reached from this one without a jump.
bool FallsThrough(Opcode op);

std::string_view OperandClassName(OperandClass operand);

// Bits of operand d of Loop.
inline constexpr uint16_t kLoopKeepsErrors = 1;   // an error becomes the accumulator
inline constexpr uint16_t kLoopTwoVariables = 2;  // the body's register 1 is a list's index, 2 its
                                                  // element

// Bits of operand a of the Cond… opcodes.
inline constexpr uint8_t kCondCounter = 1;       // the slot holds a counter's value
inline constexpr uint8_t kCondAbsentIsTrue = 2;  // an absent value takes the exit for true

}  // namespace writ
