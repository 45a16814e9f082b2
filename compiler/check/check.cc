// Names and types of an expression: the passes one after the other.
// Tested by tests/compiler/check/check_test.cc.
#include "compiler/check/check.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "compiler/check/check_constants.h"
#include "compiler/check/infer.h"
#include "compiler/check/known_names.h"
#include "compiler/check/resolve.h"
#include "compiler/check/unify.h"

namespace writ::cel {

namespace {

// What a pass found has its code, unless it says otherwise.
void MarkNew(std::vector<Problem>& problems, size_t first, DiagnosticCode code) {
  for (size_t i = first; i < problems.size(); ++i) {
    if (!problems[i].code) problems[i].code = code;
  }
}

}  // namespace

bool CheckResult::ok() const {
  return std::none_of(problems.begin(), problems.end(),
                      [](const Problem& problem) { return problem.severity == Severity::kError; });
}

Checker::Checker(const Environment& environment)
    : names_(std::make_unique<const KnownNames>(environment)) {}

Checker::~Checker() = default;

CheckResult Checker::Check(Ast ast) const {
  CheckResult result;
  Checked& expression = result.expression;
  expression.ast = std::move(ast);
  ResolveNames(*names_, expression.ast, expression.references, result.problems);
  MarkNew(result.problems, 0, DiagnosticCode::kUnknownName);
  if (names_->environment.checked) {
    const size_t first = result.problems.size();
    InferTypes(*names_, expression, result.problems);
    MarkNew(result.problems, first, DiagnosticCode::kType);
  } else {
    expression.types.assign(expression.ast.nodes.size(), Type());
  }
  if (names_->environment.check_constants && result.ok()) {
    const size_t first = result.problems.size();
    CheckConstants(expression, names_->environment, result.problems);
    MarkNew(result.problems, first, DiagnosticCode::kInvalidConstant);
  }
  std::stable_sort(result.problems.begin(), result.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.at < b.at; });
  return result;
}

CheckResult Check(Ast ast, const Environment& environment) {
  return Checker(environment).Check(std::move(ast));
}

std::string WrongType(const Type& type, const Type& wanted) {
  if (Unifier().Assignable(type, wanted)) return "";
  return fmt::format("{} is wanted, and this is {}", wanted.ToString(), type.ToString());
}

}  // namespace writ::cel
