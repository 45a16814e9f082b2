// The pipeline from policies in YAML to a verified program.
// Tested by tests/compiler/compile_test.cc.
#include "compiler/compile.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "compiler/emit/emit.h"
#include "compiler/emit/limit_fault.h"
#include "compiler/emit/rule_cost.h"
#include "compiler/lint/lint.h"
#include "compiler/load/load_policy.h"
#include "vm/bundle/bundle.h"

namespace writ {
namespace {

// Whether a smaller program would not have the fault of writing it as a bundle.
bool IsOfSize(std::string_view fault) {
  constexpr std::string_view kWords[] = {"too many", "too often", "too large", "too long",
                                         "larger"};
  return std::any_of(std::begin(kWords), std::end(kWords), [fault](std::string_view words) {
    return fault.find(words) != std::string_view::npos;
  });
}

std::shared_ptr<const VerifiedProgram> EmitAndVerify(const std::vector<Policy>& policies,
                                                     IndexReport* index, Diagnostics& diagnostics) {
  const size_t errors_before = diagnostics.error_count();
  Program program = Emit(policies, diagnostics, {.index = index});
  if (diagnostics.error_count() != errors_before) return nullptr;
  const std::string& name = policies.front().source->name();
  const auto root_hash = bundle::RootHash(program);
  if (!root_hash.has_value()) {
    diagnostics.Unreadable(name, "the compiled program cannot be a bundle: " + root_hash.error(),
                           IsOfSize(root_hash.error()) ? "split the policy into several" : "");
    return nullptr;
  }
  program.digest = bundle::Hex(*root_hash);
  auto verified = Verify(std::move(program));
  if (!verified.has_value() && verified.error().limit != ProgramLimit::kNone) {
    const LimitFault fault = LimitFaultOf(verified.error().limit);
    diagnostics.Error(policies.front().source, {1, 1}, 1, fault.message, fault.hint);
    return nullptr;
  }
  if (!verified.has_value()) {
    diagnostics.Unreadable(name, "the compiled program was refused: " + verified.error().text,
                           "this is a fault in writ; please report it with the policy");
    return nullptr;
  }
  return std::move(*verified);
}

// REQUIRES: the policies compile.
void EmitTraced(const std::vector<Policy>& policies, TracedProgram& traced) {
  Diagnostics limits;
  Program program = Emit(policies, limits, {.map = &traced.map});
  if (limits.has_errors()) {
    traced.why = limits.all().front().message;
    return;
  }
  auto verified = Verify(std::move(program));
  if (verified.has_value()) {
    traced.program = std::move(*verified);
  } else {
    traced.why = verified.error().text;
  }
}

// Counters of policies with one name would be the same.
bool CheckNames(const std::vector<Policy>& policies, Diagnostics& diagnostics) {
  std::map<std::string_view, const Policy*> spaces;
  bool differ = true;
  for (const Policy& policy : policies) {
    const auto [earlier, is_new] = spaces.emplace(policy.space, &policy);
    if (is_new) continue;
    diagnostics.Unreadable(policy.source->name(),
                           fmt::format("this policy has the name of {}: {}",
                                       earlier->second->source->name(), Quote(policy.space)),
                           "give each policy its own name; counts are kept by it");
    differ = false;
  }
  return differ;
}

void BoundRules(const std::vector<Policy>& policies, std::vector<RuleBound>& bounds) {
  for (const Policy& policy : policies) {
    if (policy.language != Language::kWrit) continue;
    RuleCosts costs(policy);
    for (const RuleModel& rule : policy.rules) {
      bounds.push_back({policy.source->name(), rule.at, rule.name, costs.Of(rule).bound});
    }
  }
}

// REQUIRES: loading the policies found no errors.
std::shared_ptr<const VerifiedProgram> CompileLoaded(const std::vector<Policy>& policies,
                                                     Diagnostics& diagnostics,
                                                     const CompilerOptions& options) {
  const size_t errors_before = diagnostics.error_count();
  if (options.inspect) options.inspect(policies);
  if (diagnostics.error_count() != errors_before) return nullptr;
  if (options.lint) {
    for (const Policy& policy : policies) Lint(policy, diagnostics);
  }
  if (options.bounds != nullptr) BoundRules(policies, *options.bounds);
  std::shared_ptr<const VerifiedProgram> program =
      EmitAndVerify(policies, options.index, diagnostics);
  if (program != nullptr && options.traced != nullptr) EmitTraced(policies, *options.traced);
  return program;
}

}  // namespace

std::shared_ptr<const VerifiedProgram> CompileTexts(std::vector<PolicyText> texts,
                                                    Diagnostics& diagnostics,
                                                    const CompilerOptions& options,
                                                    std::vector<FileRead>* lists) {
  std::vector<std::unique_ptr<yaml::Document>> documents;
  std::vector<Policy> policies;
  const size_t errors_before = diagnostics.error_count();
  for (PolicyText& text : texts) {
    std::unique_ptr<yaml::Document> document = yaml::Parse(text.source, diagnostics);
    if (document == nullptr) continue;
    std::optional<Policy> policy =
        LoadPolicy(text.source, *document->root(), std::move(text.space), diagnostics, lists);
    if (policy.has_value()) policies.push_back(std::move(*policy));
    documents.push_back(std::move(document));
  }
  if (diagnostics.error_count() != errors_before) return nullptr;
  if (!CheckNames(policies, diagnostics)) return nullptr;
  return CompileLoaded(policies, diagnostics, options);
}

std::shared_ptr<const VerifiedProgram> CompileInline(std::shared_ptr<const Source> source,
                                                     const yaml::Node& policy, std::string space,
                                                     Diagnostics& diagnostics,
                                                     const CompilerOptions& options) {
  std::vector<Policy> policies;
  std::optional<Policy> loaded =
      LoadPolicy(std::move(source), policy, std::move(space), diagnostics);
  if (!loaded.has_value()) return nullptr;
  policies.push_back(std::move(*loaded));
  return CompileLoaded(policies, diagnostics, options);
}

}  // namespace writ
