// Watching a machine: explanations, coverage and costs are read off the same loop that decides.
//
//   Machine::Decide()    Begin()
//                        Enter(block 4)
//                        Step(17)             Force r0, block 2
//                          Enter(block 2)
//                          Step(9)            …
//                          Leave(&value)
//                        Step(18)             TestTrue r0
//                        Raise(18, …, 22)     an error that a scope keeps: goes on at 22
//                        Step(22)             …
//                        Leave(nullptr)       the decision's own block
//
// What an instruction did is seen at the next call for the same frame: what it left in its
// register, and which of its exits it took. Chain and Next go on in another block without a frame
// of its own. What belongs to a decision (amounts, messages) follows it, with frames of its own.
#pragma once

#include <cstdint>

#include "vm/value.h"

namespace writ {

// A Raise() that no instruction of the frame goes on from.
inline constexpr uint32_t kNowhere = UINT32_MAX;

class Tracer {
 public:
  virtual ~Tracer() = default;

  // A decision begins. One may be made again, if a count changed meanwhile, or if rules in shadow
  // mode spent the budget: what was seen of it before is void then.
  virtual void Begin() = 0;
  // A frame begins; of a loop's body, one for each element.
  virtual void Enter(uint32_t block) = 0;
  // The instruction is run next. `registers` are the frame's, valid until its Leave(); their values
  // live as long as the machine's arena is not reset, but lists and maps that are built change.
  virtual void Step(uint32_t instruction, const Value* registers) = 0;
  // The instruction, the frame's last, raised an error. `goes_on_at`: where an error scope or a
  // recovery takes it to (`recovers`: what it recovers was in vain, and is done again), or
  // kNowhere.
  virtual void Raise(uint32_t instruction, Error error, uint32_t goes_on_at, bool recovers) = 0;
  // The frame ends; with a value, or null: it was a decision's.
  virtual void Leave(const Value* result) = 0;
};

}  // namespace writ
