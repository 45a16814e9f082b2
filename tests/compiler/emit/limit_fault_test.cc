// What is said of policies that are over a limit of the verifier.
#include "compiler/emit/limit_fault.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "compiler/compile.h"
#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

TEST(LimitFault, NamesTheLimitAndAWayOut) {
  const auto message = [](ProgramLimit limit) {
    EXPECT_FALSE(LimitFaultOf(limit).hint.empty());
    return LimitFaultOf(limit).message;
  };
  EXPECT_EQ(message(ProgramLimit::kConstants),
            "the texts of the constants, each counted wherever it stands, have more than 1024 MiB");
  EXPECT_EQ(message(ProgramLimit::kPatterns),
            "the regular expressions are too large: one of them has more than 256 KiB, or all of "
            "them have more than 32 MiB or compile to more than 16777216 instructions");
  EXPECT_EQ(message(ProgramLimit::kFrames),
            "comprehensions that stand in one another read variables of those around them over too "
            "many levels: 16777216 in all");
  EXPECT_EQ(message(ProgramLimit::kDecisionCost),
            "what is checked for one tool may cost more than 100000000 instructions, each loop "
            "counted as if it ran once");
}

// At the policy, and not as a fault in writ.
TEST(LimitFault, IsSaidAtThePolicy) {
  std::string text = "version: \"1\"\ntools:\n  t:\n    rules:\n";
  std::string large;  // 100,000 instructions of 16,777,216
  for (int i = 0; i < 100; ++i) large += "[ab]{1000}";
  for (int i = 0; i < 168; ++i) {
    text += fmt::format(
        "      - {{name: r{}, conditions: [{{path: args.a, op: regex, value: \"{}{}\"}}]}}\n", i, i,
        large);
  }
  const auto source = std::make_shared<const Source>("policy.yaml", text);
  Diagnostics diagnostics;
  const auto document = yaml::Parse(source, diagnostics);
  ASSERT_NE(document, nullptr);
  EXPECT_EQ(CompileInline(source, *document->root(), "policy", diagnostics), nullptr);
  ASSERT_EQ(diagnostics.error_count(), 1u);
  const LimitFault fault = LimitFaultOf(ProgramLimit::kPatterns);
  EXPECT_EQ(diagnostics.all()[0].source, source);
  EXPECT_EQ(diagnostics.all()[0].message, fault.message);
  EXPECT_EQ(diagnostics.all()[0].hint, fault.hint);
}

}  // namespace
}  // namespace writ
