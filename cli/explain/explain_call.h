// One call, decided as `writ eval` decides it, and once more by the program that can be watched.
//
// Tested by tests/cli/explain_test.cc and tests/referees/explain.py.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/call_file.h"
#include "cli/explain/explanation.h"
#include "cli/explain/standing_counts.h"
#include "compiler/programs.h"
#include "proxy/facts.h"

namespace writ {

// Policies as they are explained.
struct ExplainedPolicies {
  std::shared_ptr<const VerifiedProgram> program;  // that decides
  TracedProgram traced;  // never without a program: where there is none it is `program`, unmapped
  std::vector<PolicyOutline> outlines;
  std::vector<std::string> notes;  // what of them cannot be explained part by part, and why

  // Null programs if there was any error, which `diagnostics` then says.
  static ExplainedPolicies Load(const std::vector<std::string>& paths, Diagnostics& diagnostics);
  // The same of what is loaded by others: `traced` may have no program.
  void Complete();
};

struct ExplainedCall {
  Verdict verdict = Verdict::kError;
  Explanation explanation;
  std::string decision;      // as `writ eval` prints it
  std::string disagreement;  // of the two programs
};

// In what two decisions of one call differ, which they never may; empty: in nothing, or one of them
// ended because its budget was spent.
std::string Disagreement(const Program& a, const Judgement& of_a, const Program& b,
                         const Judgement& of_b);

// `request` as ReadCallFile() gives it. REQUIRES: the policies were loaded.
tl::expected<ExplainedCall, CallFault> ExplainCall(const ExplainedPolicies& policies,
                                                   const std::string& request, const Facts& facts,
                                                   Time now, const StandingCounts& counts);

}  // namespace writ
