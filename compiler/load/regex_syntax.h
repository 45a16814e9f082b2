// What is wrong with a regular expression.
#pragma once

#include <string>
#include <string_view>

namespace writ {

// Empty if the pattern is one that both Go and RE2 accept with the same meaning; else what is
// wrong with it, for people. RE2 accepts two things that Go refuses, and so does this: \C, and two
// groups of one name.
std::string RegexFault(std::string_view pattern);

}  // namespace writ
