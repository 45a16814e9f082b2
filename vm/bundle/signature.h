// Signatures of bundles: Ed25519 over the root hash and the format's version, in a file of its own.
// docs/bundle-format.md has the bytes that are signed and the lines that keys and signatures are.
//
// Tested by tests/compiler/signature_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "vm/bundle/hash.h"

namespace writ::bundle {

using PublicKey = std::array<uint8_t, 32>;
using Signed = std::array<uint8_t, 64>;

// The secret half of a pair. Its bytes are wiped when it goes.
class SecretKey {
 public:
  // Of random bytes. Aborts where the system has none.
  static SecretKey Make();
  // Of the line that Line() gives, exactly.
  static std::optional<SecretKey> FromLine(std::string_view line);

  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&&) = delete;
  ~SecretKey();

  std::string Line() const;
  PublicKey PublicHalf() const;
  Signed Sign(uint16_t format_version, const Hash& root_hash) const;

 private:
  explicit SecretKey(const std::array<uint8_t, 32>& seed) : seed_(seed) {}
  std::array<uint8_t, 32> seed_;
};

struct Signature {
  PublicKey key{};  // whose it says it is
  Signed bytes{};
};

// Lines end in LF; nothing else is read as one, so that each has one form.
std::string LineOf(const PublicKey& key);
std::optional<PublicKey> PublicKeyFromLine(std::string_view line);
std::string LineOf(const Signature& signature);
std::optional<Signature> SignatureFromLine(std::string_view line);

// Whether that key signed it. What the signature says of its key is not looked at.
bool IsSignedBy(const PublicKey& key, const Signature& signature, uint16_t format_version,
                const Hash& root_hash);

}  // namespace writ::bundle
