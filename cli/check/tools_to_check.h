// The tools that `writ check` holds policies against: of recorded listings, and of a server that
// is asked.
//
// Tested by tests/cli/check_tools.py.
#pragma once

#include <optional>

#include "cli/commands.h"
#include "compiler/compile.h"
#include "compiler/diagnostic.h"
#include "compiler/schema/server_tools.h"

namespace writ {

struct ToolsToCheck {
  ServerTools tools;  // none where nothing was given
  // Whether all listings could be read; if not, that is among the diagnostics.
  bool readable = true;
};

// Nullopt, or an exit status: the server could not be asked, which was said on stderr.
std::optional<int> ReadToolsToCheck(const CheckOptions& options, ToolsToCheck& to_check,
                                    Diagnostics& diagnostics);

// Holds policies against those tools. Null where nothing was given. Both outlive it.
PolicyInspector InspectorOf(const ToolsToCheck& tools, Diagnostics& diagnostics);

}  // namespace writ
