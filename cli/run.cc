// writ run: a server behind a policy.
// Tested by tests/faults/ and tests/e2e/.
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>

#include "cli/audit.h"
#include "cli/commands.h"
#include "cli/freed_memory.h"
#include "cli/policy_loader.h"
#include "cli/print.h"
#include "cli/reload.h"
#include "cli/state.h"
#include "compiler/read_file.h"
#include "proxy/child.h"
#include "proxy/policy_session.h"
#include "proxy/pump.h"

namespace writ {

namespace {

constexpr auto kPatience = std::chrono::milliseconds(50);  // with a compiler, at the end

// Whether policies can be watched: false, and said, if not.
bool CanWatch(const std::vector<std::string>& policies, const Reloader& reloader) {
  const auto stream = std::find_if(policies.begin(), policies.end(), NamesAStream);
  if (stream != policies.end()) {
    PrintError(fmt::format("{} cannot be read again, as --watch asks for", *stream),
               "give a file, or leave out --watch");
    return false;
  }
  const std::string fault = reloader.Fault();
  if (fault.empty()) return true;
  PrintError(
      fmt::format("policies cannot be watched: {}", fault),
      "raise fs.inotify.max_user_instances or the limit of open files, or leave out --watch");
  return false;
}

// Returns those that were held back before.
sigset_t HoldBack(std::initializer_list<int> signals) {
  sigset_t held;
  sigset_t before;
  sigemptyset(&held);
  for (const int signal : signals) sigaddset(&held, signal);
  pthread_sigmask(SIG_BLOCK, &held, &before);
  return before;
}

// The session itself: from the start of the server until nothing is left of it.
int RunServer(const RunOptions& options, LoadedPolicy loaded, Counters& counters, Audit* audit,
              const Log& log, Reloader* reloader) {
  tl::expected<Child, std::string> server =
      Child::Start(options.server, EnvironmentFor(options.environment, OwnEnvironment()));
  if (!server.has_value()) {
    log.Error(server.error());
    return kExitUsage;
  }
  // Not before the server: a process with threads is not to be forked.
  if (reloader != nullptr && !reloader->Begin(*loaded.program, loaded.files)) {
    log.Error("policies cannot be watched: no thread is left");
    return kExitUsage;
  }
  loaded.files.clear();  // lists may be long
  GiveBackFreedMemory();

  SessionOptions session_options;
  session_options.max_depth = options.max_depth;
  session_options.max_in_flight = options.max_in_flight;
  session_options.denial_prefix = options.denial_prefix;
  session_options.labels = std::move(loaded.labels);
  session_options.audit = audit;
  if (reloader != nullptr) session_options.reloads = &reloader->reloads();
  PolicySession session(std::move(loaded.program), counters, log, session_options);
  PumpOptions pump_options;
  pump_options.max_line_bytes = options.max_line_bytes;
  return RunPump(0, 1, *server, session, log, pump_options);
}

}  // namespace

int Run(const RunOptions& options) {
  // A file that may not grow is an error to deny by, and no end of the session.
  signal(SIGXFSZ, SIG_IGN);
  // One that comes before it is listened to must not end the session either.
  if (options.watch) HoldBack({SIGHUP});
  PolicyLoader loader(options.policies, options.labels, options.state.insecure_permissions);
  if (!options.require_signature.empty()) {
    auto keys = TrustedKeys::Read(options.require_signature, options.state.insecure_permissions);
    if (!keys.has_value()) {
      PrintError(keys.error().message, keys.error().hint);
      return kExitUsage;
    }
    loader.RequireSignatures(std::move(*keys));
  }
  LoadedPolicy loaded = loader.Load();
  for (const std::string& text : loaded.said) PrintErr(text);
  if (loaded.program == nullptr) return kExitUsage;
  std::optional<Reloader> reloader;
  if (options.watch) {
    reloader.emplace(std::move(loader), options.log_level);
    if (!CanWatch(options.policies, *reloader)) return kExitUsage;
  }

  const Log log(options.log_level);
  const VerifiedProgram& program = *loaded.program;
  for (const std::string& policy : options.policies) {
    log.Info(fmt::format("running {}, program {}", policy, ShortDigest(program->digest)));
  }
  auto counters = OpenCounters(options.state, program, options.watch, log);
  if (!counters.has_value()) {
    PrintError(counters.error().message, counters.error().hint);
    return kExitUsage;
  }
  // From its first record on the log is to get its last one, also when the pump is over.
  const sigset_t before = HoldBack({SIGTERM, SIGINT, SIGHUP});
  auto audit =
      OpenAudit(options.audit, options.state, program, options.policies, options.server, log);
  if (!audit.has_value()) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);  // stderr may be full
    PrintError(fmt::format("the audit log cannot be kept: {}", audit.error().message),
               audit.error().hint);
    return kExitUsage;
  }
  Reloader* const watching = reloader.has_value() ? &*reloader : nullptr;
  const int status =
      RunServer(options, std::move(loaded), **counters, audit->log.get(), log, watching);
  if (audit->log != nullptr) audit->log->End(status);
  counters->reset();
  // A long policy takes a compiler seconds, and nobody will run what it makes.
  if (watching != nullptr && !watching->End(kPatience)) _exit(status);
  return status;
}

}  // namespace writ
