// The texts that a program was made of, where they are at hand: beside the policies and bundles
// that were given, or in one folder. What is not the text it was compiled from is not shown.
//
// Tested by tests/cli/bundles.py and tests/cli/bench.py.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/source.h"
#include "vm/program.h"

namespace writ {

class PolicySources {
 public:
  // `policies`: as the command line names them. `folder`: the only place to look in, unless empty.
  // The program outlives it.
  PolicySources(const Program& program, std::vector<std::string> policies, std::string folder = {})
      : program_(program), policies_(std::move(policies)), folder_(std::move(folder)) {}

  // A line of one of Program::files. Says on stderr, once, where a file has changed.
  std::optional<std::string> Line(uint32_t file, uint32_t line);

 private:
  std::shared_ptr<const Source> Read(uint32_t file);
  std::vector<std::string> CandidatesFor(const std::string& file) const;

  const Program& program_;
  std::vector<std::string> policies_;
  std::string folder_;
  std::map<uint32_t, std::shared_ptr<const Source>> sources_;  // null: not at hand
};

}  // namespace writ
