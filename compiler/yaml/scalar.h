// What YAML scalars mean: exactly what Go's yaml.v3 reads into `any`.
//
//   null       "" ~ null Null NULL
//   bool       true True TRUE false False FALSE (yes, no, on, off are text)
//   integer    as Go's literals, underscores skipped: 17, 0x1F, 0b101, 0o17, and 017, which is 15
//   float      1.5, 1e3, .5, 08 (no octal, so not an integer), .inf, -.Inf, .NAN
//   text       all else, also dates, and numbers no double can hold, such as 1e999
#pragma once

#include <string_view>

#include "compiler/yaml/yaml.h"

namespace writ::yaml {

// The meaning of a plain scalar without a tag.
Scalar ResolvePlain(std::string_view text);

// Whether a plain scalar without a tag is written as a number, and is text only because no double
// can hold it: 1e999.
bool IsTooLarge(const Node& scalar);

// Whether scalars may carry `tag`: !!str, !!int, !!float, !!bool or !!null.
bool IsScalarTag(std::string_view tag);

// Whether the scalar `text` can be what `tag` says. REQUIRES: IsScalarTag(tag).
bool FitsTag(std::string_view tag, std::string_view text);

}  // namespace writ::yaml
