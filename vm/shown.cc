// The characters that are not shown.
// Tested by tests/proxy/message_text_test.cc.
#include "vm/shown.h"

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

}  // namespace writ
