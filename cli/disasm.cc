// writ disasm: the bytecode of a policy.
// Tested by tests/compiler/emit/emit_test.cc (listings) and tests/cli/command_line.py.
#include "vm/disasm.h"

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/programs.h"

namespace writ {

int Disasm(const DisasmOptions& options) {
  Diagnostics diagnostics;
  const std::shared_ptr<const VerifiedProgram> program = LoadProgram(options.policies, diagnostics);
  Report(diagnostics);
  if (program == nullptr) return kExitUsage;
  PrintOut(Disassemble(**program));
  return kExitYes;
}

}  // namespace writ
