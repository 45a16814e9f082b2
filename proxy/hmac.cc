// HMAC-SHA256 by OpenSSL.
// Tested by tests/proxy/hmac_test.cc.
#include "proxy/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstdlib>
#include <cstring>

namespace writ {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void Require(bool done) {
  if (!done) std::abort();
}

}  // namespace

void Hmac::Free::operator()(evp_mac_ctx_st* context) const {
  EVP_MAC_CTX_free(context);
}

Hmac::Hmac(std::string_view key) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Require(mac != nullptr);
  context_.reset(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  Require(context_ != nullptr &&
          EVP_MAC_init(context_.get(), Bytes(key), key.size(), parameters) == 1);
}

Mac Hmac::Of(std::initializer_list<std::string_view> pieces) {
  // Without a key: the same again.
  Require(EVP_MAC_init(context_.get(), nullptr, 0, nullptr) == 1);
  for (const std::string_view piece : pieces) {
    Require(piece.empty() || EVP_MAC_update(context_.get(), Bytes(piece), piece.size()) == 1);
  }
  Mac mac{};
  size_t size = 0;
  Require(EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()) == 1 && size == mac.size());
  return mac;
}

std::string_view AsText(const Mac& mac) {
  return {reinterpret_cast<const char*>(mac.data()), mac.size()};
}

void AppendHex(std::string_view bytes, std::string& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char byte : bytes) {
    out += kDigits[static_cast<unsigned char>(byte) >> 4];
    out += kDigits[static_cast<unsigned char>(byte) & 15];
  }
}

std::optional<Mac> ReadMac(std::string_view hex) {
  Mac mac{};
  if (hex.size() != 2 * mac.size()) return std::nullopt;
  for (size_t i = 0; i < mac.size(); ++i) {
    const int high = DigitOf(hex[2 * i]);
    const int low = DigitOf(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    mac[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return mac;
}

bool SameMac(const Mac& a, const Mac& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace writ
