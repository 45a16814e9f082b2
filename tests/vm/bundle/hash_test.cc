// SHA-256 as FIPS 180-4 has it.
#include "vm/bundle/hash.h"

#include <gtest/gtest.h>

#include <string>

namespace writ::bundle {
namespace {

TEST(Hash, IsSha256) {
  EXPECT_EQ(Hex(Sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256({"abc"})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256({std::string(1'000'000, 'a')})),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hash, IsOfThePiecesOneAfterTheOther) {
  const std::string text(1000, 'x');
  EXPECT_EQ(Sha256({text, "", text}), Sha256({text + text}));
  EXPECT_NE(Sha256({text, "a"}), Sha256({"a", text}));
}

}  // namespace
}  // namespace writ::bundle
