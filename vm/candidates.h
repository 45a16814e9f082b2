// The candidates of a Choose that are still to be run, in order (vm/selection.h).
//
// Tested by tests/vm/choose_test.cc.
#pragma once

#include <array>
#include <cstdint>

#include "vm/selection.h"
#include "vm/value.h"

namespace writ {

class Candidates {
 public:
  // Starts with none.
  void Begin(const Selection& selection) {
    blocks_ = selection.candidates();
    count_ = selection.candidate_count();
    then_ = selection.then();
    at_ = 0;
    cursors_in_use_ = 0;
    all_ = false;
  }

  // Positions that rise, which outlive the run. REQUIRES: at most one for each source and one more.
  void Add(const Value* first, const Value* end) {
    if (first != end) cursors_[cursors_in_use_++] = {first, end};
  }
  // The position, or the list of them, that a table has for a key.
  void Add(const Value& positions) {
    if (positions.is(Tag::kInt)) return Add(&positions, &positions + 1);
    Add(positions.list->items, positions.list->items + positions.list->size);
  }
  void AddAll() { all_ = true; }

  // The next candidate's block, each once; then the one behind them.
  uint32_t Next() {
    uint32_t next = count_;
    if (all_) {
      next = at_;
    } else {
      for (Cursor* cursor = cursors_.data(); cursor != cursors_.data() + cursors_in_use_;) {
        // Its first one may be the last that was run.
        if (cursor->at->i < int64_t{at_} && ++cursor->at == cursor->end) {
          *cursor = cursors_[--cursors_in_use_];
          continue;
        }
        if (cursor->at->i < int64_t{next}) next = static_cast<uint32_t>(cursor->at->i);
        ++cursor;
      }
    }
    if (next >= count_) return then_;
    at_ = next + 1;
    return blocks_[next];
  }

 private:
  struct Cursor {
    const Value* at;
    const Value* end;
  };

  const uint32_t* blocks_ = nullptr;
  uint32_t count_ = 0;
  uint32_t then_ = 0;
  uint32_t at_ = 0;  // all before it were run, or left out
  uint32_t cursors_in_use_ = 0;
  bool all_ = false;
  std::array<Cursor, kMaxSources + 1> cursors_;
};

}  // namespace writ
