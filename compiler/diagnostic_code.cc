// The words of diagnostics, from their catalogue.
// Tested by tests/compiler/diagnostic_code_test.cc.
#include "compiler/diagnostic_code.h"

#include <cstddef>

namespace writ {

namespace {

struct Row {
  std::string_view word;
  std::string_view meaning;
  std::string_view remedy;
};

constexpr Row kRows[] = {
#define WRIT_DIAGNOSTIC_CODE(identifier, word, meaning, remedy) {word, meaning, remedy},
#include "compiler/diagnostic_codes.def"
#undef WRIT_DIAGNOSTIC_CODE
};

const Row& RowOf(DiagnosticCode code) {
  return kRows[static_cast<size_t>(code)];
}

}  // namespace

std::string_view Word(DiagnosticCode code) {
  return RowOf(code).word;
}

std::string_view Meaning(DiagnosticCode code) {
  return RowOf(code).meaning;
}

std::string_view Remedy(DiagnosticCode code) {
  return RowOf(code).remedy;
}

const std::vector<DiagnosticCode>& AllDiagnosticCodes() {
  static const std::vector<DiagnosticCode> all = {
#define WRIT_DIAGNOSTIC_CODE(identifier, word, meaning, remedy) DiagnosticCode::identifier,
#include "compiler/diagnostic_codes.def"
#undef WRIT_DIAGNOSTIC_CODE
  };
  return all;
}

}  // namespace writ
