// Text as YAML, for policies that writ writes itself.
//
// Tested by tests/compiler/yaml/write_test.cc.
#pragma once

#include <string>
#include <string_view>

namespace writ::yaml {

// `text` as a scalar of one line that reads back as this very string, as a value of a block mapping
// or an entry of a block list: without quotes where that is beyond doubt, else in single quotes,
// else in double quotes with what is not shown (vm/shown.h) escaped. Bytes that are no UTF-8 become
// U+FFFD.
std::string Quoted(std::string_view text);

// The same in double quotes always, as it may also stand within [ ] and { }.
std::string DoubleQuoted(std::string_view text);

// `text` as it may stand in a comment: on one line whatever it holds, with what is not shown
// escaped (line ends too), and no longer than `most` characters.
std::string CommentText(std::string_view text, size_t most);

}  // namespace writ::yaml
