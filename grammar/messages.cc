// Fills in the texts of syntax errors.
// Tested by tests/grammar/mistakes_test.cc.
#include "grammar/messages.h"

#include <array>

namespace writ::cel {
namespace {

struct Text {
  std::string_view message;
  std::string_view hint;
};

constexpr std::array kTexts = {
#define MESSAGE(fault, message, hint) Text{message, hint},
#include "grammar/messages.def"
#undef MESSAGE
};

// Words are not looked into: a word "{1}" stays as it is. "{" in a text that no digit and "}"
// follow is meant.
std::string Fill(std::string_view text, std::initializer_list<std::string_view> words) {
  std::string filled;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hole = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}' &&
                      text[i + 1] >= '0' && text[i + 1] <= '9';
    const size_t word = hole ? static_cast<size_t>(text[i + 1] - '0') : words.size();
    if (word < words.size()) {
      filled += words.begin()[word];
      i += 2;
    } else {
      filled += text[i];
    }
  }
  return filled;
}

}  // namespace

SyntaxError Report(Fault fault, size_t at, size_t length,
                   std::initializer_list<std::string_view> words) {
  const Text& text = kTexts[static_cast<size_t>(fault)];
  return {static_cast<uint32_t>(at), static_cast<uint32_t>(length), Fill(text.message, words),
          Fill(text.hint, words)};
}

std::string Excerpt(std::string_view text) {
  constexpr size_t kMostCharacters = 24;
  std::string shown;
  size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xC0) == 0x80;
    if (!continues && ++characters > kMostCharacters) return shown + "...";
    shown += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return shown;
}

}  // namespace writ::cel
