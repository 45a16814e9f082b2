// writ verify --audit: whether the records that writ wrote are still what it wrote.
// Tested by tests/faults/test_audit.py.
#include <fmt/core.h>

#include <string>

#include "cli/commands.h"
#include "cli/print.h"
#include "proxy/audit_key.h"
#include "proxy/audit_verify.h"
#include "vm/json_text.h"
#include "vm/shown.h"

namespace writ {
namespace {

std::string CountOf(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void PrintAsJson(const AuditReport& report) {
  std::string text =
      fmt::format("{{\"clean\":{},\"files\":{},\"sessions\":{},\"records\":{},\"findings\":[",
                  report.is_clean(), report.files, report.sessions, report.records);
  for (size_t i = 0; i < report.findings.size(); ++i) {
    const AuditFinding& finding = report.findings[i];
    text += fmt::format("{}{{\"note\":{},\"file\":{},\"line\":{},\"what\":{}}}", i == 0 ? "" : ",",
                        finding.is_note, JsonQuote(finding.file), finding.line,
                        JsonQuote(finding.what));
  }
  PrintJson(text + fmt::format("],\"more_findings\":{}}}\n", report.more_findings));
}

void PrintText(const AuditReport& report) {
  for (const AuditFinding& finding : report.findings) {
    const std::string file = EscapeUnseen(finding.file);
    PrintOut(fmt::format("{}{}: {}: {}\n", file,
                         finding.line > 0 ? fmt::format(":{}", finding.line) : std::string(),
                         finding.is_note ? "note" : "error", finding.what));
  }
  if (report.more_findings > 0) PrintOut(fmt::format("{} more\n", report.more_findings));
  PrintOut(fmt::format("{}: {} of {} in {} as written\n",
                       report.is_clean() ? "intact" : "NOT INTACT",
                       CountOf(report.records, "record"), CountOf(report.sessions, "session"),
                       CountOf(report.files, "file")));
}

}  // namespace

int VerifyLogs(const VerifyOptions& options) {
  auto folder = StateFolder(options.state);
  if (!folder.has_value()) {
    PrintError(folder.error(), "--state-dir DIR says where the key is");
    return kExitUsage;
  }
  const auto key = ReadAuditKey(*folder, options.state.insecure_permissions);
  if (!key.has_value()) {
    const StateFault fault =
        FaultOf(key.error(),
                "records can be verified only with the key of the installation that wrote them; "
                "--state-dir DIR says where it is");
    PrintError(fault.message, fault.hint);
    return kExitUsage;
  }
  const auto report = VerifyAudit(options.audit, *key);
  if (!report.has_value()) {
    PrintError(report.error());
    return kExitUsage;
  }
  if (options.json) {
    PrintAsJson(*report);
  } else {
    PrintText(*report);
  }
  return report->is_clean() ? kExitYes : kExitNo;
}

}  // namespace writ
