// Reading, counting and writing UTF-8, strictly (RFC 3629): no overlong forms, no surrogates,
// nothing above U+10FFFF.
//
// Tested by tests/vm/utf8_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace writ {

// The length of the valid sequence at p (1 to 4), or 0 if there is none.
// REQUIRES: reading may go on up to the first byte that is no continuation byte, so a sentinel
// below 0x80 must follow the text.
inline size_t Utf8Length(const char* p) {
  const auto at = [p](size_t i) { return static_cast<unsigned char>(p[i]); };
  const auto continues = [&at](size_t i) { return (at(i) & 0xC0) == 0x80; };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return continues(1) ? 2 : 0;
  if (lead < 0xF0) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && at(1) < 0xA0) return 0;
    if (lead == 0xED && at(1) > 0x9F) return 0;
    return 3;
  }
  if (lead > 0xF4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if (lead == 0xF0 && at(1) < 0x90) return 0;
  if (lead == 0xF4 && at(1) > 0x8F) return 0;
  return 4;
}

// Appends the UTF-8 form of c at out and returns the end. Surrogates get the three-byte form they
// would have if they were characters; callers that must not emit those check before.
inline char* AppendUtf8(uint32_t c, char* out) {
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *out++ = static_cast<char>(0xC0 | (c >> 6));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xE0 | (c >> 12));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *out++ = static_cast<char>(0xF0 | (c >> 18));
    *out++ = static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    *out++ = static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    *out++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

// Takes one code point off the front, a surrogate in its three-byte form included. Other bytes that
// are no sequence are taken one at a time and give U+FFFD. REQUIRES: !text.empty().
inline uint32_t TakeCodePoint(std::string_view& text) {
  const auto at = [&text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (lead >= 0x80 && (lead < 0xC2 || lead > 0xF4 || length > text.size())) {
    text.remove_prefix(1);
    return 0xFFFD;
  }
  uint32_t c = length == 1 ? lead : lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) {
      text.remove_prefix(1);
      return 0xFFFD;
    }
    c = (c << 6) | (at(i) & 0x3F);
  }
  // A longer form than the character needs is none of its forms: it could hide a quote.
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < kSmallest[length] || c > 0x10FFFF) {
    text.remove_prefix(1);
    return 0xFFFD;
  }
  text.remove_prefix(length);
  return c;
}

inline bool ContinuesCodePoint(char byte) {
  return (byte & 0xC0) == 0x80;
}

inline int64_t CountCodePoints(std::string_view text) {
  int64_t count = 0;
  for (const char byte : text) count += ContinuesCodePoint(byte) ? 0 : 1;
  return count;
}

// As many whole code points from the front as fit.
inline std::string_view CutToBytes(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && ContinuesCodePoint(text[most])) --most;
  return text.substr(0, most);
}

// How many bytes from the front are ASCII for sure: whole words of them.
inline size_t AsciiLength(std::string_view text) {
  size_t length = 0;
  for (; text.size() - length >= sizeof(uint64_t); length += sizeof(uint64_t)) {
    uint64_t word;
    __builtin_memcpy(&word, text.data() + length, sizeof word);
    if ((word & 0x8080808080808080) != 0) break;
  }
  return length;
}

// Whether all of it is UTF-8.
inline bool IsUtf8(std::string_view text) {
  text.remove_prefix(AsciiLength(text));
  while (!text.empty()) {
    const size_t size = text.size();
    const uint32_t c = TakeCodePoint(text);
    if (c == 0xFFFD && size - text.size() == 1) return false;
    if (c >= 0xD800 && c <= 0xDFFF) return false;
  }
  return true;
}

// The text with U+FFFD for what is no UTF-8.
inline std::string WithReplacements(std::string_view text) {
  if (IsUtf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const uint32_t c = TakeCodePoint(text);
    char encoded[4];
    const char* const end = AppendUtf8(c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c, encoded);
    out.append(encoded, static_cast<size_t>(end - encoded));
  }
  return out;
}

}  // namespace writ
