// How commands tell people what is wrong.
#pragma once

#include "compiler/diagnostic.h"

namespace writ {

// Writes the diagnostics to stderr, sorted, in colour on a terminal.
void Report(Diagnostics& diagnostics);

// kExitUsage if a file could not be read at all, else kExitNo.
int ExitStatusOf(const Diagnostics& diagnostics);

// Whether `fd` is a terminal that wants colour.
bool WantsColor(int fd);

}  // namespace writ
