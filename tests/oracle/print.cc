// Values as text, and sameness of values.
// Tested by tests/oracle/print_test.cc.
#include "oracle/print.h"

#include <fmt/core.h>

#include <chrono>
#include <cmath>
#include <string_view>

#include "vm/compare.h"

namespace writ::oracle {
namespace {

std::string PrintDouble(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d > 0 ? "Infinity" : "-Infinity";
  std::string text = fmt::format("{}", d);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// Text as it is but for control characters; bytes are all escaped unless they are ASCII.
std::string Quoted(std::string_view text, bool bytes) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f || (bytes && byte >= 0x80)) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string PrintTimestamp(const Value& value) {
  const std::chrono::sys_seconds point{std::chrono::seconds(value.i)};
  const auto day = std::chrono::floor<std::chrono::days>(point);
  const std::chrono::year_month_day date(day);
  const auto second = (point - day).count();
  return fmt::format("timestamp(\"{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z\")",
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), second / 3600, second / 60 % 60,
                     second % 60, value.size);
}

std::string PrintList(Value& list, Arena& arena) {
  const List* items = Items(list, arena);
  std::string text = "[";
  for (uint32_t i = 0; i < items->size; ++i) {
    if (i > 0) text += ", ";
    text += Print(items->items[i], arena);
  }
  return text + "]";
}

std::string PrintMap(Value& map, Arena& arena) {
  const Map* entries = Entries(map, arena);
  std::string text = "{";
  for (uint32_t i = 0; i < entries->size; ++i) {
    if (i > 0) text += ", ";
    text += Print(entries->entries[i].key, arena) + ": " + Print(entries->entries[i].value, arena);
  }
  return text + "}";
}

bool SameList(Value& a, Value& b, Arena& arena) {
  const List* left = Items(a, arena);
  const List* right = Items(b, arena);
  if (left->size != right->size) return false;
  for (uint32_t i = 0; i < left->size; ++i) {
    if (!Same(left->items[i], right->items[i], arena)) return false;
  }
  return true;
}

bool SameMap(Value& a, Value& b, Arena& arena) {
  const Map* left = Entries(a, arena);
  const Map* right = Entries(b, arena);
  if (left->size != right->size) return false;
  for (uint32_t i = 0; i < left->size; ++i) {
    const MapEntry& wanted = left->entries[i];
    bool found = false;
    for (uint32_t j = 0; j < right->size && !found; ++j) {
      const MapEntry& entry = right->entries[j];
      found = Same(wanted.key, entry.key, arena) && Same(wanted.value, entry.value, arena);
    }
    if (!found) return false;
  }
  return true;
}

}  // namespace

std::string Print(Value value, Arena& arena) {
  switch (value.tag) {
    case Tag::kAbsent: return "(absent)";
    case Tag::kNull: return "null";
    case Tag::kBool: return value.i == 1 ? "true" : "false";
    case Tag::kInt: return fmt::format("{}", value.i);
    case Tag::kUint: return fmt::format("{}u", value.u);
    case Tag::kDouble: return PrintDouble(value.d);
    case Tag::kString: return Quoted(value.view(), false);
    case Tag::kBytes: return "b" + Quoted(value.view(), true);
    case Tag::kTimestamp: return PrintTimestamp(value);
    case Tag::kDuration: return fmt::format("duration(\"{}ns\")", value.i);
    case Tag::kList:
    case Tag::kListSpan: return PrintList(value, arena);
    case Tag::kMap:
    case Tag::kMapSpan: return PrintMap(value, arena);
    case Tag::kOptional:
      if (value.optional == nullptr) return "optional.none()";
      return "optional.of(" + Print(*value.optional, arena) + ")";
    case Tag::kType: return fmt::format("type {}", value.view());
    case Tag::kError: return fmt::format("error: {}", ErrorText(value.code));
    case Tag::kUnsafeNumber: return fmt::format("unsafe {}", value.view());
    case Tag::kIp: return "ip(" + Quoted(value.view(), true) + ")";
    case Tag::kCidr: return fmt::format("cidr({}/{})", Quoted(value.view(), true), value.reserved);
    case Tag::kUrl: return "url(" + Quoted(value.view(), false) + ")";
  }
  return "?";
}

bool Same(Value a, Value b, Arena& arena) {
  if (a.is_list() && b.is_list()) return SameList(a, b, arena);
  if (a.is_map() && b.is_map()) return SameMap(a, b, arena);
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case Tag::kAbsent:
    case Tag::kNull: return true;
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kUint:
    case Tag::kDuration: return a.i == b.i;
    case Tag::kTimestamp: return a.i == b.i && a.size == b.size;
    case Tag::kDouble:
      if (std::isnan(a.d) || std::isnan(b.d)) return std::isnan(a.d) && std::isnan(b.d);
      return a.d == b.d && std::signbit(a.d) == std::signbit(b.d);
    case Tag::kOptional:
      if (a.optional == nullptr || b.optional == nullptr) return a.optional == b.optional;
      return Same(*a.optional, *b.optional, arena);
    case Tag::kError: return a.code == b.code;
    case Tag::kCidr: return a.view() == b.view() && a.reserved == b.reserved;
    default: return a.view() == b.view();
  }
}

}  // namespace writ::oracle
