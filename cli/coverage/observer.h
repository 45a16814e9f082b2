// Sees which rules a traced program comes to, and which outcomes its conditions have.
//
// Tested by tests/cli/coverage_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "cli/coverage/coverable.h"
#include "proxy/judge.h"
#include "vm/tracer.h"

namespace writ {

// In how many decisions. A predicate may have both outcomes in one.
struct Hits {
  std::vector<uint64_t> rules;
  std::vector<std::array<uint64_t, 2>> outcomes;  // of each condition
  std::vector<uint64_t> errors;                   // which are neither

  explicit Hits(const Coverable& coverable)
      : rules(coverable.rules.size()),
        outcomes(coverable.conditions.size()),
        errors(coverable.conditions.size()) {}
};

class CoverageObserver final : public Tracer {
 public:
  // Both must outlive it.
  CoverageObserver(const TracedProgram& traced, const Coverable& coverable);

  void Begin() override;
  void Enter(uint32_t block) override;
  void Step(uint32_t instruction, const Value* registers) override;
  void Raise(uint32_t instruction, Error error, uint32_t goes_on_at, bool recovers) override;
  void Leave(const Value* result) override;

  // Adds what was seen of the decision that was traced last.
  void AddTo(Hits& hits, const Judgement& judgement);

 private:
  // A set of small numbers that is emptied again and again.
  class Set {
   public:
    explicit Set(size_t size) : is_in_(size) {}
    void Add(uint32_t number) {
      if (is_in_[number]) return;
      is_in_[number] = true;
      all_.push_back(number);
    }
    void Clear() {
      for (const uint32_t number : all_) is_in_[number] = false;
      all_.clear();
    }
    const std::vector<uint32_t>& all() const { return all_; }

   private:
    std::vector<bool> is_in_;
    std::vector<uint32_t> all_;
  };

  void SeePart(uint32_t part);
  void SeeOutcome(uint32_t part, bool holds);
  void SeeQuota(uint32_t quota, bool passed);
  void SeeQuotaError(uint32_t quota);

  const Program& program_;
  const SourceMap& map_;
  const Coverable& coverable_;
  std::map<Position, std::vector<uint32_t>> parts_at_;  // by where their errors are told
  std::vector<uint32_t> tests_;                         // of each frame, whose exit is not seen yet
  Set rules_;
  Set outcomes_;  // twice the condition, and the outcome
  Set errors_;
};

}  // namespace writ
