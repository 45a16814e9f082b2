// The key of an installation, under which its audit records are chained.
//
// It is 32 random bytes in the file `audit.key` of the state folder, in hex, readable by this user
// only (mode 0600), made by whichever process needs it first. Whoever has it can forge records;
// whoever loses it can verify none.
//
// What is signed and what digests are made of come from different sides: an agent chooses the
// arguments whose digest it may read in the log. So the key itself is never used; each purpose has
// its own, derived from it, and no digest is ever the mac of a record.
#pragma once

#include <string>
#include <tl/expected.hpp>

#include "proxy/hmac.h"
#include "proxy/permissions.h"

namespace writ {

inline constexpr char kAuditKeyFile[] = "audit.key";

class AuditKey {
 public:
  explicit AuditKey(const Mac& bytes);

  Hmac ForChain() const { return Hmac(AsText(chain_)); }
  Hmac ForArguments() const { return Hmac(AsText(arguments_)); }
  // 16 hex digits that tell keys apart and nothing about them.
  const std::string& name() const { return name_; }

 private:
  Mac chain_;
  Mac arguments_;
  std::string name_;
};

// Reads the key of the folder. It is refused if others may read the file, or write it, unless
// `insecure_permissions`.
tl::expected<AuditKey, FileRefusal> ReadAuditKey(const std::string& folder,
                                                 bool insecure_permissions);

// The same, and makes one if there is none, and the folder, unless others may write them: then
// nothing is made. Of several processes that do so at once all get the same.
tl::expected<AuditKey, FileRefusal> ReadOrMakeAuditKey(const std::string& folder,
                                                       bool insecure_permissions);

}  // namespace writ
