// A compiled policy, or several: what the compiler makes, the verifier checks and the machine
// runs.
//
//   tool name ── Program::Find ──> ToolEntry ── block ──> tests … Deny rule 3
//                                     │                         … Reserve quota 1
//                                     │                         … Chain block 0   (every-tool
//                                     rules) └─ root ──> needed-path trie ──> slots
//
// A Program is plain data, made once and not changed after. VerifiedProgram is the only form the
// machine takes: Verify() has shown that every operand is in bounds, every jump goes forward
// within its block, every block that is run has a lower number, and every scope is closed, so the
// loop checks none of that. A VerifiedProgram is immutable; any number of threads may run it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vm/arena.h"
#include "vm/instruction.h"
#include "vm/paths.h"
#include "vm/value.h"

namespace re2 {
class RE2;
}

namespace writ {

inline constexpr uint32_t kNoRule = UINT32_MAX;
inline constexpr uint32_t kNoBlock = UINT32_MAX;

// Two bytes in every instruction that names an operand or a jump.
inline constexpr size_t kMaxBlockInstructions = UINT16_MAX;
inline constexpr size_t kMaxBlockOperands = UINT16_MAX;
// One byte in every instruction that names a register.
inline constexpr uint32_t kMaxRegisters = 256;
// How deep error scopes nest in a block, and blocks run one another: the machine's C++ stack and
// its scope array are made for these.
inline constexpr uint32_t kMaxScopes = 256;
inline constexpr uint32_t kMaxBlockDepth = 256;

// Arguments of one call of a function.
inline constexpr uint32_t kMaxArguments = 16;
// Decimals that a quota keeps: 10^18 is the largest power of ten that an int64 holds.
inline constexpr uint8_t kMaxScale = 18;

enum class BlockKind : uint8_t {
  kDecision,  // ends in Pass, Deny… or Chain
  kValue,     // ends in Return (or Fail)
  kLoopBody,  // a value block run by Loop: register 0 is the accumulator, 1 the element, and for
              // maps 1 the key and 2 the value; for lists 2 is the index
};

struct Block {
  BlockKind kind = BlockKind::kValue;
  uint16_t registers = 0;
  uint32_t first_instruction = 0;
  uint32_t instruction_count = 0;
  uint32_t first_operand = 0;
  uint32_t operand_count = 0;
  // How many frames around its own a block may look into with Outer and Bind: 0 for one that
  // stands alone and may be forced from anywhere.
  uint32_t outer_levels = 0;
};

inline constexpr uint32_t kNoText = UINT32_MAX;
inline constexpr uint32_t kNoPart = UINT32_MAX;

// Where something stands in a source: `file` indexes Program::files.
struct SourcePosition {
  uint32_t file = 0;
  uint32_t line = 0;  // 1-based; 0: nowhere
  uint32_t column = 0;
  uint32_t text = kNoText;  // what stands there, in Program::texts
  uint32_t part = kNoPart;  // in the source map that it was compiled with (compiler/source_map.h)
};

// A piece of a message: text as it stands, or what a block evaluates to.
struct MessagePart {
  std::string text;
  uint32_t block = kNoBlock;  // kNoBlock: `text`
};

struct Rule {
  std::string name;
  std::string check_message;  // what the agent reads when a check fails
  std::string quota_message;  // and when a quota is used up
  SourcePosition at;
  // If not empty, what it reads in both cases: each value JSON-escaped and cut after 120
  // characters, "<unavailable>" where it has none, the whole cut after 1 KiB.
  std::vector<MessagePart> message = {};
  bool shadow = false;  // denies nothing: what it would do is only logged
};

// What a decision may know besides the arguments: filled into its slot before the decision. One
// that is not known is left absent.
enum class Fact : uint8_t {
  kToolName,        // string
  kClientName,      // string, as the client says; kClientVersion and kServerName likewise
  kClientVersion,   //
  kServerName,      //
  kNow,             // timestamp
  kLabels,          // map from string to string
  kQuotaRemaining,  // for messages of a full quota: what it still has, int, or double with a scale
  kQuotaResetsAt,   // likewise: timestamp at which the window ends
  kHasClientName,   // bool: whether kClientName is known; the next two likewise
  kHasClientVersion,
  kHasServerName,
};
inline constexpr Fact kLastFact = Fact::kHasServerName;

struct FactSlot {
  Fact fact;
  uint32_t slot;
};

// The time a count is for.
struct Window {
  // Its length, 1 to kMaxSeconds. 0: the session (one `writ run`), which never ends.
  int64_t seconds = 0;
  // Windows start at multiples of their length since 1970-01-01T00:00Z; a sliding one is always
  // the last `seconds`. A session does not slide.
  bool sliding = false;

  static constexpr int64_t kMaxSeconds = int64_t{366} * 86400;
  static const Window kSession, kMinute, kHour, kDay;

  bool is_session() const { return seconds == 0; }
  friend bool operator==(const Window&, const Window&) = default;
};

inline constexpr Window Window::kSession{0, false};
inline constexpr Window Window::kMinute{60, false};
inline constexpr Window Window::kHour{3600, false};
inline constexpr Window Window::kDay{86400, false};

// As policies write it and people read it: "session", "minute", "hour", "day", "20m", "6h", "7d",
// "90s"; with "sliding " before it if it slides. Windows that differ have different names.
std::string WindowName(Window window);

// What is counted, and where it is kept apart from what else is counted.
struct Counter {
  std::string space;    // namespace: whose policy it is
  std::string scope;    // a tool's name, or "_global"
  bool global = false;  // a tool may be called "_global" too
  std::string name;
  Window window = Window::kMinute;
  std::string path;  // as the policy writes it, for people
};

// A limit that a call uses up when it passes.
struct Quota {
  uint32_t counter = 0;
  uint32_t rule = 0;
  int64_t limit = 0;               // the count may not exceed it; may be negative: nothing fits
  int64_t amount = 1;              // counted per call, unless
  uint32_t amount_slot = kNoSlot;  // the amount is what stands here
  std::string amount_path;         // for messages
  // Of `writ: 1` policies; each kNoBlock if there is none. Run when the call would pass.
  uint32_t limit_block = kNoBlock;   // the limit is what it evaluates to
  uint32_t amount_block = kNoBlock;  // likewise the amount
  uint32_t key_block = kNoBlock;     // counted apart for each value of this
  // Decimals kept: counts, `limit` and `amount` are in units of 10^-scale. Values of slots and
  // blocks are not scaled yet; amounts with more decimals round up, limits down.
  uint8_t scale = 0;
  bool shadow = false;  // counted apart, without a limit
};

// The instructions from here to the next start (or the block's end) belong to a rule: an error
// in them is that rule's.
struct RuleStart {
  uint32_t instruction = 0;
  uint32_t rule = 0;
};

// Where an error goes on that no scope keeps track of: one raised by an instruction from `first` to
// `last` continues at `handler`, whatever scopes are open, unless the budget is spent. So code that
// hardly ever fails need not say where it stands, and what it did is done again, with scopes, where
// it did fail. Indices into Program::code.
struct Recovery {
  uint32_t first = 0;
  uint32_t last = 0;
  uint32_t handler = 0;  // behind `last`, in the same block

  friend bool operator==(const Recovery&, const Recovery&) = default;
};

// A counter's value that tests read: filled into a slot before the decision.
struct CounterRead {
  uint32_t slot = 0;
  uint32_t counter = 0;
};

// A rule in shadow mode that reads a slot in calls of the tools whose arguments start at `root` (at
// that of other_tools: of every tool), so that a name which only looks like one on the way there is
// its finding. Its own reading denies nothing: the trie's edges that such rules alone need are
// `watched`.
struct Watch {
  uint32_t root = 0;  // in the path trie
  uint32_t slot = 0;
  uint32_t rule = 0;

  friend auto operator<=>(const Watch&, const Watch&) = default;
};

// A value that a slot has from another: of a linked program, whose parts each have their own slot
// for what is one node of the path trie.
struct SlotCopy {
  uint32_t from = 0;
  uint32_t to = 0;

  friend bool operator==(const SlotCopy&, const SlotCopy&) = default;
};

// Of a linked program: how a part decides calls of one tool that the parts before let pass.
struct NextPart {
  uint32_t block = kNoBlock;
  // Done first.
  uint32_t first_copy = 0;
  uint32_t copy_count = 0;

  friend bool operator==(const NextPart&, const NextPart&) = default;
};

// How calls of one tool are decided.
struct ToolEntry {
  uint32_t block = kNoBlock;  // of the first part, where there are several
  uint32_t root = kNoNode;  // in the path trie: where `arguments` starts; kNoNode: nothing is read
  // Its own slots, counters included; slots below Program::shared_slots are every tool's.
  uint32_t first_slot = 0;
  uint32_t slot_count = 0;
  uint32_t first_read = 0;
  uint32_t read_count = 0;
  // Where Next goes on. None but in linked programs.
  uint32_t first_next = 0;
  uint32_t next_count = 0;
};

// The language a policy is written in. ORDER: stored in bundles.
enum class Language : uint8_t {
  kIntercept = 1,  // version: "1"
  kWrit = 2,       // writ: 1
};

// A policy that a program was made of.
struct PolicyOrigin {
  Language language = Language::kWrit;
  bool is_named = false;  // in the policy; else `name` is its file's
  std::string name;
  std::string space;  // namespace of its counters; no two are the same
};

struct Program {
  std::vector<Instruction> code;
  std::vector<SourcePosition> positions;  // of each instruction; debug data
  std::vector<std::string> texts;         // parts of expressions that may fail, cut; debug data
  std::vector<Block> blocks;
  std::vector<uint32_t> operands;
  std::vector<Value> constants;       // pointing into `pool`
  std::vector<std::string> patterns;  // of CondRegex
  PathTrie paths;
  std::vector<std::string> slot_names;  // for people: "args.path", "state.pay.spend"
  uint32_t shared_slots = 0;
  std::vector<Rule> rules;
  std::vector<RuleStart> rule_starts;  // by instruction
  std::vector<Recovery> recoveries;    // by instruction, without overlap
  std::vector<Counter> counters;
  std::vector<Quota> quotas;
  std::vector<CounterRead> reads;
  std::vector<Watch> watches;       // sorted
  std::vector<FactSlot> facts;      // in shared slots
  std::vector<std::string> labels;  // names of the facts that must be given, sorted
  std::vector<ToolEntry> tools;
  std::vector<NextPart> next_parts;
  std::vector<SlotCopy> copies;                             // of next_parts
  std::map<std::string, uint32_t, std::less<>> tool_index;  // names with an entry of their own
  uint32_t other_tools = 0;                                 // the entry of every other name
  bool hides_all = false;
  // Whether a time zone's name may be anything, and not only a text among the constants.
  bool all_time_zones = false;
  std::vector<std::string> hidden;        // sorted
  std::vector<std::string> hidden_globs;  // sorted; `*` stands for any characters
  std::vector<PolicyOrigin> policies;     // in the order they are asked
  // The policies' in their order, then lists that they took from_file. Debug data.
  std::vector<std::string> files;
  std::vector<std::array<uint8_t, 32>> file_hashes;  // SHA-256 of their texts
  std::string digest;  // root hash of the bundle it is, or would be: 64 hex digits
  std::shared_ptr<Arena> pool = std::make_shared<Arena>();
  std::vector<std::shared_ptr<const Arena>> constant_pools;  // where constants point to as well

  bool Hides(std::string_view tool) const;
  // Whether all its policies are of version "1", which knows two verdicts: a suite's `expect: deny`
  // takes an error too.
  bool ErrorsAreDenials() const;
  // Whether there is a tool that it hides, or would if the server had it.
  bool HidesAny() const { return hides_all || !hidden.empty() || !hidden_globs.empty(); }
  // The recovery that covers an instruction, or null.
  const Recovery* RecoveryOf(uint32_t instruction) const;
};

// What a program has a limit for though it is sound: a policy that is large enough can be over it.
enum class ProgramLimit : uint8_t {
  kNone,
  kConstants,
  kPatterns,
  kFrames,
  kDecisionCost,
};

// Why a program is not run. `instruction` is an index into Program::code, or UINT32_MAX.
struct VerifyError {
  std::string text;
  uint32_t block = kNoBlock;
  uint32_t instruction = UINT32_MAX;
  ProgramLimit limit = ProgramLimit::kNone;  // that it is over
};

}  // namespace writ
