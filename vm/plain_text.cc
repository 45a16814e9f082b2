// Skipping the plain parts of strings.
// Tested by tests/vm/plain_text_test.cc.
#include "vm/plain_text.h"

#include <array>
#include <cstdint>

#if defined(__x86_64__)
#define WRIT_STEPS_OF_32 1
#include <immintrin.h>
#endif

namespace writ {
namespace {

constexpr std::array<bool, 256> MakePlain() {
  std::array<bool, 256> plain{};
  for (size_t c = 0x20; c < 0x80; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}
constexpr std::array<bool, 256> kPlain = MakePlain();

}  // namespace

const char* SkipPlainBy1(const char* p, const char* /*end*/) {
  while (kPlain[static_cast<unsigned char>(*p)]) ++p;
  return p;
}

const char* SkipPlainBy16(const char* p, const char* end) {
#if defined(__SSE2__)
  static_cast<void>(end);
  for (;; p += 16) {
    const unsigned found = NotPlainOf16(p);
    if (found != 0) return p + FirstBit(found);
  }
#else
  return SkipPlainBy1(p, end);
#endif
}

#if defined(WRIT_STEPS_OF_32)
namespace {

// The high bit is set of each byte that is not plain.
[[gnu::target("avx2"), gnu::always_inline]] inline __m256i NotPlainOf32(const char* p) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  // By a byte's lower half, the one that is not plain and has that half; 1 and 0 have another. What
  // is not ASCII gets 0 from any.
  const __m256i same_half = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(1, 0, '"', 0, 0, 0, 0, 0, 0, 0, 0, 0, '\\', 0, 0, 0));
  return _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_shuffle_epi8(same_half, bytes)),
                         _mm256_subs_epi8(bytes, _mm256_set1_epi8(0x20)));
}

[[gnu::target("avx2")]] const char* SkipPlainByAvx2(const char* p, const char* end) {
  const char* const readable = end + kPlainTextPadding;
  for (; p + 128 <= readable; p += 128) {
    const __m256i first = _mm256_or_si256(NotPlainOf32(p), NotPlainOf32(p + 32));
    const __m256i second = _mm256_or_si256(NotPlainOf32(p + 64), NotPlainOf32(p + 96));
    if (_mm256_movemask_epi8(_mm256_or_si256(first, second)) != 0) break;
  }
  for (;; p += 32) {
    const auto found = static_cast<unsigned>(_mm256_movemask_epi8(NotPlainOf32(p)));
    if (found != 0) return p + FirstBit(found);
  }
}

}  // namespace
#endif

const char* SkipPlainBy32(const char* p, const char* end) {
#if defined(WRIT_STEPS_OF_32)
  if (__builtin_cpu_supports("avx2")) return SkipPlainByAvx2(p, end);
#endif
  return SkipPlainBy16(p, end);
}

const char* SkipPlainText(const char* p, const char* end) {
#if defined(__SSE2__)
  // Text as short as most is done alike by every CPU.
  constexpr int kNarrowSteps = 5;
  for (int i = 0; i < kNarrowSteps; ++i, p += 16) {
    const unsigned found = NotPlainOf16(p);
    if (found != 0) return p + FirstBit(found);
  }
#endif
  return SkipPlainBy32(p, end);
}

}  // namespace writ
