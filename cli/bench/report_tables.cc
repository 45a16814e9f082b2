// What a policy costs, as tables.
// Tested by tests/cli/bench.py.
#include <fmt/core.h>

#include <algorithm>

#include "cli/bench/bench_report.h"
#include "cli/bench/figures.h"
#include "cli/bench/histogram.h"

namespace writ {
namespace {

// Rows of each table; --json has more.
constexpr size_t kRows = 20;
constexpr size_t kDearest = 5;
constexpr size_t kBins = 10;
constexpr size_t kBarColumns = 32;

using Cell = Table::Cell;

class Sheets {
 public:
  Sheets(const BenchReport& report, const TableStyle& style) : report_(report), sheet_(style) {}

  std::string Draw() {
    DrawHead();
    DrawDecision();
    DrawHistogram();
    DrawTools();
    DrawRules();
    DrawDearest();
    DrawLoading();
    return std::move(sheet_.text());
  }

 private:
  void DrawHead() {
    std::string names;
    for (const std::string& policy : report_.policies) {
      names += (names.empty() ? "" : ", ") + policy;
    }
    sheet_.Line(names, Ink::kBold);
    const OutcomeCounts& outcomes = report_.outcomes;
    sheet_.Line(fmt::format("  {} {}: {} allowed, {} denied, {} could not be decided",
                            Plural(outcomes.all(), "call"), OriginText(report_.origin),
                            Grouped(static_cast<double>(outcomes.allowed)),
                            Grouped(static_cast<double>(outcomes.denied)),
                            Grouped(static_cast<double>(outcomes.errors))));
    const std::string left_out = LeftOutText(report_.origin);
    if (!left_out.empty()) sheet_.Line("  " + left_out, Ink::kYellow);
    const Steadiness& steadiness = report_.steadiness;
    sheet_.Line("  " + SteadinessText(steadiness));
    if (steadiness.is_noisy()) {
      sheet_.Line(
          "  the machine is busy with something else: take these times as rough, the high "
          "percentiles above all",
          Ink::kYellow);
    }
  }

  static void AddPercentileCells(const Percentiles& percentiles, std::vector<Cell>& cells) {
    for (const double value :
         {percentiles.p50, percentiles.p90, percentiles.p99, percentiles.p999}) {
      cells.push_back({Grouped(value)});
    }
  }

  void DrawDecision() {
    sheet_.Title("A DECISION");
    Table table({{""}, {"P50", true}, {"P90", true}, {"P99", true}, {"P99.9", true}});
    const auto add = [&table](std::string_view name, const Percentiles& percentiles) {
      std::vector<Cell> cells = {{std::string(name)}};
      AddPercentileCells(percentiles, cells);
      table.Add(std::move(cells));
    };
    add("ns, from the line to the decision", report_.whole);
    add("ns, of that reading the line", report_.reading);
    add("instructions", report_.instructions);
    sheet_.Put(table, 0, {});
  }

  void DrawHistogram() {
    const Histogram histogram = Histogram::Of(report_.samples, kBins);
    sheet_.Title("HOW LONG", "decisions by nanoseconds");
    Table table({{"FROM", true}, {"", false, kBarColumns}, {"SHARE", true}});
    for (size_t i = 0; i < histogram.counts.size(); ++i) {
      const auto count = static_cast<double>(histogram.counts[i]);
      table.Add(
          {{Grouped(histogram.edges[i])},
           {BarText(count / static_cast<double>(histogram.most), kBarColumns), Ink::kGreen},
           {fmt::format("{:.1f} %", 100 * count / static_cast<double>(report_.samples.size()))}});
    }
    sheet_.Put(table, 0, {});
  }

  void DrawTools() {
    sheet_.Title("TOOLS", "ns and instructions of a decision; the slowest first");
    Table table({{"TOOL"},
                 {"CALLS", true},
                 {"ALLOWED", true},
                 {"NS P50", true},
                 {"P90", true},
                 {"P99", true},
                 {"P99.9", true},
                 {"INSTR P50", true},
                 {"P90", true},
                 {"P99", true},
                 {"P99.9", true}});
    std::vector<const ToolCost*> tools;
    for (const ToolCost& tool : report_.tools) tools.push_back(&tool);
    std::stable_sort(tools.begin(), tools.end(), [](const ToolCost* a, const ToolCost* b) {
      return a->nanoseconds.p50 > b->nanoseconds.p50;
    });
    for (size_t i = 0; i < std::min(tools.size(), kRows); ++i) {
      const ToolCost& tool = *tools[i];
      std::vector<Cell> cells = {{tool.name},
                                 {Grouped(static_cast<double>(tool.outcomes.all()))},
                                 {Grouped(static_cast<double>(tool.outcomes.allowed))}};
      AddPercentileCells(tool.nanoseconds, cells);
      AddPercentileCells(tool.instructions, cells);
      table.Add(std::move(cells));
    }
    sheet_.Put(table, tools.size() - std::min(tools.size(), kRows), "none");
  }

  void DrawRules() {
    sheet_.Title("RULES", "of calls in which they are asked; the dearest in all first");
    Table table({{"RULE"},
                 {"CALLS", true},
                 {"INSTR P50", true},
                 {"P90", true},
                 {"P99", true},
                 {"P99.9", true},
                 {"NS EST P50", true},
                 {"P90", true},
                 {"P99", true},
                 {"P99.9", true}});
    for (size_t i = 0; i < std::min(report_.rules.size(), kRows); ++i) {
      const RuleCost& rule = report_.rules[i];
      std::vector<Cell> cells = {NameOf(rule), {Grouped(static_cast<double>(rule.calls))}};
      AddPercentileCells(rule.instructions, cells);
      AddPercentileCells(rule.nanoseconds, cells);
      table.Add(std::move(cells));
    }
    sheet_.Put(table, report_.rules.size() - std::min(report_.rules.size(), kRows),
               "none is asked by these calls");
    if (report_.rules.empty()) return;
    sheet_.Line("  instructions are counted; ns are an estimate: a call's time without reading its",
                Ink::kFaint);
    sheet_.Line("  line, shared out by what the instructions of each rule weigh", Ink::kFaint);
  }

  static Cell NameOf(const RuleCost& rule) {
    if (rule.name.empty()) return {"(no rule)", Ink::kFaint};
    return {rule.name};
  }

  // With the line of the source on which each spends most.
  void DrawDearest() {
    size_t drawn = 0;
    for (const RuleCost& rule : report_.rules) {
      if (rule.name.empty() || drawn == kDearest) continue;
      if (rule.line == 0) continue;
      if (drawn++ == 0) sheet_.Title("THE DEAREST", "and the line on which each spends most");
      const uint32_t line = rule.dearest_line != 0 ? rule.dearest_line : rule.line;
      sheet_.Line(fmt::format("  {}:{}  {}", rule.file, line, rule.name));
      if (!rule.dearest_text.empty()) {
        sheet_.Line(fmt::format("      {}", rule.dearest_text), Ink::kGreen);
      }
    }
  }

  void DrawLoading() {
    const LoadTimes& load = report_.load;
    sheet_.Title("LOADING");
    Table table({{""}, {"MEDIAN", true}, {"P10", true}, {"P90", true}});
    const auto add = [&table](std::string_view name, const Spread& spread) {
      table.Add({{std::string(name)},
                 {Milliseconds(spread.median)},
                 {Milliseconds(spread.low)},
                 {Milliseconds(spread.high)}});
    };
    if (load.files.has_value()) {
      add(load.compiles ? "from YAML to a program" : "from files to a program", *load.files);
    }
    if (load.bundle.has_value()) add("from a bundle in memory, verified", load.bundle->read);
    sheet_.Put(table, 0, "not measured: a stream can be read once");
    if (!load.bundle.has_value()) {
      return sheet_.Line("  what is linked from several files is no bundle");
    }
    const auto bytes = static_cast<double>(load.bundle->bytes);
    const auto stripped = static_cast<double>(load.bundle->stripped_bytes);
    sheet_.Line(fmt::format("  as a bundle {} bytes, {} without debug data: {:.0f} for each of {}",
                            Grouped(bytes), Grouped(stripped), load.bytes_a_rule(),
                            Plural(load.rules, "rule")));
  }

  const BenchReport& report_;
  Sheet sheet_;
};

}  // namespace

std::string BenchTables(const BenchReport& report, const TableStyle& style) {
  return Sheets(report, style).Draw();
}

}  // namespace writ
