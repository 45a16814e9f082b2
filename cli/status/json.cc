// The status as JSON.
// Tested by tests/cli/status_report_test.cc.
#include <fmt/core.h>

#include <iterator>
#include <string_view>

#include "cli/json_text.h"
#include "cli/status/report.h"
#include "proxy/audit_record.h"
#include "proxy/counters.h"

namespace writ {
namespace {

std::string TimeText(int64_t seconds) {
  std::string text;
  AppendAuditTime(Time(seconds), text);
  return text;
}

void AddCounted(const Counted& counted, JsonText& json) {
  json.Number("calls", counted.calls);
  json.Number("denied", counted.denied);
  json.Number("errors", counted.errors);
  json.Number("refusals", counted.refusals);
  json.Number("unrecorded_denied", counted.unrecorded_denied);
  json.Number("unrecorded_passed", counted.unrecorded_passed);
}

void AddInstance(const Instance& instance, JsonText& json) {
  json.Open('{');
  json.Member("session", instance.session);
  json.Member("state", StateName(instance.state()));
  json.Word("status", instance.status.has_value() ? std::to_string(*instance.status) : "null");
  json.Word("pid", instance.pid > 0 ? std::to_string(instance.pid) : "null");
  json.MemberOrNull("started", instance.started);
  json.Member("last", instance.last);
  AddCounted(instance.counted, json);
  json.MemberOrNull("client", instance.client);
  json.MemberOrNull("server", instance.server);
  json.MemberOrNull("command", instance.command);
  json.Name("policies");
  json.Open('[');
  for (const std::string& policy : instance.policies) json.Text(policy);
  json.Close(']');
  json.MemberOrNull("writ", instance.writ);
  json.Close('}');
}

void AddRules(std::string_view name, const RuleCounts& counts, bool has_code, JsonText& json) {
  json.Name(name);
  json.Open('[');
  for (const auto* entry : Top(counts, kMaxCountedRules)) {
    json.Open('{');
    json.MemberOrNull("rule", entry->first.first);
    if (has_code) json.Member("code", entry->first.second);
    json.Number("denied", entry->second.denied);
    json.Number("errors", entry->second.errors);
    json.Member("last", entry->second.last);
    json.Close('}');
  }
  json.Close(']');
}

void AddDenials(const std::set<Denial>& denials, JsonText& json) {
  json.Name("denials");
  json.Open('[');
  for (auto denial = denials.rbegin(); denial != denials.rend(); ++denial) {
    json.Open('{');
    json.Member("time", denial->time);
    json.Member("session", denial->session);
    json.Number("seq", denial->seq);
    json.MemberOrNull("client", denial->client);
    json.Member("tool", denial->tool);
    json.Member("verdict", denial->verdict);
    json.Member("code", denial->code);
    json.MemberOrNull("rule", denial->rule);
    json.Close('}');
  }
  json.Close(']');
}

void AddQuota(const ShownCount& count, JsonText& json) {
  json.Open('{');
  json.Member("policy", count.space);
  json.MemberOrNull("tool", count.global ? std::string_view() : std::string_view(count.scope));
  json.Member("name", count.name);
  json.MemberOrNull("key", count.key);
  json.Member("per", WindowName(count.window));
  json.Word("shadow", count.shadow ? "true" : "false");
  json.Word("used", FormatScaled(count.used, count.scale));
  json.Word("limit", FormatScaled(count.limit, count.scale));
  json.Word("remaining", FormatScaled(count.remaining, count.scale));
  json.Member("resets_at", TimeText(count.resets_at));
  json.Close('}');
}

}  // namespace

std::string_view StateName(Instance::State state) {
  switch (state) {
    case Instance::State::kRunning: return "running";
    case Instance::State::kEnded: return "ended";
    case Instance::State::kKilled: return "killed";
    case Instance::State::kUnknown: break;
  }
  return "unknown";
}

std::string StatusJson(const StatusReport& report) {
  const Tally& tally = *report.tally;
  JsonText json;
  json.Open('{');
  json.Member("time", TimeText(report.now));
  json.Member("since", tally.since());
  json.Member("audit", report.audit);
  json.Member("counters", report.counters);
  json.Name("total");
  json.Open('{');
  AddCounted(tally.total(), json);
  json.Close('}');
  json.Name("instances");
  json.Open('[');
  for (const Instance* instance : tally.Instances()) AddInstance(*instance, json);
  json.Close(']');
  json.Number("more_instances", tally.more_instances());
  AddRules("rules", tally.rules(), true, json);
  AddRules("shadow", tally.shadows(), false, json);
  json.Number("more_shadow", tally.more_shadows());
  json.Word("more_rules", tally.has_more_rules() ? "true" : "false");
  AddDenials(tally.denials(), json);
  json.Name("quotas");
  if (report.quotas.fault.empty()) {
    json.Open('[');
    for (const ShownCount& count : report.quotas.counts) AddQuota(count, json);
    json.Close(']');
  } else {
    json.Plain("null");
  }
  json.Number("more_quotas", report.quotas.more);
  json.Name("notes");
  json.Open('[');
  for (const std::string& note : report.notes) json.Text(note);
  if (!report.quotas.fault.empty()) json.Text(report.quotas.fault);
  json.Close(']');
  json.Close('}');
  json.text += '\n';
  return std::move(json.text);
}

}  // namespace writ
