// What the expressions of a `writ: 1` policy may name.
//
//   args                      map(string, dyn)     the call's arguments
//   tool.name                 string
//   client.name client.version server.name         strings: claims, not identity; has() tells
//                                                  whether there is one
//   now                       timestamp
//   labels                    map(string, string)
//   quota.remaining           dyn                  in messages only
//   quota.resets_at           timestamp            in messages only
//   data, data.<name>         constants, with the types they have
//   variables.<name>          expressions of the policy
//
// Tested by tests/compiler/load/load_writ_test.cc.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/check/environment.h"
#include "vm/program.h"

namespace writ {

// The first variables of every policy's environment, in this order; constants and then the
// variables of the policy follow.
enum class BuiltIn : uint32_t {
  kArgs,
  kToolName,
  kClientName,
  kClientVersion,
  kServerName,
  kNow,
  kLabels,
  kQuotaRemaining,
  kQuotaResetsAt,
  kHasClientName,
  kHasClientVersion,
  kHasServerName,
};
inline constexpr uint32_t kBuiltIns = static_cast<uint32_t>(BuiltIn::kHasServerName) + 1;

// `args`, as every expression over a call's arguments names them: a map from string to dyn, read
// through the needed-path trie.
cel::Variable ArgumentsVariable();

// Environment with the built-in variables. `args` has Storage::kArguments. The others are kSlot,
// and the policy's own variables kBlock, with index 0: the emitter fills the indices in as it makes
// slots and blocks. Constants are kConstant.
cel::Environment PolicyEnvironment();

// The same without what only messages may name. Indices are the same, since these two variables
// keep their places under names that nobody can write.
cel::Environment WithoutQuotaNames(cel::Environment environment);

// The fact that goes into the slot of environment.variables[variable]; nullopt for `args`,
// constants and the policy's own variables.
std::optional<Fact> FactOf(uint32_t variable);

}  // namespace writ
