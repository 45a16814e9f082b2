// Looking things up in a YAML text.
// Tested by tests/compiler/yaml/yaml_test.cc
#include "compiler/yaml/lines.h"

#include <algorithm>

#include "vm/utf8.h"

namespace writ::yaml {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kWhite = " \t\r\n";
constexpr std::string_view kLineEnds = "\r\n";
constexpr std::string_view kFlowIndicators = "[]{},";

bool Has(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

size_t LineStart(std::string_view text, size_t offset) {
  const size_t feed = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return feed == std::string_view::npos ? 0 : feed + 1;
}

size_t SkipWhiteAndComments(std::string_view text, size_t offset) {
  while (offset < text.size()) {
    if (text[offset] == '#') {
      offset = std::min(text.find('\n', offset), text.size());
    } else if (Has(kWhite, text[offset])) {
      ++offset;
    } else {
      break;
    }
  }
  return offset;
}

// The end of the quoted text that opens at `offset`: behind its closing quote, or text.size() + 1
// if there is none.
size_t QuotedEnd(std::string_view text, size_t offset) {
  const char quote = text[offset];
  for (size_t i = offset + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return text.size() + 1;
}

// The end of the anchor or tag at `offset`.
size_t PropertyEnd(std::string_view text, size_t offset) {
  const bool verbatim = text.substr(offset).starts_with("!<");
  while (offset < text.size() && !Has(kWhite, text[offset])) {
    if (!verbatim && Has(kFlowIndicators, text[offset])) break;
    ++offset;
  }
  return offset;
}

uint32_t Length(std::string_view text) {
  return static_cast<uint32_t>(std::max<size_t>(1, CountCharacters(text)));
}

}  // namespace

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(CountCodePoints(text));
}

std::string InSingleQuotes(std::string_view text, size_t offset, size_t size) {
  constexpr size_t kMaxShown = 80;
  std::string_view line =
      text.substr(offset, size).substr(0, text.find_first_of(kLineEnds, offset) - offset);
  line = line.substr(0, line.find(" #"));
  line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
  if (line.size() > kMaxShown) return "'…'";
  std::string quoted = "'";
  for (const char c : line) {
    quoted += c;
    if (c == '\'') quoted += c;
  }
  return quoted + "'";
}

size_t SkipProperties(std::string_view text, size_t offset) {
  while (offset < text.size() && (text[offset] == '&' || text[offset] == '!')) {
    offset = PropertyEnd(text, offset);
    if (offset < text.size() && !Has(kWhite, text[offset])) return offset;
    offset = SkipWhiteAndComments(text, offset);
  }
  return offset;
}

std::string_view WrittenTag(std::string_view text, size_t offset) {
  while (offset < text.size() && text[offset] == '&') {
    offset = SkipWhiteAndComments(text, PropertyEnd(text, offset));
  }
  if (offset >= text.size() || text[offset] != '!') return {};
  return text.substr(offset, PropertyEnd(text, offset) - offset);
}

ScalarLook LookAtScalar(std::string_view text, size_t offset, std::string_view value) {
  const char first = offset < text.size() ? text[offset] : '\0';
  // How far the scalar goes; never looked for beyond it, since lines can be long.
  Node::Style style = Node::Style::kPlain;
  size_t end = offset;
  bool closed = true;
  if (first == '|' || first == '>') {
    style = first == '|' ? Node::Style::kLiteral : Node::Style::kFolded;
    end = std::min(text.find_first_of(kWhite, offset), text.size());
  } else if (first == '"' || first == '\'') {
    style = Node::Style::kQuoted;
    end = QuotedEnd(text, offset);
    closed = end <= text.size();
    end = std::min(end, text.size());
  } else {
    // Plain text is its own value, as far as its first line goes.
    const std::string_view here = text.substr(offset, value.size());
    const auto differs = std::mismatch(here.begin(), here.end(), value.begin(), value.end());
    end = offset + static_cast<size_t>(differs.first - here.begin());
  }
  const std::string_view whole = text.substr(offset, end - offset);
  return {style, Length(whole.substr(0, whole.find_first_of(kLineEnds))), end, closed};
}

size_t FindKeyStart(std::string_view text, size_t offset) {
  if (offset == 0) return offset;
  const size_t mark = text.find_last_not_of(kWhite, offset - 1);
  if (mark == std::string_view::npos || text[mark] != '?' || mark + 1 == offset) return offset;
  // Only indicators stand before one; elsewhere it ends a comment or text.
  const std::string_view before = text.substr(LineStart(text, mark), mark - LineStart(text, mark));
  return before.find_first_not_of(" \t-?:") == std::string_view::npos ? mark : offset;
}

bool IsMarkedAsKey(std::string_view text, size_t start, size_t end) {
  const size_t after = text.find_first_not_of(kBlanks, end);
  if (after != std::string_view::npos && text[after] == ':') return true;
  return FindKeyStart(text, start) != start;
}

bool NullIsWrittenAt(std::string_view text, size_t offset) {
  const std::string_view rest = text.substr(std::min(offset, text.size()));
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (!rest.starts_with(word)) continue;
    if (rest.size() == word.size()) return true;
    const char next = rest[word.size()];
    return Has(kWhite, next) || Has(kFlowIndicators, next) || next == ':';
  }
  return false;
}

size_t FindEmptyEntry(std::string_view text, size_t next) {
  size_t end = std::min(next, text.size());
  while (true) {
    const size_t start = LineStart(text, end);
    // The entry's dash is the last of the indicators that its line starts with.
    std::optional<size_t> dash;
    for (size_t i = start; i < end; ++i) {
      if (Has(kBlanks, text[i])) continue;
      const bool indicator =
          Has("-?:", text[i]) && (i + 1 >= text.size() || Has(kWhite, text[i + 1]));
      if (!indicator) break;
      if (text[i] == '-') dash = i;
    }
    if (dash) return *dash;
    if (start == 0) return end;
    end = start - 1;
  }
}

std::optional<size_t> FindIndent(std::string_view text, size_t offset) {
  size_t start = std::min(offset, text.size());
  while (start > 0 && Has(kBlanks, text[start - 1])) --start;
  if (start == 0 || text[start - 1] == '\n') return offset - start;
  return std::nullopt;
}

std::optional<size_t> FindTabInIndentation(std::string_view text, size_t offset) {
  const std::optional<size_t> indent = FindIndent(text, offset);
  if (!indent) return std::nullopt;
  const size_t tab = text.find_first_not_of(' ', offset - *indent);
  return tab < text.size() && text[tab] == '\t' ? std::optional(tab) : std::nullopt;
}

Openers FindOpeners(std::string_view text, size_t from, size_t until) {
  Openers open;
  for (size_t i = from; i < until;) {
    const char c = text[i];
    const bool in_flow = !open.brackets.empty();
    const bool starts =
        i == from || Has(kWhite, text[i - 1]) || (in_flow && Has("[{,:", text[i - 1]));
    if (starts && c == '#') {
      i = std::min(text.find('\n', i), text.size());
    } else if (starts && (c == '"' || c == '\'')) {
      const size_t end = QuotedEnd(text, i);
      if (end > text.size()) open.quote = i;
      i = end;
    } else {
      if ((starts || in_flow) && (c == '[' || c == '{')) open.brackets.push_back(i);
      if (in_flow && (c == ']' || c == '}')) open.brackets.pop_back();
      ++i;
    }
  }
  return open;
}

}  // namespace writ::yaml
