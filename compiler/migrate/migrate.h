// A version "1" policy as one of `writ: 1` that decides the same.
//
//   tools:                                      rules:
//     pay:                                        # pay, line 5
//       rules:                              →     - name: small
//         - name: small                             tools: pay
//           conditions:                             require: args.amount <= 50
//             - {path: args.amount, op: lte, value: 50}
//
// What changes: counts start at nothing, equal names of rules get a number, and a condition that
// does not hold because its argument is missing or of another type ends in an error, which denies
// as well, with a text that says so (docs/intercept.md, "To writ: 1").
//
// Tested by tests/compiler/migrate/.
#pragma once

#include <optional>
#include <string>

#include "compiler/diagnostic.h"
#include "compiler/policy.h"
#include "compiler/yaml/yaml.h"

namespace writ {

// The text of the new policy; nullopt if `policy` says what `writ: 1` cannot: what another rule has
// counted, a tool's name that is blank or holds a `*`, too long an expression. All is reported.
// REQUIRES: policy.language == Language::kIntercept, loaded from `root` without errors.
std::optional<std::string> MigratePolicy(const Policy& policy, const yaml::Node& root,
                                         Diagnostics& diagnostics);

}  // namespace writ
