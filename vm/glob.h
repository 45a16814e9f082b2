// Globs: `*` stands for any characters, none included; nothing else is special.
//
// Tested by tests/vm/glob_test.cc.
#pragma once

#include <string_view>

namespace writ {

// Whether the whole text fits the pattern, byte by byte. Both being UTF-8, no `*` ever ends inside
// a character. At most text × pattern steps, and no more than their sum where the pattern's last
// `*` is its first.
bool GlobMatches(std::string_view text, std::string_view pattern);

}  // namespace writ
