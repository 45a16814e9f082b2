// Audit records to the system's log: a datagram each to /dev/log, as syslog(3) writes them
// (RFC 3164, which is what daemons expect there; they make RFC 5424 of it when they pass it on):
//
//   <86>Mar  2 09:30:00 writ[4711]: {"time":"2026-03-02T09:30:00.125Z","session":…,"mac":"…"}
//
// Facility authpriv; denials and what else went wrong are warnings, the rest is for information.
// Unlike syslog(3) this says so when nobody takes a record, or it is too long; and it waits
// little for a daemon that is slow.
//
// Thread safety: none.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "proxy/audit_sink.h"
#include "proxy/descriptor.h"

namespace writ {

class AuditSyslog final : public AuditSink {
 public:
  // The error is for people: nobody listens there.
  static tl::expected<std::unique_ptr<AuditSyslog>, std::string> Open(
      std::string path = "/dev/log");

  Written Write(std::string_view lines) override;
  void AwaitRoom() override;

 private:
  explicit AuditSyslog(std::string path) : path_(std::move(path)) {}
  std::string Connect();
  bool Send(std::string_view record, Written& written);

  void AwaitRoomUntil(std::chrono::steady_clock::time_point deadline);

  std::string path_;
  Descriptor socket_;
  std::chrono::steady_clock::time_point patient_from_;  // with a daemon that is slow
};

}  // namespace writ
