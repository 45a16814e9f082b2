// An explanation as text, laid out under the source.
//
// Tested by tests/cli/explain_test.cc.
#pragma once

#include <string>

#include "cli/explain/explanation.h"

namespace writ {

// Lines, each with its LF, as a terminal may be given them.
std::string ExplanationText(const Explanation& explanation, bool color);

}  // namespace writ
