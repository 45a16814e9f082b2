// Which cases `--filter` asks for.
//
// Tested by tests/cli/test_filter_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace writ {

class CaseFilter {
 public:
  // Without patterns every case is taken; with several, one that any of them takes.
  explicit CaseFilter(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

  // A pattern with `*` is to fit the whole of the case's name, or of "suite:case"; without, it is
  // to stand somewhere in it.
  bool Takes(std::string_view suite, std::string_view name) const;

 private:
  std::vector<std::string> patterns_;
};

}  // namespace writ
