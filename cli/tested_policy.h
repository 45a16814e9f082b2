// The policies that suites test, each compiled once however many suites name it.
//
// Tested by tests/cli/suites.py and tests/cli/coverage.py.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/explain/outline.h"
#include "compiler/compile.h"
#include "compiler/diagnostic.h"
#include "compiler/yaml/yaml.h"

namespace writ {

class TestedPolicy {
 public:
  // Compiles it; null with diagnostics if it is faulty.
  using Compile =
      std::function<std::shared_ptr<const VerifiedProgram>(Diagnostics&, const CompilerOptions&)>;

  // Null, with diagnostics, if it is faulty. `traces`: what is watched is compiled at once.
  static std::shared_ptr<TestedPolicy> Make(std::string name, Compile compile, bool traces,
                                            Diagnostics& diagnostics);

  // As people know it: its path, or that of the suite it is within.
  const std::string& name() const { return name_; }
  const std::shared_ptr<const VerifiedProgram>& program() const { return program_; }
  // The same as one that can be watched, and what else explains what it does; compiled when it is
  // asked for first.
  const TracedProgram& traced() { return Watched().traced; }
  const std::vector<PolicyOutline>& outlines() { return Watched().outlines; }

 private:
  struct WatchedPolicy {
    TracedProgram traced;
    std::vector<PolicyOutline> outlines;
  };
  const WatchedPolicy& Watched();
  static CompilerOptions OptionsFor(WatchedPolicy& watched);

  std::string name_;
  Compile compile_;
  std::shared_ptr<const VerifiedProgram> program_;
  std::unique_ptr<WatchedPolicy> watched_;
};

class TestedPolicies {
 public:
  explicit TestedPolicies(bool traces) : traces_(traces) {}

  // Of a policy that was asked for before, what was said of it is said again.
  std::shared_ptr<TestedPolicy> OfFile(const std::string& path, Diagnostics& diagnostics);
  // One within a suite, which is its own.
  std::shared_ptr<TestedPolicy> WithinSuite(const std::shared_ptr<const Source>& source,
                                            const std::shared_ptr<const yaml::Document>& document,
                                            const yaml::Node& policy, Diagnostics& diagnostics);

 private:
  struct Loaded {
    std::shared_ptr<TestedPolicy> policy;
    Diagnostics said;
  };
  const bool traces_;
  std::map<std::string, Loaded> by_real_path_;
};

}  // namespace writ
