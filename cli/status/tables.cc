// The status as tables.
// Tested by tests/cli/status_report_test.cc.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/status/report.h"
#include "cli/table.h"
#include "proxy/audit_record.h"
#include "proxy/counters.h"

namespace writ {
namespace {

// Rows of each table; --json has more.
constexpr size_t kInstances = 20;
constexpr size_t kRows = 10;
constexpr size_t kQuotas = 20;

using Cell = Table::Cell;

std::string Number(uint64_t number) {
  return fmt::format("{}", number);
}

// A number that should be 0.
Cell Alarming(uint64_t number) {
  return {Number(number), number > 0 ? Ink::kRed : Ink::kPlain};
}

std::string TimeText(int64_t seconds) {
  std::string text;
  AppendAuditTime(Time(seconds), text);
  return text;
}

class Tables {
 public:
  Tables(const StatusReport& report, const TableStyle& style)
      : report_(report), tally_(*report.tally), today_(TimeText(report.now)), sheet_(style) {}

  std::string Draw();

 private:
  // "09:30:00", with the day if it is not today's.
  std::string Short(std::string_view time) const;

  void DrawInstances();
  void DrawRules(std::string_view title, std::string_view nothing, const RuleCounts& counts,
                 bool has_code);
  void DrawDenials();
  void DrawQuotas();

  const StatusReport& report_;
  const Tally& tally_;
  std::string today_;
  Sheet sheet_;
};

std::string Tables::Short(std::string_view time) const {
  constexpr size_t kDay = std::string_view("2026-03-02").size();
  if (time.size() < kAuditTimeBytes) return "-";
  const std::string_view clock = time.substr(kDay + 1, 8);
  if (time.substr(0, kDay) == std::string_view(today_).substr(0, kDay)) return std::string(clock);
  return fmt::format("{} {}", time.substr(0, kDay), clock);
}

void Tables::DrawInstances() {
  using State = Instance::State;
  const std::vector<const Instance*> instances = tally_.Instances();
  std::array<size_t, 4> states{};
  for (const Instance* instance : instances) ++states[static_cast<size_t>(instance->state())];
  std::string sum;
  for (const State state : {State::kRunning, State::kKilled, State::kEnded, State::kUnknown}) {
    const size_t count = states[static_cast<size_t>(state)];
    if (count == 0 && state != State::kRunning) continue;
    sum += fmt::format("{}{} {}", sum.empty() ? "" : ", ", count, StateName(state));
  }
  sheet_.Title("INSTANCES", sum);
  Table table({{"STATE"},
               {"SESSION"},
               {"PID", true},
               {"STARTED"},
               {"LAST RECORD"},
               {"CALLS", true},
               {"DENIED", true},
               {"ERRORS", true},
               {"REFUSED", true},
               {"LOST", true},
               {"SERVER", false, 24},
               {"CLIENT", false, 24},
               {"POLICIES", false, 60}});
  for (size_t i = 0; i < std::min(instances.size(), kInstances); ++i) {
    const Instance& instance = *instances[i];
    const State state = instance.state();
    const Ink ink = state == State::kRunning  ? Ink::kGreen
                    : state == State::kKilled ? Ink::kRed
                                              : Ink::kPlain;
    std::string name(StateName(state));
    if (instance.status.value_or(0) != 0) name += fmt::format(" {}", *instance.status);
    const Counted& counted = instance.counted;
    table.Add(
        {{name, ink},
         {instance.session},
         {instance.pid > 0 ? Number(instance.pid) : "-"},
         {instance.started.empty() ? "before" : Short(instance.started)},
         {Short(instance.last)},
         {Number(counted.calls)},
         {Number(counted.denied)},
         Alarming(counted.errors),
         {Number(counted.refusals)},
         Alarming(counted.unrecorded()),
         {instance.command.empty() ? "-"
                                   : instance.command.substr(instance.command.rfind('/') + 1)},
         {instance.client.empty() ? "-" : instance.client},
         {fmt::format("{}", fmt::join(instance.policies, " "))}});
  }
  const size_t hidden = instances.size() - std::min(instances.size(), kInstances);
  sheet_.Put(table, hidden + tally_.more_instances(), "none wrote a record, and none runs");
}

void Tables::DrawRules(std::string_view title, std::string_view nothing, const RuleCounts& counts,
                       bool has_code) {
  sheet_.Title(title, {});
  std::vector<Table::Column> columns = {
      {"DENIED", true}, {"ERRORS", true}, {"LAST"}, {"CODE"}, {"RULE", false, 60}};
  if (!has_code) columns.erase(columns.begin() + 3);
  Table table(columns);
  for (const auto* entry : Top(counts, kRows)) {
    const auto& [name, count] = *entry;
    std::vector<Cell> cells = {{Number(count.denied)},
                               Alarming(count.errors),
                               {Short(count.last)},
                               {name.second},
                               {name.first.empty() ? "-" : name.first}};
    if (!has_code) cells.erase(cells.begin() + 3);
    table.Add(std::move(cells));
  }
  sheet_.Put(table, counts.size() - std::min(counts.size(), kRows), nothing);
}

void Tables::DrawDenials() {
  sheet_.Title("RECENT DENIALS", {});
  Table table(
      {{"TIME"}, {"SESSION"}, {"CLIENT", false, 24}, {"TOOL"}, {"CODE"}, {"RULE", false, 60}});
  size_t left = kRows;
  for (auto denial = tally_.denials().rbegin(); denial != tally_.denials().rend() && left > 0;
       ++denial, --left) {
    table.Add({{Short(denial->time)},
               {denial->session},
               {denial->client.empty() ? "-" : denial->client},
               {denial->tool},
               {denial->code, denial->verdict == "error" ? Ink::kRed : Ink::kPlain},
               {denial->rule.empty() ? "-" : denial->rule}});
  }
  sheet_.Put(table, 0, "none");
}

void Tables::DrawQuotas() {
  sheet_.Title("QUOTAS", report_.quotas.fault);
  if (!report_.quotas.fault.empty()) return;
  Table table({{"REMAINING", true},
               {"LIMIT", true},
               {"USED", true},
               {"PER"},
               {"RESETS"},
               {"KEY", false, 24},
               {"QUOTA", false, 48},
               {"POLICY", false, 48}});
  const std::vector<ShownCount>& counts = report_.quotas.counts;
  for (size_t i = 0; i < std::min(counts.size(), kQuotas); ++i) {
    const ShownCount& count = counts[i];
    const Ink ink = count.shadow                       ? Ink::kFaint
                    : count.remaining == 0             ? Ink::kRed
                    : count.used / 4 > count.remaining ? Ink::kYellow
                                                       : Ink::kPlain;
    std::string name = count.global ? count.name : count.scope + "." + count.name;
    if (count.shadow) name += " (shadow)";
    table.Add({{FormatScaled(count.remaining, count.scale), ink},
               {FormatScaled(count.limit, count.scale)},
               {FormatScaled(count.used, count.scale)},
               {WindowName(count.window)},
               {Short(TimeText(count.resets_at))},
               {count.key.empty() ? "-" : count.key},
               {name},
               {count.space}});
  }
  const size_t hidden = counts.size() - std::min(counts.size(), kQuotas);
  sheet_.Put(table, hidden + report_.quotas.more, "none is counted in its window");
}

std::string Tables::Draw() {
  const Counted& total = tally_.total();
  sheet_.Line(fmt::format("{} UTC, since {}", today_.substr(0, 10) + " " + today_.substr(11, 8),
                          Short(tally_.since())),
              Ink::kFaint);
  const auto count = [](uint64_t number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
  };
  std::string sum =
      fmt::format("{}, {} denied, {}; {} refused", count(total.calls, "call"), total.denied,
                  count(total.errors, "error"), count(total.refusals, "message"));
  if (total.unrecorded() > 0) {
    sum += fmt::format("; not recorded: {} denied, {} passed",
                       count(total.unrecorded_denied, "call"), total.unrecorded_passed);
  }
  sheet_.Line(sum);
  DrawInstances();
  DrawRules("DENYING RULES", "none denied a call", tally_.rules(), true);
  DrawDenials();
  DrawRules("SHADOW RULES WOULD HAVE DENIED", "nothing", tally_.shadows(), false);
  DrawQuotas();
  if (!report_.notes.empty()) sheet_.Line({});
  for (const std::string& note : report_.notes) {
    sheet_.Line(fmt::format("note: {}", note), Ink::kYellow);
  }
  return std::move(sheet_.text());
}

}  // namespace

std::string StatusTables(const StatusReport& report, const TableStyle& style) {
  return Tables(report, style).Draw();
}

}  // namespace writ
