// What `writ check` found, before anyone is told.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/diagnostic.h"

namespace writ {

struct CheckOutcome {
  std::vector<std::string> policies;               // as they were given
  Diagnostics diagnostics;                         // sorted
  std::shared_ptr<const VerifiedProgram> program;  // null: refused
  bool with_costs = false;
  std::vector<RuleBound> costs;
  bool with_index = false;
  IndexReport index;
  int status = 0;  // of writ check
};

// Each gives the whole of stdout.

// How rules are found, for people; empty without rules.
std::string IndexText(const IndexReport& index);
// For people; findings are on stderr then.
std::string CheckText(const CheckOutcome& outcome);
// {"ok","findings","costs","index"}
std::string CheckJson(const CheckOutcome& outcome);
// SARIF 2.1.0. `folder` is the working folder, which paths are relative to.
std::string CheckSarif(const CheckOutcome& outcome, const std::string& folder);
// Workflow commands of GitHub Actions: one a finding, which becomes an annotation of its line.
std::string CheckGithub(const CheckOutcome& outcome);

}  // namespace writ
