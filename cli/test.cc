// writ test: suites of expected decisions.
// Tested by tests/cli/suites.py.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/file_kind.h"
#include "cli/labels.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/suite.h"
#include "compiler/load/constant.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "vm/json_text.h"
#include "vm/slots.h"

namespace writ {
namespace {

struct CaseResult {
  std::string name;
  bool passed = true;
  Diagnostic failure;
};

class CaseRunner {
 public:
  CaseRunner(const Suite& suite, const Case& made)
      : suite_(suite),
        case_(made),
        machine_(suite.program),
        facts_(suite.labels),
        judge_(machine_, counters_, &facts_),
        now_(suite.now) {}

  CaseResult Run() {
    result_.name = case_.name;
    for (const Step& step : case_.steps) {
      switch (step.kind) {
        case Step::Kind::kAdvance: now_ += step.advance; break;
        case Step::Kind::kList: RunList(step); break;
        case Step::Kind::kCall:
          for (int64_t i = 0; i < step.repeat && result_.passed; ++i) RunCall(step, i);
      }
      if (!result_.passed) break;
    }
    return std::move(result_);
  }

 private:
  void Fail(const yaml::Node& at, std::string message) {
    result_.passed = false;
    result_.failure.source = suite_.source;
    result_.failure.code = DiagnosticCode::kFailedTest;
    result_.failure.at = at.at;
    result_.failure.length = at.length;
    result_.failure.message = fmt::format("case \"{}\": {}", case_.name, message);
  }

  void RunList(const Step& step) {
    std::vector<std::string> visible;
    for (const std::string& name : step.listed) {
      if (!(*suite_.program)->Hides(name)) visible.push_back(name);
    }
    if (visible == step.visible) return;
    Fail(*step.node, fmt::format("expected [{}] to be visible, got [{}]",
                                 fmt::join(step.visible, ", "), fmt::join(visible, ", ")));
  }

  void RunCall(const Step& step, int64_t repetition) {
    machine_.ResetArena();
    ScanTarget* target = machine_.BeginCall(step.tool);
    if (target != nullptr && step.args != nullptr) {
      FillSlots(ToValue(step.args, machine_.arena()), *target, machine_.arena());
    }
    const Judgement& judgement = judge_.Decide(
        step.tool, now_, {suite_.client_name, suite_.client_version, suite_.server_name});
    const std::string which =
        step.repeat > 1 ? fmt::format("call {} of {}: ", repetition + 1, step.repeat) : "";
    const std::string_view rule = RuleLabel(*suite_.program, judgement.decision);
    const yaml::Node& at = step.expect_node != nullptr ? *step.expect_node : *step.node;
    const Verdict got = judgement.decision.verdict;
    const bool as_expected =
        got == step.expect || (step.expect == Verdict::kDeny && got == Verdict::kError &&
                               (*suite_.program)->ErrorsAreDenials());
    if (!as_expected) {
      std::string detail;
      if (!rule.empty()) detail += fmt::format(" by {}", rule);
      if (!judgement.message.empty()) detail += fmt::format(": {}", judgement.message);
      return Fail(at, fmt::format("{}expected {}, got {}{}", which, VerdictName(step.expect),
                                  VerdictName(got), detail));
    }
    if (step.rule.has_value() && *step.rule != rule) {
      return Fail(at, fmt::format("{}expected rule {}, got {}", which, JsonQuote(*step.rule),
                                  rule.empty() ? "none" : JsonQuote(rule)));
    }
    if (step.message.has_value() && *step.message != judgement.message) {
      return Fail(at, fmt::format("{}expected message {}, got {}", which, JsonQuote(*step.message),
                                  JsonQuote(judgement.message)));
    }
    if (got == Verdict::kAllow && step.upstream == Upstream::kError) {
      counters_.GiveBack(judgement.receipt);
    }
  }

  const Suite& suite_;
  const Case& case_;
  Machine machine_;
  MemoryCounters counters_;
  Facts facts_;
  Judge judge_;
  int64_t now_;
  CaseResult result_;
};

struct Totals {
  size_t passed = 0;
  size_t failed = 0;
};

std::string CaseJson(const std::string& suite, const CaseResult& result) {
  std::string out = "{\"suite\":";
  AppendJsonString(suite, out);
  out += ",\"case\":";
  AppendJsonString(result.name, out);
  out += result.passed ? ",\"passed\":true" : ",\"passed\":false,\"failure\":";
  if (!result.passed) out += RenderJson(result.failure);
  return out + "}";
}

void RunSuite(const std::string& path, const Suite& suite, const TestOptions& options,
              Totals& totals, std::string& json) {
  size_t failed = 0;
  for (const Case& made : suite.cases) {
    const CaseResult result = CaseRunner(suite, made).Run();
    failed += result.passed ? 0 : 1;
    if (options.json) {
      json += fmt::format("{}\n  {}", json.empty() ? "" : ",", CaseJson(path, result));
      continue;
    }
    if (!result.passed) PrintErr(Render(result.failure, WantsColor(2)));
    if (options.verbose) {
      PrintOut(fmt::format("  {}  {}\n", result.passed ? "ok  " : "FAIL", Shown(result.name)));
    }
  }
  if (!options.json) {
    PrintOut(fmt::format("{} {}: {} of {} cases passed\n", failed == 0 ? "ok  " : "FAIL",
                         Shown(path), suite.cases.size() - failed, suite.cases.size()));
  }
  totals.passed += suite.cases.size() - failed;
  totals.failed += failed;
}

}  // namespace

int Test(const TestOptions& options) {
  Totals totals;
  std::string json;
  bool unreadable = false;
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
  for (const std::string& path : options.suites) {
    Diagnostics diagnostics;
    const std::optional<Suite> suite = LoadSuite(path, *labels, diagnostics);
    Report(diagnostics);
    if (suite.has_value()) {
      RunSuite(path, *suite, options, totals, json);
    } else {
      unreadable = true;
    }
  }
  if (options.json) {
    PrintJson(fmt::format("{{\"passed\":{},\"failed\":{},\"cases\":[{}\n]}}\n", totals.passed,
                          totals.failed, json));
  } else {
    PrintOut(fmt::format("{} passed, {} failed\n", totals.passed, totals.failed));
  }
  if (unreadable) return kExitUsage;
  return totals.failed == 0 ? kExitYes : kExitNo;
}

}  // namespace writ
