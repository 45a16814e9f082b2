// Compiling what has changed, beside the session.
// Tested by tests/faults/test_reload.py.
#include "cli/reload.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <functional>
#include <iterator>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/freed_memory.h"
#include "cli/overdue.h"
#include "cli/print.h"
#include "compiler/read_file.h"
#include "proxy/signals.h"
#include "vm/bundle/format.h"

namespace writ {
namespace {

using Clock = std::chrono::steady_clock;

// The names of files change with what the policies say, which may change meanwhile.
constexpr int kMostRounds = 3;
constexpr auto kLongToCompile = std::chrono::seconds(1);
constexpr auto kLongestEmpty = std::chrono::seconds(10);  // and still being written

// Those with a text in them, or those without.
std::set<std::string> NamesOf(const std::vector<FileRead>& files, bool has_text) {
  std::set<std::string> names;
  for (const FileRead& file : files) {
    if (file.content.has_value() && file.content->is_empty != has_text) names.insert(file.name);
  }
  return names;
}

// A policy that may not run whatever it says.
LoadedPolicy Refusal(std::string message, const std::string& hint, std::string digest) {
  LoadedPolicy loaded;
  loaded.said.push_back(ErrorText(message, hint));
  loaded.refusal = std::move(message);
  loaded.digest = std::move(digest);
  return loaded;
}

size_t HashOf(const LoadedPolicy& loaded) {
  size_t hash = std::hash<std::string>()(loaded.digest);
  for (const std::string& text : loaded.said) {
    hash = hash * 31 + std::hash<std::string_view>()(text);
  }
  return hash;
}

}  // namespace

Reloader::Reloader(PolicyLoader loader, LogLevel log_level)
    : loader_(std::move(loader)), log_(log_level) {}

Reloader::~Reloader() {
  if (!thread_.joinable()) return;
  stop_.Ring();
  thread_.join();
}

std::string Reloader::Fault() const {
  if (watch_.fd() < 0) return std::strerror(-watch_.fd());
  if (!reloads_.CanBeHeard() || stop_.fd() < 0) return "no descriptor is left";
  return {};
}

bool Reloader::Begin(const VerifiedProgram& running, const std::vector<FileRead>& files) {
  running_ = DigestOf(files);
  program_ = running->digest;
  files_ = NamesOf(files);
  had_text_ = NamesOf(files, true);
  WatchFiles();
  // What changed between loading and now was not seen: so it is read once more.
  settling_.Note(Clock::now(), false);
  const AllSignalsBlocked blocked;  // they are the pump's
  try {
    thread_ = std::thread([this] {
      Run();
      ended_.set_value();
    });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

bool Reloader::End(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) return true;
  stop_.Ring();
  if (ended_.get_future().wait_for(patience) != std::future_status::ready) return false;
  thread_.join();
  return true;
}

void Reloader::Run() {
  for (bool goes_on = true; goes_on;) {
    try {
      goes_on = Step();
    } catch (const std::bad_alloc&) {
      GiveUp("memory ran out");
    } catch (...) {
      GiveUp("a fault in writ");
    }
  }
}

// False: to end.
bool Reloader::Step() {
  if (!Wait()) return false;
  LoadAnew();
  GiveBackFreedMemory();
  return true;
}

// What was loaded is freed by now, but memory may still be short.
void Reloader::GiveUp(const char* why) {
  try {
    asked_ = false;
    refused_.emplace();
    reloads_.Put({nullptr, why});
    WatchFiles();                    // it may have been cut short
  } catch (const std::exception&) {  // then nobody can be told
  }
}

// Until it is time to load. False: to end.
bool Reloader::Wait() {
  for (;;) {
    int timeout = -1;
    if (settling_.due().has_value()) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(*settling_.due() - Clock::now());
      timeout = static_cast<int>(std::max<int64_t>(left.count(), 0));
    }
    pollfd entries[] = {
        {stop_.fd(), POLLIN, 0}, {reloads_.asked().fd(), POLLIN, 0}, {watch_.fd(), POLLIN, 0}};
    poll(entries, std::size(entries), timeout);
    if (entries[0].revents != 0) return false;
    const FileWatch::Seen seen = watch_.Look();
    if (seen.changed) settling_.Note(Clock::now(), seen.written);
    const bool asked = reloads_.asked().Silence();
    asked_ |= asked;
    if (!asked && (!settling_.due().has_value() || Clock::now() < *settling_.due())) continue;
    settling_.Clear();
    return true;
  }
}

void Reloader::LoadAnew() {
  reloads_.FreeReturned();
  WatchFiles();
  const std::string digest = DigestOfWatched();
  const bool runs = digest == running_;
  const bool was_refused = refused_.has_value() && digest == refused_->digest;
  if (!digest.empty() && (runs || was_refused)) {
    if (const auto unsafe = loader_.FindUnsafe(files_)) {
      return Refuse(Refusal(unsafe->message, unsafe->hint, digest), true);
    }
    if (runs) return KeepRunning();
    if (!refused_->may_pass) return RefuseAgain();
  }
  LoadedPolicy loaded = LoadWatched();
  if (AwaitsSignature(loaded)) return;
  if (loaded.program == nullptr) {
    return Refuse(loaded, loader_.FindUnsafe(files_).has_value());
  }
  // It may have changed meanwhile.
  if (IsDoubtful(loaded)) return;
  if (loaded.digest == running_) return KeepRunning();
  Adopt(std::move(loaded));
}

void Reloader::Adopt(LoadedPolicy loaded) {
  for (const auto& [file, since] : empty_since_) {
    log_.Warn(fmt::format("{} is empty now, and taken as it is", file));
  }
  Say(loaded);
  empty_since_.clear();
  had_text_ = NamesOf(loaded.files, true);
  running_ = loaded.digest;
  program_ = (*loaded.program)->digest;
  refused_.reset();
  asked_ = false;
  reloads_.Put({std::move(loaded.program), {}});
}

// What is watched before it is read cannot change unnoticed. Empty if not all of it can be read.
std::string Reloader::DigestOfWatched() const {
  std::vector<FileRead> files;
  for (const std::string& file : files_) {
    const auto bytes = ReadFile(file, bundle::kMaxBundleBytes, Readable::kFiles);
    if (!bytes.has_value()) return {};
    files.push_back({file, FileContent::Of(*bytes)});
  }
  return DigestOf(files);
}

LoadedPolicy Reloader::LoadWatched() {
  for (int round = 1;; ++round) {
    LoadedPolicy loaded = Load();
    std::vector<std::string> names = NamesOf(loaded.files);
    if (names == files_) return loaded;
    files_ = std::move(names);
    WatchFiles();
    if (round < kMostRounds) continue;
    settling_.Note(Clock::now(), false);
    return loaded;
  }
}

LoadedPolicy Reloader::Load() {
  const Overdue overdue(kLongToCompile, [this] {
    log_.Info(fmt::format("compiling {} takes a while, {} goes on",
                          fmt::join(loader_.policies(), " and "), ShortDigest(program_)));
  });
  return loader_.Load();
}

void Reloader::WatchFiles() {
  std::vector<std::string> blind = watch_.Watch(files_);
  if (blind == blind_) return;
  blind_ = std::move(blind);
  for (const std::string& place : blind_) {
    log_.Warn(fmt::format("changes cannot be seen in {}; SIGHUP reloads", place));
  }
}

// Whether a file may be empty only because it is being written anew. Then it is read again later:
// not for ever, for what was made empty without being opened is never closed, and the writer may be
// that of another file.
bool Reloader::IsDoubtful(const LoadedPolicy& loaded) {
  const Time now = Clock::now();
  std::map<std::string, Time> since;
  Time latest;
  for (const std::string& file : NamesOf(loaded.files, false)) {
    if (had_text_.count(file) == 0) continue;
    const auto known = empty_since_.find(file);
    const Time at = known != empty_since_.end() ? known->second : now;
    since.emplace(file, at);
    latest = std::max(latest, at);
  }
  empty_since_ = std::move(since);
  if (empty_since_.empty()) return false;
  // Who was told, and asks again, means it.
  if (asked_ && refused_.has_value() && refused_->digest == loaded.digest) return false;
  if (!watch_.IsWritten()) {
    if (now >= latest + Settling::kLongest) return false;
    settling_.PutOff(latest + Settling::kLongest);
    return true;
  }
  if (now >= latest + kLongestEmpty) return false;
  settling_.PutOff(latest + kLongestEmpty);
  Refuse(Refusal(
             fmt::format("{} is empty, and being written", empty_since_.begin()->first),
             "it is read when its writer has closed it, in ten seconds at the latest, or on SIGHUP",
             loaded.digest),
         true);
  return true;
}

// Whether the signature of a bundle may be on its way, or the bundle of a signature: two files
// cannot be changed in one step.
bool Reloader::AwaitsSignature(const LoadedPolicy& loaded) {
  if (!loaded.lacks_signature) {
    unsigned_since_.reset();
    return false;
  }
  const Time now = Clock::now();
  if (!unsigned_since_.has_value()) unsigned_since_ = now;
  const Time until = *unsigned_since_ + Settling::kLongest;
  if (now < until) {
    settling_.PutOff(until);
    return true;
  }
  unsigned_since_.reset();
  return false;
}

void Reloader::KeepRunning() {
  unsigned_since_.reset();
  if (refused_.has_value()) {
    log_.Info(fmt::format("policy is again the one that runs: {}", ShortDigest(program_)));
  } else if (asked_) {
    log_.Info(fmt::format("policy unchanged: {}", ShortDigest(program_)));
  }
  refused_.reset();
  asked_ = false;
}

void Reloader::Refuse(const LoadedPolicy& loaded, bool may_pass) {
  const size_t hash = HashOf(loaded);
  const bool is_told = refused_.has_value() && refused_->hash == hash;
  refused_ = RefusedTexts{hash, loaded.digest, loaded.refusal, may_pass};
  if (is_told) return RefuseAgain();
  Say(loaded);
  asked_ = true;
  RefuseAgain();
}

// In one line, to whoever asked.
void Reloader::RefuseAgain() {
  if (!std::exchange(asked_, false)) return;
  reloads_.Put({nullptr, refused_->refusal, refused_->digest});
}

void Reloader::Say(const LoadedPolicy& loaded) {
  for (const std::string& text : loaded.said) {
    log_.PassOn(std::string_view(text).substr(0, text.size() - 1));
  }
}

}  // namespace writ
