// The code of a part of a linked program: the same instructions, naming the rows of the linked
// program's tables.
//
// Tested by tests/vm/link_test.cc and tests/compiler/link_test.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "vm/program.h"

namespace writ {

// Which rows of the linked program are a part's: its first ones of each table.
struct PartRows {
  uint32_t first_constant = 0;
  uint32_t first_pattern = 0;
  uint32_t first_block = 0;
  uint32_t first_rule = 0;
  uint32_t first_quota = 0;
  uint32_t first_counter = 0;
  std::vector<uint32_t> slots;  // the linked program's, by the part's

  uint32_t block(uint32_t number) const {
    return number == kNoBlock ? kNoBlock : first_block + number;
  }
};

inline constexpr uint32_t kLastPart = UINT32_MAX;

// Appends blocks, operands, code, rule starts and recoveries. Where a decision of the part passes,
// it goes on in the tool's next part `next`, unless that is kLastPart. False if a block would have
// too many operands. REQUIRES: the part's blocks follow one another.
bool AppendCode(const Program& part, const PartRows& rows, uint32_t next, Program& linked);

}  // namespace writ
