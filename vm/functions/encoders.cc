// Functions of encodings: base64 (RFC 4648, section 4).
// Tested by tests/vm/functions/encoders_test.cc.
#include <array>
#include <string_view>

#include "vm/functions/arguments.h"

namespace writ::functions {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNoDigit = 64;

constexpr std::array<uint8_t, 256> kDigitValues = [] {
  std::array<uint8_t, 256> values{};
  for (uint8_t& value : values) value = kNoDigit;
  for (size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<uint8_t>(i);
  }
  return values;
}();

bool IsLineBreak(char c) {
  return c == '\n' || c == '\r';
}

}  // namespace

Value Base64Encode(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kBytes})) return NoOverload(arguments, count);
  const std::string_view bytes = arguments[0].view();
  const uint64_t size = (uint64_t{bytes.size()} + 2) / 3 * 4;
  char* const result = NewText(size, context);
  if (result == nullptr) return Fail(Error::kBudget);
  char* out = result;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view group = bytes.substr(at, 3);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0);
    }
    for (size_t i = 0; i < 4; ++i) {
      *out++ = i <= group.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
  return Value::String({result, size});
}

// As cel-go: line breaks are skipped, padding must be whole or missing, and bits that are left over
// at the end may be anything.
Value Base64Decode(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString})) return NoOverload(arguments, count);
  const std::string_view text = arguments[0].view();
  char* const result = NewText(text.size(), context);
  if (result == nullptr) return Fail(Error::kBudget);
  char* out = result;
  uint32_t bits = 0;
  uint64_t digits = 0;
  uint64_t padding = 0;
  for (const char c : text) {
    if (IsLineBreak(c)) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const uint8_t value = kDigitValues[static_cast<unsigned char>(c)];
    if (value == kNoDigit || padding > 0) return Fail(Error::kConversion);
    bits = bits << 6 | value;
    // The first digit of four completes no byte, each other one does.
    if (digits % 4 != 0) *out++ = static_cast<char>(bits >> (6 - digits % 4 * 2));
    ++digits;
  }
  const uint64_t missing = (4 - digits % 4) % 4;
  if (missing == 3 || (padding > 0 && padding != missing)) return Fail(Error::kConversion);
  return Value::Text(Tag::kBytes, {result, static_cast<size_t>(out - result)});
}

}  // namespace writ::functions
