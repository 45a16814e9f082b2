// Choosing and opening the audit log.
// Tested by tests/faults/test_audit.py.
#include "cli/audit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "proxy/audit_file.h"
#include "proxy/audit_key.h"
#include "proxy/audit_syslog.h"
#include "proxy/permissions.h"

namespace writ {
namespace {

tl::expected<std::unique_ptr<AuditSink>, std::string> OpenSink(const AuditOptions& options,
                                                               const std::string& state_folder,
                                                               bool insecure_permissions,
                                                               const std::string& session) {
  if (options.where == "syslog") return AuditSyslog::Open();
  AuditFileOptions file;
  file.path = options.where.empty() ? state_folder + "/audit/" : options.where;
  file.max_bytes = options.file_bytes;
  file.max_age = std::chrono::hours(options.file_hours);
  file.insecure_permissions = insecure_permissions;
  file.session = session;
  return AuditFile::Open(std::move(file));
}

}  // namespace

tl::expected<AuditTrail, std::string> OpenAudit(const AuditOptions& options,
                                                const StateOptions& state,
                                                const VerifiedProgram& program,
                                                const std::vector<std::string>& server,
                                                const Log& log) {
  if (options.where == "none") return AuditTrail{};
  auto folder = StateFolder(state);
  if (folder.has_value()) folder = MakePrivateFolder(*folder);
  if (!folder.has_value()) return tl::unexpected(std::move(folder.error()));
  const auto key = ReadOrMakeAuditKey(*folder, state.insecure_permissions);
  if (!key.has_value()) return tl::unexpected(key.error());

  AuditLogOptions log_options;
  log_options.arguments = options.arguments;
  log_options.sync = options.sync;
  log_options.fail_open = options.fail_open;
  log_options.session = NewAuditSession();
  auto sink = OpenSink(options, *folder, state.insecure_permissions, log_options.session);
  if (!sink.has_value()) return tl::unexpected(std::move(sink.error()));

  AuditTrail trail;
  trail.sink = std::move(*sink);
  trail.log = std::make_unique<AuditLog>(*trail.sink, *key, log, std::move(log_options));
  StartRecord start;
  start.writ = WRIT_VERSION;
  start.pid = getpid();
  start.program = program->digest;
  start.policies = program->files;
  start.server = server.front();
  if (std::string fault = trail.log->Begin(std::move(start)); !fault.empty()) {
    return tl::unexpected(std::move(fault));
  }
  return trail;
}

}  // namespace writ
