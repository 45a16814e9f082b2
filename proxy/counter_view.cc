// Reading the file of counters from outside.
// Tested by tests/proxy/counter_view_test.cc.
#include "proxy/counter_view.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <tuple>
#include <utility>

#include "proxy/count.h"
#include "proxy/counter_file.h"
#include "proxy/sqlite.h"
#include "vm/counter_key.h"
#include "vm/utf8.h"

namespace writ {
namespace {

using Clock = std::chrono::steady_clock;

// SQLite's own way to files, but that none is made, written or removed: even a connection that only
// reads makes a log where there is none.
constexpr char kReadingOnly[] = "writ-reading-only";

int OpenForReading(sqlite3_vfs* self, const char* name, sqlite3_file* file, int flags,
                   int* out_flags) {
  auto* const own = static_cast<sqlite3_vfs*>(self->pAppData);
  constexpr int kWriting = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_DELETEONCLOSE;
  return own->xOpen(own, name, file, (flags & ~kWriting) | SQLITE_OPEN_READONLY, out_flags);
}

int RefuseToDelete(sqlite3_vfs* /*self*/, const char* /*name*/, int /*sync*/) {
  return SQLITE_READONLY;
}

// All but these two are the system's own, which look at nothing of what they are called with.
int Register() {
  sqlite3_vfs* const own = sqlite3_vfs_find(nullptr);
  if (own == nullptr) return SQLITE_ERROR;
  static sqlite3_vfs reading;
  reading = *own;
  reading.zName = kReadingOnly;
  reading.pNext = nullptr;
  reading.pAppData = own;
  reading.xOpen = OpenForReading;
  reading.xDelete = RefuseToDelete;
  return sqlite3_vfs_register(&reading, 0);
}

bool Exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

std::string UriOf(const std::string& path, std::string_view parameters) {
  // "file:/…" has no authority; "file://…" would.
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      uri += fmt::format("%{:02x}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  uri += parameters;
  return uri;
}

class Viewer {
 public:
  Viewer(const std::string& path, int64_t now, std::chrono::milliseconds patience)
      : path_(path), now_(now), patience_(patience), deadline_(Clock::now() + patience) {}

  void Run();
  CounterView view;

 private:
  bool Find();
  int Read(bool has_log);
  std::string TextOf(int code) const;
  int Recognise();
  int ReadCounts();
  bool Load(Statement& row, ShownCount& shown);
  void Keep(ShownCount shown);
  static int IsLate(void* viewer) {
    return Clock::now() > static_cast<Viewer*>(viewer)->deadline_ ? 1 : 0;
  }

  std::string path_;
  int64_t now_;
  std::chrono::milliseconds patience_;
  Clock::time_point deadline_;
  Database database_;
};

// How much of its limit is used, above all of what denies.
bool IsFuller(const ShownCount& a, const ShownCount& b) {
  const auto share = [](const ShownCount& count) {
    if (count.limit <= 0) return 2.0;
    return static_cast<double>(count.used) / static_cast<double>(count.limit);
  };
  if (a.shadow != b.shadow) return b.shadow;
  if (share(a) != share(b)) return share(a) > share(b);
  return std::tie(a.space, a.name, a.scope, a.key, a.window.seconds) <
         std::tie(b.space, b.name, b.scope, b.key, b.window.seconds);
}

// Whether there is something that SQLite may open: it would wait for somebody to write to a pipe.
bool Viewer::Find() {
  const auto failed = [this](const std::string& path) {
    view.found = errno != ENOENT && errno != ENOTDIR;
    if (view.found) view.fault = fmt::format("{} cannot be read: {}", path, std::strerror(errno));
    return false;
  };
  // As whoever counts: the folder may be reached by a link, the file may be none.
  const size_t slash = path_.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
  char* const real = realpath(folder.c_str(), nullptr);
  if (real == nullptr) return failed(folder);
  std::string found = real;
  std::free(real);
  if (found != "/") found += '/';
  path_ = found + path_.substr(slash == std::string::npos ? 0 : slash + 1);
  struct stat status;
  if (lstat(path_.c_str(), &status) != 0) return failed(path_);
  view.found = true;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const std::string path = path_ + suffix;
    if (lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) continue;
    view.fault = fmt::format("{} is no regular file", path);
    return false;
  }
  return access(path_.c_str(), R_OK) == 0 || failed(path_);
}

void Viewer::Run() {
  static const int registered = Register();
  int code = registered;
  // The log comes and goes with those who write: what was wrong a moment ago may be right now.
  for (int tries = 0; registered == SQLITE_OK && tries < 3; ++tries) {
    view = {};
    if (!Find()) return;
    const bool has_log = Exists(path_ + "-wal");
    code = Read(has_log);
    if (has_log == Exists(path_ + "-wal")) break;
  }
  if (code == SQLITE_OK) return;
  view.counts.clear();
  view.fault = TextOf(code);
}

std::string Viewer::TextOf(int code) const {
  if (code == SQLITE_INTERRUPT || code == SQLITE_TOOBIG) {
    return fmt::format("{} holds more than can be shown", path_);
  }
  // Whoever may write would make one.
  const bool lacks_index =
      (code & 0xff) == SQLITE_CANTOPEN && Exists(path_ + "-wal") && !Exists(path_ + "-shm");
  return lacks_index ? fmt::format("{}-shm is gone: the next run that counts makes it", path_)
                     : fmt::format("{} {}", path_, FailureText(code));
}

// Without a log all is in the file, and nobody writes it; else what is committed may be in the log,
// whose index belongs to those who write.
int Viewer::Read(bool has_log) {
  database_.reset();
  sqlite3* database = nullptr;
  const std::string uri = UriOf(path_, has_log ? "?readonly_shm=1" : "?immutable=1");
  constexpr int kFlags =
      SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_URI;
  int code = sqlite3_open_v2(uri.c_str(), &database, kFlags, kReadingOnly);
  database_.reset(database);
  if (code != SQLITE_OK) return code;
  sqlite3_extended_result_codes(database, 1);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_busy_timeout(database, static_cast<int>(patience_.count()));
  sqlite3_progress_handler(database, 10'000, &Viewer::IsLate, this);
  constexpr int kLongestText = 64 << 10;
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kLongestText);
  deadline_ = Clock::now() + 4 * patience_;
  code = Execute(database,
                 "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
  if (code == SQLITE_OK) code = Recognise();
  return code;
}

int Viewer::Recognise() {
  int64_t application = 0;
  int64_t version = 0;
  int64_t objects = 0;
  // In one view of it: its tables may be being made just now.
  int code = Execute(database_.get(), "BEGIN");
  if (code == SQLITE_OK) code = QueryInt(database_.get(), "PRAGMA application_id", &application);
  if (code == SQLITE_OK) code = QueryInt(database_.get(), "PRAGMA user_version", &version);
  if (code == SQLITE_OK) {
    code = QueryInt(database_.get(), "SELECT count(*) FROM sqlite_schema", &objects);
  }
  Execute(database_.get(), "ROLLBACK");
  if (code != SQLITE_OK) return code;
  if (application == 0 && version == 0 && objects == 0) return SQLITE_OK;  // about to be made
  if (application != kCounterApplication) {
    view.fault = fmt::format("{} is a database, but none of writ's", path_);
    return SQLITE_OK;
  }
  if (version != kCounterSchema) {
    view.fault = fmt::format("{} was written by another version of writ", path_);
    return SQLITE_OK;
  }
  return ReadCounts();
}

int Viewer::ReadCounts() {
  Statement rows;
  int code = rows.Prepare(
      database_.get(),
      "SELECT seconds, sliding, scale, shadow, global, space, scope, name, key, start, value, "
      "slices, most FROM counts JOIN counters ON counters.id = counter WHERE ends > ?1");
  if (code != SQLITE_OK) return code == SQLITE_ERROR ? SQLITE_CORRUPT : code;
  rows.Bind(1, now_);
  while ((code = rows.Step()) == SQLITE_ROW) {
    ShownCount shown;
    if (!Load(rows, shown)) return SQLITE_CORRUPT;
    Keep(std::move(shown));
  }
  std::sort_heap(view.counts.begin(), view.counts.end(), IsFuller);
  return code == SQLITE_DONE ? SQLITE_OK : code;
}

// False if no writ can have written the row.
bool Viewer::Load(Statement& row, ShownCount& shown) {
  const int64_t seconds = row.Int(0);
  const int64_t scale = row.Int(2);
  if (seconds < 1 || seconds > Window::kMaxSeconds || scale < 0 || scale > kMaxScale) return false;
  shown.window = {seconds, row.Int(1) != 0};
  shown.scale = static_cast<uint8_t>(scale);
  shown.shadow = row.Int(3) != 0;
  shown.global = row.Int(4) != 0;
  shown.space = CutToBytes(row.Bytes(5), kMaxShownNameBytes);
  shown.scope = CutToBytes(row.Bytes(6), kMaxShownNameBytes);
  shown.name = CutToBytes(row.Bytes(7), kMaxShownNameBytes);
  shown.key = row.Bytes(8);
  if (shown.key.size() > kMaxCounterKeyBytes) return false;
  Count count;
  count.window = shown.window;
  if (!count.Load(row.Int(9), row.Int(10), row.Bytes(11))) return false;
  shown.limit = row.Int(12);
  count.MoveOn(now_);
  shown.used = count.value;
  if (__builtin_sub_overflow(shown.limit, shown.used, &shown.remaining) || shown.remaining < 0) {
    shown.remaining = 0;
  }
  shown.resets_at = shown.remaining > 0 ? count.EmptiesAt() : count.ResetsAt(1, shown.limit);
  return true;
}

// As a heap, whose front is the least full.
void Viewer::Keep(ShownCount shown) {
  view.counts.push_back(std::move(shown));
  std::push_heap(view.counts.begin(), view.counts.end(), IsFuller);
  if (view.counts.size() <= kMaxShownCounts) return;
  std::pop_heap(view.counts.begin(), view.counts.end(), IsFuller);
  view.counts.pop_back();
  ++view.more;
}

}  // namespace

CounterView ViewCounters(const std::string& path, int64_t now, std::chrono::milliseconds patience) {
  Viewer viewer(path, now, patience);
  viewer.Run();
  return std::move(viewer.view);
}

}  // namespace writ
