// Numbers of a bundle.
// Tested by tests/vm/bundle/numbers_test.cc.
#include "vm/bundle/numbers.h"

#include <bit>
#include <cmath>

namespace writ::bundle {
namespace {

constexpr std::string_view kEnds = "it ends in the middle of a row";
constexpr uint64_t kNaN = 0x7FF8'0000'0000'0000;

}  // namespace

void AppendNumber(uint64_t number, std::string& out) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void AppendDouble(double number, std::string& out) {
  const uint64_t bits = std::isnan(number) ? kNaN : std::bit_cast<uint64_t>(number);
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift);
}

void ByteReader::Fail(std::string_view why) {
  if (fault_.empty()) fault_ = why;
  bytes_ = {};
}

uint8_t ByteReader::FailAtEnd() {
  Fail(kEnds);
  return 0;
}

uint64_t ByteReader::LongNumber() {
  uint64_t number = 0;
  for (int shift = 0;; shift += 7) {
    const uint8_t byte = Byte();
    if (!ok()) return 0;
    // The tenth byte has room for one bit.
    if (shift == 63 && byte > 1) {
      Fail("a number has over 64 bits");
      return 0;
    }
    number |= uint64_t{byte & 0x7Fu} << shift;
    if ((byte & 0x80) != 0) continue;
    if (byte == 0 && shift > 0) {
      Fail("a number has a needless byte");
      return 0;
    }
    return number;
  }
}

double ByteReader::Double() {
  uint64_t bits = 0;
  for (int shift = 0; shift < 64; shift += 8) bits |= uint64_t{Byte()} << shift;
  const auto number = std::bit_cast<double>(bits);
  if (std::isnan(number) && bits != kNaN) Fail("a NaN has other bits than the one that is written");
  return ok() ? number : 0;
}

std::string_view ByteReader::Bytes(uint64_t size) {
  if (size > bytes_.size()) {
    Fail(kEnds);
    return {};
  }
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

}  // namespace writ::bundle
