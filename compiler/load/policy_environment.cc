// The built-in variables of policies.
// Tested by tests/compiler/load/load_writ_test.cc
#include "compiler/load/policy_environment.h"

#include <array>
#include <utility>

namespace writ {
namespace {

using cel::Type;
using cel::TypeKind;
using cel::Variable;

struct BuiltInFact {
  const char* name;
  TypeKind type;
  Fact fact;
};

// The variable that says whether a fact is known, or kNoPresence.
uint32_t PresenceOf(Fact fact) {
  switch (fact) {
    case Fact::kClientName: return static_cast<uint32_t>(BuiltIn::kHasClientName);
    case Fact::kClientVersion: return static_cast<uint32_t>(BuiltIn::kHasClientVersion);
    case Fact::kServerName: return static_cast<uint32_t>(BuiltIn::kHasServerName);
    default: return cel::kNoPresence;
  }
}

// ORDER BuiltIn, without `args` and `labels`' parameters. Names with an @ are for has() alone.
constexpr std::array<BuiltInFact, kBuiltIns - 1> kFacts = {{
    {"tool.name", TypeKind::kString, Fact::kToolName},
    {"client.name", TypeKind::kString, Fact::kClientName},
    {"client.version", TypeKind::kString, Fact::kClientVersion},
    {"server.name", TypeKind::kString, Fact::kServerName},
    {"now", TypeKind::kTimestamp, Fact::kNow},
    {"labels", TypeKind::kMap, Fact::kLabels},
    {"quota.remaining", TypeKind::kDyn, Fact::kQuotaRemaining},
    {"quota.resets_at", TypeKind::kTimestamp, Fact::kQuotaResetsAt},
    {"@has client.name", TypeKind::kBool, Fact::kHasClientName},
    {"@has client.version", TypeKind::kBool, Fact::kHasClientVersion},
    {"@has server.name", TypeKind::kBool, Fact::kHasServerName},
}};

}  // namespace

Variable ArgumentsVariable() {
  Variable args;
  args.name = "args";
  args.type = Type::Map(TypeKind::kString, TypeKind::kDyn);
  args.storage = Variable::Storage::kArguments;
  return args;
}

cel::Environment PolicyEnvironment() {
  cel::Environment environment;
  environment.check_constants = true;
  environment.variables.push_back(ArgumentsVariable());
  for (const BuiltInFact& fact : kFacts) {
    Variable variable;
    variable.name = fact.name;
    variable.type = fact.fact == Fact::kLabels ? Type::Map(TypeKind::kString, TypeKind::kString)
                                               : Type(fact.type);
    variable.storage = Variable::Storage::kSlot;
    variable.presence = PresenceOf(fact.fact);
    variable.suggested = variable.name[0] != '@';
    environment.variables.push_back(std::move(variable));
  }
  return environment;
}

cel::Environment WithoutQuotaNames(cel::Environment environment) {
  for (const BuiltIn variable : {BuiltIn::kQuotaRemaining, BuiltIn::kQuotaResetsAt}) {
    Variable& hidden = environment.variables[static_cast<uint32_t>(variable)];
    hidden.name.insert(0, "@");
    hidden.suggested = false;
    hidden.storage = Variable::Storage::kNowhere;
  }
  return environment;
}

std::optional<Fact> FactOf(uint32_t variable) {
  if (variable == 0 || variable >= kBuiltIns) return std::nullopt;
  return kFacts[variable - 1].fact;
}

}  // namespace writ
