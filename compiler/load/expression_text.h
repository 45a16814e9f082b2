// What must be known of an expression's text before it is parsed: where its strings and comments
// are. The text may be faulty; the parser says so.
//
// Tested by tests/compiler/load/expression_text_test.cc.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

// Where the first `//` comment starts.
std::optional<size_t> FindComment(std::string_view expression);

// Whether a string or a bracket is open at its end.
bool EndsOpen(std::string_view expression);

// Where the `}` is that closes an expression which starts at `begin`: braces may nest in it, and
// stand in its strings. nullopt if there is none.
std::optional<size_t> FindClosingBrace(std::string_view text, size_t begin);

// A message that holds expressions: "${args.path} is outside". `$${` stands for `${`.
struct TemplatePart {
  bool is_expression = false;
  std::string text;   // of an expression without the blanks around it
  size_t offset = 0;  // of `text` in the template; of an expression that is empty or never closes:
                      // of its `$`
  bool closed = true;
};

// Text and expressions in turn; the last part may be one that never closes.
std::vector<TemplatePart> SplitTemplate(std::string_view text);

}  // namespace writ
