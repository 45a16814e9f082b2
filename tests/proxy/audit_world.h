// What tests of the audit log share: a key, clocks that stand until they are moved, calls, and
// reading what was recorded.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/audit_key.h"
#include "proxy/audit_log.h"
#include "proxy/audit_sink.h"
#include "proxy/log.h"
#include "proxy/programs.h"

namespace writ {

inline std::chrono::steady_clock::time_point test_steady{std::chrono::hours(1000)};
inline Time test_time{600};

inline void Pass(std::chrono::milliseconds time) {
  test_steady += time;
}

inline std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    lines.push_back(text.substr(begin, end - begin));
  }
  return lines;
}

inline std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void Write(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

// The value of the first member of that name, as it stands there: a word, or a number.
inline std::string Member(const std::string& record, const std::string& name) {
  const std::string key = "\"" + name + "\":";
  size_t begin = record.find(key);
  if (begin == std::string::npos) return "";
  begin += key.size();
  if (record[begin] == '"') {
    return record.substr(begin + 1, record.find('"', begin + 1) - begin - 1);
  }
  return record.substr(begin, record.find_first_of(",}", begin) - begin);
}

// The kinds of records, in order: "start decision stop".
inline std::string Kinds(const std::vector<std::string>& records) {
  std::string kinds;
  for (const std::string& record : records) {
    kinds += (kinds.empty() ? "" : " ") + Member(record, "kind");
  }
  return kinds;
}

// Takes what it is given until it is told not to.
class MemorySink : public AuditSink {
 public:
  Written Write(std::string_view lines) override {
    ++writes;
    Written written;
    written.taken = std::min(lines.size(), room);
    room -= written.taken;
    text += lines.substr(0, written.taken);
    if (written.taken < lines.size()) written.fault = "there is no room";
    written.is_busy = is_busy && written.taken < lines.size();
    return written;
  }
  void AwaitRoom() override {
    ++waits;
    room = room_after_wait;
  }
  std::string Sync() override {
    ++syncs;
    return sync_fault;
  }
  size_t ShareOfRefusals() const override { return share; }

  std::vector<std::string> lines() const { return LinesOf(text); }

  std::string text;
  size_t room = SIZE_MAX;
  size_t share = SIZE_MAX;
  bool is_busy = false;  // there will be room
  size_t room_after_wait = SIZE_MAX;
  int waits = 0;
  int writes = 0;
  int syncs = 0;
  std::string sync_fault;
};

// A session's log over a sink, with calls to record.
class AuditedSession {
 public:
  explicit AuditedSession(AuditSink& sink, AuditLogOptions options = {},
                          LogLevel level = LogLevel::kError, int log_fd = 2)
      : log_(level, log_fd), program_(ProgramByHand().Tool("pay").Deny("never").Build()) {
    if (options.session.empty()) options.session = "0123456789abcdef";
    options.clock = [] { return test_time; };
    options.steady = [] { return test_steady; };
    audit_ = std::make_unique<AuditLog>(sink, key(), log_, std::move(options));
  }

  static const AuditKey& key() {
    static const AuditKey made{Mac{{1, 2, 3}}};
    return made;
  }

  std::string Begin() {
    StartRecord start;
    start.writ = "0";
    start.program = "00";
    start.server = "server";
    return audit_->Begin(std::move(start));
  }

  bool Decide(const std::string& tool = "read", const std::string& arguments = "{}") {
    Judgement judgement;
    judgement.decision.verdict = Verdict::kAllow;
    judgement.decision.code = Code::kAllowed;
    AuditedCall call;
    call.time = test_time;
    call.tool = tool;
    call.arguments = arguments;
    call.judgement = &judgement;
    call.program = program_.get();
    call.nanoseconds = 5;
    return audit_->Decided(call);
  }

  void Reload(const std::string& before, const std::string& program,
              const std::string& failure = "") {
    const auto old = ProgramByHand().Digest(before).Build();
    const auto now = ProgramByHand().Digest(program).Build();
    audit_->Reloaded({test_time, old.get(), now.get(), failure});
  }

  void Refuse(const std::string& reason, size_t bytes = 10, bool from_client = true) {
    audit_->Refused({test_time, from_client, reason, bytes});
  }

  AuditLog& audit() { return *audit_; }
  AuditLog* operator->() { return audit_.get(); }

 private:
  Log log_;
  std::shared_ptr<const VerifiedProgram> program_;
  std::unique_ptr<AuditLog> audit_;
};

}  // namespace writ
