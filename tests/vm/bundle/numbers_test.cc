// Numbers of a bundle: each has one form.
#include "vm/bundle/numbers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace writ::bundle {
namespace {

using namespace std::string_view_literals;

std::string Written(uint64_t number) {
  std::string out;
  AppendNumber(number, out);
  return out;
}

TEST(Numbers, TakeSevenBitsAByte) {
  EXPECT_EQ(Written(0), "\0"sv);
  EXPECT_EQ(Written(1), "\x01");
  EXPECT_EQ(Written(127), "\x7F");
  EXPECT_EQ(Written(128), "\x80\x01");
  EXPECT_EQ(Written(300), "\xAC\x02");
  EXPECT_EQ(Written(UINT64_MAX), "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01");
}

TEST(Numbers, AreReadAsTheyWereWritten) {
  for (int bits = 0; bits < 64; ++bits) {
    for (const uint64_t number :
         {uint64_t{1} << bits, (uint64_t{1} << bits) - 1, UINT64_MAX - (uint64_t{1} << bits)}) {
      const std::string written = Written(number);
      ByteReader reader(written);
      EXPECT_EQ(reader.Number(), number);
      EXPECT_TRUE(reader.ok());
      EXPECT_EQ(reader.left(), 0u);
    }
  }
}

std::string FaultOf(std::string_view bytes) {
  ByteReader reader(bytes);
  EXPECT_EQ(reader.Number(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.left(), 0u);
  return reader.fault();
}

TEST(Numbers, HaveNoOtherForm) {
  EXPECT_EQ(FaultOf(""), "it ends in the middle of a row");
  EXPECT_EQ(FaultOf("\x80"), "it ends in the middle of a row");
  EXPECT_EQ(FaultOf("\x80\0"sv), "a number has a needless byte");
  EXPECT_EQ(FaultOf("\xFF\x80\0"sv), "a number has a needless byte");
  EXPECT_EQ(FaultOf("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"), "a number has over 64 bits");
  EXPECT_EQ(FaultOf("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), "a number has over 64 bits");
  EXPECT_EQ(FaultOf("\x80\x80\x80\x80\x80\x80\x80\x80\x80\0"sv), "a number has a needless byte");
}

TEST(Numbers, SmallOnesAreShortWithASignToo) {
  EXPECT_EQ(ZigZag(0), 0u);
  EXPECT_EQ(ZigZag(-1), 1u);
  EXPECT_EQ(ZigZag(1), 2u);
  EXPECT_EQ(ZigZag(-2), 3u);
  for (const int64_t number : {std::numeric_limits<int64_t>::min(), int64_t{-1} << 40, int64_t{-1},
                               int64_t{0}, int64_t{7}, std::numeric_limits<int64_t>::max()}) {
    EXPECT_EQ(UnZigZag(ZigZag(number)), number);
  }
}

TEST(Numbers, DoublesKeepTheirBits) {
  for (const double number : {0.0, -0.0, 1.5, -1e300, std::numeric_limits<double>::infinity()}) {
    std::string written;
    AppendDouble(number, written);
    EXPECT_EQ(written.size(), 8u);
    ByteReader reader(written);
    const double read = reader.Double();
    EXPECT_EQ(read, number);
    EXPECT_EQ(std::signbit(read), std::signbit(number));
  }
  std::string one;
  AppendDouble(1, one);
  EXPECT_EQ(one, "\0\0\0\0\0\0\xF0\x3F"sv);
}

TEST(Numbers, ThereIsOneNaN) {
  const double usual = std::numeric_limits<double>::quiet_NaN();
  std::string written;
  AppendDouble(std::copysign(usual, -1.0), written);
  EXPECT_EQ(written, "\0\0\0\0\0\0\xF8\x7F"sv);
  EXPECT_TRUE(std::isnan(ByteReader(written).Double()));
  for (const std::string_view other :
       {"\0\0\0\0\0\0\xF8\xFF"sv, "\1\0\0\0\0\0\xF8\x7F"sv, "\1\0\0\0\0\0\xF0\x7F"sv}) {
    ByteReader reader(other);
    EXPECT_EQ(reader.Double(), 0);
    EXPECT_EQ(reader.fault(), "a NaN has other bits than the one that is written");
  }
}

TEST(ByteReader, NothingIsLeftAfterAFault) {
  ByteReader reader("abc");
  EXPECT_EQ(reader.Bytes(4), "");
  EXPECT_EQ(reader.fault(), "it ends in the middle of a row");
  EXPECT_EQ(reader.Bytes(1), "");
  EXPECT_EQ(reader.Byte(), 0);
  reader.Fail("another");
  EXPECT_EQ(reader.fault(), "it ends in the middle of a row");
}

TEST(ByteReader, TakesBytesFromTheFront) {
  ByteReader reader("abc");
  EXPECT_EQ(reader.Bytes(2), "ab");
  EXPECT_EQ(reader.Byte(), 'c');
  EXPECT_EQ(reader.Bytes(0), "");
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.Bytes(UINT64_MAX), "");
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace writ::bundle
