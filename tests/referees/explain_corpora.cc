// explain_corpora: explanations of many calls never say anything else than what is decided, and say
// why.
//
//   explain_corpora --suites SUITE…             each step of each case, counters and clock included
//   explain_corpora --lines POLICY LINES        each line that is a tools/call, alone
//   explain_corpora --random COUNT              random policies of both languages, random calls
//
// What is told of a denied call must name the rule and what decided: the text of a part of it, and
// a value or an error.
//
// The last line is "N calls explained, N of them not allowed, N complaints". Exit status: 0 if
// there is no complaint.
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/explain/explain_call.h"
#include "cli/explain/json.h"
#include "cli/explain/text.h"
#include "cli/suite.h"
#include "compiler/compile.h"
#include "compiler/load/constant.h"
#include "compiler/random_intercept.h"
#include "exhaustive/random_expression.h"
#include "proxy/judge.h"
#include "vm/json_text.h"
#include "vm/shown.h"
#include "vm/slots.h"

namespace writ {
namespace {

struct Totals {
  size_t calls = 0;
  size_t refused = 0;
  size_t complaints = 0;
};

bool Has(const std::string& text, std::string_view piece) {
  return text.find(piece) != std::string::npos;
}

// What is wrong with an explanation; empty: nothing.
std::string Complaint(const Explanation& explanation) {
  const std::string text = ExplanationText(explanation, false);
  ExplanationJson(explanation, "null");
  if (explanation.verdict == Verdict::kAllow) {
    return Has(text, "allowed: ") ? "" : "it does not say that the call is allowed";
  }
  if (!text.starts_with("denied")) return "it does not begin with the verdict";
  if (!Has(text, "the agent reads:")) return "it does not say what the agent reads";
  switch (explanation.code) {
    case Code::kHidden:
    case Code::kDefault:
      return Has(explanation.sentence, "the tool \"") ? "" : "it does not name the tool";
    case Code::kAmbiguous: return Has(explanation.sentence, "looks like \"") ? "" : "no name";
    case Code::kQuota:
      return Has(explanation.sentence, " up to ") ? "" : "it does not say how much is used";
    case Code::kAmount:
      return Has(explanation.sentence, "which is ") ? "" : "it does not say what the amount is";
    case Code::kState: return "";
    default: break;
  }
  const ExplainedRule* denies = nullptr;
  for (const ExplainedRule& rule : explanation.rules) {
    const bool is_it = !rule.is_shadow && (rule.state == ExplainedRule::State::kDenies ||
                                           rule.state == ExplainedRule::State::kFails);
    if (is_it && denies != nullptr) return "two rules deny";
    if (is_it) denies = &rule;
  }
  if (denies == nullptr) return "no rule denies";
  if (!Has(text, fmt::format("rule \"{}\" {}", EscapeUnseen(denies->name), StateName(*denies)))) {
    return "the rule that denies is not named";
  }
  if (denies->because.empty()) return "it does not say why";
  if (!Has(text, EscapeUnseen(denies->because))) return "why is not shown";
  if (denies->because.starts_with("denies every call")) {
    for (const ExplainedCheck& check : denies->checks) {
      for (const ExplainedPart& part : check.parts) {
        if (part.outcome == ExplainedPart::Outcome::kFalse) return "a condition was passed over";
      }
    }
    return "";
  }
  const bool is_error = denies->state == ExplainedRule::State::kFails;
  if (is_error != Has(denies->because, "fails: ")) return "it does not say what failed";
  for (const ExplainedCheck& check : denies->checks) {
    if (!check.decides || check.parts.empty()) continue;
    const ExplainedPart& whole = check.parts.front();
    if ((whole.outcome == ExplainedPart::Outcome::kError) != is_error) return "another outcome";
    if (!whole.decides) return "the part that decided is not marked";
    if (!is_error && !Has(denies->because, " is ") && !Has(denies->because, " carries ")) {
      return "it tells no value";
    }
    return "";
  }
  // That of a quota is read behind all conditions.
  return denies->because.starts_with("counts ") ? "" : "no condition decided";
}

void Tell(const std::string& where, const Explanation& explanation, const std::string& difference,
          Totals& totals) {
  ++totals.calls;
  if (explanation.verdict != Verdict::kAllow) ++totals.refused;
  std::string complaint = difference;
  if (complaint.empty()) complaint = Complaint(explanation);
  if (complaint.empty()) return;
  if (++totals.complaints <= 20) {
    fmt::print("FAIL {}: {}\n{}\n", where, complaint, ExplanationText(explanation, false));
  }
}

// ---- Suites.

// A program that goes through the steps of a case.
class Side {
 public:
  Side(const std::shared_ptr<const VerifiedProgram>& program, const Suite& suite)
      : suite_(suite),
        machine_(program),
        facts_(suite.labels),
        judge_(machine_, counters_, &facts_) {}

  const Judgement& Decide(const Step& step, int64_t now) {
    machine_.ResetArena();
    ScanTarget* const target = machine_.BeginCall(step.tool);
    if (target != nullptr && step.args != nullptr) {
      FillSlots(ToValue(step.args, machine_.arena()), *target, machine_.arena());
    }
    return judge_.Decide(step.tool, now,
                         {suite_.client_name, suite_.client_version, suite_.server_name});
  }
  void GiveBack(const Judgement& judgement) { counters_.GiveBack(judgement.receipt); }
  Machine& machine() { return machine_; }

 private:
  const Suite& suite_;
  Machine machine_;
  MemoryCounters counters_;
  Facts facts_;
  Judge judge_;
};

ExplainedPolicies PoliciesOf(const Suite& suite, const std::string& path) {
  const yaml::Node* const policy = suite.document->root()->Find("policy");
  Diagnostics diagnostics;
  if (policy->kind != yaml::Kind::kMapping) {
    const std::string folder = path.substr(0, path.rfind('/') + 1);
    return ExplainedPolicies::Load(
        {policy->text.starts_with('/') ? policy->text : folder + policy->text}, diagnostics);
  }
  ExplainedPolicies policies;
  CompilerOptions options;
  options.traced = &policies.traced;
  policies.program =
      CompileInline(suite.source, *policy, suite.source->name(), diagnostics, options);
  if (policies.program != nullptr) policies.Complete();
  return policies;
}

void RunSuite(const std::string& path, Totals& totals) {
  Diagnostics diagnostics;
  TestedPolicies tested(false);
  const std::optional<Suite> suite = LoadSuite(path, {}, tested, diagnostics);
  if (!suite.has_value()) {
    ++totals.complaints;
    fmt::print("FAIL {}: it cannot be read\n", path);
    return;
  }
  const ExplainedPolicies policies = PoliciesOf(*suite, path);
  for (const Case& made : suite->cases) {
    Side decides(policies.program, *suite);
    Side watched(policies.traced.program, *suite);
    const Recorder recorder(policies.traced, watched.machine());
    int64_t now = suite->now;
    for (const Step& step : made.steps) {
      if (step.kind == Step::Kind::kAdvance) now += step.advance;
      for (int64_t i = 0; step.kind == Step::Kind::kCall && i < step.repeat; ++i) {
        const Judgement& decided = decides.Decide(step, now);
        const Judgement& seen = watched.Decide(step, now);
        const bool tells = i < 3 || i + 3 > step.repeat;
        if (tells) {
          const Explanation explanation =
              Explain({policies.traced, policies.outlines, recorder, watched.machine(), seen,
                       step.tool, [](const Reservation&) { return 0; }});
          Tell(fmt::format("{}:{}", path, step.node->at.line), explanation,
               Disagreement(**policies.program, decided, **policies.traced.program, seen), totals);
        }
        if (decided.decision.verdict == Verdict::kAllow && step.upstream == Upstream::kError) {
          decides.GiveBack(decided);
          watched.GiveBack(seen);
        }
      }
    }
  }
}

// ---- Lines.

void RunLine(const std::string& where, const ExplainedPolicies& policies, const std::string& line,
             Totals& totals) {
  const Facts facts;
  const auto explained = ExplainCall(policies, line, facts, Time(1'700'000'000), {});
  if (!explained.has_value()) return;  // it is no call
  Tell(where, explained->explanation, explained->disagreement, totals);
}

void RunLines(const std::string& policy, const std::string& path, Totals& totals) {
  Diagnostics diagnostics;
  const ExplainedPolicies policies = ExplainedPolicies::Load({policy}, diagnostics);
  std::ifstream lines(path, std::ios::binary);
  if (policies.program == nullptr || !lines) {
    ++totals.complaints;
    fmt::print("FAIL {} with {}: one cannot be read\n", path, policy);
    return;
  }
  size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    RunLine(fmt::format("{} with {}:{}", policy, path, ++number), policies, line, totals);
  }
}

// ---- Random ones.

ExplainedPolicies PoliciesOf(std::vector<PolicyText> texts) {
  ExplainedPolicies policies;
  Diagnostics diagnostics;
  CompilerOptions options;
  options.traced = &policies.traced;
  options.inspect = OutlineInto(policies.outlines);
  policies.program = CompileTexts(std::move(texts), diagnostics, options, nullptr);
  if (policies.program != nullptr) policies.Complete();
  return policies;
}

std::string RequestOf(const std::string& tool, const std::string& arguments) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":{},"arguments":{}}}}})",
      JsonQuote(tool), arguments);
}

void RunRandomIntercept(size_t seed, Totals& totals) {
  using namespace random_intercept;
  Dice dice(seed);
  std::vector<PolicyText> texts;
  for (size_t i = 0; i < 1 + seed % 2; ++i) {
    texts.push_back(
        {std::make_shared<const Source>(fmt::format("p{}.yaml", i), PolicyMaker(dice).Make(i)),
         fmt::format("p{}", i)});
  }
  const ExplainedPolicies policies = PoliciesOf(std::move(texts));
  if (policies.program == nullptr) return;
  for (int i = 0; i < 12; ++i) {
    const std::string arguments = Text(RandomMap(dice, 0));
    RunLine(fmt::format("random {}: {}", seed, arguments), policies,
            RequestOf(dice.Pick(std::vector<std::string>{"a", "b", "c"}), arguments), totals);
  }
}

// What the expressions may name, as a call would have it.
cel::Environment Arguments() {
  cel::Environment environment;
  const std::pair<const char*, cel::Type> kNamed[] = {
      {"args.n", cel::TypeKind::kInt},
      {"args.s", cel::TypeKind::kString},
      {"args.b", cel::TypeKind::kBool},
      {"args.l", cel::Type::List(cel::TypeKind::kInt)},
      {"args.m", cel::Type::Map(cel::TypeKind::kString, cel::TypeKind::kInt)},
      {"variables.v", cel::TypeKind::kBool},
  };
  for (const auto& [name, type] : kNamed) {
    cel::Variable variable;
    variable.name = name;
    variable.type = type;
    variable.storage = cel::Variable::Storage::kSlot;
    environment.variables.push_back(std::move(variable));
  }
  return environment;
}

void RunRandomWrit(size_t seed, Totals& totals) {
  static const cel::Environment environment = Arguments();
  const auto part = [&](uint64_t salt) {
    return "dyn(" + exhaustive::Generator(seed * 32 + salt, environment, 0).Expression() + ")";
  };
  // Of whatever types the parts are.
  const auto expression = [&](uint64_t salt) {
    return JsonQuote(fmt::format("{} == {} && args.b || args.l.{}(x, x != {})", part(4 * salt),
                                 part(4 * salt + 1), salt % 2 == 0 ? "all" : "exists",
                                 part(4 * salt + 2)));
  };
  // Of policies with more expressions most are refused: a constant part of one can only fail.
  const std::string one = expression(0);
  const std::string other = expression(1);
  const std::string shapes[] = {
      "mode: shadow, require: " + one +
          " }\n  - { name: s, tools: pay, when: args.n != 7, require: " + other + " }",
      "require: [" + one + ", " + other + "] }",
      "forbid: [" + one + ", " + other + "] }",
      "require: " + one + ", quota: { max: 5, per: hour, of: args.n, by: " + other + " } }",
  };
  const std::string text =
      "writ: 1\ndefault: allow\nvariables:\n  v: args.n > 3 || args.s == \"x\"\nrules:\n"
      "  - { name: f, tools: \"p*\", " +
      shapes[seed % 4] + "\n";
  const ExplainedPolicies policies =
      PoliciesOf({{std::make_shared<const Source>("random.yaml", text), "random"}});
  if (policies.program == nullptr) return;  // what cannot be typed is refused
  for (const char* arguments :
       {R"({"n":1,"s":"abc","b":true,"l":[1,2,3],"m":{"k":1,"q":9}})",
        R"({"n":7,"s":"x","b":false,"l":[],"m":{}})",
        R"({"n":-9223372036854775808,"s":"\u0000\u202e","b":true,"l":[0,0],"m":{"a":0}})",
        R"({"n":"1","s":3,"b":null,"l":{"a":[1]},"m":[1,2]})", R"({"s":"x"})", "{}",
        R"({"n":1e400,"s":"x","b":true,"l":[1,"x",2.5],"m":{"k":null}})"}) {
    RunLine(fmt::format("random {}: {}\n{}", seed, arguments, text), policies,
            RequestOf("pay", arguments), totals);
  }
}

int Main(const std::vector<std::string>& words) {
  Totals totals;
  if (words.size() >= 2 && words[0] == "--suites") {
    for (size_t i = 1; i < words.size(); ++i) RunSuite(words[i], totals);
  } else if (words.size() == 3 && words[0] == "--lines") {
    RunLines(words[1], words[2], totals);
  } else if (words.size() == 2 && words[0] == "--random") {
    const size_t count = std::strtoull(words[1].c_str(), nullptr, 10);
    for (size_t seed = 1; seed <= count; ++seed) {
      RunRandomIntercept(seed, totals);
      RunRandomWrit(seed, totals);
    }
  } else {
    fmt::print("explain_corpora --suites SUITE… | --lines POLICY LINES | --random COUNT\n");
    return 2;
  }
  fmt::print("{} calls explained, {} of them not allowed, {} complaints\n", totals.calls,
             totals.refused, totals.complaints);
  return totals.complaints == 0 && totals.calls > 0 ? 0 : 1;
}

}  // namespace
}  // namespace writ

int main(int argc, char** argv) {
  return writ::Main({argv + 1, argv + argc});
}
