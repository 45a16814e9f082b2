// base64.
#include <string>
#include <string_view>

#include "vm/functions/applied.h"

namespace writ {
namespace {

std::string Encoded(std::string_view bytes) {
  Applied apply;
  return apply(FunctionId::kBase64Encode, {Applied::Bytes(bytes)});
}

std::string Decoded(std::string_view text) {
  Applied apply;
  return apply(FunctionId::kBase64Decode, {text});
}

TEST(Base64, EncodesWithPadding) {
  EXPECT_EQ(Encoded(""), R"("")");
  EXPECT_EQ(Encoded("f"), R"("Zg==")");
  EXPECT_EQ(Encoded("fo"), R"("Zm8=")");
  EXPECT_EQ(Encoded("foo"), R"("Zm9v")");
  EXPECT_EQ(Encoded("foobar"), R"("Zm9vYmFy")");
  EXPECT_EQ(Encoded("hello"), R"("aGVsbG8=")");
  EXPECT_EQ(Encoded(std::string_view("\0\xFF\xFE", 3)), R"("AP/+")");
}

TEST(Base64, DecodesWithPaddingOrWithout) {
  EXPECT_EQ(Decoded(""), R"(b"")");
  EXPECT_EQ(Decoded("Zg=="), R"(b"f")");
  EXPECT_EQ(Decoded("Zg"), R"(b"f")");
  EXPECT_EQ(Decoded("Zm8="), R"(b"fo")");
  EXPECT_EQ(Decoded("Zm8"), R"(b"fo")");
  EXPECT_EQ(Decoded("Zm9vYmFy"), R"(b"foobar")");
  EXPECT_EQ(Decoded("aGVs\r\nbG8=\n"), R"(b"hello")");
  // Bits that are left over.
  EXPECT_EQ(Decoded("Zh=="), R"(b"f")");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const std::string_view text : {"Z", "Zm9vY", "Zg=", "Z===", "Zm9v=", "====", "=", "Zg==Zg==",
                                      "Zg=a", "Zm9v!", "Zm 9v", "Zm-_", "\xC3\xA9\xC3\xA9"}) {
    EXPECT_EQ(Decoded(text), "error: a value that cannot be converted") << text;
  }
}

TEST(Base64, EveryByteAndLengthComesBack) {
  Applied apply;
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    const Value text = apply.Call(FunctionId::kBase64Encode, {Applied::Bytes(bytes)});
    ASSERT_TRUE(text.is(Tag::kString));
    const Value back = apply.Call(FunctionId::kBase64Decode, {text});
    ASSERT_TRUE(back.is(Tag::kBytes));
    ASSERT_EQ(back.view(), bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST(Base64, TakesBytesAndGivesThem) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kBase64Encode, {"text"}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kBase64Decode, {Applied::Bytes("Zg==")}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kBase64Decode, {apply.Json("1e999")}),
            "error: a number that servers read differently");
}

TEST(Base64, IsPaidFor) {
  Applied apply;
  const std::string text(16'000, 'A');
  const char* too_much = "error: evaluation budget exceeded";
  EXPECT_EQ(apply.Within(1000, FunctionId::kBase64Encode, {Applied::Bytes(text)}), too_much);
  EXPECT_EQ(apply.Within(1000, FunctionId::kBase64Decode, {text}), too_much);
}

}  // namespace
}  // namespace writ
