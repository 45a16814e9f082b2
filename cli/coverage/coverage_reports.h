// Coverage, for people and for two kinds of programs.
//
// Tested by tests/cli/coverage.py and tests/cli/coverage_test.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/coverage/coverage.h"
#include "cli/table.h"

namespace writ {

using Coverages = std::vector<std::unique_ptr<PolicyCoverage>>;

// The lines of policies that have gaps, or of all, each with its mark; then a table of figures.
std::string CoverageText(const Coverages& policies, bool all_lines, const TableStyle& style);

// One JSON value.
std::string CoverageJson(const Coverages& policies);

// LCOV's tracefile: lines, a branch for each outcome of a condition, a function for each rule.
std::string CoverageLcov(const Coverages& policies);

}  // namespace writ
