// Jump threading.
// Tested by tests/compiler/opt/thread_jumps_test.cc.
#include "compiler/opt/thread_jumps.h"

#include <algorithm>

namespace writ {
namespace {

constexpr uint32_t kNowhere = UINT32_MAX;

class Threader {
 public:
  explicit Threader(UnlinkedCode& code) : code_(code), count_(code.instructions.size()) {}

  // False if nothing was removed.
  bool Run() {
    FindTargets();
    Retarget();
    FindReached();
    return Remove();
  }

 private:
  void FindTargets() {
    goes_to_.assign(count_ + 1, kNowhere);
    for (const UnlinkedCode::Jump& jump : code_.jumps) {
      if (code_.instructions[jump.instruction].op == Opcode::kJump) {
        goes_to_[jump.instruction] = jump.target;
      }
    }
    // Jumps go forward, so what a target goes to is final when it is needed.
    for (size_t i = count_; i-- > 0;) {
      if (goes_to_[i] != kNowhere && goes_to_[goes_to_[i]] != kNowhere) {
        goes_to_[i] = goes_to_[goes_to_[i]];
      }
    }
  }

  void Retarget() {
    for (UnlinkedCode::Jump& jump : code_.jumps) {
      // A scope's handler tells by its place which instructions belong to the operand.
      if (code_.instructions[jump.instruction].op == Opcode::kOperand) continue;
      if (goes_to_[jump.target] != kNowhere) jump.target = goes_to_[jump.target];
    }
  }

  void FindReached() {
    reached_.assign(count_ + 1, false);
    if (count_ > 0) reached_[0] = true;
    size_t jump = 0;
    size_t recovery = 0;
    for (uint32_t i = 0; i < count_; ++i) {
      for (; recovery < code_.recoveries.size() && code_.recoveries[recovery].end <= i;
           ++recovery) {
      }
      if (recovery < code_.recoveries.size() && code_.recoveries[recovery].first <= i &&
          reached_[i]) {
        reached_[code_.recoveries[recovery].handler] = true;
      }
      for (; jump < code_.jumps.size() && code_.jumps[jump].instruction == i; ++jump) {
        if (reached_[i]) reached_[code_.jumps[jump].target] = true;
      }
      if (reached_[i] && i + 1 < count_ && FallsThrough(code_.instructions[i].op)) {
        reached_[i + 1] = true;
      }
    }
  }

  bool Remove() {
    std::vector<bool> stays = reached_;
    uint32_t next = kNowhere;  // the next instruction that stays
    std::vector<uint32_t> targets(count_, kNowhere);
    for (const UnlinkedCode::Jump& jump : code_.jumps) targets[jump.instruction] = jump.target;
    for (size_t i = count_; i-- > 0;) {
      if (stays[i] && code_.instructions[i].op == Opcode::kJump && targets[i] == next) {
        stays[i] = false;
      }
      if (stays[i]) next = static_cast<uint32_t>(i);
    }
    std::vector<uint32_t> moved(count_ + 1);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count_; ++i) {
      moved[i] = kept;
      if (!stays[i]) continue;
      code_.instructions[kept] = code_.instructions[i];
      code_.positions[kept] = code_.positions[i];
      ++kept;
    }
    moved[count_] = kept;
    if (kept == count_) return false;
    std::vector<UnlinkedCode::Jump> jumps;
    for (const UnlinkedCode::Jump& jump : code_.jumps) {
      if (stays[jump.instruction]) {
        jumps.push_back({moved[jump.instruction], moved[jump.target], jump.second});
      }
    }
    code_.jumps = std::move(jumps);
    std::vector<UnlinkedCode::Recovery> recoveries;
    for (const UnlinkedCode::Recovery& recovery : code_.recoveries) {
      if (moved[recovery.first] == moved[recovery.end]) continue;
      recoveries.push_back({moved[recovery.first], moved[recovery.end], moved[recovery.handler]});
    }
    code_.recoveries = std::move(recoveries);
    for (RuleStart& start : code_.rule_starts) start.instruction = moved[start.instruction];
    // Rules behind all that is left, such as those of a policy that allows no tool.
    code_.rule_starts.erase(
        std::remove_if(code_.rule_starts.begin(), code_.rule_starts.end(),
                       [kept](const RuleStart& start) { return start.instruction == kept; }),
        code_.rule_starts.end());
    code_.instructions.resize(kept);
    code_.positions.resize(kept);
    return true;
  }

  UnlinkedCode& code_;
  const size_t count_;
  std::vector<uint32_t> goes_to_;  // by instruction: where a Jump leads in the end
  std::vector<bool> reached_;
};

}  // namespace

void ThreadJumps(UnlinkedCode& code) {
  while (Threader(code).Run()) {
  }
}

}  // namespace writ
