// The parser's errors in plain words.
// Tested by tests/compiler/yaml/yaml_test.cc
#include "compiler/yaml/syntax.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "compiler/diagnostic.h"
#include "compiler/yaml/lines.h"

namespace writ::yaml {
namespace {

namespace Said = YAML::ErrorMsg;

constexpr std::string_view kBreaks = " \t\r\n";

// What the parser says, what it means, what to do. Errors that need a look at the text are told
// apart below.
struct Words {
  std::string_view said;
  std::string_view message;
  std::string_view hint;
};

const std::array kWords = {
    Words{Said::END_OF_MAP, "this does not fit the YAML mapping around it: expected \"key: value\"",
          "indent the keys of one mapping alike; put text with special characters in quotes"},
    Words{Said::END_OF_SEQ, "this does not fit the YAML list around it: expected another \"- \"",
          "indent the entries of one list alike; put text with special characters in quotes"},
    Words{Said::BLOCK_ENTRY, "a YAML list entry (\"- \") cannot stand here",
          "put it on a line of its own below its key, indented like its neighbours"},
    Words{Said::MAP_KEY, "a YAML key cannot stand here", "put it on a line of its own"},
    Words{Said::MAP_VALUE, "no YAML key may stand before this \":\"",
          "put text that holds a colon in quotes; indent the keys of one mapping alike"},
    Words{Said::ANCHOR_NOT_FOUND, "a YAML anchor needs a name after its \"&\"",
          "if this is text, put it in quotes"},
    Words{Said::CHAR_IN_ANCHOR, "this character cannot stand in the name of a YAML anchor",
          "if this is text, put it in quotes"},
    Words{Said::ALIAS_NOT_FOUND, "a YAML alias needs a name after its \"*\"",
          "if this is a glob, put it in quotes: \"*\""},
    Words{Said::CHAR_IN_ALIAS, "this character cannot stand in the name of a YAML alias",
          "if this is a glob, put it in quotes"},
    Words{Said::CHAR_IN_TAG_HANDLE, "this character cannot stand in a YAML tag",
          "if this is text, put it in quotes"},
    Words{Said::TAG_WITH_NO_SUFFIX, "a YAML tag needs a name, as in !!str",
          "if this is text, put it in quotes"},
    Words{Said::END_OF_VERBATIM_TAG, "this YAML tag lacks its closing \">\"",
          "if this is text, put it in quotes"},
    Words{Said::MULTIPLE_TAGS, "a YAML node can have one tag only", "remove one of them"},
    Words{Said::MULTIPLE_ANCHORS, "a YAML node can have one anchor only", "remove one of them"},
    Words{Said::ZERO_INDENT_IN_BLOCK, "a YAML block text cannot be indented by 0",
          "leave the number out"},
    Words{Said::CHAR_IN_BLOCK, "nothing but a comment may follow the sign of a YAML block text",
          "start the text on the next line, or put it in quotes"},
    Words{Said::YAML_DIRECTIVE_ARGS, "the directive %YAML needs one version", "write %YAML 1.2"},
    Words{Said::REPEATED_YAML_DIRECTIVE, "the directive %YAML stands twice", "remove one of them"},
    Words{Said::YAML_MAJOR_VERSION, "YAML of this version cannot be read", "write %YAML 1.2"},
    Words{Said::TAG_DIRECTIVE_ARGS, "the YAML directive %TAG needs a handle and a prefix",
          "remove it"},
    Words{Said::REPEATED_TAG_DIRECTIVE, "the YAML directive %TAG stands twice for one handle",
          "remove one of them"},
    Words{Said::BAD_FILE, "this YAML is nested too deep", "nest less"},
};

std::string Word(std::string_view text, size_t offset) {
  const size_t end = std::min(text.find_first_of(" \t\r\n,]}", offset), text.size());
  return std::string(text.substr(offset, end - offset));
}

uint32_t LengthOf(std::string_view word) {
  return static_cast<uint32_t>(std::max<size_t>(1, CountCharacters(word)));
}

// The whole character at `offset`.
std::string_view CharacterAt(std::string_view text, size_t offset) {
  if (offset >= text.size()) return {};
  size_t end = offset + 1;
  while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
  return text.substr(offset, end - offset);
}

Explanation UnknownAlias(std::string_view text, size_t at) {
  const std::string word = Word(text, at);
  return {at, LengthOf(word), fmt::format("YAML alias {} has no anchor above it", Quote(word)),
          fmt::format("if this is a glob or other text, put it in quotes: {}", Quote(word))};
}

uint32_t LineOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  return static_cast<uint32_t>(1 + std::count(before.begin(), before.end(), '\n'));
}

// An escape that was read before the parser gave up: where its backslash is, and what is wrong.
Explanation BadEscape(const Failure& failure, std::string_view said) {
  const size_t slash = failure.text.rfind('\\', failure.at == 0 ? 0 : failure.at - 1);
  const size_t from = slash == std::string_view::npos ? failure.at : slash;
  const uint32_t length = LengthOf(failure.text.substr(from, failure.at - from));
  if (said == Said::INVALID_HEX) {
    return {from, length, "this YAML escape needs hexadecimal digits",
            "write \\x and two digits, \\u and four, or \\\\ for a backslash"};
  }
  if (said.starts_with(Said::INVALID_UNICODE)) {
    return {from, length, "this YAML escape stands for no character",
            "write a character beyond U+FFFF as \\U and eight digits, or as it is"};
  }
  return {from, 2,
          fmt::format("\\{} is no escape that YAML knows", CharacterAt(failure.text, from + 1)),
          "write \\\\ for a backslash, or use single quotes, in which nothing is an escape"};
}

bool IsAboutEscape(std::string_view said) {
  return said == Said::INVALID_HEX || said.starts_with(Said::INVALID_UNICODE) ||
         said.starts_with(Said::INVALID_ESCAPE);
}

// The error is between brackets, or at the one that closes them.
std::vector<Explanation> BadFlow(const Failure& failure) {
  const Openers open = FindOpeners(failure.text, failure.block, failure.at);
  const std::string_view here = CharacterAt(failure.text, failure.at);
  if (open.brackets.empty()) {
    return {{failure.at, 1,
             fmt::format("nothing that this YAML {} could close is open", Quote(here)),
             "remove it, or put the text it belongs to in quotes"}};
  }
  const size_t bracket = open.brackets.back();
  const std::string_view opener = failure.text.substr(bracket, 1);
  const std::string_view closer = opener == "[" ? "]" : "}";
  if (failure.text.find_first_not_of(kBreaks, failure.at) == std::string_view::npos) {
    return {{bracket, 1, fmt::format("this YAML \"{}\" is never closed", opener),
             fmt::format("close it with \"{}\"", closer)}};
  }
  const uint32_t line = LineOf(failure.text, bracket);
  const uint32_t end_line = LineOf(failure.text, failure.at);
  std::vector<Explanation> found;
  if (line != end_line) {
    found.push_back({bracket, 1,
                     fmt::format("this YAML \"{}\" is not closed before line {}, which does not "
                                 "fit into it",
                                 opener, end_line),
                     fmt::format("close it with \"{}\" where it should end", closer)});
  }
  found.push_back(
      {failure.at, 1,
       fmt::format("expected \",\" or \"{}\" in the YAML that \"{}\" opens on line {}", closer,
                   opener, line),
       "put text with special characters in quotes, since [ ] { } and , separate here"});
  return found;
}

// A line that is only a key, if the line with the error is the next one and is indented alike.
std::optional<Explanation> KeyWithoutColonAbove(const Failure& failure) {
  const std::string_view text = failure.text;
  const auto indent_of = [](std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
  };
  size_t end = text.rfind('\n', failure.at);
  if (end == std::string_view::npos) return std::nullopt;
  const size_t indent = indent_of(text.substr(end + 1));
  while (true) {
    const size_t feed = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    const size_t start = feed == std::string_view::npos ? 0 : feed + 1;
    std::string_view line = text.substr(start, end - start);
    line = line.substr(0, line.find_last_not_of(kBreaks) + 1);
    const size_t said = indent_of(line);
    if (said < line.size() && line[said] != '#') {
      if (said != indent || line.find_first_of(":[]{}|>#") != std::string_view::npos) break;
      return Explanation{start + said, LengthOf(line.substr(said)),
                         "expected \":\" after this YAML key",
                         "add it; if this continues the text above it, indent it"};
    }
    if (start == 0) break;
    end = start - 1;
  }
  return std::nullopt;
}

// Text that goes on behind the quote or bracket that ended it for YAML: where it starts.
std::optional<size_t> StartOfEndedText(const Failure& failure) {
  const std::string_view text = failure.text;
  const size_t last = text.find_last_not_of(" \t", failure.at == 0 ? 0 : failure.at - 1);
  if (last == std::string_view::npos || last >= failure.at) return std::nullopt;
  const size_t feed = text.rfind('\n', last);
  const size_t line = feed == std::string_view::npos ? 0 : feed + 1;
  const std::string_view openers = text[last] == ']'    ? "["
                                   : text[last] == '}'  ? "{"
                                   : text[last] == '"'  ? "\""
                                   : text[last] == '\'' ? "'"
                                                        : "";
  if (openers.empty()) return std::nullopt;
  // The value of the line's key, or its entry.
  for (size_t i = line; i < last; ++i) {
    const bool starts =
        i == line || (text[i - 1] == ' ' && i >= 2 && (text[i - 2] == ':' || text[i - 2] == '-'));
    if (starts && text[i] == openers[0]) return i;
  }
  return std::nullopt;
}

// What stands here fits nowhere. Maybe it was meant to stand in quotes: text in quotes that reaches
// from an earlier line up to here has lost its own closing quote.
std::vector<Explanation> Misfit(const Failure& failure, const Words& words) {
  if (const std::optional<size_t> start = StartOfEndedText(failure)) {
    const std::string_view opener = failure.text.substr(*start, 1);
    return {{failure.at, 1,
             fmt::format("for YAML the value that starts with {} ends before this", opener),
             fmt::format("put the whole value in single quotes: {}",
                         InSingleQuotes(failure.text, *start))}};
  }
  std::vector<Explanation> found;
  const ScalarLook look = LookAtScalar(failure.text, failure.last_node, {});
  const uint32_t line = LineOf(failure.text, failure.last_node);
  const uint32_t end_line = LineOf(failure.text, look.end);
  if (look.style == Node::Style::kQuoted && line != end_line && look.end <= failure.at &&
      end_line == LineOf(failure.text, failure.at)) {
    found.push_back({failure.last_node, look.length,
                     fmt::format("this YAML text in quotes reaches up to line {}", end_line),
                     "close it where it should end"});
  }
  if (words.said == Said::MAP_VALUE) {
    if (auto key = KeyWithoutColonAbove(failure)) found.push_back(std::move(*key));
  }
  found.push_back({failure.at, 1, std::string(words.message), std::string(words.hint)});
  return found;
}

struct Span {
  size_t begin;
  size_t size;
};

// The text between the commas and brackets of { } or [ ] that the error is in the middle of, on its
// line; commas in parentheses are its own. Nothing if it starts there.
std::optional<Span> FlowTextAround(const Failure& failure) {
  const std::string_view text = failure.text;
  size_t begin = failure.at;
  int open = 0;
  for (; begin > 0 && text[begin - 1] != '\n'; --begin) {
    const char c = text[begin - 1];
    if (c == ')') ++open;
    if (c == '(') --open;
    const bool value = c == ' ' && begin >= 2 && text[begin - 2] == ':';
    if (open <= 0 && (value || c == ',' || c == '[' || c == '{')) break;
  }
  begin = text.find_first_not_of(' ', begin);
  if (begin >= failure.at) return std::nullopt;
  size_t end = begin;
  for (open = 0; end < text.size() && text[end] != '\n'; ++end) {
    const char c = text[end];
    if (c == '(') ++open;
    if (c == ')') --open;
    if (open <= 0 && (c == ',' || c == ']' || c == '}')) break;
  }
  return Span{begin, end - begin};
}

Explanation BadStart(const Failure& failure) {
  if (failure.at >= failure.text.size()) {
    return {failure.at, 1, "the YAML ends where a value is expected", "add the value"};
  }
  const std::string_view first = CharacterAt(failure.text, failure.at);
  if (first == "?") {
    if (const std::optional<Span> around = FlowTextAround(failure)) {
      return {failure.at, 1, "YAML text inside { } and [ ] cannot hold this \"?\"",
              fmt::format("put the whole text in single quotes: {}",
                          InSingleQuotes(failure.text, around->begin, around->size))};
    }
  }
  return {failure.at, 1, fmt::format("YAML text cannot start with \"{}\" here", first),
          fmt::format("put it in quotes: {}", InSingleQuotes(failure.text, failure.at))};
}

}  // namespace

Explanation ExplainUnclosedQuote(size_t offset) {
  return {offset, 1, "this YAML text in quotes is never closed",
          "close it with the same quote it opens with"};
}

std::vector<Explanation> Explain(const YAML::Exception& error, const Failure& failure) {
  const std::string_view said = error.msg;
  if (said == Said::UNKNOWN_ANCHOR) return {UnknownAlias(failure.text, failure.at)};
  if (said == Said::EOF_IN_SCALAR) {
    const Openers open = FindOpeners(failure.text, failure.block, failure.text.size());
    return {ExplainUnclosedQuote(open.quote.value_or(failure.at))};
  }
  if (IsAboutEscape(said)) return {BadEscape(failure, said)};
  if (said == Said::END_OF_MAP_FLOW || said == Said::END_OF_SEQ_FLOW || said == Said::FLOW_END) {
    return BadFlow(failure);
  }
  if (said == Said::UNKNOWN_TOKEN) return {BadStart(failure)};
  const auto words = std::find_if(kWords.begin(), kWords.end(),
                                  [said](const Words& known) { return known.said == said; });
  if (words != kWords.end()) {
    // These two are placed behind their sign.
    const bool nameless = said == Said::ALIAS_NOT_FOUND || said == Said::ANCHOR_NOT_FOUND;
    return Misfit({failure.text, failure.at - (nameless ? 1 : 0), failure.last_node, failure.block},
                  *words);
  }
  return {{failure.at, 1, fmt::format("this is no YAML: {}", said),
           "put text with special characters in quotes"}};
}

}  // namespace writ::yaml
