// Policies that writ writes itself.
#pragma once

#include <string>

#include "cli/output_file.h"

namespace writ {

// Writes a policy, unless it does not load: that would be a fault of whoever made it, and is
// reported as one with `hint`. Returns the command's exit status.
int WritePolicy(const OutputFile& file, const std::string& text, const std::string& hint);

}  // namespace writ
