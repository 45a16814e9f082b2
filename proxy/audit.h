// What a session tells of itself for later: who called what, and what was decided.
//
// The pump's thread decides, so nothing here waits while it does: what is told is kept in memory,
// and written when the pump has nothing better to do (BeforeWait, OnIdle). Only where the operator
// asked for it (--audit-sync) does Decided() write before it returns.
//
// Thread safety: none; it belongs to the pump's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/facts.h"
#include "proxy/judge.h"

namespace writ {

// Views need to live as long as the call of Decided() only.
struct AuditedCall {
  Time time{0};
  std::optional<std::string_view> client;  // what they call themselves
  std::optional<std::string_view> server;
  std::string_view tool;
  std::string_view arguments;  // the bytes of params.arguments; empty: it has none
  const Judgement* judgement = nullptr;
  const VerifiedProgram* program = nullptr;  // that decided
  int64_t nanoseconds = 0;                   // that it took
};

struct AuditedReload {
  Time time{0};
  const VerifiedProgram* before = nullptr;
  const VerifiedProgram* program = nullptr;  // that decides from now on
  std::string_view failure;  // for people: why it is still the same; empty: it is not
};

struct AuditedRefusal {
  Time time{0};
  bool from_client = true;  // else from the server
  std::string_view reason;  // for people
  size_t bytes = 0;         // of what was refused; 0: not known
};

class Audit {
 public:
  virtual ~Audit() = default;

  // Whether anything is kept: if not, nobody needs to measure or to digest.
  virtual bool Keeps() const = 0;

  // Why no call may be let through, for people: what is decided could not be recorded. Empty while
  // all is well. A call that is denied for that is told by Unrecorded(), not by Decided().
  virtual std::string_view Fault() const = 0;
  virtual void Unrecorded() = 0;

  // False if the call must not be let through: its record was to be on disk by now, and is not.
  virtual bool Decided(const AuditedCall& call) = 0;

  // Another program was to decide.
  virtual void Reloaded(const AuditedReload& reload) = 0;

  // A message that was refused, or lost.
  virtual void Refused(const AuditedRefusal& refusal) = 0;

  // Both sides have been served; what comes next is waiting for them. `ending`: the session is
  // being ended, and may be cut short any time.
  virtual void BeforeWait(bool ending) = 0;
  // See SessionInterface.
  virtual bool HasIdleWork() const = 0;
  virtual void OnIdle() = 0;
};

// --audit none.
class NoAudit final : public Audit {
 public:
  bool Keeps() const override { return false; }
  std::string_view Fault() const override { return {}; }
  void Unrecorded() override {}
  bool Decided(const AuditedCall& /*call*/) override { return true; }
  void Reloaded(const AuditedReload& /*reload*/) override {}
  void Refused(const AuditedRefusal& /*refusal*/) override {}
  void BeforeWait(bool /*ending*/) override {}
  bool HasIdleWork() const override { return false; }
  void OnIdle() override {}
};

}  // namespace writ
