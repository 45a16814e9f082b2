// HMAC-SHA256 by the vectors of RFC 4231, and its text.
#include "proxy/hmac.h"

#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

std::string Hex(const Mac& mac) {
  std::string hex;
  AppendHex(AsText(mac), hex);
  return hex;
}

TEST(Hmac, VectorsOfRfc4231) {
  Hmac first(std::string(20, '\x0b'));
  EXPECT_EQ(Hex(first.Of({"Hi There"})),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  Hmac second("Jefe");
  EXPECT_EQ(Hex(second.Of({"what do ya want for nothing?"})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  Hmac sixth(std::string(131, '\xaa'));
  EXPECT_EQ(Hex(sixth.Of({"Test Using Larger Than Block-Size Key - Hash Key First"})),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, IsUsedAgainAndTakesPieces) {
  Hmac hmac("Jefe");
  const Mac whole = hmac.Of({"what do ya want for nothing?"});
  EXPECT_EQ(hmac.Of({"what do ya ", "", "want for nothing?"}), whole);
  EXPECT_NE(hmac.Of({}), whole);
  EXPECT_EQ(hmac.Of({"what do ya want for nothing?"}), whole);
}

TEST(Hmac, HexIsReadInOneFormOnly) {
  const Mac mac = Hmac("k").Of({"x"});
  const std::string hex = Hex(mac);
  ASSERT_EQ(hex.size(), 64u);
  EXPECT_EQ(ReadMac(hex), mac);
  EXPECT_FALSE(ReadMac(hex.substr(1)).has_value());
  EXPECT_FALSE(ReadMac(hex + "0").has_value());
  EXPECT_FALSE(ReadMac("A" + hex.substr(1)).has_value());
  EXPECT_FALSE(ReadMac("g" + hex.substr(1)).has_value());
  EXPECT_TRUE(SameMac(mac, *ReadMac(hex)));
  EXPECT_FALSE(SameMac(mac, Mac{}));
}

}  // namespace
}  // namespace writ
