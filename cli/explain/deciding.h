// Which parts of an expression decided what it came to: of `a && b` that is false the operand that
// is, of an error where it was raised.
//
// Tested by tests/cli/explain_test.cc.
#pragma once

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "cli/trace/recorder.h"

namespace writ {

struct DecidingParts {
  using Place = std::pair<const SeenTurn*, uint32_t>;  // a part in one turn

  std::set<Place> on_the_way;
  std::vector<Place> last;  // that none of their own parts explains further, in source order
};

// Null: the part has no outcome in that turn.
const Seen* SeenIn(const SeenTurn& turn, uint32_t part);

// REQUIRES: the part is seen in the turn.
DecidingParts FindDeciding(const SourceMap& map, const SeenTurn& turn, uint32_t part);

}  // namespace writ
