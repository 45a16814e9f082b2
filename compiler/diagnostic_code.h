// What a diagnostic is about, in one stable word.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace writ {

enum class DiagnosticCode : uint8_t {
#define WRIT_DIAGNOSTIC_CODE(identifier, word, meaning, remedy) identifier,
#include "compiler/diagnostic_codes.def"
#undef WRIT_DIAGNOSTIC_CODE
};

// Such as "unknown-key": lower case letters and dashes.
std::string_view Word(DiagnosticCode code);

// One sentence for people, without a full stop.
std::string_view Meaning(DiagnosticCode code);

// What to do about it: a sentence without a full stop.
std::string_view Remedy(DiagnosticCode code);

// In the order of their definition.
const std::vector<DiagnosticCode>& AllDiagnosticCodes();

}  // namespace writ
