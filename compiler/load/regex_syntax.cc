// Checking regular expressions.
// Tested by tests/compiler/load/regex_syntax_test.cc.
#include "compiler/load/regex_syntax.h"

#include <re2/re2.h>

#include <set>

namespace writ {
namespace {

// Where a group name starts if `rest` opens a named group, else 0.
size_t GroupNameAt(std::string_view rest) {
  return rest.substr(0, 4) == "(?P<" ? 4 : 0;
}

std::string FaultBeyondRe2(std::string_view pattern) {
  std::set<std::string_view> names;
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      if (pattern.substr(i, 2) == "\\Q" && !in_class) {
        const size_t end = pattern.find("\\E", i);
        if (end == std::string_view::npos) break;
        i = end + 1;
        continue;
      }
      if (pattern.substr(i, 2) == "\\C" && !in_class) return "\\C (any byte) is not supported";
      ++i;
      continue;
    }
    if (in_class) {
      if (pattern[i] == ']') in_class = false;
      if (pattern.substr(i, 2) == "[:") {
        const size_t end = pattern.find(":]", i);
        if (end != std::string_view::npos) i = end + 1;
      }
      continue;
    }
    if (pattern[i] == '[') {
      in_class = true;
      // A bracket directly after the opening one (or its ^) is a member, not the end.
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') ++i;
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') ++i;
      continue;
    }
    if (const size_t start = GroupNameAt(pattern.substr(i)); start != 0) {
      const size_t end = pattern.find('>', i);
      if (end == std::string_view::npos) break;
      const std::string_view name = pattern.substr(i + start, end - i - start);
      if (!names.insert(name).second) return "duplicate group name " + std::string(name);
    }
  }
  return {};
}

}  // namespace

std::string RegexFault(std::string_view pattern, size_t* instructions, int64_t max_memory) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(max_memory);
  const re2::RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (instructions != nullptr) {
    const bool too_large = compiled.error_code() == re2::RE2::ErrorPatternTooLarge;
    *instructions = compiled.ok() ? static_cast<size_t>(compiled.ProgramSize())
                    : too_large   ? static_cast<size_t>(max_memory) / 16
                                  : 0;
  }
  if (!compiled.ok()) return compiled.error();
  return FaultBeyondRe2(pattern);
}

}  // namespace writ
