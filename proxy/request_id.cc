// Reading JSON-RPC ids.
// Tested by tests/proxy/request_id_test.cc.
#include "proxy/request_id.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "vm/json_text.h"

namespace writ {
namespace {

bool IsIntegerToken(std::string_view raw) {
  if (!raw.empty() && raw.front() == '-') raw.remove_prefix(1);
  return !raw.empty() &&
         std::all_of(raw.begin(), raw.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The value of an integer token that is short enough to be exact, as nearly all ids are.
bool ReadShortInteger(std::string_view raw, double* value) {
  constexpr size_t kMaxBytes = 15;
  if (raw.size() > kMaxBytes) return false;
  const bool negative = raw.front() == '-';
  if (negative) raw.remove_prefix(1);
  if (raw.empty()) return false;
  int64_t digits = 0;
  for (const char c : raw) {
    if (c < '0' || c > '9') return false;
    digits = digits * 10 + (c - '0');
  }
  *value = static_cast<double>(negative ? -digits : digits);
  return true;
}

// Too large for a double: servers that round all read the same infinity.
double ReadDouble(std::string_view raw) {
  double value = 0;
  if (std::from_chars(raw.data(), raw.data() + raw.size(), value).ec == std::errc()) return value;
  value = std::numeric_limits<double>::infinity();
  return raw.front() == '-' ? -value : value;
}

void SetNumberKey(double value, std::string& key) {
  if (value == 0) value = 0;  // -0 is 0
  char bytes[1 + sizeof value] = {'n'};
  std::memcpy(bytes + 1, &value, sizeof value);
  key.assign(bytes, sizeof bytes);
}

// Says whether it is an integer token.
bool SetNumberKey(std::string_view raw, std::string& key) {
  double value;
  bool is_integer = ReadShortInteger(raw, &value);
  if (!is_integer) {
    value = ReadDouble(raw);
    is_integer = IsIntegerToken(raw);
  }
  SetNumberKey(value, key);
  return is_integer;
}

// Whether it is a whole number of 32 bits, written the one way that all writers agree on.
bool IsPlainNumber(std::string_view token) {
  int32_t value = 0;
  const char* const end = token.data() + token.size();
  const auto [rest, error] = std::from_chars(token.data(), end, value);
  if (error != std::errc() || rest != end) return false;
  const std::string_view digits = token.substr(token.front() == '-' ? 1 : 0);
  return digits == "0" ? digits == token : digits.front() != '0';
}

// As generous readers see it: 7, +7, 07, 7.0, 7e0, 1_0, 0x7, infinity.
bool MayBeNumber(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789_") == std::string_view::npos) return true;
  if (text.front() == '0' && text.find_first_of("xXbBoO") == 1) {
    return text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  }
  double value = 0;
  const char* const end = text.data() + text.size();
  return std::from_chars(text.data(), end, value).ptr == end;
}

bool IsPlainText(std::string_view text) {
  constexpr size_t kMaxBytes = 128;
  return !text.empty() && text.size() <= kMaxBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

void ReadRequestId(std::string_view raw, RequestId& id) {
  id.raw = raw;
  id.key.clear();
  if (raw.empty()) {
    id.kind = IdKind::kNone;
    return;
  }
  if (raw.size() > kMaxIdBytes) {
    id.kind = IdKind::kInvalid;
    return;
  }
  const char first = raw.front();
  if (first == '"') {
    id.key = 's';
    const bool clean = AppendDecoded(raw.substr(1, raw.size() - 2), id.key);
    id.kind = clean ? IdKind::kString : IdKind::kInvalid;
  } else if (first == '-' || (first >= '0' && first <= '9')) {
    id.kind = SetNumberKey(raw, id.key) ? IdKind::kInteger : IdKind::kInvalid;
  } else {
    id.kind = raw == "null" ? IdKind::kNull : IdKind::kInvalid;
  }
}

void ReadIntegerId(std::string_view raw, int64_t value, RequestId& id) {
  id.raw = raw;
  id.kind = raw.size() <= kMaxIdBytes ? IdKind::kInteger : IdKind::kInvalid;
  SetNumberKey(static_cast<double>(value), id.key);
}

bool OtherSpelling(const RequestId& id, std::string& key) {
  if (id.kind == IdKind::kInteger) {
    key = 's';
    key += id.raw;
    return true;
  }
  const std::string_view text = std::string_view(id.key).substr(id.key.empty() ? 0 : 1);
  if (id.kind != IdKind::kString || !IsIntegerToken(text)) return false;
  const std::string token(text);  // key may be the id's own
  SetNumberKey(token, key);
  return true;
}

bool IsVague(const RequestId& id) {
  if (id.kind == IdKind::kInteger) return !IsPlainNumber(id.raw);
  if (id.kind != IdKind::kString) return true;
  const std::string_view text = std::string_view(id.key).substr(1);
  return MayBeNumber(text) ? !IsPlainNumber(text) : !IsPlainText(text);
}

}  // namespace writ
