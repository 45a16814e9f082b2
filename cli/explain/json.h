// An explanation as JSON: the object that docs/testing.md describes.
//
// Tested by tests/cli/explain.py.
#pragma once

#include <string>
#include <string_view>

#include "cli/explain/explanation.h"

namespace writ {

// `decision`: the member of that name, JSON as it is. On one line.
std::string ExplanationJson(const Explanation& explanation, std::string_view decision);

}  // namespace writ
