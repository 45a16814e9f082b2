// Tests of a slot with a constant, and conditions: the common cases, which are decided at once.
//
// Tested by tests/vm/machine_test.cc.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "vm/instruction.h"
#include "vm/key_index.h"
#include "vm/same_text.h"
#include "vm/short_text.h"
#include "vm/value.h"

namespace writ {

enum class Quick : uint8_t { kFalse, kTrue, kUnsure };

inline Quick QuickIf(bool holds) {
  return holds ? Quick::kTrue : Quick::kFalse;
}

// Text for which nothing is charged: what is done with it costs no more than an instruction may.
inline constexpr uint32_t kShortText = 63;

// Whether a text of up to kTinyText bytes is one of the list's items. kUnsure, if one that is no
// text comes first.
Quick IsShortTextIn(const Value& text, const List& list);

// As a double, if that is what it is; of an int, too, that no double is nearer to than its own.
inline bool AsExactDouble(const Value& value, double* exact) {
  constexpr int64_t kLimit = int64_t{1} << 53;
  if (value.is(Tag::kDouble)) {
    *exact = value.d;
    return true;
  }
  *exact = static_cast<double>(value.i);
  return value.is(Tag::kInt) && value.i >= -kLimit && value.i <= kLimit;
}

// What the condition Opcode::kCond… says of a slot and a constant, likewise. `when_absent`: of a
// slot that holds nothing. `longest`: of the texts it looks into.
template <Opcode op, uint32_t longest>
[[gnu::always_inline]] inline Quick QuickCondition(const Value& actual, const Value& wanted,
                                                   bool when_absent) {
  if constexpr (op >= Opcode::kCondLt && op <= Opcode::kCondGte) {
    const auto holds = [](auto value, auto limit) {
      switch (op) {
        case Opcode::kCondLt: return QuickIf(value < limit);
        case Opcode::kCondLte: return QuickIf(value <= limit);
        case Opcode::kCondGt: return QuickIf(value > limit);
        default: return QuickIf(value >= limit);
      }
    };
    if (actual.is(Tag::kInt) && wanted.is(Tag::kInt)) return holds(actual.i, wanted.i);
    double value;
    double limit;
    if (AsExactDouble(actual, &value) && AsExactDouble(wanted, &limit)) return holds(value, limit);
  } else if (actual.is(Tag::kString) && actual.size <= longest) {
    if constexpr (op == Opcode::kCondEq) {
      if (wanted.is(Tag::kString)) return QuickIf(SameText(actual.view(), wanted.view()));
    }
    if constexpr (op == Opcode::kCondIn) {
      return IsShortTextIn(actual, *wanted.list);
    }
    if constexpr (op == Opcode::kCondContains) {
      if (wanted.is(Tag::kString) && wanted.size <= kTinyText) {
        return QuickIf(HoldsShortText(actual.view(), wanted.view()));
      }
    }
  }
  return actual.is(Tag::kAbsent) ? QuickIf(when_absent) : Quick::kUnsure;
}

// What the test Opcode::kTestSlot… of these two says, or kUnsure: then it is for the operation that
// knows all types, and may be an error. `longest`: of the texts it looks into.
template <Opcode op, uint32_t longest>
[[gnu::always_inline]] inline Quick QuickTest(const Value& actual, const Value& wanted) {
  const auto is_text = [](const Value& value) {
    return value.is(Tag::kString) && value.size <= longest;
  };
  if constexpr (op == Opcode::kTestSlotEqual) {
    // Tag and size at once.
    uint64_t actual_head;
    uint64_t wanted_head;
    std::memcpy(&actual_head, &actual, sizeof actual_head);
    std::memcpy(&wanted_head, &wanted, sizeof wanted_head);
    if (actual_head == wanted_head) {
      if (is_text(actual)) return QuickIf(SameText(actual.text, wanted.text, actual.size));
      return actual.is(Tag::kInt) ? QuickIf(actual.i == wanted.i) : Quick::kUnsure;
    }
    const bool texts = actual.is(Tag::kString) && wanted.is(Tag::kString);
    return texts && actual.size != wanted.size ? Quick::kFalse : Quick::kUnsure;
  }
  if constexpr (op >= Opcode::kTestSlotLess && op <= Opcode::kTestSlotGreaterEqual) {
    if (!actual.is(Tag::kInt) || !wanted.is(Tag::kInt)) return Quick::kUnsure;
    switch (op) {
      case Opcode::kTestSlotLess: return QuickIf(actual.i < wanted.i);
      case Opcode::kTestSlotLessEqual: return QuickIf(actual.i <= wanted.i);
      case Opcode::kTestSlotGreater: return QuickIf(actual.i > wanted.i);
      default: return QuickIf(actual.i >= wanted.i);
    }
  }
  if constexpr (op == Opcode::kTestSlotIn) {
    if (!is_text(actual) || !wanted.is(Tag::kList)) return Quick::kUnsure;
    const List& list = *wanted.list;
    if (list.size >= KeyIndex::kWorthwhile) return Quick::kUnsure;
    for (uint32_t i = 0; i < list.size; ++i) {
      const Value& item = list.items[i];
      if (item.is(Tag::kString) && SameText(item.view(), actual.view())) return Quick::kTrue;
    }
    return Quick::kFalse;
  }
  if constexpr (op == Opcode::kTestSlotStartsWith || op == Opcode::kTestSlotEndsWith) {
    if (!actual.is(Tag::kString) || !is_text(wanted)) return Quick::kUnsure;
    if (actual.size < wanted.size) return Quick::kFalse;
    const uint32_t at = op == Opcode::kTestSlotStartsWith ? 0 : actual.size - wanted.size;
    return QuickIf(SameText({actual.text + at, wanted.size}, wanted.view()));
  }
  if constexpr (op == Opcode::kTestSlotContains) {
    // Short enough that the worst case, each byte with each, is not worth a better search.
    if (!is_text(actual)) return Quick::kUnsure;
    return QuickIf(actual.view().find(wanted.view()) != std::string_view::npos);
  }
  return Quick::kUnsure;
}

}  // namespace writ
