// What is wrong with a regular expression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace writ {

// Empty if the pattern is one that both Go and RE2 accept with the same meaning; else what is
// wrong with it, for people. RE2 accepts two things that Go refuses, and so does this: \C, and two
// groups of one name.
// `instructions`, if given, gets what the pattern compiles to, which is what it costs in time and
// memory: 0 for one that does not, but of one that is too large about as many as fit. `max_memory`
// is RE2's bound, in bytes.
std::string RegexFault(std::string_view pattern, size_t* instructions = nullptr,
                       int64_t max_memory = 8 << 20);

}  // namespace writ
