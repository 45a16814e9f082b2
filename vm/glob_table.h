// What a program's constants say of texts that fit globs, and the answers kept for the next time: a
// session calls few tools, and those again and again.
//
// Tested by tests/vm/glob_table_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vm/glob_set.h"
#include "vm/value.h"

namespace writ {

// Thread safety: any number of threads may look things up.
class GlobTable {
 public:
  // Of a list of globs, or a map from globs to a position or a list of them; it outlives this.
  explicit GlobTable(const Value& constant);

  // What finding something takes at worst, in units of about one simple instruction.
  uint64_t cost() const { return cost_; }

  // Of a map all positions of the globs that the text fits, each once, rising; of a list a 0 if the
  // text fits one.
  void Find(std::string_view text, std::vector<Value>& positions) const;

 private:
  Value constant_;
  GlobSet globs_;
  uint64_t cost_ = 0;
};

// Names that a client makes up take the room of others, never more of it.
//
// Thread safety: none.
class GlobCache {
 public:
  static constexpr size_t kEntries = 64;
  // Longer answers are not kept: what is done with them takes longer than to find them.
  static constexpr size_t kMaxKept = 256;

  // What the table finds. Valid until the next call. `number` tells the table from others.
  // REQUIRES: text of at most kMaxGlobTextBytes.
  const std::vector<Value>& Find(const GlobTable& table, uint32_t number, std::string_view text);

 private:
  struct Entry {
    uint32_t table = UINT32_MAX;
    std::string text;
    std::vector<Value> positions;
  };

  std::vector<Entry> entries_;  // kEntries, once something was looked for
  std::vector<Value> found_;    // the last one that was not kept
};

}  // namespace writ
