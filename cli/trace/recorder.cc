// What a decision saw, kept while it is made.
// Tested by tests/cli/trace_recorder_test.cc.
#include "cli/trace/recorder.h"

#include <algorithm>
#include <utility>

#include "vm/disasm.h"

namespace writ {
namespace {

using Form = SourcePart::Form;
using Outcome = Seen::Outcome;

// Of the elements of a loop that are kept: from the start, that hold, and that fail.
constexpr size_t kFirstElements = 3;
constexpr uint64_t kElementsThatHold = 2;
constexpr uint64_t kElementsThatFail = 1;

Outcome OutcomeOf(const Value& value) {
  if (!value.is(Tag::kBool)) return Outcome::kValue;
  return value.i != 0 ? Outcome::kTrue : Outcome::kFalse;
}

std::string TextOf(const Value& value) {
  return FormatValue(value, Recorder::kMaxValueBytes);
}

bool IsCondition(const SourcePart& part) {
  return part.form == Form::kCondition || part.form == Form::kOnlyArgs;
}

}  // namespace

Recorder::Recorder(const TracedProgram& traced, Machine& machine)
    : program_(**traced.program), map_(traced.map), machine_(machine) {
  for (uint32_t i = 0; i < map_.parts.size(); ++i) {
    const SourcePart& part = map_.parts[i];
    if (part.form == Form::kRule) continue;
    places_[{part.file, part.caret.line, part.caret.column}].push_back(i);
  }
  for (const SourcePosition& at : program_.positions) {
    if (at.part < map_.parts.size()) files_[at.file] = map_.parts[at.part].file;
  }
  for (uint32_t i = 0; i < program_.blocks.size(); ++i) {
    if (program_.blocks[i].kind == BlockKind::kDecision) decision_blocks_.push_back(i);
  }
  std::sort(decision_blocks_.begin(), decision_blocks_.end(), [this](uint32_t a, uint32_t b) {
    return program_.blocks[a].first_instruction < program_.blocks[b].first_instruction;
  });
  machine_.TraceWith(this);
}

Recorder::~Recorder() {
  machine_.TraceWith(nullptr);
}

// ---- What was seen.

void Recorder::Collect(const SeenTurn& turn, uint32_t part, std::vector<SeenElement>& elements,
                       std::vector<Seen>& found) const {
  if (const auto seen = turn.parts.find(part); seen != turn.parts.end()) {
    found.push_back(seen->second);
    found.back().elements = elements;
  }
  for (const auto& [number, loop] : turn.loops) {
    for (const std::unique_ptr<SeenTurn>& element : loop.kept) {
      elements.push_back(element->element);
      Collect(*element, part, elements, found);
      elements.pop_back();
    }
  }
}

std::vector<Seen> Recorder::SeenOf(uint32_t part) const {
  std::vector<Seen> found;
  std::vector<SeenElement> elements;
  Collect(all_, part, elements, found);
  return found;
}

const Seen* Recorder::Of(uint32_t part) const {
  const auto seen = all_.parts.find(part);
  return seen == all_.parts.end() ? nullptr : &seen->second;
}

void Recorder::CollectLoops(const SeenTurn& turn, uint32_t part,
                            std::vector<const SeenLoop*>& found) const {
  for (const auto& [number, loop] : turn.loops) {
    if (number == part) found.push_back(&loop);
    for (const std::unique_ptr<SeenTurn>& element : loop.kept) CollectLoops(*element, part, found);
  }
}

std::vector<const SeenLoop*> Recorder::LoopsOf(uint32_t part) const {
  std::vector<const SeenLoop*> found;
  CollectLoops(all_, part, found);
  return found;
}

// A bundle may have no debug data.
uint32_t Recorder::MarkedPart(uint32_t instruction) const {
  return instruction < program_.positions.size() ? program_.positions[instruction].part : kNoPart;
}

uint32_t Recorder::PartAtPlace(uint32_t instruction) const {
  if (instruction >= program_.positions.size()) return kNoPart;
  const SourcePosition& at = program_.positions[instruction];
  const auto file = files_.find(at.file);
  if (file == files_.end()) return kNoPart;
  const auto place = places_.find({file->second, at.line, at.column});
  if (place == places_.end()) return kNoPart;
  // Of several at one place the text tells which: it is cut, and on one line.
  const std::vector<uint32_t>& parts = place->second;
  if (parts.size() > 1 && at.text < program_.texts.size()) {
    const auto same = std::find_if(parts.rbegin(), parts.rend(), [&](uint32_t part) {
      return map_.parts[part].text == program_.texts[at.text];
    });
    if (same != parts.rend()) return *same;
  }
  return parts.back();
}

uint32_t Recorder::PartOf(uint32_t instruction) const {
  const uint32_t part = MarkedPart(instruction);
  return part != kNoPart ? part : PartAtPlace(instruction);
}

// ---- Seeing it.

void Recorder::Begin() {
  all_ = {};
  frames_.clear();
  rules_.clear();
  known_rules_.clear();
  quotas_.clear();
  kept_ = 0;
  is_cut_ = false;
  decided_by_ = kNowhere;
}

void Recorder::Enter(uint32_t block) {
  Frame frame{block, &all_};
  if (!frames_.empty()) {
    const Frame& by = frames_.back();
    const Instruction& at = program_.code[by.step];
    switch (at.op) {
      case Opcode::kLoop:
        frame.outer = frames_.size() - 1;
        frame.turn = by.turn;
        break;
      case Opcode::kBind:
        // It belongs to the frame that keeps it.
        frame.outer = frames_.size() - 1;
        for (uint16_t i = 0; i < at.d && frames_[frame.outer].outer != SIZE_MAX; ++i) {
          frame.outer = frames_[frame.outer].outer;
        }
        frame.turn = frames_[frame.outer].turn;
        break;
      default: break;
    }
  }
  frames_.push_back(std::move(frame));
}

Seen& Recorder::See(SeenTurn& turn, uint32_t part) {
  const auto [seen, is_new] = turn.parts.try_emplace(part);
  if (is_new) ++kept_;
  return seen->second;
}

void Recorder::StartElement(Frame& frame, const Value* registers) {
  const Frame& by = frames_[frame.outer];
  const Instruction& loop = program_.code[by.step];
  frame.element = std::make_unique<SeenTurn>();
  SeenElement& element = frame.element->element;
  element.loop = PartAtPlace(by.step);
  if (by.walks_map) element.key = TextOf(registers[1]);
  element.value = TextOf(registers[by.walks_map || (loop.d & kLoopTwoVariables) != 0 ? 2 : 1]);
  const auto begun = by.turn->loops.find(element.loop);
  if (begun != by.turn->loops.end()) element.index = begun->second.elements;
  frame.turn = frame.element.get();
}

void Recorder::KeepElement(Frame& frame, bool failed) {
  SeenTurn& around = *frames_[frame.outer].turn;
  const uint32_t part = frame.element->element.loop;
  SeenLoop& loop = around.loops[part];
  const Instruction& by = program_.code[frames_[frame.outer].step];
  frame.element->element.decided =
      program_.code[frame.step].op == Opcode::kBreak || (failed && (by.d & kLoopKeepsErrors) == 0);
  Outcome outcome = Outcome::kValue;
  if (part < map_.parts.size() && map_.parts[part].children.size() > 1) {
    const auto seen = frame.element->parts.find(map_.parts[part].children[1]);
    if (seen != frame.element->parts.end()) outcome = seen->second.outcome;
  }
  ++loop.elements;
  bool keeps = loop.elements <= kFirstElements;
  switch (outcome) {
    case Outcome::kTrue:
      keeps = keeps || loop.holds < kElementsThatHold;
      ++loop.holds;
      break;
    case Outcome::kFalse: ++loop.fails; break;
    case Outcome::kError:
      keeps = keeps || loop.errors < kElementsThatFail;
      ++loop.errors;
      break;
    case Outcome::kValue: break;
  }
  keeps = (keeps && kept_ <= kMaxKept) || frame.element->element.decided;
  if (keeps) {
    loop.kept.push_back(std::move(frame.element));
  } else {
    is_cut_ = is_cut_ || kept_ > kMaxKept;
    Drop(*frame.element);
  }
}

void Recorder::Drop(const SeenTurn& turn) {
  kept_ -= turn.parts.size();
  for (const auto& [number, loop] : turn.loops) {
    for (const std::unique_ptr<SeenTurn>& element : loop.kept) Drop(*element);
  }
}

// The rule that an instruction of a decision block belongs to is looked at from here on.
void Recorder::FollowRule(uint32_t instruction) {
  const std::vector<RuleStart>& starts = program_.rule_starts;
  const auto after =
      std::upper_bound(starts.begin(), starts.end(), instruction,
                       [](uint32_t at, const RuleStart& start) { return at < start.instruction; });
  if (after == starts.begin()) return;
  const RuleStart& start = *(after - 1);
  const Block& block = program_.blocks[frames_.back().block];
  if (start.instruction < block.first_instruction) return;
  if (known_rules_.insert(start.rule).second) rules_.push_back({start.rule});
}

std::string Recorder::SlotText(const Frame& frame, const Instruction& at) const {
  const Block& block = program_.blocks[frame.block];
  const Value& value = machine_.slot(program_.operands[block.first_operand + at.b]);
  return value.is(Tag::kAbsent) ? std::string() : TextOf(value);
}

// Which of its exits the frame's last step took, if it was a test.
void Recorder::TakeExit(Frame& frame, uint32_t instruction) {
  const uint32_t part = MarkedPart(frame.step);
  if (part >= map_.parts.size()) return;
  const SourcePart& row = map_.parts[part];
  const Instruction& test = program_.code[frame.step];
  const bool first_exit = instruction == frame.step + test.c;
  if (IsCondition(row)) {
    Seen& seen = See(*frame.turn, part);
    seen.outcome = first_exit != row.negated ? Outcome::kTrue : Outcome::kFalse;
    seen.value = SlotText(frame, test);
  } else if (row.form == Form::kRule && test.op == Opcode::kTestTrue && !rules_.empty()) {
    // Only globs of tools are tested in a rule's own name.
    rules_.back().names_tool = first_exit;
  }
}

void Recorder::Mark(Frame& frame, const Instruction& at, uint32_t part, const Value* registers) {
  const Block& block = program_.blocks[frame.block];
  switch (at.op) {
    case Opcode::kMove: {
      Seen& seen = See(*frame.turn, part);
      seen.outcome = OutcomeOf(registers[at.a]);
      seen.value = TextOf(registers[at.a]);
      break;
    }
    case Opcode::kReserve: quotas_.push_back(program_.operands[block.first_operand + at.b]); break;
    default: break;
  }
}

void Recorder::Step(uint32_t instruction, const Value* registers) {
  Frame& frame = frames_.back();
  if (program_.blocks[frame.block].kind == BlockKind::kDecision) {
    // Chain and Next go on in another block.
    const Block* block = &program_.blocks[frame.block];
    if (instruction - block->first_instruction >= block->instruction_count) {
      const auto after = std::upper_bound(
          decision_blocks_.begin(), decision_blocks_.end(), instruction,
          [this](uint32_t at, uint32_t b) { return at < program_.blocks[b].first_instruction; });
      frame.block = *(after - 1);
    }
    if (frame.step != kNowhere) TakeExit(frame, instruction);
    FollowRule(instruction);
  } else if (frame.step == kNowhere && program_.blocks[frame.block].kind == BlockKind::kLoopBody &&
             frame.outer != SIZE_MAX) {
    StartElement(frame, registers);
  }
  const uint32_t before = frame.step;
  frame.step = instruction;
  frame.inner_failed = false;
  frame.inner_spoilt = false;
  const Instruction& at = program_.code[instruction];
  switch (at.op) {
    case Opcode::kLoop: frame.walks_map = registers[at.c].is_map(); break;
    case Opcode::kDeny: decided_by_ = before; [[fallthrough]];
    case Opcode::kShadow: EndRule(SeenRule::End::kDenied); break;
    case Opcode::kShadowError: EndRule(SeenRule::End::kRaised); break;
    default: break;
  }
  const uint32_t part = MarkedPart(instruction);
  if (part < map_.parts.size()) Mark(frame, at, part, registers);
}

void Recorder::EndRule(SeenRule::End end) {
  if (!rules_.empty()) rules_.back().end = end;
}

// The parts that the one which failed is a part of have no value either, up to what keeps the error
// or ends with it.
void Recorder::HandOn(SeenTurn& turn, uint32_t part, Error error, bool is_kept) {
  for (;;) {
    const SourcePart& row = map_.parts[part];
    const uint32_t parent = row.parent;
    if (row.role != SourcePart::Role::kNone || parent == kNoPart) return;
    const SourcePart& above = map_.parts[parent];
    const bool is_logic = above.form == Form::kAnd || above.form == Form::kOr;
    if (is_logic && is_kept) return;
    if (above.form == Form::kBind && above.children.back() != part) return;
    if (parent == turn.element.loop || turn.parts.count(parent) > 0) return;
    Seen& seen = See(turn, parent);
    seen.outcome = Outcome::kError;
    seen.error = error;
    part = parent;
  }
}

void Recorder::Raise(uint32_t instruction, Error error, uint32_t goes_on_at, bool /*recovers*/) {
  Frame& frame = frames_.back();
  const Instruction& at = program_.code[instruction];
  const bool is_decision = program_.blocks[frame.block].kind == BlockKind::kDecision;
  if (is_decision && goes_on_at == kNowhere) EndRule(SeenRule::End::kRaised);
  const uint32_t part = PartOf(instruction);
  if (part == kNoPart) return;
  const SourcePart& row = map_.parts[part];
  if (row.form == Form::kRule) return;
  if (frame.element != nullptr && part == frame.element->element.loop) {
    // What a loop has kept it hands on to the next element.
    frame.spoilt = at.op != Opcode::kScopeEnd;
    return;
  }
  const bool was_kept = at.op == Opcode::kScopeEnd;
  // That of a list of expressions has the place of the first.
  if (was_kept &&
      ((row.form != Form::kAnd && row.form != Form::kOr) || frame.turn->parts.count(part) > 0)) {
    return;
  }
  const bool runs_blocks =
      at.op == Opcode::kLoop || at.op == Opcode::kForce || at.op == Opcode::kBind;
  Seen& seen = See(*frame.turn, part);
  seen.outcome = Outcome::kError;
  seen.error = error;
  if (IsCondition(row) || at.op == Opcode::kLoadSlot) seen.value = SlotText(frame, at);
  // One that was forced before keeps its error.
  const bool handed_on = was_kept || (runs_blocks && !frame.inner_spoilt &&
                                      (at.op != Opcode::kLoop || frame.inner_failed));
  seen.is_own = !handed_on;
  HandOn(*frame.turn, part, error, goes_on_at != kNowhere);
}

void Recorder::Leave(const Value* result) {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  const bool failed = result != nullptr && result->is(Tag::kError);
  if (!frames_.empty()) {
    frames_.back().inner_failed = failed;
    frames_.back().inner_spoilt = failed && frame.spoilt;
  }
  if (frame.element != nullptr) KeepElement(frame, failed);
}

}  // namespace writ
