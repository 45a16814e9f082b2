// What a decision executes, instruction by instruction: the same on any machine, run after run.
//
// An instruction belongs to the rule whose part of a decision block it stands in, or which had it
// run: what rules share (a variable, a common predicate, a name of the tool that globs are tested
// on) is paid by the first one that needs it. What stands before the first rule belongs to none.
//
// Units are those of the opcode table, where one is about one simple instruction: a pattern is
// many.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cli/bench/decider.h"
#include "vm/tracer.h"

namespace writ {

struct Work {
  uint64_t instructions = 0;
  uint64_t units = 0;

  void Add(uint32_t of_instruction) {
    ++instructions;
    units += of_instruction;
  }
};

struct CallWork {
  Work whole;
  std::map<uint32_t, Work> rules;  // of Program::rules; kNoRule for none
};

// A line of a source, by Program::files.
using LineOfFile = std::pair<uint32_t, uint32_t>;

class WorkCounter : private Tracer {
 public:
  // Watches the machine as long as it lives.
  explicit WorkCounter(Decider& decider);
  ~WorkCounter() override;
  WorkCounter(const WorkCounter&) = delete;
  WorkCounter& operator=(const WorkCounter&) = delete;

  // Decides it once more.
  CallWork Count(const BenchCall& call);

  // Of all calls so far: which lines' code a rule spent its units on.
  const std::map<uint32_t, std::map<LineOfFile, uint64_t>>& lines() const { return lines_; }

 private:
  // A decision that is made again has been worked for twice.
  void Begin() override;
  void Enter(uint32_t block) override;
  void Step(uint32_t instruction, const Value* registers) override;
  void Raise(uint32_t /*instruction*/, Error /*error*/, uint32_t /*goes_on_at*/,
             bool /*recovers*/) override {}
  void Leave(const Value* result) override;

  void GoOnIn(uint32_t rule);

  Decider& decider_;
  const Program& program_;
  std::vector<uint32_t> rules_;                    // of each instruction
  std::unordered_map<uint32_t, uint32_t> owners_;  // rules, by blocks that follow a decision
  CallWork work_;
  uint32_t rule_ = kNoRule;
  Work* of_rule_ = nullptr;  // that of rule_, once it was met
  std::map<LineOfFile, uint64_t>* lines_of_rule_ = nullptr;
  size_t depth_ = 0;  // of frames
  std::map<uint32_t, std::map<LineOfFile, uint64_t>> lines_;
};

}  // namespace writ
