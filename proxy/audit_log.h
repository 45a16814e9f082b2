// The audit log of one session: makes records of what it is told, and brings them to a sink.
//
//   Decided, Refused ──> records, in memory ──(pump waits)──> sealed lines ──> sink
//
// On the decision's path a record is made, and its arguments digested; no system call is. Records
// are sealed when the pump is about to wait, and written then if the oldest has waited 200 ms or
// they are more than 64 KiB; or else when it has waited half a second; and before the session ends.
// With `sync` they are written before Decided() returns, and whenever the pump is about to wait.
// What memory holds is bounded by what the pump reads in one go.
//
// If they cannot be written, what has not been taken by the sink is kept and tried again, a few
// times a second. Meanwhile nothing is added, so that memory stays bounded: calls are denied
// (Fault(); with `fail_open` they pass), and counted, as are refusals. When the sink takes records
// again the first one is "lost", with these counts; a program that came meanwhile is told next.
//
// A sink that is busy, and takes what there is little by little, is given time: it fails when it
// has taken nothing for a second. More than 4 MiB do not wait: then calls do, for a second at most.
//
// Refusals cost whoever sends them nothing, so they are not to fill the log: 32 may come at once,
// then one in ten seconds, and a share of each file's space; more are counted, and the counts
// recorded every ten seconds at most. Each side has its own of all that. Decisions are never
// coalesced.
//
// Thread safety: none.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/audit.h"
#include "proxy/audit_chain.h"
#include "proxy/audit_key.h"
#include "proxy/audit_record.h"
#include "proxy/audit_sink.h"
#include "proxy/log.h"

namespace writ {

// 16 random hex digits.
std::string NewAuditSession();

struct AuditLogOptions {
  bool arguments = false;  // recorded in full
  bool sync = false;
  bool fail_open = false;
  std::string session;                                          // NewAuditSession()
  Time (*clock)() = nullptr;                                    // null: the system's
  std::chrono::steady_clock::time_point (*steady)() = nullptr;  // likewise
};

class AuditLog final : public Audit {
 public:
  // `sink` and `log` must outlive it.
  AuditLog(AuditSink& sink, const AuditKey& key, const Log& log, AuditLogOptions options);

  // Writes the first record. `start`: all but what precedes it. The fault is for people; empty:
  // there is none. To be called once, before anything else.
  std::string Begin(StartRecord start);
  // The last one, and all that was not written yet.
  void End(int status);

  bool Keeps() const override { return true; }
  std::string_view Fault() const override;
  void Unrecorded() override { ++lost_.denied; }
  bool Decided(const AuditedCall& call) override;
  void Reloaded(const AuditedReload& reload) override;
  void Refused(const AuditedRefusal& refusal) override;
  void BeforeWait(bool ending) override;
  bool HasIdleWork() const override;
  void OnIdle() override;

 private:
  using Steady = std::chrono::steady_clock::time_point;
  struct RefusedMessages;

  RecordHead Next(const Time& time);
  void Recorded();
  bool Waits() const { return !records_.empty() || !sealed_.empty(); }
  std::array<RefusedMessages*, 2> Sides() { return {&from_client_, &from_server_}; }
  void AppendRefusals(const Time& time);
  void AppendDueRefusals();
  void AppendRefusalsOf(RefusedMessages& side, const Time& time);
  void AppendStart();
  bool Flush();
  bool Deliver();
  bool DeliverWaiting();
  bool AwaitRoom(std::chrono::steady_clock::time_point deadline);
  void Seal();
  bool Rotate();
  bool BeginNextFile();
  bool Fail(std::string fault);
  void Recover();
  Time Now() const;
  Steady SteadyNow() const;

  AuditSink& sink_;
  const Log& log_;
  AuditLogOptions options_;
  AuditChain chain_;
  Hmac digest_;
  StartRecord start_;
  std::string program_;    // of the last record that told of one
  uint64_t seq_ = 0;       // of the next record
  std::string last_time_;  // of the last one that was sealed
  std::string records_;    // not sealed yet: open objects, each with an LF
  Steady oldest_;          // since when there are any
  std::string sealed_;     // not taken by the sink yet
  bool rotating_ = false;  // the file gets its stop, and the next one is not there yet
  bool begun_ = false;

  bool is_busy_ = false;              // the sink was, when it was given something
  std::optional<Steady> busy_since_;  // without taking anything
  bool failing_ = false;
  std::string fault_;
  Steady tried_at_;
  LostRecords lost_;

  // Of messages of one side, so that none is pushed out by what the other sends.
  struct RefusedMessages {
    double left;  // that may be recorded one by one now
    Steady counted_at;
    size_t bytes = 0;  // that they took of this file
    Refusals others;   // that were not
    Steady recorded_at;
  };
  RefusedMessages from_client_;
  RefusedMessages from_server_;
};

}  // namespace writ
