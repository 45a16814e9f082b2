// Diagnostics on stderr.
// Tested by tests/cli/command_line.py.
#include "cli/report.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "cli/commands.h"
#include "cli/print.h"

namespace writ {

bool IsTerminalDumb() {
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
}

bool WantsColor(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(fd) != 0 && (no_color == nullptr || *no_color == '\0') && !IsTerminalDumb();
}

std::vector<std::string> ReportTexts(Diagnostics& diagnostics) {
  diagnostics.Sort();
  const bool color = WantsColor(STDERR_FILENO);
  std::vector<std::string> texts;
  for (const Diagnostic& diagnostic : diagnostics.all()) texts.push_back(Render(diagnostic, color));
  return texts;
}

void Report(Diagnostics& diagnostics) {
  for (const std::string& text : ReportTexts(diagnostics)) PrintErr(text);
}

int ExitStatusOf(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == Severity::kError && diagnostic.source == nullptr) {
      return kExitUsage;
    }
  }
  return kExitNo;
}

}  // namespace writ
