// All analyses of one policy.
// Tested by tests/policies/warned and tests/compiler/lint/lint_test.cc.
#include "compiler/lint/lint.h"

#include "compiler/lint/analyses.h"

namespace writ {

void Lint(const Policy& policy, Diagnostics& diagnostics) {
  LintReport report(policy, diagnostics);
  if (policy.language == Language::kIntercept) {
    FindIdleInterceptRules(policy, report);
    FindIdleInterceptLimits(policy, report);
    return;
  }
  FindDeadRules(policy, report);
  FindShadowedRules(policy, report);
  FindIdleLimits(policy, report);
  FindUnusedVariables(policy, report);
}

}  // namespace writ
