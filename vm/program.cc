// What a program says of itself.
// Tested by tests/vm/program_test.cc.
#include "vm/program.h"

#include <algorithm>

namespace writ {

std::string_view WindowName(Window window) {
  switch (window) {
    case Window::kMinute: return "minute";
    case Window::kHour: return "hour";
    case Window::kDay: return "day";
  }
  return "?";
}

bool Program::Hides(std::string_view tool) const {
  return hides_all || std::binary_search(hidden.begin(), hidden.end(), tool);
}

}  // namespace writ
