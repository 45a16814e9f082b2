// Bundles: a program as bytes, and bytes as a program that may run. docs/bundle-format.md says what
// they are, and what is refused where.
//
// Tested by tests/compiler/bundle_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "vm/bundle/contents.h"
#include "vm/bundle/format.h"
#include "vm/bundle/hash.h"
#include "vm/verify.h"

namespace writ::bundle {

enum class DebugData : uint8_t { kKeep, kStrip };

// An expression that stands alone, in a program that holds it.
struct Expression {
  uint32_t block = kNoBlock;
  std::vector<VariableRow> variables;
};

// The bundle's bytes; debug data is kept if the program has it. The error says what of the program
// is in no bundle: one that the compiler made is only too large. REQUIRES: the program was
// verified, or the compiler made it.
tl::expected<std::string, std::string> Write(const Program& program,
                                             DebugData debug_data = DebugData::kKeep);
tl::expected<std::string, std::string> WriteExpression(const Program& program,
                                                       const Expression& expression);

// The root hash of the bundle that Write(program) makes.
tl::expected<Hash, std::string> RootHash(const Program& program);

struct Loaded {
  std::shared_ptr<const VerifiedProgram> program;
  Hash root_hash{};
  uint16_t format_version = 0;
  Kind kind = Kind::kPolicies;
  Expression expression;  // of Kind::kExpression
};

// Says why a bundle may not be loaded of which no more is known than its root hash and format.
using Admit = std::function<std::optional<std::string>(const Hash& root_hash, uint16_t version)>;

// `where` the bundle lies, its real path, names the counters of policies that have no name. The
// error is a sentence without a point.
tl::expected<Loaded, std::string> Read(std::string file, std::string_view where,
                                       const Admit& admit = {});

}  // namespace writ::bundle
