// Where sessions stand that write to the same place: the last records of files, as far as no start
// follows them yet. A start that names them makes sure that what they end with is missed when it is
// cut off, and so are they.
//
// Tested by tests/proxy/audit_heads_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/audit_key.h"
#include "proxy/audit_record.h"

namespace writ {

// Of the files that were written last; the others are followed, or so many began at once that it is
// not known of all.
inline constexpr size_t kMaxAuditHeads = 64;

// Of the files of the folder that are called `prefix` and an audit file's name; the newest record
// first. Starts are believed only as far as they are under the key, if there is one.
std::vector<PreviousRecord> AuditHeadsIn(const std::string& folder, std::string_view prefix,
                                         const std::optional<AuditKey>& key);

// The last record of an audit file, as one that another may follow.
struct LastAuditRecord {
  PreviousRecord record;
  bool is_at_end = false;  // nothing stands behind it
};
// `name`: the file's, without folders. None if none of its last lines is a record.
std::optional<LastAuditRecord> LastAuditRecordOf(int file, const std::string& name);

}  // namespace writ
