// The machine: runs verified programs over slots.
//
// One machine serves one session (or one thread): it owns the slots, registers, memo cells and
// arena of the call at hand, sized for its program once, so that a decision allocates nothing in
// the steady state (patterns aside, whose engine may).
//
//   ScanTarget* target = machine.BeginCall(tool);   // slots absent, arena empty
//   scanner fills target->slots …                   // arguments
//   machine.SetSlot(…) …                            // counters' values
//   Decision decision = machine.Decide();
//
// Thread safety: none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vm/arena.h"
#include "vm/candidates.h"
#include "vm/functions/function.h"
#include "vm/glob_table.h"
#include "vm/json.h"
#include "vm/tracer.h"
#include "vm/verify.h"

namespace writ {

enum class Verdict : uint8_t { kAllow, kDeny, kError };

// Why. ORDER: CodeName(). The names are part of the output's contract.
enum class Code : uint8_t {
  kAllowed,
  kHidden,
  kDefault,
  kRule,
  kQuota,
  kError,
  kNumber,
  kAmbiguous,
  kAmount,
  kState,
  kAudit,  // no record can be kept of it
};

std::string_view VerdictName(Verdict verdict);
std::string_view CodeName(Code code);

// kNumber for an unsafe number, else kError.
Code ErrorCode(Error error);

// What a passing call uses up, in units of the quota's scale.
struct Reservation {
  uint32_t quota = 0;
  int64_t amount = 0;
  int64_t limit = 0;  // the count may not exceed it; of a shadow rule's quota: would not
  // Of a quota that is counted apart by a value: its text (vm/counter_key.h), in the arena.
  std::string_view key = {};
};

// What a rule in shadow mode would have done.
struct ShadowNote {
  uint32_t rule = kNoRule;
  Code code = Code::kRule;  // kRule: it would deny; kError, kNumber, kAmount: it could not be
                            // decided; kAmbiguous: a name of the call looks like one that it reads
  Error error = Error::kNone;
  uint32_t instruction = UINT32_MAX;    // that decided or raised
  std::string_view expected_name = {};  // of kAmbiguous: the name it reads
};

// The result of steps 1 to 5 of a decision; the transaction of step 6 may still turn an allow
// into a denial.
struct Decision {
  Verdict verdict = Verdict::kError;
  Code code = Code::kError;
  uint32_t rule = kNoRule;
  uint32_t instruction = UINT32_MAX;  // the one that decided or raised
  Error error = Error::kNone;
  // For amount and number: the quota or slot that could not be read; for ambiguous: the name the
  // policy reads.
  uint32_t quota = UINT32_MAX;
  uint32_t slot = kNoSlot;
  std::string_view expected_name;
  // For a rule that names the arguments a call may carry: the first other one.
  std::string_view unexpected_name;
  // Valid until the machine's next BeginCall() or Decide().
  const Reservation* reservations = nullptr;
  uint32_t reservation_count = 0;
  // Likewise; also of calls that are denied.
  const ShadowNote* shadows = nullptr;
  uint32_t shadow_count = 0;
};

class Machine {
 public:
  explicit Machine(std::shared_ptr<const VerifiedProgram> program);

  const VerifiedProgram& program() const { return *program_; }
  Arena& arena() { return arena_; }
  const ToolEntry& tool() const { return *tool_; }

  // Starts a call: chooses its tool, empties slots (memo cells are emptied by Decide). The arena is
  // not reset (the scanner may hold text of this line in it); ResetArena() does that between lines.
  // Null if nothing of the arguments is read.
  ScanTarget* BeginCall(std::string_view tool);
  void ResetArena() { arena_.Reset(); }

  // REQUIRES: a slot of this tool or a shared one.
  void SetSlot(uint32_t slot, const Value& value) { slots_[slot] = value; }
  const Value& slot(uint32_t i) const { return slots_[i]; }

  // Steps 1 to 5. May be called again for the same call after SetSlot().
  Decision Decide();
  // The same, into room of the caller's.
  void Decide(Decision& decision);

  // What `now` is for functions: a Tag::kTimestamp. Kept until it is set again; absent at first.
  void SetNow(const Value& now) { context_.now = now; }

  // Runs a value block that stands alone. Tag::kError for an error.
  Value Evaluate(uint32_t block);

  // The same after Decide(), for what belongs to that decision: messages. Blocks that have run keep
  // their values, and what is left of the call's budget is all there is.
  Value EvaluateAlso(uint32_t block);

  // Has what is run from here on traced; null: not. Tracing changes nothing but the time it
  // takes. The tracer must outlive its use.
  void TraceWith(Tracer* tracer) { tracer_ = tracer; }

  // What a call may cost, in units of about one simple instruction (the table's costs): bodies of
  // loops, bound blocks and work in proportion to data. Everything else is bounded by the program's
  // own size. About a tenth of a second.
  static constexpr int64_t kRunBudget = 10'000'000;
  // For less than that.
  void SetBudget(int64_t budget) { run_budget_ = budget; }

 private:
  struct Frame {
    Value* registers;
    Frame* outer;
    uint32_t base;  // of the next frame's registers
  };
  enum class End : uint8_t { kReturned, kBroke, kRaised, kPassed, kDenied, kHidden, kDefault };

  // The accumulator, the element, its index: the registers that a loop's body starts with.
  static constexpr size_t kLoopParameters = 3;

  // The loop is compiled twice, so that one that nobody watches does not ask whether it is.
  //
  // From that instruction of the block on; nothing before it may have written a register. `base`:
  // of its registers. REQUIRES: those of a loop's body begin with its parameters.
  template <bool kTraced>
  End Run(uint32_t block, const Instruction* first, Frame* outer, Value* result, uint32_t base);
  // The same, beginning with what needs no frame.
  End RunSimple(uint32_t block, const Instruction* pc, Frame* outer, Value* result, uint32_t base);
  // The whole of a block that takes no parameters.
  template <bool kTraced>
  End RunQuick(uint32_t block, Frame* outer, Value* result, uint32_t base);
  template <bool kTraced>
  Value RunValue(uint32_t block, Frame* outer, uint32_t base);
  template <bool kTraced>
  void RunLoop(const Instruction& at, uint32_t body, Frame& frame, Value* accumulator);
  void StartOver() {
    if (!forced_.empty()) Forget();
    budget_ = run_budget_;
    context_.max_arena_bytes = FunctionContext::kMaxArenaBytes;
  }
  void Forget();
  void CopySlots(const NextPart& next);
  void Choose(const Selection& selection);
  bool ChooseBy(const Selection::Source& source);
  Value FitsGlobs(const Value& text, uint32_t list);
  // Why a quota cannot be reserved; kAllowed: it can.
  struct QuotaFault {
    Code code = Code::kAllowed;
    Error error = Error::kNone;
    uint32_t instruction = UINT32_MAX;  // UINT32_MAX: the one that noted the quota
    uint32_t slot = kNoSlot;
  };
  bool HasShadows() const;
  void KeepFirstNotes();
  void NoteWatchedNames();
  // These fill in what is as it was made.
  void DecideFresh(Decision& decision);
  void DecideOnce(Decision& decision);
  void DecideWithoutShadows(Decision& decision);
  void RunRules(Decision& decision);
  void ReadAmounts(Decision& decision);
  QuotaFault ReadQuota(const Quota& quota, Reservation& reservation);
  uint32_t RuleAt(const Block& block, uint32_t instruction) const;

  std::shared_ptr<const VerifiedProgram> program_;
  Arena arena_;
  ScanTarget target_;
  const ToolEntry* tool_ = nullptr;
  std::vector<Value> slots_;
  std::vector<Value> registers_;
  std::vector<Value> memo_;       // by block; absent: not run yet
  std::vector<uint32_t> forced_;  // blocks whose memo cell is filled
  std::vector<Reservation> reservations_;
  struct NotedQuota {
    uint32_t quota;
    uint32_t instruction;  // the Reserve that noted it
  };
  std::vector<NotedQuota> noted_quotas_;
  std::vector<NotedQuota> noted_shadows_;  // what only watches, of a decision that is made again
  std::vector<ShadowNote> shadows_;
  int64_t run_budget_ = kRunBudget;
  std::string key_text_;
  int64_t budget_ = 0;  // left to this call
  FunctionContext context_{arena_, budget_};
  Candidates candidates_;  // of the Choose that the decision went through last
  GlobCache globs_;
  std::vector<Value> fitting_;  // candidates of the globs that the tool's name fits
  bool skips_shadows_ = false;
  Tracer* tracer_ = nullptr;
  uint32_t decided_at_ = UINT32_MAX;   // in the decision block
  const Block* decided_in_ = nullptr;  // that block
  uint32_t denied_by_ = kNoRule;
  std::string_view unexpected_name_;
  uint32_t unexpected_by_ = kNoRule;  // the rule whose test found it
};

}  // namespace writ
