// Bundles: a program as bytes, and bytes as a program that may run. docs/bundle-format.md says what
// they are, and what is refused where.
//
// Tested by tests/compiler/bundle_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "vm/bundle/contents.h"
#include "vm/bundle/format.h"
#include "vm/bundle/hash.h"
#include "vm/verify.h"

namespace writ::bundle {

// What whoever made a program knows of where it comes from.
struct PolicyOrigin {
  PolicyRow policy;
  std::string space;  // what its counters are kept under; all differ
};
struct Origin {
  std::vector<PolicyOrigin> policies;
  std::vector<SourceRow> sources;  // the policies' first; empty: debug data is left out
};

// The bundle's bytes. The error says what of the program is in no bundle: one that the compiler
// made is only too large. REQUIRES: the program was verified.
tl::expected<std::string, std::string> Write(const Program& program, const Origin& origin);

// The root hash of that bundle.
tl::expected<Hash, std::string> RootHash(const Program& program, const Origin& origin);

struct Loaded {
  std::shared_ptr<const VerifiedProgram> program;
  Hash root_hash{};
  uint16_t format_version = 0;
  Extras extras;
};

// `where` the bundle lies, its real path, names the counters of policies that have no name. The
// error is a sentence without a point.
tl::expected<Loaded, std::string> Read(std::string file, std::string_view where);

}  // namespace writ::bundle
