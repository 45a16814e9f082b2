// writ status: who runs, what was denied, what is left of quotas.
// Tested by tests/cli/status.py.
#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/status/audit_reader.h"
#include "cli/status/report.h"
#include "cli/status/screen.h"
#include "proxy/counter_file.h"
#include "proxy/counter_view.h"

namespace writ {
namespace {

constexpr int kBetweenLooks = 1000;  // milliseconds
constexpr int64_t kLongestSpan = int64_t{3660} * 86400;

// "90s", "30m", "6h", "7d": in seconds.
std::optional<int64_t> ReadSpan(const std::string& text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || end - unit != 1 || number < 1 || number > kLongestSpan) return {};
  const int64_t seconds = *unit == 's'   ? 1
                          : *unit == 'm' ? 60
                          : *unit == 'h' ? 3600
                          : *unit == 'd' ? 86400
                                         : 0;
  if (seconds == 0 || number > kLongestSpan / seconds) return {};
  return number * seconds;
}

// Looks again and again at the same two places.
class Lookout {
 public:
  // `needs_audit`: somebody has named it.
  Lookout(std::string audit, bool needs_audit, std::string counters, int64_t span)
      : audit_(std::move(audit)),
        needs_audit_(needs_audit),
        counters_(std::move(counters)),
        span_(span) {}

  // Fails where nothing can be read, or not the log that is meant. The fault is for people.
  tl::expected<StatusReport, std::string> Look();
  bool found_audit() const { return reader_->found(); }

 private:
  std::string audit_;
  bool needs_audit_;
  std::string counters_;
  int64_t span_;
  int64_t since_ = 0;
  std::unique_ptr<AuditReader> reader_;
};

tl::expected<StatusReport, std::string> Lookout::Look() {
  StatusReport report;
  report.now = Time::FromSystemClock().seconds;
  // What is counted once is not taken away one by one as it grows old: now and then all is counted
  // anew.
  const int64_t since = report.now - span_;
  if (reader_ == nullptr || since - since_ > span_ / 60 || since < since_) {
    AuditReaderOptions options;
    options.path = audit_;
    options.since = since;
    since_ = since;
    reader_ = std::make_unique<AuditReader>(std::move(options));
  }
  const auto read = reader_->Refresh();
  report.audit = audit_;
  report.counters = counters_;
  report.tally = &reader_->tally();
  report.quotas = ViewCounters(counters_, report.now);
  report.notes = reader_->Notes();
  if (read.has_value()) return report;
  const bool has_quotas = report.quotas.found && report.quotas.fault.empty();
  if (needs_audit_ || !has_quotas) return tl::unexpected(read.error());
  report.notes.push_back(read.error());
  return report;
}

TableStyle StyleOfStdout(size_t columns) {
  return {WantsColor(STDOUT_FILENO), columns};
}

size_t ColumnsOfStdout() {
  winsize size = {};
  const bool is_known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : SIZE_MAX;
}

int WatchOnScreen(Lookout& lookout) {
  std::string fault;
  {
    Watching watching;
    Screen screen(watching);
    do {
      const auto report = lookout.Look();
      if (!report.has_value()) {
        fault = report.error();
        break;
      }
      if (!screen.Draw(StatusTables(*report, StyleOfStdout(screen.columns())))) break;
    } while (watching.Wait(kBetweenLooks));
  }
  if (fault.empty()) return kExitYes;
  PrintError(fault);
  return kExitUsage;
}

int WatchAsJson(Lookout& lookout) {
  Watching watching;
  do {
    const auto report = lookout.Look();
    if (!report.has_value()) {
      PrintError(report.error());
      return kExitUsage;
    }
    if (!watching.Write(StatusJson(*report))) break;
  } while (watching.Wait(kBetweenLooks));
  if (watching.error() == 0) return kExitYes;
  if (watching.error() != EPIPE) {  // whose reader has seen enough
    PrintError(fmt::format("cannot write the output: {}", std::strerror(watching.error())));
  }
  return kExitUsage;
}

}  // namespace

int Status(const StatusOptions& options) {
  const auto span = ReadSpan(options.since);
  if (!span.has_value()) {
    PrintError("--since takes a number and one of s, m, h, d, 3660d at most",
               "writ status --since 7d");
    return kExitUsage;
  }
  const bool is_terminal = isatty(STDOUT_FILENO) == 1;
  const bool as_json = options.json || (!is_terminal && !options.table);
  if (options.watch && !is_terminal && !options.json) {
    PrintError("--watch draws on a terminal, and stdout is none",
               "--watch --json prints an object a line, every second");
    return kExitUsage;
  }
  if (options.watch && !options.json && IsTerminalDumb()) {
    PrintError("--watch draws in place, which this terminal cannot (TERM=dumb)",
               "--watch --json prints an object a line, every second");
    return kExitUsage;
  }
  const auto folder = StateFolder(options.state);
  if (!folder.has_value()) {
    PrintError(folder.error(), "--state-dir DIR says where");
    return kExitUsage;
  }
  Lookout lookout(options.audit.empty() ? *folder + "/audit" : options.audit,
                  !options.audit.empty(), fmt::format("{}/{}", *folder, kCounterFile), *span);
  const auto report = lookout.Look();
  if (!report.has_value()) {
    PrintError(report.error(), "--audit FILE or DIR, --state-dir DIR say where records are");
    return kExitUsage;
  }
  // A place that somebody names is meant to be there.
  if (!lookout.found_audit() && !options.audit.empty()) {
    PrintError(fmt::format("{} does not exist", options.audit),
               "writ run --audit FILE or DIR/ makes it");
    return kExitUsage;
  }
  if (!lookout.found_audit() && !report->quotas.found && !options.state.folder.empty()) {
    PrintError(fmt::format("{} holds nothing of writ's", *folder),
               "--state-dir is the one of writ run");
    return kExitUsage;
  }
  if (options.watch) return as_json ? WatchAsJson(lookout) : WatchOnScreen(lookout);
  PrintOut(as_json ? StatusJson(*report) : StatusTables(*report, StyleOfStdout(ColumnsOfStdout())));
  return kExitYes;
}

}  // namespace writ
