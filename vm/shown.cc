// The characters that are not shown.
// Tested by tests/proxy/message_text_test.cc and tests/vm/disasm_test.cc.
#include "vm/shown.h"

#include <fmt/core.h>

#include <iterator>

#include "vm/utf8.h"

namespace writ {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};
// Sorted. U+FE00 to U+FE0F, which choose between pictures of one character, are not among them.
constexpr Range kNotShown[] = {
    {0x00, 0x1F},        // control characters
    {0x7F, 0x9F},        //
    {0xAD, 0xAD},        // soft hyphen
    {0x61C, 0x61C},      // Arabic letter mark
    {0x115F, 0x1160},    // Hangul fillers
    {0x17B4, 0x17B5},    // Khmer inherent vowels
    {0x180B, 0x180F},    // Mongolian selectors
    {0x200B, 0x200F},    // zero-width characters and direction marks
    {0x2028, 0x202E},    // separators and direction
    {0x2060, 0x206F},    // more of both
    {0x3164, 0x3164},    // Hangul filler
    {0xD800, 0xDFFF},    // lone surrogates
    {0xFEFF, 0xFEFF},    // byte order mark
    {0xFFA0, 0xFFA0},    // Hangul filler
    {0xFFF0, 0xFFFB},    // annotations
    {0x1D173, 0x1D17A},  // musical format
    {0xE0000, 0xE0FFF},  // tags and variation selectors
};

}  // namespace

bool IsShown(uint32_t c) {
  if (c >= 0x20 && c < 0x7F) return true;
  for (const Range& range : kNotShown) {
    if (c <= range.last) return c < range.first;
  }
  return true;
}

void AppendEscape(uint32_t c, std::string& out) {
  if (c < 0x10000) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD7C0 + (c >> 10),
                   0xDC00 + (c & 0x3FF));
  }
}

std::string EscapeUnseen(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const uint32_t c = TakeCodePoint(text);
    if (!IsShown(c)) {
      AppendEscape(c, out);
      continue;
    }
    char encoded[4];
    out.append(encoded, static_cast<size_t>(AppendUtf8(c, encoded) - encoded));
  }
  return out;
}

}  // namespace writ
