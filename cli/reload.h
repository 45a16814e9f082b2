// Reloading: what `writ run --watch` does when a policy changes.
//
// A thread of its own waits for a change of the files (proxy/file_watch.h) or to be asked, lets it
// settle, compiles, and hands the program over (proxy/reloads.h). So no call waits for a compiler,
// nor for a reader of stderr: what the compiler says this thread writes itself.
//
// What may not run leaves the running program alone, and is told once: also a list that is empty
// all of a sudden, as it is while it is written anew. What compiles to the program that runs is not
// mentioned.
//
// Tested by tests/faults/test_reload.py.
#pragma once

#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
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

class Reloader {
 public:
  Reloader(PolicyLoader loader, LogLevel log_level);
  ~Reloader();  // waits for the thread to end
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  // What the system refuses that is needed to watch; empty: nothing.
  std::string Fault() const;

  // From now on. `running`: what was loaded, from `files`. False if there is no thread to be had.
  bool Begin(std::shared_ptr<const VerifiedProgram> running, const std::vector<FileRead>& files);

  // Ends the thread: at once, or when it has compiled what it is at. False if that takes longer.
  bool End(std::chrono::milliseconds patience);

  Reloads& reloads() { return reloads_; }

 private:
  void Run();
  bool Wait();
  void LoadAnew();
  LoadedPolicy LoadWatched();
  void WatchFiles();
  void Refuse(LoadedPolicy loaded);
  void Say(const LoadedPolicy& loaded);

  PolicyLoader loader_;
  Log log_;
  FileWatch watch_;
  Reloads reloads_;
  Bell stop_;
  Settling settling_;
  std::vector<std::string> files_;                  // that are watched
  std::vector<std::string> blind_;                  // folders that cannot be, as it was told
  std::shared_ptr<const VerifiedProgram> running_;  // the last that was handed over
  // The one before: the session drops it, and must not be the one to free it, which takes time.
  std::shared_ptr<const VerifiedProgram> before_;
  std::set<std::string> empty_;  // of the files of what runs
  size_t refused_ = 0;           // what was refused since; 0: nothing
  std::promise<void> ended_;
  std::thread thread_;
};

}  // namespace writ
