// writ disasm: the bytecode of a policy.
// Tested by tests/compiler/emit/emit_test.cc (listings), tests/cli/command_line.py and
// tests/cli/bundles.py.
#include "vm/disasm.h"

#include <algorithm>

#include "cli/commands.h"
#include "cli/policy_sources.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/programs.h"
#include "vm/shown.h"

namespace writ {
namespace {

// Names come from whoever wrote the bundle.
void Print(std::string_view listing) {
  while (!listing.empty()) {
    const size_t end = std::min(listing.find('\n'), listing.size() - 1);
    PrintOut(EscapeUnseen(listing.substr(0, end)) + '\n');
    listing.remove_prefix(end + 1);
  }
}

}  // namespace

int Disasm(const DisasmOptions& options) {
  Diagnostics diagnostics;
  const std::shared_ptr<const VerifiedProgram> program = LoadProgram(options.policies, diagnostics);
  Report(diagnostics);
  if (program == nullptr) return kExitUsage;
  PolicySources sources(**program, options.policies, options.source);
  Print(Disassemble(**program,
                    [&sources](uint32_t file, uint32_t line) { return sources.Line(file, line); }));
  return kExitYes;
}

}  // namespace writ
