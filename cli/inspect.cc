// writ inspect: what a bundle holds.
// Tested by tests/cli/bundles.py.
#include <unistd.h>

#include "cli/commands.h"
#include "cli/inspect/inspection.h"
#include "cli/print.h"
#include "cli/report.h"

namespace writ {

int InspectFiles(const InspectOptions& options) {
  Diagnostics diagnostics;
  const auto inspection = Inspect(options.policies, diagnostics);
  Report(diagnostics);
  if (!inspection.has_value()) return kExitUsage;
  PrintOut(options.json ? InspectionJson(*inspection)
                        : InspectionTables(*inspection, {WantsColor(STDOUT_FILENO)}));
  return kExitYes;
}

}  // namespace writ
