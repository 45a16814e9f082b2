// Where records are kept of what was decided: what --audit and its like ask for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/state.h"
#include "proxy/audit_log.h"
#include "proxy/audit_sink.h"
#include "proxy/log.h"
#include "vm/verify.h"

namespace writ {

struct AuditOptions {
  std::string where;  // "none", "syslog", a folder or a file; empty: "audit" in the state's folder
  bool arguments = false;
  bool sync = false;
  bool fail_open = false;
  uint64_t file_bytes = 64u << 20;
  uint32_t file_hours = 24;  // 0: files are not rotated for their age
};

// The log of one run, and where it goes. Without a log nothing is kept.
struct AuditTrail {
  std::unique_ptr<AuditSink> sink;
  std::unique_ptr<AuditLog> log;
};

// Opens it and writes its first record. `log` must outlive the trail.
tl::expected<AuditTrail, StateFault> OpenAudit(const AuditOptions& options,
                                               const StateOptions& state,
                                               const VerifiedProgram& program,
                                               const std::vector<std::string>& policies,
                                               const std::vector<std::string>& server,
                                               const Log& log);

}  // namespace writ
