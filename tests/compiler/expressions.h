// What the checker says of an expression, as text for tests:
//
//   4+3 error: "nme" is not known
//     hint: did you mean name?
//
// The numbers are the first byte that is underlined, and how many are.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compiler/check/check.h"
#include "grammar/parse.h"

namespace writ::cel {

inline std::string ShowProblems(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    text += std::to_string(problem.at) + "+" + std::to_string(problem.length);
    text += problem.severity == Severity::kError ? " error: " : " warning: ";
    text += problem.message + "\n";
    if (!problem.hint.empty()) text += "  hint: " + problem.hint + "\n";
  }
  return text;
}

// Problems, or else the type of the expression.
inline std::string CheckText(const std::string& expression, const Environment& environment) {
  tl::expected<Ast, SyntaxError> ast = Parse(expression);
  if (!ast) return "syntax: " + ast.error().message;
  const CheckResult result = Check(*std::move(ast), environment);
  if (!result.problems.empty()) return ShowProblems(result.problems);
  return result.expression.type().ToString();
}

// Warnings of an expression without errors.
inline std::string WarningText(const std::string& expression, const Environment& environment) {
  tl::expected<Ast, SyntaxError> ast = Parse(expression);
  if (!ast) return "syntax: " + ast.error().message;
  const CheckResult result = Check(*std::move(ast), environment);
  if (!result.problems.empty()) return ShowProblems(result.problems);
  std::vector<Problem> problems;
  for (Warning& warning : FindWarnings(result.expression, environment)) {
    problems.push_back(std::move(warning.problem));
  }
  return ShowProblems(problems);
}

inline Variable Declared(std::string name, Type type) {
  Variable variable;
  variable.name = std::move(name);
  variable.type = std::move(type);
  return variable;
}

}  // namespace writ::cel
