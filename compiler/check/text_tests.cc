// Calls that test their first operand by what the second one says.
// Tested by tests/policies/warned.
#include "compiler/check/text_tests.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace writ::cel {
namespace {

// An expression has many tests, and tests in tests: all their spellings together stay small.
constexpr size_t kMostBytes = 200;

constexpr std::pair<FunctionId, std::string_view> kTests[] = {
    {FunctionId::kMatches, "pattern"},       {FunctionId::kGlobMatches, "pattern"},
    {FunctionId::kStartsWith, "prefix"},     {FunctionId::kEndsWith, "suffix"},
    {FunctionId::kContains, "text to find"}, {FunctionId::kPathWithin, "folder"},
    {FunctionId::kDomainWithin, "domain"},
};

}  // namespace

std::optional<TextTest> ReadTextTest(const Checked& expression, NodeId id) {
  const Node& node = expression.ast.node(id);
  const Reference& reference = expression.references[id];
  if (node.kind != Kind::kCall || reference.kind != Reference::Kind::kFunction) return std::nullopt;
  const auto* test = std::find_if(std::begin(kTests), std::end(kTests), [&](const auto& one) {
    return static_cast<uint32_t>(one.first) == reference.index;
  });
  const uint32_t first = reference.target_is_namespace ? 1 : 0;
  if (test == std::end(kTests) || node.child_count != first + 2) return std::nullopt;
  return TextTest{test->first, test->second, expression.ast.child(node, first),
                  expression.ast.child(node, first + 1)};
}

std::string SpellTextTest(const Ast& ast, FunctionId function, NodeId tested, NodeId by) {
  const std::string_view first = ast.text(ast.node(tested));
  const std::string_view second = ast.text(ast.node(by));
  if (first.empty() || second.empty() || first.size() + second.size() > kMostBytes) return "";
  return fmt::format("{}({}, {})", static_cast<uint32_t>(function), first, second);
}

std::vector<std::string> TextTests(const Checked& expression) {
  std::vector<std::string> spelled;
  for (NodeId id = 0; id < expression.ast.nodes.size(); ++id) {
    const std::optional<TextTest> test = ReadTextTest(expression, id);
    if (!test) continue;
    std::string one = SpellTextTest(expression.ast, test->function, test->tested, test->by);
    if (!one.empty()) spelled.push_back(std::move(one));
  }
  return spelled;
}

}  // namespace writ::cel
