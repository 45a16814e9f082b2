// Skipping what is plain in a JSON string: most of a long line, so it is done as wide as the CPU
// can.
//
// Plain is every byte but a quote, a backslash, a control character and what is not ASCII.
//
// Tested by tests/vm/plain_text_test.cc.
//
// Thread safety: functions of their arguments.
#pragma once

#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace writ {

// Bytes that must be readable from a text's end on.
inline constexpr size_t kPlainTextPadding = 32;

// The first byte at or after p that is not plain. REQUIRES, of each of these: there is one at `end`
// at the latest, and kPlainTextPadding bytes are readable from there on.
const char* SkipPlainText(const char* p, const char* end);

// The same in steps of that many bytes. What has no wider step takes a narrower one.
const char* SkipPlainBy1(const char* p, const char* end);
const char* SkipPlainBy16(const char* p, const char* end);
const char* SkipPlainBy32(const char* p, const char* end);

// Of the lowest bit that is set. REQUIRES: one is.
inline size_t FirstBit(unsigned bits) {
  return static_cast<unsigned>(__builtin_ctz(bits));
}

#if defined(__SSE2__)
// Of the 16 bytes at p a bit for each that is not plain.
[[gnu::always_inline]] inline unsigned NotPlainOf16(const char* p) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  const __m128i excepted = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                        _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
  // Control characters and bytes from 0x80 are below 0x20 as signed numbers: what is left is
  // negative.
  const __m128i below = _mm_subs_epi8(bytes, _mm_set1_epi8(0x20));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(excepted, below)));
}
#endif

// The same as SkipPlainText(), without a call where the text is short.
[[gnu::always_inline]] inline const char* SkipPlain(const char* p, const char* end) {
#if defined(__SSE2__)
  const unsigned found = NotPlainOf16(p);
  return found != 0 ? p + FirstBit(found) : SkipPlainText(p + 16, end);
#else
  return SkipPlainText(p, end);
#endif
}

}  // namespace writ
