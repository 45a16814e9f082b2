// How the rules of policies are found when a call comes in: by the tool's name, by a value of the
// call, or by looking at them for each call.
//
// Tested by tests/compiler/emit/index_report_test.cc.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/source.h"

namespace writ {

struct RuleIndexing {
  std::string file;
  Position at;  // of its name
  std::string rule;

  // For which calls it is looked at before any value is asked: "pay", "pay and 3 more tools",
  // "every tool".
  std::string tools;
  // Then by which value it is found: "args.account", or by its "globs". Empty: it is
  // looked at for each of these calls.
  std::string by;
  size_t among = 0;  // as many rules are found by that value, this one included
  // Tests of it that other rules have as well, so that they are done once a call.
  std::vector<std::string> shares;
  // Of one that is not found by a value: why not, and what its author can do, if anything.
  std::string why_not;
  std::string hint;
};

// In the order of the policies' text.
using IndexReport = std::vector<RuleIndexing>;

}  // namespace writ
