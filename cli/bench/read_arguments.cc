// From code to the arguments it reads: the blocks of a tool, top to bottom, with a note for each
// register of where its value comes from.
// Tested by tests/cli/bench_calls_test.cc.
#include "cli/bench/read_arguments.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include <re2/re2.h>

#include "cli/bench/pattern_sample.h"
#include "vm/functions/function.h"
#include "vm/selection.h"

namespace writ {
namespace {

// Instructions of one tool that are looked at; a block that several run is looked at for each.
constexpr size_t kMaxSteps = 200'000;
// Entries of a constant map that are tried.
constexpr uint32_t kMaxEntries = 6;
constexpr size_t kMaxPatternBytes = 64;  // of a text that fits

// Where a value comes from.
struct Origin {
  enum class Kind : uint8_t { kUnknown, kArgument, kListOf, kSizeOf, kConstant, kEntriesOf };
  Kind kind = Kind::kUnknown;
  ArgumentId argument = kNoArgument;  // of kArgument, kListOf, kSizeOf
  const Value* constant = nullptr;    // of kConstant, and the map of kEntriesOf

  static Origin Of(ArgumentId argument) {
    return {argument == kNoArgument ? Kind::kUnknown : Kind::kArgument, argument, nullptr};
  }
  static Origin Of(const Value& constant) { return {Kind::kConstant, kNoArgument, &constant}; }
  bool is(Kind k) const { return kind == k; }
};

struct Frame {
  std::vector<Origin> registers;
  Frame* outer = nullptr;
};

std::string AddressText(const Value& value) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(value.size == 4 ? AF_INET : AF_INET6, value.text, text, sizeof text);
  return text;
}

class CodeReader {
 public:
  explicit CodeReader(const VerifiedProgram& verified)
      : verified_(verified), program_(*verified), slots_(program_.slot_names.size(), kNoArgument) {
    tool_name_ = tree_.Apart();
    for (const FactSlot& fact : program_.facts) {
      if (fact.fact == Fact::kToolName) slots_[fact.slot] = tool_name_;
    }
  }

  void Read(const ToolEntry& tool) {
    if (tool.root != kNoNode) NameSlots(tool);
    for (uint32_t i = 0; i < tool.next_count; ++i) {
      const NextPart& next = program_.next_parts[tool.first_next + i];
      for (uint32_t c = next.first_copy; c < next.first_copy + next.copy_count; ++c) {
        slots_[program_.copies[c].to] = slots_[program_.copies[c].from];
      }
    }
    Decide(tool.block);
    for (uint32_t i = 0; i < tool.next_count; ++i) {
      Decide(program_.next_parts[tool.first_next + i].block);
    }
  }

  ArgumentTree& tree() { return tree_; }
  ArgumentId tool_name() const { return tool_name_; }

 private:
  using Kind = Origin::Kind;

  // From the trie: an edge is a name.
  void NameSlots(const ToolEntry& tool) {
    std::vector<std::pair<uint32_t, ArgumentId>> open = {{tool.root, kAllArguments}};
    while (!open.empty()) {
      const auto [number, argument] = open.back();
      open.pop_back();
      const PathNode& node = program_.paths.node(number);
      if (node.slot != kNoSlot) {
        slots_[node.slot] = argument;
        if (node.reads_value) tree_.MarkRead(argument);
      }
      for (uint32_t e = node.first_edge; e < node.first_edge + node.edge_count; ++e) {
        const PathEdge& edge = program_.paths.edge(e);
        const ArgumentId member = tree_.Member(argument, edge.name);
        if (member == kNoArgument) continue;
        tree_.AddKinds(argument, kObjectKind);
        open.emplace_back(edge.child, member);
      }
    }
  }

  // A decision block and those it goes on in.
  void Decide(uint32_t block) {
    GoOnIn(block);
    while (!open_.empty()) {
      Frame frame;
      const uint32_t next = open_.back();
      open_.pop_back();
      Walk(next, frame);
    }
  }

  void GoOnIn(uint32_t block) {
    if (decided_.insert(block).second) open_.push_back(block);
  }

  uint32_t Operand(const Block& block, uint32_t i) const {
    return program_.operands[block.first_operand + i];
  }

  // A block that stands alone: its value's origin.
  Origin Force(uint32_t block) {
    const auto [found, is_new] = forced_.try_emplace(block);
    if (is_new) {
      Frame frame;
      const Origin made = Walk(block, frame);
      forced_[block] = made;
      return made;
    }
    return found->second;
  }

  Origin Walk(uint32_t number, Frame& frame) {
    const Block& block = program_.blocks[number];
    frame.registers.resize(block.registers);
    Origin returned;
    for (uint32_t i = 0; i < block.instruction_count && steps_ < kMaxSteps; ++i, ++steps_) {
      const Instruction& at = program_.code[block.first_instruction + i];
      const Origin made = Step(block, at, frame, returned);
      if (Info(at.op).a == OperandClass::kDst) frame.registers[at.a] = made;
    }
    return returned;
  }

  // What the instruction's result comes from.
  Origin Step(const Block& block, const Instruction& at, Frame& frame, Origin& returned) {
    const OpcodeInfo& info = Info(at.op);
    std::vector<Origin>& r = frame.registers;
    switch (at.op) {
      case Opcode::kReturn:
        if (returned.is(Kind::kUnknown)) returned = r[at.a];
        return {};
      case Opcode::kChain: GoOnIn(Operand(block, at.b)); return {};
      case Opcode::kChoose: Choose(SelectionOf(program_, block, at)); return {};
      case Opcode::kTestSlotFits:
        TryGlobs(slots_[Operand(block, at.b)], program_.constants[Operand(block, at.b + 1u)]);
        return {};
      case Opcode::kLoadConst: return Origin::Of(program_.constants[Operand(block, at.b)]);
      case Opcode::kLoadSlot: return Origin::Of(slots_[Operand(block, at.b)]);
      case Opcode::kMove:
      case Opcode::kNot:
      case Opcode::kOptionalOf:
      case Opcode::kOptionalValue:
      case Opcode::kNegate: return r[at.b];
      case Opcode::kOuter: {
        const Frame* const from = Around(frame, at.b);
        return from != nullptr && at.c < from->registers.size() ? from->registers[at.c] : Origin();
      }
      case Opcode::kForce: return Force(Operand(block, at.b));
      case Opcode::kBind: {
        Frame inner{{}, Around(frame, at.d)};
        return Walk(Operand(block, at.b), inner);
      }
      case Opcode::kLoop: return Loop(block, at, frame);
      case Opcode::kAppend: return ListOf(r[at.c], r[at.b]);
      case Opcode::kSize: return SizeOf(r[at.b]);
      case Opcode::kSelect:
      case Opcode::kOptionalSelect:
      case Opcode::kHas: return MemberOf(r[at.b], program_.constants[Operand(block, at.c)]);
      case Opcode::kIndex:
      case Opcode::kOptionalIndex: return ItemOf(r[at.b], r[at.c]);
      case Opcode::kEqual:
      case Opcode::kLess:
      case Opcode::kLessEqual:
      case Opcode::kIn: Compare(r[at.b], r[at.c]); return {};
      case Opcode::kTestEqual:
      case Opcode::kTestLess:
      case Opcode::kTestLessEqual:
      case Opcode::kTestIn: Compare(r[at.a], r[at.b]); return {};
      case Opcode::kTestTrue:
        if (r[at.a].is(Kind::kArgument)) AddIfBare(r[at.a].argument);
        return {};
      case Opcode::kTestMatches: TryPattern(r[at.a], Operand(block, at.b)); return {};
      case Opcode::kAdd:
      case Opcode::kSubtract:
      case Opcode::kMultiply:
      case Opcode::kDivide:
      case Opcode::kModulo: return r[at.b].is(Kind::kArgument) ? r[at.b] : r[at.c];
      case Opcode::kCall: return Call(at, frame);
      case Opcode::kReserve: Reserve(program_.quotas[Operand(block, at.b)]); return {};
      default: break;
    }
    // Tests of a slot, whichever they are.
    if (info.b == OperandClass::kSlotConst) {
      Compare(Origin::Of(slots_[Operand(block, at.b)]),
              Origin::Of(program_.constants[Operand(block, at.b + 1u)]));
    } else if (info.b == OperandClass::kSlotPattern) {
      TryPattern(Origin::Of(slots_[Operand(block, at.b)]), Operand(block, at.b + 1u));
    }
    return {};
  }

  // The frame so many levels out.
  static Frame* Around(Frame& frame, uint32_t levels) {
    Frame* around = &frame;
    for (; levels > 0 && around != nullptr; --levels) around = around->outer;
    return around;
  }

  void Reserve(const Quota& quota) {
    if (quota.amount_slot != kNoSlot) TryAmount(slots_[quota.amount_slot]);
    if (quota.limit_block != kNoBlock) Force(quota.limit_block);
    if (quota.key_block != kNoBlock) Force(quota.key_block);
    if (quota.amount_block == kNoBlock) return;
    const Origin amount = Force(quota.amount_block);
    if (amount.is(Kind::kArgument)) TryAmount(amount.argument);
  }

  void TryAmount(ArgumentId argument) {
    tree_.AddKinds(argument, kNumberKind);
    for (const char* amount : {"1", "25", "-1"}) tree_.AddJson(argument, amount);
  }

  Origin Loop(const Block& block, const Instruction& at, Frame& frame) {
    const Origin over = frame.registers[at.c];
    const Block& body = program_.blocks[Operand(block, at.b)];
    Frame inner{std::vector<Origin>(std::max<size_t>(body.registers, 3)), &frame};
    if (over.is(Kind::kArgument)) {
      tree_.AddKinds(over.argument, kListKind);
      const Origin element = Origin::Of(tree_.Element(over.argument));
      inner.registers[(at.d & kLoopTwoVariables) != 0 ? 2 : 1] = element;
    } else if (over.is(Kind::kListOf)) {
      inner.registers[1] = inner.registers[2] = Origin::Of(over.argument);
    } else if (over.is(Kind::kConstant)) {
      // What its elements are compared with is compared with one of them.
      inner.registers[1] = over;
      inner.registers[2] = over;
    }
    // map and filter make a list.
    const Origin made = Walk(Operand(block, at.b), inner);
    return made.is(Kind::kListOf) ? made : over;
  }

  static Origin ListOf(const Origin& element, const Origin& list) {
    if (!element.is(Kind::kArgument)) return list;
    return {Kind::kListOf, element.argument, nullptr};
  }

  Origin SizeOf(const Origin& origin) const {
    if (!origin.is(Kind::kArgument)) return {};
    return {Kind::kSizeOf, origin.argument, nullptr};
  }

  Origin MemberOf(const Origin& origin, const Value& name) {
    if (!origin.is(Kind::kArgument) || !name.is(Tag::kString)) return {};
    tree_.AddKinds(origin.argument, kObjectKind);
    return Origin::Of(tree_.Member(origin.argument, name.view()));
  }

  Origin ItemOf(const Origin& container, const Origin& at) {
    if (container.is(Kind::kConstant)) {
      if (at.is(Kind::kArgument)) tree_.AddAround(at.argument, *container.constant);
      if (!container.constant->is(Tag::kMap)) return {};
      return {Kind::kEntriesOf, kNoArgument, container.constant};
    }
    if (container.is(Kind::kListOf)) return Origin::Of(container.argument);
    if (!container.is(Kind::kArgument)) return {};
    if (at.is(Kind::kConstant) && at.constant->is(Tag::kString)) {
      return MemberOf(container, *at.constant);
    }
    tree_.AddKinds(container.argument, kListKind);
    return Origin::Of(tree_.Element(container.argument));
  }

  void Compare(const Origin& a, const Origin& b) {
    CompareWith(a, b);
    CompareWith(b, a);
  }

  void CompareWith(const Origin& argument, const Origin& other) {
    if (argument.is(Kind::kSizeOf) && other.is(Kind::kConstant)) {
      if (other.constant->is(Tag::kInt)) {
        tree_.AddLengthsAround(argument.argument, other.constant->i);
      }
    }
    if (!argument.is(Kind::kArgument)) return;
    if (other.is(Kind::kConstant)) TryAround(argument.argument, *other.constant);
    if (!other.is(Kind::kEntriesOf)) return;
    const Map& map = *other.constant->map;
    for (uint32_t i = 0; i < std::min(map.size, kMaxEntries); ++i) {
      tree_.AddAround(argument.argument, map.entries[i].value);
    }
  }

  void TryAround(ArgumentId argument, const Value& constant) {
    if (argument != tool_name_ || !constant.is(Tag::kString)) {
      return tree_.AddAround(argument, constant);
    }
    // Names of tools are no paths; one may begin with it.
    tree_.AddText(argument, constant.view());
    tree_.AddText(argument, fmt::format("{}a", constant.view()));
  }

  // It is a bool, unless something else is known of it.
  void AddIfBare(ArgumentId argument) {
    if (tree_.at(argument).kinds != 0) return;
    tree_.AddAround(argument, Value::Bool(true));
  }

  void TryPattern(const Origin& origin, uint32_t pattern) {
    if (!origin.is(Kind::kArgument)) return;
    TryPatternText(origin.argument, program_.patterns[pattern]);
    // Where a pattern begins at the text's start, the least text is mostly one that fits.
    std::string least;
    std::string most;
    if (verified_.pattern(pattern).PossibleMatchRange(&least, &most, kMaxPatternBytes)) {
      tree_.AddText(origin.argument, least);
    }
  }

  void TryPatternText(ArgumentId argument, std::string_view pattern) {
    tree_.AddKinds(argument, kTextKind);
    for (const std::string& sample : PatternSamples(pattern)) {
      tree_.AddText(argument, sample);
      tree_.AddText(argument, sample + " a");
    }
  }

  Origin Call(const Instruction& at, Frame& frame) {
    const auto function = static_cast<FunctionId>(at.b);
    Origin first;
    for (uint32_t i = at.c; i < uint32_t{at.c} + at.d; ++i) {
      const Origin& argument = frame.registers[i];
      if (!argument.is(Kind::kArgument)) continue;
      if (first.is(Kind::kUnknown)) first = argument;
      TryTextsFor(function, argument.argument);
      for (uint32_t o = at.c; o < uint32_t{at.c} + at.d; ++o) {
        if (o != i) CallWith(function, argument.argument, frame.registers[o]);
      }
    }
    return function == FunctionId::kSize ? SizeOf(first) : first;
  }

  void CallWith(FunctionId function, ArgumentId argument, const Origin& other) {
    if (!other.is(Kind::kConstant)) return;
    const Value& constant = *other.constant;
    if (!constant.is(Tag::kList)) return CallWithConstant(function, argument, constant);
    for (uint32_t i = 0; i < std::min(constant.list->size, kMaxEntries); ++i) {
      CallWithConstant(function, argument, constant.list->items[i]);
    }
  }

  void CallWithConstant(FunctionId function, ArgumentId argument, const Value& constant) {
    if (constant.is(Tag::kCidr) || constant.is(Tag::kIp)) {
      return tree_.AddText(argument, AddressText(constant));
    }
    if (!constant.is(Tag::kString)) return tree_.AddAround(argument, constant);
    const std::string_view text = constant.view();
    if (argument == tool_name_ && function != FunctionId::kGlobMatches) {
      return TryAround(argument, constant);
    }
    switch (function) {
      case FunctionId::kGlobMatches: return TryGlob(argument, text);
      case FunctionId::kMatches:
      case FunctionId::kRegexExtract: return TryPatternText(argument, text);
      case FunctionId::kPathWithin:
        tree_.AddText(argument, fmt::format("{}/a/../../b", text));
        break;
      case FunctionId::kDomainWithin:
        tree_.AddText(argument, fmt::format("https://{}/a", text));
        break;
      default: break;
    }
    tree_.AddAroundText(argument, text);
  }

  // Values by which rules are chosen, and those rules.
  void Choose(const Selection& selection) {
    for (uint32_t i = 0; i < selection.source_count(); ++i) {
      const Selection::Source source = selection.source(i);
      const Value& table = program_.constants[source.table];
      if (source.table_kind() == TableKind::kGlobs) {
        TryGlobs(slots_[source.slot], table);
      } else {
        Compare(Origin::Of(slots_[source.slot]), Origin::Of(table));
      }
    }
    selection.ForEachBlock([this](uint32_t block) { GoOnIn(block); });
  }

  // Of a list, or of a map's keys.
  void TryGlobs(ArgumentId argument, const Value& globs) {
    const uint32_t size = globs.is(Tag::kMap) ? globs.map->size : globs.list->size;
    for (uint32_t i = 0; i < size; ++i) {
      TryGlob(argument,
              (globs.is(Tag::kMap) ? globs.map->entries[i].key : globs.list->items[i]).view());
    }
  }

  void TryGlob(ArgumentId argument, std::string_view glob) {
    std::string fits;
    for (const char c : glob) fits += c == '*' ? 'a' : c;
    tree_.AddKinds(argument, kTextKind);
    tree_.AddText(argument, fits);
  }

  // Texts without which the function has no value.
  void TryTextsFor(FunctionId function, ArgumentId argument) {
    if (argument == tool_name_) return;
    const auto add = [&](std::initializer_list<std::string_view> texts) {
      tree_.AddKinds(argument, kTextKind);
      for (const std::string_view text : texts) tree_.AddText(argument, text);
    };
    switch (function) {
      case FunctionId::kToTimestamp:
        return add({"2026-03-02T09:30:00Z", "2019-12-31T23:59:60Z", "1999-01-01T00:00:00+02:00"});
      case FunctionId::kToDuration: return add({"90s", "36h", "-1ms"});
      case FunctionId::kIp:
      case FunctionId::kIsIp: return add({"10.0.0.1", "203.0.113.7", "::1"});
      case FunctionId::kCidr:
      case FunctionId::kIsCidr: return add({"10.0.0.0/8", "2001:db8::/32"});
      case FunctionId::kUrl:
      case FunctionId::kIsUrl:
        return add({"https://example.com/a?b=c", "http://10.0.0.1:8080/", "/a/b"});
      case FunctionId::kPathNormalize:
      case FunctionId::kPathWithin: return add({"/a/b/c.txt", "a/../b"});
      case FunctionId::kDomainWithin: return add({"example.com"});
      case FunctionId::kJsonDecode: return add({"{\"a\":1}", "[1,2]"});
      case FunctionId::kSize:
      case FunctionId::kToString: return;
      case FunctionId::kContains:
      case FunctionId::kStartsWith:
      case FunctionId::kEndsWith:
      case FunctionId::kMatches:
      case FunctionId::kLowerAscii:
      case FunctionId::kUpperAscii:
      case FunctionId::kTrim:
      case FunctionId::kSplit: return add({"a"});
      default: return;
    }
  }

  const VerifiedProgram& verified_;
  const Program& program_;
  ArgumentTree tree_;
  ArgumentId tool_name_;
  std::vector<ArgumentId> slots_;  // what fills them
  std::map<uint32_t, Origin> forced_;
  std::set<uint32_t> decided_;  // decision blocks that were seen
  std::vector<uint32_t> open_;  // those of them that are to be looked through
  size_t steps_ = 0;
};

}  // namespace

ArgumentTree ReadArguments(const VerifiedProgram& program, const ToolEntry& tool) {
  CodeReader reader(program);
  reader.Read(tool);
  return std::move(reader.tree());
}

std::vector<std::string> ReadToolNames(const VerifiedProgram& program) {
  CodeReader reader(program);
  reader.Read(program->tools[program->other_tools]);
  return reader.tree().at(reader.tool_name()).values;
}

}  // namespace writ
