// Tables as text.
// Tested by tests/cli/status_report_test.cc.
#include "cli/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr std::string_view kEllipsis = "…";
constexpr size_t kGap = 2;

// Drawn over the character before.
bool IsMark(uint32_t c) {
  constexpr std::pair<uint32_t, uint32_t> kMarks[] = {
      {0x300, 0x36F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF}, {0xFE20, 0xFE2F},
  };
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [c](const auto& range) { return c >= range.first && c <= range.second; });
}

// A heap of marks would cover the lines around it.
std::string WithFewMarks(std::string_view text) {
  constexpr size_t kMost = 2;
  std::string out;
  size_t marks = 0;
  while (!text.empty()) {
    std::string_view rest = text;
    marks = IsMark(TakeCodePoint(rest)) ? marks + 1 : 0;
    if (marks <= kMost) out += text.substr(0, text.size() - rest.size());
    text = rest;
  }
  return out;
}

// Characters of East Asia and pictures are two columns wide. Near enough: a table is no worse than
// crooked where it is not.
size_t WidthOf(uint32_t c) {
  constexpr std::pair<uint32_t, uint32_t> kWide[] = {
      {0x1100, 0x115F}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
      {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD},
  };
  if (IsMark(c)) return 0;
  for (const auto& [first, last] : kWide) {
    if (c >= first && c <= last) return 2;
  }
  return 1;
}

// Its front, as far as it fits.
std::string_view Front(std::string_view text, size_t most, size_t* taken) {
  std::string_view rest = text;
  *taken = 0;
  while (!rest.empty()) {
    std::string_view next = rest;
    const size_t width = WidthOf(TakeCodePoint(next));
    if (*taken + width > most) break;
    *taken += width;
    rest = next;
  }
  return text.substr(0, text.size() - rest.size());
}

}  // namespace

void AppendInked(std::string_view text, Ink ink, bool color, std::string& out) {
  constexpr std::string_view kCodes[] = {"",         "\x1b[1m",  "\x1b[2m",
                                         "\x1b[31m", "\x1b[32m", "\x1b[33m"};
  const bool is_inked = color && ink != Ink::kPlain && !text.empty();
  if (is_inked) out += kCodes[static_cast<size_t>(ink)];
  out += text;
  if (is_inked) out += "\x1b[0m";
}

size_t ColumnsOf(std::string_view shown) {
  size_t taken = 0;
  Front(shown, SIZE_MAX, &taken);
  return taken;
}

std::string ShownWithin(std::string_view text, size_t most) {
  // An escape is no longer than six times what it stands for, and nobody reads a whole book here.
  constexpr size_t kMostBytes = 4096;
  std::string shown = WithFewMarks(EscapeUnseen(CutToBytes(text, kMostBytes)));
  size_t taken = 0;
  if (Front(shown, most, &taken).size() == shown.size()) return shown;
  if (most == 0) return {};
  return std::string(Front(shown, most - 1, &taken)) + std::string(kEllipsis);
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  for (const Column& column : columns_) widths_.push_back(ColumnsOf(column.title));
}

void Table::Add(std::vector<Cell> cells) {
  for (size_t i = 0; i < columns_.size(); ++i) {
    cells[i].text = ShownWithin(cells[i].text, columns_[i].most);
    widths_[i] = std::max(widths_[i], ColumnsOf(cells[i].text));
  }
  rows_.push_back(std::move(cells));
}

void Table::DrawLine(const std::vector<Cell>& cells, size_t columns, bool color,
                     std::string& out) const {
  size_t used = 0;
  size_t owed = 0;  // spaces, not drawn at the end of a line
  for (size_t i = 0; i < cells.size(); ++i) {
    const size_t width = ColumnsOf(cells[i].text);
    const size_t pad = widths_[i] - width;
    owed += kGap + (columns_[i].to_the_right ? pad : 0);
    if (used + owed >= columns) break;
    if (width > 0) {
      out.append(owed, ' ');
      used += owed;
      owed = 0;
      const std::string text = ShownWithin(cells[i].text, columns - used);
      AppendInked(text, cells[i].ink, color, out);
      used += ColumnsOf(text);
    }
    owed += columns_[i].to_the_right ? 0 : pad;
  }
  out += '\n';
}

void Table::Draw(size_t columns, bool color, std::string& out) const {
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({std::string(column.title), Ink::kFaint});
  DrawLine(titles, columns, color, out);
  for (const std::vector<Cell>& row : rows_) DrawLine(row, columns, color, out);
}

void Sheet::Line(std::string_view text, Ink ink) {
  AppendInked(ShownWithin(text, style_.columns), ink, style_.color, text_);
  text_ += '\n';
}

void Sheet::Title(std::string_view title, std::string_view after) {
  text_ += '\n';
  const size_t width = std::min(style_.columns, title.size());
  AppendInked(title.substr(0, width), Ink::kBold, style_.color, text_);
  if (!after.empty() && style_.columns > width + 2) {
    text_ += "  " + ShownWithin(after, style_.columns - width - 2);
  }
  text_ += '\n';
}

void Sheet::Put(const Table& table, size_t more, std::string_view nothing) {
  if (table.empty()) return Line(fmt::format("  {}", nothing));
  table.Draw(style_.columns, style_.color, text_);
  if (more > 0) Line(fmt::format("  … and {} more: --json has them", more), Ink::kFaint);
}

}  // namespace writ
