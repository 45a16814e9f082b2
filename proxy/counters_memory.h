// Counters that live as long as the process.
//
// Memory is bounded by the counters of the programs that have run and kMaxKeys: a row is some
// hundred bytes and its key (a sliding one 500 more). At the bound, rows that count nothing any
// more make room.
//
// Thread safety: none.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/count.h"
#include "proxy/counters.h"

namespace writ {

class MemoryCounters : public Counters {
 public:
  bool Read(const Counter& counter, int64_t now, int64_t* value, std::string* failure) override;
  ReserveResult Reserve(const std::vector<Expectation>& expected,
                        const std::vector<CounterUse>& uses, int64_t now,
                        Receipt* receipt) override;
  void GiveBack(const Receipt& receipt) override;

 private:
  // The rows of one counter that is kept apart by key.
  struct KeyedRows {
    std::vector<uint32_t> rows;
    // Rows were forgotten that knew of times up to here: new ones begin no earlier.
    int64_t floor = INT64_MIN;
    int64_t swept_at = INT64_MIN;
  };
  struct Row {
    Count count;
    // For giving back: a row that took the place of a forgotten one is another.
    uint32_t generation = 0;
    const std::string* identity = nullptr;  // its key in numbers_
    KeyedRows* keyed = nullptr;             // null: not kept apart by key
    uint32_t place = 0;                     // in keyed->rows
  };

  // The number of the use's row, which is moved on to `now` if that is later. None if there is no
  // room for it.
  std::optional<uint32_t> RowOf(const CounterUse& use, int64_t now);
  std::optional<uint32_t> NewRow(const CounterUse& use, int64_t now);
  void MakeRoom(KeyedRows& keyed, int64_t now);
  void Forget(uint32_t number);
  // Undoes what a transaction did so far.
  void TakeBack(Receipt& receipt);

  std::vector<Row> rows_;
  std::vector<uint32_t> free_;                         // numbers of forgotten rows
  std::unordered_map<std::string, uint32_t> numbers_;  // of rows, by identity
  std::unordered_map<std::string, KeyedRows> keyed_;   // by identity without key
  std::vector<uint32_t> made_;                         // keyed rows that this transaction made
  std::string key_;                                    // kept for its capacity
};

}  // namespace writ
