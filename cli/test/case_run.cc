// Steps, and what is said of one that goes wrong.
// Tested by tests/cli/suites.py and tests/cli/coverage.py.
#include "cli/test/case_run.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

#include "cli/explain/explain_call.h"
#include "cli/test/failed_call.h"
#include "cli/test/player.h"
#include "vm/json_text.h"

namespace writ {
namespace {

// The same calls put to the program that is watched.
class WatchedPlayer {
 public:
  WatchedPlayer(const Suite& suite, PolicyCoverage& coverage)
      : coverage_(coverage), player_(suite, coverage.traced().program) {
    player_.machine().TraceWith(&coverage.observer());
    player_.machine().SetBudget(kWatchedBudget);
  }

  // In what both decide otherwise; empty: in nothing.
  std::string Play(const Step& step, int64_t now, const Program& program, const Judgement& plain) {
    const Judgement& watched = player_.Play(step, now);
    coverage_.Add(watched);
    return Disagreement(program, plain, *player_.machine().program(), watched);
  }
  void Answer(Upstream upstream) { player_.Answer(upstream); }

 private:
  PolicyCoverage& coverage_;
  Player player_;
};

class CaseRun {
 public:
  CaseRun(const Suite& suite, const Case& made, PolicyCoverage* coverage,
          const std::function<void()>& advance)
      : suite_(suite),
        case_(made),
        advance_(advance),
        coverage_(coverage),
        player_(suite, suite.program),
        now_(suite.now) {
    if (coverage != nullptr && coverage->is_measured()) watched_.emplace(suite, *coverage);
  }

  CaseResult Run() {
    const auto start = std::chrono::steady_clock::now();
    result_.name = case_.name;
    result_.at = case_.at;
    for (const Step& step : case_.steps) {
      switch (step.kind) {
        case Step::Kind::kAdvance: now_ += step.advance; break;
        case Step::Kind::kList: RunList(step); break;
        case Step::Kind::kCall:
          for (int64_t i = 0; i < step.repeat && result_.passed; ++i) RunCall(step, i);
      }
      if (!result_.passed) break;
    }
    result_.time = std::chrono::steady_clock::now() - start;
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
    if (visible.size() < step.listed.size() && watched_.has_value()) {
      coverage_->AddHiddenFromList();
    }
    if (visible == step.visible) return;
    Fail(*step.node, fmt::format("expected [{}] to be visible, got [{}]",
                                 fmt::join(step.visible, ", "), fmt::join(visible, ", ")));
  }

  void RunCall(const Step& step, int64_t repetition) {
    const Judgement& judgement = player_.Play(step, now_);
    const std::string which =
        step.repeat > 1 ? fmt::format("call {} of {}: ", repetition + 1, step.repeat) : "";
    const yaml::Node& at = step.expect_node != nullptr ? *step.expect_node : *step.node;
    if (watched_.has_value()) {
      const std::string differs = watched_->Play(step, now_, **suite_.program, judgement);
      if (!differs.empty()) {
        return Fail(at,
                    fmt::format("{}the policy is decided otherwise where it is watched, which is "
                                "a fault of writ: please report it with this policy ({})",
                                which, differs));
      }
    }
    if (const std::string fault = FaultOf(step, judgement); !fault.empty()) {
      Fail(at, which + fault);
      FailedCall failed = ExplainFailure(suite_, case_, step, repetition, judgement.decision);
      result_.decided_by = std::move(failed.decided_by);
      result_.saw = std::move(failed.saw);
      return;
    }
    player_.Answer(step.upstream);
    if (watched_.has_value()) watched_->Answer(step.upstream);
    advance_();
  }

  // "deny by no deletes: Denied by rule …"
  std::string Said(const Judgement& judgement) const {
    std::string text(VerdictName(judgement.decision.verdict));
    const std::string_view rule = RuleLabel(*suite_.program, judgement.decision);
    if (!rule.empty()) text += fmt::format(" by {}", rule);
    if (!judgement.message.empty()) text += fmt::format(": {}", judgement.message);
    return text;
  }

  // How the call went otherwise than expected; empty: it did not.
  std::string FaultOf(const Step& step, const Judgement& judgement) const {
    const Verdict got = judgement.decision.verdict;
    const bool as_expected =
        got == step.expect || (step.expect == Verdict::kDeny && got == Verdict::kError &&
                               (*suite_.program)->ErrorsAreDenials());
    if (!as_expected) {
      return fmt::format("expected {}, got {}", VerdictName(step.expect), Said(judgement));
    }
    const std::string_view rule = RuleLabel(*suite_.program, judgement.decision);
    if (step.rule.has_value() && *step.rule != rule) {
      return fmt::format("expected rule {}, got {}", JsonQuote(*step.rule),
                         rule.empty() ? "none" : JsonQuote(rule));
    }
    if (step.message.has_value() && *step.message != judgement.message) {
      return fmt::format("expected message {}, got {}", JsonQuote(*step.message),
                         JsonQuote(judgement.message));
    }
    return {};
  }

  const Suite& suite_;
  const Case& case_;
  const std::function<void()>& advance_;
  PolicyCoverage* const coverage_;
  Player player_;
  std::optional<WatchedPlayer> watched_;
  int64_t now_;
  CaseResult result_;
};

}  // namespace

CaseResult RunCase(const Suite& suite, const Case& made, PolicyCoverage* coverage,
                   const std::function<void()>& advance) {
  return CaseRun(suite, made, coverage, advance).Run();
}

}  // namespace writ
