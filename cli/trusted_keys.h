// The public keys of which one must have signed a bundle.
//
// Tested by tests/cli/sign.py.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/fault.h"
#include "compiler/read_file.h"
#include "vm/bundle/hash.h"
#include "vm/bundle/signature.h"

namespace writ {

// The file of a public key, and the key.
struct TrustedKey {
  std::string file;
  bundle::PublicKey key{};
};

// What a signature must be of: a bundle that was read, whose hashes are right.
struct SignedBundle {
  std::string file;
  uint16_t format_version = 0;
  bundle::Hash root_hash{};
};

class TrustedKeys {
 public:
  // Of the files, in order. `insecure_permissions`: others may write them.
  static tl::expected<TrustedKeys, Fault> Read(const std::vector<std::string>& files,
                                               bool insecure_permissions);

  bool empty() const { return keys_.empty(); }

  // The key that signed the bundle, by the signature in that file. The error says what the
  // signature is instead, or that there is none. `looked_for`, if there is one, gets that file.
  tl::expected<TrustedKey, Fault> FindSigner(const SignedBundle& bundle,
                                             const std::string& signature_file,
                                             std::vector<FileRead>* looked_for = nullptr) const;

 private:
  std::vector<TrustedKey> keys_;
};

}  // namespace writ
