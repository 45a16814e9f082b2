// The analyses, one a file, and how they say what they found.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "compiler/diagnostic.h"
#include "compiler/policy.h"

namespace writ {

class LintReport {
 public:
  // Both outlive this.
  LintReport(const Policy& policy, Diagnostics& diagnostics)
      : source_(policy.source), diagnostics_(diagnostics) {}

  // At a name, which is underlined.
  void Warn(DiagnosticCode code, Position at, std::string_view name, std::string message,
            std::string hint);
  void Warn(DiagnosticCode code, Position at, std::string message, std::string hint) {
    diagnostics_.Warning(source_, at, 1, std::move(message), std::move(hint), code);
  }

 private:
  std::shared_ptr<const Source> source_;
  Diagnostics& diagnostics_;
};

// Pairs of rules that are held against each other in one policy, and names or globs in that.
inline constexpr size_t kMaxComparisons = 2'000'000;

// A rule as messages name it: "name" in line 7.
std::string Placed(const RuleModel& rule);

// Of `writ: 1`.
void FindDeadRules(const Policy& policy, LintReport& report);
void FindShadowedRules(const Policy& policy, LintReport& report);
void FindIdleLimits(const Policy& policy, LintReport& report);
void FindUnusedVariables(const Policy& policy, LintReport& report);

// Of version "1".
void FindIdleInterceptRules(const Policy& policy, LintReport& report);
void FindIdleInterceptLimits(const Policy& policy, LintReport& report);

}  // namespace writ
