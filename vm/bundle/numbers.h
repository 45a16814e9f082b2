// The numbers of a bundle: seven bits a byte, the lowest first, every number in its one shortest
// form. And reading them from bytes that may be anything.
//
// Tested by tests/vm/bundle/numbers_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace writ::bundle {

void AppendNumber(uint64_t number, std::string& out);

// 0, -1, 1, -2, … as 0, 1, 2, 3, …
constexpr uint64_t ZigZag(int64_t number) {
  const auto bits = static_cast<uint64_t>(number);
  return (bits << 1) ^ (number < 0 ? UINT64_MAX : 0);
}
constexpr int64_t UnZigZag(uint64_t bits) {
  return static_cast<int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? UINT64_MAX : 0));
}

// A double's bits, little-endian. Of NaNs, which processors make with other bits each and nothing
// tells apart, there is one: 0x7FF8000000000000.
void AppendDouble(double number, std::string& out);

// Reads from the front. After the first fault everything reads as 0 and nothing is left, so a
// caller may look at ok() when a row is through.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  uint8_t Byte() {
    if (bytes_.empty()) return FailAtEnd();
    const auto byte = static_cast<uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return byte;
  }
  uint64_t Number() {
    // Most have one byte.
    return !bytes_.empty() && (bytes_.front() & 0x80) == 0 ? Byte() : LongNumber();
  }
  double Double();
  // REQUIRES: what they stand in outlives them. Empty if there are not as many.
  std::string_view Bytes(uint64_t size);

  size_t left() const { return bytes_.size(); }
  bool ok() const { return fault_.empty(); }
  // Why not, the first reason: a sentence without a point.
  const std::string& fault() const { return fault_; }
  void Fail(std::string_view why);

 private:
  uint8_t FailAtEnd();
  uint64_t LongNumber();

  std::string_view bytes_;
  std::string fault_;
};

}  // namespace writ::bundle
