// Whether a constant is what Choose reads it as: a list of positions, or a table that has positions
// for keys (vm/selection.h).
//
// Tested by tests/vm/choose_test.cc.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "vm/value.h"

namespace writ {

struct PositionTable {
  // None is kNeither: lists of positions rise, keys are bools, whole numbers or text, not too long.
  enum class Kind : uint8_t { kNeither, kList, kValues, kTexts };
  Kind kind = Kind::kNeither;
  uint32_t candidates = 0;  // how many there must be, at least
};

// Looks at each constant once, however many instructions name it.
class PositionTables {
 public:
  explicit PositionTables(const std::vector<Value>& constants) : constants_(constants) {}

  // REQUIRES: a constant that there is, without fault.
  const PositionTable& Of(uint32_t constant);

 private:
  const std::vector<Value>& constants_;
  std::unordered_map<uint32_t, PositionTable> known_;
};

}  // namespace writ
