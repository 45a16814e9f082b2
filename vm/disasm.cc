// The disassembler.
// Tested by tests/vm/disasm_test.cc.
#include "vm/disasm.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "vm/functions/function.h"
#include "vm/json_text.h"
#include "vm/selection.h"
#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ {
namespace {

std::string_view KindName(BlockKind kind) {
  switch (kind) {
    case BlockKind::kDecision: return "decision";
    case BlockKind::kValue: return "value";
    case BlockKind::kLoopBody: return "loop body";
  }
  return "?";
}

// What stands between a slot and its constant, as people write it.
std::string_view Infix(Opcode op) {
  switch (op) {
    case Opcode::kCondEq:
    case Opcode::kTestSlotEqual: return "==";
    case Opcode::kCondIn:
    case Opcode::kTestSlotIn: return "in";
    case Opcode::kCondContains:
    case Opcode::kTestSlotContains: return "contains";
    case Opcode::kCondLt:
    case Opcode::kTestSlotLess: return "<";
    case Opcode::kCondLte:
    case Opcode::kTestSlotLessEqual: return "<=";
    case Opcode::kCondGt:
    case Opcode::kTestSlotGreater: return ">";
    case Opcode::kCondGte:
    case Opcode::kTestSlotGreaterEqual: return ">=";
    case Opcode::kCondRegex:
    case Opcode::kTestSlotMatches: return "~";
    case Opcode::kTestSlotStartsWith: return "starts with";
    case Opcode::kTestSlotEndsWith: return "ends with";
    case Opcode::kTestOnlyArgs: return "only";
    case Opcode::kTestSlotFits: return "fits one of";
    default: return ",";
  }
}

// Bundles are from anybody, and so are the names in them: each stays on its line, acts on no
// terminal and turns nothing around, so that no part of a listing passes for another.
// It is cut: it stands beside each instruction that means it.
constexpr size_t kMaxNameBytes = 1000;

std::string_view Ellipsis(std::string_view text, size_t most) {
  return text.size() > most ? "…" : "";
}

std::string Name(std::string_view text) {
  return fmt::format("{}{}", EscapeUnseen(CutToBytes(text, kMaxNameBytes)),
                     Ellipsis(text, kMaxNameBytes));
}

std::string Quoted(std::string_view text) {
  return fmt::format("{}{}", EscapeUnseen(JsonQuote(CutToBytes(text, kMaxNameBytes))),
                     Ellipsis(text, kMaxNameBytes));
}

class Disassembler {
 public:
  explicit Disassembler(const Program& program, const SourceLines& lines = {})
      : program_(program), lines_(lines) {}

  std::string Run() {
    for (const auto& [name, entry] : program_.tool_index) Tool("tool " + Quoted(name), entry);
    Tool("other tools", program_.other_tools);
    for (size_t i = 0; i < program_.blocks.size(); ++i) ShowBlock(i);
    return std::move(out_);
  }

 private:
  void Tool(const std::string& label, uint32_t entry) {
    if (entry >= program_.tools.size()) {
      out_ += fmt::format("{}: no entry {}\n", label, entry);
      return;
    }
    const ToolEntry& tool = program_.tools[entry];
    out_ += fmt::format("{}: block {}", label, tool.block);
    for (uint32_t i = 0; i < tool.next_count; ++i) {
      const size_t part = size_t{tool.first_next} + i;
      out_ += part < program_.next_parts.size()
                  ? fmt::format(", then block {}", program_.next_parts[part].block)
                  : fmt::format(", then part {}?", part);
    }
    out_ += '\n';
  }

  void ShowBlock(size_t number) {
    block_ = &program_.blocks[number];
    out_ += fmt::format("\nblock {}, {}", number, KindName(block_->kind));
    if (block_->registers > 0) out_ += fmt::format(", {} registers", block_->registers);
    if (block_->outer_levels > 0) out_ += fmt::format(", {} frames out", block_->outer_levels);
    out_ += '\n';
    for (uint32_t i = 0; i < block_->instruction_count; ++i) {
      if (!ShowInstruction(i)) break;
    }
  }

  // False if neither this one nor any later one is there.
  bool ShowInstruction(uint32_t i) {
    const size_t index = size_t{block_->first_instruction} + i;
    if (index >= program_.code.size()) {
      out_ += fmt::format("{:6}  out of bounds\n", i);
      return false;
    }
    const Instruction& at = program_.code[index];
    if (static_cast<size_t>(at.op) >= kOpcodeCount) {
      out_ += fmt::format("{:6}  unknown opcode {}\n", i, static_cast<int>(at.op));
      return true;
    }
    const OpcodeInfo& info = Info(at.op);
    const std::string text = ShowSource(static_cast<uint32_t>(index));
    ShowRecovery(static_cast<uint32_t>(index));
    std::string line =
        fmt::format("{:6}  {:<60}", i, fmt::format("{:<15} {}", info.name, Operands(at, info)));
    if (info.d == OperandClass::kTo) {
      line += fmt::format(" true {}, false {}", i + at.c, i + at.d);
    } else if (info.c == OperandClass::kTo) {
      line += fmt::format(" to {}", i + at.c);
    }
    if (index < program_.positions.size() && program_.positions[index].line > 0) {
      const SourcePosition& position = program_.positions[index];
      line =
          fmt::format("{:<90} {}:{}:{}", line, File(position.file), position.line, position.column);
    }
    if (!text.empty()) line += "  ; " + text;
    line.erase(line.find_last_not_of(' ') + 1);
    out_ += line + '\n';
    if (info.b == OperandClass::kSelection) ShowSelection(at.b);
    return true;
  }

  // Lines below what chooses: by what, and from which candidates.
  void ShowSelection(uint32_t operand) {
    if (!HasSelection(operand)) return;
    const Selection selection(program_.operands.data() + block_->first_operand + operand);
    for (uint32_t i = 0; i < selection.source_count(); ++i) {
      const Selection::Source source = selection.source(i);
      const std::string_view by = source.table_kind() == TableKind::kValues  ? "is"
                                  : source.table_kind() == TableKind::kTexts ? "is text"
                                                                             : "fits";
      out_ += fmt::format("        {} {} {}{}\n", Slot(source.slot), by, Constant(source.table),
                          source.absent_chooses_none() ? ", or is absent" : "");
    }
    out_ += fmt::format("        always {}\n", Constant(selection.always()));
    // Candidates of following numbers, which most are, are told as one.
    std::string from;
    for (uint32_t i = 0; i < selection.candidate_count();) {
      const uint32_t first = selection.candidate(i);
      uint32_t count = 1;
      while (i + count < selection.candidate_count() &&
             selection.candidate(i + count) == uint64_t{first} + count) {
        ++count;
      }
      if (from.size() > kMaxNameBytes) {
        from += ", …";
        break;
      }
      from += fmt::format("{}{}", from.empty() ? "" : ", ", first);
      if (count > 1) from += fmt::format(" to {}", first + count - 1);
      i += count;
    }
    out_ += fmt::format("        from blocks {}\n", from);
  }

  bool HasSelection(uint32_t operand) const {
    const size_t index = size_t{block_->first_operand} + operand;
    const size_t size = program_.operands.size();
    if (index > size || size - index < Selection::kHeadOperands) return false;
    return Selection(program_.operands.data() + index).size() <= size - index;
  }

  // Lines above what stands for a line of the source, unless the rule has shown it. Returns what is
  // to stand behind the position instead.
  std::string ShowSource(uint32_t index) {
    if (lines_ == nullptr) return {};
    if (index == block_->first_instruction) shown_.clear();
    const auto start = std::lower_bound(
        program_.rule_starts.begin(), program_.rule_starts.end(), index,
        [](const RuleStart& s, uint32_t instruction) { return s.instruction < instruction; });
    if (start != program_.rule_starts.end() && start->instruction == index &&
        start->rule < program_.rules.size()) {
      shown_.clear();
      ShowLine(program_.rules[start->rule].at);
    }
    if (index >= program_.positions.size()) return {};
    const SourcePosition& at = program_.positions[index];
    if (ShowLine(at) || at.text >= program_.texts.size()) return {};
    return Name(program_.texts[at.text]);
  }

  // False if the line is not at hand.
  bool ShowLine(const SourcePosition& at) {
    if (at.line == 0) return true;
    if (shown_.count({at.file, at.line}) > 0) return true;
    const std::optional<std::string> text = lines_(at.file, at.line);
    if (!text.has_value()) return false;
    shown_.emplace(at.file, at.line);
    const std::string shown = EscapeUnseen(CutToBytes(*text, kMaxLineBytes));
    out_ += fmt::format("        ; {:<5} {}\n", at.line, shown);
    return true;
  }

  // A line above what a recovery covers.
  void ShowRecovery(uint32_t index) {
    const Recovery* const recovery = program_.RecoveryOf(index);
    if (recovery == nullptr || recovery->first != index) return;
    const uint32_t start = block_->first_instruction;
    out_ += fmt::format("        up to {}, on error {}\n", recovery->last - start,
                        recovery->handler - start);
  }

  std::string Operands(const Instruction& at, const OpcodeInfo& info) {
    std::string text;
    const auto add = [&text](const std::string& operand) {
      if (operand.empty()) return;
      if (!text.empty()) text += ", ";
      text += operand;
    };
    if (info.a == OperandClass::kImm && at.op == Opcode::kFail) {
      add(std::string(ErrorText(static_cast<Error>(at.a))));
    } else if (info.a != OperandClass::kImm) {
      add(Operand(at, info.a, at.a));
    }
    add(Operand(at, info.b, at.b));
    add(Operand(at, info.c, at.c));
    add(Operand(at, info.d, at.d));
    if (info.a == OperandClass::kImm && at.op != Opcode::kFail && (at.a & kCondAbsentIsTrue) != 0) {
      text += " or absent";
    }
    return text;
  }

  std::string Operand(const Instruction& at, OperandClass operand, uint32_t value) {
    switch (operand) {
      case OperandClass::kNone:
      case OperandClass::kTo: return {};
      case OperandClass::kImm: return fmt::format("{}", value);
      case OperandClass::kReg:
      case OperandClass::kDst: return fmt::format("r{}", value);
      case OperandClass::kConst: return Constant(Entry(value));
      case OperandClass::kSlot: return Slot(Entry(value));
      case OperandClass::kSlotConst:
        return fmt::format("{} {} {}", Slot(Entry(value)), Infix(at.op),
                           Constant(Entry(value + 1)));
      case OperandClass::kSlotPattern:
        return fmt::format("{} {} {}", Slot(Entry(value)), Infix(at.op), Pattern(Entry(value + 1)));
      case OperandClass::kBlock: return fmt::format("block {}", Entry(value));
      case OperandClass::kRule: return RuleName(Entry(value));
      case OperandClass::kQuota: return QuotaText(Entry(value));
      case OperandClass::kPattern: return Pattern(Entry(value));
      case OperandClass::kSelection:
        return HasSelection(value) ? fmt::format("then block {}", Entry(value)) : "out of bounds";
      case OperandClass::kFunction: return FunctionName(value);
    }
    return "?";
  }

  uint32_t Entry(uint32_t operand) const {
    const size_t index = size_t{block_->first_operand} + operand;
    return index < program_.operands.size() ? program_.operands[index] : UINT32_MAX;
  }

  std::string Slot(uint32_t slot) const {
    if (slot >= program_.slot_names.size()) return fmt::format("slot {}?", slot);
    const std::string& name = program_.slot_names[slot];
    return name.empty() ? fmt::format("slot {}", slot) : Name(name);
  }
  std::string Constant(uint32_t constant) const {
    return constant < program_.constants.size()
               ? EscapeUnseen(FormatValue(program_.constants[constant]))
               : fmt::format("constant {}?", constant);
  }
  std::string Pattern(uint32_t pattern) const {
    return pattern < program_.patterns.size() ? Quoted(program_.patterns[pattern])
                                              : fmt::format("pattern {}?", pattern);
  }
  static std::string FunctionName(uint32_t function) {
    return function < kFunctionCount ? std::string(Info(static_cast<FunctionId>(function)).name)
                                     : fmt::format("function {}?", function);
  }
  std::string RuleName(uint32_t rule) const {
    return rule < program_.rules.size() ? "rule " + Quoted(program_.rules[rule].name)
                                        : fmt::format("rule {}?", rule);
  }
  std::string QuotaText(uint32_t quota) const {
    if (quota >= program_.quotas.size() ||
        program_.quotas[quota].counter >= program_.counters.size()) {
      return fmt::format("quota {}?", quota);
    }
    const Quota& q = program_.quotas[quota];
    const Counter& counter = program_.counters[q.counter];
    const auto number = [](uint32_t block, int64_t value) {
      return block == kNoBlock ? fmt::format("{}", value) : fmt::format("block {}", block);
    };
    const std::string amount =
        q.amount_slot == kNoSlot ? number(q.amount_block, q.amount) : Slot(q.amount_slot);
    std::string text = fmt::format("{} of {} up to {} per {}", amount, Name(counter.path),
                                   number(q.limit_block, q.limit), WindowName(counter.window));
    if (q.key_block != kNoBlock) text += fmt::format(" by block {}", q.key_block);
    if (q.scale > 0) text += fmt::format(" with {} decimals", q.scale);
    if (q.shadow) text += ", in shadow";
    return text;
  }
  std::string File(uint32_t file) const {
    return file < program_.files.size() ? Name(program_.files[file])
                                        : fmt::format("file {}?", file);
  }

  static constexpr size_t kMaxLineBytes = 160;

  const Program& program_;
  const SourceLines lines_;  // none: without the source
  const Block* block_ = nullptr;
  std::set<std::pair<uint32_t, uint32_t>> shown_;  // files and lines, of the rule
  std::string out_;
};

// As CEL writes them: what is no UTF-8 byte by byte, so that different bytes look different.
void AppendBytes(std::string_view bytes, std::string& out) {
  out += "b\"";
  std::string text;  // what is UTF-8, so far
  const auto put_text = [&] {
    const std::string quoted = JsonQuote(text);
    out.append(quoted, 1, quoted.size() - 2);
    text.clear();
  };
  while (!bytes.empty()) {
    std::string_view rest = bytes;
    TakeCodePoint(rest);
    const std::string_view taken = bytes.substr(0, bytes.size() - rest.size());
    bytes = rest;
    // CEL's bytes know no \u, and a terminal shows no control characters.
    const bool is_control =
        taken.size() == 1 && (taken[0] == 0x7F || (taken[0] >= 0 && taken[0] < 0x20));
    const bool has_escape = std::string_view("\t\n\r").find(taken[0]) != std::string_view::npos;
    if (IsUtf8(taken) && (!is_control || has_escape)) {
      text += taken;
      continue;
    }
    put_text();
    for (const char byte : taken) out += fmt::format("\\x{:02x}", static_cast<uint8_t>(byte));
  }
  put_text();
  out += '"';
}

// As much of a text as its first `limit` bytes, written in any way, can show.
std::string_view Head(const Value& text, size_t limit) {
  constexpr size_t kLongestCodePoint = 4;
  const std::string_view view = text.view();
  return view.size() <= limit ? view : CutToBytes(view, limit + kLongestCodePoint);
}

void AppendValue(const Value& value, size_t limit, std::string& out) {
  if (out.size() > limit) return;
  switch (value.tag) {
    case Tag::kAbsent: out += "absent"; break;
    case Tag::kNull: out += "null"; break;
    case Tag::kBool: out += value.i != 0 ? "true" : "false"; break;
    case Tag::kInt: out += fmt::format("{}", value.i); break;
    case Tag::kUint: out += fmt::format("{}u", value.u); break;
    case Tag::kDouble: {
      // The sign of a NaN is the processor's, and means nothing.
      const std::string digits = std::isnan(value.d) ? "nan" : fmt::format("{}", value.d);
      out += digits;
      if (digits.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
      break;
    }
    case Tag::kString: out += JsonQuote(Head(value, limit)); break;
    case Tag::kBytes: AppendBytes(Head(value, limit), out); break;
    case Tag::kTimestamp: out += fmt::format("timestamp({}.{:09})", value.i, value.size); break;
    case Tag::kDuration: out += fmt::format("duration({}ns)", value.i); break;
    case Tag::kListSpan:
    case Tag::kMapSpan:
    case Tag::kUnsafeNumber:
    case Tag::kType: out += Head(value, limit); break;
    case Tag::kList:
      out += '[';
      for (uint32_t i = 0; i < value.list->size && out.size() <= limit; ++i) {
        if (i > 0) out += ", ";
        AppendValue(value.list->items[i], limit, out);
      }
      out += ']';
      break;
    case Tag::kMap:
      out += '{';
      for (uint32_t i = 0; i < value.map->size && out.size() <= limit; ++i) {
        if (i > 0) out += ", ";
        AppendValue(value.map->entries[i].key, limit, out);
        out += ": ";
        AppendValue(value.map->entries[i].value, limit, out);
      }
      out += '}';
      break;
    case Tag::kOptional:
      if (value.optional == nullptr) {
        out += "optional.none()";
      } else {
        out += "optional.of(";
        AppendValue(*value.optional, limit, out);
        out += ')';
      }
      break;
    case Tag::kIp:
    case Tag::kCidr: {
      char text[INET6_ADDRSTRLEN] = "";
      inet_ntop(value.size == 4 ? AF_INET : AF_INET6, value.text, text, sizeof text);
      out += value.is(Tag::kIp) ? fmt::format("ip(\"{}\")", text)
                                : fmt::format("cidr(\"{}/{}\")", text, value.reserved);
      break;
    }
    case Tag::kUrl: out += fmt::format("url({})", JsonQuote(Head(value, limit))); break;
    case Tag::kError: out += fmt::format("error({})", ErrorText(value.code)); break;
  }
}

}  // namespace

std::string FormatValue(const Value& value, size_t limit) {
  std::string out;
  AppendValue(value, limit, out);
  if (out.size() > limit) {
    out.resize(CutToBytes(out, limit).size());
    out += "…";
  }
  return out;
}

std::string Disassemble(const Program& program) {
  return Disassembler(program).Run();
}

std::string Disassemble(const Program& program, const SourceLines& lines) {
  return Disassembler(program, lines).Run();
}

}  // namespace writ
