// writ test: suites of expected decisions.
// Tested by tests/cli/suites.py and tests/cli/coverage.py.
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "cli/commands.h"
#include "cli/coverage/coverage_reports.h"
#include "cli/file_kind.h"
#include "cli/labels.h"
#include "cli/output_file.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/suite.h"
#include "cli/test/filter.h"
#include "cli/test/results.h"

namespace writ {
namespace {

constexpr std::string_view kJunitBeginning =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"writ test\"";
constexpr std::string_view kLcovBeginning = "TN:\nSF:";

class TestRun {
 public:
  TestRun(const TestOptions& options, const Facts::Labels& labels)
      : options_(options), labels_(labels), filter_(options.filter), policies_(options.coverage) {
    results_.has_coverage = options.coverage;
  }

  void Run() {
    for (const std::string& path : options_.suites) {
      results_.suites.emplace_back().path = path;
      RunSuite(results_.suites.back());
    }
  }

  const TestResults& results() const { return results_; }

 private:
  void RunSuite(SuiteResult& result) {
    Diagnostics diagnostics;
    const std::optional<Suite> suite = LoadSuite(result.path, labels_, policies_, diagnostics);
    Report(diagnostics);
    if (!suite.has_value()) {
      result.is_readable = false;
      result.faults = diagnostics.all();
      return;
    }
    std::vector<const Case*> taken;
    for (const Case& made : suite->cases) {
      if (filter_.Takes(result.path, made.name)) taken.push_back(&made);
    }
    results_.left_out += suite->cases.size() - taken.size();
    PolicyCoverage* const coverage = CoverageOf(*suite);
    if (taken.empty()) return;

    Progress progress(fmt::format("testing {}", Shown(result.path)));
    const uint64_t all = CallsOf(taken);
    uint64_t done = 0;
    const auto advance = [&] { progress.At(++done, all); };
    for (const Case* made : taken) {
      result.cases.push_back(RunCase(*suite, *made, coverage, advance));
      Print(result.cases.back(), progress);
    }
    progress.Clear();
    results_.failed += result.failed();
    results_.passed += result.cases.size() - result.failed();
    if (options_.json) return;
    PrintOut(fmt::format("{} {}: {} of {} cases passed\n", result.failed() == 0 ? "ok  " : "FAIL",
                         Shown(result.path), result.cases.size() - result.failed(),
                         result.cases.size()));
  }

  // Null where nothing is measured.
  PolicyCoverage* CoverageOf(const Suite& suite) {
    if (!options_.coverage) return nullptr;
    PolicyCoverage*& coverage = coverage_of_[suite.policy.get()];
    if (coverage == nullptr) {
      kept_.push_back(suite.policy);
      results_.coverage.push_back(
          std::make_unique<PolicyCoverage>(suite.policy->name(), suite.policy->traced()));
      coverage = results_.coverage.back().get();
    }
    return coverage;
  }

  static uint64_t CallsOf(const std::vector<const Case*>& cases) {
    uint64_t calls = 0;
    for (const Case* made : cases) {
      for (const Step& step : made->steps) {
        if (step.kind == Step::Kind::kCall) calls += static_cast<uint64_t>(step.repeat);
      }
    }
    return calls;
  }

  void Print(const CaseResult& result, Progress& progress) const {
    if (options_.json || (result.passed && !options_.verbose)) return;
    progress.Clear();
    if (!result.passed) {
      PrintErr(Render(result.failure, WantsColor(2)) + FailureDetails(result, WantsColor(2)));
    }
    if (options_.verbose) {
      PrintOut(fmt::format("  {}  {}  ({})\n", result.passed ? "ok  " : "FAIL", Shown(result.name),
                           MillisecondsText(result.time)));
    }
  }

  const TestOptions& options_;
  const Facts::Labels& labels_;
  const CaseFilter filter_;
  TestedPolicies policies_;
  std::vector<std::shared_ptr<TestedPolicy>> kept_;  // what is covered refers to them
  std::map<const TestedPolicy*, PolicyCoverage*> coverage_of_;
  TestResults results_;
};

// Says on stderr what is not covered enough.
bool CoversEnough(const Coverages& policies, double percent) {
  if (IsAtLeast(policies, percent)) return true;
  std::string names;
  for (const auto& policy : policies) {
    const bool enough = policy->is_measured() && policy->rules().IsAtLeast(percent) &&
                        policy->outcomes().IsAtLeast(percent);
    if (!enough) names += (names.empty() ? "" : ", ") + Shown(policy->name());
  }
  PrintError(fmt::format("less than {} % covered: {}", percent, names));
  return false;
}

void PrintResults(const TestResults& results, const TestOptions& options) {
  if (options.json) return PrintJson(ResultsJson(results, options.verbose));
  PrintOut(fmt::format(
      "{} passed, {} failed{}\n", results.passed, results.failed,
      results.left_out == 0 ? "" : fmt::format(", {} left out by --filter", results.left_out)));
  if (!results.has_coverage || results.coverage.empty()) return;
  PrintOut("\n" + CoverageText(results.coverage, options.verbose, {WantsColor(1)}));
}

// What was written before is written anew; whatever else stands there is somebody's, and may well
// be a suite that a pattern of the shell put behind the flag. Says so on stderr.
bool MayBeWritten(const std::string& path, std::string_view beginning) {
  struct stat status;
  // What is no file (a pipe, say) holds nothing that would be lost.
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return true;
  std::ifstream file(path, std::ios::binary);
  std::string there(beginning.size(), '\0');
  file.read(there.data(), static_cast<std::streamsize>(there.size()));
  if (status.st_size == 0 || there == beginning) return true;
  PrintError(fmt::format("{} is there already, and no such file as would be written", Quote(path)),
             "name another file, or remove it");
  return false;
}

// Before any case runs: nobody is to wait for what cannot be written in the end.
bool FilesMayBeWritten(const TestOptions& options) {
  for (const auto& [path, beginning] :
       {std::pair<const std::string&, std::string_view>{options.junit, kJunitBeginning},
        {options.lcov, kLcovBeginning}}) {
    if (path.empty()) continue;
    if (!Spares({path, true}, options.suites) || !MayBeWritten(path, beginning)) return false;
  }
  if (options.junit.empty() || options.junit != options.lcov) return true;
  PrintError(fmt::format("{} is named for both, --junit and --lcov", Quote(options.junit)),
             "name two files");
  return false;
}

// False if one could not be written, which is said on stderr.
bool WriteFiles(const TestResults& results, const TestOptions& options) {
  bool written = true;
  if (!options.junit.empty()) written = WriteOutput({options.junit, true}, JunitXml(results));
  if (!options.lcov.empty()) {
    written = WriteOutput({options.lcov, true}, CoverageLcov(results.coverage)) && written;
  }
  return written;
}

}  // namespace

int Test(const TestOptions& options) {
  const tl::expected<Facts::Labels, LabelFault> labels = ReadLabels(options.labels);
  if (!labels.has_value()) {
    PrintError(labels.error().message, labels.error().hint);
    return kExitUsage;
  }
  const auto bundle = std::find_if(options.suites.begin(), options.suites.end(), IsBundle);
  if (bundle != options.suites.end()) {
    PrintError(fmt::format("{} is a bundle, and no suite", *bundle),
               fmt::format("a suite names it: policy: {}", *bundle));
    return kExitUsage;
  }
  if (!FilesMayBeWritten(options)) return kExitUsage;
  TestRun run(options, *labels);
  run.Run();
  const TestResults& results = run.results();
  PrintResults(results, options);
  if (!WriteFiles(results, options)) return kExitUsage;
  const auto is_readable = [](const SuiteResult& suite) { return suite.is_readable; };
  if (!std::all_of(results.suites.begin(), results.suites.end(), is_readable)) return kExitUsage;
  if (results.left_out > 0 && results.passed + results.failed == 0) {
    PrintError("--filter takes no case", "-v without it names them all");
    return kExitUsage;
  }
  const bool covers =
      !options.fail_under.has_value() || CoversEnough(results.coverage, *options.fail_under);
  return results.failed == 0 && covers ? kExitYes : kExitNo;
}

}  // namespace writ
