// What every function of expressions looks like to the machine.
//
// A function takes values of any type: what the checker could not know is found out here. One that
// has no meaning for the types it is given fails with kNoSuchOverload. It never throws, opens
// nothing and keeps nothing; what it makes is allocated in the arena of the call and may refer to
// its arguments. Lists and maps of a call may come as spans (vm/span.h) and hold numbers that are
// not to be read (Tag::kUnsafeNumber: kUnsafeNumber is the error of reading one).
//
// What takes time in proportion to its arguments is charged as it is done: first Charge(), then the
// work. Text costs one unit for sixteen bytes, elements one each.
//
// Thread safety: functions are pure; a context belongs to one machine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

struct FunctionContext {
  // What a call's values may take in the arena; over it the budget is spent.
  static constexpr size_t kMaxArenaBytes = size_t{64} << 20;

  Arena& arena;
  int64_t& budget;  // what the call may still cost, in instructions
  Value now = {};   // Tag::kTimestamp, or absent where there is no clock
  size_t max_arena_bytes = kMaxArenaBytes;

  // False if that was too much: return Value::Failure(Error::kBudget) then.
  bool Charge(uint64_t units) {
    if (units > static_cast<uint64_t>(INT64_MAX) || budget < static_cast<int64_t>(units) ||
        arena.held() > max_arena_bytes) {
      budget = -1;
      return false;
    }
    budget -= static_cast<int64_t>(units);
    return true;
  }
  bool ChargeText(uint64_t bytes) { return Charge(bytes / 16 + 1); }
  // For what is about to be allocated in one piece.
  bool ChargeRoom(uint64_t bytes) { return HasRoom(bytes) && ChargeText(bytes); }
  // The same where the time it takes is charged already.
  bool HasRoom(uint64_t bytes) {
    if (bytes <= max_arena_bytes - std::min(arena.held(), max_arena_bytes)) return true;
    budget = -1;
    return false;
  }
};

using Function = Value (*)(const Value* arguments, uint32_t count, FunctionContext& context);

enum class FunctionId : uint16_t {
#define FN(id, name, signatures, cost, growth, meaning, errors) k##id,
#include "vm/functions/functions.def"
#undef FN
};

#define FN(id, name, signatures, cost, growth, meaning, errors) +1
inline constexpr uint32_t kFunctionCount = 0
#include "vm/functions/functions.def"
    ;
#undef FN

enum class Growth : uint8_t { kFlat, kLinear, kProduct };

struct FunctionInfo {
  std::string_view name;
  std::string_view signatures;
  uint32_t cost;
  Growth growth;
  std::string_view meaning;
  std::string_view errors;
  Function run;
};

// REQUIRES: id is a known function.
const FunctionInfo& Info(FunctionId id);

// Whether the last argument of a call with so many is a time zone. Functions open nothing: a zone
// must have been loaded before (vm/time_zone.h).
bool TakesTimeZone(FunctionId id, uint32_t count);

// One definition for each row, in the file of its topic: writ::functions::Size and so on.
namespace functions {
#define FN(id, name, signatures, cost, growth, meaning, errors) \
  Value id(const Value* arguments, uint32_t count, FunctionContext& context);
#include "vm/functions/functions.def"
#undef FN
}  // namespace functions

}  // namespace writ
