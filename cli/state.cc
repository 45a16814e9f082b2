// Choosing and opening the store of counters.
// Tested by tests/faults/test_state.py.
#include "cli/state.h"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <utility>

#include "proxy/counters_memory.h"
#include "proxy/counters_sqlite.h"

namespace writ {

StateFault FaultOf(const FileRefusal& refusal, std::string_view elsewhere) {
  StateFault fault{refusal.message, std::string(elsewhere)};
  if (refusal.is_unsafe) fault.hint += "; --insecure-permissions takes them as they are";
  if (!refusal.remedy.empty()) fault.hint.insert(0, refusal.remedy + " takes that right away; ");
  return fault;
}

tl::expected<std::string, std::string> DefaultStateFolder() {
  // A relative one is to be ignored (XDG Base Directory Specification).
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') return fmt::format("{}/writ", state);
  const char* home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') {
    const passwd* user = getpwuid(geteuid());
    home = user != nullptr ? user->pw_dir : nullptr;
  }
  if (home == nullptr || home[0] != '/') {
    return tl::unexpected(std::string("neither HOME nor XDG_STATE_HOME says where state is kept"));
  }
  return fmt::format("{}/.local/state/writ", home);
}

tl::expected<std::string, std::string> StateFolder(const StateOptions& options) {
  if (!options.folder.empty()) return options.folder;
  return DefaultStateFolder();
}

tl::expected<std::unique_ptr<Counters>, StateFault> OpenCounters(const StateOptions& options,
                                                                 const VerifiedProgram& program,
                                                                 bool may_change, const Log& log) {
  const bool is_needed = NeedsCounterFile(*program);
  if (options.in_memory || (!is_needed && !may_change)) return std::make_unique<MemoryCounters>();
  constexpr std::string_view kElsewhere =
      "--state-dir DIR keeps counters elsewhere, --state memory for this run only";
  CounterFileOptions file;
  file.insecure_permissions = options.insecure_permissions;
  file.log = &log;
  auto folder = StateFolder(options);
  if (!folder.has_value() && is_needed) {
    return tl::unexpected(StateFault{std::move(folder.error()), std::string(kElsewhere)});
  }
  (folder.has_value() ? file.folder : file.no_folder) =
      std::move(folder.has_value() ? *folder : folder.error());
  auto counters = std::make_unique<SqliteCounters>(
      std::move(file), SqliteCounters::Prefix{options.prefix, program->policies.size() > 1});
  if (!is_needed) return counters;
  if (auto opened = counters->Open(); !opened.has_value()) {
    return tl::unexpected(FaultOf(opened.error(), kElsewhere));
  }
  return counters;
}

}  // namespace writ
