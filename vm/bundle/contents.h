// From a program to the sections of a bundle and back. What the sections are is described in
// docs/bundle-format.md, their rows in vm/bundle/rows.h, and the file around them is not known
// here.
//
// Tested by tests/vm/bundle/contents_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "vm/bundle/format.h"
#include "vm/bundle/trie.h"
#include "vm/program.h"

namespace writ::bundle {

// A variable of an expression that stands alone.
struct VariableRow {
  std::string name;
  uint32_t slot = 0;

  friend bool operator==(const VariableRow&, const VariableRow&) = default;
};

// What a bundle holds besides what Program has room for.
struct Extras {
  Kind kind = Kind::kPolicies;
  uint32_t expression_block = kNoBlock;    // of an expression
  uint32_t slot_count = 0;                 // Program::slot_names may be missing
  std::vector<uint32_t> counter_policies;  // whose each of Program::counters is
  std::vector<PathRow> paths;
  std::vector<VariableRow> variables;

  friend bool operator==(const Extras&, const Extras&) = default;
};

// Rising by id. The error says what of the program cannot be written, which is none that the
// compiler makes unless it is too large. Of the program neither paths nor namespaces are looked at:
// Extras has them. Without debug data what is in no section of it is the same.
// REQUIRES: the program was verified, or the compiler made it.
tl::expected<std::vector<Section>, std::string> EncodeSections(const Program& program,
                                                               const Extras& extras,
                                                               bool with_debug_data);

struct Decoded {
  // Without paths, namespaces and digest; what is debug data is missing where that is. Constants
  // point into the sections' bytes, which are to outlive it. Not verified.
  Program program;
  Extras extras;
};

// The error says what is wrong, with the section. REQUIRES: ids rise, and each is known; rows are
// at most MostRows() and at most as many as there are bytes.
tl::expected<Decoded, std::string> DecodeSections(Kind kind,
                                                  const std::vector<SectionView>& sections);

}  // namespace writ::bundle
