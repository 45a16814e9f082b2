// A program's contents as tables.
// Tested by tests/cli/bundles.py.
#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "cli/inspect/inspection.h"
#include "proxy/counters.h"
#include "vm/machine.h"

namespace writ {
namespace {

// Rows of each table, and names on a line; --json has more.
constexpr size_t kRows = 20;
constexpr size_t kNames = 20;

using Cell = Table::Cell;
using Names = std::vector<std::string_view>;

std::string Number(uint64_t number) {
  return fmt::format("{}", number);
}

// "1 byte", "2 bytes".
std::string Count(uint64_t number, std::string_view what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string LanguageText(Language language) {
  return language == Language::kIntercept ? "version: \"1\"" : "writ: 1";
}

// "a, b and 3 more"
std::string Enumerated(const Names& names, size_t most) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), most); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", names[i]);
  }
  if (names.size() > most) text += fmt::format(" and {} more", names.size() - most);
  return text;
}

class Sheets {
 public:
  Sheets(const Inspection& inspection, const TableStyle& style)
      : inspection_(inspection),
        verified_(*inspection.program),
        program_(*verified_),
        names_(program_.tools.size()),
        sheet_(style) {
    for (const auto& [name, tool] : program_.tool_index) names_[tool].push_back(name);
  }

  std::string Draw() {
    for (const InspectedFile& file : inspection_.files) DrawFile(file);
    DrawWhole();
    DrawPolicies();
    DrawTools();
    DrawRules();
    DrawQuotas();
    DrawNames();
    DrawSections();
    return std::move(sheet_.text());
  }

 private:
  static constexpr std::string_view kField = "  {:<11} {}";

  void Field(std::string_view name, std::string_view text, Ink ink = Ink::kPlain) {
    sheet_.Line(fmt::format(kField, name, text), ink);
  }

  void DrawFile(const InspectedFile& file) {
    sheet_.Line(file.path, Ink::kBold);
    if (!file.is_bundle) {
      if (!file.sha256.empty()) Field("SHA-256", file.sha256);
      return;
    }
    if (file.written.has_value()) Field("bundle", BundleText(*file.written));
    Field("root hash", file.root_hash);
    Field("signature", SignatureText(file));
  }

  static std::string BundleText(const WrittenBundle& written) {
    return fmt::format("{}, format {}, instruction set {}, {}", Count(written.bytes, "byte"),
                       written.format_version, written.isa_version,
                       written.has_debug_data() ? "with debug data" : "stripped");
  }

  static std::string SignatureText(const InspectedFile& file) {
    if (!file.signature.has_value()) return "none beside it";
    if (file.signature->key.empty()) return file.signature->file + " holds no signature";
    return fmt::format("{} names the key {}; not verified here", file.signature->file,
                       file.signature->key);
  }

  // What the files come to, where none of them is it.
  void DrawWhole() {
    const bool is_bundle = inspection_.files.size() == 1 && inspection_.files.front().is_bundle;
    if (is_bundle && inspection_.files.front().written.has_value()) return;
    if (inspection_.files.size() > 1) {
      sheet_.Line({});
      sheet_.Line("together", Ink::kBold);
    }
    if (inspection_.written.has_value()) Field("as a bundle", BundleText(*inspection_.written));
    if (!is_bundle) Field("root hash", program_.digest);
  }

  void DrawPolicies() {
    sheet_.Title("POLICIES");
    Table table({{"LANGUAGE"}, {"NAME"}, {"NAMED"}, {"SHA-256", false, 64}, {"FILE"}});
    for (size_t i = 0; i < std::min(program_.policies.size(), kRows); ++i) {
      const PolicyOrigin& policy = program_.policies[i];
      table.Add({{LanguageText(policy.language)},
                 {policy.name},
                 {policy.is_named ? "by itself" : "by its file"},
                 {i < program_.file_hashes.size() ? bundle::Hex(program_.file_hashes[i]) : "-"},
                 {i < program_.files.size() ? program_.files[i] : "-"}});
    }
    Put(table, program_.policies.size(), "none");
    if (program_.files.size() <= program_.policies.size()) return;
    sheet_.Title("LISTS OF THEIRS");
    Table lists({{"SHA-256", false, 64}, {"FILE"}});
    const size_t first = program_.policies.size();
    for (size_t i = first; i < std::min(program_.files.size(), first + kRows); ++i) {
      lists.Add({{bundle::Hex(program_.file_hashes[i])}, {program_.files[i]}});
    }
    Put(lists, program_.files.size() - first, "none");
  }

  std::vector<Cell> ToolRow(std::string_view name, uint32_t tool, Ink ink) {
    const auto cost = WorstCost(verified_, program_.tools[tool]);
    return {{std::string(name), ink},
            {inspection_.reach_is_known ? Number(inspection_.rules_of_tools[tool]) : "?"},
            {(cost.has_value() ? Number(*cost) : "unbounded") +
             (inspection_.loops_of_tools[tool] ? " + loops" : "")}};
  }

  void DrawTools() {
    sheet_.Title("TOOLS", "the cost is in instructions");
    Table table({{"TOOL", false, 60}, {"RULES", true}, {"COST AT WORST", true}});
    size_t left = kRows;
    for (const auto& [name, tool] : program_.tool_index) {
      if (left-- == 0) break;
      table.Add(ToolRow(name, tool, Ink::kPlain));
    }
    table.Add(ToolRow("other tools", program_.other_tools, Ink::kFaint));
    Put(table, program_.tool_index.size(), {});
    const std::vector<bool>& loops = inspection_.loops_of_tools;
    if (std::find(loops.begin(), loops.end(), true) == loops.end()) return;
    sheet_.Line(
        fmt::format("  + loops: their bodies count once here, and while a call is decided as "
                    "often as they run,"));
    sheet_.Line(
        fmt::format("  until the call has cost {} in all and is denied", Machine::kRunBudget));
  }

  std::string ToolsOf(const RuleReach& reach) const {
    if (!inspection_.reach_is_known) return "?";
    if (reach.every_tool) return "every tool";
    Names names;
    bool others = false;
    for (const uint32_t tool : reach.tools) {
      names.insert(names.end(), names_[tool].begin(), names_[tool].end());
      others = others || tool == program_.other_tools;
    }
    std::sort(names.begin(), names.end());
    if (others) names.emplace_back("other tools");
    return names.empty() ? "none" : Enumerated(names, 3);
  }

  std::string PlaceOf(const SourcePosition& at) const {
    if (at.line == 0 || at.file >= program_.files.size()) return "-";
    return fmt::format("{}:{}:{}", program_.files[at.file], at.line, at.column);
  }

  void DrawRules() {
    const std::vector<InspectedRule>& rules = inspection_.rules;
    const auto shadows = std::count_if(rules.begin(), rules.end(), [this](const auto& rule) {
      return program_.rules[rule.number].shadow;
    });
    sheet_.Title("RULES", shadows == 0
                              ? std::string()
                              : fmt::format("{} of {} in shadow mode", shadows, rules.size()));
    Table table({{"RULE", false, 60}, {"MODE"}, {"TOOLS", false, 60}, {"AT", false, 60}});
    for (size_t i = 0; i < std::min(rules.size(), kRows); ++i) {
      const Rule& rule = program_.rules[rules[i].number];
      table.Add({{rule.name},
                 {rule.shadow ? "shadow" : "denies", rule.shadow ? Ink::kYellow : Ink::kPlain},
                 {ToolsOf(rules[i].reach)},
                 {PlaceOf(rule.at)}});
    }
    Put(table, rules.size(), "none: what is not hidden is allowed");
  }

  static std::string AmountOf(const Quota& quota) {
    if (quota.amount_block == kNoBlock && quota.amount_slot == kNoSlot) {
      const std::string amount = FormatScaled(quota.amount, quota.scale);
      return amount == "1" ? "calls" : amount + " a call";
    }
    return quota.amount_path.empty() ? "computed" : quota.amount_path;
  }

  void DrawQuotas() {
    sheet_.Title("QUOTAS");
    Table table({{"LIMIT", true},
                 {"PER"},
                 {"COUNTS"},
                 {"APART"},
                 {"COUNTER", false, 60},
                 {"RULE", false, 60}});
    for (size_t i = 0; i < std::min(program_.quotas.size(), kRows); ++i) {
      const Quota& quota = program_.quotas[i];
      const Counter& counter = program_.counters[quota.counter];
      std::string limit = quota.shadow                    ? "none"
                          : quota.limit_block != kNoBlock ? "computed"
                                                          : FormatScaled(quota.limit, quota.scale);
      table.Add({{std::move(limit)},
                 {WindowName(counter.window)},
                 {AmountOf(quota)},
                 {quota.key_block == kNoBlock ? "-" : "by a key"},
                 {counter.path},
                 {program_.rules[quota.rule].name}});
    }
    Put(table, program_.quotas.size(), "none");
  }

  void NamesLine(std::string_view title, const Names& names, std::string_view nothing) {
    Field(title, names.empty() ? std::string(nothing) : Enumerated(names, kNames));
  }

  void DrawNames() {
    sheet_.Title("NAMES");
    NamesLine("labels", {program_.labels.begin(), program_.labels.end()}, "none are needed");
    Names hidden(program_.hidden.begin(), program_.hidden.end());
    hidden.insert(hidden.end(), program_.hidden_globs.begin(), program_.hidden_globs.end());
    if (program_.hides_all) hidden = {"all tools"};
    NamesLine("hidden", hidden, "no tools");
    Names functions;
    for (const auto& [name, calls] : inspection_.functions) functions.push_back(name);
    NamesLine("functions", functions, "none");
  }

  void DrawSections() {
    if (!inspection_.written.has_value()) return;
    const WrittenBundle& written = *inspection_.written;
    sheet_.Title("SECTIONS", "as a bundle has them");
    Table table({{"SECTION"}, {"ROWS", true}, {"BYTES", true}, {"BYTES A RULE", true}});
    uint64_t frame = written.bytes;
    for (const WrittenBundle::SectionSize& section : written.sections) {
      const Ink ink = bundle::IsDebugData(section.id) ? Ink::kFaint : Ink::kPlain;
      frame -= section.bytes;
      table.Add({{bundle::SectionName(section.id), ink},
                 {Number(section.rows)},
                 {Number(section.bytes)},
                 {ARule(section.bytes)}});
    }
    table.Add({{"header, hashes"}, {}, {Number(frame)}, {ARule(frame)}});
    table.Add({{"all", Ink::kBold}, {}, {Number(written.bytes)}, {ARule(written.bytes)}});
    sheet_.Put(table, 0, {});
  }

  std::string ARule(uint64_t bytes) const {
    if (inspection_.rules.empty()) return "-";
    return fmt::format("{:.1f}",
                       static_cast<double>(bytes) / static_cast<double>(inspection_.rules.size()));
  }

  // `all`: rows there are, of which the table has the first.
  void Put(const Table& table, size_t all, std::string_view nothing) {
    sheet_.Put(table, all - std::min(all, kRows), nothing);
  }

  const Inspection& inspection_;
  const VerifiedProgram& verified_;
  const Program& program_;
  std::vector<Names> names_;  // of each of Program::tools
  Sheet sheet_;
};

}  // namespace

std::string InspectionTables(const Inspection& inspection, const TableStyle& style) {
  return Sheets(inspection, style).Draw();
}

}  // namespace writ
