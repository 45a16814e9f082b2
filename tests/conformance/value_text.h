// What the cases' JSON keeps in texts: bytes, points and lengths of time.
//
// All throw std::exception where the text is malformed.
#pragma once

#include <string>
#include <string_view>

#include "vm/value.h"

namespace writ::conformance {

std::string DecodeBase64(std::string_view text);
Value ReadTimestamp(const std::string& text);  // "2009-02-13T23:31:30.123Z"
Value ReadDuration(std::string_view text);     // "-123.321456789s"

}  // namespace writ::conformance
