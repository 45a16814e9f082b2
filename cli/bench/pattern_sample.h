// A text that a regular expression may well fit: its first alternatives, and as little as its
// repetitions ask for. A guess, to be tried: what stands at word boundaries or in flags is not
// looked at.
//
// Tested by tests/cli/bench_calls_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace writ {

// With the first, second, third and fourth of its alternatives, wherever there are so many; none of
// what cannot be guessed.
std::vector<std::string> PatternSamples(std::string_view pattern);

}  // namespace writ
