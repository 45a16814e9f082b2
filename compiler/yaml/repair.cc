// Mending scalars.
// Tested by tests/compiler/yaml/yaml_test.cc
#include "compiler/yaml/repair.h"

#include <algorithm>
#include <optional>

#include "vm/utf8.h"

namespace writ::yaml {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

std::string WithUtf8Escapes(const std::string& value) {
  std::string mended;
  for (size_t i = 0; i < value.size();) {
    const size_t length = Utf8Length(value.data() + i);
    if (length == 0) mended += '\xC2';
    mended.append(value, i, std::max<size_t>(1, length));
    i += std::max<size_t>(1, length);
  }
  return mended;
}

size_t CountBreaks(std::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string EndingInBreaks(std::string value, size_t breaks) {
  value.erase(value.find_last_not_of('\n') + 1);
  return value.append(breaks, '\n');
}

// `quoted` is the scalar with its quotes.
std::string WithLastBreaks(std::string_view quoted, std::string value) {
  const std::string_view inside = quoted.substr(1, quoted.size() - 2);
  const size_t said = inside.find_last_not_of(kWhite) + 1;
  const size_t breaks = CountBreaks(inside.substr(said));
  // An escape there could itself be a line break; the parser keeps what follows one.
  const std::string_view last = inside.substr(0, said).substr(said < 10 ? 0 : said - 10);
  const bool escape = quoted[0] == '"' && last.find('\\') != std::string_view::npos;
  if (breaks < 2 || escape) return value;
  return EndingInBreaks(std::move(value), breaks - 1);
}

// How many line breaks end the block text whose sign is at `offset`, those of blank lines included.
// With `all_blank` the first line that is not blank is behind its end.
size_t CountLastBreaks(std::string_view text, size_t offset, bool all_blank) {
  std::optional<size_t> indent;
  size_t breaks = 0;
  for (size_t feed = text.find('\n', offset); feed < text.size();) {
    const size_t start = feed + 1;
    const size_t said = std::min(text.find_first_not_of(' ', start), text.size());
    const bool blank = said == text.size() || text[said] == '\n' || text[said] == '\r';
    if (!blank || (indent && said - start > *indent)) {
      if (all_blank || (indent && said - start < *indent)) break;
      if (!indent) indent = said - start;
      breaks = 0;
    }
    feed = text.find('\n', said);
    if (feed < text.size()) ++breaks;
  }
  return breaks;
}

}  // namespace

std::string RepairValue(std::string_view text, size_t offset, const ScalarLook& look,
                        const std::string& value) {
  if (look.style == Node::Style::kQuoted) {
    return WithLastBreaks(text.substr(offset, look.end - offset), WithUtf8Escapes(value));
  }
  // With an indentation in it ("2+"), the sign does not tell where the text ends without more ado.
  const std::string_view sign = text.substr(offset, look.end - offset);
  if (sign == ">+") {
    const bool all_blank = value.find_first_not_of('\n') == std::string::npos;
    return EndingInBreaks(value, CountLastBreaks(text, offset, all_blank));
  }
  return value;
}

}  // namespace writ::yaml
