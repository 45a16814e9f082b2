// The words of diagnostics, from their catalogue.
// Tested by tests/compiler/diagnostic_test.cc
#include "compiler/diagnostic_code.h"

namespace writ {

std::string_view Word(DiagnosticCode code) {
  switch (code) {
#define WRIT_DIAGNOSTIC_CODE(identifier, word, meaning, remedy) \
  case DiagnosticCode::identifier:                              \
    return word;
#include "compiler/diagnostic_codes.def"
#undef WRIT_DIAGNOSTIC_CODE
  }
  return "";
}

std::string_view Meaning(DiagnosticCode code) {
  switch (code) {
#define WRIT_DIAGNOSTIC_CODE(identifier, word, meaning, remedy) \
  case DiagnosticCode::identifier:                              \
    return meaning;
#include "compiler/diagnostic_codes.def"
#undef WRIT_DIAGNOSTIC_CODE
  }
  return "";
}

std::string_view Remedy(DiagnosticCode code) {
  switch (code) {
#define WRIT_DIAGNOSTIC_CODE(identifier, word, meaning, remedy) \
  case DiagnosticCode::identifier:                              \
    return remedy;
#include "compiler/diagnostic_codes.def"
#undef WRIT_DIAGNOSTIC_CODE
  }
  return "";
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
