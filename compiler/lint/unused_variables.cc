// Variables that nothing uses.
// Tested by tests/policies/warned.
#include <fmt/core.h>

#include <vector>

#include "compiler/lint/analyses.h"

namespace writ {
namespace {

class Uses {
 public:
  explicit Uses(const Policy& policy)
      : first_(policy.first_variable), used_(policy.variables.size()) {}

  void Add(const Expression& expression) {
    for (const cel::Reference& reference : expression.checked.references) {
      if (reference.kind != cel::Reference::Kind::kVariable || reference.index < first_) continue;
      const size_t variable = reference.index - first_;
      if (variable < used_.size()) used_[variable] = true;
    }
  }
  void Add(const std::optional<Expression>& expression) {
    if (expression) Add(*expression);
  }
  bool Has(size_t variable) const { return used_[variable]; }

 private:
  size_t first_;
  std::vector<bool> used_;
};

}  // namespace

void FindUnusedVariables(const Policy& policy, LintReport& report) {
  Uses uses(policy);
  for (const RuleModel& rule : policy.rules) {
    uses.Add(rule.when);
    for (const Expression& condition : rule.require) uses.Add(condition);
    for (const Expression& condition : rule.forbid) uses.Add(condition);
    for (const MessagePartModel& part : rule.message) uses.Add(part.value);
    if (!rule.quota) continue;
    uses.Add(rule.quota->max_of);
    uses.Add(rule.quota->amount);
    uses.Add(rule.quota->key);
  }
  // Each refers to earlier ones only, and what an unused one uses is not used by that.
  for (size_t i = policy.variables.size(); i-- > 0;) {
    const VariableModel& variable = policy.variables[i];
    if (uses.Has(i)) {
      uses.Add(variable.expression);
      continue;
    }
    report.Warn(DiagnosticCode::kUnusedVariable, variable.at, variable.name,
                fmt::format("no rule uses variable {}", Quote(variable.name)),
                fmt::format("remove it, or use it as variables.{}", variable.name));
  }
}

}  // namespace writ
