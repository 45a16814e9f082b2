// The code that goes on in the rules of a row that a call's values choose (vm/selection.h).
//
// Tested by tests/compiler/emit/emit_test.cc and tests/compiler/index_agreement_test.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/emit/call_slots.h"
#include "compiler/emit/row_index.h"
#include "compiler/lower/builder.h"

namespace writ {

// A part of a row that is run whole, or not at all.
struct Candidate {
  size_t begin;  // steps of the row
  size_t end;
  uint32_t block = kNoBlock;
};

// As many as one instruction chooses from.
inline constexpr size_t kMaxCandidates = 32'768;

// Appends a decision block that chooses from the candidates and goes on in `then`. REQUIRES: at
// most kMaxCandidates, finished; steps of each are found in the same way; `slots` are what their
// code was made with.
uint32_t EmitChoose(ProgramBuilder& builder, const RowIndex& index,
                    const std::vector<Candidate>& candidates, uint32_t then, CallSlots& slots);

}  // namespace writ
