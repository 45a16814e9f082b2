// What a program says of itself.
// Tested by tests/vm/program_test.cc.
#include "vm/program.h"

#include <algorithm>

#include "vm/glob.h"

namespace writ {

std::string WindowName(Window window) {
  if (window.is_session()) return "session";
  std::string name;
  if (window.sliding) name = "sliding ";
  constexpr struct {
    int64_t seconds;
    std::string_view one;
    char several;
  } kUnits[] = {{86400, "day", 'd'}, {3600, "hour", 'h'}, {60, "minute", 'm'}};
  for (const auto& unit : kUnits) {
    if (window.seconds == unit.seconds) return name.append(unit.one);
    if (window.seconds % unit.seconds == 0) {
      return name + std::to_string(window.seconds / unit.seconds) + unit.several;
    }
  }
  return name + std::to_string(window.seconds) + 's';
}

bool Program::Hides(std::string_view tool) const {
  return hides_all || std::binary_search(hidden.begin(), hidden.end(), tool) ||
         std::any_of(hidden_globs.begin(), hidden_globs.end(),
                     [tool](const std::string& glob) { return GlobMatches(tool, glob); });
}

bool Program::ErrorsAreDenials() const {
  return !policies.empty() &&
         std::all_of(policies.begin(), policies.end(), [](const PolicyOrigin& policy) {
           return policy.language == Language::kIntercept;
         });
}

const Recovery* Program::RecoveryOf(uint32_t instruction) const {
  const auto after = std::upper_bound(
      recoveries.begin(), recoveries.end(), instruction,
      [](uint32_t wanted, const Recovery& recovery) { return wanted < recovery.first; });
  if (after == recoveries.begin() || instruction > (after - 1)->last) return nullptr;
  return &*(after - 1);
}

}  // namespace writ
