// The file that counters are kept in: an SQLite database in WAL mode with synchronous=NORMAL.
//
// A commit is written to the log beside the file, not synced: a process that dies loses nothing; a
// machine that loses power may lose the last commits, never the order of what is left. A checkpoint
// syncs: in Tidy, or once the log has grown to kLogPages.
//
//   counters   what is counted: identity, the same in parts for people, and how many keys it has
//   counts     a count in its window, one for each key of a counter
//
// Whoever finds the file locked waits, under a millisecond at a time and a second in all, and then
// fails; whoever has waited in vain waits less until a transaction succeeds, so that a locked file
// does not hold up a session for a second a call.
//
// A row whose window has ended is removed when there is time. Its counter remembers when that was,
// and no new row should begin earlier: a clock that goes back finds no count that was forgotten.
//
// What fails: a transaction at a time, where the cause may pass (locked, no space); all of them
// until the process is started anew, where the file is no longer the one that was opened (gone,
// replaced, cut short) or is damaged, for nobody knows then what it had counted.
//
// Thread safety: none; one object a file in a process is enough. Nobody may open and close the file
// beside it in the same process: that would drop the locks of both.
//
// Tested by tests/proxy/counter_file_test.cc.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "proxy/count.h"
#include "proxy/counters.h"
#include "proxy/log.h"
#include "proxy/permissions.h"
#include "proxy/sqlite.h"
#include "proxy/watched_files.h"

namespace writ {

// In the folder that is given.
inline constexpr std::string_view kCounterFile = "counters.db";

// In the application_id of the file: "writ".
inline constexpr int64_t kCounterApplication = 0x77726974;
// The layout of the file, in its user_version.
inline constexpr int64_t kCounterSchema = 1;

// Pages of 4 KiB after which a commit makes a checkpoint itself. The log is begun anew after that,
// unless somebody still reads what stands before it: then it grows, with a warning at
// kLogPagesToWarn.
inline constexpr int kLogPages = 4000;
inline constexpr int kLogPagesToWarn = 4 * kLogPages;

struct CounterFileOptions {
  std::string folder;                 // made if it is missing
  std::string no_folder;              // why none is known, for people; empty: one is
  bool insecure_permissions = false;  // others may write folder and file
  uint32_t max_pages = 1u << 18;      // of 4 KiB; a file that would grow further has no space left
  int max_log_pages = 1 << 16;        // likewise of the log beside it
  std::chrono::milliseconds patience = std::chrono::seconds(1);  // with a file that is locked
  const Log* log = nullptr;  // is told of failures, with paths; must outlive the file
};

class CounterFile {
 public:
  explicit CounterFile(CounterFileOptions options);
  ~CounterFile();
  CounterFile(const CounterFile&) = delete;
  CounterFile& operator=(const CounterFile&) = delete;

  // Makes the file if it is missing. Fails where the operator must change something: the folder,
  // its permissions (nothing is made then), a file of another kind or of a later version. What may
  // pass by itself, and damage, is logged, and then fails each transaction. Once open, does
  // nothing.
  tl::expected<void, FileRefusal> Open();

  // All below return false where the file cannot be used; failure() then says why, and the
  // transaction can only be rolled back.
  const std::string& failure() const { return failure_; }  // "their file is damaged"

  // Whether rows can be read without a transaction.
  bool IsReady();
  // A writer's: nothing that is read can change until its end.
  bool Begin();
  bool Commit();
  void Rollback();

  // A counter is found by its identity and then known by its id, which never changes; 0: none.
  bool FindCounter(std::string_view identity, int64_t* id);
  // `space` is the namespace it is counted in.
  bool MakeCounter(std::string_view identity, const CounterUse& use, std::string_view space,
                   int64_t* id);
  struct CounterState {
    int64_t keys = 0;          // rows, the one without key aside
    int64_t floor = kNoFloor;  // no new row begins earlier
  };
  static constexpr int64_t kNoFloor = std::numeric_limits<int64_t>::min();
  bool ReadState(int64_t counter, CounterState* state);

  // Ids of rows are never used again.
  struct Row {
    int64_t id = 0;  // 0: there is none
    Count count;
    int64_t limit = 0;  // as it was stored
  };
  bool FindRow(int64_t counter, std::string_view key, const Window& window, Row* row);
  bool FindRow(int64_t id, Row* row);
  // `limit`: of the latest use, for people; none: as it was.
  bool MakeRow(int64_t counter, std::string_view key, int64_t limit, Row* row);
  bool StoreRow(const Row& row, std::optional<int64_t> limit);
  // Likewise, of a row that has not moved on since it was found.
  bool StoreValue(const Row& row, int64_t limit);

  // Keeps the limit that a use was denied by, for people. To be called without a transaction, and
  // not needed: nobody is waited for.
  void KeepLimit(int64_t row, int64_t limit);

  // Removes rows with a key that count nothing any more, some at a time.
  bool RemoveIdle(int64_t counter, int64_t now, bool* all);
  // Removes rows of any counter whose windows have ended, some at a time, and makes a checkpoint.
  // Does nothing where somebody else writes. To be called without a transaction.
  bool Tidy(int64_t now, bool* all);

 private:
  // Why a file cannot be used: a code of SQLite's, or a refusal.
  struct Fault {
    int code = SQLITE_OK;
    FileRefusal refusal = {};
  };

  std::optional<Fault> OpenFile();
  std::optional<FileRefusal> FindFile();
  std::optional<FileRefusal> MakeFile(const std::string& folder);
  int Configure();
  std::optional<Fault> Recognise();
  int MakeTables();
  int SwitchToLog();
  int Check();
  int PrepareStatements();

  // Ends a step: true if the code is no error.
  bool Done(int code);
  bool LoadRow(Statement& from, int first, Row* row);
  void Fail(int code);
  void Refuse(const FileRefusal& refusal);
  void Break(std::string_view path, std::string_view what);
  static int OnCommit(void* file, sqlite3* database, const char* name, int log_pages);
  bool LogHasRoom();
  static int OnBusy(void* file, int tries);
  int Wait(int tries);

  CounterFileOptions options_;
  std::string path_;
  Database database_;
  bool is_open_ = false;
  WatchedFiles watched_;
  bool is_broken_ = false;
  std::string failure_;
  bool failed_lately_ = false;
  bool refused_lately_ = false;
  int log_pages_ = 0;  // after the latest commit
  bool warned_of_log_ = false;

  Statement begin_;
  Statement commit_;
  Statement rollback_;
  Statement find_counter_;
  Statement make_counter_;
  Statement state_;
  Statement find_row_;
  Statement row_by_id_;
  Statement make_row_;
  Statement store_row_;
  Statement store_value_;
  Statement store_slices_;
  Statement store_limit_;
  Statement remove_idle_;
  Statement remove_ended_;

  std::chrono::milliseconds patience_;
  std::optional<std::chrono::steady_clock::time_point> waiting_since_;
  std::minstd_rand random_;
};

}  // namespace writ
