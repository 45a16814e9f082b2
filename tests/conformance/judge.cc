// Judges one conformance case.
// Tested by tests/conformance/judge_test.cc.
#include "conformance/judge.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "compiler/check/check.h"
#include "grammar/parse.h"
#include "oracle/print.h"

namespace writ::conformance {
namespace {

// Reported by the parser or the checker, so that nothing could be evaluated.
Verdict Early(const Case& c, std::string_view by, std::string message) {
  if (c.expected == Case::Expected::kError) return {{}, true};
  return {{{by, std::move(message)}}, false};
}

std::string FirstError(const cel::CheckResult& result) {
  const auto error = std::find_if(
      result.problems.begin(), result.problems.end(),
      [](const cel::Problem& problem) { return problem.severity == Severity::kError; });
  return fmt::format("{} (at byte {})", error->message, error->at);
}

void JudgeType(const Case& c, const cel::Checked& expression, Verdict& verdict) {
  if (!c.deduced_type.has_value()) return;
  const std::string type = expression.type().ToString();
  if (type != *c.deduced_type) verdict.wrong.push_back({"checker", "type " + type});
}

void JudgeEngine(const Case& c, const cel::Checked& expression, oracle::Engine engine,
                 Verdict& verdict) {
  Arena arena;
  oracle::Subject subject(engine, expression, c.environment);
  const oracle::Result result = subject.Run(c.bindings, {}, arena);
  const bool failed = result.value.is(Tag::kError);
  const bool right = c.expected == Case::Expected::kError
                         ? failed
                         : !failed && oracle::Same(result.value, c.value, arena);
  if (right) return;
  std::string got = result.refused.empty() ? oracle::Print(result.value, arena) : result.refused;
  if (failed) got += fmt::format(" (at byte {})", result.at);
  verdict.wrong.push_back({oracle::Name(engine), std::move(got)});
}

}  // namespace

Verdict Judge(const Case& c, const std::vector<oracle::Engine>& engines) {
  if (c.disable_macros) return {{{"parser", "cannot leave macros unexpanded"}}, false};
  tl::expected<cel::Ast, cel::SyntaxError> ast = cel::Parse(c.expression);
  if (!ast.has_value()) {
    return Early(c, "parser", fmt::format("{} (at byte {})", ast.error().message, ast.error().at));
  }
  const cel::CheckResult checked = cel::Check(std::move(*ast), c.environment);
  if (!checked.ok()) return Early(c, "checker", FirstError(checked));
  Verdict verdict;
  JudgeType(c, checked.expression, verdict);
  if (c.check_only || c.expected == Case::Expected::kAnything) return verdict;
  for (const oracle::Engine engine : engines) JudgeEngine(c, checked.expression, engine, verdict);
  return verdict;
}

std::string Expectation(const Case& c) {
  Arena arena;
  std::string text;
  switch (c.expected) {
    case Case::Expected::kValue: text = oracle::Print(c.value, arena); break;
    case Case::Expected::kError: text = "an error"; break;
    case Case::Expected::kAnything: text = "to pass the checker"; break;
  }
  if (c.deduced_type.has_value()) text += fmt::format(", type {}", *c.deduced_type);
  return text;
}

}  // namespace writ::conformance
