// "args.user-id": a name with a dash, which CEL reads as a subtraction unless it is in backticks.
//
// Tested by tests/policies/bad.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/known_names.h"

namespace writ::cel {

struct DashedName {
  uint32_t begin;  // bytes of the source: the whole chain
  uint32_t end;
  std::string hint;
};

// The name that what stands at the byte `at`, behind a dash without blanks, is a part of. Nothing
// if there is no dash, or no value with such a key.
std::optional<DashedName> FindDashedName(const KnownNames& names, std::string_view source,
                                         uint32_t at);

// Adds the problem, with the name as its hint. Of one name only the first problem is kept: it is
// one mistake, however many dashes it has.
void AddDashedProblem(const DashedName& name, Problem problem, std::vector<Problem>& problems);

}  // namespace writ::cel
