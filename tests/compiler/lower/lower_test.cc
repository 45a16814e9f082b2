// Expressions as bytecode: listings in lowered/, without and with the optimiser.
//
// With WRIT_REBASE=1 in the environment the listings are rewritten, for review by eye.
#include "compiler/lower/lower.h"

#include <gtest/gtest.h>

#include <string>

#include "compiler/load/policy_environment.h"
#include "compiler/lower/expression.h"
#include "compiler/text_files.h"
#include "grammar/parse.h"
#include "vm/disasm.h"

namespace writ::cel {
namespace {

Environment OfArguments() {
  Environment environment;
  environment.variables.push_back(ArgumentsVariable());
  return environment;
}

Checked Read(const std::string& text, const Environment& environment) {
  auto ast = Parse(text);
  EXPECT_TRUE(ast.has_value()) << text << ": " << ast.error().message;
  if (!ast.has_value()) return {};
  CheckResult result = Check(std::move(*ast), environment);
  for (const Problem& problem : result.problems) ADD_FAILURE() << text << ": " << problem.message;
  return std::move(result.expression);
}

// The blocks of a listing: what an expression's program has besides is the same for all.
std::string Blocks(const std::string& listing) {
  const size_t first = listing.find("block 0");
  return first == std::string::npos ? listing : listing.substr(first);
}

class Lowered : public testing::TestWithParam<std::string> {};

TEST_P(Lowered, Listing) {
  TextFile file("tests/compiler/lowered", GetParam());
  std::string text = file.given();
  if (!text.empty() && text.back() == '\n') text.pop_back();
  const Environment environment = OfArguments();
  const Checked expression = Read(text, environment);
  std::string listing;
  for (const bool optimise : {false, true}) {
    const auto compiled = CompileExpression(expression, environment, optimise);
    ASSERT_TRUE(compiled.has_value()) << compiled.error().message;
    listing += optimise ? "\noptimised\n\n" : "plain\n\n";
    listing += Blocks(Disassemble(**compiled->program));
  }
  file.Expect(listing);
}

INSTANTIATE_TEST_SUITE_P(Lower, Lowered, testing::ValuesIn(TextFile::In("tests/compiler/lowered")),
                         [](const auto& name) { return name.param; });

// What is too large for a block's registers or instructions says so and does nothing else.
TEST(Lower, RefusesWhatNeedsTooManyRegisters) {
  std::string text = "args.x";
  for (int i = 0; i < 240; ++i) text = "[1, [args.y, " + text + "].size()]";
  const Environment environment = OfArguments();
  const auto ast = Parse(text);
  if (!ast.has_value()) {
    // The parser's limit on nesting came first.
    EXPECT_NE(ast.error().message.find("deep"), std::string::npos) << ast.error().message;
    return;
  }
  const CheckResult checked = Check(*ast, environment);
  ASSERT_TRUE(checked.ok());
  const auto compiled = CompileExpression(checked.expression, environment, true);
  if (!compiled.has_value()) {
    EXPECT_FALSE(compiled.error().message.empty());
  }
}

TEST(Lower, WalksChainsOfAnyLength) {
  const Environment environment = OfArguments();
  for (const std::string link : {" + args.b", " && args.b", " || args.b == 1"}) {
    std::string text = "args.a";
    if (link[1] == '|') text += " == 1";
    while (text.size() + link.size() < 60'000) text += link;
    const Checked expression = Read(text, environment);
    for (const bool optimise : {false, true}) {
      EXPECT_TRUE(CompileExpression(expression, environment, optimise).has_value()) << link;
    }
  }
}

}  // namespace
}  // namespace writ::cel
