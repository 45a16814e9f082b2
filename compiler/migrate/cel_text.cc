// CEL as text.
// Tested by tests/compiler/migrate/condition_text_test.cc.
#include "compiler/migrate/cel_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "grammar/words.h"
#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ {
namespace {

bool IsShownThroughout(std::string_view text) {
  while (!text.empty()) {
    if (!IsShown(TakeCodePoint(text))) return false;
  }
  return true;
}

// What can follow a dot without quotes.
bool IsMemberName(std::string_view name) {
  constexpr std::array<std::string_view, 17> kReserved = {
      "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
      "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};
  return cel::IsSelector(name) &&
         std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end();
}

std::string MemberText(std::string of, std::string_view name) {
  if (IsMemberName(name)) return fmt::format("{}.{}", of, name);
  return fmt::format("{}[{}]", of, CelString(name));
}

}  // namespace

std::string CelString(std::string_view text) {
  const bool has_backslash = text.find('\\') != std::string_view::npos;
  if (has_backslash && text.find('"') == std::string_view::npos && IsShownThroughout(text)) {
    return fmt::format("r\"{}\"", text);
  }
  std::string out = "\"";
  while (!text.empty()) {
    std::string_view rest = text;
    const uint32_t c = TakeCodePoint(rest);
    const std::string_view written = text.substr(0, text.size() - rest.size());
    text = rest;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += written;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (IsShown(c)) {
      out += written;
    } else {
      out += c <= 0xFFFF ? fmt::format("\\u{:04X}", c) : fmt::format("\\U{:08X}", c);
    }
  }
  return out + '"';
}

std::string CelDouble(double number) {
  if (std::isnan(number)) return "0.0 / 0.0";
  if (std::isinf(number)) return number > 0 ? "1.0 / 0.0" : "-1.0 / 0.0";
  char buffer[32];
  const char* const end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  std::string text(buffer, static_cast<size_t>(end - buffer));
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string ArgumentText(const std::vector<std::string>& names) {
  std::string text = "args";
  for (const std::string& name : names) text = MemberText(std::move(text), name);
  return text;
}

std::string IsThere(const std::vector<std::string>& names) {
  const std::string& last = names.back();
  if (IsMemberName(last)) return fmt::format("has({})", ArgumentText(names));
  return fmt::format("{} in {}", CelString(last), ArgumentText({names.begin(), names.end() - 1}));
}

}  // namespace writ
