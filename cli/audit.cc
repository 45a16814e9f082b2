// Choosing and opening the audit log.
// Tested by tests/faults/test_audit.py.
#include "cli/audit.h"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "proxy/audit_file.h"
#include "proxy/audit_key.h"
#include "proxy/audit_syslog.h"

namespace writ {
namespace {

tl::expected<std::unique_ptr<AuditSink>, FileRefusal> OpenSink(const AuditOptions& options,
                                                               const std::string& state_folder,
                                                               bool insecure_permissions,
                                                               const std::string& session,
                                                               const AuditKey& key) {
  if (options.where == "syslog") {
    auto opened = AuditSyslog::Open();
    if (!opened.has_value()) return tl::unexpected(FileRefusal{std::move(opened.error())});
    return std::move(*opened);
  }
  AuditFileOptions file;
  file.path = options.where.empty() ? state_folder + "/audit/" : options.where;
  file.max_bytes = options.file_bytes;
  file.max_age = std::chrono::hours(options.file_hours);
  file.insecure_permissions = insecure_permissions;
  file.session = session;
  file.key = key;
  auto opened = AuditFile::Open(std::move(file));
  if (!opened.has_value()) return tl::unexpected(std::move(opened.error()));
  return std::move(*opened);
}

}  // namespace

tl::expected<AuditTrail, StateFault> OpenAudit(const AuditOptions& options,
                                               const StateOptions& state,
                                               const VerifiedProgram& program,
                                               const std::vector<std::string>& policies,
                                               const std::vector<std::string>& server,
                                               const Log& log) {
  if (options.where == "none") return AuditTrail{};
  constexpr std::string_view kOtherKey =
      "--state-dir DIR has a key of its own, --audit none needs none";
  constexpr std::string_view kElsewhere =
      "--audit FILE or DIR/ keeps records elsewhere, --audit none keeps none";
  const auto folder = StateFolder(state);
  if (!folder.has_value()) {
    return tl::unexpected(FaultOf(FileRefusal{folder.error()}, kOtherKey));
  }
  const auto key = ReadOrMakeAuditKey(*folder, state.insecure_permissions);
  if (!key.has_value()) return tl::unexpected(FaultOf(key.error(), kOtherKey));

  AuditLogOptions log_options;
  log_options.arguments = options.arguments;
  log_options.sync = options.sync;
  log_options.fail_open = options.fail_open;
  log_options.session = NewAuditSession();
  auto sink = OpenSink(options, *folder, state.insecure_permissions, log_options.session, *key);
  if (!sink.has_value()) return tl::unexpected(FaultOf(sink.error(), kElsewhere));

  AuditTrail trail;
  trail.sink = std::move(*sink);
  trail.log = std::make_unique<AuditLog>(*trail.sink, *key, log, std::move(log_options));
  StartRecord start;
  start.writ = WRIT_VERSION;
  start.pid = getpid();
  start.program = program->digest;
  start.policies = policies;
  start.server = server.front();
  if (std::string fault = trail.log->Begin(std::move(start)); !fault.empty()) {
    return tl::unexpected(FaultOf(FileRefusal{std::move(fault)}, kElsewhere));
  }
  return trail;
}

}  // namespace writ
