// SQLite's statements, and what its codes mean.
// Tested by tests/proxy/counters_sqlite_test.cc.
#include "proxy/sqlite.h"

namespace writ {

int Statement::Prepare(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  return code;
}

void Statement::BindBytes(int parameter, std::string_view bytes) {
  // Without an address the value would be null.
  sqlite3_bind_blob64(get(), parameter, bytes.empty() ? "" : bytes.data(), bytes.size(),
                      SQLITE_STATIC);
}

void Statement::BindText(int parameter, std::string_view text) {
  sqlite3_bind_text64(get(), parameter, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

int Statement::Run() {
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = Step();
  Reset();
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

std::string_view Statement::Bytes(int column) {
  const void* bytes = sqlite3_column_blob(get(), column);
  const int size = sqlite3_column_bytes(get(), column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
}

int Execute(sqlite3* database, const char* sql) {
  return sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
}

int QueryInt(sqlite3* database, std::string_view sql, int64_t* value) {
  Statement query;
  int code = query.Prepare(database, sql);
  if (code != SQLITE_OK) return code;
  code = query.Step();
  if (code != SQLITE_ROW) return code == SQLITE_DONE ? SQLITE_NOTFOUND : code;
  *value = query.Int(0);
  return SQLITE_OK;
}

bool MeansDamage(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB ||
         code == SQLITE_IOERR_SHORT_READ;
}

std::string_view FailureText(int code) {
  if (MeansDamage(code)) return "is damaged";
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "is locked by another process";
    case SQLITE_FULL: return "has no space left";
    case SQLITE_READONLY:
    case SQLITE_PERM: return "cannot be written";
    case SQLITE_CANTOPEN: return "cannot be opened";
    case SQLITE_IOERR: return "cannot be read or written (input/output error)";
    default: return "cannot be used";
  }
}

}  // namespace writ
