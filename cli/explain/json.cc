// An explanation for programs.
// Tested by tests/cli/explain.py.
#include "cli/explain/json.h"

#include "cli/json_text.h"

namespace writ {
namespace {

using Outcome = ExplainedPart::Outcome;

std::string_view Bool(bool value) {
  return value ? "true" : "false";
}

void AddPlace(std::string_view file, uint32_t line, uint32_t column, JsonText& json) {
  json.MemberOrNull("file", file);
  json.Number("line", line);
  json.Number("column", column);
}

void AddPart(const ExplainedPart& part, JsonText& json) {
  json.Open('{');
  json.Number("depth", part.depth);
  if (part.is_element) {
    json.Member("element", part.text);
    json.Member("value", part.value);
  } else {
    json.Member("text", part.text);
    if (part.at.line != 0) {
      json.Number("line", part.at.line);
      json.Number("column", part.at.column);
      json.Number("length", part.length);
    }
    json.Member("outcome", OutcomeName(part.outcome));
    json.MemberOrNull("value", part.value);
    json.MemberOrNull("error", part.error);
    json.Word("absorbed", Bool(part.is_absorbed));
    json.Word("constant", Bool(part.is_constant));
    if (!part.counts.empty()) json.Member("elements", part.counts);
  }
  json.Word("decides", Bool(part.decides));
  json.Close('}');
}

void AddParts(std::string_view name, const std::vector<ExplainedPart>& parts, JsonText& json) {
  json.Name(name);
  json.Open('[');
  for (const ExplainedPart& part : parts) AddPart(part, json);
  json.Close(']');
}

void AddCheck(const ExplainedCheck& check, JsonText& json) {
  json.Open('{');
  json.Member("role", RoleName(check.role));
  json.Number("ordinal", check.ordinal);
  json.Word("decides", Bool(check.decides));
  AddParts("parts", check.parts, json);
  json.Number("left_out", check.left_out);
  json.Close('}');
}

void AddRule(const ExplainedRule& rule, JsonText& json) {
  json.Open('{');
  json.Member("name", rule.name);
  AddPlace(rule.file, rule.at.line, rule.at.column, json);
  json.Word("shadow", Bool(rule.is_shadow));
  json.Member("state", StateName(rule));
  json.MemberOrNull("because", rule.because);
  json.Name("checks");
  json.Open('[');
  for (const ExplainedCheck& check : rule.checks) AddCheck(check, json);
  json.Close(']');
  json.Close('}');
}

void AddQuota(const ExplainedQuota& quota, JsonText& json) {
  json.Open('{');
  json.Member("rule", quota.rule);
  json.Member("counter", quota.counter);
  json.MemberOrNull("key", quota.key);
  json.Member("window", quota.window);
  json.Member("amount", quota.amount);
  json.Member("limit", quota.limit);
  json.Member("used", quota.used);
  json.Member("remains", quota.remains);
  json.Word("full", Bool(quota.is_full));
  json.Word("shadow", Bool(quota.is_shadow));
  json.Close('}');
}

void AddTexts(std::string_view name, const std::vector<std::string>& texts, JsonText& json) {
  json.Name(name);
  json.Open('[');
  for (const std::string& text : texts) json.Text(text);
  json.Close(']');
}

}  // namespace

std::string ExplanationJson(const Explanation& explanation, std::string_view decision) {
  JsonText json;
  json.Open('{');
  json.Word("decision", decision);
  json.Member("tool", explanation.tool);
  json.Member("sentence", explanation.sentence);
  json.MemberOrNull("hint", explanation.hint);
  json.Name("gates");
  json.Open('[');
  for (const ExplainedGate& gate : explanation.gates) {
    json.Open('{');
    AddPlace(gate.file, gate.at.line, gate.at.column, json);
    json.Member("text", gate.text);
    json.Close('}');
  }
  json.Close(']');
  json.Name("rules");
  json.Open('[');
  for (const ExplainedRule& rule : explanation.rules) AddRule(rule, json);
  json.Close(']');
  json.Number("other_rules", explanation.other_rules);
  json.Name("variables");
  json.Open('[');
  for (const ExplainedVariable& variable : explanation.variables) {
    json.Open('{');
    json.Member("name", variable.name);
    AddParts("parts", variable.check.parts, json);
    json.Close('}');
  }
  json.Close(']');
  json.Name("quotas");
  json.Open('[');
  for (const ExplainedQuota& quota : explanation.quotas) AddQuota(quota, json);
  json.Close(']');
  AddTexts("shadow", explanation.findings, json);
  AddParts("reads", explanation.reads, json);
  AddTexts("notes", explanation.notes, json);
  json.MemberOrNull("answer", explanation.answer);
  json.Close('}');
  return std::move(json.text);
}

}  // namespace writ
