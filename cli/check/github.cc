// writ check --github.
// Tested by tests/cli/check_formats.py.
#include <fmt/core.h>

#include <string_view>

#include "cli/check/outcome.h"

namespace writ {
namespace {

// What would end a command, or one of its properties, is written %XX; what would drive the
// terminal of whoever reads the log is not.
std::string Escaped(std::string_view text, std::string_view special) {
  std::string escaped;
  for (const char c : text) {
    if (special.find(c) == std::string_view::npos) {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return Shown(escaped);
}

std::string Message(std::string_view text) {
  return Escaped(text, "%\r\n");
}

std::string Property(std::string_view text) {
  return Escaped(text, "%\r\n:,");
}

}  // namespace

std::string CheckGithub(const CheckOutcome& outcome) {
  std::string commands;
  for (const Diagnostic& diagnostic : outcome.diagnostics.all()) {
    commands += fmt::format("::{} file={}", SeverityName(diagnostic.severity),
                            Property(FileOf(diagnostic)));
    if (diagnostic.at.line > 0) {
      commands += fmt::format(",line={},col={},endColumn={}", diagnostic.at.line,
                              diagnostic.at.column, EndColumn(diagnostic));
    }
    std::string text = diagnostic.message;
    if (!diagnostic.hint.empty()) text += "\nhint: " + diagnostic.hint;
    commands += fmt::format(
        ",title={}::{}\n", Property(fmt::format("writ: {}", Word(diagnostic.code))), Message(text));
  }
  return commands;
}

}  // namespace writ
