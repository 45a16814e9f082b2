// Policies that writ writes itself.
// Tested by tests/cli/migrate.py and tests/cli/scan.py.
#include "cli/written_policy.h"

#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/compile.h"
#include "compiler/diagnostic.h"
#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

bool Loads(const std::shared_ptr<const Source>& source, Diagnostics& diagnostics) {
  const std::unique_ptr<yaml::Document> document = yaml::Parse(source, diagnostics);
  return document != nullptr && !diagnostics.has_errors() &&
         CompileInline(source, *document->root(), source->name(), diagnostics) != nullptr;
}

}  // namespace

int WritePolicy(const OutputFile& file, const std::string& text, const std::string& hint) {
  Diagnostics diagnostics;
  if (!Loads(std::make_shared<const Source>("the new policy", text), diagnostics)) {
    Report(diagnostics);
    PrintError("the policy that would be written does not load", hint);
    return kExitUsage;
  }
  return WriteOutput(file, text) ? kExitYes : kExitUsage;
}

}  // namespace writ
