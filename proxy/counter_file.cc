// Opening the file of counters, its tables, its transactions.
// Tested by tests/proxy/counter_file_test.cc.
#include "proxy/counter_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace writ {
namespace {

constexpr char kTables[] = R"(
  CREATE TABLE counters (
    id INTEGER PRIMARY KEY,
    identity BLOB NOT NULL UNIQUE,
    -- The same in parts, for people.
    space TEXT NOT NULL,
    scope TEXT NOT NULL,
    global INTEGER NOT NULL,
    name TEXT NOT NULL,
    seconds INTEGER NOT NULL,
    sliding INTEGER NOT NULL,
    scale INTEGER NOT NULL,
    shadow INTEGER NOT NULL,
    keys INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT -9223372036854775808
  );
  -- AUTOINCREMENT: a receipt for a row that was removed meets no other.
  CREATE TABLE counts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    counter INTEGER NOT NULL REFERENCES counters (id),
    key BLOB NOT NULL,
    start INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    value INTEGER NOT NULL,
    most INTEGER NOT NULL,
    slices BLOB NOT NULL,
    UNIQUE (counter, key)
  );
  CREATE INDEX counts_by_end ON counts (ends);
  CREATE TRIGGER count_made AFTER INSERT ON counts BEGIN
    UPDATE counters SET keys = keys + (length(NEW.key) > 0) WHERE id = NEW.counter;
  END;
  CREATE TRIGGER count_removed AFTER DELETE ON counts BEGIN
    UPDATE counters SET
      keys = keys - (length(OLD.key) > 0),
      floor = max(floor, CASE WHEN OLD.value > 0 THEN OLD.ends ELSE OLD.start END)
    WHERE id = OLD.counter;
  END;
)";

// Columns that LoadRow reads, in its order.
#define COUNT_COLUMNS "counts.id, start, value, slices, most"

constexpr auto kPatienceAfterFailure = std::chrono::milliseconds(50);
constexpr int kRowsAtATime = 256;
constexpr int kLongestWait = 500'000;  // nanoseconds, half as much again with its random part

std::string_view BytesOf(const std::vector<int64_t>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(int64_t)};
}

}  // namespace

CounterFile::CounterFile(CounterFileOptions options)
    : options_(std::move(options)),
      patience_(options_.patience),
      random_(static_cast<uint32_t>(getpid())) {}

CounterFile::~CounterFile() {
  // Closing removes the log by its name, which may be another file's by now.
  if (is_broken_ && database_ != nullptr) {
    sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
}

// ---- Opening.

tl::expected<void, FileRefusal> CounterFile::Open() {
  if (is_open_ || is_broken_) return {};
  waiting_since_.reset();
  std::optional<Fault> fault = OpenFile();
  if (!fault.has_value()) {
    is_open_ = true;
    return {};
  }
  database_.reset();
  watched_.Clear();
  if (fault->code == SQLITE_OK) return tl::unexpected(std::move(fault->refusal));
  Fail(fault->code);
  return {};
}

std::optional<CounterFile::Fault> CounterFile::OpenFile() {
  if (std::optional<FileRefusal> refusal = FindFile()) return Fault{SQLITE_OK, std::move(*refusal)};
  sqlite3* database = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  int code = sqlite3_open_v2(path_.c_str(), &database, kFlags, nullptr);
  database_.reset(database);
  if (code == SQLITE_OK) code = Configure();
  if (code != SQLITE_OK) return Fault{code};
  if (std::optional<Fault> fault = Recognise()) return fault;
  code = Check();
  if (code == SQLITE_OK) code = PrepareStatements();
  if (code != SQLITE_OK) return Fault{code};
  // The log is cut and begun anew by whoever makes a checkpoint.
  if (!watched_.Add(path_, false) || !watched_.Add(path_ + "-wal", true) ||
      !watched_.Add(path_ + "-shm", false)) {
    return Fault{SQLITE_CANTOPEN};
  }
  return std::nullopt;
}

// Makes folder and file, unless others may write them.
std::optional<FileRefusal> CounterFile::FindFile() {
  const auto unsafe = [](const std::string& folder, const Opening& opening) {
    return FileRefusal{fmt::format("counters are not safe in {}: {}", folder, opening.text), true,
                       opening.remedy};
  };
  if (!options_.no_folder.empty()) return FileRefusal{options_.no_folder};
  if (!options_.insecure_permissions) {
    if (const auto opening = WhoElseMayMake(options_.folder)) {
      return unsafe(options_.folder, *opening);
    }
  }
  const auto folder = MakePrivateFolder(options_.folder);
  if (!folder.has_value()) return FileRefusal{folder.error()};
  if (std::optional<FileRefusal> refusal = MakeFile(*folder)) return refusal;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (options_.insecure_permissions) break;
    const std::string path = path_ + suffix;
    if (suffix[0] != '\0' && access(path.c_str(), F_OK) != 0) continue;
    if (const auto opening = WhoElseMayWrite(path)) return unsafe(*folder, *opening);
  }
  if (access(path_.c_str(), R_OK | W_OK) != 0 || access(folder->c_str(), W_OK | X_OK) != 0) {
    return FileRefusal{fmt::format("{} cannot be written: {}", path_, std::strerror(errno))};
  }
  return std::nullopt;
}

std::optional<FileRefusal> CounterFile::MakeFile(const std::string& folder) {
  path_ = fmt::format("{}/{}", folder == "/" ? "" : folder, kCounterFile);
  const auto failed = [this](const char* what) {
    return FileRefusal{fmt::format("{} cannot be {}: {}", path_, what, std::strerror(errno))};
  };
  struct stat status;
  if (lstat(path_.c_str(), &status) != 0) {
    if (errno != ENOENT) return failed("looked at");
    // SQLite would make it as the umask says; an empty file is an empty database.
    const int fd = open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) return failed("made");
    if (fd >= 0) close(fd);
    if (lstat(path_.c_str(), &status) != 0) return failed("looked at");
  }
  if (!S_ISREG(status.st_mode)) return FileRefusal{fmt::format("{} is no regular file", path_)};
  return std::nullopt;
}

int CounterFile::Configure() {
  sqlite3* database = database_.get();
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_handler(database, &CounterFile::OnBusy, this);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // Without mmap a file that is cut short is an error, not a signal.
  const std::string settings = fmt::format(
      "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"
      "PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = {}; PRAGMA max_page_count = {}",
      int64_t{kLogPages} * 4096, options_.max_pages);
  sqlite3_wal_hook(database, &CounterFile::OnCommit, this);  // in place of its own checkpoints
  return Execute(database, settings.c_str());
}

// Whether the file is one of counters that this version knows. An empty one becomes one.
std::optional<CounterFile::Fault> CounterFile::Recognise() {
  sqlite3* database = database_.get();
  int64_t application = 0;
  int64_t version = 0;
  int64_t objects = 0;
  // In one view of it: another process may be making the tables just now.
  int code = Execute(database, "BEGIN");
  if (code == SQLITE_OK) code = QueryInt(database, "PRAGMA application_id", &application);
  if (code == SQLITE_OK) code = QueryInt(database, "PRAGMA user_version", &version);
  if (code == SQLITE_OK) code = QueryInt(database, "SELECT count(*) FROM sqlite_schema", &objects);
  Execute(database, "ROLLBACK");
  if (code == SQLITE_OK && application == 0 && version == 0 && objects == 0) {
    code = SwitchToLog();
    if (code == SQLITE_OK) code = MakeTables();
    if (code == SQLITE_OK) {  // out of the log, so that the file has a size to be watched
      sqlite3_wal_checkpoint_v2(database, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    }
    return code == SQLITE_OK ? std::nullopt : std::optional<Fault>(Fault{code});
  }
  if (code != SQLITE_OK) return Fault{code};
  if (application != kCounterApplication) {
    return Fault{SQLITE_OK, {fmt::format("{} is a database, but none of writ's", path_)}};
  }
  if (version != kCounterSchema) {
    return Fault{SQLITE_OK,
                 {fmt::format("{} was written by another version of writ (layout {}, this one "
                              "knows {})",
                              path_, version, kCounterSchema)}};
  }
  code = SwitchToLog();
  return code == SQLITE_OK ? std::nullopt : std::optional<Fault>(Fault{code});
}

// Nobody is asked for patience while a file changes its mode, so whoever begins together with
// others waits here.
int CounterFile::SwitchToLog() {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    Statement statement;
    int code = statement.Prepare(database_.get(), "PRAGMA journal_mode = WAL");
    if (code == SQLITE_OK) code = statement.Step();
    if (code == SQLITE_ROW) return statement.Bytes(0) == "wal" ? SQLITE_OK : SQLITE_CANTOPEN;
    if ((code & 0xff) != SQLITE_BUSY) return code == SQLITE_DONE ? SQLITE_CANTOPEN : code;
    if (std::chrono::steady_clock::now() - start > patience_) return code;
    constexpr timespec kPause = {0, 900'000};
    nanosleep(&kPause, nullptr);
  }
}

int CounterFile::MakeTables() {
  sqlite3* database = database_.get();
  int code = Execute(database, "BEGIN IMMEDIATE");
  if (code != SQLITE_OK) return code;
  int64_t version = 0;
  code = QueryInt(database, "PRAGMA user_version", &version);
  if (code == SQLITE_OK && version == 0) {  // else another process was faster
    code = Execute(database, kTables);
    const std::string marks = fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                                          kCounterApplication, kCounterSchema);
    if (code == SQLITE_OK) code = Execute(database, marks.c_str());
  }
  if (code == SQLITE_OK) code = Execute(database, "COMMIT");
  if (code != SQLITE_OK) Execute(database, "ROLLBACK");
  return code;
}

int CounterFile::Check() {
  Statement check;
  int code = check.Prepare(database_.get(), "PRAGMA quick_check(1)");
  if (code != SQLITE_OK) return code;
  code = check.Step();
  if (code != SQLITE_ROW) return code;
  return check.Bytes(0) == "ok" ? SQLITE_OK : SQLITE_CORRUPT;
}

int CounterFile::PrepareStatements() {
  const std::pair<Statement*, std::string_view> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&rollback_, "ROLLBACK"},
      {&find_counter_, "SELECT id FROM counters WHERE identity = ?1"},
      {&make_counter_,
       "INSERT INTO counters (identity, space, scope, global, name, seconds, sliding, scale, "
       "shadow) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
      {&state_, "SELECT keys, floor FROM counters WHERE id = ?1"},
      {&find_row_, "SELECT " COUNT_COLUMNS " FROM counts WHERE counter = ?1 AND key = ?2"},
      {&row_by_id_, "SELECT seconds, sliding, " COUNT_COLUMNS
                    " FROM counts JOIN counters ON counters.id = counter WHERE counts.id = ?1"},
      {&make_row_,
       "INSERT INTO counts (counter, key, start, ends, value, most, slices) "
       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      {&store_row_,
       "UPDATE counts SET start = ?2, ends = ?3, value = ?4, slices = ?5, most = coalesce(?6, "
       "most) WHERE id = ?1"},
      {&store_value_, "UPDATE counts SET value = ?2, most = ?3 WHERE id = ?1"},
      {&store_slices_, "UPDATE counts SET value = ?2, most = ?3, slices = ?4 WHERE id = ?1"},
      {&store_limit_, "UPDATE counts SET most = ?2 WHERE id = ?1"},
      {&remove_idle_,
       "DELETE FROM counts WHERE id IN (SELECT id FROM counts WHERE counter = ?1 "
       "AND length(key) > 0 AND (value = 0 OR ends <= ?2) LIMIT ?3)"},
      {&remove_ended_,
       "DELETE FROM counts WHERE id IN (SELECT id FROM counts WHERE ends <= ?1 LIMIT ?2)"},
  };
  for (const auto& [statement, sql] : statements) {
    const int code = statement->Prepare(database_.get(), sql);
    // A table or a column that is missing.
    if (code != SQLITE_OK) return code == SQLITE_ERROR ? SQLITE_CORRUPT : code;
  }
  return SQLITE_OK;
}

// ---- Failing and waiting.

bool CounterFile::Done(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return true;
  Fail(code);
  return false;
}

void CounterFile::Fail(int code) {
  const std::string_view what = FailureText(code);
  if (MeansDamage(code)) return Break(path_, what);
  failure_ = fmt::format("their file {}", what);
  if ((code & 0xff) == SQLITE_BUSY) patience_ = std::min(options_.patience, kPatienceAfterFailure);
  if (!failed_lately_ && options_.log != nullptr) {
    options_.log->Error(
        fmt::format("{} {}: calls that it must count are denied until that is over", path_, what));
  }
  failed_lately_ = true;
}

// It was locked, say, when writ started, and what is wrong with it shows only now.
void CounterFile::Refuse(const FileRefusal& refusal) {
  failure_ = "their file cannot be opened";
  if (!refused_lately_ && options_.log != nullptr) {
    options_.log->Error(fmt::format("{}: calls that must be counted are denied until that is over",
                                    refusal.message));
  }
  refused_lately_ = true;
  failed_lately_ = true;
}

void CounterFile::Break(std::string_view path, std::string_view what) {
  is_broken_ = true;
  failure_ = fmt::format("their file {}", what);
  if (options_.log == nullptr) return;
  options_.log->Error(
      fmt::format("{} {}: calls that must be counted are denied until writ is started anew "
                  "(without the file, counting begins at zero)",
                  path, what));
}

int CounterFile::OnBusy(void* file, int tries) {
  return static_cast<CounterFile*>(file)->Wait(tries);
}

// At random, or those who have met once would meet again.
int CounterFile::Wait(int tries) {
  const auto now = std::chrono::steady_clock::now();
  if (!waiting_since_.has_value()) waiting_since_ = now;
  if (now - *waiting_since_ >= patience_) return 0;
  const int most = std::min(kLongestWait, 20'000 << std::min(tries, 10));
  std::uniform_int_distribution<int> pause(most / 2, most + most / 2);
  const timespec time = {0, pause(random_)};
  nanosleep(&time, nullptr);
  return 1;
}

// ---- Transactions.

bool CounterFile::IsReady() {
  if (is_broken_) return false;
  if (!is_open_) {
    if (const auto opened = Open(); !opened.has_value()) Refuse(opened.error());
    if (!is_open_) return false;
  }
  if (const std::optional<WatchedFiles::Change> change = watched_.Look()) {
    Break(*change->path, change->what);
    return false;
  }
  waiting_since_.reset();
  return true;
}

bool CounterFile::Begin() {
  return IsReady() && LogHasRoom() && Done(begin_.Run());
}

int CounterFile::OnCommit(void* file, sqlite3* database, const char* name, int log_pages) {
  auto* const self = static_cast<CounterFile*>(file);
  self->log_pages_ = log_pages;
  if (log_pages >= kLogPages) {
    sqlite3_wal_checkpoint_v2(database, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  }
  if (log_pages < kLogPagesToWarn) {
    self->warned_of_log_ = false;
  } else if (!self->warned_of_log_ && self->options_.log != nullptr) {
    self->warned_of_log_ = true;
    self->options_.log->Warn(fmt::format(
        "{}-wal grows: another process has held a transaction open for long, which keeps the log "
        "from being used again",
        self->path_));
  }
  return SQLITE_OK;
}

// A log that is in the file as a whole is begun anew by the next commit.
bool CounterFile::LogHasRoom() {
  if (log_pages_ < options_.max_log_pages) return true;
  int pages = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             &pages, &moved);
  if (code == SQLITE_OK && pages < options_.max_log_pages) log_pages_ = pages;  // another's doing
  if (code == SQLITE_OK && (pages < options_.max_log_pages || pages == moved)) return true;
  Fail(code == SQLITE_OK ? SQLITE_FULL : code);
  return false;
}

bool CounterFile::Commit() {
  if (!Done(commit_.Run())) return false;
  patience_ = options_.patience;
  if (failed_lately_ && options_.log != nullptr) {
    options_.log->Warn(fmt::format("{} can be used again", path_));
  }
  failed_lately_ = false;
  return true;
}

void CounterFile::Rollback() {
  // Some failures have ended the transaction already.
  if (database_ != nullptr && sqlite3_get_autocommit(database_.get()) == 0) rollback_.Run();
}

// ---- Rows.

bool CounterFile::FindCounter(std::string_view identity, int64_t* id) {
  find_counter_.BindBytes(1, identity);
  const int code = find_counter_.Step();
  *id = code == SQLITE_ROW ? find_counter_.Int(0) : 0;
  find_counter_.Reset();
  return Done(code);
}

bool CounterFile::MakeCounter(std::string_view identity, const CounterUse& use,
                              std::string_view space, int64_t* id) {
  const Counter& counter = *use.counter;
  make_counter_.BindBytes(1, identity);
  make_counter_.BindText(2, space);
  make_counter_.BindText(3, counter.scope);
  make_counter_.Bind(4, counter.global ? 1 : 0);
  make_counter_.BindText(5, counter.name);
  make_counter_.Bind(6, counter.window.seconds);
  make_counter_.Bind(7, counter.window.sliding ? 1 : 0);
  make_counter_.Bind(8, use.scale);
  make_counter_.Bind(9, use.shadow ? 1 : 0);
  if (!Done(make_counter_.Run())) return false;
  *id = sqlite3_last_insert_rowid(database_.get());
  return true;
}

bool CounterFile::ReadState(int64_t counter, CounterState* state) {
  state_.Bind(1, counter);
  const int code = state_.Step();
  if (code == SQLITE_ROW) *state = {state_.Int(0), state_.Int(1)};
  state_.Reset();
  return Done(code == SQLITE_DONE ? SQLITE_CORRUPT : code);
}

// The columns of COUNT_COLUMNS begin at `first`; the window is known.
bool CounterFile::LoadRow(Statement& from, int first, Row* row) {
  row->id = from.Int(first);
  row->limit = from.Int(first + 4);
  return row->count.Load(from.Int(first + 1), from.Int(first + 2), from.Bytes(first + 3));
}

bool CounterFile::FindRow(int64_t counter, std::string_view key, const Window& window, Row* row) {
  find_row_.Bind(1, counter);
  find_row_.BindBytes(2, key);
  int code = find_row_.Step();
  row->id = 0;
  row->count.window = window;
  if (code == SQLITE_ROW && !LoadRow(find_row_, 0, row)) code = SQLITE_CORRUPT;
  find_row_.Reset();
  return Done(code);
}

bool CounterFile::FindRow(int64_t id, Row* row) {
  row_by_id_.Bind(1, id);
  int code = row_by_id_.Step();
  row->id = 0;
  if (code == SQLITE_ROW) {
    row->count.window = {row_by_id_.Int(0), row_by_id_.Int(1) != 0};
    const int64_t seconds = row->count.window.seconds;
    if (seconds < 1 || seconds > Window::kMaxSeconds || !LoadRow(row_by_id_, 2, row)) {
      code = SQLITE_CORRUPT;
    }
  }
  row_by_id_.Reset();
  return Done(code);
}

bool CounterFile::MakeRow(int64_t counter, std::string_view key, int64_t limit, Row* row) {
  make_row_.Bind(1, counter);
  make_row_.BindBytes(2, key);
  make_row_.Bind(3, row->count.start);
  make_row_.Bind(4, row->count.EndsAt());
  make_row_.Bind(5, row->count.value);
  make_row_.Bind(6, limit);
  make_row_.BindBytes(7, BytesOf(row->count.slices));
  if (!Done(make_row_.Run())) return false;
  row->id = sqlite3_last_insert_rowid(database_.get());
  return true;
}

bool CounterFile::StoreRow(const Row& row, std::optional<int64_t> limit) {
  store_row_.Bind(1, row.id);
  store_row_.Bind(2, row.count.start);
  store_row_.Bind(3, row.count.EndsAt());
  store_row_.Bind(4, row.count.value);
  store_row_.BindBytes(5, BytesOf(row.count.slices));
  if (limit.has_value()) {
    store_row_.Bind(6, *limit);
  } else {
    store_row_.BindNull(6);
  }
  return Done(store_row_.Run());
}

// Without the columns that do not change: one of them has an index.
bool CounterFile::StoreValue(const Row& row, int64_t limit) {
  Statement& store = row.count.window.sliding ? store_slices_ : store_value_;
  store.Bind(1, row.id);
  store.Bind(2, row.count.value);
  store.Bind(3, limit);
  if (row.count.window.sliding) store.BindBytes(4, BytesOf(row.count.slices));
  return Done(store.Run());
}

void CounterFile::KeepLimit(int64_t row, int64_t limit) {
  if (!is_open_ || is_broken_ || log_pages_ >= options_.max_log_pages) return;
  sqlite3_busy_handler(database_.get(), nullptr, nullptr);
  store_limit_.Bind(1, row);
  store_limit_.Bind(2, limit);
  store_limit_.Run();  // what is wrong, the next transaction finds
  sqlite3_busy_handler(database_.get(), &CounterFile::OnBusy, this);
}

// ---- Removing.

bool CounterFile::RemoveIdle(int64_t counter, int64_t now, bool* all) {
  remove_idle_.Bind(1, counter);
  remove_idle_.Bind(2, now);
  remove_idle_.Bind(3, kRowsAtATime);
  if (!Done(remove_idle_.Run())) return false;
  *all = sqlite3_changes(database_.get()) < kRowsAtATime;
  return true;
}

bool CounterFile::Tidy(int64_t now, bool* all) {
  *all = true;
  if (!IsReady()) return false;
  sqlite3_busy_handler(database_.get(), nullptr, nullptr);
  remove_ended_.Bind(1, now);
  remove_ended_.Bind(2, kRowsAtATime);
  const int removed = remove_ended_.Run();
  if (removed == SQLITE_OK) *all = sqlite3_changes(database_.get()) < kRowsAtATime;
  const int synced = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                               nullptr, nullptr);
  sqlite3_busy_handler(database_.get(), &CounterFile::OnBusy, this);
  for (const int code : {removed, synced}) {
    if ((code & 0xff) != SQLITE_BUSY && !Done(code)) return false;
  }
  return IsReady();  // the file may have grown: from now on it may not be shorter
}

}  // namespace writ
