// Random expressions, well typed and not, mean the same to every engine, whatever they do: the
// same value, or an error at the same place.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "compiler/check/check.h"
#include "exhaustive/random_expression.h"
#include "exhaustive/world.h"
#include "grammar/parse.h"
#include "oracle/agree.h"

namespace writ::exhaustive {
namespace {

constexpr uint32_t kExpressions = 20'000;

struct Count {
  uint32_t evaluated = 0;
  uint32_t refused = 0;  // by the checker
};

// Expressions of seeds from `first` on, as many as `count`.
Count RunRandom(bool checked, uint32_t mistakes, uint64_t first, uint32_t count) {
  World world(checked);
  Count counted;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const std::string text = Generator(seed, world.environment, mistakes).Expression();
    auto ast = cel::Parse(text);
    if (!ast.has_value()) {
      ADD_FAILURE() << ast.error().message << "\n" << text;
      continue;
    }
    const cel::CheckResult result = cel::Check(std::move(*ast), world.environment);
    if (!result.ok()) {
      ++counted.refused;
      continue;
    }
    ++counted.evaluated;
    const std::optional<std::string> said =
        oracle::Disagreement(result.expression, world.environment, world.bindings, world.now);
    if (said.has_value()) {
      ADD_FAILURE() << "seed " << seed << ": " << text << "\n" << *said;
    }
    if (testing::Test::HasFailure()) break;  // one at a time
  }
  return counted;
}

TEST(Random, CheckedAndWellTyped) {
  const Count count = RunRandom(true, 0, 0, kExpressions / 4);
  EXPECT_GT(count.evaluated, kExpressions / 8);
}

TEST(Random, CheckedWithMistakes) {
  const Count count = RunRandom(true, 40, 1'000'000, kExpressions / 4);
  EXPECT_GT(count.evaluated, 100u);
  EXPECT_GT(count.refused, 100u);
}

TEST(Random, UncheckedAndWellTyped) {
  const Count count = RunRandom(false, 0, 2'000'000, kExpressions / 4);
  EXPECT_EQ(count.refused, 0u);
}

TEST(Random, UncheckedWithMistakes) {
  const Count count = RunRandom(false, 15, 3'000'000, kExpressions / 4);
  EXPECT_EQ(count.refused, 0u);
}

}  // namespace
}  // namespace writ::exhaustive
