// SHA-256 by OpenSSL.
// Tested by tests/compiler/bundle_test.cc.
#include "vm/bundle/hash.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace writ::bundle {
namespace {

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void Require(bool done) {
  if (!done) std::abort();
}

}  // namespace

Hash Sha256(std::initializer_list<std::string_view> pieces) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  Require(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  for (const std::string_view piece : pieces) {
    Require(EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1);
  }
  Hash hash;
  unsigned int size = 0;
  Require(EVP_DigestFinal_ex(context.get(), hash.data(), &size) == 1 && size == hash.size());
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
