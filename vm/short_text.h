// Finding a short text in another, 16 places at a time.
//
// Tested by tests/vm/short_text_test.cc.
//
// Thread safety: functions of their arguments.
#pragma once

#include <string_view>

#include "vm/same_text.h"

namespace writ {

// Whether `wanted` stands in the text. REQUIRES: it is up to kTinyText bytes long.
bool HoldsShortText(std::string_view text, std::string_view wanted);

}  // namespace writ
