// A source's lines and characters.
// Tested by tests/compiler/source_test.cc
#include "compiler/source.h"

#include <algorithm>
#include <utility>

#include "vm/utf8.h"

namespace writ {
namespace {

constexpr size_t kStride = 64;

// REQUIRES: `text` is null-terminated, which Utf8Length asks for.
size_t CharacterLength(const std::string& text, size_t offset) {
  return std::max<size_t>(1, Utf8Length(text.data() + offset));
}

}  // namespace

Source::Source(std::string name, std::string text)
    : name_(std::move(name)), text_(std::move(text)) {
  size_t offset = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  line_starts_.push_back(static_cast<uint32_t>(offset));
  for (size_t characters = 0; offset < text_.size(); ++characters) {
    if (characters % kStride == 0) landmarks_.push_back(static_cast<uint32_t>(offset));
    const size_t next = offset + CharacterLength(text_, offset);
    if (text_[offset] == '\n') line_starts_.push_back(static_cast<uint32_t>(next));
    offset = next;
  }
}

std::string_view Source::Line(uint32_t line) const {
  if (line == 0 || line > line_count()) return {};
  const size_t start = line_starts_[line - 1];
  const size_t end = line < line_count() ? line_starts_[line] - 1 : text_.size();
  std::string_view found = std::string_view(text_).substr(start, end - start);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

size_t Source::Width(uint32_t line) const {
  const std::string_view text = Line(line);
  if (text.empty()) return 0;
  const auto start = static_cast<size_t>(text.data() - text_.data());
  return CharactersBefore(start + text.size()) - CharactersBefore(start);
}

std::string_view Source::Cut(uint32_t line, size_t first, size_t count) const {
  const size_t width = Width(line);
  if (first >= width) return {};
  const size_t before = CharactersBefore(line_starts_[line - 1]) + first;
  const size_t start = OffsetOf(before);
  const size_t end = OffsetOf(before + std::min(count, width - first));
  return std::string_view(text_).substr(start, end - start);
}

Position Source::At(size_t byte_offset) const {
  const size_t offset = std::clamp<size_t>(byte_offset, line_starts_.front(), text_.size());
  const auto line = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const size_t column = CharactersBefore(offset) - CharactersBefore(*(line - 1)) + 1;
  return {static_cast<uint32_t>(line - line_starts_.begin()), static_cast<uint32_t>(column)};
}

size_t Source::OffsetOf(size_t characters) const {
  const size_t landmark = characters / kStride;
  if (landmark >= landmarks_.size()) return text_.size();  // as many as there are
  size_t offset = landmarks_[landmark];
  for (size_t i = landmark * kStride; i < characters; ++i) {
    offset += CharacterLength(text_, offset);
  }
  return offset;
}

size_t Source::CharactersBefore(size_t byte_offset) const {
  const auto next = std::upper_bound(landmarks_.begin(), landmarks_.end(), byte_offset);
  if (next == landmarks_.begin()) return 0;
  size_t offset = *(next - 1);
  size_t characters = static_cast<size_t>(next - 1 - landmarks_.begin()) * kStride;
  while (offset < byte_offset) {
    offset += CharacterLength(text_, offset);
    ++characters;
  }
  return offset > byte_offset ? characters - 1 : characters;  // in the middle of a character
}

}  // namespace writ
