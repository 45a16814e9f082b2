// Keys of counters.
// Tested by tests/vm/counter_key_test.cc.
#include "vm/counter_key.h"

#include <charconv>
#include <cmath>

#include "vm/disasm.h"
#include "vm/json_text.h"

namespace writ {
namespace {

template <typename Number>
void AppendNumber(Number number, std::string& text) {
  char buffer[32];
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
}

void AppendDouble(double d, std::string& text) {
  if (d == std::trunc(d)) {
    if (d >= -0x1p63 && d < 0x1p63) return AppendNumber(static_cast<int64_t>(d), text);
    if (d >= 0 && d < 0x1p64) return AppendNumber(static_cast<uint64_t>(d), text);
  }
  AppendNumber(d, text);
}

void AppendHex(std::string_view bytes, std::string& text) {
  for (const char byte : bytes) {
    const auto bits = static_cast<unsigned char>(byte);
    text += "0123456789abcdef"[bits >> 4];
    text += "0123456789abcdef"[bits & 15];
  }
}

}  // namespace

bool AppendCounterKey(const Value& value, std::string& text) {
  const size_t start = text.size();
  switch (value.tag) {
    case Tag::kNull: text += "null"; break;
    case Tag::kBool: text += value.i != 0 ? "true" : "false"; break;
    case Tag::kInt: AppendNumber(value.i, text); break;
    case Tag::kUint: AppendNumber(value.u, text); break;
    case Tag::kDouble:
      if (std::isnan(value.d)) return false;
      AppendDouble(value.d, text);
      break;
    case Tag::kString:
      if (value.size > kMaxCounterKeyBytes) return false;
      AppendJsonString(value.view(), text);
      break;
    case Tag::kBytes:
      if (value.size > kMaxCounterKeyBytes) return false;
      // As it stands: bytes that are no UTF-8 are all shown as the same character elsewhere.
      text += "bytes(";
      AppendHex(value.view(), text);
      text += ')';
      break;
    case Tag::kTimestamp:
    case Tag::kDuration:
    case Tag::kType:
    case Tag::kIp:
    case Tag::kCidr:
    case Tag::kUrl: text += FormatValue(value, kMaxCounterKeyBytes + 1); break;
    default: return false;
  }
  return text.size() - start <= kMaxCounterKeyBytes;
}

}  // namespace writ
