// Finding short texts.
// Tested by tests/vm/short_text_test.cc.
#include "vm/short_text.h"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace writ {

bool HoldsShortText(std::string_view text, std::string_view wanted) {
  if (wanted.empty()) return true;
  if (text.size() < wanted.size()) return false;
  const size_t places = text.size() - wanted.size() + 1;
  const auto stands_at = [&](const char* place) {
    return SameTinyText(place, wanted.data(), wanted.size());
  };
#if defined(__SSE2__)
  if (places >= 16) {
    const __m128i first = _mm_set1_epi8(wanted.front());
    const __m128i last = _mm_set1_epi8(wanted.back());
    for (size_t at = 0; at < places; at += 16) {
      // At the end 16 places, too, some of them for the second time.
      const char* const from = text.data() + std::min(at, places - 16);
      const auto* const starts = reinterpret_cast<const __m128i*>(from);
      const auto* const ends = reinterpret_cast<const __m128i*>(from + wanted.size() - 1);
      const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(_mm_loadu_si128(starts), first),
                                         _mm_cmpeq_epi8(_mm_loadu_si128(ends), last));
      auto candidates = static_cast<unsigned>(_mm_movemask_epi8(both));
      for (; candidates != 0; candidates &= candidates - 1) {
        if (stands_at(from + static_cast<unsigned>(__builtin_ctz(candidates)))) return true;
      }
    }
    return false;
  }
#endif
  for (const char* place = text.data(); place != text.data() + places; ++place) {
    if (*place == wanted.front() && stands_at(place)) return true;
  }
  return false;
}

}  // namespace writ
