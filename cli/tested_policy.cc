// Compiling what suites name.
// Tested by tests/cli/suites.py and tests/cli/coverage.py.
#include "cli/tested_policy.h"

#include <filesystem>

#include "compiler/programs.h"

namespace writ {
namespace {

// By whatever name a file is called, it is one policy.
std::string RealPath(const std::string& path) {
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, failed);
  return failed ? path : real.string();
}

// "policies/../policies/a.yaml" is nobody's name for it.
std::string TidyPath(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

}  // namespace

std::shared_ptr<TestedPolicy> TestedPolicy::Make(std::string name, Compile compile, bool traces,
                                                 Diagnostics& diagnostics) {
  auto policy = std::make_shared<TestedPolicy>();
  if (traces) policy->watched_ = std::make_unique<WatchedPolicy>();
  policy->program_ =
      compile(diagnostics, traces ? OptionsFor(*policy->watched_) : CompilerOptions());
  if (policy->program_ == nullptr) return nullptr;
  policy->name_ = std::move(name);
  policy->compile_ = std::move(compile);
  return policy;
}

CompilerOptions TestedPolicy::OptionsFor(WatchedPolicy& watched) {
  CompilerOptions options;
  options.traced = &watched.traced;
  options.inspect = OutlineInto(watched.outlines);
  return options;
}

const TestedPolicy::WatchedPolicy& TestedPolicy::Watched() {
  if (watched_ == nullptr) {
    watched_ = std::make_unique<WatchedPolicy>();
    Diagnostics said_before;
    compile_(said_before, OptionsFor(*watched_));
  }
  return *watched_;
}

std::shared_ptr<TestedPolicy> TestedPolicies::OfFile(const std::string& path,
                                                     Diagnostics& diagnostics) {
  const auto [loaded, is_new] = by_real_path_.try_emplace(RealPath(path));
  if (is_new) {
    const auto compile = [path](Diagnostics& found, const CompilerOptions& options) {
      LoadOptions load;
      load.compile = options;
      return LoadProgram({path}, found, load);
    };
    loaded->second.policy =
        TestedPolicy::Make(TidyPath(path), compile, traces_, loaded->second.said);
  }
  diagnostics = loaded->second.said;
  return loaded->second.policy;
}

std::shared_ptr<TestedPolicy> TestedPolicies::WithinSuite(
    const std::shared_ptr<const Source>& source,
    const std::shared_ptr<const yaml::Document>& document, const yaml::Node& policy,
    Diagnostics& diagnostics) {
  const auto compile = [source, document, &policy](Diagnostics& found,
                                                   const CompilerOptions& options) {
    return CompileInline(source, policy, source->name(), found, options);
  };
  return TestedPolicy::Make(source->name(), compile, traces_, diagnostics);
}

}  // namespace writ
