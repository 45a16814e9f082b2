// What is said where the grammar meets text it does not expect.
// Tested by tests/grammar/mistakes_test.cc.
#include "grammar/mistakes.h"

#include "grammar/messages.h"

namespace writ::cel {

SyntaxError Explain(Expected expected, const Place& place) {
  if (place.at == place.source.size() && place.bracket == '\0') {
    return Report(Fault::kEmpty, place.at, 1);
  }
  const std::string shown = Excerpt(place.source.substr(place.at, 1));
  return Report(expected == Expected::kOperand ? Fault::kMissingOperand : Fault::kMissingOperator,
                place.at, 1, {shown});
}

}  // namespace writ::cel
