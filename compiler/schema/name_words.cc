// Taking names apart.
// Tested by tests/cli/scan.py and tests/policies/schemas.
#include "compiler/schema/name_words.h"

namespace writ {

std::vector<std::string> WordsOf(std::string_view name) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::vector<std::string> words;
  bool in_word = false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_lower(c) && !is_upper(c)) {
      in_word = false;
      continue;
    }
    const bool hump = is_upper(c) && i > 0 &&
                      (is_lower(name[i - 1]) || (i + 1 < name.size() && is_lower(name[i + 1])));
    if (!in_word || hump) words.emplace_back();
    in_word = true;
    words.back() += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

}  // namespace writ
