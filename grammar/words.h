// What names are made of.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace writ::cel {

constexpr bool IsWordCharacter(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// SELECTOR: what can follow a dot without backticks.
inline bool IsSelector(std::string_view text) {
  constexpr std::array<std::string_view, 4> kKeywords = {"true", "false", "null", "in"};
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), IsWordCharacter) &&
         std::find(kKeywords.begin(), kKeywords.end(), text) == kKeywords.end();
}

}  // namespace writ::cel
