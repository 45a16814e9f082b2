// What a decision saw, part by part of the policies' text: values, outcomes, errors, and which
// element of what a comprehension walked they were of.
//
//   TracedProgram traced;                       // compiled with CompilerOptions::traced
//   Machine machine(traced.program);
//   Recorder recorder(traced, machine);         // from here on it watches the machine
//   … a decision …
//   for (const Seen& seen : recorder.SeenOf(part)) …
//
// What is kept is bounded whatever a call does: of the elements of a comprehension the first few,
// those that decided, and how many there were.
//
// Thread safety: none. Tested by tests/cli/trace_recorder_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/compile.h"
#include "vm/machine.h"
#include "vm/tracer.h"

namespace writ {

// An element of what a comprehension walks.
struct SeenElement {
  uint32_t loop = kNoPart;  // the comprehension
  uint64_t index = 0;       // from 0
  std::string key;          // of a map
  std::string value;
  bool decided = false;  // what came after it was not looked at
};

// What a part came to.
struct Seen {
  enum class Outcome : uint8_t { kTrue, kFalse, kValue, kError };

  Outcome outcome = Outcome::kValue;
  // As text, cut. Of an error what the part was, if it was anything: an operand of && that is no
  // bool.
  std::string value;
  Error error = Error::kNone;
  bool is_own = false;                // of an error: it was no part of this that failed
  std::vector<SeenElement> elements;  // that it was evaluated for, of the outermost loop first

  bool is_error() const { return outcome == Outcome::kError; }
};

struct SeenTurn;

// What a comprehension did, once.
struct SeenLoop {
  uint64_t elements = 0;
  // Of these: what is evaluated for each of them was true, false, or failed.
  uint64_t holds = 0;
  uint64_t fails = 0;
  uint64_t errors = 0;
  std::vector<std::unique_ptr<SeenTurn>> kept;
};

// Where parts have one value each: outside of all comprehensions, or in one element's turn.
struct SeenTurn {
  SeenElement element = {};
  std::map<uint32_t, Seen> parts = {};
  std::map<uint32_t, SeenLoop> loops = {};  // by comprehension
};

// A rule that was looked at, by its number in the program.
struct SeenRule {
  enum class End : uint8_t { kPassed, kDenied, kRaised };

  uint32_t rule = kNoRule;
  bool names_tool = true;  // or else a glob of its tools was tried, and none matched
  // Of rules in shadow mode: what they would have done.
  End end = End::kPassed;
};

class Recorder : public Tracer {
 public:
  // How long values may be, in bytes of their text.
  static constexpr size_t kMaxValueBytes = 240;
  // How much is kept of a call; elements that decided something are kept besides.
  static constexpr size_t kMaxKept = 20'000;

  // Both must outlive this. REQUIRES: traced.program is not null; the machine is one of it.
  Recorder(const TracedProgram& traced, Machine& machine);
  ~Recorder() override;
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // What the part came to each time that is kept, in the order of evaluation. Empty: it was not
  // evaluated, or is among what tells nothing (a literal, what is inside of a path). A part that
  // failed because a part of it did is seen with its error, too.
  std::vector<Seen> SeenOf(uint32_t part) const;
  // Of a part that is evaluated once a call; null: it was not, or stands in a comprehension.
  const Seen* Of(uint32_t part) const;
  // All of it, as it is nested.
  const SeenTurn& all() const { return all_; }
  // Each time a comprehension is seen that is kept.
  std::vector<const SeenLoop*> LoopsOf(uint32_t part) const;
  // Whether the call was so large that even first elements were left out.
  bool is_cut() const { return is_cut_; }

  // In the order they were looked at.
  const std::vector<SeenRule>& rules() const { return rules_; }
  // The last instruction of the rules that was run before the one which ended the decision: what
  // decided, of a program without a source map. kNowhere: none.
  uint32_t decided_by() const { return decided_by_; }
  // Quotas that the call is to use up if it passes, by their numbers in the program.
  const std::vector<uint32_t>& quotas() const { return quotas_; }
  // The part that an instruction is about: the one that it marks, or whose errors stand there.
  // kNoPart: none.
  uint32_t PartOf(uint32_t instruction) const;

  void Begin() override;
  void Enter(uint32_t block) override;
  void Step(uint32_t instruction, const Value* registers) override;
  void Raise(uint32_t instruction, Error error, uint32_t goes_on_at, bool recovers) override;
  void Leave(const Value* result) override;

 private:
  struct Frame {
    uint32_t block = kNoBlock;
    SeenTurn* turn = nullptr;
    size_t outer = SIZE_MAX;                 // the frame around it; SIZE_MAX: none
    std::unique_ptr<SeenTurn> element = {};  // of a loop's body
    uint32_t step = kNowhere;                // the last; kNowhere: none yet
    bool walks_map = false;                  // what its last step, a Loop, walks
    bool inner_failed = false;               // what its last step ran ended in an error
    bool inner_spoilt = false;               // likewise: in putting together what the loop makes
    bool spoilt = false;                     // of a body: that
  };

  void TakeExit(Frame& frame, uint32_t instruction);
  void EndRule(SeenRule::End end);
  void Mark(Frame& frame, const Instruction& at, uint32_t part, const Value* registers);
  Seen& See(SeenTurn& turn, uint32_t part);
  void HandOn(SeenTurn& turn, uint32_t part, Error error, bool is_kept);
  void StartElement(Frame& frame, const Value* registers);
  void KeepElement(Frame& frame, bool failed);
  void FollowRule(uint32_t instruction);
  std::string SlotText(const Frame& frame, const Instruction& at) const;
  uint32_t MarkedPart(uint32_t instruction) const;
  uint32_t PartAtPlace(uint32_t instruction) const;
  void Collect(const SeenTurn& turn, uint32_t part, std::vector<SeenElement>& elements,
               std::vector<Seen>& found) const;
  void CollectLoops(const SeenTurn& turn, uint32_t part, std::vector<const SeenLoop*>& found) const;
  void Drop(const SeenTurn& turn);

  const Program& program_;
  const SourceMap& map_;
  Machine& machine_;
  // Parts by the places of their errors: file, line, column. Which of the map's files those of the
  // program are.
  std::map<std::tuple<uint32_t, uint32_t, uint32_t>, std::vector<uint32_t>> places_;
  std::map<uint32_t, uint32_t> files_;
  std::vector<uint32_t> decision_blocks_;  // as they lie in the code
  SeenTurn all_;
  std::vector<Frame> frames_;
  std::vector<SeenRule> rules_;
  std::set<uint32_t> known_rules_;
  std::vector<uint32_t> quotas_;
  size_t kept_ = 0;
  bool is_cut_ = false;
  uint32_t decided_by_ = kNowhere;
};

}  // namespace writ
