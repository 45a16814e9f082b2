// All logic trees up to four operators over true, false, an error and a missing value: what each
// engine says is what the truth of it is, errors at the leftmost leaf that was not absorbed.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "compiler/check/check.h"
#include "exhaustive/logic_tree.h"
#include "grammar/parse.h"
#include "oracle/engines.h"
#include "oracle/print.h"
#include "vm/arena.h"

namespace writ::exhaustive {
namespace {

Value LeafValue(Truth truth) {
  switch (truth) {
    case Truth::kFalse: return Value::Bool(false);
    case Truth::kTrue: return Value::Bool(true);
    // The scanner keeps a number that readers understand differently: reading it is an error.
    case Truth::kError: return Value::Text(Tag::kUnsafeNumber, "1e400");
    case Truth::kAbsent: return {};
  }
  return {};
}

const char* LeafText(Truth truth) {
  switch (truth) {
    case Truth::kFalse: return "false";
    case Truth::kTrue: return "true";
    case Truth::kError: return "1 / 0 > 0";
    case Truth::kAbsent: return "{}.a";
  }
  return "";
}

// The assignment of that number, of kTruths to the power of leaves.
Leaves Assignment(uint32_t number, uint32_t leaves) {
  Leaves values{};
  for (uint32_t i = 0; i < leaves; ++i) {
    values[i] = static_cast<Truth>(number % kTruths);
    number /= kTruths;
  }
  return values;
}

uint32_t Assignments(uint32_t leaves) {
  return 1u << 2 * leaves;
}

cel::CheckResult Checked(const std::string& text, const cel::Environment& environment) {
  auto ast = cel::Parse(text);
  if (!ast.has_value()) {
    ADD_FAILURE() << text << ": " << ast.error().message;
    ast = cel::Parse("null");
  }
  return cel::Check(std::move(*ast), environment);
}

// Whether that is what must come out. `leaf_at`: where in the source each leaf's error is.
bool Right(const oracle::Result& result, const TruthOrLeaf& wanted,
           const std::vector<uint32_t>& leaf_at) {
  if (wanted.truth == Truth::kError) {
    return result.value.is(Tag::kError) && result.at == leaf_at[wanted.leaf];
  }
  return result.value.is(Tag::kBool) && (result.value.i == 1) == (wanted.truth == Truth::kTrue);
}

// ---- leaves are variables: each tree is compiled once

class Variables {
 public:
  Variables() {
    for (uint32_t i = 0; i < kMaxLeaves; ++i) {
      cel::Variable variable;
      variable.name = std::string(1, static_cast<char>('a' + i));
      variable.storage = cel::Variable::Storage::kSlot;
      variable.index = i;
      names_.push_back(variable.name);
      environment_.variables.push_back(std::move(variable));
    }
  }

  // One assignment in `every` of each tree, through the engine. `count`: how many these were.
  void Run(uint32_t operators, oracle::Engine engine, uint32_t every, uint32_t* count) {
    uint32_t next = 0;
    *count = 0;
    for (const LogicTree& tree : LogicTrees(operators)) {
      const std::string text = tree.Text(names_);
      const cel::CheckResult checked = Checked(text, environment_);
      ASSERT_TRUE(checked.ok()) << text;
      oracle::Subject subject(engine, checked.expression, environment_);
      const std::vector<uint32_t> leaf_at = LeafPositions(text);
      for (; next < Assignments(tree.leaves); next += every) {
        RunOne(tree, Assignment(next, tree.leaves), subject, leaf_at);
        ++*count;
        if (testing::Test::HasFailure()) {
          FAIL() << oracle::Name(engine) << ", assignment " << next << " of " << text;
        }
      }
      next -= Assignments(tree.leaves);
    }
  }

 private:
  // Names are one letter, and nothing else in the text is a letter.
  static std::vector<uint32_t> LeafPositions(const std::string& text) {
    std::vector<uint32_t> positions;
    for (uint32_t i = 0; i < text.size(); ++i) {
      if (text[i] >= 'a' && text[i] <= 'z') positions.push_back(i);
    }
    return positions;
  }

  void RunOne(const LogicTree& tree, const Leaves& leaves, oracle::Subject& subject,
              const std::vector<uint32_t>& leaf_at) {
    arena_.Reset();
    bindings_.clear();
    for (uint32_t i = 0; i < tree.leaves; ++i) bindings_.push_back(LeafValue(leaves[i]));
    const oracle::Result result = subject.Run(bindings_, {}, arena_);
    if (Right(result, tree.Expected(leaves), leaf_at)) return;
    std::string values;
    for (uint32_t i = 0; i < tree.leaves; ++i) values += fmt::format(" {}", LeafText(leaves[i]));
    ADD_FAILURE() << "leaves" << values << ": " << oracle::Print(result.value, arena_)
                  << " at byte " << result.at;
  }

  cel::Environment environment_;
  std::vector<std::string> names_;
  oracle::Bindings bindings_;
  Arena arena_;
};

class Logic : public testing::TestWithParam<oracle::Engine> {};

INSTANTIATE_TEST_SUITE_P(Engines, Logic, testing::ValuesIn(oracle::kEngines),
                         [](const auto& engine) {
                           return std::string(oracle::Name(engine.param));
                         });

TEST_P(Logic, UpToThreeOperators) {
  constexpr std::array<uint32_t, 4> kTrees = {4, 100, 6'500, 562'500};
  for (uint32_t operators = 0; operators < kTrees.size(); ++operators) {
    uint32_t count = 0;
    Variables().Run(operators, GetParam(), 1, &count);
    EXPECT_EQ(count, kTrees[operators]);
  }
}

// With the sanitizers, which take ten times as long, one in 97 of these.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

TEST_P(Logic, FourOperators) {
  constexpr uint32_t kTrees = 55'762'500;
  uint32_t count = 0;
  // What is read of a bundle is the code of another engine: each tree is what matters there.
  const bool is_partial = kSanitized || GetParam() == oracle::Engine::kBundled;
  Variables().Run(4, GetParam(), is_partial ? 97 : 1, &count);
  if (is_partial) {
    EXPECT_GT(count, kTrees / 98);
  } else {
    EXPECT_EQ(count, kTrees);
  }
}

// ---- leaves are written out: what can be decided is decided by the compiler

// Where in the text each leaf's error is raised: at the division, at the field's name.
std::vector<uint32_t> FailurePositions(const std::string& text, const Leaves& leaves,
                                       uint32_t count) {
  std::vector<uint32_t> positions;
  size_t from = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const std::string leaf = LeafText(leaves[i]);
    from = text.find(leaf, from);
    const size_t inside = leaves[i] == Truth::kError ? leaf.find('/') : leaf.find('a');
    positions.push_back(static_cast<uint32_t>(from + inside));
    from += leaf.size();
  }
  return positions;
}

TEST_P(Logic, ConstantsUpToTwoOperators) {
  const cel::Environment environment;
  Arena arena;
  for (uint32_t operators = 0; operators <= 2; ++operators) {
    for (const LogicTree& tree : LogicTrees(operators)) {
      for (uint32_t number = 0; number < Assignments(tree.leaves); ++number) {
        const Leaves leaves = Assignment(number, tree.leaves);
        std::vector<std::string> texts;
        for (uint32_t i = 0; i < tree.leaves; ++i) {
          texts.push_back(fmt::format("({})", LeafText(leaves[i])));
        }
        const std::string text = tree.Text(texts);
        const cel::CheckResult checked = Checked(text, environment);
        ASSERT_TRUE(checked.ok()) << text;
        oracle::Subject subject(GetParam(), checked.expression, environment);
        arena.Reset();
        const oracle::Result result = subject.Run({}, {}, arena);
        const TruthOrLeaf wanted = tree.Expected(leaves);
        const std::vector<uint32_t> at = FailurePositions(text, leaves, tree.leaves);
        ASSERT_TRUE(Right(result, wanted, at))
            << text << ": " << oracle::Print(result.value, arena) << " at byte " << result.at;
      }
    }
  }
}

}  // namespace
}  // namespace writ::exhaustive
