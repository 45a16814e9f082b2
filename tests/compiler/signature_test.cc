// Signatures: they are of one key, one root hash and one version, and their lines have one form.
#include "vm/bundle/signature.h"

#include <gtest/gtest.h>

#include <string>

namespace writ::bundle {
namespace {

constexpr uint16_t kVersion = 1;

Signature SignatureBy(const SecretKey& key, const Hash& root_hash) {
  return {key.PublicHalf(), key.Sign(kVersion, root_hash)};
}

// The first test of RFC 8032, section 7.1.
TEST(Signature, KeysArePairsOfEd25519) {
  const auto key = SecretKey::FromLine(
      "writ-secret-key-1 9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\n");
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(LineOf(key->PublicHalf()),
            "writ-public-key-1 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\n");
}

TEST(Signature, IsOfOneKeyOneHashAndOneVersion) {
  const SecretKey key = SecretKey::Make();
  const SecretKey other = SecretKey::Make();
  const Hash hash = Sha256({"a"});
  const Signature signature = SignatureBy(key, hash);
  EXPECT_TRUE(IsSignedBy(key.PublicHalf(), signature, kVersion, hash));
  EXPECT_FALSE(IsSignedBy(other.PublicHalf(), signature, kVersion, hash));
  EXPECT_FALSE(IsSignedBy(key.PublicHalf(), signature, kVersion + 1, hash));
  EXPECT_FALSE(IsSignedBy(key.PublicHalf(), signature, kVersion, Sha256({"b"})));
  for (size_t i = 0; i < signature.bytes.size(); ++i) {
    Signature changed = signature;
    changed.bytes[i] ^= 1;
    EXPECT_FALSE(IsSignedBy(key.PublicHalf(), changed, kVersion, hash)) << i;
  }
  EXPECT_FALSE(IsSignedBy(key.PublicHalf(), {}, kVersion, hash));
  EXPECT_FALSE(IsSignedBy({}, signature, kVersion, hash));
}

TEST(Signature, IsTheSameEachTime) {
  const SecretKey key = SecretKey::Make();
  EXPECT_EQ(key.Sign(kVersion, Sha256({"a"})), key.Sign(kVersion, Sha256({"a"})));
}

TEST(Signature, LinesAreReadAsTheyWereWritten) {
  const SecretKey key = SecretKey::Make();
  const Signature signature = SignatureBy(key, Sha256({"a"}));
  EXPECT_EQ(SecretKey::FromLine(key.Line())->PublicHalf(), key.PublicHalf());
  EXPECT_EQ(PublicKeyFromLine(LineOf(key.PublicHalf())), key.PublicHalf());
  const auto read = SignatureFromLine(LineOf(signature));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->key, signature.key);
  EXPECT_EQ(read->bytes, signature.bytes);
}

// Every line that is one byte longer, shorter or another is none.
template <typename Read>
void ExpectOneForm(const std::string& line, const Read& read) {
  ASSERT_TRUE(read(line));
  for (size_t i = 0; i < line.size(); ++i) {
    EXPECT_FALSE(read(line.substr(0, i))) << i;
    std::string changed = line;
    changed[i] = changed[i] == 'G' ? 'H' : 'G';
    EXPECT_FALSE(read(changed)) << i;
  }
  EXPECT_FALSE(read(line + "\n"));
  EXPECT_FALSE(read(" " + line));
  std::string crlf = line;
  crlf.insert(crlf.size() - 1, "\r");
  EXPECT_FALSE(read(crlf));
}

TEST(Signature, LinesHaveOneForm) {
  const SecretKey key = SecretKey::Make();
  ExpectOneForm(key.Line(),
                [](std::string_view line) { return SecretKey::FromLine(line).has_value(); });
  ExpectOneForm(LineOf(key.PublicHalf()),
                [](std::string_view line) { return PublicKeyFromLine(line).has_value(); });
  ExpectOneForm(LineOf(SignatureBy(key, Sha256({"a"}))),
                [](std::string_view line) { return SignatureFromLine(line).has_value(); });
  EXPECT_FALSE(PublicKeyFromLine(key.Line()).has_value());
  EXPECT_FALSE(SecretKey::FromLine(LineOf(key.PublicHalf())).has_value());
}

}  // namespace
}  // namespace writ::bundle
