// Policies line by line, and a table of their figures.
// Tested by tests/cli/coverage.py.
#include <fmt/format.h>

#include <algorithm>

#include "cli/coverage/coverage_reports.h"

namespace writ {
namespace {

// Nobody reads further; a line of a policy may be as long as it likes.
constexpr size_t kMaxColumns = 200;

struct MarkStyle {
  std::string_view sign;
  Ink ink;
};

MarkStyle StyleOf(LineMark mark) {
  switch (mark) {
    case LineMark::kNothing: return {" ", Ink::kPlain};
    case LineMark::kCovered: return {"+", Ink::kGreen};
    case LineMark::kPartly: return {"~", Ink::kYellow};
    case LineMark::kNot: return {"-", Ink::kRed};
  }
  return {"?", Ink::kPlain};
}

class Lines {
 public:
  Lines(const PolicyCoverage& coverage, const TableStyle& style)
      : source_(coverage.source()),
        style_(style),
        columns_(std::min(style.columns, kMaxColumns)),
        range_(LinesOfPolicy(coverage.traced().map.sources.front())),
        digits_(fmt::format_int(range_.last).size()),
        marks_(MarkLines(coverage)),
        gaps_(coverage.Gaps()) {}

  std::string Draw() {
    size_t gap = 0;
    for (uint32_t line = range_.first; line <= range_.last; ++line) {
      const MarkStyle mark = StyleOf(marks_[line - 1]);
      std::string text = fmt::format("{:>{}} ", line, digits_);
      AppendInked(mark.sign, mark.ink, style_.color, text);
      const std::string shown = ShownWithin(Shown(source_.Line(line)), Room());
      if (!shown.empty()) text += ' ' + shown;
      out_ += text + '\n';
      for (; gap < gaps_.size() && gaps_[gap].place.at.line == line; ++gap) DrawGap(gaps_[gap]);
    }
    return std::move(out_);
  }

 private:
  // Columns for text, behind the number and the mark.
  size_t Room() const { return columns_ > digits_ + 4 ? columns_ - digits_ - 3 : 1; }

  // ^~~~ under what is meant, and what is missing.
  void DrawGap(const Gap& gap) {
    const auto width = [this, &gap](size_t first, size_t count) {
      return ColumnsOf(Shown(source_.Cut(gap.place.at.line, first, count)));
    };
    const size_t before = std::min(gap.place.at.column - 1, static_cast<uint32_t>(kMaxColumns));
    std::string text(digits_ + 3, ' ');
    if (width(0, before) < Room()) {
      const size_t room = Room() - width(0, before);
      const size_t length = std::clamp<size_t>(width(before, gap.place.length), 1, room);
      text += std::string(width(0, before), ' ') + '^' + std::string(length - 1, '~') + ' ';
    }
    AppendInked(text + gap.text, Ink::kYellow, style_.color, out_);
    out_ += '\n';
  }

  const Source& source_;
  const TableStyle& style_;
  const size_t columns_;
  const LineRange range_;
  const size_t digits_;
  std::vector<LineMark> marks_;
  std::vector<Gap> gaps_;
  std::string out_;
};

Ink InkOf(const Share& share) {
  return share.covered == share.total ? Ink::kGreen : Ink::kYellow;
}

std::string PercentText(const Share& share) {
  return share.Percent() + " %";
}

std::string CountText(const Share& share) {
  return fmt::format("{} of {}", share.covered, share.total);
}

void AddFigures(std::string name, const Share& rules, const Share& outcomes, size_t left_out,
                Table& table) {
  table.Add({{std::move(name)},
             {CountText(rules)},
             {PercentText(rules), InkOf(rules)},
             {CountText(outcomes)},
             {PercentText(outcomes), InkOf(outcomes)},
             {left_out == 0 ? "" : fmt::format("{} left out", left_out), Ink::kFaint}});
}

std::string LeftOutText(const PolicyCoverage& coverage) {
  std::string out;
  for (const LeftOut& left_out : coverage.coverable().left_out) {
    out += fmt::format("  left out: {}:{}:{}: {}, {}\n", Shown(coverage.name()),
                       left_out.place.at.line, left_out.place.at.column,
                       ShownWithin(left_out.what, 60), left_out.why);
  }
  return out;
}

}  // namespace

std::string CoverageText(const Coverages& policies, bool all_lines, const TableStyle& style) {
  std::string out;
  Table table({{"policy", false, 60},
               {"rules", true},
               {"", true},
               {"outcomes", true},
               {"", true},
               {"", false}});
  size_t left_out = 0;
  for (const auto& policy : policies) {
    if (!policy->is_measured()) {
      const std::string why = fmt::format("not measured: {}", policy->why_not_measured());
      table.Add({{policy->name()}, {"-"}, {""}, {"-"}, {""}, {why, Ink::kFaint}});
      continue;
    }
    const Share rules = policy->rules();
    const Share outcomes = policy->outcomes();
    if (all_lines || rules.covered < rules.total || outcomes.covered < outcomes.total) {
      AppendInked(Shown(policy->name()), Ink::kBold, style.color, out);
      out += '\n' + Lines(*policy, style).Draw() + LeftOutText(*policy) + '\n';
    }
    left_out += policy->coverable().left_out.size();
    AddFigures(policy->name(), rules, outcomes, policy->coverable().left_out.size(), table);
  }
  const CoverageTotals totals = Total(policies);
  if (totals.measured > 1) {
    AddFigures("all of them", totals.rules, totals.outcomes, left_out, table);
  }
  table.Draw(style.columns, style.color, out);
  return out;
}

}  // namespace writ
