// Whether two texts are the same, without a call where they are short, as names and constants are.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace writ {

// What is compared without a call.
inline constexpr size_t kTinyText = 16;

// Of texts that are `size` bytes long both, up to kTinyText.
inline bool SameTinyText(const char* a, const char* b, size_t size) {
  const auto differ = [&](auto word, size_t at) {
    auto other = word;
    std::memcpy(&word, a + at, sizeof word);
    std::memcpy(&other, b + at, sizeof other);
    return word ^ other;
  };
  // Two words that overlap cover every length from one word to two.
  if (size >= 8) return (differ(uint64_t{}, 0) | differ(uint64_t{}, size - 8)) == 0;
  if (size >= 4) return (differ(uint32_t{}, 0) | differ(uint32_t{}, size - 4)) == 0;
  return size == 0 || (a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1]);
}

// Of texts that are `size` bytes long both.
inline bool SameText(const char* a, const char* b, size_t size) {
  return size > kTinyText ? std::memcmp(a, b, size) == 0 : SameTinyText(a, b, size);
}

inline bool SameText(std::string_view a, std::string_view b) {
  return a.size() == b.size() && SameText(a.data(), b.data(), a.size());
}

}  // namespace writ
