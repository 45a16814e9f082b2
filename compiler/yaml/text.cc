// Checks of a YAML source's characters and documents.
// Tested by tests/compiler/yaml/yaml_test.cc
#include "compiler/yaml/text.h"

#include <fmt/core.h>

#include <algorithm>

#include "compiler/yaml/lines.h"
#include "compiler/yaml/yaml.h"
#include "vm/utf8.h"

namespace writ::yaml {
namespace {

constexpr std::string_view kCharacterHint =
    "remove it, or write it in double quotes as an escape: ";

std::string HintForEncoding(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return "the file looks like UTF-16; save it as UTF-8";
  }
  return "save the file as UTF-8";
}

bool EndsLineForSomeReaders(uint32_t c) {
  return c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool IsForbidden(uint32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7F && c < 0xA0) ||
         c == 0xFEFF || c == 0xFFFE || c == 0xFFFF;
}

std::string Escaped(uint32_t c) {
  return c <= 0xFF ? fmt::format("\"\\x{:02X}\"", c) : fmt::format("\"\\u{:04X}\"", c);
}

bool IsMarker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) && (line.size() == 3 || line.find_first_of(" \t\r") == 3);
}

// The rest of a line, without the blanks before it and what is a comment.
std::string_view Content(std::string_view line) {
  const size_t start = line.find_first_not_of(" \t\r");
  if (start == std::string_view::npos || line[start] == '#') return {};
  return line.substr(start);
}

}  // namespace

void CheckCharacters(Report& report) {
  const std::string_view text = report.source().text();
  if (text.size() > kMaxYamlBytes) {
    report.Fatal(0, 1,
                 fmt::format("the YAML is too large: {} bytes, and at most {} are read",
                             text.size(), kMaxYamlBytes),
                 "split it, or move long lists out of it");
  }
  size_t i = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (i < text.size()) {
    // A source's text is a std::string, so a null follows it, as Utf8Length asks.
    const size_t length = Utf8Length(text.data() + i);
    if (length == 0) {
      report.Fatal(i, 1,
                   fmt::format("byte 0x{:02X} is not valid UTF-8, which YAML must be written in",
                               static_cast<unsigned char>(text[i])),
                   HintForEncoding(text));
    }
    std::string_view rest = text.substr(i, length);
    const uint32_t c = TakeCodePoint(rest);
    if (IsForbidden(c) && !EndsLineForSomeReaders(c)) {
      report.Error(i, 1, fmt::format("control character U+{:04X} is not allowed in YAML", c),
                   fmt::format("{}{}", kCharacterHint, Escaped(c)));
    } else if (EndsLineForSomeReaders(c)) {
      report.Error(i, 1,
                   fmt::format("character U+{:04X} ends a line for some YAML readers only", c),
                   fmt::format("{}{}", kCharacterHint, Escaped(c)));
    } else if (c == '\r' && text.substr(i + 1, 1) != "\n") {
      report.Error(i, 1, "a carriage return character must stand directly before a line feed",
                   "end the lines of YAML with LF or CR LF");
    }
    i += length;
  }
}

DocumentText FindDocument(Report& report) {
  const std::string_view text = report.source().text();
  // The parser would fold the blanks of a last line that has no end into the text above it.
  const size_t said = text.find_last_not_of(" \t");
  const bool ends_in_blanks = said != std::string_view::npos && text[said] == '\n';
  DocumentText document{ends_in_blanks ? text.substr(0, said + 1) : text};
  document.begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;

  constexpr std::string_view kOneDocument =
      "put everything into one document, or into files of their own";
  enum { kBefore, kInside, kAfter } place = kBefore;
  bool directives = false;
  for (size_t start = document.begin; start < text.size();) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    const bool begins = IsMarker(line, "---");
    const bool ends = IsMarker(line, "...");
    const std::string_view content = Content(begins || ends ? line.substr(3) : line);
    const size_t content_at = static_cast<size_t>(content.data() - text.data());

    if (place == kAfter ? begins : begins && place == kInside) {
      if (place == kInside) document.text = text.substr(0, start);
      report.Error(start, 3, "a second YAML document starts here, but only one is expected",
                   std::string(kOneDocument));
      return document;
    }
    if (place == kAfter || ends) {
      if (place == kInside) document.text = text.substr(0, start);
      if (place == kBefore) {
        report.Fatal(start, 3, "this ends a YAML document before it has begun", "remove the line");
      }
      place = kAfter;
      if (!content.empty()) {
        report.Error(content_at, 1, "text after the end of the YAML document, but only one is read",
                     "remove the \"...\" above it or the text");
        return document;
      }
    } else if (place == kBefore && line.starts_with('%')) {
      directives = true;
    } else if (begins || !content.empty()) {
      if (place == kBefore && directives && !begins) {
        report.Fatal(content_at, 1, "YAML directives must be followed by a line \"---\"",
                     "add the line \"---\" above this one, or remove the lines with %");
      }
      place = kInside;
      document.empty = false;
    }
    start = end + 1;
  }
  return document;
}

void CheckIndentation(std::string_view text, size_t offset, Report& report) {
  if (const auto tab = FindTabInIndentation(text, offset)) {
    report.Fatal(*tab, 1, "a tab cannot indent YAML", "indent with spaces");
  }
}

}  // namespace writ::yaml
