// string.format(): the clauses of the CEL specification's doc/extensions/strings.md.
// Tested by tests/vm/functions/format_test.cc.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "vm/functions/arguments.h"
#include "vm/functions/network.h"
#include "vm/time_text.h"
#include "vm/utf8.h"

namespace writ::functions {
namespace {

constexpr int kDefaultPrecision = 6;
constexpr int kMaxPrecision = 100;

// The longest: the greatest double with a sign, 309 digits before the point, and the most after it.
constexpr size_t kNumberBytes = 1 + 309 + 1 + kMaxPrecision + 16;
using NumberBuffer = std::array<char, kNumberBytes>;

std::string_view Until(const char* end, const NumberBuffer& buffer) {
  return {buffer.data(), static_cast<size_t>(end - buffer.data())};
}

std::string_view NotFinite(double d) {
  return std::isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity";
}

// The shortest digits that read back the same, without an exponent. to_chars() has no such form: it
// prints all 309 digits of a great number where zeros read back the same.
std::string_view PlainDouble(double d, NumberBuffer& buffer) {
  if (!std::isfinite(d)) return NotFinite(d);
  std::array<char, 32> scientific;
  char* const end = std::to_chars(scientific.data(), scientific.data() + scientific.size(), d,
                                  std::chars_format::scientific)
                        .ptr;
  char* const mark = std::find(scientific.data(), end, 'e');
  int exponent = 0;
  std::from_chars(mark[1] == '+' ? mark + 2 : mark + 1, end, exponent);
  std::array<char, 24> digits;
  int count = 0;
  for (const char* p = scientific.data(); p != mark; ++p) {
    if (*p >= '0' && *p <= '9') digits[static_cast<size_t>(count++)] = *p;
  }
  char* out = buffer.data();
  if (std::signbit(d)) *out++ = '-';
  const auto digit = [&](int i) {
    return i >= 0 && i < count ? digits[static_cast<size_t>(i)] : '0';
  };
  const int whole = std::max(exponent + 1, 1);
  for (int i = exponent + 1 - whole; i <= exponent; ++i) *out++ = digit(i);
  if (count > exponent + 1) {
    *out++ = '.';
    for (int i = exponent + 1; i < count; ++i) *out++ = digit(i);
  }
  return Until(out, buffer);
}

// A whole number in another base: a minus, then its digits.
std::string_view WholeNumber(const Value& number, int base, bool capitals, NumberBuffer& buffer) {
  char* const limit = buffer.data() + buffer.size();
  char* const end = number.is(Tag::kUint) ? std::to_chars(buffer.data(), limit, number.u, base).ptr
                                          : std::to_chars(buffer.data(), limit, number.i, base).ptr;
  if (capitals) {
    std::transform(buffer.data(), end, buffer.data(),
                   [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c; });
  }
  return Until(end, buffer);
}

bool IsWhole(const Value& value) {
  return value.is(Tag::kInt) || value.is(Tag::kUint);
}

double AsDouble(const Value& number) {
  if (number.is(Tag::kInt)) return static_cast<double>(number.i);
  return number.is(Tag::kUint) ? static_cast<double>(number.u) : number.d;
}

class Formatter {
 public:
  explicit Formatter(FunctionContext& context) : context_(context), out_(context) {}

  Value Run(std::string_view format, const Value& arguments) {
    const List* list = ReadList(arguments, context_);
    if (list == nullptr) return Fail(Error::kBudget);
    uint32_t next = 0;
    while (!format.empty() && error_ == Error::kNone) {
      const size_t percent = std::min(format.find('%'), format.size());
      Append(format.substr(0, percent));
      format.remove_prefix(percent);
      if (format.empty()) break;
      format.remove_prefix(1);
      if (!format.empty() && format.front() == '%') {
        Append("%");
        format.remove_prefix(1);
        continue;
      }
      Clause clause;
      if (!TakeClause(format, &clause) || next == list->size) return Fail(Error::kInvalidFormat);
      AppendClause(clause, list->items[next]);
      ++next;
    }
    return error_ == Error::kNone ? out_.Finish() : Fail(error_);
  }

 private:
  struct Clause {
    int precision = kDefaultPrecision;
    char conversion = 0;
  };

  // What follows a percent sign: "s", ".3f". False if that is no clause.
  static bool TakeClause(std::string_view& format, Clause* clause) {
    if (!format.empty() && format.front() == '.') {
      format.remove_prefix(1);
      const size_t digits = std::min(format.find_first_not_of("0123456789"), format.size());
      const auto read = std::from_chars(format.data(), format.data() + digits, clause->precision);
      if (read.ec != std::errc() || clause->precision > kMaxPrecision) return false;
      format.remove_prefix(digits);
    }
    if (format.empty()) return false;
    clause->conversion = format.front();
    format.remove_prefix(1);
    return std::string_view("sdfexXob").find(clause->conversion) != std::string_view::npos;
  }

  void Append(std::string_view text) {
    if (!out_.Append(text)) error_ = Error::kBudget;
  }

  void AppendClause(const Clause& clause, const Value& value) {
    NumberBuffer buffer;
    if (value.is(Tag::kUnsafeNumber)) {
      error_ = Error::kUnsafeNumber;
      return;
    }
    switch (clause.conversion) {
      case 's': AppendValue(value, 0); return;
      case 'd':
        if (IsWhole(value)) return Append(WholeNumber(value, 10, false, buffer));
        if (value.is(Tag::kDouble)) return Append(PlainDouble(value.d, buffer));
        break;
      case 'f':
        if (value.is_number()) {
          return AppendDouble(AsDouble(value), std::chars_format::fixed, clause.precision);
        }
        break;
      case 'e':
        if (value.is_number()) {
          return AppendDouble(AsDouble(value), std::chars_format::scientific, clause.precision);
        }
        break;
      case 'x':
      case 'X': {
        const bool capitals = clause.conversion == 'X';
        if (IsWhole(value)) return Append(WholeNumber(value, 16, capitals, buffer));
        if (value.is(Tag::kString) || value.is(Tag::kBytes)) {
          return AppendHex(value.view(), capitals);
        }
        break;
      }
      case 'o':
        if (IsWhole(value)) return Append(WholeNumber(value, 8, false, buffer));
        break;
      case 'b':
        if (value.is(Tag::kBool)) return Append(value.i != 0 ? "1" : "0");
        if (IsWhole(value)) return Append(WholeNumber(value, 2, false, buffer));
        break;
      default: break;
    }
    error_ = Error::kInvalidFormat;
  }

  void AppendDouble(double d, std::chars_format form, int precision) {
    if (!std::isfinite(d)) return Append(NotFinite(d));
    NumberBuffer buffer;
    const auto printed =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), d, form, precision);
    Append(Until(printed.ptr, buffer));
  }

  void AppendHex(std::string_view bytes, bool capitals) {
    const std::string_view digits = capitals ? "0123456789ABCDEF" : "0123456789abcdef";
    char* const hex = NewText(uint64_t{bytes.size()} * 2, context_);
    if (hex == nullptr) {
      error_ = Error::kBudget;
      return;
    }
    char* out = hex;
    for (const char byte : bytes) {
      *out++ = digits[static_cast<unsigned char>(byte) >> 4];
      *out++ = digits[static_cast<unsigned char>(byte) & 15];
    }
    Append({hex, static_cast<size_t>(out - hex)});
  }

  // Each run of bytes that are no UTF-8 becomes one U+FFFD.
  void AppendBytes(std::string_view bytes) {
    bool replaced = false;
    while (!bytes.empty() && error_ == Error::kNone) {
      std::string_view rest = bytes;
      size_t valid = 0;
      while (!rest.empty()) {
        const size_t size = rest.size();
        const uint32_t c = TakeCodePoint(rest);
        if ((c == 0xFFFD && size - rest.size() == 1) || (c >= 0xD800 && c <= 0xDFFF)) break;
        valid = bytes.size() - rest.size();
      }
      if (valid > 0) {
        Append(bytes.substr(0, valid));
        replaced = false;
      } else {
        if (!replaced) Append("\xEF\xBF\xBD");
        replaced = true;
        valid = 1;
      }
      bytes.remove_prefix(valid);
    }
  }

  // What %s makes of everything but lists, maps and bytes; nothing for what it has no form for.
  std::optional<std::string_view> ScalarText(const Value& value, NumberBuffer& buffer,
                                             char (&time)[kPrintedTimeBytes]) {
    switch (value.tag) {
      case Tag::kNull: return "null";
      case Tag::kBool: return value.i != 0 ? "true" : "false";
      case Tag::kInt:
      case Tag::kUint: return WholeNumber(value, 10, false, buffer);
      case Tag::kDouble: return PlainDouble(value.d, buffer);
      case Tag::kString:
      case Tag::kType:
      case Tag::kUrl: return value.view();
      case Tag::kTimestamp: return PrintTimestamp(value, time);
      case Tag::kDuration: return PrintDuration(value, time);
      case Tag::kIp:
      case Tag::kCidr: return FormatIp(value, context_.arena);
      default: return std::nullopt;
    }
  }

  // No deeper than kMaxWalkDepth.
  void AppendValue(const Value& value, uint32_t depth) {
    if (depth > kMaxWalkDepth) {
      error_ = Error::kBudget;
    } else if (value.is(Tag::kUnsafeNumber)) {
      error_ = Error::kUnsafeNumber;
    } else if (value.is_list()) {
      AppendList(value, depth);
    } else if (value.is_map()) {
      AppendMap(value, depth);
    } else if (value.is(Tag::kBytes)) {
      AppendBytes(value.view());
    } else {
      NumberBuffer buffer;
      char time[kPrintedTimeBytes];
      const std::optional<std::string_view> text = ScalarText(value, buffer, time);
      if (!text.has_value()) {
        error_ = Error::kInvalidFormat;
        return;
      }
      Append(*text);
    }
  }

  void AppendList(const Value& value, uint32_t depth) {
    const List* list = ReadList(value, context_);
    if (list == nullptr) {
      error_ = Error::kBudget;
      return;
    }
    Append("[");
    for (uint32_t i = 0; i < list->size && error_ == Error::kNone; ++i) {
      if (i > 0) Append(", ");
      AppendValue(list->items[i], depth + 1);
    }
    Append("]");
  }

  struct PrintedEntry {
    std::string_view key;
    uint32_t index;
  };

  // In the order of the printed keys.
  void AppendMap(const Value& value, uint32_t depth) {
    const Map* map = ReadMap(value, context_);
    PrintedEntry* entries = map == nullptr ? nullptr : SortedEntries(*map);
    if (entries == nullptr) {
      if (error_ == Error::kNone) error_ = Error::kBudget;
      return;
    }
    Append("{");
    for (uint32_t i = 0; i < map->size && error_ == Error::kNone; ++i) {
      if (i > 0) Append(", ");
      Append(entries[i].key);
      Append(": ");
      AppendValue(map->entries[entries[i].index].value, depth + 1);
    }
    Append("}");
  }

  PrintedEntry* SortedEntries(const Map& map) {
    if (!context_.HasRoom((uint64_t{map.size} + 1) * sizeof(PrintedEntry))) return nullptr;
    auto* entries = context_.arena.Allocate<PrintedEntry>(uint64_t{map.size} + 1);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < map.size; ++i) {
      NumberBuffer buffer;
      char time[kPrintedTimeBytes];
      const Value& key = map.entries[i].key;
      const std::optional<std::string_view> text = ScalarText(key, buffer, time);
      if (!text.has_value()) {
        error_ = Error::kInvalidFormat;
        return nullptr;
      }
      entries[i] = {key.is(Tag::kString) ? *text : context_.arena.Copy(*text), i};
      bytes += text->size();
    }
    uint64_t rounds = 1;
    while (uint64_t{1} << rounds < map.size) ++rounds;
    if (!context_.Charge(rounds * (map.size + bytes / 16))) return nullptr;
    std::sort(entries, entries + map.size, [](const PrintedEntry& a, const PrintedEntry& b) {
      const int order = a.key.compare(b.key);
      return order != 0 ? order < 0 : a.index < b.index;
    });
    return entries;
  }

  FunctionContext& context_;
  TextBuilder out_;
  Error error_ = Error::kNone;
};

}  // namespace

Value Format(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 2 || !arguments[0].is(Tag::kString) || !arguments[1].is_list()) {
    return NoOverload(arguments, count);
  }
  return Formatter(context).Run(arguments[0].view(), arguments[1]);
}

}  // namespace writ::functions
