// Records from the session to the sink.
// Tested by tests/proxy/audit_log_test.cc and tests/faults/test_audit.py.
#include "proxy/audit_log.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace writ {
namespace {

constexpr size_t kBufferBytes = 64u << 10;
constexpr auto kLongestWait = std::chrono::milliseconds(200);
constexpr auto kBetweenTries = std::chrono::milliseconds(250);

constexpr double kRefusalsAtOnce = 32;
constexpr auto kBetweenRefusals = std::chrono::seconds(10);
constexpr auto kBetweenSummaries = std::chrono::seconds(10);

// Memory that a large argument took is given back.
constexpr size_t kKeptBytes = 1u << 20;

void Empty(std::string& text) {
  text.clear();
  if (text.capacity() > kKeptBytes) text.shrink_to_fit();
}

}  // namespace

std::string NewAuditSession() {
  std::array<char, 8> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  std::string session;
  AppendHex({bytes.data(), bytes.size()}, session);
  return session;
}

AuditLog::AuditLog(AuditSink& sink, const AuditKey& key, const Log& log, AuditLogOptions options)
    : sink_(sink),
      log_(log),
      options_(std::move(options)),
      chain_(key.ForChain()),
      digest_(key.ForArguments()),
      refusals_left_(kRefusalsAtOnce) {
  start_.key = key.name();
  refusals_counted_at_ = SteadyNow();
  refusals_recorded_at_ = refusals_counted_at_ - kBetweenSummaries;
}

Time AuditLog::Now() const {
  return options_.clock != nullptr ? options_.clock() : Time::FromSystemClock();
}

AuditLog::Steady AuditLog::SteadyNow() const {
  return options_.steady != nullptr ? options_.steady() : std::chrono::steady_clock::now();
}

RecordHead AuditLog::Next(const Time& time) {
  if (!Waits()) oldest_ = SteadyNow();
  return {time, options_.session, seq_++};
}

void AuditLog::Recorded() {
  records_ += '\n';
}

std::string AuditLog::Begin(StartRecord start) {
  start.key = start_.key;
  start_ = std::move(start);
  start_.previous = sink_.FoundBefore();
  start_.others = sink_.FoundOthers();
  AppendStart();
  if (!Deliver()) return fault_;
  begun_ = true;
  return {};
}

void AuditLog::AppendStart() {
  chain_.Follow(start_.previous.has_value() ? start_.previous->mac : Mac{});
  AppendStartRecord(Next(Now()), start_, records_);
  Recorded();
  program_ = start_.program;
}

void AuditLog::End(int status) {
  if (failing_) Flush();
  if (refusals_.count > 0) AppendRefusals(Now());
  if (!failing_) {
    AppendStopRecord(Next(Now()), "ended", status, records_);
    Recorded();
    Deliver();
  }
  if (failing_) log_.Error(fmt::format("the audit log ends unfinished: {}", fault_));
}

std::string_view AuditLog::Fault() const {
  return failing_ && !options_.fail_open ? std::string_view(fault_) : std::string_view();
}

bool AuditLog::Decided(const AuditedCall& call) {
  if (failing_) {
    if (options_.fail_open) ++lost_.passed;
    return options_.fail_open;
  }
  AppendDecisionRecord(Next(call.time), call, digest_, options_.arguments, records_);
  Recorded();
  return !options_.sync || Deliver() || options_.fail_open;
}

void AuditLog::Reloaded(const AuditedReload& reload) {
  start_.program = (*reload.program)->digest;
  if (failing_) return;
  AppendReloadRecord(Next(reload.time), (*reload.before)->digest, start_.program, reload.failure,
                     records_);
  Recorded();
  program_ = start_.program;
}

void AuditLog::Refused(const AuditedRefusal& refusal) {
  if (failing_) {
    ++lost_.refusals;
    return;
  }
  const Steady now = SteadyNow();
  const std::chrono::duration<double> passed = now - refusals_counted_at_;
  refusals_counted_at_ = now;
  refusals_left_ = std::min(
      kRefusalsAtOnce, refusals_left_ + passed / std::chrono::duration<double>(kBetweenRefusals));
  if (refusals_left_ >= 1 && refusal_bytes_ < sink_.ShareOfRefusals()) {
    refusals_left_ -= 1;
    const size_t before = records_.size();
    AppendRefusalRecord(Next(refusal.time), refusal, records_);
    Recorded();
    refusal_bytes_ += records_.size() - before;
    return;
  }
  if (refusals_.count == 0) refusals_.since = refusal.time;
  ++refusals_.count;
  refusals_.bytes += refusal.bytes;
  refusals_.last = refusal.reason.substr(0, kMaxAuditNameBytes);
}

bool AuditLog::RefusalsAreDue() const {
  return refusals_.count > 0 && SteadyNow() - refusals_recorded_at_ >= kBetweenSummaries;
}

void AuditLog::AppendRefusals(const Time& time) {
  if (failing_) {
    lost_.refusals += refusals_.count;
  } else {
    AppendRefusalsRecord(Next(time), refusals_, records_);
    Recorded();
  }
  refusals_ = {};
  refusals_recorded_at_ = SteadyNow();
}

void AuditLog::BeforeWait(bool ending) {
  if (failing_) {
    if (SteadyNow() - tried_at_ >= kBetweenTries) Flush();
    return;
  }
  if (RefusalsAreDue()) AppendRefusals(Now());
  Seal();  // a few at a time, so that no call waits for many
  const bool is_due = Waits() && (ending || options_.sync || sealed_.size() >= kBufferBytes ||
                                  SteadyNow() - oldest_ >= kLongestWait);
  if (is_due || sink_.WantsRotation()) Flush();
}

bool AuditLog::HasIdleWork() const {
  return failing_ || Waits() || refusals_.count > 0;
}

void AuditLog::OnIdle() {
  if (!failing_ && RefusalsAreDue()) AppendRefusals(Now());
  if (failing_ || Waits()) Flush();
}

bool AuditLog::Flush() {
  tried_at_ = SteadyNow();
  if (!Deliver()) return false;
  if (failing_) {
    Recover();
    if (!Deliver()) return false;
  }
  return !sink_.WantsRotation() || Rotate();
}

// Brings all that waits to the sink. While it fails no record waits, only lines that are sealed.
bool AuditLog::Deliver() {
  if (rotating_ && !BeginNextFile()) return false;
  Seal();
  AuditSink::Written written;
  if (!sealed_.empty()) written = sink_.Write(sealed_);
  if (written.taken < sealed_.size()) {
    sealed_.erase(0, written.taken);
    return Fail(written.fault.empty() ? "it takes no more" : std::move(written.fault));
  }
  Empty(sealed_);
  return !options_.sync || Fail(sink_.Sync());
}

void AuditLog::Seal() {
  constexpr size_t kBeforeTime = std::string_view("{\"time\":\"").size();
  std::string_view left = records_;
  while (!left.empty()) {
    const size_t end = left.find('\n');
    const std::string_view record = left.substr(0, end);
    chain_.Seal(record, sealed_);
    last_time_ = record.substr(kBeforeTime, kAuditTimeBytes);
    left.remove_prefix(end + 1);
  }
  Empty(records_);
}

bool AuditLog::Rotate() {
  if (refusals_.count > 0) AppendRefusals(Now());
  AppendStopRecord(Next(Now()), "rotated", std::nullopt, records_);
  Recorded();
  if (!Deliver()) return false;
  rotating_ = true;
  return Deliver();
}

// REQUIRES: nothing waits, for what waits has its numbers already.
bool AuditLog::BeginNextFile() {
  if (!Fail(sink_.Rotate())) return false;
  rotating_ = false;
  refusal_bytes_ = 0;
  start_.previous =
      PreviousRecord{options_.session, seq_ - 1, last_time_, chain_.last(), sink_.left()};
  start_.others = sink_.FoundOthers();
  AppendStart();
  return true;
}

// Returns whether there is no fault; if there is, nothing is taken on until it is mended.
bool AuditLog::Fail(std::string fault) {
  if (fault.empty()) return true;
  if (!failing_) {
    failing_ = true;
    lost_ = {};
    lost_.since = Now();
    if (begun_) {
      log_.Error(
          fmt::format("the audit log cannot be written: {}; tool calls {}", fault,
                      options_.fail_open ? "go on without it" : "are denied until it can be"));
    }
  }
  fault_ = std::move(fault);
  lost_.fault = fault_;
  return false;
}

void AuditLog::Recover() {
  failing_ = false;
  log_.Warn(
      fmt::format("the audit log is written again; meanwhile {} calls were denied, {} passed "
                  "without a record",
                  lost_.denied, lost_.passed));
  AppendLostRecord(Next(Now()), lost_, records_);
  Recorded();
  if (program_ == start_.program) return;
  AppendReloadRecord(Next(Now()), program_, start_.program, {}, records_);
  Recorded();
  program_ = start_.program;
}

}  // namespace writ
