// Records as JSON.
// Tested by tests/proxy/audit_record_test.cc.
#include "proxy/audit_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "proxy/message_text.h"
#include "vm/civil_time.h"
#include "vm/shown.h"
#include "vm/time_text.h"

namespace writ {
namespace {

void AppendName(std::string_view member, std::string_view text, std::string& out) {
  out += ",\"";
  out += member;
  out += "\":";
  AppendShownQuoted(text, kMaxAuditNameBytes, out);
}

// Text that is plain: digests, words of our own.
void AppendWord(std::string_view member, std::string_view word, std::string& out) {
  out += ",\"";
  out += member;
  out += "\":\"";
  out += word;
  out += '"';
}

template <typename Number>
void AppendNumber(std::string_view member, Number number, std::string& out) {
  out += ",\"";
  out += member;
  out += "\":";
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

void AppendTimeMember(std::string_view member, const Time& time, std::string& out) {
  out += ",\"";
  out += member;
  out += "\":\"";
  AppendAuditTime(time, out);
  out += '"';
}

void Begin(const RecordHead& head, std::string_view kind, std::string& out) {
  out += "{\"time\":\"";
  AppendAuditTime(head.time, out);
  out += '"';
  AppendWord("session", head.session, out);
  AppendNumber("seq", head.seq, out);
  AppendWord("kind", kind, out);
}

void AppendRecordName(const PreviousRecord& record, std::string& out) {
  out += "{\"session\":\"";
  out += record.session;
  out += '"';
  AppendNumber("seq", record.seq, out);
  AppendWord("time", record.time, out);
  out += ",\"mac\":\"";
  AppendHex(AsText(record.mac), out);
  out += '"';
  AppendName("file", record.file, out);
  out += '}';
}

void AppendShadows(const AuditedCall& call, std::string& out) {
  const std::vector<Shadow>& shadows = call.judgement->shadows;
  const size_t shown = std::min(shadows.size(), kMaxAuditedShadows);
  out += ",\"shadow\":[";
  for (size_t i = 0; i < shown; ++i) {
    const Shadow& shadow = shadows[i];
    out += i == 0 ? "{\"rule\":" : ",{\"rule\":";
    AppendShownQuoted((*call.program)->rules[shadow.rule].name, kMaxAuditNameBytes, out);
    AppendWord("verdict", VerdictName(shadow.verdict), out);
    AppendWord("code", CodeName(shadow.code), out);
    out += '}';
  }
  out += ']';
  if (shown < shadows.size()) AppendNumber("more_shadows", shadows.size() - shown, out);
}

// JSON may name halves of surrogate pairs alone, and then is text that many readers of it take for
// none.
std::string WithoutLoneSurrogates(std::string_view json) {
  constexpr size_t kEscape = std::string_view("\\uFFFF").size();
  const auto unit = [json](size_t at) -> uint32_t {
    uint32_t value = 0;
    if (json.substr(at, 2) != "\\u" || json.size() - at < kEscape) return 0;
    std::from_chars(json.data() + at + 2, json.data() + at + kEscape, value, 16);
    return value;
  };
  std::string out;
  for (size_t at = 0; at < json.size();) {
    size_t size = json[at] == '\\' ? 2 : 1;
    const uint32_t first = unit(at);
    if (first != 0) size = kEscape;
    const bool is_surrogate = first >= 0xD800 && first <= 0xDFFF;
    if (is_surrogate) {
      const uint32_t second = unit(std::min(at + kEscape, json.size()));
      const bool is_pair = first < 0xDC00 && second >= 0xDC00 && second <= 0xDFFF;
      if (is_pair) size = 2 * kEscape;
      out += is_pair ? json.substr(at, size) : std::string_view("\\ufffd");
    } else {
      out += json.substr(at, size);
    }
    at += size;
  }
  return out;
}

// JSON that was scanned, on one line, which shows no more than it is. Outside of strings control
// characters are white space.
void AppendArguments(std::string_view json, std::string& out) {
  std::string spaced = WithoutLoneSurrogates(json);
  std::replace_if(
      spaced.begin(), spaced.end(), [](char c) { return c == '\t' || c == '\r'; }, ' ');
  out += ",\"args\":";
  out += EscapeUnseen(spaced);
}

}  // namespace

void AppendAuditTime(const Time& time, std::string& out) {
  const int64_t seconds = std::clamp(time.seconds, kFirstSecond, kLastSecond);
  const int64_t days = (seconds >= 0 ? seconds : seconds - (kSecondsPerDay - 1)) / kSecondsPerDay;
  const int64_t of_day = seconds - days * kSecondsPerDay;
  const CivilDay day = CivilFromDays(days);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", day.year,
                 day.month, day.day, of_day / 3600, of_day / 60 % 60, of_day % 60,
                 time.nanoseconds / 1'000'000);
}

void AppendStartRecord(const RecordHead& head, const StartRecord& start, std::string& out) {
  Begin(head, "start", out);
  out += ",\"previous\":";
  if (start.previous.has_value()) {
    AppendRecordName(*start.previous, out);
  } else {
    out += "null";
  }
  out += ",\"others\":[";
  for (size_t i = 0; i < start.others.size(); ++i) {
    if (i > 0) out += ',';
    AppendRecordName(start.others[i], out);
  }
  out += ']';
  AppendNumber("version", kAuditVersion, out);
  AppendWord("key", start.key, out);
  AppendWord("writ", start.writ, out);
  AppendNumber("pid", start.pid, out);
  AppendWord("program", start.program, out);
  out += ",\"policies\":[";
  for (size_t i = 0; i < start.policies.size(); ++i) {
    if (i > 0) out += ',';
    AppendShownQuoted(start.policies[i], kMaxAuditNameBytes, out);
  }
  out += ']';
  AppendName("command", start.server, out);
}

void AppendDecisionRecord(const RecordHead& head, const AuditedCall& call, Hmac& digest,
                          bool in_full, std::string& out) {
  const Judgement& judgement = *call.judgement;
  Begin(head, "decision", out);
  if (call.client.has_value()) AppendName("client", *call.client, out);
  if (call.server.has_value()) AppendName("server", *call.server, out);
  AppendName("tool", call.tool, out);
  AppendWord("verdict", VerdictName(judgement.decision.verdict), out);
  AppendWord("code", CodeName(judgement.decision.code), out);
  const std::string_view rule = RuleLabel(*call.program, judgement.decision);
  if (!rule.empty()) AppendName("rule", rule, out);
  AppendShadows(call, out);
  if (!call.arguments.empty()) {
    out += ",\"args_digest\":\"";
    AppendHex(AsText(digest.Of({call.arguments})), out);
    out += '"';
    if (in_full) AppendArguments(call.arguments, out);
  }
  AppendWord("program", (*call.program)->digest, out);
  AppendNumber("ns", call.nanoseconds, out);
}

void AppendRefusalRecord(const RecordHead& head, const AuditedRefusal& refusal, std::string& out) {
  Begin(head, "refusal", out);
  AppendWord("from", refusal.from_client ? "client" : "server", out);
  AppendName("reason", refusal.reason, out);
  if (refusal.bytes > 0) AppendNumber("bytes", refusal.bytes, out);
  AppendWord("program", head.program, out);
}

void AppendRefusalsRecord(const RecordHead& head, const Refusals& refusals, std::string& out) {
  Begin(head, "refusal", out);
  AppendWord("from", refusals.from_client ? "client" : "server", out);
  AppendNumber("count", refusals.count, out);
  AppendTimeMember("since", refusals.since, out);
  AppendName("reason", refusals.last, out);
  AppendNumber("bytes", refusals.bytes, out);
  AppendWord("program", head.program, out);
}

void AppendLostRecord(const RecordHead& head, const LostRecords& lost, std::string& out) {
  Begin(head, "lost", out);
  AppendTimeMember("since", lost.since, out);
  AppendName("reason", lost.fault, out);
  AppendNumber("denied", lost.denied, out);
  AppendNumber("passed", lost.passed, out);
  AppendNumber("refusals", lost.refusals, out);
  AppendWord("program", head.program, out);
}

void AppendReloadRecord(const RecordHead& head, std::string_view program_before,
                        std::string_view program, std::string_view failure, std::string& out) {
  Begin(head, "reload", out);
  AppendWord("before", program_before, out);
  AppendWord("program", program, out);
  if (!failure.empty()) AppendName("failure", failure, out);
}

void AppendStopRecord(const RecordHead& head, std::string_view why, std::optional<int> status,
                      std::string& out) {
  Begin(head, "stop", out);
  AppendWord("why", why, out);
  if (status.has_value()) AppendNumber("status", *status, out);
  AppendWord("program", head.program, out);
}

}  // namespace writ
