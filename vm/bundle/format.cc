// The table of sections.
// Tested by tests/vm/bundle/format_test.cc.
#include "vm/bundle/format.h"

#include <algorithm>

namespace writ::bundle {

uint16_t IsaVersionOf(const Program& program) {
  const bool has_new = std::any_of(program.code.begin(), program.code.end(),
                                   [](const Instruction& at) { return at.op >= Opcode::kChoose; });
  return has_new ? 3 : kOldestIsaVersion;
}

std::string SectionName(SectionId id) {
  switch (id) {
#define SECTION(name, number, text, most_rows) \
  case SectionId::k##name:                     \
    return text;
#include "vm/bundle/sections.def"
#undef SECTION
  }
  return std::to_string(static_cast<uint32_t>(id));
}

uint32_t MostRows(SectionId id) {
  switch (id) {
#define SECTION(name, number, text, most_rows) \
  case SectionId::k##name:                     \
    return most_rows;
#include "vm/bundle/sections.def"
#undef SECTION
  }
  return 0;
}

}  // namespace writ::bundle
