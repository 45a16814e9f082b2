// Counters in a file that processes share (proxy/counter_file.h): they survive restarts and kill
// -9.
//
// A call is one transaction, begun as a writer, so that nothing it reads changes under it.
//
// The counts of a session are this process's alone: they are kept in memory, and taken in the same
// step as the others.
//
// Thread safety: none.
//
// Tested by tests/proxy/counters_test.cc and tests/proxy/counters_sqlite_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proxy/counter_file.h"
#include "proxy/counters.h"
#include "proxy/counters_memory.h"

namespace writ {

// Whether the program counts anything that outlives a session.
bool NeedsCounterFile(const Program& program);

class SqliteCounters : public Counters {
 public:
  // In place of the policies' own namespaces. Where there are several policies, each one's own
  // follows it, so that their counts stay apart.
  struct Prefix {
    std::string text;  // empty: none
    bool several_policies = false;
  };

  SqliteCounters(CounterFileOptions options, Prefix prefix)
      : file_(std::move(options)), prefix_(std::move(prefix)) {}

  // See CounterFile::Open. Without it the first call opens the file.
  tl::expected<void, FileRefusal> Open() { return file_.Open(); }

  bool Read(const Counter& counter, int64_t now, int64_t* value, std::string* failure) override;
  ReserveResult Reserve(const std::vector<Expectation>& expected,
                        const std::vector<CounterUse>& uses, int64_t now,
                        Receipt* receipt) override;
  // What cannot be given back stays counted.
  void GiveBack(const Receipt& receipt) override;

  // Something was counted since the last time, or is left over from then.
  bool WantsTidying() const override { return wants_tidying_; }
  void Tidy(int64_t now) override;

 private:
  using Outcome = ReserveResult::Outcome;

  struct KnownCounter {
    int64_t id = 0;
    int64_t swept_at = std::numeric_limits<int64_t>::min();
  };

  std::string_view SpaceOf(const Counter& counter);
  // These three return false where the file fails.
  bool Find(const CounterUse& use, bool make, KnownCounter** known);
  bool ReadValue(const Counter& counter, int64_t now, int64_t* value);
  bool PrepareRow(const CounterUse& use, KnownCounter& counter, int64_t now, bool* has_room);

  // A transaction up to its commit; what it took before it failed is to be undone.
  Outcome Transact(const std::vector<Expectation>& expected, const std::vector<CounterUse>& uses,
                   int64_t now, bool in_file, Receipt* receipt, ReserveResult* result);
  Outcome Check(const std::vector<Expectation>& expected, int64_t now);
  Outcome Take(const std::vector<CounterUse>& uses, int64_t now, Receipt* receipt,
               ReserveResult* result);
  Outcome TakeOne(const CounterUse& use, int64_t now, Receipt* receipt, ReserveResult* result,
                  bool* over);
  Outcome TakeForSession(const std::vector<CounterUse>& uses, size_t count, int64_t now,
                         Receipt* receipt, ReserveResult* result);
  void Undo(Receipt* receipt);

  CounterFile file_;
  Prefix prefix_;
  bool wants_tidying_ = false;

  std::unordered_map<std::string, KnownCounter> known_;  // by identity; never removed in the file
  std::vector<std::string> made_;  // identities that the transaction at hand has brought
  CounterFile::Row row_;           // the one at hand; the rest is kept for its capacity
  int64_t found_start_ = 0;        // its window, as the file has it
  // By which a row denied the call, and which is not the one that the file has.
  std::optional<std::pair<int64_t, int64_t>> other_limit_;
  std::string identity_;
  std::string space_;

  MemoryCounters session_;
  std::vector<CounterUse> session_uses_;
  std::vector<size_t> session_places_;  // in the uses of the call
  Receipt session_receipt_;
};

}  // namespace writ
