// Reads numbers and strings.
// Tested by tests/grammar/literal_test.cc.
#include "grammar/literal.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "grammar/messages.h"
#include "grammar/utf8.h"

namespace writ::cel {
namespace {

// The decimal exponent of the first digit that is not zero: whether a number from_chars cannot give
// is too large (positive) or too small. `digits` is a float of the grammar.
int64_t Magnitude(std::string_view digits) {
  const size_t mark = std::min(digits.find_first_of("eE"), digits.size());
  int64_t exponent = 0;
  if (mark < digits.size()) {
    std::string_view text = digits.substr(mark + 1);
    const bool negative = text.front() == '-';
    if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
    // Beyond this the number's own digits, which a source holds 65536 of at most, do not matter.
    constexpr int64_t kFar = 1 << 20;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc() || exponent > kFar) exponent = kFar;
    if (negative) exponent = -exponent;
  }
  const std::string_view mantissa = digits.substr(0, mark);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = std::min(mantissa.find_first_of("123456789"), mantissa.size());
  return exponent + static_cast<int64_t>(point) - static_cast<int64_t>(first);
}

tl::expected<Literal, SyntaxError> ReadDouble(std::string_view digits, bool negative, size_t at) {
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) {
    if (Magnitude(digits) > 0) {
      return tl::unexpected(Report(Fault::kDoubleTooLarge, at, digits.size(), {Excerpt(digits)}));
    }
    value = 0;
  }
  return negative ? -value : value;
}

struct Escaped {
  uint32_t code = 0;
  size_t length = 0;  // of the escape sequence
};

// The characters after a backslash that stand for one other.
std::optional<uint32_t> SimpleEscape(char c) {
  switch (c) {
    case 'a': return 0x07;
    case 'b': return 0x08;
    case 'f': return 0x0C;
    case 'n': return 0x0A;
    case 'r': return 0x0D;
    case 't': return 0x09;
    case 'v': return 0x0B;
    case '\\':
    case '?':
    case '"':
    case '\'':
    case '`': return static_cast<uint32_t>(c);
    default: return std::nullopt;
  }
}

// How many characters of `text` form digits of `base`, at most `most`.
size_t CountDigits(std::string_view text, int base, size_t most) {
  const auto is_digit = [base](char c) {
    if (base == 8) return c >= '0' && c <= '7';
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  size_t count = 0;
  while (count < std::min(most, text.size()) && is_digit(text[count])) ++count;
  return count;
}

uint32_t ReadDigits(std::string_view digits, int base) {
  uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  return value;
}

// One escape sequence: `text` starts with its backslash and goes on to the end of the string.
tl::expected<Escaped, SyntaxError> ReadEscape(std::string_view text, bool bytes, size_t at) {
  const auto fail = [at](Fault fault, std::string_view escape, std::string_view needs = {},
                         std::string_view form = {}) {
    return tl::unexpected(Report(fault, at, escape.size(), {Excerpt(escape), needs, form}));
  };
  const char kind = text.size() > 1 ? text[1] : '\0';
  if (const auto simple = SimpleEscape(kind)) return Escaped{*simple, 2};
  if (kind >= '0' && kind <= '7') {
    const size_t count = CountDigits(text.substr(1), 8, 3);
    const std::string_view escape = text.substr(0, 1 + count);
    if (count < 3) return fail(Fault::kShortEscape, escape, "three octal digits", "\\000 to \\377");
    const uint32_t code = ReadDigits(escape.substr(1), 8);
    if (code > 0xFF) {
      return fail(Fault::kShortEscape, escape, "a first digit from 0 to 3", "\\000 to \\377");
    }
    return Escaped{code, 4};
  }
  const bool byte = kind == 'x' || kind == 'X';
  if (!byte && kind != 'u' && kind != 'U') {
    return fail(Fault::kBadEscape, text.substr(0, 1 + Utf8Length(text.substr(1))));
  }
  const size_t wanted = byte ? 2 : kind == 'u' ? 4 : 8;
  const size_t count = CountDigits(text.substr(2), 16, wanted);
  const std::string_view escape = text.substr(0, 2 + count);
  if (bytes && !byte) return fail(Fault::kEscapeInBytes, escape);
  if (count < wanted) {
    if (byte) return fail(Fault::kShortEscape, escape, "two hexadecimal digits", "\\xHH");
    if (kind == 'u') return fail(Fault::kShortEscape, escape, "four hexadecimal digits", "\\uHHHH");
    return fail(Fault::kShortEscape, escape, "eight hexadecimal digits", "\\UHHHHHHHH");
  }
  const uint32_t code = ReadDigits(escape.substr(2), 16);
  if (code >= 0xD800 && code <= 0xDFFF) return fail(Fault::kEscapeSurrogate, escape);
  if (code > 0x10FFFF) return fail(Fault::kEscapeRange, escape);
  return Escaped{code, escape.size()};
}

}  // namespace

tl::expected<Literal, SyntaxError> ReadNumber(std::string_view digits, bool negative, size_t at) {
  const bool hex = digits.starts_with("0x");
  if (!hex && digits.find_first_of(".eE") != std::string_view::npos) {
    return ReadDouble(digits, negative, at);
  }
  const bool is_unsigned = digits.back() == 'u' || digits.back() == 'U';
  std::string_view text = digits.substr(hex ? 2 : 0);
  if (is_unsigned) text.remove_suffix(1);
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  const std::string shown = (negative && !is_unsigned ? "-" : "") + Excerpt(digits);
  if (is_unsigned) {
    if (error == std::errc()) return value;
    return tl::unexpected(Report(Fault::kUintTooLarge, at, digits.size(), {shown}));
  }
  const uint64_t most = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  if (error == std::errc() && value <= most) {
    return static_cast<int64_t>(negative ? 0 - value : value);
  }
  const bool fits_uint = error == std::errc() && !negative && !hex;
  return tl::unexpected(
      Report(fits_uint ? Fault::kIntTooLarge : Fault::kIntOutOfRange, at, digits.size(), {shown}));
}

tl::expected<Literal, SyntaxError> ReadString(std::string_view token, size_t at) {
  const size_t prefix = token.find_first_of("\"'");
  const bool bytes = token.substr(0, prefix).find_first_of("bB") != std::string_view::npos;
  const bool raw = token.substr(0, prefix).find_first_of("rR") != std::string_view::npos;
  const char quote = token[prefix];
  const size_t quotes =
      token.size() - prefix >= 6 && token[prefix + 1] == quote && token[prefix + 2] == quote ? 3
                                                                                             : 1;
  const size_t start = prefix + quotes;
  const size_t end = token.size() - quotes;
  std::string value;
  value.reserve(end - start);
  for (size_t i = start; i < end;) {
    const char c = token[i];
    if (c == '\r') {
      value += '\n';
      i += i + 1 < end && token[i + 1] == '\n' ? 2 : 1;
    } else if (c != '\\' || raw) {
      value += c;
      ++i;
    } else {
      const auto escaped = ReadEscape(token.substr(i, end - i), bytes, at + i);
      if (!escaped) return tl::unexpected(escaped.error());
      if (bytes) {
        value += static_cast<char>(escaped->code);
      } else {
        AppendUtf8(escaped->code, value);
      }
      i += escaped->length;
    }
  }
  if (bytes) return Bytes{std::move(value)};
  return value;
}

}  // namespace writ::cel
