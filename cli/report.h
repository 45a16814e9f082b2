// How commands tell people what is wrong.
#pragma once

#include <string>
#include <vector>

#include "compiler/diagnostic.h"

namespace writ {

// The diagnostics as stderr is to have them, sorted, in colour on a terminal.
std::vector<std::string> ReportTexts(Diagnostics& diagnostics);
// Writes them there.
void Report(Diagnostics& diagnostics);

// kExitUsage if a file could not be read at all, else kExitNo.
int ExitStatusOf(const Diagnostics& diagnostics);

// Whether `fd` is a terminal that wants colour.
bool WantsColor(int fd);
// Whether TERM says that it knows no more than lines of text.
bool IsTerminalDumb();

}  // namespace writ
