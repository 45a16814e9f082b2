// Matching globs.
// Tested by tests/vm/glob_test.cc.
#include "vm/glob.h"

#include <cstddef>

namespace writ {

// Each `*` takes as little as lets the text up to the next `*` follow. Once that text has been
// found there is never a reason to look for it further right, so only the latest `*` is widened.
bool GlobMatches(std::string_view text, std::string_view pattern) {
  constexpr size_t kNone = std::string_view::npos;
  size_t t = 0;
  size_t p = 0;
  size_t after_star = kNone;  // in the pattern
  size_t taken_to = 0;        // in the text: where what the latest `*` takes ends
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      taken_to = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (after_star != kNone) {
      p = after_star;
      t = ++taken_to;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace writ
