// The records of the audit log, as text: one JSON object a line.
//
//   {"time":"2026-03-02T09:30:00.125Z","session":"9f2c3a1b5d7e8f90","seq":3,"kind":"decision",
//    "client":"an agent","server":"files","tool":"write_file","verdict":"deny","code":"rule",
//    "rule":"only the project folder","shadow":[],"args_digest":"ab12…","program":"77ac…",
//    "ns":1834,"mac":"5e9d…"}
//
// Every record names its program, starts with these four members in this order, and ends with its
// mac (proxy/audit_chain.h), which is appended when it is written: the functions here leave the
// object open. What others chose (names, reasons) is cut at 256 bytes and shown as policies'
// messages show it, with \uXXXX for whatever could act on its reader; so a record is one line
// whatever they chose. docs/operations.md describes every member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/audit.h"
#include "proxy/hmac.h"

namespace writ {

inline constexpr int kAuditVersion = 1;            // of the records
inline constexpr size_t kMaxAuditNameBytes = 256;  // of a name that is recorded
inline constexpr size_t kMaxAuditedShadows = 16;   // of one call; more are counted

// "2026-03-02T09:30:00.125Z", always 24 characters.
void AppendAuditTime(const Time& time, std::string& out);
inline constexpr size_t kAuditTimeBytes = 24;

struct RecordHead {
  Time time;
  std::string_view session;  // 16 hex digits, of one run of writ
  uint64_t seq;              // from 0, through all files of the session
  // Program::digest of what runs then: each record names its program, those of starts, decisions
  // and reloads by what they are told.
  std::string_view program = {};
};

// A record before a start.
struct PreviousRecord {
  std::string session;
  uint64_t seq = 0;
  std::string time;
  Mac mac{};
  std::string file;  // its name without folders
};

// At the head of a session, and of each further file of it.
struct StartRecord {
  std::optional<PreviousRecord> previous;
  std::vector<PreviousRecord> others;  // that stand last elsewhere, and must be there later too
  std::string key;                     // AuditKey::name()
  std::string writ;                    // the program's version
  int64_t pid = 0;                     //
  std::string program;                 // Program::digest
  std::vector<std::string> policies;   // their files
  std::string server;                  // its program, without arguments: these may hold secrets
};
void AppendStartRecord(const RecordHead& head, const StartRecord& start, std::string& out);

// `digest` makes the keyed digest of the arguments; with `in_full` they are recorded besides.
void AppendDecisionRecord(const RecordHead& head, const AuditedCall& call, Hmac& digest,
                          bool in_full, std::string& out);

void AppendRefusalRecord(const RecordHead& head, const AuditedRefusal& refusal, std::string& out);

// Refusals that came too fast to be recorded each.
struct Refusals {
  bool from_client = false;  // else from the server
  uint64_t count = 0;
  uint64_t bytes = 0;
  Time since{0};
  std::string last;  // the reason of the last one
};
void AppendRefusalsRecord(const RecordHead& head, const Refusals& refusals, std::string& out);

// What happened while nothing could be written.
struct LostRecords {
  uint64_t denied = 0;  // calls, for that reason
  uint64_t passed = 0;  // calls that were decided and not recorded (--audit-fail-mode open)
  uint64_t refusals = 0;
  Time since{0};
  std::string fault;
  bool any() const { return denied + passed + refusals > 0; }
};
void AppendLostRecord(const RecordHead& head, const LostRecords& lost, std::string& out);

// The policy was to be replaced while it ran: what ran, and what runs now. `failure`: why that is
// the same; empty: it is not.
void AppendReloadRecord(const RecordHead& head, std::string_view program_before,
                        std::string_view program, std::string_view failure, std::string& out);

// `why`: "ended", with the exit status; or "rotated": the session goes on in another file.
void AppendStopRecord(const RecordHead& head, std::string_view why, std::optional<int> status,
                      std::string& out);

}  // namespace writ
