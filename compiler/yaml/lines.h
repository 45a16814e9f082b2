// What can be known of a YAML text before, and besides, parsing it.
//
// The parser's events say where a node starts and what its value is. How it was written, where its
// first character is if a tag or an anchor stands before it, and how far it reaches is looked up in
// the text here. All offsets are in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/yaml/yaml.h"

namespace writ::yaml {

// The first character of a node whose anchor and tag, if it has them, start at `offset`.
size_t SkipProperties(std::string_view text, size_t offset);

// The tag of a node whose anchor and tag start at `offset`, as it is written; empty if it has none.
std::string_view WrittenTag(std::string_view text, size_t offset);

struct ScalarLook {
  Node::Style style;
  uint32_t length;  // of what stands in the first line, in code points
  size_t end;       // where it ends; of plain text, of a block, where its first line does
  bool closed;      // false for a quote that never closes
};

// How the scalar at `offset`, whose value is `value`, was written.
ScalarLook LookAtScalar(std::string_view text, size_t offset, std::string_view value);

// Whether the key of a block mapping that starts at `start` and ends at `end` is one: a `:` follows
// it, or a `?` stands before it.
bool IsMarkedAsKey(std::string_view text, size_t start, size_t end);

// Where a block mapping's key starts whose node starts at `offset`: at its `?`, if it has one.
size_t FindKeyStart(std::string_view text, size_t offset);

// Whether null is spelled out at `offset`, rather than said by leaving something out.
bool NullIsWrittenAt(std::string_view text, size_t offset);

// The offset of the `-` of an entry that has no value. REQUIRES: `next` is where what follows the
// entry starts.
size_t FindEmptyEntry(std::string_view text, size_t next);

// How many blanks stand before `offset` in its line, if nothing else does.
std::optional<size_t> FindIndent(std::string_view text, size_t offset);

// The offset of a tab before `offset`, if only blanks stand between the line's start and it.
std::optional<size_t> FindTabInIndentation(std::string_view text, size_t offset);

// What is open at an offset.
struct Openers {
  std::vector<size_t> brackets;  // the offsets of each `[` and `{`, the innermost last
  std::optional<size_t> quote;   // the offset of a quote that never closes
};

// What opens at or after `from` and is open at `until`. REQUIRES: `from` is in block context, or
// is itself a bracket in it. This is no parser: it is meant for error messages.
Openers FindOpeners(std::string_view text, size_t from, size_t until);

size_t CountCharacters(std::string_view text);

// What stands from `offset` to the end of its line, or `size` bytes of it, without a comment, as
// YAML text in single quotes. Cut where it would be too long to show.
std::string InSingleQuotes(std::string_view text, size_t offset,
                           size_t size = std::string_view::npos);

}  // namespace writ::yaml
