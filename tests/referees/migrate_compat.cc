// migrate_compat SUITE…: the policies of suites, migrated, decide every step as before.
//
// For each case both policies go through its steps, each with its own counters, and must agree on
// whether a call is allowed, on the rule that denies it (its name may have got a number), and on
// what is visible. What the suite expects is not looked at: `writ test` does that. Policies that
// are refused are listed with the reason; each must be one that `writ: 1` cannot say.
//
// The last line is "N cases agree, N differ, N suites refused". Exit status: 0 if none differs.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/suite.h"
#include "compiler/compile.h"
#include "compiler/emit/emit.h"
#include "compiler/load/constant.h"
#include "compiler/load/load_policy.h"
#include "compiler/migrate/migrate.h"
#include "compiler/programs.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "vm/machine.h"
#include "vm/slots.h"
#include "vm/verify.h"

namespace writ {
namespace {

// A policy that judges one case.
class Side {
 public:
  explicit Side(const std::shared_ptr<const VerifiedProgram>& program)
      : program_(*program), machine_(program), judge_(machine_, counters_) {}

  void Decide(const Step& step, int64_t now) {
    machine_.ResetArena();
    ScanTarget* const target = machine_.BeginCall(step.tool);
    if (target != nullptr && step.args != nullptr) {
      FillSlots(ToValue(step.args, machine_.arena()), *target, machine_.arena());
    }
    judgement_ = &judge_.Decide(step.tool, now);
    if (allows() && step.upstream == Upstream::kError) counters_.GiveBack(judgement_->receipt);
  }
  bool allows() const { return judgement_->decision.verdict == Verdict::kAllow; }
  std::string rule() const { return std::string(RuleLabel(program_, judgement_->decision)); }
  bool Shows(const std::string& tool) const { return !program_->Hides(tool); }

 private:
  const VerifiedProgram& program_;
  Machine machine_;
  MemoryCounters counters_;
  Judge judge_;
  const Judgement* judgement_ = nullptr;
};

// "name (2)" of "name"
bool IsNumbered(std::string_view name, std::string_view original) {
  if (!name.starts_with(original)) return false;
  name.remove_prefix(original.size());
  return name.size() > 3 && name.starts_with(" (") && name.ends_with(')') &&
         name.substr(2, name.size() - 3).find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::string> Difference(const Suite& suite, const Case& made,
                                      const std::set<std::string>& left_out, Side& before,
                                      Side& after) {
  int64_t now = suite.now;
  for (const Step& step : made.steps) {
    if (step.kind == Step::Kind::kAdvance) now += step.advance;
    for (const std::string& tool : step.listed) {
      if (before.Shows(tool) != after.Shows(tool)) return fmt::format("visibility of {}", tool);
    }
    const bool is_judged = step.kind == Step::Kind::kCall && left_out.count(step.tool) == 0;
    for (int64_t i = 0; is_judged && i < step.repeat; ++i) {
      before.Decide(step, now);
      after.Decide(step, now);
      const bool same_rule =
          before.rule() == after.rule() || IsNumbered(after.rule(), before.rule());
      if (before.allows() == after.allows() && same_rule) continue;
      return fmt::format("line {}: {}{} before, {}{} after", step.node->at.line,
                         before.allows() ? "allowed" : "denied by ", before.rule(),
                         after.allows() ? "allowed" : "denied by ", after.rule());
    }
  }
  return std::nullopt;
}

struct Totals {
  size_t agree = 0;
  size_t differ = 0;
  size_t refused = 0;
};

struct Model {
  std::shared_ptr<const Source> source;
  std::unique_ptr<yaml::Document> document;  // of a policy in its own file
  const yaml::Node* root = nullptr;
};

Model PolicyOf(const Suite& suite, const std::string& path, Diagnostics& diagnostics) {
  const yaml::Node* const policy = suite.document->root()->Find("policy");
  if (policy->kind == yaml::Kind::kMapping) return {suite.source, nullptr, policy};
  Model model;
  model.source = ReadSource(path.substr(0, path.rfind('/') + 1) + policy->text, diagnostics);
  if (model.source == nullptr) return model;
  model.document = yaml::Parse(model.source, diagnostics);
  if (model.document != nullptr) model.root = model.document->root();
  return model;
}

// A counter, or a name with a star: nothing else may be refused.
bool IsFairRefusal(const Diagnostic& diagnostic) {
  const std::string_view line = diagnostic.source->Line(diagnostic.at.line);
  return line.find("state.") != std::string_view::npos || line.find('*') != std::string_view::npos;
}

bool ReadsCounter(const RuleModel& rule) {
  return std::any_of(rule.conditions.begin(), rule.conditions.end(), [&](const Condition& one) {
    const bool limits = one.op == Operator::kLt || one.op == Operator::kLte;
    const bool own = rule.counting && one.counter == rule.counting->counter;
    return one.counter.has_value() && !(own && limits);
  });
}

// Takes out the tools with rules that read counters. Returns their names.
std::set<std::string> TakeOutReaders(Policy& policy) {
  std::set<std::string> names;
  const auto is_reader = [](const ToolModel& tool) {
    return std::any_of(tool.rules.begin(), tool.rules.end(), ReadsCounter);
  };
  for (ToolModel& tool : policy.tools) {
    if (!is_reader(tool)) continue;
    names.insert(tool.name);
    tool.rules.clear();
  }
  return names;
}

std::shared_ptr<const VerifiedProgram> ProgramOf(const std::vector<Policy>& policies) {
  Diagnostics diagnostics;
  Program program = Emit(policies, diagnostics);
  if (diagnostics.has_errors()) return nullptr;
  return Verify(std::move(program)).value_or(nullptr);
}

std::shared_ptr<const VerifiedProgram> ProgramOf(const std::string& text) {
  Diagnostics faults;
  const auto source = std::make_shared<const Source>("migrated", text);
  const std::unique_ptr<yaml::Document> document = yaml::Parse(source, faults);
  std::shared_ptr<const VerifiedProgram> program;
  if (document != nullptr) {
    program = CompileInline(source, *document->root(), "migrated", faults);
  }
  if (program != nullptr) return program;
  for (const Diagnostic& fault : faults.all()) fmt::print("{}", Render(fault));
  return nullptr;
}

void RunSuite(const std::string& path, Totals& totals) {
  const auto fail = [&](std::string_view what) {
    fmt::print("FAIL {}: {}\n", path, what);
    ++totals.differ;
  };
  Diagnostics diagnostics;
  TestedPolicies tested(false);
  const std::optional<Suite> suite = LoadSuite(path, {}, tested, diagnostics);
  if (!suite) return fail("cannot be read");
  Model model = PolicyOf(*suite, path, diagnostics);
  if (model.root == nullptr) return fail("its policy cannot be read");
  std::vector<Policy> policies;
  std::optional<Policy> policy = LoadPolicy(model.source, *model.root, "", diagnostics);
  if (!policy) return fail("its policy has faults");
  policies.push_back(std::move(*policy));

  std::optional<std::string> text = MigratePolicy(policies[0], *model.root, diagnostics);
  std::set<std::string> left_out;
  if (!text) {
    ++totals.refused;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
      if (diagnostic.severity != Severity::kError) continue;
      if (!IsFairRefusal(diagnostic)) fail("is refused without need");
      fmt::print("refused {}:{}:{}: {}\n", path, diagnostic.at.line, diagnostic.at.column,
                 diagnostic.message);
    }
    left_out = TakeOutReaders(policies[0]);
    Diagnostics again;
    text = MigratePolicy(policies[0], *model.root, again);
    if (!text) return;
  }
  const std::shared_ptr<const VerifiedProgram> before_program = ProgramOf(policies);
  const std::shared_ptr<const VerifiedProgram> after_program = ProgramOf(*text);
  if (before_program == nullptr || after_program == nullptr) return fail("does not load\n" + *text);
  for (const Case& made : suite->cases) {
    if (std::all_of(made.steps.begin(), made.steps.end(), [&](const Step& step) {
          return step.kind == Step::Kind::kAdvance || left_out.count(step.tool) > 0;
        })) {
      continue;
    }
    Side before(before_program);
    Side after(after_program);
    const auto difference = Difference(*suite, made, left_out, before, after);
    if (!difference) {
      ++totals.agree;
    } else {
      fail(fmt::format("{}: {}\n{}", made.name, *difference, *text));
    }
  }
}

int Run(int argc, char** argv) {
  Totals totals;
  for (int i = 1; i < argc; ++i) RunSuite(argv[i], totals);
  fmt::print("{} cases agree, {} differ, {} suites refused\n", totals.agree, totals.differ,
             totals.refused);
  return totals.differ == 0 ? 0 : 1;
}

}  // namespace
}  // namespace writ

int main(int argc, char** argv) {
  return writ::Run(argc, argv);
}
