// The sections of a bundle: which there are, and in which order their rows are gone through.
// Tested by tests/vm/bundle/contents_test.cc.
#include "vm/bundle/contents.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "vm/bundle/constants.h"
#include "vm/bundle/rows.h"

namespace writ::bundle {
namespace {

struct PoolBuilders {
  PoolBuilder text;
  PoolBuilder bytes;
  PoolBuilder debug_text;

  PoolBuilder& For(SectionId id) { return IsDebugData(id) ? debug_text : text; }
  const PoolBuilder& For(SectionId id) const { return IsDebugData(id) ? debug_text : text; }
};

// ---- Three ways to go through the sections. Each has Section(), which goes through the rows of
// one with what it has for rows, and Has() for sections of debug data.

// The first: which texts there are, and how many rows.
class Collecting {
 public:
  static constexpr bool kReads = false;

  Collecting(PoolBuilders& pools, Named& named) : pools_(pools), named_(named) {}

  template <typename Body>
  void Section(SectionId id, size_t rows, const Body& body) {
    named_.rows[id] = static_cast<uint32_t>(std::min<size_t>(rows, UINT32_MAX));
    TextCollector collector(pools_.For(id), pools_.bytes);
    body(collector);
  }
  void SetSlots(uint32_t slots) { named_.slots = slots; }

 private:
  PoolBuilders& pools_;
  Named& named_;
};

class Writing {
 public:
  static constexpr bool kReads = false;

  Writing(const PoolBuilders& pools, const Named& named) : pools_(pools), named_(named) {}

  template <typename Body>
  void Section(SectionId id, size_t rows, const Body& body) {
    if (!fault_.empty() || rows == 0) return;
    if (rows > MostRows(id)) return Fail(id, "it has too many rows");
    bundle::Section section{id, static_cast<uint32_t>(rows), {}};
    RowWriter writer(pools_.For(id), pools_.bytes, named_, section.bytes);
    body(writer);
    if (!writer.ok()) return Fail(id, writer.fault());
    Put(std::move(section));
  }
  void SetSlots(uint32_t) {}

  void PutPool(SectionId id, const PoolBuilder& pool) {
    if (!fault_.empty() || pool.size() == 0) return;
    auto section = pool.Write(id);
    if (!section.has_value()) return Fail(id, section.error());
    Put(std::move(*section));
  }

  tl::expected<std::vector<bundle::Section>, std::string> Finish() {
    if (!fault_.empty()) return tl::unexpected(std::move(fault_));
    std::sort(sections_.begin(), sections_.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    return std::move(sections_);
  }

 private:
  void Fail(SectionId id, std::string_view why) {
    fault_ = fmt::format("section {}: {}", SectionName(id), why);
  }
  void Put(bundle::Section section) { sections_.push_back(std::move(section)); }

  const PoolBuilders& pools_;
  const Named& named_;
  std::vector<bundle::Section> sections_;
  std::string fault_;
};

class Reading {
 public:
  static constexpr bool kReads = true;

  explicit Reading(const std::vector<SectionView>& sections) : sections_(sections) {
    for (const SectionView& section : sections) named_.rows[section.id] = section.rows;
    ReadPool(SectionId::kText, text_);
    ReadPool(SectionId::kBytes, bytes_);
    ReadPool(SectionId::kDebugText, debug_text_);
  }

  uint32_t RowsOf(SectionId id) const { return named_.rows[id]; }

  template <typename Body>
  void Section(SectionId id, size_t, const Body& body) {
    if (!fault_.empty()) return;
    const SectionView* const section = Find(id);
    RowReader reader(IsDebugData(id) ? debug_text_ : text_, bytes_, named_,
                     section == nullptr ? std::string_view() : section->bytes);
    if (section != nullptr || id == SectionId::kProgram) body(reader);
    if (id == SectionId::kProgram && RowsOf(id) != 1) reader.Fail("it has not one row");
    if (reader.left() > 0) reader.Fail("it goes on behind its last row");
    if (!reader.ok()) Fail(id, reader.fault());
  }
  void SetSlots(uint32_t slots) { named_.slots = slots; }

  // Empty: nothing is wrong so far.
  const std::string& fault() const { return fault_; }
  // The same when all was read.
  std::string Finish() {
    if (fault_.empty() && !text_.AllUsed()) Fail(SectionId::kText, kUnused);
    if (fault_.empty() && !bytes_.AllUsed()) Fail(SectionId::kBytes, kUnused);
    if (fault_.empty() && !debug_text_.AllUsed()) Fail(SectionId::kDebugText, kUnused);
    return std::move(fault_);
  }

 private:
  static constexpr std::string_view kUnused = "one of its texts is named by nothing";

  void Fail(SectionId id, std::string_view why) {
    fault_ = fmt::format("section {}: {}", SectionName(id), why);
  }
  const SectionView* Find(SectionId id) const {
    const auto found = std::find_if(sections_.begin(), sections_.end(),
                                    [id](const SectionView& section) { return section.id == id; });
    return found == sections_.end() ? nullptr : &*found;
  }
  void ReadPool(SectionId id, Pool& pool) {
    const SectionView* const section = Find(id);
    if (!fault_.empty() || section == nullptr) return;
    auto read = Pool::Read(*section);
    if (!read.has_value()) return Fail(id, read.error());
    pool = std::move(*read);
  }

  const std::vector<SectionView>& sections_;
  Named named_;
  Pool text_;
  Pool bytes_;
  Pool debug_text_;
  std::string fault_;
};

// ---- The sections, in an order in which each knows what it needs of those before.

template <typename Visitor, typename Table, typename Row>
void VisitTable(Visitor& visit, SectionId id, Table& table, const Row& row) {
  if constexpr (Visitor::kReads) {
    if (!visit.fault().empty()) return;
    table.resize(visit.RowsOf(id));
  }
  visit.Section(id, table.size(), [&](auto& io) {
    for (size_t i = 0; i < table.size() && io.ok(); ++i) row(io, table[i], i);
  });
}

template <typename Visitor, typename Names>
void VisitNames(Visitor& visit, SectionId id, Names& names) {
  uint64_t next = 0;
  VisitTable(visit, id, names, [&](auto& io, auto& name, size_t) { io.RisingText(name, next); });
}

template <typename Visitor, typename P>
void VisitConstants(Visitor& visit, P& program) {
  constexpr SectionId kId = SectionId::kConstant;
  if constexpr (Visitor::kReads) {
    visit.Section(kId, 0, [&](auto& io) {
      program.constants = ReadConstants(io, visit.RowsOf(kId), *program.pool);
    });
  } else {
    const auto rows = ConstantRows(program.constants, MostRows(kId));
    visit.Section(kId, rows ? rows->size() : program.constants.size(), [&](auto& io) {
      if (!rows) return io.Fail("its constants have too many parts");
      io.Number(program.constants.size(), UINT32_MAX);
      for (const Value* row : *rows) {
        uint64_t parts = 0;
        if (io.ok()) ConstantRow(io, *row, parts);
      }
    });
  }
}

// Blocks one behind the other, which code and operands are to fill.
template <typename Visitor, typename P>
void VisitBlocks(Visitor& visit, P& program) {
  uint64_t instructions = 0;
  uint64_t operands = 0;
  VisitTable(visit, SectionId::kBlock, program.blocks, [&](auto& io, auto& block, size_t i) {
    BlockRow(io, block);
    if constexpr (Visitor::kReads) {
      block.first_instruction = static_cast<uint32_t>(instructions);
      block.first_operand = static_cast<uint32_t>(operands);
    } else if (block.first_instruction != instructions || block.first_operand != operands) {
      io.Fail("blocks do not follow one another");
    }
    instructions += block.instruction_count;
    operands += block.operand_count;
    if (instructions > io.Rows(SectionId::kCode) || operands > io.Rows(SectionId::kOperand)) {
      io.Fail("blocks have more code or operands than there are");
    }
    const bool is_last = i + 1 == program.blocks.size();
    if (is_last &&
        (instructions < io.Rows(SectionId::kCode) || operands < io.Rows(SectionId::kOperand))) {
      io.Fail("code or operands are no block's");
    }
  });
}

template <typename Visitor, typename P>
void VisitCode(Visitor& visit, P& program) {
  VisitBlocks(visit, program);
  const bool has_blocks = !program.blocks.empty();
  VisitTable(visit, SectionId::kOperand, program.operands, [&](auto& io, auto& operand, size_t) {
    if (!has_blocks) return io.Fail("it is no block's");
    io.Number(operand, UINT32_MAX);
  });
  VisitTable(visit, SectionId::kCode, program.code, [&](auto& io, auto& at, size_t) {
    if (!has_blocks) return io.Fail("it is no block's");
    InstructionRow(io, at);
  });
  uint64_t start = 0;
  VisitTable(visit, SectionId::kRuleStart, program.rule_starts,
             [&](auto& io, auto& row, size_t) { RuleStartRow(io, row, start); });
  uint64_t free = 0;
  VisitTable(visit, SectionId::kRecovery, program.recoveries,
             [&](auto& io, auto& row, size_t) { RecoveryRow(io, row, free); });
}

template <typename Visitor, typename P>
void VisitRules(Visitor& visit, P& program) {
  uint64_t parts = 0;
  if constexpr (Visitor::kReads) {
    parts = visit.RowsOf(SectionId::kMessagePart);
  } else {
    for (const Rule& rule : program.rules) parts += rule.message.size();
  }
  uint64_t parts_left = parts;
  VisitTable(visit, SectionId::kRule, program.rules, [&](auto& io, auto& rule, size_t i) {
    RuleRow(io, rule, parts_left);
    if (i + 1 == program.rules.size() && parts_left > 0) io.Fail("a message's part is no rule's");
  });
  visit.Section(SectionId::kMessagePart, parts, [&](auto& io) {
    if (program.rules.empty()) io.Fail("a message's part is no rule's");
    for (auto& rule : program.rules) {
      for (auto& part : rule.message) {
        if (io.ok()) MessagePartRow(io, part);
      }
    }
  });
}

template <typename Visitor, typename P, typename E>
void VisitCounting(Visitor& visit, P& program, E& extras) {
  VisitTable(visit, SectionId::kPolicy, program.policies,
             [](auto& io, auto& row, size_t) { PolicyRowOf(io, row); });
  if constexpr (Visitor::kReads) {
    extras.counter_policies.resize(visit.RowsOf(SectionId::kCounter));
  }
  VisitTable(visit, SectionId::kCounter, program.counters, [&](auto& io, auto& row, size_t i) {
    if (i >= extras.counter_policies.size()) return io.Fail("a counter is no policy's");
    const auto& policy = extras.counter_policies[i];
    CounterRow(io, row, extras.counter_policies[i]);
    // It is the counter's namespace too.
    if (io.ok() && policy < program.policies.size()) io.MadeUp(program.policies[policy].name);
  });
  VisitTable(visit, SectionId::kQuota, program.quotas,
             [](auto& io, auto& row, size_t) { QuotaRow(io, row); });
  VisitTable(visit, SectionId::kRead, program.reads,
             [](auto& io, auto& row, size_t) { ReadRow(io, row); });
}

// Which nodes of the tries an edge leads to.
using Children = std::vector<bool>;

template <typename Visitor, typename E>
Children VisitPaths(Visitor& visit, E& extras) {
  Children children;
  if constexpr (Visitor::kReads) {
    children.resize(visit.RowsOf(SectionId::kPath));
  } else {
    children.resize(extras.paths.size());
  }
  uint64_t edges_left = children.size();
  VisitTable(visit, SectionId::kPath, extras.paths, [&](auto& io, auto& node, size_t number) {
    PathNodeRow(io, node, number, edges_left);
    if (!io.ok()) return;
    for (const PathEdgeRow& edge : node.edges) {
      if (edge.child >= children.size()) return io.Fail("an edge of the paths leads to no node");
      if (children[edge.child]) return io.Fail("two edges of the paths lead to one node");
      children[edge.child] = true;
    }
  });
  return children;
}

template <typename Io>
void CheckRoot(Io& io, uint32_t root, const Children& children) {
  if (io.ok() && root < children.size() && children[root]) io.Fail("its root hangs from a node");
}

// Own slots of tools, one tool's behind the other's, behind the shared ones.
template <typename Visitor, typename P, typename E>
void VisitTools(Visitor& visit, P& program, E& extras, const Children& children) {
  uint64_t slots = program.shared_slots;
  VisitTable(visit, SectionId::kTool, program.tools, [&](auto& io, auto& tool, size_t i) {
    ToolRow(io, tool);
    CheckRoot(io, tool.root, children);
    if constexpr (Visitor::kReads) {
      tool.first_slot = static_cast<uint32_t>(slots);
    } else if (tool.slot_count > 0 && tool.first_slot != slots) {
      io.Fail("slots of tools do not follow one another");
    }
    slots += tool.slot_count;
    const bool is_last = i + 1 == program.tools.size();
    if (slots > extras.slot_count || (is_last && slots < extras.slot_count)) {
      io.Fail("the slots of tools are not all there are");
    }
  });
  uint64_t next = 0;
  if constexpr (Visitor::kReads) {
    const uint32_t rows = visit.RowsOf(SectionId::kToolName);
    visit.Section(SectionId::kToolName, rows, [&](auto& io) {
      for (uint32_t i = 0; i < rows && io.ok(); ++i) {
        std::string name;
        uint32_t tool = 0;
        io.RisingText(name, next);
        io.Id(tool, SectionId::kTool);
        program.tool_index.emplace_hint(program.tool_index.end(), std::move(name), tool);
      }
    });
  } else {
    visit.Section(SectionId::kToolName, program.tool_index.size(), [&](auto& io) {
      for (const auto& [name, tool] : program.tool_index) {
        io.RisingText(name, next);
        io.Id(tool, SectionId::kTool);
      }
    });
  }
}

template <typename Visitor, typename P>
void VisitWatches(Visitor& visit, P& program, const Children& children) {
  const Watch* last = nullptr;
  VisitTable(visit, SectionId::kWatch, program.watches, [&](auto& io, auto& watch, size_t) {
    WatchRow(io, watch);
    CheckRoot(io, watch.root, children);
    if (last != nullptr && !(*last < watch)) io.Fail("its rows do not rise");
    last = &watch;
  });
}

template <typename Visitor, typename P, typename E>
void VisitSections(Visitor& visit, P& program, E& extras) {
  visit.Section(SectionId::kProgram, 1, [&](auto& io) { ProgramRow(io, program, extras); });
  visit.SetSlots(extras.slot_count);
  VisitConstants(visit, program);
  VisitTable(visit, SectionId::kPattern, program.patterns,
             [](auto& io, auto& pattern, size_t) { io.Text(pattern); });
  VisitCode(visit, program);
  VisitRules(visit, program);
  VisitCounting(visit, program, extras);
  const Children children = VisitPaths(visit, extras);
  VisitWatches(visit, program, children);
  VisitTable(visit, SectionId::kFact, program.facts,
             [](auto& io, auto& fact, size_t) { FactRow(io, fact); });
  VisitNames(visit, SectionId::kLabel, program.labels);
  VisitTools(visit, program, extras, children);
  VisitNames(visit, SectionId::kHidden, program.hidden);
  VisitNames(visit, SectionId::kHiddenGlob, program.hidden_globs);
  std::set<uint32_t> variables;
  VisitTable(visit, SectionId::kVariable, extras.variables, [&](auto& io, auto& variable, size_t) {
    VariableRowOf(io, variable);
    if (io.ok() && variable.slot >= program.shared_slots) io.Fail("its slot is a tool's");
    if (io.ok() && !variables.insert(variable.slot).second) io.Fail("two rows have one slot");
  });
}

// ---- Debug data.

std::string_view WithoutFolders(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Texts of positions are numbered in the order in which they are needed.
class TextNumbers {
 public:
  explicit TextNumbers(std::vector<std::string>& texts) : texts_(texts) {}

  uint32_t Of(uint32_t id, RowReader& io) {
    if (id >= numbers_.size()) numbers_.resize(size_t{id} + 1, kNoText);
    if (numbers_[id] == kNoText) {
      numbers_[id] = static_cast<uint32_t>(texts_.size());
      texts_.emplace_back(io.TextOf(id));
    }
    return numbers_[id];
  }

 private:
  std::vector<std::string>& texts_;
  std::vector<uint32_t> numbers_;
};

template <typename Visitor, typename P>
void VisitPositions(Visitor& visit, P& program) {
  uint32_t line = 0;
  if constexpr (Visitor::kReads) {
    TextNumbers numbers(program.texts);
    VisitTable(visit, SectionId::kPosition, program.positions, [&](auto& io, auto& at, size_t) {
      if (!PositionRow(io, at, line)) return;
      uint32_t id = kNone;
      io.OptionalText(id);
      if (io.ok() && id != kNone) at.text = numbers.Of(id, io);
    });
  } else {
    VisitTable(visit, SectionId::kPosition, program.positions, [&](auto& io, auto& at, size_t) {
      if (!PositionRow(io, at, line)) return;
      io.OptionalText(at.text < program.texts.size() ? &program.texts[at.text] : nullptr);
    });
  }
  uint32_t rule_line = 0;
  if constexpr (Visitor::kReads) {
    const uint32_t rows = visit.RowsOf(SectionId::kRulePosition);
    visit.Section(SectionId::kRulePosition, rows, [&](auto& io) {
      if (rows != program.rules.size()) return io.Fail("there is not one row for each rule");
      for (Rule& rule : program.rules) {
        if (io.ok()) PositionRow(io, rule.at, rule_line);
      }
    });
  } else {
    visit.Section(SectionId::kRulePosition, program.rules.size(), [&](auto& io) {
      for (const Rule& rule : program.rules) {
        if (io.ok()) PositionRow(io, rule.at, rule_line);
      }
    });
  }
}

template <typename Visitor, typename P>
void VisitSources(Visitor& visit, P& program) {
  if constexpr (Visitor::kReads) program.files.resize(visit.RowsOf(SectionId::kSource));
  VisitTable(visit, SectionId::kSource, program.file_hashes, [&](auto& io, auto& hash, size_t i) {
    if constexpr (Visitor::kReads) {
      io.Text(program.files[i]);
      if (program.files[i].find('/') != std::string::npos) io.Fail("a source's name has folders");
    } else {
      io.Text(WithoutFolders(program.files[i]));
    }
    io.Raw(hash);
  });
}

template <typename Visitor, typename P>
void VisitDebugData(Visitor& visit, P& program) {
  VisitSources(visit, program);
  VisitPositions(visit, program);
  VisitTable(visit, SectionId::kSlotName, program.slot_names,
             [](auto& io, auto& name, size_t) { io.Text(name); });
}

// Debug data is there as a whole or not at all.
std::string DebugDataFault(const Program& program, const Extras& extras, size_t rule_positions) {
  const bool is_there = !program.file_hashes.empty();
  const auto is_whole = [is_there](size_t rows, size_t wanted) {
    return rows == (is_there ? wanted : 0);
  };
  if (!is_whole(program.positions.size(), program.code.size())) {
    return "section position: there is not one row for each instruction";
  }
  if (is_there && program.files.size() < program.policies.size()) {
    return "section source: there is not one row for each policy";
  }
  if (!is_whole(rule_positions, program.rules.size())) {
    return "section rule_position: there is not one row for each rule";
  }
  if (!is_whole(program.slot_names.size(), extras.slot_count)) {
    return "section slot_name: there is not one row for each slot";
  }
  return {};
}

}  // namespace

tl::expected<std::vector<Section>, std::string> EncodeSections(const Program& program,
                                                               const Extras& extras,
                                                               bool with_debug_data) {
  if (!program.next_parts.empty()) {
    return tl::unexpected<std::string>("it was linked from several programs");
  }
  if (with_debug_data) {
    if (program.file_hashes.empty()) return tl::unexpected<std::string>("there is no debug data");
    if (program.files.size() != program.file_hashes.size()) {
      return tl::unexpected<std::string>("section source: there is not one hash for each file");
    }
    std::string fault = DebugDataFault(program, extras, program.rules.size());
    if (!fault.empty()) return tl::unexpected(std::move(fault));
  }
  PoolBuilders pools;
  Named named;
  Collecting collecting(pools, named);
  VisitSections(collecting, program, extras);
  if (with_debug_data) VisitDebugData(collecting, program);
  pools.text.Number();
  pools.bytes.Number();
  pools.debug_text.Number();
  Writing writing(pools, named);
  VisitSections(writing, program, extras);
  if (with_debug_data) VisitDebugData(writing, program);
  writing.PutPool(SectionId::kText, pools.text);
  writing.PutPool(SectionId::kBytes, pools.bytes);
  writing.PutPool(SectionId::kDebugText, pools.debug_text);
  return writing.Finish();
}

tl::expected<Decoded, std::string> DecodeSections(Kind kind,
                                                  const std::vector<SectionView>& sections) {
  Decoded decoded;
  decoded.extras.kind = kind;
  Reading reading(sections);
  VisitSections(reading, decoded.program, decoded.extras);
  VisitDebugData(reading, decoded.program);
  std::string fault = reading.fault();
  if (fault.empty()) {
    fault =
        DebugDataFault(decoded.program, decoded.extras, reading.RowsOf(SectionId::kRulePosition));
  }
  if (fault.empty()) fault = reading.Finish();
  if (!fault.empty()) return tl::unexpected(std::move(fault));
  return decoded;
}

}  // namespace writ::bundle
