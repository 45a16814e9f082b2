// Two policies side by side, for people, for programs and as a picture.
// Tested by tests/cli/bench.py.
#include <fmt/core.h>

#include <algorithm>

#include "cli/bench/compare.h"
#include "cli/bench/figures.h"
#include "cli/bench/svg.h"

namespace writ {
namespace {

constexpr size_t kRows = 20;

std::string Names(const std::vector<std::string>& policies) {
  std::string names;
  for (const std::string& policy : policies) names += (names.empty() ? "" : ", ") + policy;
  return names;
}

// Faster is green, slower red; where the spread has 1 in it nobody knows.
Ink InkOf(const Spread& ratio) {
  if (ratio.high < 1) return Ink::kGreen;
  return ratio.low > 1 ? Ink::kRed : Ink::kPlain;
}

void AddRow(Table& table, std::string name, const CostRatio& cost) {
  table.Add({{std::move(name)},
             {Grouped(static_cast<double>(cost.calls))},
             {Grouped(cost.old_nanoseconds)},
             {Grouped(cost.new_nanoseconds)},
             {RatioText(cost.ratio.median), InkOf(cost.ratio)},
             {fmt::format("{} to {}", RatioText(cost.ratio.low), RatioText(cost.ratio.high))},
             {Grouped(static_cast<double>(cost.old_instructions))},
             {Grouped(static_cast<double>(cost.new_instructions))},
             {RatioText(cost.instruction_ratio())}});
}

void AddCost(JsonText& json, const CostRatio& cost) {
  json.Number("calls", cost.calls);
  AddSpread(json, "ratio", cost.ratio);
  AddNumber(json, "old_ns", cost.old_nanoseconds);
  AddNumber(json, "new_ns", cost.new_nanoseconds);
  json.Number("old_instructions", cost.old_instructions);
  json.Number("new_instructions", cost.new_instructions);
  AddNumber(json, "instruction_ratio", cost.instruction_ratio());
}

void AddNames(JsonText& json, std::string_view name, const std::vector<std::string>& policies) {
  json.Name(name);
  json.Open('[');
  for (const std::string& policy : policies) json.Text(policy);
  json.Close(']');
}

void AddSteadinessOf(JsonText& json, std::string_view name, const Steadiness& steadiness) {
  json.Name(name);
  json.Open('{');
  AddSteadiness(json, steadiness);
  json.Close('}');
}

}  // namespace

std::string ComparisonTables(const Comparison& comparison, const TableStyle& style) {
  Sheet sheet(style);
  sheet.Line(fmt::format("{}, compared with {}", Names(comparison.new_policies),
                         Names(comparison.old_policies)),
             Ink::kBold);
  const std::string calls =
      fmt::format("{} {}", Plural(comparison.whole.calls, "call"), OriginText(comparison.origin));
  if (comparison.decide_alike()) {
    sheet.Line(fmt::format("  they decide {} alike", calls), Ink::kGreen);
  } else {
    sheet.Line(
        fmt::format("  of {}, {} have another verdict, and {} the same one for another reason",
                    calls, Grouped(static_cast<double>(comparison.other_verdicts)),
                    Grouped(static_cast<double>(comparison.other_reasons))),
        Ink::kRed);
    for (const DecidedOtherwise& example : comparison.examples) {
      sheet.Line(fmt::format("    {}: {}; before: {}", example.tool, example.new_decision,
                             example.old_decision));
    }
  }
  const std::string left_out = LeftOutText(comparison.origin);
  if (!left_out.empty()) sheet.Line("  " + left_out, Ink::kYellow);
  const Steadiness& steadiness = comparison.new_steadiness;
  sheet.Line("  " + SteadinessText(steadiness));
  if (steadiness.is_noisy() || comparison.old_steadiness.is_noisy()) {
    sheet.Line("  the machine is busy with something else: trust the ratios more than the times",
               Ink::kYellow);
  }
  sheet.Title("NEW TO OLD", "the median of ten parts of the run, and their middle four fifths");
  Table table({{"TOOL"},
               {"CALLS", true},
               {"OLD NS", true},
               {"NEW NS", true},
               {"RATIO", true},
               {"SPREAD"},
               {"OLD INSTR", true},
               {"NEW INSTR", true},
               {"RATIO", true}});
  for (size_t i = 0; i < std::min(comparison.tools.size(), kRows); ++i) {
    AddRow(table, comparison.tools[i].name, comparison.tools[i].cost);
  }
  AddRow(table, "all", comparison.whole);
  sheet.Put(table, comparison.tools.size() - std::min(comparison.tools.size(), kRows), {});
  return std::move(sheet.text());
}

std::string ComparisonJson(const Comparison& comparison) {
  JsonText json;
  json.Open('{');
  AddNames(json, "policies", comparison.new_policies);
  AddNames(json, "compared_with", comparison.old_policies);
  AddOrigin(json, comparison.origin);
  json.Word("decide_alike", comparison.decide_alike() ? "true" : "false");
  json.Number("other_verdicts", comparison.other_verdicts);
  json.Number("other_reasons", comparison.other_reasons);
  json.Name("examples");
  json.Open('[');
  for (const DecidedOtherwise& example : comparison.examples) {
    json.Open('{');
    json.Member("tool", example.tool);
    json.Member("line", example.line);
    json.Member("old", example.old_decision);
    json.Member("new", example.new_decision);
    json.Close('}');
  }
  json.Close(']');
  AddSteadinessOf(json, "old_steadiness", comparison.old_steadiness);
  AddSteadinessOf(json, "new_steadiness", comparison.new_steadiness);
  json.Name("all");
  json.Open('{');
  AddCost(json, comparison.whole);
  json.Close('}');
  json.Name("tools");
  json.Open('[');
  for (const ToolComparison& tool : comparison.tools) {
    json.Open('{');
    json.Member("tool", tool.name);
    json.Number("decided_otherwise", tool.differing);
    AddCost(json, tool.cost);
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  return std::move(json.text) + '\n';
}

std::string ComparisonPicture(const Comparison& comparison) {
  constexpr double kWidth = 760;
  constexpr double kLeft = 200;
  constexpr double kRight = kWidth - 40;
  constexpr double kTop = 80;
  constexpr double kRow = 24;
  std::vector<std::pair<std::string, const CostRatio*>> rows = {{"all", &comparison.whole}};
  for (const ToolComparison& tool : comparison.tools) {
    if (rows.size() <= kRows) rows.emplace_back(tool.name, &tool.cost);
  }
  double least = 0.8;
  double most = 1.25;
  for (const auto& [name, cost] : rows) {
    if (cost->ratio.low <= 0) continue;
    least = std::min(least, cost->ratio.low);
    most = std::max(most, cost->ratio.high);
  }
  const LogAxis axis(least, most, kLeft, kRight);
  const double end = kTop + kRow * static_cast<double>(rows.size());
  Svg svg(kWidth, end + 50, "Time of a decision, new to old");
  svg.Heading({20, 28}, "Time of a decision, new to old");
  svg.Note({20, 48}, fmt::format("{}, compared with {}; median and middle four fifths of {}",
                                 Names(comparison.new_policies), Names(comparison.old_policies),
                                 Plural(comparison.new_steadiness.rounds, "round")));
  for (const double tick : axis.ticks()) {
    svg.Rule({axis.At(tick), kTop - 12}, {axis.At(tick), end});
    svg.Note({axis.At(tick), end + 18}, ShortNumber(tick), Anchor::kMiddle);
  }
  svg.Mark({axis.At(1), kTop - 12}, {axis.At(1), end});
  double y = kTop + kRow / 2;
  for (const auto& [name, cost] : rows) {
    svg.Text({kLeft - 8, y + 4}, ShownWithin(name, 26), Anchor::kEnd);
    if (cost->ratio.low > 0) {
      const double left = axis.At(cost->ratio.low);
      svg.Bar({left, y - 4}, std::max(2.0, axis.At(cost->ratio.high) - left), 8, 0);
      svg.Dot({axis.At(cost->ratio.median), y}, 1);
    }
    y += kRow;
  }
  return svg.Finish();
}

}  // namespace writ
