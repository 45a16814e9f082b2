// Names and globs of tools as sets.
// Tested by tests/compiler/lint/tool_sets_test.cc.
#include "compiler/lint/tool_sets.h"

#include <algorithm>

#include "vm/glob.h"

namespace writ {
namespace {

// Of two globs, characters of one times those of the other.
constexpr size_t kMaxProduct = 1 << 16;

}  // namespace

// A star of the part stands for what only a star of the whole can stand for.
bool Covers(std::string_view whole, std::string_view part) {
  if (whole.size() * part.size() > kMaxProduct) return whole == part;
  return GlobMatches(part, whole);
}

bool AreDisjoint(std::string_view a, std::string_view b) {
  if (a.size() * b.size() > kMaxProduct) return false;
  // below[j]: whether a text fits a from i + 1 and b from j on; row[j]: from i and j on.
  std::vector<bool> below(b.size() + 1);
  std::vector<bool> row(b.size() + 1);
  for (size_t i = a.size() + 1; i-- > 0;) {
    for (size_t j = b.size() + 1; j-- > 0;) {
      const bool star_a = i < a.size() && a[i] == '*';
      const bool star_b = j < b.size() && b[j] == '*';
      bool fits = i == a.size() && j == b.size();
      if (star_a) fits = fits || below[j] || (j < b.size() && row[j + 1]);
      if (star_b) fits = fits || row[j + 1] || (i < a.size() && below[j]);
      if (!star_a && !star_b && i < a.size() && j < b.size() && a[i] == b[j]) {
        fits = below[j + 1];
      }
      row[j] = fits;
    }
    below.swap(row);
  }
  return !below[0];
}

bool Covers(const std::vector<ToolPattern>& whole, const std::vector<ToolPattern>& part) {
  const auto covered = [&whole](std::string_view pattern) {
    return whole.empty() ||
           std::any_of(whole.begin(), whole.end(),
                       [pattern](const ToolPattern& one) { return Covers(one.text, pattern); });
  };
  if (part.empty()) return covered("*");
  return std::all_of(part.begin(), part.end(),
                     [&covered](const ToolPattern& one) { return covered(one.text); });
}

std::string_view WhyNeverCalled(const Policy& policy, std::string_view tools) {
  const auto is_hidden = [&policy](std::string_view pattern) {
    return std::any_of(
        policy.hide.begin(), policy.hide.end(),
        [pattern](const ToolPattern& hidden) { return Covers(hidden.text, pattern); });
  };
  if (is_hidden(tools)) return "they are hidden";
  if (!policy.default_deny) return {};
  const bool none_is_allowed =
      std::all_of(policy.allow.begin(), policy.allow.end(), [&](const ToolPattern& allowed) {
        return AreDisjoint(allowed.text, tools) || is_hidden(allowed.text);
      });
  return none_is_allowed ? "allow lists none of them" : std::string_view();
}

}  // namespace writ
