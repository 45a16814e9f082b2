// Counting in a file.
// Tested by tests/proxy/counters_test.cc and tests/proxy/counters_sqlite_test.cc.
#include "proxy/counters_sqlite.h"

#include <fmt/core.h>

#include <algorithm>

namespace writ {
namespace {

bool IsForSession(const CounterUse& use) {
  return use.counter->window.is_session();
}

}  // namespace

bool NeedsCounterFile(const Program& program) {
  const auto outlives = [&program](uint32_t counter) {
    return !program.counters[counter].window.is_session();
  };
  return std::any_of(program.quotas.begin(), program.quotas.end(),
                     [&](const Quota& quota) { return outlives(quota.counter); }) ||
         std::any_of(program.reads.begin(), program.reads.end(),
                     [&](const CounterRead& read) { return outlives(read.counter); });
}

std::string_view SqliteCounters::SpaceOf(const Counter& counter) {
  if (prefix_.text.empty()) return counter.space;
  if (!prefix_.several_policies) return prefix_.text;
  space_.assign(prefix_.text).append("/").append(counter.space);
  return space_;
}

// Null if the file does not know it and it is not to be made.
bool SqliteCounters::Find(const CounterUse& use, bool make, KnownCounter** known) {
  const std::string_view space = SpaceOf(*use.counter);
  identity_.clear();
  AppendUnkeyed(use, space, identity_);
  const auto found = known_.find(identity_);
  if (found != known_.end()) {
    *known = &found->second;
    return true;
  }
  *known = nullptr;
  KnownCounter counter;
  if (!file_.FindCounter(identity_, &counter.id)) return false;
  if (counter.id == 0) {
    if (!make) return true;
    if (!file_.MakeCounter(identity_, use, space, &counter.id)) return false;
    made_.push_back(identity_);
  }
  *known = &known_.emplace(identity_, counter).first->second;
  return true;
}

bool SqliteCounters::ReadValue(const Counter& counter, int64_t now, int64_t* value) {
  *value = 0;
  CounterUse use;
  use.counter = &counter;
  KnownCounter* known = nullptr;
  if (!Find(use, false, &known)) return false;
  if (known == nullptr) return true;
  if (!file_.FindRow(known->id, {}, counter.window, &row_)) return false;
  if (row_.id == 0) return true;
  row_.count.MoveOn(now);
  *value = row_.count.value;
  return true;
}

bool SqliteCounters::Read(const Counter& counter, int64_t now, int64_t* value,
                          std::string* failure) {
  if (counter.window.is_session()) return session_.Read(counter, now, value, failure);
  if (file_.IsReady() && ReadValue(counter, now, value)) return true;
  *failure = file_.failure();
  return false;
}

SqliteCounters::Outcome SqliteCounters::Check(const std::vector<Expectation>& expected,
                                              int64_t now) {
  for (const Expectation& expectation : expected) {
    int64_t value = 0;
    if (expectation.counter->window.is_session()) {
      session_.Read(*expectation.counter, now, &value, nullptr);
    } else if (!ReadValue(*expectation.counter, now, &value)) {
      return Outcome::kFailed;
    }
    if (value != expectation.value) return Outcome::kChanged;
  }
  return Outcome::kReserved;
}

// Finds or begins the use's row, moved on to `now`.
bool SqliteCounters::PrepareRow(const CounterUse& use, KnownCounter& counter, int64_t now,
                                bool* has_room) {
  *has_room = true;
  if (!file_.FindRow(counter.id, use.key, use.counter->window, &row_)) return false;
  found_start_ = row_.count.start;
  if (row_.id == 0) {
    CounterFile::CounterState state;
    if (!file_.ReadState(counter.id, &state)) return false;
    // Once a second is enough to look for room; more would let a flood of new keys cost more than
    // they should.
    if (!use.key.empty() && static_cast<uint64_t>(state.keys) >= kMaxKeys &&
        now > counter.swept_at) {
      bool all = false;
      if (!file_.RemoveIdle(counter.id, now, &all)) return false;
      if (all) counter.swept_at = now;
      if (!file_.ReadState(counter.id, &state)) return false;
    }
    *has_room = use.key.empty() || static_cast<uint64_t>(state.keys) < kMaxKeys;
    row_.count = {};
    row_.count.window = use.counter->window;
    now = std::max(now, state.floor);
  }
  row_.count.MoveOn(now);
  return true;
}

SqliteCounters::Outcome SqliteCounters::TakeOne(const CounterUse& use, int64_t now,
                                                Receipt* receipt, ReserveResult* result,
                                                bool* over) {
  KnownCounter* counter = nullptr;
  bool has_room = false;
  if (!Find(use, true, &counter) || !PrepareRow(use, *counter, now, &has_room)) {
    return Outcome::kFailed;
  }
  if (!has_room) return use.shadow ? Outcome::kReserved : Outcome::kNoRoom;
  const Fitting fitting = Fit(row_.count, use);
  *over = fitting.over;
  if (fitting.over && !use.shadow) {
    int64_t taken = 0;
    bool is_ours = false;  // perhaps made by this call, and about to be undone
    for (const Receipt::Row& other : receipt->rows) {
      if (other.row != static_cast<uint64_t>(row_.id)) continue;
      taken += other.amount;
      is_ours = true;
    }
    TellFull(row_.count, use, taken, result);
    if (row_.id != 0 && !is_ours && row_.limit != use.limit) other_limit_ = {row_.id, use.limit};
    return Outcome::kFull;
  }
  row_.count.Add(fitting.amount);
  bool stored = false;
  if (row_.id == 0) {
    stored = file_.MakeRow(counter->id, use.key, use.limit, &row_);
  } else if (row_.count.start == found_start_) {
    stored = file_.StoreValue(row_, use.limit);
  } else {
    stored = file_.StoreRow(row_, use.limit);
  }
  if (!stored) return Outcome::kFailed;
  receipt->rows.push_back({static_cast<uint64_t>(row_.id), fitting.amount, row_.count.start});
  return Outcome::kReserved;
}

// Up to the first use that fits not, which is then `result->full`.
SqliteCounters::Outcome SqliteCounters::Take(const std::vector<CounterUse>& uses, int64_t now,
                                             Receipt* receipt, ReserveResult* result) {
  for (size_t i = 0; i < uses.size(); ++i) {
    if (IsForSession(uses[i])) continue;
    bool over = false;
    result->full = i;
    const Outcome outcome = TakeOne(uses[i], now, receipt, result, &over);
    if (outcome != Outcome::kReserved) return outcome;
    if (over) result->over.push_back(i);
  }
  result->full = uses.size();
  return Outcome::kReserved;
}

// Likewise of the session's counts among the first `count` uses.
SqliteCounters::Outcome SqliteCounters::TakeForSession(const std::vector<CounterUse>& uses,
                                                       size_t count, int64_t now, Receipt* receipt,
                                                       ReserveResult* result) {
  session_uses_.clear();
  session_places_.clear();
  for (size_t i = 0; i < count; ++i) {
    if (!IsForSession(uses[i])) continue;
    session_uses_.push_back(uses[i]);
    session_places_.push_back(i);
  }
  if (session_uses_.empty()) return Outcome::kReserved;
  ReserveResult session = session_.Reserve({}, session_uses_, now, &session_receipt_);
  if (session.outcome != Outcome::kReserved) {
    result->full = session_places_[session.full];
    result->remaining = session.remaining;
    result->resets_at = session.resets_at;
    return session.outcome;
  }
  for (const size_t over : session.over) result->over.push_back(session_places_[over]);
  std::sort(result->over.begin(), result->over.end());
  for (Receipt::Row row : session_receipt_.rows) {
    row.session = true;
    receipt->rows.push_back(row);
  }
  return Outcome::kReserved;
}

void SqliteCounters::Undo(Receipt* receipt) {
  file_.Rollback();
  for (const std::string& identity : made_) known_.erase(identity);
  for (const Receipt::Row& row : receipt->rows) {
    if (row.session) session_.GiveBack({{row}});
  }
  receipt->rows.clear();
}

ReserveResult SqliteCounters::Reserve(const std::vector<Expectation>& expected,
                                      const std::vector<CounterUse>& uses, int64_t now,
                                      Receipt* receipt) {
  ReserveResult result;
  receipt->rows.clear();
  made_.clear();
  other_limit_.reset();
  const bool must_have_file =
      std::any_of(uses.begin(), uses.end(),
                  [](const CounterUse& use) { return !IsForSession(use) && !use.shadow; }) ||
      std::any_of(expected.begin(), expected.end(), [](const Expectation& expectation) {
        return !expectation.counter->window.is_session();
      });
  const bool wants_file = must_have_file || !std::all_of(uses.begin(), uses.end(), IsForSession);
  Outcome outcome = Transact(expected, uses, now, wants_file, receipt, &result);
  if (outcome == Outcome::kFailed && !must_have_file) {
    // What is only watched denies nothing.
    Undo(receipt);
    result = {};
    outcome = TakeForSession(uses, uses.size(), now, receipt, &result);
  }
  if (outcome != Outcome::kReserved) {
    Undo(receipt);
    if (other_limit_.has_value()) file_.KeepLimit(other_limit_->first, other_limit_->second);
    result.over.clear();
    if (outcome == Outcome::kFailed) result.failure = file_.failure();
  }
  if (outcome != Outcome::kFull && outcome != Outcome::kNoRoom) result.full = 0;
  result.outcome = outcome;
  return result;
}

SqliteCounters::Outcome SqliteCounters::Transact(const std::vector<Expectation>& expected,
                                                 const std::vector<CounterUse>& uses, int64_t now,
                                                 bool in_file, Receipt* receipt,
                                                 ReserveResult* result) {
  if (in_file && !file_.Begin()) return Outcome::kFailed;
  Outcome outcome = Check(expected, now);
  if (outcome != Outcome::kReserved) return outcome;
  outcome = Take(uses, now, receipt, result);
  if (outcome == Outcome::kFailed) return outcome;
  // One that stands before a full one in the file may be full too, and is named then.
  const Outcome of_session = TakeForSession(uses, result->full, now, receipt, result);
  if (of_session != Outcome::kReserved) return of_session;
  if (outcome != Outcome::kReserved || !in_file) return outcome;
  wants_tidying_ = true;
  return file_.Commit() ? Outcome::kReserved : Outcome::kFailed;
}

void SqliteCounters::GiveBack(const Receipt& receipt) {
  bool needs_file = false;
  for (const Receipt::Row& row : receipt.rows) {
    if (row.session) {
      session_.GiveBack({{row}});
    } else {
      needs_file = true;
    }
  }
  if (!needs_file || !file_.Begin()) return;
  bool fails = false;
  for (const Receipt::Row& taken : receipt.rows) {
    if (taken.session) continue;
    fails = fails || !file_.FindRow(static_cast<int64_t>(taken.row), &row_);
    if (fails) break;
    if (row_.id == 0) continue;  // it has ended and was removed
    row_.count.Subtract(taken.amount, taken.window_start);
    fails = !file_.StoreRow(row_, std::nullopt);
  }
  if (fails || !file_.Commit()) return file_.Rollback();
  wants_tidying_ = true;
}

void SqliteCounters::Tidy(int64_t now) {
  bool all = true;
  wants_tidying_ = file_.Tidy(now, &all) && !all;
}

}  // namespace writ
