// What a tool most likely does: read, write, execute or destroy.
//
// Nobody but the server knows, and it may not say the truth. So this sorts by what its annotations
// claim and what its name says, and where the two part it takes the more dangerous. What is taken
// for a reader is all that a scanned policy allows.
//
// Tested by tests/cli/scan.py.
#pragma once

#include <string>

#include "cli/scan/listing.h"

namespace writ {

// ORDER: from harmless to dangerous.
enum class ToolKind : uint8_t { kRead, kWrite, kExecute, kDestructive };

struct Classified {
  ToolKind kind = ToolKind::kWrite;
  std::string reason;  // such as "its annotations say so", "its name says \"get\""
};

Classified Classify(const ListedTool& tool);

}  // namespace writ
