// What audit files are called:
//
//   20260302T093000Z-9f2c3a1b5d7e8f90-1.jsonl       time (UTC), session, which file of the session
//
// in a folder; and a named file that was rotated: its name, a dot, and such a name.
//
// Tested by tests/proxy/audit_name_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/facts.h"

namespace writ {

inline constexpr std::string_view kAuditExtension = ".jsonl";

std::string AuditFileName(const Time& time, std::string_view session, unsigned which);

// What stands before it where `name` ends in such a name: nothing, or a file's name and a dot.
std::optional<std::string_view> BeforeAuditFileName(std::string_view name);

}  // namespace writ
