// Case classes of code points, from a generated table.
// Tested by tests/vm/casefold_test.cc.
#include "vm/casefold.h"

#include <algorithm>
#include <iterator>

#include "vm/utf8.h"

namespace writ {
namespace {

struct FoldRow {
  uint32_t first;
  uint32_t last;
  uint32_t stride;
  int32_t distance;
};

constexpr FoldRow kRows[] = {
#include "vm/casefold_table.inc"
};

}  // namespace

uint32_t FoldCodePoint(uint32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
  const FoldRow* row = std::upper_bound(
      std::begin(kRows), std::end(kRows), c,
      [](uint32_t wanted, const FoldRow& candidate) { return wanted < candidate.first; });
  if (row == std::begin(kRows)) return c;
  --row;
  if (c > row->last || (c - row->first) % row->stride != 0) return c;
  return static_cast<uint32_t>(static_cast<int64_t>(c) + row->distance);
}

bool FoldEqual(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (FoldCodePoint(TakeCodePoint(a)) != FoldCodePoint(TakeCodePoint(b))) return false;
  }
  return a.empty() && b.empty();
}

}  // namespace writ
