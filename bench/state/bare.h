// The rival: what SQLite itself takes to count by one, durably as writ does: prepared statements,
// no limit, no window, nothing looked at.
#pragma once

#include <fmt/core.h>

#include <string>

#include "contest.h"
#include "proxy/counter_file.h"
#include "proxy/sqlite.h"

namespace writ::state {

class Bare {
 public:
  // The file and its rows are there.
  explicit Bare(const std::string& folder) {
    sqlite3* database = nullptr;
    const std::string path = fmt::format("{}/{}", folder, kCounterFile);
    Expect(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                           nullptr));
    database_.reset(database);
    // As proxy/counter_file.cc has it.
    Expect(Execute(database, fmt::format("PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
                                         "PRAGMA cell_size_check = ON; PRAGMA synchronous = NORMAL;"
                                         "PRAGMA wal_autocheckpoint = {}",
                                         kLogPages)
                                 .c_str()));
    Expect(begin_.Prepare(database, "BEGIN IMMEDIATE"));
    Expect(update_.Prepare(database, "UPDATE counts SET value = value + 1 WHERE id = 1"));
    Expect(commit_.Prepare(database, "COMMIT"));
  }

  bool Count() {
    return begin_.Run() == SQLITE_OK && update_.Run() == SQLITE_OK && commit_.Run() == SQLITE_OK;
  }

 private:
  static void Expect(int code) {
    if (code != SQLITE_OK) bench::Fail(sqlite3_errstr(code));
  }

  Database database_;
  Statement begin_;
  Statement update_;
  Statement commit_;
};

}  // namespace writ::state
