// What a policy costs, as JSON.
// Tested by tests/cli/bench.py.
#include "cli/bench/bench_report.h"
#include "cli/bench/figures.h"
#include "cli/json_text.h"

namespace writ {
namespace {

void AddOutcomes(JsonText& json, const OutcomeCounts& outcomes) {
  json.Number("calls", outcomes.all());
  json.Number("allowed", outcomes.allowed);
  json.Number("denied", outcomes.denied);
  json.Number("errors", outcomes.errors);
}

void AddTool(JsonText& json, const ToolCost& tool) {
  json.Open('{');
  json.Member("tool", tool.name);
  AddOutcomes(json, tool.outcomes);
  AddPercentiles(json, "ns", tool.nanoseconds);
  AddPercentiles(json, "instructions", tool.instructions);
  json.Close('}');
}

void AddRule(JsonText& json, const RuleCost& rule) {
  json.Open('{');
  json.MemberOrNull("rule", rule.name);
  json.MemberOrNull("file", rule.file);
  json.Number("line", rule.line);
  json.Number("column", rule.column);
  json.Number("dearest_line", rule.dearest_line);
  json.MemberOrNull("dearest_source", rule.dearest_text);
  json.Number("calls", rule.calls);
  json.Number("instructions_of_all_calls", rule.instructions_of_all);
  AddPercentiles(json, "instructions", rule.instructions);
  AddPercentiles(json, "estimated_ns", rule.nanoseconds);
  json.Close('}');
}

void AddLoading(JsonText& json, const LoadTimes& load) {
  json.Name("load");
  json.Open('{');
  json.Number("rules", load.rules);
  json.Word("compiles", load.compiles ? "true" : "false");
  if (load.files.has_value()) {
    AddSpread(json, "files_ms", *load.files);
  } else {
    json.Word("files_ms", "null");
  }
  json.Name("bundle");
  if (load.bundle.has_value()) {
    json.Open('{');
    AddSpread(json, "read_ms", load.bundle->read);
    json.Number("bytes", load.bundle->bytes);
    json.Number("stripped_bytes", load.bundle->stripped_bytes);
    AddNumber(json, "bytes_a_rule", load.bytes_a_rule());
    json.Close('}');
  } else {
    json.Plain("null");
  }
  json.Close('}');
}

}  // namespace

std::string BenchJson(const BenchReport& report) {
  JsonText json;
  json.Open('{');
  json.Name("policies");
  json.Open('[');
  for (const std::string& policy : report.policies) json.Text(policy);
  json.Close(']');
  json.MemberOrNull("program", report.digest);
  AddOrigin(json, report.origin);
  AddOutcomes(json, report.outcomes);
  AddSteadiness(json, report.steadiness);
  AddPercentiles(json, "ns", report.whole);
  AddPercentiles(json, "reading_ns", report.reading);
  AddPercentiles(json, "instructions", report.instructions);
  json.Name("tools");
  json.Open('[');
  for (const ToolCost& tool : report.tools) AddTool(json, tool);
  json.Close(']');
  json.Name("rules");
  json.Open('[');
  for (const RuleCost& rule : report.rules) AddRule(json, rule);
  json.Close(']');
  AddLoading(json, report.load);
  json.Close('}');
  return std::move(json.text) + '\n';
}

}  // namespace writ
