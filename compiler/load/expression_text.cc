// Strings and comments of expressions; templates.
// Tested by tests/compiler/load/expression_text_test.cc
#include "compiler/load/expression_text.h"

#include <algorithm>

namespace writ {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

struct StringEnd {
  size_t at;  // behind the closing quotes; where there are none, the end of its line
  bool closed;
};

// Of the string literal whose quote is at `at`.
StringEnd FindStringEnd(std::string_view text, size_t at) {
  const bool raw = at > 0 && (text[at - 1] == 'r' || text[at - 1] == 'R');
  const std::string three(3, text[at]);
  const std::string_view quotes =
      text.substr(at, 3) == three ? std::string_view(three) : text.substr(at, 1);
  size_t i = at + quotes.size();
  while (i < text.size() && text.substr(i, quotes.size()) != quotes) {
    if (quotes.size() == 1 && text[i] == '\n') return {i, false};
    i += text[i] == '\\' && !raw ? 2 : 1;
  }
  if (i >= text.size()) return {text.size(), false};
  return {i + quotes.size(), true};
}

bool IsQuote(char c) {
  return c == '"' || c == '\'';
}

}  // namespace

std::optional<size_t> FindComment(std::string_view expression) {
  for (size_t i = 0; i < expression.size();) {
    if (IsQuote(expression[i])) {
      i = FindStringEnd(expression, i).at;
    } else if (expression.substr(i, 2) == "//") {
      return i;
    } else {
      ++i;
    }
  }
  return std::nullopt;
}

bool EndsOpen(std::string_view expression) {
  size_t open = 0;
  for (size_t i = 0; i < expression.size();) {
    const char c = expression[i];
    if (IsQuote(c)) {
      const StringEnd end = FindStringEnd(expression, i);
      if (!end.closed) return true;
      i = end.at;
      continue;
    }
    if (c == '(' || c == '[' || c == '{') ++open;
    if ((c == ')' || c == ']' || c == '}') && open > 0) --open;
    ++i;
  }
  return open > 0;
}

std::optional<size_t> FindClosingBrace(std::string_view text, size_t begin) {
  size_t open = 0;
  for (size_t i = begin; i < text.size();) {
    const char c = text[i];
    if (IsQuote(c)) {
      i = FindStringEnd(text, i).at;
      continue;
    }
    if (c == '{') ++open;
    if (c == '}' && open-- == 0) return i;
    ++i;
  }
  return std::nullopt;
}

std::vector<TemplatePart> SplitTemplate(std::string_view text) {
  std::vector<TemplatePart> parts;
  TemplatePart words;
  const auto finish_words = [&] {
    if (!words.text.empty()) parts.push_back(words);
    words = {};
  };
  for (size_t i = 0; i < text.size();) {
    if (text.substr(i, 3) == "$${") {
      words.text += "${";
      i += 3;
    } else if (text.substr(i, 2) != "${") {
      words.text += text[i++];
    } else {
      finish_words();
      const std::optional<size_t> close = FindClosingBrace(text, i + 2);
      if (!close) {
        parts.push_back({true, std::string(text.substr(i)), i, false});
        return parts;
      }
      const size_t begin = std::min(text.find_first_not_of(kBlanks, i + 2), *close);
      const size_t last = text.find_last_not_of(kBlanks, *close - 1);
      const size_t end = std::max(begin, last + 1);
      parts.push_back(
          {true, std::string(text.substr(begin, end - begin)), begin == end ? i : begin, true});
      i = *close + 1;
    }
  }
  finish_words();
  return parts;
}

}  // namespace writ
