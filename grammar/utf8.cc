// Reads and writes UTF-8.
// Tested by tests/grammar/utf8_test.cc.
#include "grammar/utf8.h"

#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/unescape.hpp>

namespace writ::cel {
namespace {

auto Peek(std::string_view text) {
  const tao::pegtl::memory_input<tao::pegtl::tracking_mode::lazy, tao::pegtl::eol::lf, const char*>
      in(text.data(), text.data() + text.size(), "");
  return tao::pegtl::internal::peek_utf8::peek(in);
}

}  // namespace

size_t Utf8Length(std::string_view text) {
  return Peek(text).size;
}

uint32_t CodePoint(std::string_view text) {
  return static_cast<uint32_t>(Peek(text).data);
}

void AppendUtf8(uint32_t code, std::string& text) {
  static_cast<void>(tao::pegtl::unescape::utf8_append_utf32(text, code));
}

std::string Hex(uint32_t code) {
  std::string digits;
  for (int shift = 20; shift >= 0; shift -= 4) {
    const uint32_t digit = (code >> shift) & 0xF;
    if (shift >= 16 && digit == 0 && digits.empty()) continue;
    digits += "0123456789ABCDEF"[digit];
  }
  return digits;
}

}  // namespace writ::cel
