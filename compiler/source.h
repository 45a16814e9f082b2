// A policy's or suite's text, and how a byte of it is shown to a person.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

// May stand at the start of a source; it is no part of its first line.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Where something stands in a source: 1-based; columns count code points, as editors do.
// Line 0 means "nowhere in particular".
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
  friend bool operator==(const Position&, const Position&) = default;
  friend auto operator<=>(const Position&, const Position&) = default;
};

// Immutable once made. At most 4 GiB; who reads one bounds it well below. Any bytes will do: one
// that is no part of valid UTF-8 counts as a character.
class Source {
 public:
  // `name` is shown in diagnostics; it is the path as the user gave it.
  Source(std::string name, std::string text);

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  // The text of a line without its line end; empty for lines that do not exist.
  std::string_view Line(uint32_t line) const;
  // How many characters a line has, and `count` of them after the first `first`; fewer, or none,
  // where the line ends. Neither walks a long line.
  size_t Width(uint32_t line) const;
  std::string_view Cut(uint32_t line, size_t first, size_t count) const;
  uint32_t line_count() const { return static_cast<uint32_t>(line_starts_.size()); }
  Position At(size_t byte_offset) const;

 private:
  size_t CharactersBefore(size_t byte_offset) const;
  // REQUIRES: characters <= CharactersBefore(text().size()).
  size_t OffsetOf(size_t characters) const;

  std::string name_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
  // The offset of every kStride-th character, so that At() need not walk a long line.
  std::vector<uint32_t> landmarks_;
};

}  // namespace writ
