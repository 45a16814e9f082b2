// writ migrate: a version "1" policy as one of writ: 1.
// Tested by tests/cli/migrate.py.
#include "compiler/migrate/migrate.h"

#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/fault.h"
#include "cli/file_kind.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/written_policy.h"
#include "compiler/diagnostic.h"
#include "compiler/load/load_policy.h"
#include "compiler/programs.h"

namespace writ {
int Migrate(const MigrateOptions& options) {
  if (IsBundle(options.policy)) {
    return Refuse(MixedUp(options.policy, FileKind::kPolicy, FileKind::kBundle), false);
  }
  if (!MayWrite(options.output)) return kExitUsage;
  Diagnostics diagnostics;
  const std::shared_ptr<const Source> source = ReadSource(options.policy, diagnostics);
  std::unique_ptr<yaml::Document> document;
  std::optional<Policy> policy;
  if (source != nullptr) document = yaml::Parse(source, diagnostics);
  if (document != nullptr) policy = LoadPolicy(source, *document->root(), "", diagnostics);
  if (policy && !diagnostics.has_errors() && policy->language != Language::kIntercept) {
    PrintError(fmt::format("{} is in writ: 1 already", Quote(options.policy)),
               "migrate takes policies of version: \"1\"");
    return kExitUsage;
  }
  std::optional<std::string> text;
  if (policy && !diagnostics.has_errors()) {
    text = MigratePolicy(*policy, *document->root(), diagnostics);
  }
  Report(diagnostics);
  if (!text) return ExitStatusOf(diagnostics);
  return WritePolicy(options.output, *text,
                     "keep this policy in version: \"1\", and please report it");
}

}  // namespace writ
