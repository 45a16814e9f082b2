// What fuzzing found is found no more: all engines say the same of the expressions of found.txt.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>

#include "compiler/check/check.h"
#include "exhaustive/world.h"
#include "grammar/parse.h"
#include "oracle/agree.h"

namespace writ::exhaustive {
namespace {

void Agree(const std::string& text, bool checked) {
  World world(checked);
  auto ast = cel::Parse(text);
  if (!ast.has_value()) return;
  const cel::CheckResult result = cel::Check(std::move(*ast), world.environment);
  if (!result.ok()) return;
  const auto said =
      oracle::Disagreement(result.expression, world.environment, world.bindings, world.now);
  EXPECT_FALSE(said.has_value()) << text << "\n" << said.value_or("");
}

TEST(Found, EnginesAgree) {
  std::ifstream file(WRIT_SOURCE_DIR "/tests/exhaustive/found.txt");
  size_t count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    ++count;
    Agree(line, true);
    Agree(line, false);
  }
  EXPECT_GT(count, 0u);
}

}  // namespace
}  // namespace writ::exhaustive
