// Facts into slots.
// Tested by tests/proxy/facts_test.cc.
#include "proxy/facts.h"

#include <ctime>

#include "vm/utf8.h"

namespace writ {
namespace {

Value StringOr(const std::optional<std::string_view>& text) {
  return text.has_value() ? Value::String(*text) : Value();
}

}  // namespace

std::string_view CutClaim(std::string_view claim) {
  return CutToBytes(claim, kMaxClaimBytes);
}

std::optional<std::string_view> CutIfAny(const std::optional<std::string_view>& claim) {
  return claim.has_value() ? std::optional(CutClaim(*claim)) : std::nullopt;
}

std::optional<std::string> CopyIfAny(const std::optional<std::string_view>& claim) {
  return claim.has_value() ? std::optional<std::string>(CutClaim(*claim)) : std::nullopt;
}

Time Time::FromSystemClock() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return Time(now.tv_sec, static_cast<uint32_t>(now.tv_nsec));
}

Value Time::AsValue() const {
  Value value = Value::Int(seconds);
  value.tag = Tag::kTimestamp;
  value.size = nanoseconds;
  return value;
}

Facts::Facts(const Labels& labels) {
  auto* entries = arena_.Allocate<MapEntry>(labels.size());
  uint32_t size = 0;
  for (const auto& [name, text] : labels) {
    entries[size].key = Value::String(arena_.Copy(name));
    entries[size].value = Value::String(arena_.Copy(text));
    ++size;
  }
  labels_ = Value::Of(arena_.New(Map{size, entries}));
}

void Facts::FillSlots(Machine& machine, std::string_view tool, const Claims& claims,
                      Time now) const {
  for (const FactSlot& fact : machine.program()->facts) {
    switch (fact.fact) {
      case Fact::kToolName: machine.SetSlot(fact.slot, Value::String(tool)); break;
      case Fact::kClientName: machine.SetSlot(fact.slot, StringOr(claims.client_name)); break;
      case Fact::kClientVersion: machine.SetSlot(fact.slot, StringOr(claims.client_version)); break;
      case Fact::kServerName: machine.SetSlot(fact.slot, StringOr(claims.server_name)); break;
      case Fact::kNow: machine.SetSlot(fact.slot, now.AsValue()); break;
      case Fact::kLabels: machine.SetSlot(fact.slot, labels_); break;
      case Fact::kQuotaRemaining:
      case Fact::kQuotaResetsAt: break;
      case Fact::kHasClientName:
        machine.SetSlot(fact.slot, Value::Bool(claims.client_name.has_value()));
        break;
      case Fact::kHasClientVersion:
        machine.SetSlot(fact.slot, Value::Bool(claims.client_version.has_value()));
        break;
      case Fact::kHasServerName:
        machine.SetSlot(fact.slot, Value::Bool(claims.server_name.has_value()));
        break;
    }
  }
}

void FillQuotaFacts(Machine& machine, const Value& remaining, const Value& resets_at) {
  for (const FactSlot& fact : machine.program()->facts) {
    if (fact.fact == Fact::kQuotaRemaining) machine.SetSlot(fact.slot, remaining);
    if (fact.fact == Fact::kQuotaResetsAt) machine.SetSlot(fact.slot, resets_at);
  }
}

}  // namespace writ
