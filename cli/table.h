// A table as text: columns as wide as what stands in them, lines no wider than the terminal.
//
// Tested by tests/cli/status_report_test.cc and tests/cli/bundles.py.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

enum class Ink : uint8_t { kPlain, kBold, kFaint, kRed, kGreen, kYellow };

// Appends the text in that colour, if there are colours.
void AppendInked(std::string_view text, Ink ink, bool color, std::string& out);

// The text as a terminal may be given it, on `most` of its columns at most; "…" ends one that was
// cut.
std::string ShownWithin(std::string_view text, size_t most);
// How many columns of a terminal such text takes.
size_t ColumnsOf(std::string_view shown);

struct TableStyle {
  bool color = false;
  size_t columns = SIZE_MAX;  // of the terminal; lines are cut there
};

class Table {
 public:
  struct Column {
    std::string_view title;
    bool to_the_right = false;  // numbers
    size_t most = 40;           // columns of the terminal
  };

  explicit Table(std::vector<Column> columns);

  struct Cell {
    std::string text;
    Ink ink = Ink::kPlain;
  };
  // As many cells as columns.
  void Add(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }

  // A line of titles and a line a row, each with its LF.
  void Draw(size_t columns, bool color, std::string& out) const;

 private:
  void DrawLine(const std::vector<Cell>& cells, size_t columns, bool color, std::string& out) const;

  std::vector<Column> columns_;
  std::vector<size_t> widths_;
  std::vector<std::vector<Cell>> rows_;
};

// Several tables, one below the other, each with a title.
class Sheet {
 public:
  explicit Sheet(TableStyle style) : style_(style) {}

  void Line(std::string_view text, Ink ink = Ink::kPlain);
  // `after` follows it on its line.
  void Title(std::string_view title, std::string_view after = {});
  // `more`: rows that were left out; `nothing` stands for a table without rows.
  void Put(const Table& table, size_t more, std::string_view nothing);

  // Lines, each with its LF.
  std::string& text() { return text_; }

 private:
  TableStyle style_;
  std::string text_;
};

}  // namespace writ
