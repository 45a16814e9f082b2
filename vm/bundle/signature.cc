// Ed25519 by OpenSSL, and the lines that keys and signatures are kept as.
// Tested by tests/compiler/signature_test.cc.
#include "vm/bundle/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <memory>

namespace writ::bundle {
namespace {

constexpr std::string_view kSecretKeyWord = "writ-secret-key-1 ";
constexpr std::string_view kPublicKeyWord = "writ-public-key-1 ";
constexpr std::string_view kSignatureWord = "writ-signature-1 ";
// Nothing else that such a key may sign begins like this.
constexpr std::string_view kContext("writ bundle signature\0\0\0", 24);

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

void Require(bool done) {
  if (!done) std::abort();
}

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string Message(uint16_t format_version, const Hash& root_hash) {
  std::string message(kContext);
  message += static_cast<char>(format_version);
  message += static_cast<char>(format_version >> 8);
  message += AsText(root_hash);
  return message;
}

template <size_t size>
void AppendHex(const std::array<uint8_t, size>& bytes, std::string& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

// -1 for what is no digit in lower case.
int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// From the front of the text. False if they are not there.
template <size_t size>
bool TakeHex(std::string_view& text, std::array<uint8_t, size>& bytes) {
  if (text.size() < 2 * size) return false;
  for (size_t i = 0; i < size; ++i) {
    const int high = DigitOf(text[2 * i]);
    const int low = DigitOf(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  text.remove_prefix(2 * size);
  return true;
}

bool Take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

Key SecretOf(const std::array<uint8_t, 32>& seed) {
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  Require(key != nullptr);
  return key;
}

}  // namespace

SecretKey SecretKey::Make() {
  std::array<uint8_t, 32> seed;
  Require(RAND_bytes(seed.data(), static_cast<int>(seed.size())) == 1);
  SecretKey key(seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  return key;
}

std::optional<SecretKey> SecretKey::FromLine(std::string_view line) {
  std::array<uint8_t, 32> seed;
  if (!Take(line, kSecretKeyWord) || !TakeHex(line, seed) || line != "\n") return std::nullopt;
  std::optional<SecretKey> key(SecretKey{seed});
  OPENSSL_cleanse(seed.data(), seed.size());
  return key;
}

SecretKey::SecretKey(SecretKey&& other) noexcept : seed_(other.seed_) {
  OPENSSL_cleanse(other.seed_.data(), other.seed_.size());
}

SecretKey::~SecretKey() {
  OPENSSL_cleanse(seed_.data(), seed_.size());
}

std::string SecretKey::Line() const {
  std::string line(kSecretKeyWord);
  AppendHex(seed_, line);
  return line + '\n';
}

PublicKey SecretKey::PublicHalf() const {
  PublicKey half;
  size_t size = half.size();
  Require(EVP_PKEY_get_raw_public_key(SecretOf(seed_).get(), half.data(), &size) == 1 &&
          size == half.size());
  return half;
}

Signed SecretKey::Sign(uint16_t format_version, const Hash& root_hash) const {
  const Key key = SecretOf(seed_);
  const Context context(EVP_MD_CTX_new());
  const std::string message = Message(format_version, root_hash);
  Signed bytes;
  size_t size = bytes.size();
  Require(context != nullptr &&
          EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
          EVP_DigestSign(context.get(), bytes.data(), &size, Bytes(message), message.size()) == 1 &&
          size == bytes.size());
  return bytes;
}

std::string LineOf(const PublicKey& key) {
  std::string line(kPublicKeyWord);
  AppendHex(key, line);
  return line + '\n';
}

std::optional<PublicKey> PublicKeyFromLine(std::string_view line) {
  PublicKey key;
  if (!Take(line, kPublicKeyWord) || !TakeHex(line, key) || line != "\n") return std::nullopt;
  return key;
}

std::string LineOf(const Signature& signature) {
  std::string line(kSignatureWord);
  AppendHex(signature.key, line);
  line += ' ';
  AppendHex(signature.bytes, line);
  return line + '\n';
}

std::optional<Signature> SignatureFromLine(std::string_view line) {
  Signature signature;
  if (!Take(line, kSignatureWord) || !TakeHex(line, signature.key) || !Take(line, " ") ||
      !TakeHex(line, signature.bytes) || line != "\n") {
    return std::nullopt;
  }
  return signature;
}

bool IsSignedBy(const PublicKey& key, const Signature& signature, uint16_t format_version,
                const Hash& root_hash) {
  const Key of(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()));
  const Context context(EVP_MD_CTX_new());
  if (of == nullptr || context == nullptr) return false;
  const std::string message = Message(format_version, root_hash);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, of.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.bytes.data(), signature.bytes.size(),
                          Bytes(message), message.size()) == 1;
}

}  // namespace writ::bundle
