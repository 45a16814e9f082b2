// writ run: a server behind a policy.
// Tested by tests/faults/ and tests/e2e/.
#include <fmt/format.h>
#include <signal.h>

#include "cli/audit.h"
#include "cli/commands.h"
#include "cli/labels.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/state.h"
#include "compiler/compile.h"
#include "proxy/child.h"
#include "proxy/permissions.h"
#include "proxy/policy_session.h"
#include "proxy/pump.h"

namespace writ {

namespace {

// What decides is worth nothing if others may change it; says so where they may.
bool AreSafe(const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    const std::optional<Opening> opening = WhoElseMayWrite(file);
    if (!opening.has_value()) continue;
    PrintError(fmt::format("{} is not safe to decide by: {}", file, opening->text),
               fmt::format("{}--insecure-permissions takes it as it is",
                           opening->remedy.empty() ? std::string()
                                                   : opening->remedy + " takes that right away; "));
    return false;
  }
  return true;
}

}  // namespace

int Run(const RunOptions& options) {
  // A file that may not grow is an error to deny by, and no end of the session.
  signal(SIGXFSZ, SIG_IGN);
  Diagnostics diagnostics;
  std::vector<std::string> read;
  std::shared_ptr<const VerifiedProgram> program =
      CompileFiles(options.policies, diagnostics, nullptr, &read);
  Report(diagnostics);
  if (program == nullptr) return kExitUsage;
  if (!options.state.insecure_permissions && !AreSafe(read)) return kExitUsage;
  tl::expected<Facts::Labels, LabelFault> labels = LabelsFor(*program, options.labels);
  if (!labels.has_value()) {
    PrintError(labels.error().message, labels.error().hint);
    return kExitUsage;
  }

  const Log log(options.log_level);
  for (const std::string& file : (*program)->files) {
    log.Info(fmt::format("running {}, program {}", file, (*program)->digest.substr(0, 16)));
  }
  auto counters = OpenCounters(options.state, *program, log);
  if (!counters.has_value()) {
    PrintError(counters.error().message, counters.error().hint);
    return kExitUsage;
  }
  auto audit = OpenAudit(options.audit, options.state, *program, options.server, log);
  if (!audit.has_value()) {
    PrintError(fmt::format("the audit log cannot be kept: {}", audit.error().message),
               audit.error().hint);
    return kExitUsage;
  }
  tl::expected<Child, std::string> server =
      Child::Start(options.server, EnvironmentFor(options.environment, OwnEnvironment()));
  if (!server.has_value()) {
    log.Error(server.error());
    if (audit->log != nullptr) audit->log->End(kExitUsage);
    return kExitUsage;
  }

  SessionOptions session_options;
  session_options.max_depth = options.max_depth;
  session_options.max_in_flight = options.max_in_flight;
  session_options.denial_prefix = options.denial_prefix;
  session_options.labels = std::move(*labels);
  session_options.audit = audit->log.get();
  PolicySession session(std::move(program), **counters, log, session_options);
  PumpOptions pump_options;
  pump_options.max_line_bytes = options.max_line_bytes;
  const int status = RunPump(0, 1, *server, session, log, pump_options);
  if (audit->log != nullptr) audit->log->End(status);
  return status;
}

}  // namespace writ
