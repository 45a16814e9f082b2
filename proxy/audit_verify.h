// Checking audit logs: every record against its mac, every session against its numbers, and every
// start against the record that it follows.
//
// Tested by tests/proxy/audit_verify_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "proxy/audit_key.h"

namespace writ {

struct AuditFinding {
  bool is_note = false;  // nothing is wrong, but something is not known
  std::string file;
  uint64_t line = 0;  // from 1; 0: the file as a whole
  std::string what;   // for people
};

struct AuditReport {
  uint64_t files = 0;
  uint64_t records = 0;   // that are as they were written
  uint64_t sessions = 0;  // that they are of
  std::vector<AuditFinding> findings;
  uint64_t more_findings = 0;  // of the same files: no more than kMaxAuditFindings are kept

  bool is_clean() const;
};

inline constexpr size_t kMaxAuditFindings = 1000;

// Reads files, pipes, and of folders what writ may have written there; while writ writes them, too.
// The error is for people: what cannot be read, or that there is no record at all. Memory holds the
// longest line, and grows with the number of sessions and files, not with that of records.
tl::expected<AuditReport, std::string> VerifyAudit(const std::vector<std::string>& paths,
                                                   const AuditKey& key);

}  // namespace writ
