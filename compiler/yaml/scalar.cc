// Scalar resolution after gopkg.in/yaml.v3, whose integers and floats are those of Go's strconv.
// Tested by tests/compiler/yaml/yaml_test.cc
#include "compiler/yaml/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

namespace writ::yaml {
namespace {

constexpr std::array<std::string_view, 5> kScalarTags = {"!!str", "!!int", "!!float", "!!bool",
                                                         "!!null"};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

template <typename... Words>
bool IsAnyOf(std::string_view text, Words... words) {
  return ((text == words) || ...);
}

std::string_view TakeSign(std::string_view& text) {
  if (text.empty() || (text[0] != '-' && text[0] != '+')) return {};
  const std::string_view sign = text.substr(0, 1);
  text.remove_prefix(1);
  return sign;
}

int TakeBase(std::string_view& digits) {
  if (digits.size() < 2 || digits[0] != '0') return 10;
  const char letter = static_cast<char>(digits[1] | 0x20);
  const int base = letter == 'x' ? 16 : letter == 'b' ? 2 : letter == 'o' ? 8 : 0;
  digits.remove_prefix(base == 0 ? 1 : 2);
  return base == 0 ? 8 : base;
}

std::optional<Scalar> ResolveInteger(std::string_view text) {
  std::string_view digits = text;
  const std::string_view sign = TakeSign(digits);
  const int base = TakeBase(digits);
  uint64_t magnitude = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, magnitude, base);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;

  constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();
  if (sign == "-") {
    if (magnitude > kMax + 1) return std::nullopt;
    return static_cast<int64_t>(0 - magnitude);
  }
  if (magnitude <= kMax) return static_cast<int64_t>(magnitude);
  if (sign.empty()) return magnitude;
  return std::nullopt;
}

// ^(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$
bool LooksLikeFloat(std::string_view text) {
  size_t i = 0;
  const auto skip_digits = [&text, &i] {
    const size_t start = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i > start;
  };
  const bool whole = skip_digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!skip_digits() && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (!skip_digits()) return false;
  }
  return i == text.size();
}

// Whether a number that is out of a double's range is too small rather than too large.
// REQUIRES: LooksLikeFloat(text).
bool IsTiny(std::string_view text) {
  const size_t exponent_at = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, exponent_at);
  const size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return true;
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  // The power of ten of the first digit that counts.
  int64_t power = static_cast<int64_t>(point) - static_cast<int64_t>(first);
  if (exponent_at < text.size()) {
    std::string_view digits = text.substr(exponent_at + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    int64_t exponent = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (parsed.ec == std::errc::result_out_of_range) return digits.starts_with('-');
    if (std::abs(exponent) > std::numeric_limits<int32_t>::max()) return exponent < 0;
    power += exponent;
  }
  return power < 0;
}

std::optional<Scalar> ResolveFloat(std::string_view text) {
  std::string_view digits = text;
  const std::string_view sign = TakeSign(digits);
  if (!LooksLikeFloat(digits)) return std::nullopt;
  double magnitude = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  if (parsed.ec == std::errc::result_out_of_range) {
    if (!IsTiny(digits)) return std::nullopt;
    magnitude = 0;
  }
  if (std::isinf(magnitude)) return std::nullopt;
  return sign == "-" ? -magnitude : magnitude;
}

// Go allows underscores in a number that starts with a point only between digits.
bool UnderscoresStandBetweenDigits(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') continue;
    if (i == 0 || i + 1 == text.size() || !IsDigit(text[i - 1])) return false;
    if (!IsDigit(text[i + 1])) return false;
  }
  return true;
}

std::string WithoutUnderscores(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '_');
  return plain;
}

}  // namespace

Scalar ResolvePlain(std::string_view text) {
  if (IsAnyOf(text, "", "~", "null", "Null", "NULL")) return std::monostate();
  if (IsAnyOf(text, "true", "True", "TRUE")) return true;
  if (IsAnyOf(text, "false", "False", "FALSE")) return false;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (IsAnyOf(text, ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF")) return kInfinity;
  if (IsAnyOf(text, "-.inf", "-.Inf", "-.INF")) return -kInfinity;
  if (IsAnyOf(text, ".nan", ".NaN", ".NAN")) return std::numeric_limits<double>::quiet_NaN();

  const char first = text[0];
  if (IsDigit(first) || first == '-' || first == '+') {
    const std::string plain = WithoutUnderscores(text);
    if (const auto integer = ResolveInteger(plain)) return *integer;
    if (const auto number = ResolveFloat(plain)) return *number;
  } else if (first == '.' && UnderscoresStandBetweenDigits(text)) {
    if (const auto number = ResolveFloat(WithoutUnderscores(text))) return *number;
  }
  return std::string(text);
}

bool IsTooLarge(const Node& scalar) {
  if (scalar.kind != Kind::kScalar || scalar.style != Node::Style::kPlain || !scalar.tag.empty() ||
      !std::holds_alternative<std::string>(Resolve(scalar))) {
    return false;
  }
  std::string_view digits = scalar.text;
  TakeSign(digits);
  return LooksLikeFloat(digits);
}

bool IsScalarTag(std::string_view tag) {
  return std::find(kScalarTags.begin(), kScalarTags.end(), tag) != kScalarTags.end();
}

bool FitsTag(std::string_view tag, std::string_view text) {
  if (tag == "!!str") return true;
  const Scalar value = ResolvePlain(text);
  const bool integer =
      std::holds_alternative<int64_t>(value) || std::holds_alternative<uint64_t>(value);
  if (tag == "!!int") return integer;
  if (tag == "!!float") return integer || std::holds_alternative<double>(value);
  if (tag == "!!bool") return std::holds_alternative<bool>(value);
  return std::holds_alternative<std::monostate>(value);
}

Scalar Resolve(const Node& node) {
  if (node.tag == "!!str") return node.text;
  if (node.tag.empty() && node.style != Node::Style::kPlain) return node.text;
  Scalar value = ResolvePlain(node.text);
  if (node.tag == "!!float") {
    if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* integer = std::get_if<uint64_t>(&value)) return static_cast<double>(*integer);
  }
  return value;
}

}  // namespace writ::yaml
