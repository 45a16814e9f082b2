// SQLite's C interface as far as writ needs it: statements that finish themselves.
//
// Result codes are SQLite's own (https://sqlite.org/rescode.html). Nothing throws.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace writ {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

// A statement that is kept and run many times.
//
//   select.Bind(1, id);
//   if (select.Step() == SQLITE_ROW) value = select.Int(0);
//   select.Reset();
class Statement {
 public:
  // SQLITE_OK, or why not. `sql` is one statement.
  int Prepare(sqlite3* database, std::string_view sql);

  // Parameters count from 1, and keep their values over Reset.
  void Bind(int parameter, int64_t value) { sqlite3_bind_int64(get(), parameter, value); }
  // The bytes must stay until the statement is reset.
  void BindBytes(int parameter, std::string_view bytes);
  void BindText(int parameter, std::string_view text);
  void BindNull(int parameter) { sqlite3_bind_null(get(), parameter); }

  // SQLITE_ROW, SQLITE_DONE, or an error.
  int Step() { return sqlite3_step(get()); }
  // Gives back what Step took: locks, too.
  void Reset() { sqlite3_reset(get()); }
  // Steps to the end. SQLITE_OK, or the error.
  int Run();

  // Columns of a row count from 0.
  int64_t Int(int column) { return sqlite3_column_int64(get(), column); }
  std::string_view Bytes(int column);

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3_stmt* get() { return statement_.get(); }

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// Runs statements whose rows are of no interest.
int Execute(sqlite3* database, const char* sql);

// The first column of the first row. SQLITE_OK, or why there is none.
int QueryInt(sqlite3* database, std::string_view sql, int64_t* value);

// Whether the bytes are at fault, and no later try will find them better.
bool MeansDamage(int code);

// What a failure means to people, said of the file: "has no space left".
std::string_view FailureText(int code);

}  // namespace writ
