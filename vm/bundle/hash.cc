// SHA-256 by OpenSSL.
// Tested by tests/vm/bundle/hash_test.cc.
#include "vm/bundle/hash.h"

// The functions of SHA-256 itself: asked for by EVP it comes from a provider, and what a start has
// to do for that (its configuration, tables of all algorithms) takes longer than loading a bundle
// of a thousand rules.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <cstdlib>

namespace writ::bundle {
namespace {

void Require(int done) {
  if (done != 1) std::abort();
}

}  // namespace

Hash Sha256(std::initializer_list<std::string_view> pieces) {
  SHA256_CTX context;
  Require(SHA256_Init(&context));
  for (const std::string_view piece : pieces) {
    Require(SHA256_Update(&context, piece.data(), piece.size()));
  }
  Hash hash;
  static_assert(sizeof hash == SHA256_DIGEST_LENGTH);
  Require(SHA256_Final(hash.data(), &context));
  return hash;
}

std::string Hex(const Hash& hash) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const uint8_t byte : hash) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string_view AsText(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace writ::bundle
