// Compiling what has changed, beside the session.
// Tested by tests/faults/test_reload.py.
#include "cli/reload.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/print.h"
#include "proxy/signals.h"

namespace writ {
namespace {

using Clock = std::chrono::steady_clock;

// The names of files change with what the policies say, which may change meanwhile.
constexpr int kMostRounds = 3;

std::vector<std::string> NamesOf(const std::vector<FileRead>& files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const FileRead& file : files) names.push_back(file.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::set<std::string> EmptyOf(const std::vector<FileRead>& files) {
  std::set<std::string> names;
  for (const FileRead& file : files) {
    if (file.source->text().empty()) names.insert(file.name);
  }
  return names;
}

// Of what was read and what was said of it. Not 0.
size_t HashOf(const LoadedPolicy& loaded) {
  size_t hash = 1;
  const auto add = [&hash](std::string_view text) {
    hash = hash * 31 + std::hash<std::string_view>()(text);
  };
  for (const FileRead& file : loaded.files) {
    add(file.name);
    add(file.source != nullptr ? file.source->text() : "unreadable");
  }
  for (const std::string& text : loaded.said) add(text);
  return hash | 1;
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

bool Reloader::Begin(std::shared_ptr<const VerifiedProgram> running,
                     const std::vector<FileRead>& files) {
  running_ = std::move(running);
  files_ = NamesOf(files);
  empty_ = EmptyOf(files);
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
  // What changed between the first loading and now was not seen: so it is loaded once more.
  do {
    LoadAnew();
  } while (Wait());
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
    if (!asked && (!settling_.due().has_value() || Clock::now() < *settling_.due())) continue;
    settling_.Clear();
    return true;
  }
}

void Reloader::LoadAnew() {
  LoadedPolicy loaded = LoadWatched();
  if (loaded.program == nullptr) return Refuse(std::move(loaded));
  if ((*loaded.program)->digest == (*running_)->digest) {
    refused_ = 0;
    return;
  }
  // It is taken for one that is being written.
  std::set<std::string> empty = EmptyOf(loaded.files);
  for (const std::string& file : empty) {
    if (empty_.count(file) > 0) continue;
    loaded.refusal = fmt::format("{} is empty", file);
    loaded.said.push_back(ErrorText(loaded.refusal + ", as a file is that is being written",
                                    "a list without entries is a file with one empty line"));
    return Refuse(std::move(loaded));
  }
  Say(loaded);
  refused_ = 0;
  empty_ = std::move(empty);
  before_ = std::exchange(running_, loaded.program);
  reloads_.Put({std::move(loaded.program), {}});
}

// What is watched before it is read cannot change unnoticed.
LoadedPolicy Reloader::LoadWatched() {
  for (int round = 1;; ++round) {
    WatchFiles();
    LoadedPolicy loaded = loader_.Load();
    std::vector<std::string> names = NamesOf(loaded.files);
    if (names == files_) return loaded;
    files_ = std::move(names);
    if (round < kMostRounds) continue;
    WatchFiles();
    settling_.Note(Clock::now(), false);
    return loaded;
  }
}

void Reloader::WatchFiles() {
  std::vector<std::string> blind = watch_.Watch(files_);
  if (blind == blind_) return;
  blind_ = std::move(blind);
  for (const std::string& folder : blind_) {
    log_.Warn(fmt::format("changes cannot be seen in {}; SIGHUP reloads", folder));
  }
}

void Reloader::Refuse(LoadedPolicy loaded) {
  const size_t hash = HashOf(loaded);
  if (hash == refused_) return;
  refused_ = hash;
  Say(loaded);
  reloads_.Put({nullptr, std::move(loaded.refusal)});
}

void Reloader::Say(const LoadedPolicy& loaded) {
  for (const std::string& text : loaded.said) {
    log_.PassOn(std::string_view(text).substr(0, text.size() - 1));
  }
}

}  // namespace writ
