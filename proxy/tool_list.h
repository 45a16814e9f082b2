// Cutting hidden tools out of the answer to a tools/list.
//
// Every byte that does not belong to a cut entry is kept, so what the client gets of the other
// tools, of the cursor and of members writ knows nothing about is what the server sent.
//
// Tested by tests/proxy/tool_list_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "vm/arena.h"
#include "vm/program.h"

namespace writ {

// `line`: the whole answer; `tools`: the span of its result.tools, a scanned JSON array within it.
// Entries that are hidden, and entries that have not exactly one certain name, are left out of
// `filtered`, which becomes the whole line without LF. Returns how many were cut.
size_t CutHiddenTools(std::string_view line, std::string_view tools, const Program& program,
                      std::string& filtered);

}  // namespace writ
