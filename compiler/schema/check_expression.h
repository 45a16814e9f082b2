// What an expression of a policy says of the arguments of one tool, held against its schema.
//
// Tested by tests/policies/schemas.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/schema/expression_places.h"
#include "compiler/schema/findings.h"
#include "compiler/schema/guards.h"

namespace writ {

// What an expression is evaluated for.
enum class Use : uint8_t {
  kRequire,
  kForbid,
  kWhen,
  kCount,    // a quota's `of`, `by` and `max`
  kMessage,  // which is only read where the call is denied already
  kVariable,
};

// What the rules say of one tool's arguments, in all their expressions.
struct ToolUse {
  struct Read {
    PlaceId place;
    Spot spot;
    std::string ask;        // a hint: how to ask for it first
    std::string otherwise;  // and how to say what counts where it is missing
  };
  std::set<PlaceId> asked;                // has(args.x) and the like
  std::vector<Read> reads;                // which fail where there is nothing
  std::map<std::string, Spot> mentioned;  // arguments, where they were first
  bool whole = false;                     // the arguments as one value: any of them may be meant
};

// What the rule asks of the arguments.
struct GuardsAround {
  Guards rule;       // anywhere
  Guards condition;  // in the same condition and the variables that it reads
};

// Adds to `findings` and to `use`.
void CheckExpression(const ExpressionPlaces& expression, const ExpressionSource& source,
                     Use used_for, const GuardsAround& guards, Places& places, Findings& findings,
                     ToolUse& use);

// That a name is not one of the members of what stands at `parent`. "did you mean", or what there
// is.
Findings::Finding UnknownMember(const Places& places, PlaceId member, bool asks);

// "did you mean \"open\"?", or which there are.
std::string NearestHint(std::string_view wrong, const std::vector<std::string_view>& right,
                        std::string_view what);

}  // namespace writ
