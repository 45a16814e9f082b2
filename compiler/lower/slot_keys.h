// Which values of a slot a condition is about: with any other value there, it is false, and no
// error.
//
//   args.account == "a17" && args.amount > 5      args.account: "a17"
//   args.op in ["read", "list"]                   args.op: "read", "list"
//   !(args.op != "read")                          args.op: "read"
//   has(args.op) && args.op == "read"             args.op: "read", and not if it is absent
//   args.op == "read" || args.amount > 5          nothing: the second may hold whatever the first
//   is
//
// Values are meant that can be a key and equal no other: an absent one, a list, a number that may
// not be read are none, and what the condition says of them is left open.
//
// Tested by tests/compiler/lower/slot_keys_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/lower/lower.h"

namespace writ::cel {

// More are not told: such a condition is as well evaluated.
inline constexpr size_t kMaxSlotKeys = 64;

// Names below the arguments, or a slot that something else fills.
struct SlotPath {
  std::vector<std::string> names;
  uint32_t fact_slot = kNoSlot;

  friend auto operator<=>(const SlotPath&, const SlotPath&) = default;
};

struct SlotKeys {
  SlotPath path;
  std::vector<Value> keys;     // bools, whole numbers, texts; a number in one form; each once
  bool not_if_absent = false;  // it is false, too, where nothing is in the slot
  bool any_value = false;      // nothing is known but that: the keys are all there are
};

// One for each path that the condition could be found by. `holds`: whether it is asked when the
// condition may be true, or, not `holds`, when it may be false. What is made is copied to the
// program's pool.
std::vector<SlotKeys> FindSlotKeys(const Checked& condition, const LowerTarget& target,
                                   ProgramBuilder& builder, bool holds);

// Of several conditions of which one that does not hold decides; and of several of which all must
// not hold for that.
std::vector<SlotKeys> EitherOf(const std::vector<std::vector<SlotKeys>>& conditions);
std::vector<SlotKeys> AllOf(const std::vector<std::vector<SlotKeys>>& conditions);

// In one order for all keys, which equal ones share.
bool KeyLess(const Value& a, const Value& b);

}  // namespace writ::cel
