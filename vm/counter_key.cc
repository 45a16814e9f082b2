// Keys of counters.
// Tested by tests/vm/counter_key_test.cc.
#include "vm/counter_key.h"

#include <charconv>

#include "vm/json_text.h"

namespace writ {
namespace {

template <typename Number>
void AppendNumber(Number number, std::string& text) {
  char buffer[32];
  text.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
}

}  // namespace

bool AppendCounterKey(const Value& value, std::string& text) {
  const size_t start = text.size();
  switch (value.tag) {
    case Tag::kBool: text += value.i != 0 ? "true" : "false"; break;
    case Tag::kInt: AppendNumber(value.i, text); break;
    case Tag::kUint: AppendNumber(value.u, text); break;
    case Tag::kString:
      if (value.size > kMaxCounterKeyBytes) return false;
      AppendJsonString(value.view(), text);
      break;
    default: return false;
  }
  return text.size() - start <= kMaxCounterKeyBytes;
}

}  // namespace writ
