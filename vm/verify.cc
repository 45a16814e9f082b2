// The verifier.
// Tested by tests/vm/verify_test.cc.
#include "vm/verify.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "vm/constant_fault.h"
#include "vm/decision_cost.h"
#include "vm/functions/function.h"
#include "vm/glob_table.h"
#include "vm/key_index.h"
#include "vm/path_slots.h"
#include "vm/position_table.h"
#include "vm/same_text.h"
#include "vm/selection.h"
#include "vm/time_zone.h"

namespace writ {
namespace {

bool AllowedIn(Opcode op, BlockKind kind) {
  switch (op) {
    case Opcode::kReturn:
    case Opcode::kReturnConst: return kind != BlockKind::kDecision;
    case Opcode::kBreak: return kind == BlockKind::kLoopBody;
    case Opcode::kPass:
    case Opcode::kDeny:
    case Opcode::kDenyHidden:
    case Opcode::kDenyDefault:
    case Opcode::kChain:
    case Opcode::kNext:
    case Opcode::kChoose:
    case Opcode::kContinue:
    case Opcode::kReserve:
    case Opcode::kShadow:
    case Opcode::kShadowError:
    case Opcode::kTestOnlyArgs: return kind == BlockKind::kDecision;
    default: return true;
  }
}

// The type a Cond opcode reads its constant as.
bool ConstantFits(Opcode op, const Value& constant) {
  switch (op) {
    case Opcode::kCondIn: return constant.is(Tag::kList);
    case Opcode::kCondLt:
    case Opcode::kCondLte:
    case Opcode::kCondGt:
    case Opcode::kCondGte: return constant.is_number();
    case Opcode::kSelect:
    case Opcode::kOptionalSelect:
    case Opcode::kHas: return constant.is(Tag::kString);
    case Opcode::kTestOnlyArgs:
    case Opcode::kTestSlotFits:
      return constant.is(Tag::kList) &&
             std::all_of(constant.list->items, constant.list->items + constant.list->size,
                         [op](const Value& name) {
                           return name.is(Tag::kString) &&
                                  (op == Opcode::kTestOnlyArgs || name.size <= kMaxKeyBytes);
                         });
    case Opcode::kTestSlotIn: return constant.is(Tag::kList) || constant.is(Tag::kMap);
    case Opcode::kTestSlotStartsWith:
    case Opcode::kTestSlotEndsWith:
    case Opcode::kTestSlotContains: return constant.is(Tag::kString);
    default: return !constant.is(Tag::kAbsent) && !constant.is(Tag::kError);
  }
}

// Whether an instruction may be done a second time: what was noted cannot be taken back, and a
// scope that was opened is open.
bool MayBeRepeated(Opcode op) {
  switch (op) {
    case Opcode::kScopeBegin:
    case Opcode::kOperand:
    case Opcode::kScopeEnd:
    case Opcode::kScopeDrop:
    case Opcode::kReserve:
    case Opcode::kShadow:
    case Opcode::kShadowError:
    case Opcode::kTestOnlyArgs: return false;
    default: return true;
  }
}

bool IsCondition(Opcode op) {
  return op >= Opcode::kCondPresent && op <= Opcode::kCondRegex;
}

inline size_t HashName(std::string_view name) {
  uint64_t hash = name.size();
  const auto mix = [&hash](const char* p, size_t size) {
    uint64_t word = 0;
    std::memcpy(&word, p, size);
    hash = (hash ^ word) * 0x9E3779B97F4A7C15;
    hash ^= hash >> 32;
  };
  const char* p = name.data();
  const char* const end = p + name.size();
  for (; end - p >= 8; p += 8) mix(p, 8);
  if (name.size() >= 8) {
    mix(end - 8, 8);
  } else {
    for (; p < end; ++p) mix(p, 1);
  }
  return static_cast<size_t>(hash);
}

// What looking for a value in a table takes.
constexpr uint64_t kSourceCost = 32;

// Names that fall together in the index, on average: no names do that by chance.
constexpr uint64_t kMaxProbesPerName = 64;

// Texts that may be time zones' names, each of which is a file to look for. The database has some
// 600.
constexpr size_t kMaxTimeZoneTexts = 1000;

// Sorted, with nothing twice.
template <typename T>
bool Rises(const std::vector<T>& rows) {
  return std::adjacent_find(rows.begin(), rows.end(),
                            [](const T& a, const T& b) { return !(a < b); }) == rows.end();
}

// Of the dearest way to an instruction: with the blocks that are run on it, and its own alone.
struct Cost {
  uint64_t all = 0;
  uint64_t own = 0;

  Cost Plus(uint64_t cost) const { return {AddCost(all, cost), AddCost(own, cost)}; }
  Cost Or(const Cost& other) const { return {std::max(all, other.all), std::max(own, other.own)}; }
};

}  // namespace

// What decisions may ask for is made known here: they open nothing themselves.
void LoadTimeZones(const Program& program) {
  const bool asks =
      std::any_of(program.code.begin(), program.code.end(), [&](const Instruction& instruction) {
        return instruction.op == Opcode::kCall &&
               TakesTimeZone(static_cast<FunctionId>(instruction.b), instruction.d);
      });
  if (!asks) return;
  if (program.all_time_zones) LoadAllTimeZones();
  std::vector<std::string_view> names;
  for (const Value& constant : program.constants) {
    if (constant.is(Tag::kString) && IsTimeZoneName(constant.view())) {
      names.push_back(constant.view());
    }
  }
  // Any word may be a zone's name. Where there are many, to load all that there are is less.
  if (names.size() > kMaxTimeZoneTexts) return LoadAllTimeZones();
  for (const std::string_view name : names) LoadTimeZone(name);
}

VerifiedProgram::VerifiedProgram(Program program) : program_(std::move(program)) {}
VerifiedProgram::~VerifiedProgram() = default;

// `same` compares texts of that length.
template <typename Same>
[[gnu::always_inline]] inline const ToolEntry& VerifiedProgram::Probe(std::string_view tool,
                                                                      const Same& same) const {
  const size_t mask = buckets_.size() - 1;
  for (size_t i = HashName(tool) & mask; buckets_[i] != UINT32_MAX; i = (i + 1) & mask) {
    const std::string_view name = names_[buckets_[i]];
    if (name.size() == tool.size() && same(name.data(), tool.data(), tool.size())) {
      return program_.tools[name_entries_[buckets_[i]]];
    }
  }
  return program_.tools[program_.other_tools];
}

const ToolEntry& VerifiedProgram::Find(std::string_view tool) const {
  return tool.size() > kTinyText ? FindLong(tool) : Probe(tool, SameTinyText);
}

[[gnu::noinline]] const ToolEntry& VerifiedProgram::FindLong(std::string_view tool) const {
  return Probe(
      tool, [](const char* a, const char* b, size_t size) { return std::memcmp(a, b, size) == 0; });
}

class Verifier {
 public:
  static tl::expected<std::shared_ptr<const VerifiedProgram>, VerifyError> Run(Program program) {
    Verifier verifier(std::move(program));
    if (!verifier.Check()) return tl::unexpected(verifier.error_);
    LoadTimeZones(verifier.program_);
    return std::shared_ptr<const VerifiedProgram>(verifier.verified_.release());
  }

 private:
  // What the verifier knows of a checked block.
  struct Needs {
    uint32_t registers = 0;  // of the deepest chain below, its own included
    uint32_t depth = 1;
    // The first and the last of a tool's next parts that it goes on in, or a block that it chains
    // to.
    uint32_t first_next = UINT32_MAX;
    int64_t last_next = -1;

    void NextParts(uint32_t first, int64_t last) {
      first_next = std::min(first_next, first);
      last_next = std::max(last_next, last);
    }

    // Whether it is a candidate, which only a Choose may run, or has a Choose.
    bool continues = false;
    bool chooses = false;

    // How many registers the frame one level out must have, the one two levels out, …
    std::vector<uint32_t> outer;
  };
  // The registers of the scopes that are open, outermost first.
  using Scopes = std::vector<uint8_t>;

  explicit Verifier(Program program)
      : verified_(new VerifiedProgram(std::move(program))), program_(verified_->program_) {}

  bool Refuse(std::string text, uint32_t instruction = UINT32_MAX) {
    error_ = {std::move(text), block_, instruction, ProgramLimit::kNone};
    return false;
  }

  bool RefuseOver(ProgramLimit limit, std::string_view text) {
    error_ = {std::string(text), block_, UINT32_MAX, limit};
    return false;
  }

  bool Check() {
    if (program_.positions.size() != program_.code.size() && !program_.positions.empty()) {
      return Refuse("there is not one source position for each instruction");
    }
    if (program_.slot_names.size() > UINT32_MAX) return Refuse("too many slots");
    if (!CheckPositions() || !CheckPaths()) return false;
    if (!CheckTables() || !CheckFacts() || !CheckConstants() || !CompilePatterns()) return false;
    needs_.resize(program_.blocks.size());
    verified_->costs_.resize(program_.blocks.size());
    verified_->run_costs_.resize(program_.blocks.size());
    for (block_ = 0; block_ < program_.blocks.size(); ++block_) {
      if (!CheckBlock(program_.blocks[block_])) return false;
    }
    block_ = kNoBlock;
    return CheckTools() && CheckDecisions();
  }

  // What is nowhere is in no file.
  bool StandsInAFile(const SourcePosition& at) const {
    return (at.line == 0 || at.file < program_.files.size()) &&
           (at.text == kNoText || at.text < program_.texts.size());
  }

  bool CheckPositions() {
    for (const Rule& rule : program_.rules) {
      if (!StandsInAFile(rule.at)) return Refuse("a rule stands in no file");
    }
    for (uint32_t i = 0; i < program_.positions.size(); ++i) {
      if (!StandsInAFile(program_.positions[i])) {
        return Refuse("an instruction's source is no file, or its text is none", i);
      }
    }
    return true;
  }

  bool CheckPaths() {
    if (program_.shared_slots > program_.slot_names.size()) return Refuse("too many shared slots");
    auto paths = PathSlots::Of(program_.paths, program_.shared_slots);
    if (!paths.has_value()) return Refuse(std::string(paths.error()));
    paths_ = std::move(*paths);
    return true;
  }

  bool CheckTables() {
    for (const Counter& counter : program_.counters) {
      const Window& window = counter.window;
      if (window.seconds < 0 || window.seconds > Window::kMaxSeconds ||
          (window.is_session() && window.sliding)) {
        return Refuse("a counter's window is out of bounds");
      }
    }
    for (const Quota& quota : program_.quotas) {
      if (quota.counter >= program_.counters.size()) return Refuse("a quota names no counter");
      if (quota.rule >= program_.rules.size()) return Refuse("a quota names no rule");
      if (quota.amount_slot != kNoSlot && quota.amount_slot >= program_.slot_names.size()) {
        return Refuse("a quota's amount names no slot");
      }
      if (quota.amount < 0) return Refuse("a quota's amount is negative");
      if (quota.scale > kMaxScale) return Refuse("a quota keeps too many decimals");
      for (const uint32_t block : {quota.limit_block, quota.amount_block, quota.key_block}) {
        if (!StandsAlone(block)) return Refuse("a quota's block is no value that stands alone");
      }
    }
    for (const Rule& rule : program_.rules) {
      for (const MessagePart& part : rule.message) {
        if (!StandsAlone(part.block)) {
          return Refuse("a message's block is no value that stands alone");
        }
      }
    }
    uint32_t last = 0;
    for (const RuleStart& start : program_.rule_starts) {
      if (start.instruction < last || start.instruction >= program_.code.size() ||
          start.rule >= program_.rules.size()) {
        return Refuse("the table of rule starts is not in order or out of bounds");
      }
      last = start.instruction;
    }
    last = 0;
    for (const Recovery& recovery : program_.recoveries) {
      if (recovery.first < last || recovery.last < recovery.first ||
          recovery.handler <= recovery.last || recovery.handler >= program_.code.size()) {
        return Refuse("the table of recoveries is not in order or out of bounds");
      }
      last = recovery.last + 1;
    }
    if (!Rises(program_.watches)) return Refuse("the table of what rules watch is not in order");
    for (const Watch& watch : program_.watches) {
      if (!paths_.IsRoot(watch.root) || watch.slot >= program_.slot_names.size() ||
          watch.rule >= program_.rules.size() || !program_.rules[watch.rule].shadow) {
        return Refuse("what a rule watches is out of bounds, or it is no rule in shadow mode");
      }
    }
    for (const CounterRead& read : program_.reads) {
      if (read.counter >= program_.counters.size() || read.slot >= program_.slot_names.size()) {
        return Refuse("a counter read is out of bounds");
      }
    }
    if (!Rises(program_.hidden) || !Rises(program_.hidden_globs)) {
      return Refuse("the hidden tools are not sorted");
    }
    return true;
  }

  // Also true for kNoBlock.
  bool StandsAlone(uint32_t block) const {
    return block == kNoBlock ||
           (block < program_.blocks.size() && program_.blocks[block].kind == BlockKind::kValue &&
            program_.blocks[block].outer_levels == 0);
  }

  // Facts stand in slots that every tool has.
  bool CheckFacts() {
    for (const FactSlot& fact : program_.facts) {
      if (fact.fact > kLastFact) return Refuse("an unknown fact");
      if (fact.slot >= program_.shared_slots) return Refuse("a fact's slot is not shared");
    }
    if (!Rises(program_.labels)) return Refuse("the labels are not sorted");
    return true;
  }

  // Large ones are given an index; none keeps room behind its elements, which are for all to read.
  bool CheckConstants() {
    uint64_t text_bytes = 0;
    for (Value& constant : verified_->program_.constants) {
      const std::string_view fault = ConstantFault(constant, text_bytes);
      if (text_bytes > kMaxConstantTextBytes) return RefuseOver(ProgramLimit::kConstants, fault);
      if (!fault.empty()) return Refuse(fmt::format("a constant cannot be one: {}", fault));
      IndexConstants(constant, *verified_->program_.pool);
    }
    return true;
  }

  bool CompilePatterns() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    uint64_t bytes = 0;
    uint64_t instructions = 0;
    const auto too_large = [this] {
      return RefuseOver(ProgramLimit::kPatterns, "the patterns are too large");
    };
    for (const std::string& pattern : program_.patterns) {
      bytes += pattern.size();
      if (pattern.size() > kMaxPatternBytes || bytes > kMaxPatternsBytes) return too_large();
      auto compiled = std::make_unique<re2::RE2>(pattern, options);
      if (!compiled->ok()) return Refuse("a pattern does not compile: " + compiled->error());
      instructions += static_cast<uint64_t>(compiled->ProgramSize());
      if (instructions > kMaxPatternInstructions) return too_large();
      // The engine builds what it runs on when it is first used, which is now.
      compiled->Match("warm", 0, 4, re2::RE2::UNANCHORED, nullptr, 0);
      verified_->patterns_.push_back(std::move(compiled));
    }
    return true;
  }

  bool CheckBlock(const Block& block) {
    if (block.kind > BlockKind::kLoopBody) return Refuse("a block of an unknown kind");
    if (block.instruction_count == 0) return Refuse("a block is empty");
    if (block.instruction_count > kMaxBlockInstructions) return Refuse("a block is too long");
    if (block.operand_count > kMaxBlockOperands) return Refuse("a block has too many operands");
    if (block.registers > kMaxRegisters) return Refuse("a block has too many registers");
    if (block.outer_levels > kMaxBlockDepth) {
      return Refuse("a block looks further out than any runs");
    }
    if (block.kind == BlockKind::kDecision && block.outer_levels > 0) {
      return Refuse("a decision block has no frames around it");
    }
    if (block.kind == BlockKind::kLoopBody && block.registers < 3) {
      return Refuse("a loop's body has no room for its element");
    }
    if (block.first_instruction > program_.code.size() ||
        block.instruction_count > program_.code.size() - block.first_instruction ||
        block.first_operand > program_.operands.size() ||
        block.operand_count > program_.operands.size() - block.first_operand) {
      return Refuse("a block is out of bounds");
    }
    code_ = program_.code.data() + block.first_instruction;
    operands_ = program_.operands.data() + block.first_operand;
    needs_[block_].registers = block.registers;
    reached_.assign(block.instruction_count, std::nullopt);
    reached_[0] = Scopes{};
    costs_.assign(block.instruction_count, {});
    selection_operands_ = 0;
    for (uint32_t i = 0; i < block.instruction_count; ++i) {
      if (static_cast<size_t>(code_[i].op) >= kOpcodeCount) return Refuse("unknown opcode", At(i));
      const Instruction& instruction = code_[i];
      const OpcodeInfo& info = Info(instruction.op);
      if (!AllowedIn(instruction.op, block.kind)) {
        return Refuse(fmt::format("{} does not belong in this kind of block", info.name), At(i));
      }
      if (!CheckOperand(block, i, info.a, instruction.a) ||
          !CheckOperand(block, i, info.b, instruction.b) ||
          !CheckOperand(block, i, info.c, instruction.c) ||
          !CheckOperand(block, i, info.d, instruction.d) || !CheckCalls(block, i)) {
        return false;
      }
      if (!CheckRecovery(block, i) || !Flow(block, i, info)) return false;
    }
    if (FallsThrough(code_[block.instruction_count - 1].op)) {
      return Refuse("the last instruction falls through", At(block.instruction_count - 1));
    }
    Cost worst;
    for (const Cost& cost : costs_) worst = worst.Or(cost);
    verified_->costs_[block_] = worst.all;
    verified_->run_costs_[block_] = worst.own;
    return true;
  }

  // What covers an instruction is a part of its block.
  bool CheckRecovery(const Block& block, uint32_t i) {
    recovery_ = program_.RecoveryOf(At(i));
    if (recovery_ == nullptr) return true;
    if (recovery_->first < block.first_instruction ||
        recovery_->handler - block.first_instruction >= block.instruction_count) {
      return Refuse("a recovery leaves its block", At(i));
    }
    return MayBeRepeated(code_[i].op) ||
           Refuse("a recovery covers what cannot be done again", At(i));
  }

  uint32_t At(uint32_t i) const { return program_.blocks[block_].first_instruction + i; }

  bool CheckOperand(const Block& block, uint32_t i, OperandClass operand, uint32_t value) {
    const auto entry = [&](uint32_t offset) { return operands_[value + offset]; };
    const auto in_table = [&](uint32_t count) {
      return value < block.operand_count && count <= block.operand_count - value;
    };
    switch (operand) {
      case OperandClass::kNone: return value == 0 || Refuse("an unused operand is not zero", At(i));
      case OperandClass::kImm: return true;
      case OperandClass::kReg:
      case OperandClass::kDst:
        return value < block.registers || Refuse("a register is out of bounds", At(i));
      case OperandClass::kTo:
        if (value == 0) return Refuse("a jump does not go forward", At(i));
        return value < block.instruction_count - i || Refuse("a jump leaves its block", At(i));
      case OperandClass::kConst:
        if (!in_table(1)) return Refuse("an operand is out of bounds", At(i));
        return CheckConstant(i, entry(0));
      case OperandClass::kSlot:
        if (!in_table(1)) return Refuse("an operand is out of bounds", At(i));
        return CheckSlot(i, entry(0));
      case OperandClass::kSlotConst:
        if (!in_table(2)) return Refuse("an operand is out of bounds", At(i));
        return CheckSlot(i, entry(0)) && CheckConstant(i, entry(1));
      case OperandClass::kSlotPattern:
        if (!in_table(2)) return Refuse("an operand is out of bounds", At(i));
        return CheckSlot(i, entry(0)) &&
               (entry(1) < program_.patterns.size() || Refuse("a pattern is out of bounds", At(i)));
      case OperandClass::kBlock:
        if (!in_table(1)) return Refuse("an operand is out of bounds", At(i));
        return entry(0) < block_ || Refuse("a block that is run is not of lower number", At(i));
      case OperandClass::kRule:
        if (!in_table(1)) return Refuse("an operand is out of bounds", At(i));
        return entry(0) < program_.rules.size() || Refuse("a rule is out of bounds", At(i));
      case OperandClass::kQuota:
        if (!in_table(1)) return Refuse("an operand is out of bounds", At(i));
        return entry(0) < program_.quotas.size() || Refuse("a quota is out of bounds", At(i));
      case OperandClass::kPattern:
        if (!in_table(1)) return Refuse("an operand is out of bounds", At(i));
        return entry(0) < program_.patterns.size() || Refuse("a pattern is out of bounds", At(i));
      case OperandClass::kSelection:
        if (!in_table(Selection::kHeadOperands)) {
          return Refuse("an operand is out of bounds", At(i));
        }
        return CheckSelection(block, i, value);
      case OperandClass::kFunction:
        return value < kFunctionCount || Refuse("an unknown function is called", At(i));
    }
    return Refuse("an unknown operand class", At(i));
  }

  bool CheckConstant(uint32_t i, uint32_t constant) {
    if (constant >= program_.constants.size()) return Refuse("a constant is out of bounds", At(i));
    return ConstantFits(code_[i].op, program_.constants[constant]) ||
           Refuse("a constant has not the type its instruction reads", At(i));
  }

  bool CheckSlot(uint32_t i, uint32_t slot) {
    return slot < program_.slot_names.size() || Refuse("a slot is out of bounds", At(i));
  }

  // REQUIRES: its head is in the table.
  bool CheckSelection(const Block& block, uint32_t i, uint32_t value) {
    const Selection selection(operands_ + value);
    if (selection.source_count() > kMaxSources) {
      return Refuse("there are too many tables to choose by", At(i));
    }
    if (selection.size() > block.operand_count - value) {
      return Refuse("an operand is out of bounds", At(i));
    }
    // So that all are looked at in time, however many instructions name the same operands.
    selection_operands_ += selection.size();
    if (selection_operands_ > block.operand_count) {
      return Refuse("instructions choose by the same operands", At(i));
    }
    const auto table_is = [&](uint32_t constant, auto... kinds) {
      if (constant >= program_.constants.size()) {
        return Refuse("a constant is out of bounds", At(i));
      }
      const PositionTable& table = position_tables_.Of(constant);
      return (((table.kind == kinds) || ...) && table.candidates <= selection.candidate_count()) ||
             Refuse("a table does not choose from the candidates", At(i));
    };
    using Kind = PositionTable::Kind;
    if (!table_is(selection.always(), Kind::kList)) return false;
    uint32_t glob_sources = 0;
    for (uint32_t s = 0; s < selection.source_count(); ++s) {
      const Selection::Source source = selection.source(s);
      if (source.kind > kLastSourceKind || source.table_kind() > TableKind::kGlobs) {
        return Refuse("an unknown kind of table", At(i));
      }
      if (!CheckSlot(i, source.slot)) return false;
      if (source.table_kind() == TableKind::kValues) {
        if (!table_is(source.table, Kind::kValues, Kind::kTexts)) return false;
        continue;
      }
      if (!table_is(source.table, Kind::kTexts)) return false;
      if (source.table_kind() != TableKind::kGlobs) continue;
      if (++glob_sources > 1) return Refuse("there are two tables of globs", At(i));
      NeedGlobTable(source.table);
    }
    bool sound = true;
    selection.ForEachBlock([&](uint32_t target) {
      if (sound && target >= block_) {
        sound = Refuse("a block that is run is not of lower number", At(i));
      }
    });
    return sound;
  }

  // REQUIRES: a list of texts, or a map from texts to positions.
  void NeedGlobTable(uint32_t constant) {
    std::vector<uint32_t>& table_of = verified_->glob_table_of_;
    if (table_of.empty()) table_of.assign(program_.constants.size(), UINT32_MAX);
    if (table_of[constant] != UINT32_MAX) return;
    table_of[constant] = static_cast<uint32_t>(verified_->glob_tables_.size());
    verified_->glob_tables_.push_back(
        std::make_unique<const GlobTable>(program_.constants[constant]));
  }

  // What an instruction compares a slot with. REQUIRES: operands were checked.
  const Value& ConstantOf(const Instruction& instruction) const {
    return program_.constants[operands_[instruction.b + 1]];
  }

  // What an instruction demands of the blocks it runs and the frames it looks into.
  bool CheckCalls(const Block& block, uint32_t i) {
    const Instruction& instruction = code_[i];
    if (instruction.op == Opcode::kOuter) {
      if (instruction.b < 1 || instruction.b > block.outer_levels ||
          instruction.c >= kMaxRegisters) {
        return Refuse("an outer frame is out of reach", At(i));
      }
      return NeedOuter(block, i, instruction.b, instruction.c + 1u);
    }
    if (instruction.op == Opcode::kFail) {
      return (instruction.a > 0 && instruction.a <= static_cast<uint8_t>(kLastError)) ||
             Refuse("an unknown error is raised", At(i));
    }
    if (instruction.op == Opcode::kCall) {
      if (instruction.d > kMaxArguments) return Refuse("too many arguments", At(i));
      return uint32_t{instruction.c} + instruction.d <= block.registers ||
             Refuse("an argument is out of bounds", At(i));
    }
    if (IsCondition(instruction.op)) {
      return instruction.a <= (kCondCounter | kCondAbsentIsTrue) ||
             Refuse("an unknown kind of condition", At(i));
    }
    if (instruction.op == Opcode::kNext) {
      if (program_.next_parts.empty()) return Refuse("there is no part to go on in", At(i));
      needs_[block_].NextParts(instruction.b, instruction.b);
      return true;
    }
    if (instruction.op >= Opcode::kChoose) return CheckChoice(i);
    if (Info(instruction.op).b != OperandClass::kBlock) return true;
    const uint32_t target = operands_[instruction.b];
    const Block& callee = program_.blocks[target];
    const auto kind_is = [&](BlockKind kind) {
      return callee.kind == kind || Refuse("a block of the wrong kind is run", At(i));
    };
    Needs& needs = needs_[block_];
    // Chain takes the block's place; the others run inside it.
    const bool inside = instruction.op != Opcode::kChain;
    needs.depth = std::max(needs.depth, needs_[target].depth + (inside ? 1 : 0));
    if (needs.depth > kMaxBlockDepth) return Refuse("blocks run one another too deep", At(i));
    needs.registers =
        std::max(needs.registers, (inside ? block.registers : 0) + needs_[target].registers);
    switch (instruction.op) {
      case Opcode::kChain: return kind_is(BlockKind::kDecision) && GoOnIn(i, target, false);
      case Opcode::kForce:
        return kind_is(BlockKind::kValue) &&
               (callee.outer_levels == 0 ||
                Refuse("a block that looks outside is forced as if it stood alone", At(i)));
      case Opcode::kBind:
        if (!kind_is(BlockKind::kValue)) return false;
        if (instruction.d > block.outer_levels || instruction.c >= kMaxRegisters ||
            (instruction.d == 0 && instruction.c >= block.registers)) {
          return Refuse("a bound register is out of reach", At(i));
        }
        // The callee's frame stands directly inside the frame that keeps its value.
        if (callee.outer_levels > block.outer_levels - instruction.d + 1) {
          return Refuse("a bound block looks further out than there are frames", At(i));
        }
        return NeedOuter(block, i, instruction.d, instruction.c + 1u) &&
               PassOn(block, i, target, instruction.d);
      case Opcode::kLoop:
        if (!kind_is(BlockKind::kLoopBody)) return false;
        if (instruction.d > (kLoopKeepsErrors | kLoopTwoVariables))
          return Refuse("an unknown kind of loop", At(i));
        if (callee.outer_levels > block.outer_levels + 1) {
          return Refuse("a loop's body looks further out than there are frames", At(i));
        }
        return PassOn(block, i, target, 0);
      default: return Refuse("an instruction runs a block but is not known to", At(i));
    }
  }

  // What an instruction of the index demands.
  bool CheckChoice(uint32_t i) {
    switch (code_[i].op) {
      case Opcode::kChoose: return CheckTargets(i);
      case Opcode::kContinue: needs_[block_].continues = true; return true;
      case Opcode::kTestSlotFits: NeedGlobTable(operands_[code_[i].b + 1]); return true;
      default: return Refuse("an instruction chooses but is not known to", At(i));
    }
  }

  // The blocks that a Choose goes on in. REQUIRES: its operands were checked.
  bool CheckTargets(uint32_t i) {
    const Selection selection(operands_ + code_[i].b);
    Needs& needs = needs_[block_];
    bool sound = true;
    uint32_t left = selection.candidate_count();
    selection.ForEachBlock([&](uint32_t target) {
      if (!sound) return;
      const bool is_candidate = left-- > 0;
      needs.depth = std::max(needs.depth, needs_[target].depth);
      needs.registers = std::max(needs.registers, needs_[target].registers);
      sound = (program_.blocks[target].kind == BlockKind::kDecision ||
               Refuse("a block of the wrong kind is run", At(i))) &&
              GoOnIn(i, target, is_candidate);
      if (sound && is_candidate && needs_[target].chooses) {
        sound = Refuse("a candidate chooses in turn", At(i));
      }
    });
    needs.chooses = true;
    return sound;
  }

  // For good.
  bool GoOnIn(uint32_t i, uint32_t target, bool is_candidate) {
    needs_[block_].NextParts(needs_[target].first_next, needs_[target].last_next);
    return is_candidate || !needs_[target].continues ||
           Refuse("a candidate is run that nothing chose", At(i));
  }

  // The frame `level` levels out (0: this block's own) must have that many registers.
  bool NeedOuter(const Block& block, uint32_t i, uint32_t level, uint32_t registers) {
    if (level == 0) {
      return registers <= block.registers ||
             Refuse("a block looks for a register that the frame around it does not have", At(i));
    }
    std::vector<uint32_t>& outer = needs_[block_].outer;
    if (outer.size() < level) {
      outer_frames_ += level - outer.size();
      if (outer_frames_ > kMaxOuterFrames) {
        return RefuseOver(ProgramLimit::kFrames, "blocks look into too many frames");
      }
      outer.resize(level);
    }
    outer[level - 1] = std::max(outer[level - 1], registers);
    return true;
  }

  // What a block that is run inside the frame `level` levels out needs of that frame and of those
  // around it.
  bool PassOn(const Block& block, uint32_t i, uint32_t callee, uint32_t level) {
    for (uint32_t out = 0; out < needs_[callee].outer.size(); ++out) {
      if (!NeedOuter(block, i, level + out, needs_[callee].outer[out])) return false;
    }
    return true;
  }

  // Carries what is known at i to the instructions that may follow it.
  bool Flow(const Block& block, uint32_t i, const OpcodeInfo& info) {
    const Instruction& instruction = code_[i];
    if (!reached_[i].has_value()) return true;  // cannot be reached; operands were checked
    Scopes scopes = *reached_[i];
    Cost cost = costs_[i].Plus(info.cost);
    if (instruction.op == Opcode::kCondIn) cost = cost.Plus(ConstantOf(instruction).list->size);
    if (instruction.op >= Opcode::kChoose) {
      AddChoiceCost(instruction, cost);
    } else if (info.b == OperandClass::kBlock) {
      cost.all = AddCost(cost.all, verified_->costs_[operands_[instruction.b]]);
    } else if (info.b == OperandClass::kFunction) {
      cost = cost.Plus(Info(static_cast<FunctionId>(instruction.b)).cost);
    }
    costs_[i] = cost;
    if (recovery_ != nullptr &&
        !Arrive(i, recovery_->handler - block.first_instruction, scopes, cost)) {
      return false;
    }
    switch (instruction.op) {
      case Opcode::kScopeBegin:
        if (scopes.size() == kMaxScopes) return Refuse("error scopes nest too deep", At(i));
        scopes.push_back(instruction.a);
        break;
      case Opcode::kOperand:
      case Opcode::kScopeEnd:
      case Opcode::kScopeDrop:
        if (scopes.empty() || scopes.back() != instruction.a) {
          return Refuse("the scope is not the innermost open one", At(i));
        }
        if (instruction.op != Opcode::kOperand) scopes.pop_back();
        break;
      case Opcode::kReturn:
      case Opcode::kReturnConst:
      case Opcode::kBreak:
      case Opcode::kPass:
      case Opcode::kDeny:
      case Opcode::kDenyHidden:
      case Opcode::kDenyDefault:
      case Opcode::kChain:
      case Opcode::kNext:
      case Opcode::kChoose:
      case Opcode::kContinue:
        if (!scopes.empty()) return Refuse("a scope is open where the block ends", At(i));
        return true;
      case Opcode::kFail: return true;
      default: break;
    }
    if (info.c == OperandClass::kTo && !Arrive(i, i + instruction.c, scopes, cost)) return false;
    if (info.d == OperandClass::kTo && !Arrive(i, i + instruction.d, scopes, cost)) return false;
    if (!FallsThrough(instruction.op) || i + 1 == block.instruction_count) return true;
    return Arrive(i, i + 1, scopes, cost);
  }

  // Of an instruction of the index, with what it goes on in.
  void AddChoiceCost(const Instruction& instruction, Cost& cost) const {
    if (instruction.op == Opcode::kTestSlotFits) {
      cost = cost.Plus(verified_->glob_table(operands_[instruction.b + 1]).cost());
    } else if (instruction.op == Opcode::kChoose) {
      const Selection selection(operands_ + instruction.b);
      cost = cost.Plus(CostOf(selection));
      selection.ForEachBlock(
          [&](uint32_t target) { cost.all = AddCost(cost.all, verified_->costs_[target]); });
    }
  }

  // Of finding out which candidates there are.
  uint64_t CostOf(const Selection& selection) const {
    uint64_t cost = kSourceCost * selection.source_count();
    for (uint32_t i = 0; i < selection.source_count(); ++i) {
      const Selection::Source source = selection.source(i);
      if (source.table_kind() == TableKind::kGlobs) {
        cost = AddCost(cost, verified_->glob_table(source.table).cost());
      }
    }
    return cost;
  }

  bool Arrive(uint32_t from, uint32_t to, const Scopes& scopes, const Cost& cost) {
    costs_[to] = costs_[to].Or(cost);
    if (!reached_[to].has_value()) {
      reached_[to] = scopes;
      return true;
    }
    return *reached_[to] == scopes || Refuse("paths meet with different scopes open", At(from));
  }

  bool CheckTools() {
    if (program_.other_tools >= program_.tools.size()) return Refuse("no entry for other tools");
    const std::vector<uint32_t> own_reads = OwnReads();
    for (const ToolEntry& tool : program_.tools) {
      if (tool.block >= program_.blocks.size() ||
          program_.blocks[tool.block].kind != BlockKind::kDecision) {
        return Refuse("a tool's entry is no decision block");
      }
      if (needs_[tool.block].continues) {
        return Refuse("a tool's entry is a candidate that nothing chose");
      }
      if (tool.root != kNoNode && !paths_.IsRoot(tool.root)) {
        return Refuse("a tool's paths begin at no root");
      }
      if (tool.first_slot > program_.slot_names.size() ||
          tool.slot_count > program_.slot_names.size() - tool.first_slot ||
          tool.first_read > program_.reads.size() ||
          tool.read_count > program_.reads.size() - tool.first_read) {
        return Refuse("a tool's slots or reads are out of bounds");
      }
      if (!CheckToolSlots(tool, own_reads) || !CheckParts(tool)) return false;
    }
    for (uint32_t i = 0; i < program_.blocks.size(); ++i) {
      verified_->max_registers_ = std::max(verified_->max_registers_, needs_[i].registers);
    }
    verified_->max_slots_ = static_cast<uint32_t>(program_.slot_names.size());
    return IndexTools();
  }

  // Where the next counter read stands that fills a tool's own slot, from each one on. Tools may
  // share reads by the million, but those of one tool's own slots are no other's.
  std::vector<uint32_t> OwnReads() const {
    auto next = static_cast<uint32_t>(program_.reads.size());
    std::vector<uint32_t> own(program_.reads.size() + 1, next);
    for (uint32_t i = next; i-- > 0;) {
      if (program_.reads[i].slot >= program_.shared_slots) next = i;
      own[i] = next;
    }
    return own;
  }

  // A call of the tool fills its own slots and the shared ones, which the next call empties.
  bool Fills(const ToolEntry& tool, uint32_t slot) const {
    return slot < program_.shared_slots ||
           (slot >= tool.first_slot && slot - tool.first_slot < tool.slot_count);
  }

  bool CheckToolSlots(const ToolEntry& tool, const std::vector<uint32_t>& own_reads) {
    const uint32_t end = tool.first_read + tool.read_count;
    for (uint32_t i = own_reads[tool.first_read]; i < end; i = own_reads[i + 1]) {
      if (!Fills(tool, program_.reads[i].slot)) {
        return Refuse("a counter read fills a slot that is not the tool's");
      }
    }
    return tool.root == kNoNode || paths_.FillsOnly(tool.root, tool.first_slot, tool.slot_count) ||
           Refuse("a path fills a slot that is not the tool's");
  }

  bool CheckDecisions() {
    const uint64_t cost = BoundDecisions(program_, verified_->run_costs_, kMaxDecisionCost);
    return cost <= kMaxDecisionCost ||
           RefuseOver(ProgramLimit::kDecisionCost, "a decision may cost too much");
  }

  // Each part of a linked program goes on in one behind it, and only there.
  bool CheckParts(const ToolEntry& tool) {
    if (tool.first_next > program_.next_parts.size() ||
        tool.next_count > program_.next_parts.size() - tool.first_next) {
      return Refuse("a tool's parts are out of bounds");
    }
    const auto fills = [&](uint32_t slot) { return Fills(tool, slot); };
    uint32_t block = tool.block;
    for (uint32_t part = 0;; ++part) {
      const Needs& needs = needs_[block];
      if (needs.first_next < part || needs.last_next >= int64_t{tool.next_count}) {
        return Refuse("a tool's part goes on in none that is behind it");
      }
      if (part == tool.next_count) return true;
      const NextPart& next = program_.next_parts[tool.first_next + part];
      block = next.block;
      if (block >= program_.blocks.size() || program_.blocks[block].kind != BlockKind::kDecision) {
        return Refuse("a tool's part is no decision block");
      }
      if (needs_[block].continues) {
        return Refuse("a tool's part is a candidate that nothing chose");
      }
      if (next.first_copy > program_.copies.size() ||
          next.copy_count > program_.copies.size() - next.first_copy) {
        return Refuse("a part's copies are out of bounds");
      }
      const auto copies = program_.copies.begin() + next.first_copy;
      if (!std::all_of(copies, copies + next.copy_count,
                       [&](const SlotCopy& copy) { return fills(copy.from) && fills(copy.to); })) {
        return Refuse("a part copies a slot that is not the tool's");
      }
    }
  }

  bool IndexTools() {
    const size_t buckets = std::bit_ceil(program_.tool_index.size() * 2 + 1);
    verified_->buckets_.assign(buckets, UINT32_MAX);
    uint64_t probes_left = program_.tool_index.size() * kMaxProbesPerName;
    for (const auto& [name, entry] : program_.tool_index) {
      if (entry >= program_.tools.size()) return Refuse("a tool has no entry");
      size_t bucket = HashName(name) & (buckets - 1);
      while (verified_->buckets_[bucket] != UINT32_MAX) {
        if (probes_left-- == 0) return Refuse("the tools' names collide");
        bucket = (bucket + 1) & (buckets - 1);
      }
      verified_->buckets_[bucket] = static_cast<uint32_t>(verified_->names_.size());
      verified_->names_.push_back(name);
      verified_->name_entries_.push_back(entry);
    }
    return true;
  }

  std::unique_ptr<VerifiedProgram> verified_;
  const Program& program_;
  VerifyError error_;
  uint32_t block_ = kNoBlock;
  const Instruction* code_ = nullptr;
  const uint32_t* operands_ = nullptr;
  PathSlots paths_;
  PositionTables position_tables_{program_.constants};
  uint64_t selection_operands_ = 0;  // of the block being checked
  std::vector<Needs> needs_;
  uint64_t outer_frames_ = 0;  // in all of needs_
  std::vector<std::optional<Scopes>> reached_;
  std::vector<Cost> costs_;
  const Recovery* recovery_ = nullptr;  // that covers the instruction being checked
};

tl::expected<std::shared_ptr<const VerifiedProgram>, VerifyError> Verify(Program program) {
  return Verifier::Run(std::move(program));
}

}  // namespace writ
