// Records from the session to the sink.
// Tested by tests/proxy/audit_log_test.cc and tests/faults/test_audit.py.
#include "proxy/audit_log.h"

#include <fmt/core.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace writ {
namespace {

constexpr size_t kBufferBytes = 64u << 10;
constexpr auto kLongestWait = std::chrono::milliseconds(200);
// A sink that is busy is no fault until then, and waited for only where too much waits, and at the
// end.
constexpr auto kLongestBusy = std::chrono::seconds(1);
constexpr size_t kMostForBusy = 4u << 20;
constexpr auto kPatienceAtEnd = std::chrono::seconds(2);
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
      digest_(key.ForArguments()) {
  start_.key = key.name();
  from_client_.others.from_client = true;
  for (RefusedMessages* side : Sides()) {
    side->left = kRefusalsAtOnce;
    side->counted_at = SteadyNow();
    side->recorded_at = side->counted_at - kBetweenSummaries;
  }
}

Time AuditLog::Now() const {
  return options_.clock != nullptr ? options_.clock() : Time::FromSystemClock();
}

AuditLog::Steady AuditLog::SteadyNow() const {
  return options_.steady != nullptr ? options_.steady() : std::chrono::steady_clock::now();
}

RecordHead AuditLog::Next(const Time& time) {
  if (!Waits()) oldest_ = SteadyNow();
  return {time, options_.session, seq_++, start_.program};
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
  const auto deadline = std::chrono::steady_clock::now() + kLongestBusy;
  while (!Deliver()) {
    if (!AwaitRoom(deadline)) return fault_;
  }
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
  const auto deadline = std::chrono::steady_clock::now() + kPatienceAtEnd;
  while (failing_ && !Flush() && AwaitRoom(deadline)) {
  }
  AppendRefusals(Now());
  if (!failing_) {
    AppendStopRecord(Next(Now()), "ended", status, records_);
    Recorded();
    busy_since_.reset();
    while (!Deliver() && !failing_ && AwaitRoom(deadline)) {
    }
  }
  if (failing_ || Waits()) log_.Error(fmt::format("the audit log ends unfinished: {}", fault_));
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
  RefusedMessages& side = refusal.from_client ? from_client_ : from_server_;
  const Steady now = SteadyNow();
  const std::chrono::duration<double> passed = now - side.counted_at;
  side.counted_at = now;
  side.left = std::min(kRefusalsAtOnce,
                       side.left + passed / std::chrono::duration<double>(kBetweenRefusals));
  if (side.left >= 1 && side.bytes < sink_.ShareOfRefusals() / Sides().size()) {
    side.left -= 1;
    const size_t before = records_.size();
    AppendRefusalRecord(Next(refusal.time), refusal, records_);
    Recorded();
    side.bytes += records_.size() - before;
    return;
  }
  if (side.others.count == 0) side.others.since = refusal.time;
  ++side.others.count;
  side.others.bytes += refusal.bytes;
  side.others.last = refusal.reason.substr(0, kMaxAuditNameBytes);
}

void AuditLog::AppendDueRefusals() {
  for (RefusedMessages* side : Sides()) {
    if (SteadyNow() - side->recorded_at >= kBetweenSummaries) AppendRefusalsOf(*side, Now());
  }
}

void AuditLog::AppendRefusals(const Time& time) {
  for (RefusedMessages* side : Sides()) AppendRefusalsOf(*side, time);
}

void AuditLog::AppendRefusalsOf(RefusedMessages& side, const Time& time) {
  if (side.others.count == 0) return;
  if (failing_) {
    lost_.refusals += side.others.count;
  } else {
    AppendRefusalsRecord(Next(time), side.others, records_);
    Recorded();
  }
  const bool from_client = side.others.from_client;
  side.others = {};
  side.others.from_client = from_client;
  side.recorded_at = SteadyNow();
}

void AuditLog::BeforeWait(bool ending) {
  if (failing_) {
    if (SteadyNow() - tried_at_ >= kBetweenTries) Flush();
    return;
  }
  AppendDueRefusals();
  Seal();  // a few at a time, so that no call waits for many
  const bool is_due = Waits() && (ending || options_.sync || sealed_.size() >= kBufferBytes ||
                                  SteadyNow() - oldest_ >= kLongestWait);
  if (is_due || sink_.WantsRotation()) Flush();
}

bool AuditLog::HasIdleWork() const {
  return failing_ || Waits() || from_client_.others.count > 0 || from_server_.others.count > 0;
}

void AuditLog::OnIdle() {
  if (!failing_) AppendDueRefusals();
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

// Brings all that waits to the sink, and what comes next to its next file, if the last one has its
// stop.
bool AuditLog::Deliver() {
  if (!DeliverWaiting()) return false;
  return !rotating_ || (BeginNextFile() && DeliverWaiting());
}

// While it fails no record waits, only lines that are sealed.
bool AuditLog::DeliverWaiting() {
  Seal();
  const auto deadline = std::chrono::steady_clock::now() + kLongestBusy;
  while (!sealed_.empty()) {
    AuditSink::Written written = sink_.Write(sealed_);
    if (written.taken > 0) busy_since_.reset();
    is_busy_ = written.is_busy;
    sealed_.erase(0, written.taken);
    if (sealed_.empty()) break;
    if (written.fault.empty()) written.fault = "it takes no more";
    if (!is_busy_ || failing_ || options_.sync) return Fail(std::move(written.fault));
    if (!busy_since_.has_value()) busy_since_ = SteadyNow();
    if (SteadyNow() - *busy_since_ >= kLongestBusy) return Fail(std::move(written.fault));
    fault_ = std::move(written.fault);
    if (sealed_.size() <= kMostForBusy) return false;
    if (!AwaitRoom(deadline)) return Fail(fault_);
  }
  Empty(sealed_);
  return !options_.sync || Fail(sink_.Sync());
}

// Whether it is worth to try again, for a sink that is only busy.
bool AuditLog::AwaitRoom(std::chrono::steady_clock::time_point deadline) {
  if (!is_busy_ || std::chrono::steady_clock::now() >= deadline) return false;
  sink_.AwaitRoom();
  return true;
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
  AppendRefusals(Now());
  AppendStopRecord(Next(Now()), "rotated", std::nullopt, records_);
  Recorded();
  rotating_ = true;
  return Deliver();
}

// REQUIRES: nothing waits, for what waits has its numbers already.
bool AuditLog::BeginNextFile() {
  if (!Fail(sink_.Rotate())) return false;
  rotating_ = false;
  for (RefusedMessages* side : Sides()) side->bytes = 0;
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
