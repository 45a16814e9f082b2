// Figures and gaps.
// Tested by tests/cli/coverage_test.cc.
#include "cli/coverage/coverage.h"

#include <fmt/core.h>

#include <algorithm>

namespace writ {
namespace {

using Kind = CoverableCondition::Kind;

std::string WhyNotMeasured(const TracedProgram& traced) {
  if (traced.program == nullptr) return fmt::format("it is too large: {}", traced.why);
  return traced.map.sources.empty() ? "a bundle has no source" : "";
}

std::string_view NeverText(Kind kind, size_t outcome) {
  switch (kind) {
    case Kind::kQuota: return outcome == kHolds ? "never passed" : "never full";
    case Kind::kOnlyArgs: return outcome == kHolds ? "never holds" : "always holds";
    case Kind::kTest: break;
  }
  return outcome == kHolds ? "never true" : "never false";
}

std::string GapText(const CoverableCondition& condition, const std::array<uint64_t, 2>& outcomes,
                    uint64_t errors) {
  const std::string said =
      errors == 0 ? "" : fmt::format(", an error {} time{}", errors, errors == 1 ? "" : "s");
  const bool none = outcomes[kHolds] == 0 && outcomes[kHoldsNot] == 0;
  if (none && condition.possible[kHolds] && condition.possible[kHoldsNot]) {
    switch (condition.kind) {
      case Kind::kQuota: return "neither passed nor full" + said;
      case Kind::kOnlyArgs: return "never looked at" + said;
      case Kind::kTest: return "neither true nor false" + said;
    }
  }
  const bool lacks_first = condition.possible[kHolds] && outcomes[kHolds] == 0;
  return std::string(NeverText(condition.kind, lacks_first ? kHolds : kHoldsNot)) + said;
}

Share OutcomesOf(const CoverableCondition& condition, const std::array<uint64_t, 2>& outcomes) {
  Share share;
  for (const size_t outcome : {kHolds, kHoldsNot}) {
    if (!condition.possible[outcome]) continue;
    ++share.total;
    share.covered += outcomes[outcome] > 0 ? 1 : 0;
  }
  return share;
}

Coverable CoverableOf(const TracedProgram& traced) {
  return WhyNotMeasured(traced).empty() ? FindCoverable(traced) : Coverable();
}

}  // namespace

bool Share::IsAtLeast(double percent) const {
  return static_cast<double>(covered) * 100 >= percent * static_cast<double>(total);
}

std::string Share::Percent() const {
  if (covered == total) return "100";
  const size_t tenths = covered * 1000 / total;
  return fmt::format("{}.{}", tenths / 10, tenths % 10);
}

PolicyCoverage::PolicyCoverage(std::string name, const TracedProgram& traced)
    : name_(std::move(name)),
      traced_(traced),
      why_not_measured_(WhyNotMeasured(traced)),
      coverable_(CoverableOf(traced)),
      hits_(coverable_) {
  if (is_measured()) observer_ = std::make_unique<CoverageObserver>(traced, coverable_);
}

void PolicyCoverage::AddHiddenFromList() {
  if (coverable_.hidden != Coverable::kNone) ++hits_.rules[coverable_.hidden];
}

Share PolicyCoverage::rules() const {
  const auto covered =
      std::count_if(hits_.rules.begin(), hits_.rules.end(), [](uint64_t hits) { return hits > 0; });
  return {static_cast<size_t>(covered), hits_.rules.size()};
}

Share PolicyCoverage::outcomes() const {
  Share share;
  for (size_t i = 0; i < coverable_.conditions.size(); ++i) {
    share += OutcomesOf(coverable_.conditions[i], hits_.outcomes[i]);
  }
  return share;
}

std::vector<Gap> PolicyCoverage::Gaps() const {
  std::vector<Gap> gaps;
  for (size_t i = 0; i < coverable_.rules.size(); ++i) {
    if (hits_.rules[i] == 0) gaps.push_back({coverable_.rules[i].place, "never exercised"});
  }
  for (size_t i = 0; i < coverable_.conditions.size(); ++i) {
    const CoverableCondition& condition = coverable_.conditions[i];
    const Share share = OutcomesOf(condition, hits_.outcomes[i]);
    if (share.covered == share.total) continue;
    gaps.push_back({condition.place, GapText(condition, hits_.outcomes[i], hits_.errors[i])});
  }
  std::stable_sort(gaps.begin(), gaps.end());
  return gaps;
}

std::vector<LineMark> MarkLines(const PolicyCoverage& coverage) {
  const Coverable& coverable = coverage.coverable();
  const Hits& hits = coverage.hits();
  std::vector<Share> lines(coverage.source().line_count());
  const auto add = [&lines](const Place& place, const Share& share) {
    if (place.at.line - 1 < lines.size()) lines[place.at.line - 1] += share;
  };
  for (size_t i = 0; i < coverable.rules.size(); ++i) {
    add(coverable.rules[i].place, {hits.rules[i] > 0 ? size_t{1} : size_t{0}, 1});
  }
  for (size_t i = 0; i < coverable.conditions.size(); ++i) {
    const CoverableCondition& condition = coverable.conditions[i];
    add(condition.place, OutcomesOf(condition, hits.outcomes[i]));
  }
  std::vector<LineMark> marks;
  marks.reserve(lines.size());
  for (const Share& line : lines) {
    marks.push_back(line.total == 0              ? LineMark::kNothing
                    : line.covered == line.total ? LineMark::kCovered
                    : line.covered == 0          ? LineMark::kNot
                                                 : LineMark::kPartly);
  }
  return marks;
}

CoverageTotals Total(const std::vector<std::unique_ptr<PolicyCoverage>>& policies) {
  CoverageTotals totals;
  for (const auto& policy : policies) {
    if (!policy->is_measured()) continue;
    totals.rules += policy->rules();
    totals.outcomes += policy->outcomes();
    ++totals.measured;
  }
  return totals;
}

bool IsAtLeast(const std::vector<std::unique_ptr<PolicyCoverage>>& policies, double percent) {
  return std::all_of(policies.begin(), policies.end(), [percent](const auto& policy) {
    return policy->is_measured() && policy->rules().IsAtLeast(percent) &&
           policy->outcomes().IsAtLeast(percent);
  });
}

}  // namespace writ
