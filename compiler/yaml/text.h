// What a source must be before the YAML parser sees it: characters that every YAML reader reads
// alike, and one document.
#pragma once

#include <string_view>

#include "compiler/yaml/report.h"

namespace writ::yaml {

// Reports bytes that are no UTF-8 and characters that YAML does not allow, or that its versions do
// not agree on (a CR alone, U+0085, U+2028 and U+2029 end a line for some readers only).
void CheckCharacters(Report& report);

struct DocumentText {
  std::string_view text;  // of the whole source, up to where its first document ends
  size_t begin = 0;       // where the parser starts: behind the byte order mark
  bool empty = true;      // nothing but comments and directives
};

// Reports a second document. Markers are found without a parser, since `---` or `...` at a line's
// start is one wherever it stands.
DocumentText FindDocument(Report& report);

// Reports a tab that stands in the indentation of the line whose first character, if any but a
// blank, is at `offset`. REQUIRES: `offset` is in block context; between brackets tabs are welcome.
void CheckIndentation(std::string_view text, size_t offset, Report& report);

}  // namespace writ::yaml
