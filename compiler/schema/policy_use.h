// What a policy says of the tools of its server: what both languages share when they are checked.
//
// Tested by tests/policies/schemas.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/policy.h"
#include "compiler/schema/check_expression.h"
#include "compiler/schema/findings.h"
#include "compiler/schema/places.h"

namespace writ {

// One tool, and what the policy's rules make of it.
struct CheckedTool {
  const ServerTools::Tool* tool = nullptr;
  std::unique_ptr<Places> places;
  ToolUse use;
  std::map<std::string, Spot> guarded;  // arguments that a rule sets limits to
  bool callable = true;                 // neither hidden nor denied by default
  bool denied = false;                  // a rule denies each call of it
  bool closed = false;                  // a rule says which arguments there may be at all
};

// Where a name stands that is a scalar of its own.
Spot SpotOfName(Position at, std::string_view text);

// What becomes of a name that is no tool of the server.
enum class UnknownTool : uint8_t {
  kError,
  // One among others, which may be there for another version of the server: an error only if it is
  // near the name of a tool.
  kErrorIfNear,
  kWarning,
};

// A name that must be a tool of the server.
void CheckToolName(const ServerTools& tools, const Spot& spot, std::string_view name,
                   UnknownTool unknown, Findings& findings);

// Arguments which calls need not have, read without asking.
void CheckReads(const CheckedTool& tool, Findings& findings);

// Arguments that all policies of a command look at together.
struct LookedAt {
  // By the tool's name. Of a tool that one of them hides, denies or bounds, or whose arguments it
  // reads as one value: all.
  std::set<std::string, std::less<>> all;
  std::set<std::pair<std::string, std::string>> arguments;  // tool, argument

  void Add(const CheckedTool& tool);
};

// Arguments that are like those which are guarded. What is said is looked at then: once is enough.
void CheckUnmentioned(std::vector<CheckedTool>& tools, LookedAt& looked_at, Findings& findings);

// Checks the rules of a policy of version "1".
void CheckInterceptRules(const Policy& policy, std::vector<CheckedTool>& tools, Findings& findings);

}  // namespace writ
