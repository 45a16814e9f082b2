// One program and all it needs to decide lines, as a session has it, with counts in memory.
//
// A decision finds the counts as all others do: what a call took is given back as soon as it is
// decided. So the same line may be decided any number of times.
//
// Tested by tests/cli/bench_calls_test.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/bench/bench_call.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "proxy/message.h"

namespace writ {

// What a decision came to.
struct Outcome {
  Verdict verdict = Verdict::kError;
  Code code = Code::kError;
  uint32_t rule = kNoRule;  // of this program

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

class Decider {
 public:
  Decider(std::shared_ptr<const VerifiedProgram> program, const Facts::Labels& labels);
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;

  const VerifiedProgram& program() const { return machine_.program(); }
  Machine& machine() { return machine_; }

  // From the line to its decision; none if it is no call of a tool, or refused.
  std::optional<Outcome> Decide(const BenchCall& call);
  // Only the first part of that: the line is read, and the slots are filled.
  void Read(const BenchCall& call) { reader_.Read(call.line.view()); }

  // "(hidden)", a rule's name, or empty.
  std::string_view RuleOf(const Outcome& outcome) const;

 private:
  Machine machine_;
  MessageReader reader_;
  MemoryCounters counters_;
  Facts facts_;
  Judge judge_;
};

}  // namespace writ
