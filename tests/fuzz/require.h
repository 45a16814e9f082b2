// What a fuzz target does when something that must hold does not: it says what, and aborts, which
// libFuzzer reports together with the input.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace writ::fuzz {

inline void Require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

}  // namespace writ::fuzz
