// A suite for a learned policy: calls as they were recorded, which it allows, and calls made of
// these that it must not allow. Each step is decided as `writ test` will before it is written, so
// the suite passes.
//
// Tested by tests/cli/learn.py.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "cli/learn/learned.h"
#include "vm/verify.h"

namespace writ {

struct LearnedSuite {
  std::string text;
  size_t cases = 0;
};

// `policy`: the path by which the suite is to name it. `program`: the policy, which counts nothing
// that outlives the call of this.
LearnedSuite SuiteOf(const Learned& learned, std::shared_ptr<const VerifiedProgram> program,
                     const std::string& policy);

}  // namespace writ
