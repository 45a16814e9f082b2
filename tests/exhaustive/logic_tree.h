// Every way to combine truth values with &&, ||, ! and ?: up to some number of operators, and what
// each must come to, said without any evaluator.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace writ::exhaustive {

// What a leaf is. Both failures are errors that logic may absorb.
enum class Truth : uint8_t { kFalse, kTrue, kError, kAbsent };
inline constexpr uint32_t kTruths = 4;

// Of four operators, ?: has the most operands: 4 * 2 + 1.
inline constexpr uint32_t kMaxLeaves = 9;
using Leaves = std::array<Truth, kMaxLeaves>;

// A bool, or the leaf whose error is the one reported.
struct TruthOrLeaf {
  Truth truth = Truth::kFalse;  // kError for any error
  uint32_t leaf = 0;
};

struct LogicTree {
  enum class Operator : uint8_t { kLeaf, kNot, kAnd, kOr, kConditional };
  Operator op = Operator::kLeaf;
  std::vector<LogicTree> operands;
  uint32_t leaves = 1;

  // With the leaves' texts, in order.
  std::string Text(const std::vector<std::string>& leaf_texts) const;
  // With the leaves from `first` on.
  TruthOrLeaf Expected(const Leaves& values, uint32_t first = 0) const;
};

// All trees with exactly that many operators.
std::vector<LogicTree> LogicTrees(uint32_t operators);

}  // namespace writ::exhaustive
