// What variables need.
// Tested by tests/compiler/emit/variable_needs_test.cc.
#include "compiler/emit/variable_needs.h"

#include <algorithm>
#include <bit>

namespace writ {
namespace {

constexpr uint32_t kBits = 64;

}  // namespace

VariableNeeds::VariableNeeds(const Policy& policy)
    : first_(policy.first_variable), count_(static_cast<uint32_t>(policy.variables.size())) {
  for (uint32_t i = 0; i < count_; ++i) {
    Set needs(count_ / kBits + 1);
    for (const uint32_t named : NamedIn(policy.variables[i].expression)) {
      for (size_t word = 0; word < needs.size(); ++word) needs[word] |= needs_[named][word];
    }
    needs[i / kBits] |= uint64_t{1} << (i % kBits);
    needs_.push_back(std::move(needs));
  }
}

std::vector<uint32_t> VariableNeeds::NamedIn(const Expression& expression) const {
  std::vector<uint32_t> named;
  for (const cel::Reference& reference : expression.checked.references) {
    if (reference.kind != cel::Reference::Kind::kVariable || reference.index < first_) continue;
    if (reference.index - first_ < count_) named.push_back(reference.index - first_);
  }
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  return named;
}

std::vector<uint32_t> VariableNeeds::All(const std::vector<uint32_t>& named) const {
  if (named.empty()) return {};
  Set all(count_ / kBits + 1);
  for (const uint32_t variable : named) {
    for (size_t word = 0; word < all.size(); ++word) all[word] |= needs_[variable][word];
  }
  std::vector<uint32_t> found;
  for (uint32_t word = 0; word < all.size(); ++word) {
    for (uint64_t bits = all[word]; bits != 0; bits &= bits - 1) {
      found.push_back(word * kBits + static_cast<uint32_t>(std::countr_zero(bits)));
    }
  }
  return found;
}

}  // namespace writ
