// How the analyses say what they found.
// Tested by tests/policies/warned.
#include <fmt/core.h>

#include "compiler/lint/analyses.h"
#include "vm/utf8.h"

namespace writ {

void LintReport::Warn(DiagnosticCode code, Position at, std::string_view name, std::string message,
                      std::string hint) {
  // As it stands there, in quotes or not; what YAML made something else of is pointed at.
  const auto characters = static_cast<uint32_t>(CountCodePoints(name));
  const size_t first = at.column > 0 ? at.column - 1 : 0;
  uint32_t length = 1;
  if (source_->Cut(at.line, first, characters) == name) {
    length = characters;
  } else if (characters > 0 && source_->Cut(at.line, first + 1, characters) == name) {
    length = characters + 2;
  }
  diagnostics_.Warning(source_, at, length, std::move(message), std::move(hint), code);
}

std::string Placed(const RuleModel& rule) {
  return fmt::format("{} in line {}", Quote(rule.name), rule.at.line);
}

}  // namespace writ
