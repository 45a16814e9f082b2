// Coverage for programs.
// Tested by tests/cli/coverage.py.
#include "cli/coverage/coverage_reports.h"
#include "cli/json_text.h"

namespace writ {
namespace {

void AppendShare(std::string_view name, const Share& share, JsonText& json) {
  json.Name(name);
  json.Open('{');
  json.Number("covered", share.covered);
  json.Number("total", share.total);
  json.Word("percent", share.Percent());
  json.Close('}');
}

void AppendPlace(const Place& place, JsonText& json) {
  json.Number("line", place.at.line);
  json.Number("column", place.at.column);
  json.Number("length", place.length);
}

std::string_view KindName(CoverableCondition::Kind kind) {
  switch (kind) {
    case CoverableCondition::Kind::kTest: return "condition";
    case CoverableCondition::Kind::kOnlyArgs: return "only_args";
    case CoverableCondition::Kind::kQuota: return "quota";
  }
  return "?";
}

void AppendDetails(const PolicyCoverage& policy, JsonText& json) {
  const Coverable& coverable = policy.coverable();
  const Hits& hits = policy.hits();
  json.Name("each_rule");
  json.Open('[');
  for (size_t i = 0; i < coverable.rules.size(); ++i) {
    json.Open('{');
    json.Member("name", coverable.rules[i].name);
    AppendPlace(coverable.rules[i].place, json);
    json.Number("exercised", hits.rules[i]);
    json.Close('}');
  }
  json.Close(']');
  json.Name("each_condition");
  json.Open('[');
  for (size_t i = 0; i < coverable.conditions.size(); ++i) {
    const CoverableCondition& condition = coverable.conditions[i];
    json.Open('{');
    json.Member("kind", KindName(condition.kind));
    json.Member("in", condition.in);
    json.MemberOrNull("text", condition.text);
    AppendPlace(condition.place, json);
    for (const size_t outcome : {kHolds, kHoldsNot}) {
      if (!condition.possible[outcome]) continue;
      json.Number(OutcomeName(condition.kind, outcome), hits.outcomes[i][outcome]);
    }
    json.Number("errors", hits.errors[i]);
    json.Close('}');
  }
  json.Close(']');
  json.Name("left_out");
  json.Open('[');
  for (const LeftOut& left_out : coverable.left_out) {
    json.Open('{');
    json.Member("text", left_out.what);
    AppendPlace(left_out.place, json);
    json.Member("why", left_out.why);
    json.Close('}');
  }
  json.Close(']');
}

}  // namespace

std::string CoverageJson(const Coverages& policies) {
  JsonText json;
  const CoverageTotals totals = Total(policies);
  json.Open('{');
  AppendShare("rules", totals.rules, json);
  AppendShare("outcomes", totals.outcomes, json);
  json.Name("policies");
  json.Open('[');
  for (const auto& policy : policies) {
    json.Open('{');
    json.Member("policy", policy->name());
    json.MemberOrNull("not_measured", policy->why_not_measured());
    if (policy->is_measured()) {
      AppendShare("rules", policy->rules(), json);
      AppendShare("outcomes", policy->outcomes(), json);
      AppendDetails(*policy, json);
    }
    json.Close('}');
  }
  json.Close(']');
  json.Close('}');
  return std::move(json.text);
}

}  // namespace writ
