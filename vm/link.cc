// Linking: tables one behind the other, and for each tool what each part says of it.
// Tested by tests/vm/link_test.cc and tests/compiler/link_test.cc.
#include "vm/link.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "vm/bundle/format.h"
#include "vm/bundle/hash.h"
#include "vm/json_text.h"
#include "vm/link_code.h"
#include "vm/link_paths.h"

namespace writ {
namespace {

using bundle::MostRows;
using bundle::SectionId;

// Rows of the tables that no bundle has: a tool's next parts and their copies.
constexpr size_t kMaxPartRows = size_t{1} << 22;

template <typename T>
void Append(const std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), from.begin(), from.end());
}

void SortOnce(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// Where the values of a slot come from.
enum class Origin : uint8_t { kNone, kPath, kFact, kCounter };

// Whether each slot of a part has its values from one place. The other parts may have theirs from
// it.
class SlotCheck {
 public:
  explicit SlotCheck(const Program& part)
      : part_(part),
        origins_(part.slot_names.size()),
        last_root_(part.slot_names.size(), kNoNode) {}

  bool Run() {
    for (const FactSlot& fact : part_.facts) {
      if (!Has(fact.slot, Origin::kFact)) return false;
    }
    std::set<uint32_t> roots;
    for (const ToolEntry& tool : part_.tools) {
      if (tool.root != kNoNode && roots.insert(tool.root).second && !Walk(tool.root)) return false;
    }
    return std::all_of(part_.reads.begin(), part_.reads.end(), [this](const CounterRead& read) {
      Origin& origin = origins_[read.slot];
      if (origin == Origin::kNone) origin = Origin::kCounter;
      return origin == Origin::kCounter;
    });
  }

 private:
  bool Has(uint32_t slot, Origin origin) {
    if (origins_[slot] != Origin::kNone) return false;
    origins_[slot] = origin;
    return true;
  }

  bool Walk(uint32_t root) {
    std::vector<uint32_t> open = {root};
    while (!open.empty()) {
      const PathNode& node = part_.paths.node(open.back());
      open.pop_back();
      if (node.slot != kNoSlot) {
        if (last_root_[node.slot] == root) return false;
        last_root_[node.slot] = root;
        if (origins_[node.slot] != Origin::kPath && !Has(node.slot, Origin::kPath)) return false;
      }
      for (uint32_t i = 0; i < node.edge_count; ++i) {
        open.push_back(part_.paths.edge(node.first_edge + i).child);
      }
    }
    return true;
  }

  const Program& part_;
  std::vector<Origin> origins_;
  std::vector<uint32_t> last_root_;  // that fills the slot
};

class Linker {
 public:
  explicit Linker(const std::vector<LinkPart>& parts) : given_(parts) {
    for (const LinkPart& part : parts) parts_.push_back(&**part.program);
    rows_.resize(parts_.size());
  }

  tl::expected<Program, LinkFault> Run() {
    if (CheckParts() && CheckNames() && CheckSizes() && CollectTools()) {
      LayOutSlots();
      AppendTables();
      if (AppendBlocks() && AppendTools()) {
        Digest();
        return std::move(linked_);
      }
    }
    return tl::unexpected(std::move(fault_));
  }

 private:
  // What some tools are decided by: the entry of each part, an index into its `tools`.
  using Entries = std::vector<uint32_t>;

  bool Refuse(size_t part, std::string text, std::string hint = "") {
    return RefusePolicy(part, 0, std::move(text), std::move(hint));
  }

  bool RefusePolicy(size_t part, size_t policy, std::string text, std::string hint) {
    fault_ = {FileOf(part, policy), std::move(text), std::move(hint)};
    return false;
  }

  // What to call a policy by.
  std::string FileOf(size_t part, size_t policy) const {
    if (!given_[part].path.empty()) return given_[part].path;
    const std::vector<std::string>& files = parts_[part]->files;
    return policy < files.size() ? files[policy] : std::string();
  }

  bool TooMany(size_t most, std::string_view what, std::string_view hint) {
    return Refuse(parts_.size() - 1,
                  fmt::format("with the policies before it there are over {} {}", most, what),
                  std::string(hint));
  }

  // What the machine would run of a part alone, but linking takes for granted.
  bool CheckParts() {
    for (size_t p = 0; p < parts_.size(); ++p) {
      const Program& part = *parts_[p];
      if (!part.next_parts.empty()) return Refuse(p, "it is made of several parts already");
      uint64_t instructions = 0;
      for (const Block& block : part.blocks) {
        if (block.first_instruction != instructions) {
          return Refuse(p, "its blocks do not follow one another");
        }
        instructions += block.instruction_count;
      }
      if (instructions != part.code.size()) return Refuse(p, "it has code that is no block's");
      uint64_t own_slots = part.shared_slots;
      for (const ToolEntry& tool : part.tools) own_slots += tool.slot_count;
      if (own_slots > part.slot_names.size()) return Refuse(p, "tools share slots of their own");
      if (!SlotCheck(part).Run()) return Refuse(p, "a slot has values from several places");
    }
    return true;
  }

  // Counters of policies with one name would be the same.
  bool CheckNames() {
    std::map<std::string_view, std::string> files;
    for (size_t p = 0; p < parts_.size(); ++p) {
      const std::vector<PolicyOrigin>& policies = parts_[p]->policies;
      for (size_t i = 0; i < policies.size(); ++i) {
        const auto [earlier, is_new] = files.emplace(policies[i].space, FileOf(p, i));
        if (is_new) continue;
        return RefusePolicy(p, i,
                            fmt::format("this policy has the name of {}: {}", earlier->second,
                                        JsonQuote(policies[i].space)),
                            "give each policy its own name; counts are kept by it");
      }
    }
    return true;
  }

  // Of what is one table behind the other.
  bool CheckSizes() {
    struct Table {
      SectionId section;
      std::string_view name;
      size_t (*rows)(const Program&);
    };
    static constexpr Table kTables[] = {
        {SectionId::kConstant, "constants", [](const Program& p) { return p.constants.size(); }},
        {SectionId::kPattern, "patterns", [](const Program& p) { return p.patterns.size(); }},
        {SectionId::kBlock, "blocks", [](const Program& p) { return p.blocks.size(); }},
        {SectionId::kOperand, "operands", [](const Program& p) { return p.operands.size(); }},
        {SectionId::kCode, "instructions", [](const Program& p) { return p.code.size(); }},
        {SectionId::kRule, "rules", [](const Program& p) { return p.rules.size(); }},
        {SectionId::kCounter, "counters", [](const Program& p) { return p.counters.size(); }},
        {SectionId::kQuota, "quotas", [](const Program& p) { return p.quotas.size(); }},
        {SectionId::kSlotName, "slots", [](const Program& p) { return p.slot_names.size(); }},
        {SectionId::kPolicy, "policies", [](const Program& p) { return p.policies.size(); }},
        {SectionId::kSource, "files", [](const Program& p) { return p.files.size(); }},
        {SectionId::kDebugText, "texts", [](const Program& p) { return p.texts.size(); }},
        {SectionId::kToolName, "tools", [](const Program& p) { return p.tool_index.size(); }},
        {SectionId::kHidden, "hidden tools", [](const Program& p) { return p.hidden.size(); }},
    };
    for (const Table& table : kTables) {
      size_t rows = 0;
      for (const Program* part : parts_) rows += table.rows(*part);
      if (rows > MostRows(table.section)) {
        return TooMany(MostRows(table.section), table.name, "run fewer policies together");
      }
    }
    return true;
  }

  // ---- Tools.

  // The first is that of other tools. Names that every part decides by the same entry share one.
  bool CollectTools() {
    Entries others;
    for (const Program* part : parts_) others.push_back(part->other_tools);
    std::map<Entries, uint32_t> known;
    const auto number_of = [&](const Entries& entries) {
      const auto [at, is_new] = known.emplace(entries, static_cast<uint32_t>(tools_.size()));
      if (is_new) tools_.push_back(entries);
      return at->second;
    };
    linked_.other_tools = number_of(others);
    for (const Program* first : parts_) {
      for (const auto& [name, unused] : first->tool_index) {
        const auto at = linked_.tool_index.lower_bound(name);
        if (at != linked_.tool_index.end() && at->first == name) continue;
        Entries entries = others;
        for (size_t p = 0; p < parts_.size(); ++p) {
          const auto named = parts_[p]->tool_index.find(name);
          if (named != parts_[p]->tool_index.end()) entries[p] = named->second;
        }
        linked_.tool_index.emplace_hint(at, name, number_of(entries));
        if (linked_.tool_index.size() * parts_.size() > kMaxPartRows) {
          return TooMany(kMaxPartRows, "tools, each counted once for every policy",
                         "run fewer policies together");
        }
      }
    }
    return true;
  }

  // ---- Slots.

  // Those that every tool has come first, then those of single tools. A fact has one for all parts.
  void LayOutSlots() {
    std::vector<std::vector<uint32_t>> owners = FindOwners();
    for (size_t p = 0; p < parts_.size(); ++p) {
      const Program& part = *parts_[p];
      std::vector<uint32_t>& slots = rows_[p].slots;
      slots.assign(part.slot_names.size(), kNoSlot);
      for (const FactSlot& fact : part.facts) slots[fact.slot] = SlotOf(fact.fact, part, fact.slot);
      std::vector<bool> is_own(slots.size());
      for (size_t e = 0; e < part.tools.size(); ++e) {
        if (owners[p][e] == kNoOwner || owners[p][e] == kManyOwners) continue;
        std::fill_n(is_own.begin() + part.tools[e].first_slot, part.tools[e].slot_count, true);
      }
      for (uint32_t slot = 0; slot < slots.size(); ++slot) {
        if (slots[slot] == kNoSlot && !is_own[slot]) slots[slot] = NewSlot(part, slot);
      }
    }
    linked_.shared_slots = static_cast<uint32_t>(linked_.slot_names.size());
    for (uint32_t t = 0; t < tools_.size(); ++t) {
      ToolEntry& linked = linked_.tools.emplace_back();
      linked.first_slot = static_cast<uint32_t>(linked_.slot_names.size());
      for (size_t p = 0; p < parts_.size(); ++p) {
        const uint32_t entry = tools_[t][p];
        if (owners[p][entry] != t) continue;
        const ToolEntry& tool = parts_[p]->tools[entry];
        for (uint32_t i = 0; i < tool.slot_count; ++i) {
          uint32_t& slot = rows_[p].slots[tool.first_slot + i];
          if (slot == kNoSlot) slot = NewSlot(*parts_[p], tool.first_slot + i);
        }
      }
      linked.slot_count = static_cast<uint32_t>(linked_.slot_names.size()) - linked.first_slot;
    }
  }

  static constexpr uint32_t kNoOwner = UINT32_MAX;
  static constexpr uint32_t kManyOwners = UINT32_MAX - 1;

  // By part and entry: the linked tool that alone uses it.
  std::vector<std::vector<uint32_t>> FindOwners() const {
    std::vector<std::vector<uint32_t>> owners(parts_.size());
    for (size_t p = 0; p < parts_.size(); ++p) {
      owners[p].assign(parts_[p]->tools.size(), kNoOwner);
      for (uint32_t t = 0; t < tools_.size(); ++t) {
        uint32_t& owner = owners[p][tools_[t][p]];
        owner = owner == kNoOwner ? t : kManyOwners;
      }
    }
    return owners;
  }

  uint32_t NewSlot(const Program& part, uint32_t slot) {
    linked_.slot_names.push_back(part.slot_names[slot]);
    return static_cast<uint32_t>(linked_.slot_names.size() - 1);
  }

  uint32_t SlotOf(Fact fact, const Program& part, uint32_t slot) {
    uint32_t& known = fact_slots_[static_cast<size_t>(fact)];
    if (known == kNoSlot) {
      known = NewSlot(part, slot);
      linked_.facts.push_back({fact, known});
    }
    return known;
  }

  // ---- Tables.

  void AppendTables() {
    for (size_t p = 0; p < parts_.size(); ++p) {
      const Program& part = *parts_[p];
      PartRows& rows = rows_[p];
      rows.first_constant = static_cast<uint32_t>(linked_.constants.size());
      rows.first_pattern = static_cast<uint32_t>(linked_.patterns.size());
      rows.first_block = first_block_;
      rows.first_rule = static_cast<uint32_t>(linked_.rules.size());
      rows.first_quota = static_cast<uint32_t>(linked_.quotas.size());
      rows.first_counter = static_cast<uint32_t>(linked_.counters.size());
      first_block_ += static_cast<uint32_t>(part.blocks.size());
      Append(part.constants, linked_.constants);
      linked_.constant_pools.push_back(part.pool);
      Append(part.constant_pools, linked_.constant_pools);
      Append(part.patterns, linked_.patterns);
      Append(part.counters, linked_.counters);
      AppendRules(part, rows);
      AppendQuotas(part, rows);
      Append(part.labels, linked_.labels);
      Append(part.hidden, linked_.hidden);
      Append(part.hidden_globs, linked_.hidden_globs);
      linked_.hides_all = linked_.hides_all || part.hides_all;
      linked_.all_time_zones = linked_.all_time_zones || part.all_time_zones;
      Append(part.policies, linked_.policies);
    }
    SortOnce(linked_.labels);
    SortOnce(linked_.hidden);
    SortOnce(linked_.hidden_globs);
    AppendDebugData();
  }

  void AppendRules(const Program& part, const PartRows& rows) {
    const auto first_file = static_cast<uint32_t>(linked_.files.size());
    for (Rule rule : part.rules) {
      if (rule.at.line > 0) rule.at.file += first_file;
      for (MessagePart& piece : rule.message) piece.block = rows.block(piece.block);
      linked_.rules.push_back(std::move(rule));
    }
    Append(part.files, linked_.files);
    Append(part.file_hashes, linked_.file_hashes);
  }

  void AppendQuotas(const Program& part, const PartRows& rows) {
    for (Quota quota : part.quotas) {
      quota.counter += rows.first_counter;
      quota.rule += rows.first_rule;
      if (quota.amount_slot != kNoSlot) quota.amount_slot = rows.slots[quota.amount_slot];
      for (uint32_t* const block : {&quota.limit_block, &quota.amount_block, &quota.key_block}) {
        *block = rows.block(*block);
      }
      linked_.quotas.push_back(std::move(quota));
    }
  }

  // Of parts without it what stands there is nowhere.
  void AppendDebugData() {
    const bool is_there = std::any_of(parts_.begin(), parts_.end(),
                                      [](const Program* part) { return !part->positions.empty(); });
    if (!is_there) return;
    uint32_t first_file = 0;
    for (const Program* part : parts_) {
      const auto first_text = static_cast<uint32_t>(linked_.texts.size());
      const size_t first = linked_.positions.size();
      Append(part->positions, linked_.positions);
      for (size_t i = first; i < linked_.positions.size(); ++i) {
        SourcePosition& at = linked_.positions[i];
        if (at.line > 0) at.file += first_file;
        if (at.text != kNoText) at.text += first_text;
      }
      linked_.positions.resize(first + part->code.size());
      Append(part->texts, linked_.texts);
      first_file += static_cast<uint32_t>(part->files.size());
    }
  }

  bool AppendBlocks() {
    for (size_t p = 0; p < parts_.size(); ++p) {
      const uint32_t next = p + 1 < parts_.size() ? static_cast<uint32_t>(p) : kLastPart;
      if (!AppendCode(*parts_[p], rows_[p], next, linked_)) {
        return Refuse(p, "a block would have too many operands");
      }
    }
    return true;
  }

  // ---- What tools read, and the blocks that decide them.

  bool AppendTools() {
    PathLinker paths(parts_, rows_);
    for (uint32_t t = 0; t < tools_.size(); ++t) {
      if (!AppendTool(tools_[t], paths, linked_.tools[t])) return false;
    }
    std::vector<uint32_t> other_roots;
    for (const Program* part : parts_) {
      other_roots.push_back(part->tools[part->other_tools].root);
    }
    if (!paths.Watches(other_roots, linked_.watches)) {
      return TooMany(MostRows(SectionId::kWatch),
                     "arguments that rules in shadow mode read, each counted once for every tool",
                     kFewerTools);
    }
    linked_.paths = paths.Take();
    return true;
  }

  bool AppendTool(const Entries& entries, PathLinker& paths, ToolEntry& linked) {
    std::vector<uint32_t> roots;
    for (size_t p = 0; p < parts_.size(); ++p) {
      roots.push_back(parts_[p]->tools[entries[p]].root);
    }
    const LinkedPaths* const trie = paths.Of(roots);
    if (trie == nullptr) {
      return TooMany(MostRows(SectionId::kPath),
                     "paths of arguments, each counted once for every tool", kFewerTools);
    }
    linked.root = trie->root;
    if (!AppendReads(entries, linked)) return false;
    linked.block = rows_[0].block(parts_[0]->tools[entries[0]].block);
    linked.first_next = static_cast<uint32_t>(linked_.next_parts.size());
    linked.next_count = static_cast<uint32_t>(parts_.size() - 1);
    for (size_t p = 1; p < parts_.size(); ++p) {
      NextPart& next = linked_.next_parts.emplace_back();
      next.block = rows_[p].block(parts_[p]->tools[entries[p]].block);
      next.first_copy = FirstCopy(*trie, p);
      next.copy_count = static_cast<uint32_t>(trie->copies[p].size());
    }
    if (linked_.copies.size() > kMaxPartRows) {
      return TooMany(kMaxPartRows,
                     "arguments that several policies read, each counted once for every tool",
                     kFewerTools);
    }
    return true;
  }

  // Tools of one trie copy the same.
  uint32_t FirstCopy(const LinkedPaths& trie, size_t part) {
    const auto first = static_cast<uint32_t>(linked_.copies.size());
    const auto [known, is_new] = first_copies_.emplace(std::pair(&trie, part), first);
    if (is_new) Append(trie.copies[part], linked_.copies);
    return known->second;
  }

  bool AppendReads(const Entries& entries, ToolEntry& linked) {
    std::vector<std::pair<uint32_t, uint32_t>> ranges;
    for (size_t p = 0; p < parts_.size(); ++p) {
      const ToolEntry& reader = parts_[p]->tools[entries[p]];
      const bool reads = reader.read_count > 0;
      ranges.emplace_back(reads ? reader.first_read : 0, reader.read_count);
      linked.read_count += reader.read_count;
    }
    if (linked.read_count == 0) return true;
    const auto first = static_cast<uint32_t>(linked_.reads.size());
    const auto [known, is_new] = first_reads_.emplace(ranges, first);
    linked.first_read = known->second;
    if (!is_new) return true;
    if (linked_.reads.size() + linked.read_count > MostRows(SectionId::kRead)) {
      return TooMany(MostRows(SectionId::kRead),
                     "counters that rules read, each counted once for every tool", kFewerTools);
    }
    for (size_t p = 0; p < parts_.size(); ++p) {
      for (uint32_t i = 0; i < ranges[p].second; ++i) {
        const CounterRead& read = parts_[p]->reads[ranges[p].first + i];
        linked_.reads.push_back({rows_[p].slots[read.slot], rows_[p].first_counter + read.counter});
      }
    }
    return true;
  }

  void Digest() {
    std::string digests;
    for (const Program* part : parts_) {
      if (part->digest.size() != 64) return;
      for (size_t i = 0; i < 64; i += 2) {
        uint8_t byte = 0;
        std::from_chars(&part->digest[i], &part->digest[i] + 2, byte, 16);
        digests += static_cast<char>(byte);
      }
    }
    linked_.digest = bundle::Hex(bundle::Sha256({digests}));
  }

  static constexpr std::string_view kFewerTools =
      "name fewer tools in the one, or read less for every tool in the others";

  const std::vector<LinkPart>& given_;
  std::vector<const Program*> parts_;
  std::vector<PartRows> rows_;
  std::vector<Entries> tools_;
  std::array<uint32_t, static_cast<size_t>(kLastFact) + 1> fact_slots_ = NoFactSlots();
  std::map<std::pair<const LinkedPaths*, size_t>, uint32_t> first_copies_;
  std::map<std::vector<std::pair<uint32_t, uint32_t>>, uint32_t> first_reads_;
  uint32_t first_block_ = 0;
  Program linked_;
  LinkFault fault_;

  static std::array<uint32_t, static_cast<size_t>(kLastFact) + 1> NoFactSlots() {
    std::array<uint32_t, static_cast<size_t>(kLastFact) + 1> slots{};
    slots.fill(kNoSlot);
    return slots;
  }
};

}  // namespace

tl::expected<Program, LinkFault> Link(const std::vector<LinkPart>& parts) {
  return Linker(parts).Run();
}

}  // namespace writ
