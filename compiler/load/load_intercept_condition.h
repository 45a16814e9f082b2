// A condition of version "1": {path: args.amount, op: lte, value: 100}.
//
// Tested by tests/compiler/load/load_intercept_test.cc and tests/policies/.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/load/policy_reader.h"
#include "compiler/policy.h"

namespace writ {

// Words that are no keys: those of Intercept's later versions, and what authors try.
inline constexpr OtherKey kInterceptOtherKeys[] = {
    {"require_approval", "asking a person is not supported; use action: deny"},
    {"approval_timeout", "asking a person is not supported; use action: deny"},
    {"spend_limit",
     "use state: {counter: spend, window: day, increment_from: args.amount} with a "
     "condition {path: state.<tool>.spend, op: lte, value: …}"},
    {"shadow", "shadow rules are not supported in version \"1\" policies"},
    {"mode", "shadow rules are not supported in version \"1\" policies"},
    {"operator", "write op: with the operator"},
    {"message", "write on_deny: with what the agent reads"},
    {"hide", "list the tool in the policy's own hide: […]"},
    {"deny", "a rule denies: {name: …, action: deny}"},
};

// nullopt if it is faulty, which was reported. A path to a counter is not looked up yet.
std::optional<Condition> LoadCondition(PolicyReader& reader, const yaml::Node& node);

// The names of a path, which `text` is without its "args.". False if it is too long, which was
// reported at `at`.
bool SplitPath(PolicyReader& reader, const yaml::Node& at, std::string_view text,
               std::vector<std::string>& names);

// What a path that starts with neither args. nor state. may have been meant as.
std::string PathHint(std::string_view path);

}  // namespace writ
