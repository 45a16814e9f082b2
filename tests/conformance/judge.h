// One conformance case: parsed, checked, evaluated, and held against what it expects.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/cases.h"
#include "oracle/engines.h"

namespace writ::conformance {

struct Finding {
  std::string_view by;  // "parser", "checker", or an engine's name
  std::string got;
};

struct Verdict {
  std::vector<Finding> wrong;  // empty: passed
  // An error was expected, and came before anything was evaluated.
  bool failed_early = false;
};

Verdict Judge(const Case& c, const std::vector<oracle::Engine>& engines);

// What the case expects, for people.
std::string Expectation(const Case& c);

}  // namespace writ::conformance
