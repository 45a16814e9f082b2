// The machine's loop; the steps of a decision are in vm/decide.cc.
// Tested by tests/vm/machine_test.cc.
//
// Tests have two exits because a condition's outcome is nearly always a jump: with both targets in
// the instruction, no boolean is made, stored and tested again, negation is a swap, and either
// outcome may continue at the next instruction.
//
// Nothing in the loop checks bounds, types of operands or jump targets: the verifier has shown
// them (vm/verify.h). What is checked here is what depends on the call: types of values, the
// budget of loops.
#include "vm/machine.h"

#include <array>
#include <cmath>
#include <limits>

#include "vm/access.h"
#include "vm/arithmetic.h"
#include "vm/build.h"
#include "vm/compare.h"
#include "vm/elements.h"
#include "vm/functions/patterns.h"
#include "vm/key_index.h"
#include "vm/operands.h"
#include "vm/same_text.h"
#include "vm/slot_test.h"
#include "vm/span.h"

namespace writ {

Machine::Machine(std::shared_ptr<const VerifiedProgram> program) : program_(std::move(program)) {
  slots_.resize(program_->max_slots());
  registers_.resize(program_->max_registers() + 1);
  memo_.resize((*program_)->blocks.size());
  forced_.reserve(memo_.size());
  shadows_.reserve((*program_)->rules.size() + (*program_)->quotas.size());
  reservations_.reserve((*program_)->quotas.size());
  noted_quotas_.reserve((*program_)->quotas.size());
  tool_ = &(*program_)->tools[(*program_)->other_tools];
}

ScanTarget* Machine::BeginCall(std::string_view tool) {
  // The last call's values point into its line: none is left for a tool that does not own the slot.
  MakeAbsent(slots_.data() + tool_->first_slot, tool_->slot_count);
  tool_ = &program_->Find(tool);
  MakeAbsent(slots_.data(), (*program_)->shared_slots);
  target_ = {};
  if (tool_->root == kNoNode) return nullptr;
  // A call without arguments has none of them; it is no object that is missing.
  const uint32_t root_slot = (*program_)->paths.node(tool_->root).slot;
  if (root_slot != kNoSlot) slots_[root_slot] = Value::Text(Tag::kMapSpan, "{}");
  target_.trie = &(*program_)->paths;
  target_.root = tool_->root;
  target_.slots = slots_.data();
  return &target_;
}

// A loop of its own: the machine's keeps its registers.
[[gnu::noinline]] void Machine::CopySlots(const NextPart& next) {
  const SlotCopy* copy = (*program_)->copies.data() + next.first_copy;
  for (const SlotCopy* const end = copy + next.copy_count; copy != end; ++copy) {
    slots_[copy->to] = slots_[copy->from];
  }
}

// A function of its own, likewise.
[[gnu::noinline]] void Machine::Choose(const Selection& selection) {
  const List& always = *(*program_)->constants[selection.always()].list;
  candidates_.Begin(selection);
  candidates_.Add(always.items, always.items + always.size);
  for (uint32_t i = 0; i < selection.source_count(); ++i) {
    if (!ChooseBy(selection.source(i))) return candidates_.AddAll();
  }
}

// False if the table does not say which candidates a value needs.
bool Machine::ChooseBy(const Selection::Source& source) {
  const Value& value = slots_[source.slot];
  switch (value.tag) {
    case Tag::kString:
      if (source.table_kind() == TableKind::kGlobs) {
        if (value.size > kMaxGlobTextBytes) return false;
        // Kept here: tests of globs have the cache forget it.
        fitting_ = globs_.Find(program_->glob_table(source.table), source.table, value.view());
        candidates_.Add(fitting_.data(), fitting_.data() + fitting_.size());
        return true;
      }
      if (value.size > kMaxKeyBytes) return true;
      break;
    case Tag::kNull:
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kUint:
    case Tag::kDouble:
      if (source.table_kind() != TableKind::kValues) return false;
      break;
    case Tag::kAbsent: return source.absent_chooses_none();
    default: return false;
  }
  const Value* const positions = FindKey(*(*program_)->constants[source.table].map, value);
  if (positions != nullptr) candidates_.Add(*positions);
  return true;
}

// Whether the text fits one of the list's globs: a bool, or kBudget.
[[gnu::noinline]] Value Machine::FitsGlobs(const Value& text, uint32_t list) {
  if (text.size <= kMaxGlobTextBytes) {
    return Value::Bool(!globs_.Find(program_->glob_table(list), list, text.view()).empty());
  }
  const List& globs = *(*program_)->constants[list].list;
  for (uint32_t i = 0; i < globs.size; ++i) {
    const Value arguments[] = {text, globs.items[i]};
    const Value fits = functions::GlobMatches(arguments, 2, context_);
    if (fits.is(Tag::kError) || fits.i != 0) return fits;
  }
  return Value::Bool(false);
}

namespace {

// The error scopes that are open in one run of a block.
struct Scope {
  const Instruction* handler;  // where an error goes on; null before the first Operand
  uint16_t ordinal;            // of the operand being evaluated
  uint8_t kept;                // the register that keeps the leftmost error
};

constexpr Value kAbsent{};

Value Raised(Error code, const Program& program, const Instruction* at) {
  Value error = Value::Failure(code);
  error.size = static_cast<uint32_t>(at - program.code.data());
  return error;
}

// Whether a slot holds what no instruction may take for a value.
bool IsUnreadable(const Value& value) {
  constexpr uint32_t kUnreadable =
      1u << static_cast<uint32_t>(Tag::kAbsent) | 1u << static_cast<uint32_t>(Tag::kUnsafeNumber);
  return ((kUnreadable >> static_cast<uint32_t>(value.tag)) & 1) != 0;
}

Error ErrorOfReading(const Value& value) {
  return value.is(Tag::kAbsent) ? Error::kNoSuchField : Error::kUnsafeNumber;
}

// Whether an item of the list equals `wanted`. A span is walked, not read into the arena: lists of
// calls may be long.
bool ListHolds(const Value& list, const Value& wanted, Arena& arena, bool* unsafe) {
  if (list.is(Tag::kListSpan)) {
    SpanReader reader(list.view(), arena);
    while (reader.Next()) {
      if (CondEqual(reader.Item(), wanted, true, arena, unsafe)) return true;
      if (*unsafe) return false;
    }
    return false;
  }
  for (uint32_t i = 0; i < list.list->size && !*unsafe; ++i) {
    if (CondEqual(list.list->items[i], wanted, true, arena, unsafe)) return true;
  }
  return false;
}

// The first name of the object that is none of the list, or absent. False if the budget is spent.
bool FindUnexpected(const Value& object, const Value& allowed, FunctionContext& context,
                    Value* unexpected) {
  if (!ChargeWalk(object, context)) return false;
  for (Elements elements(object, context.arena); elements.Next();) {
    const Value known = In(elements.key, allowed, context);
    if (known.is(Tag::kError)) return false;
    if (known.i == 0) {
      *unexpected = elements.key;
      return true;
    }
  }
  return true;
}

Value CallWithTwo(Function function, const Value& a, const Value& b, FunctionContext& context) {
  const Value arguments[] = {a, b};
  return function(arguments, 2, context);
}

bool Holds(Opcode op, int order) {
  switch (op) {
    case Opcode::kCondLt: return order == -1;
    case Opcode::kCondLte: return order == -1 || order == 0;
    case Opcode::kCondGt: return order == 1;
    default: return order == 0 || order == 1;
  }
}

}  // namespace

// The conditions of policies are mostly rows of tests of slots, so a block's first ones are done
// without the frame that other instructions need, and without a call.
template <bool kTraced>
Machine::End Machine::RunQuick(uint32_t block, Frame* outer, Value* result, uint32_t base) {
  const Program& program = **program_;
  const Block& code_block = program.blocks[block];
  if constexpr (kTraced) {
    tracer_->Enter(block);
    const Instruction* const first = program.code.data() + code_block.first_instruction;
    const End end = Run<true>(block, first, outer, result, base);
    tracer_->Leave(code_block.kind == BlockKind::kDecision ? nullptr : result);
    return end;
  }
  const uint32_t* const operands = program.operands.data() + code_block.first_operand;
  const Value* const slots = slots_.data();
  const Value* const constants = program.constants.data();
  const Instruction* pc = program.code.data() + code_block.first_instruction;

#define OP(name, a, b, c, d, cost, text) &&run,
#define QUICK_OP(name, a, b, c, d, cost, text) &&do_##name,
#define SIMPLE_OP(name, a, b, c, d, cost, text) &&simple,
  static const void* const kHandlers[] = {
#include "vm/opcodes.def"
  };
#undef OP
#define DISPATCH() goto* kHandlers[static_cast<size_t>(pc->op)]
#define TEST_SLOT(name)                                                                        \
  do_##name : switch (QuickTest<Opcode::k##name, kTinyText>(slots[operands[pc->b]],            \
                                                            constants[operands[pc->b + 1]])) { \
    case Quick::kTrue: pc += pc->c; DISPATCH();                                                \
    case Quick::kFalse: pc += pc->d; DISPATCH();                                               \
    case Quick::kUnsure: goto run;                                                             \
  }
  DISPATCH();
  TEST_SLOT(TestSlotEqual)
  TEST_SLOT(TestSlotLess)
  TEST_SLOT(TestSlotLessEqual)
  TEST_SLOT(TestSlotGreater)
  TEST_SLOT(TestSlotGreaterEqual)
  TEST_SLOT(TestSlotIn)
  TEST_SLOT(TestSlotStartsWith)
  TEST_SLOT(TestSlotEndsWith)
#undef TEST_SLOT
#undef DISPATCH

do_ReturnConst:
  *result = constants[operands[pc->b]];
  return End::kReturned;

simple:
  return RunSimple(block, pc, outer, result, base);

run:
  return Run<kTraced>(block, pc, outer, result, base);
}

// Likewise the conditions of version "1" policies, some of which take a call, and what ends a
// decision.
Machine::End Machine::RunSimple(uint32_t block, const Instruction* pc, Frame* outer, Value* result,
                                uint32_t base) {
  const Program& program = **program_;
  const Value* const slots = slots_.data();
  const Value* const constants = program.constants.data();
  const uint32_t* operands = program.operands.data() + program.blocks[block].first_operand;

#define OP(name, a, b, c, d, cost, text) &&run,
#define SIMPLE_OP(name, a, b, c, d, cost, text) &&do_##name,
  static const void* const kHandlers[] = {
#include "vm/opcodes.def"
  };
#undef OP
#define DISPATCH() goto* kHandlers[static_cast<size_t>(pc->op)]
#define CONDITION(name, longest)                                          \
  do_##name : switch (QuickCondition<Opcode::k##name, longest>(           \
                  slots[operands[pc->b]], constants[operands[pc->b + 1]], \
                  (pc->a & kCondAbsentIsTrue) != 0)) {                    \
    case Quick::kTrue: pc += pc->c; DISPATCH();                           \
    case Quick::kFalse: pc += pc->d; DISPATCH();                          \
    case Quick::kUnsure: goto run;                                        \
  }
  DISPATCH();
  CONDITION(CondEq, kTinyText)
  CONDITION(CondIn, kTinyText)
  CONDITION(CondContains, UINT32_MAX)
  CONDITION(CondLt, kTinyText)
  CONDITION(CondLte, kTinyText)
  CONDITION(CondGt, kTinyText)
  CONDITION(CondGte, kTinyText)
#undef CONDITION

do_CondPresent:
  pc += slots[operands[pc->b]].tag > Tag::kNull ? pc->c : pc->d;
  DISPATCH();

do_Jump:
  pc += pc->c;
  DISPATCH();

do_Chain:
  block = operands[pc->b];
  operands = program.operands.data() + program.blocks[block].first_operand;
  pc = program.code.data() + program.blocks[block].first_instruction;
  DISPATCH();

#undef DISPATCH

do_Pass:
  decided_at_ = static_cast<uint32_t>(pc - program.code.data());
  return End::kPassed;

do_Deny:
  decided_at_ = static_cast<uint32_t>(pc - program.code.data());
  denied_by_ = operands[pc->b];
  return End::kDenied;

do_DenyHidden:
  decided_at_ = static_cast<uint32_t>(pc - program.code.data());
  return End::kHidden;

do_DenyDefault:
  decided_at_ = static_cast<uint32_t>(pc - program.code.data());
  return End::kDefault;

run:
  return Run<false>(block, pc, outer, result, base);
}

template <bool kTraced>
Machine::End Machine::Run(uint32_t block, const Instruction* first, Frame* outer, Value* result,
                          uint32_t base) {
  const Program& program = **program_;
  std::array<Scope, kMaxScopes> scopes;
  size_t open_scopes = 0;

  const Block* code_block;
  const Instruction* pc;
  const uint32_t* operands;
  Frame frame;
  Value* r;
  Value error;

  // Chain comes back here with another block.
enter:
  code_block = &program.blocks[block];
  pc = first;
  operands = program.operands.data() + code_block->first_operand;
  frame = {registers_.data() + base, outer, base + code_block->registers};
  r = frame.registers;
  std::fill(r + (code_block->kind == BlockKind::kLoopBody ? kLoopParameters : 0),
            r + code_block->registers, kAbsent);

#define OP(name, a, b, c, d, cost, text) &&do_##name,
  static const void* const kHandlers[] = {
#include "vm/opcodes.def"
  };
#undef OP
#define DISPATCH()                                          \
  do {                                                      \
    if constexpr (kTraced) tracer_->Step(INSTRUCTION(), r); \
    goto* kHandlers[static_cast<size_t>(pc->op)];           \
  } while (false)
#define NEXT()  \
  do {          \
    ++pc;       \
    DISPATCH(); \
  } while (false)
#define EXIT(condition)                \
  do {                                 \
    pc += (condition) ? pc->c : pc->d; \
    DISPATCH();                        \
  } while (false)
#define RAISE(code)                    \
  do {                                 \
    error = Raised(code, program, pc); \
    goto raise;                        \
  } while (false)
// What an operation gave, in register a; an error is raised.
#define RESULT(operation)                       \
  do {                                          \
    const Value made = (operation);             \
    if (made.is(Tag::kError)) RAISE(made.code); \
    r[pc->a] = made;                            \
    NEXT();                                     \
  } while (false)
#define TEST(operation)                           \
  do {                                            \
    const Value holds = (operation);              \
    if (holds.is(Tag::kError)) RAISE(holds.code); \
    EXIT(holds.i != 0);                           \
  } while (false)
#define SLOT(index) slots_[operands[index]]
// What a slot holds is to be a value.
#define READ(value)                       \
  do {                                    \
    if (IsUnreadable(value)) [[unlikely]] \
      RAISE(ErrorOfReading(value));       \
  } while (false)
#define CONSTANT(index) program.constants[operands[index]]
#define INSTRUCTION() static_cast<uint32_t>(pc - program.code.data())

  DISPATCH();

do_Jump:
  pc += pc->c;
  DISPATCH();

do_Return:
  // Absent is no value; a memo cell that held it would be filled again and again.
  if (r[pc->a].is(Tag::kAbsent)) RAISE(Error::kInvalidArgument);
  *result = r[pc->a];
  if (result->is(Tag::kError)) return End::kRaised;
  return End::kReturned;

do_ReturnConst:
  *result = CONSTANT(pc->b);
  return End::kReturned;

do_Break:
  *result = r[pc->a];
  return End::kBroke;

do_Fail:
  RAISE(static_cast<Error>(pc->a));

do_Pass:
  decided_at_ = INSTRUCTION();
  return End::kPassed;

do_Deny:
  decided_at_ = INSTRUCTION();
  denied_by_ = operands[pc->b];
  return End::kDenied;

do_DenyHidden:
  decided_at_ = INSTRUCTION();
  return End::kHidden;

do_DenyDefault:
  decided_at_ = INSTRUCTION();
  return End::kDefault;

do_Chain:
  block = operands[pc->b];
  first = program.code.data() + program.blocks[block].first_instruction;
  goto enter;

do_Next : {
  const NextPart& next = program.next_parts[tool_->first_next + pc->b];
  CopySlots(next);
  block = next.block;
  first = program.code.data() + program.blocks[block].first_instruction;
  goto enter;
}

do_Choose:
  Choose(Selection(operands + pc->b));

do_Continue:
  block = candidates_.Next();
  first = program.code.data() + program.blocks[block].first_instruction;
  goto enter;

do_TestSlotFits : {
  const Value& text = SLOT(pc->b);
  READ(text);
  if (!text.is(Tag::kString)) RAISE(Mismatch(text).code);
  TEST(FitsGlobs(text, operands[pc->b + 1]));
}

do_Reserve:
  noted_quotas_.push_back({operands[pc->b], INSTRUCTION()});
  NEXT();

do_Shadow:
  shadows_.push_back({operands[pc->b], Code::kRule, Error::kNone, INSTRUCTION()});
  NEXT();

do_ShadowError:
  if (r[pc->a].is(Tag::kError)) {
    shadows_.push_back({operands[pc->b], ErrorCode(r[pc->a].code), r[pc->a].code, r[pc->a].size});
  }
  NEXT();

do_TestOnlyArgs : {
  const Value& object = SLOT(pc->b);
  // A call without arguments carries none too many.
  if (object.is(Tag::kAbsent)) EXIT(true);
  if (!object.is_map()) RAISE(Mismatch(object).code);
  Value unexpected;
  if (!FindUnexpected(object, CONSTANT(pc->b + 1), context_, &unexpected)) RAISE(Error::kBudget);
  if (!unexpected.is(Tag::kAbsent)) {
    unexpected_name_ = unexpected.view();
    unexpected_by_ = RuleAt(*code_block, INSTRUCTION());
  }
  EXIT(unexpected.is(Tag::kAbsent));
}

do_ScopeBegin:
  scopes[open_scopes++] = {nullptr, 0, pc->a};
  r[pc->a] = Value();
  NEXT();

do_Operand:
  if (skips_shadows_ && pc[pc->c].op == Opcode::kShadowError) [[unlikely]] {
    pc += pc->c;
    DISPATCH();
  }
  scopes[open_scopes - 1].handler = pc + pc->c;
  scopes[open_scopes - 1].ordinal = pc->b;
  NEXT();

do_ScopeEnd:
  --open_scopes;
  if (r[pc->a].is(Tag::kError)) {
    error = r[pc->a];
    goto raise;
  }
  NEXT();

do_ScopeDrop:
  --open_scopes;
  NEXT();

do_LoadConst:
  r[pc->a] = CONSTANT(pc->b);
  NEXT();

do_LoadSlot : {
  const Value& value = SLOT(pc->b);
  READ(value);
  r[pc->a] = value;
  NEXT();
}

do_Move:
  r[pc->a] = r[pc->b];
  NEXT();

do_Outer : {
  const Frame* from = &frame;
  for (uint32_t level = pc->b; level > 0; --level) from = from->outer;
  r[pc->a] = from->registers[pc->c];
  if (r[pc->a].is(Tag::kError)) {
    error = r[pc->a];
    goto raise;
  }
  NEXT();
}

do_Not:
  if (!r[pc->b].is(Tag::kBool)) RAISE(Mismatch(r[pc->b]).code);
  r[pc->a] = Value::Bool(r[pc->b].i == 0);
  NEXT();

do_Equal:
  RESULT(writ::Equal(r[pc->b], r[pc->c], context_));

do_Less:
  if (r[pc->b].is(Tag::kInt) && r[pc->c].is(Tag::kInt)) {
    r[pc->a] = Value::Bool(r[pc->b].i < r[pc->c].i);
    NEXT();
  }
  RESULT(writ::Less(r[pc->b], r[pc->c], context_));

do_LessEqual:
  if (r[pc->b].is(Tag::kInt) && r[pc->c].is(Tag::kInt)) {
    r[pc->a] = Value::Bool(r[pc->b].i <= r[pc->c].i);
    NEXT();
  }
  RESULT(writ::LessEqual(r[pc->b], r[pc->c], context_));

do_Add : {
  const Value& x = r[pc->b];
  const Value& y = r[pc->c];
  int64_t sum;
  if (x.is(Tag::kInt) && y.is(Tag::kInt) && !__builtin_add_overflow(x.i, y.i, &sum)) {
    r[pc->a] = Value::Int(sum);
    NEXT();
  }
  RESULT(writ::Add(x, y, context_));
}

do_Subtract:
  RESULT(writ::Subtract(r[pc->b], r[pc->c]));
do_Multiply:
  RESULT(writ::Multiply(r[pc->b], r[pc->c]));
do_Divide:
  RESULT(writ::Divide(r[pc->b], r[pc->c]));
do_Modulo:
  RESULT(writ::Modulo(r[pc->b], r[pc->c]));
do_Negate:
  RESULT(writ::Negate(r[pc->b]));

do_Size:
  RESULT(functions::Size(&r[pc->b], 1, context_));
do_Select:
  RESULT(writ::Select(r[pc->b], CONSTANT(pc->c), context_));
do_OptionalSelect:
  RESULT(writ::OptionalSelect(r[pc->b], CONSTANT(pc->c), context_));
do_Has:
  RESULT(writ::Has(r[pc->b], CONSTANT(pc->c), context_));
do_Index:
  RESULT(writ::Index(r[pc->b], r[pc->c], context_));
do_OptionalIndex:
  RESULT(writ::OptionalIndex(r[pc->b], r[pc->c], context_));
do_In:
  RESULT(writ::In(r[pc->b], r[pc->c], context_));

do_Append:
  RESULT(writ::Append(r[pc->b], r[pc->c], context_));
do_AppendOptional:
  RESULT(writ::AppendOptional(r[pc->b], r[pc->c], context_));
do_Insert:
  RESULT(writ::Insert(r[pc->b], r[pc->c], r[pc->d], context_));
do_InsertOptional:
  RESULT(writ::InsertOptional(r[pc->b], r[pc->c], r[pc->d], context_));
do_InsertAll:
  RESULT(writ::InsertAll(r[pc->b], r[pc->c], context_));

do_Call : {
  const Value* const arguments = r + pc->c;
  // An argument is read: functions are not asked about errors and what is not to be read.
  for (uint32_t i = 0; i < pc->d; ++i) {
    if (!IsValue(arguments[i]) || arguments[i].is(Tag::kUnsafeNumber)) {
      RAISE(Mismatch(arguments[i]).code);
    }
  }
  RESULT(writ::Info(static_cast<FunctionId>(pc->b)).run(arguments, pc->d, context_));
}

do_OptionalNone:
  r[pc->a] = Value::Optional(nullptr);
  NEXT();

do_OptionalOf:
  if (!IsValue(r[pc->b])) RAISE(Mismatch(r[pc->b]).code);
  if (!context_.HasRoom(sizeof(Value))) RAISE(Error::kBudget);
  r[pc->a] = Value::Optional(arena_.New(r[pc->b]));
  NEXT();

do_OptionalValue : {
  const Value optional = r[pc->b];
  if (!optional.is(Tag::kOptional)) RAISE(Mismatch(optional).code);
  if (optional.optional == nullptr) RAISE(Error::kOptionalNone);
  r[pc->a] = *optional.optional;
  NEXT();
}

do_Force : {
  const uint32_t forced = operands[pc->b];
  if (memo_[forced].is(Tag::kAbsent)) {
    memo_[forced] = RunValue<kTraced>(forced, nullptr, frame.base);
    forced_.push_back(forced);
  }
  r[pc->a] = memo_[forced];
  if (r[pc->a].is(Tag::kError)) {
    error = r[pc->a];
    goto raise;
  }
  NEXT();
}

do_Bind : {
  Frame* keeper = &frame;
  for (uint32_t level = pc->d; level > 0; --level) keeper = keeper->outer;
  Value& kept = keeper->registers[pc->c];
  if (kept.is(Tag::kAbsent)) {
    // Each frame has cells of its own, so bound blocks can multiply as loops do.
    if (!context_.Charge(program_->run_cost(operands[pc->b]))) RAISE(Error::kBudget);
    kept = RunValue<kTraced>(operands[pc->b], keeper, frame.base);
  }
  r[pc->a] = kept;
  if (kept.is(Tag::kError)) {
    error = kept;
    goto raise;
  }
  NEXT();
}

do_Loop : {
  const Value& range = r[pc->c];
  if (!range.is_list() && !range.is_map()) RAISE(Mismatch(range).code);
  Value end = r[pc->a];
  RunLoop<kTraced>(*pc, operands[pc->b], frame, &end);
  r[pc->a] = end;
  if (end.is(Tag::kError)) {
    error = end;
    goto raise;
  }
  NEXT();
}

do_TestTrue : {
  const Value& value = r[pc->a];
  if (value.is(Tag::kError)) {
    error = value;
    goto raise;
  }
  if (!value.is(Tag::kBool)) RAISE(Mismatch(value).code);
  EXIT(value.i != 0);
}

do_TestEqual:
  TEST(writ::Equal(r[pc->a], r[pc->b], context_));

do_TestLess:
  if (r[pc->a].is(Tag::kInt) && r[pc->b].is(Tag::kInt)) EXIT(r[pc->a].i < r[pc->b].i);
  TEST(writ::Less(r[pc->a], r[pc->b], context_));

do_TestLessEqual:
  if (r[pc->a].is(Tag::kInt) && r[pc->b].is(Tag::kInt)) EXIT(r[pc->a].i <= r[pc->b].i);
  TEST(writ::LessEqual(r[pc->a], r[pc->b], context_));

do_TestIn:
  TEST(writ::In(r[pc->a], r[pc->b], context_));

do_TestMatches : {
  const Value& text = r[pc->a];
  if (!text.is(Tag::kString)) RAISE(Mismatch(text).code);
  TEST(FindPattern(program_->pattern(operands[pc->b]), text.view(), context_));
}

do_TestPresent:
  EXIT(!SLOT(pc->b).is(Tag::kAbsent));

do_TestHasValue:
  if (!r[pc->a].is(Tag::kOptional)) RAISE(Mismatch(r[pc->a]).code);
  EXIT(r[pc->a].optional != nullptr);

do_CondPresent : {
  const Tag tag = SLOT(pc->b).tag;
  EXIT(tag != Tag::kAbsent && tag != Tag::kNull);
}

do_CondEq : {
  const Value& actual = SLOT(pc->b);
  const Value& wanted = CONSTANT(pc->b + 1);
  // Text against text, the most common condition of all.
  if (actual.is(Tag::kString) && wanted.is(Tag::kString)) {
    EXIT(SameText(actual.view(), wanted.view()));
  }
  if (actual.is(Tag::kAbsent)) EXIT((pc->a & kCondAbsentIsTrue) != 0);
  bool unsafe = false;
  const bool equal = CondEqual(actual, wanted, (pc->a & kCondCounter) == 0, arena_, &unsafe);
  if (unsafe) RAISE(Error::kUnsafeNumber);
  EXIT(equal);
}

do_CondIn : {
  const Value& actual = SLOT(pc->b);
  if (actual.is(Tag::kAbsent)) EXIT((pc->a & kCondAbsentIsTrue) != 0);
  const List& wanted = *CONSTANT(pc->b + 1).list;
  bool found = false;
  bool unsafe = actual.is(Tag::kUnsafeNumber);
  for (uint32_t i = 0; i < wanted.size && !found && !unsafe; ++i) {
    const Value& item = wanted.items[i];
    found = actual.is(Tag::kString) && item.is(Tag::kString)
                ? SameText(actual.view(), item.view())
                : CondEqual(actual, item, (pc->a & kCondCounter) == 0, arena_, &unsafe);
  }
  if (unsafe) RAISE(Error::kUnsafeNumber);
  EXIT(found);
}

do_CondContains : {
  const Value& actual = SLOT(pc->b);
  const Value& wanted = CONSTANT(pc->b + 1);
  if (actual.is(Tag::kString)) {
    EXIT(wanted.is(Tag::kString) && actual.view().find(wanted.view()) != std::string_view::npos);
  }
  if (!actual.is_list()) {
    if (actual.is(Tag::kUnsafeNumber)) RAISE(Error::kUnsafeNumber);
    EXIT(actual.is(Tag::kAbsent) && (pc->a & kCondAbsentIsTrue) != 0);
  }
  bool unsafe = false;
  const bool found = ListHolds(actual, wanted, arena_, &unsafe);
  if (unsafe) RAISE(Error::kUnsafeNumber);
  EXIT(found);
}

do_CondLt:
do_CondLte:
do_CondGt:
do_CondGte : {
  const Value& actual = SLOT(pc->b);
  if (!actual.is_number()) {
    if (actual.is(Tag::kUnsafeNumber)) RAISE(Error::kUnsafeNumber);
    EXIT(actual.is(Tag::kAbsent) && (pc->a & kCondAbsentIsTrue) != 0);
  }
  const Value& limit = CONSTANT(pc->b + 1);
  const int order = actual.is(Tag::kInt) && limit.is(Tag::kInt)
                        ? (actual.i > limit.i) - (actual.i < limit.i)
                        : CompareNumbers(actual, limit);
  EXIT(Holds(pc->op, order));
}

do_CondRegex : {
  const Value& actual = SLOT(pc->b);
  if (!actual.is(Tag::kString)) {
    EXIT(actual.is(Tag::kAbsent) && (pc->a & kCondAbsentIsTrue) != 0);
  }
  TEST(FindPattern(program_->pattern(operands[pc->b + 1]), actual.view(), context_));
}

// What is common is decided at once. The rest is what LoadSlot, LoadConst and the test would say.
#define TEST_SLOT(name, operation)                                              \
  do_##name : {                                                                 \
    const Value& actual = SLOT(pc->b);                                          \
    const Value& wanted = CONSTANT(pc->b + 1);                                  \
    const Quick quick = QuickTest<Opcode::k##name, kShortText>(actual, wanted); \
    if (quick != Quick::kUnsure) EXIT(quick == Quick::kTrue);                   \
    READ(actual);                                                               \
    TEST(operation);                                                            \
  }
  TEST_SLOT(TestSlotEqual, writ::Equal(actual, wanted, context_))
  TEST_SLOT(TestSlotLess, writ::Less(actual, wanted, context_))
  TEST_SLOT(TestSlotLessEqual, writ::LessEqual(actual, wanted, context_))
  TEST_SLOT(TestSlotGreater, writ::Less(wanted, actual, context_))
  TEST_SLOT(TestSlotGreaterEqual, writ::LessEqual(wanted, actual, context_))
  TEST_SLOT(TestSlotIn, writ::In(actual, wanted, context_))
  TEST_SLOT(TestSlotStartsWith, CallWithTwo(functions::StartsWith, actual, wanted, context_))
  TEST_SLOT(TestSlotEndsWith, CallWithTwo(functions::EndsWith, actual, wanted, context_))
  TEST_SLOT(TestSlotContains, CallWithTwo(functions::Contains, actual, wanted, context_))
#undef TEST_SLOT

do_TestSlotMatches : {
  const Value& text = SLOT(pc->b);
  READ(text);
  if (!text.is(Tag::kString)) RAISE(Mismatch(text).code);
  TEST(FindPattern(program_->pattern(operands[pc->b + 1]), text.view(), context_));
}

raise:
  // What fails on the fast path is done again on the slow one. A spent budget is nobody's to
  // recover from.
  if (error.code != Error::kBudget) {
    if (const Recovery* const recovery = program.RecoveryOf(INSTRUCTION()); recovery != nullptr) {
      if constexpr (kTraced) {
        tracer_->Raise(INSTRUCTION(), error.code, recovery->handler, true);
      }
      pc = program.code.data() + recovery->handler;
      DISPATCH();
    }
  }
  // The innermost scope that still has somewhere to go on takes the error; a handler at or before
  // the instruction belongs to an operand that is done. A spent budget is nobody's to absorb.
  while (open_scopes > 0 && error.code != Error::kBudget) {
    const Scope& scope = scopes[open_scopes - 1];
    if (scope.handler > pc) {
      Value& kept = r[scope.kept];
      if (!kept.is(Tag::kError) || scope.ordinal < kept.reserved) {
        kept = error;
        kept.reserved = scope.ordinal;
      }
      if constexpr (kTraced) {
        const auto handler = static_cast<uint32_t>(scope.handler - program.code.data());
        tracer_->Raise(INSTRUCTION(), error.code, handler, false);
      }
      pc = scope.handler;
      DISPATCH();
    }
    --open_scopes;
  }
  if constexpr (kTraced) tracer_->Raise(INSTRUCTION(), error.code, kNowhere, false);
  decided_at_ = INSTRUCTION();
  decided_in_ = code_block;
  *result = error;
  return End::kRaised;

#undef READ
#undef DISPATCH
#undef NEXT
#undef EXIT
#undef RAISE
#undef RESULT
#undef TEST
#undef SLOT
#undef CONSTANT
#undef INSTRUCTION
}

template <bool kTraced>
Value Machine::RunValue(uint32_t block, Frame* outer, uint32_t base) {
  Value result;
  RunQuick<kTraced>(block, outer, &result, base);
  return result;
}

// REQUIRES: the range is a list or a map.
template <bool kTraced>
void Machine::RunLoop(const Instruction& at, uint32_t body, Frame& frame, Value* accumulator) {
  const Value range = frame.registers[at.c];
  const bool over_map = range.is_map();
  const bool go_on_after_error = (at.d & kLoopKeepsErrors) != 0;
  const bool key_first = over_map || (at.d & kLoopTwoVariables) != 0;
  const uint64_t cost = program_->run_cost(body);
  const Instruction* const first =
      (*program_)->code.data() + (*program_)->blocks[body].first_instruction;
  const auto over_budget = [&] { *accumulator = Raised(Error::kBudget, **program_, &at); };
  if (!ChargeWalk(range, context_)) return over_budget();
  Elements elements(range, arena_);
  for (int64_t index = 0; elements.Next(); ++index) {
    if (!context_.Charge(cost)) return over_budget();
    const Value key = over_map ? elements.key : Value::Int(index);
    Value* const parameters = registers_.data() + frame.base;
    parameters[0] = *accumulator;
    parameters[1] = key_first ? key : elements.value;
    parameters[2] = key_first ? elements.value : key;
    if constexpr (kTraced) tracer_->Enter(body);
    const End end = Run<kTraced>(body, first, &frame, accumulator, frame.base);
    if constexpr (kTraced) tracer_->Leave(accumulator);
    if (end == End::kBroke) return;
    if (end == End::kRaised && (!go_on_after_error || accumulator->code == Error::kBudget)) return;
  }
}

void Machine::Forget() {
  for (const uint32_t forced : forced_) memo_[forced] = Value();
  forced_.clear();
}

Value Machine::Evaluate(uint32_t block) {
  StartOver();
  return EvaluateAlso(block);
}

Value Machine::EvaluateAlso(uint32_t block) {
  return tracer_ == nullptr ? RunValue<false>(block, nullptr, 0)
                            : RunValue<true>(block, nullptr, 0);
}

template Machine::End Machine::RunQuick<false>(uint32_t, Frame*, Value*, uint32_t);
template Machine::End Machine::RunQuick<true>(uint32_t, Frame*, Value*, uint32_t);

}  // namespace writ
