// Places and parts of UTF-8 text.
//
// Time: one pass over the text each, also for texts made to be slow to search. Nothing is charged
// here.
//
// Tested by tests/vm/functions/strings_test.cc.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "vm/utf8.h"

namespace writ::functions {

// Where the code point after the one at `offset` starts. REQUIRES: offset < text.size().
inline size_t NextCodePoint(std::string_view text, size_t offset) {
  do {
    ++offset;
  } while (offset < text.size() && ContinuesCodePoint(text[offset]));
  return offset;
}

// Where a code point starts, by its index; the text's end for the index after the last. Nothing
// for any other index.
inline std::optional<size_t> OffsetOfCodePoint(std::string_view text, int64_t index) {
  if (index < 0) return std::nullopt;
  size_t offset = 0;
  for (; index > 0; --index) {
    if (offset >= text.size()) return std::nullopt;
    offset = NextCodePoint(text, offset);
  }
  return offset;
}

// string_view::find, but without its worst case, which is the product of both sizes: memmem() is
// the two-way algorithm for all but short parts.
inline size_t FindText(std::string_view text, std::string_view part, size_t from = 0) {
  if (from > text.size() || part.size() > text.size() - from) return std::string_view::npos;
  if (part.empty()) return from;
  const void* found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace writ::functions
