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

// ORDER BuiltIn, without `args` and `labels`' parameters.
constexpr std::array<BuiltInFact, kBuiltIns - 1> kFacts = {{
    {"tool.name", TypeKind::kString, Fact::kToolName},
    {"client.name", TypeKind::kString, Fact::kClientName},
    {"client.version", TypeKind::kString, Fact::kClientVersion},
    {"server.name", TypeKind::kString, Fact::kServerName},
    {"now", TypeKind::kTimestamp, Fact::kNow},
    {"labels", TypeKind::kMap, Fact::kLabels},
    {"quota.remaining", TypeKind::kDyn, Fact::kQuotaRemaining},
    {"quota.resets_at", TypeKind::kTimestamp, Fact::kQuotaResetsAt},
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
