// Reloading: what `writ run --watch` does when a policy changes.
//
// A thread of its own waits for a change of the files (proxy/file_watch.h) or to be asked, lets it
// settle, compiles, and hands the program over (proxy/reloads.h). So no call waits for a compiler,
// nor for a reader of stderr: what the compiler says this thread writes itself.
//
// What may not run leaves the running program alone, and is told once, in full; in one line again
// to whoever asks. What has the texts that were compiled last is not compiled again. A file that is
// empty all of a sudden, as it is while it is written anew, is believed when it has been empty for
// a second and nobody writes it. A bundle without its signature is refused when that has not come
// for a second.
//
// Memory may run out in here: that refuses what is loaded, and ends nothing.
//
// Tested by tests/faults/test_reload.py.
#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "cli/policy_loader.h"
#include "proxy/bell.h"
#include "proxy/file_watch.h"
#include "proxy/log.h"
#include "proxy/reloads.h"
#include "proxy/settling.h"

namespace writ {

// Texts that may not run.
struct RefusedTexts {
  size_t hash = 0;        // of what was said of them, too
  std::string digest;     // empty: not all could be read
  std::string refusal;    // why, in a few words
  bool may_pass = false;  // what is wrong can be mended without changing them
};

class Reloader {
 public:
  Reloader(PolicyLoader loader, LogLevel log_level);
  ~Reloader();  // waits for the thread to end
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  // What the system refuses that is needed to watch; empty: nothing.
  std::string Fault() const;

  // From now on. `running` was loaded of `files`. False if there is no thread to be had.
  bool Begin(const VerifiedProgram& running, const std::vector<FileRead>& files);

  // Ends the thread: at once, or when it has compiled what it is at. False if that takes longer.
  bool End(std::chrono::milliseconds patience);

  Reloads& reloads() { return reloads_; }

 private:
  using Time = Settling::Time;

  void Run();
  bool Step();
  void GiveUp(const char* why);
  bool Wait();
  void LoadAnew();
  std::string DigestOfWatched() const;
  LoadedPolicy LoadWatched();
  LoadedPolicy Load();
  void WatchFiles();
  bool IsDoubtful(const LoadedPolicy& loaded);
  bool AwaitsSignature(const LoadedPolicy& loaded);
  void KeepRunning();
  void Adopt(LoadedPolicy loaded);
  void Refuse(const LoadedPolicy& loaded, bool may_pass);
  void RefuseAgain();
  void Say(const LoadedPolicy& loaded);

  PolicyLoader loader_;
  Log log_;
  FileWatch watch_;
  Reloads reloads_;
  Bell stop_;
  Settling settling_;
  std::vector<std::string> files_;           // that are watched, as they were read
  std::vector<std::string> blind_;           // what cannot be, as it was told
  std::string running_;                      // the digest of the files of the last handed over
  std::string program_;                      // and of the program
  std::set<std::string> had_text_;           // of the files of that
  std::map<std::string, Time> empty_since_;  // of these, those that are empty now
  std::optional<Time> unsigned_since_;       // a bundle lacks its signature
  std::optional<RefusedTexts> refused_;      // the last that was, since
  bool asked_ = false;                       // and not answered yet
  std::promise<void> ended_;
  std::thread thread_;
};

}  // namespace writ
