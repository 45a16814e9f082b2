// What a decision knows besides the arguments: put into the slots of a call's facts.
//
// Names of client and server are claims, not identity: anybody may say anything. They are bounded,
// and where nobody said one its slot stays absent, so that reading it is an error.
//
// Tested by tests/proxy/facts_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "vm/machine.h"

namespace writ {

// Bytes of a claim; more is cut, between characters.
inline constexpr size_t kMaxClaimBytes = 1024;
std::string_view CutClaim(std::string_view claim);
// The same of what may not be claimed; and a copy of that.
std::optional<std::string_view> CutIfAny(const std::optional<std::string_view>& claim);
std::optional<std::string> CopyIfAny(const std::optional<std::string_view>& claim);

struct Claims {
  std::optional<std::string_view> client_name;
  std::optional<std::string_view> client_version;
  std::optional<std::string_view> server_name;
};

// A point in time since 1970-01-01T00:00Z.
struct Time {
  // NOLINTNEXTLINE(google-explicit-constructor): seconds are a time.
  Time(int64_t s, uint32_t ns = 0) : seconds(s), nanoseconds(ns) {}
  static Time FromSystemClock();
  Value AsValue() const;

  int64_t seconds;
  uint32_t nanoseconds;  // 0 to 999999999
};

class Facts {
 public:
  using Labels = std::map<std::string, std::string, std::less<>>;

  explicit Facts(const Labels& labels = {});
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;

  // Fills the slots of the call that the machine has begun, and sets the machine's clock.
  // REQUIRES: `tool` and the claims outlive the call.
  void Fill(Machine& machine, std::string_view tool, const Claims& claims, Time now) const {
    machine.SetNow(now.AsValue());
    if (!machine.program()->facts.empty()) FillSlots(machine, tool, claims, now);
  }

 private:
  void FillSlots(Machine& machine, std::string_view tool, const Claims& claims, Time now) const;

  Arena arena_;
  Value labels_;
};

// What a message of a full quota may say besides; absent if it is not known.
void FillQuotaFacts(Machine& machine, const Value& remaining, const Value& resets_at);

}  // namespace writ
