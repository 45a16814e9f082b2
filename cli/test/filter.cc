// Cases by name.
// Tested by tests/cli/test_filter_test.cc.
#include "cli/test/filter.h"

#include <algorithm>

#include "vm/glob.h"

namespace writ {

bool CaseFilter::Takes(std::string_view suite, std::string_view name) const {
  std::string whole(suite);
  whole += ':';
  whole += name;
  const auto fits = [&](const std::string& pattern) {
    if (pattern.find('*') == std::string::npos) return whole.find(pattern) != std::string::npos;
    return GlobMatches(name, pattern) || GlobMatches(whole, pattern);
  };
  return patterns_.empty() || std::any_of(patterns_.begin(), patterns_.end(), fits);
}

}  // namespace writ
