// Reading suites.
// Tested by tests/cli/suites.py.
#include "cli/suite.h"

#include <fmt/format.h>

#include <charconv>
#include <ctime>
#include <set>

#include "cli/labels.h"
#include "compiler/load/policy_reader.h"
#include "compiler/programs.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

constexpr std::string_view kDefaultNow = "2026-01-01T00:00:00Z";
constexpr int64_t kLatest = 253'402'300'799;  // 9999-12-31T23:59:59Z, the last that `now` can name

// Seconds since 1970-01-01T00:00Z of a time such as 2026-03-02T09:30:00Z.
std::optional<int64_t> ParseTime(std::string_view text) {
  constexpr std::string_view kPattern = "0000-00-00T00:00:00Z";
  if (text.size() != kPattern.size()) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == '0' ? !is_digit : text[i] != kPattern[i]) return std::nullopt;
  }
  const auto number = [text](size_t from, size_t length) {
    int value = 0;
    for (const char digit : text.substr(from, length)) value = value * 10 + (digit - '0');
    return value;
  };
  std::tm given{};
  given.tm_year = number(0, 4) - 1900;
  given.tm_mon = number(5, 2) - 1;
  given.tm_mday = number(8, 2);
  given.tm_hour = number(11, 2);
  given.tm_min = number(14, 2);
  given.tm_sec = number(17, 2);
  std::tm normal = given;
  const time_t seconds = timegm(&normal);
  // timegm turns the 31st of February into March; such a time is a mistake here.
  if (normal.tm_mon != given.tm_mon || normal.tm_mday != given.tm_mday ||
      normal.tm_hour != given.tm_hour || normal.tm_min != given.tm_min ||
      normal.tm_sec != given.tm_sec) {
    return std::nullopt;
  }
  return static_cast<int64_t>(seconds);
}

// Seconds of a span such as 90s, 5m, 1h or 2d.
std::optional<int64_t> ParseSpan(std::string_view text) {
  int64_t count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(parsed.ptr,
                              static_cast<size_t>(text.data() + text.size() - parsed.ptr));
  if (parsed.ec != std::errc() || count < 0 || count > 1'000'000'000) return std::nullopt;
  if (unit == "s") return count;
  if (unit == "m") return count * 60;
  if (unit == "h") return count * 3600;
  if (unit == "d") return count * 86400;
  return std::nullopt;
}

class SuiteLoader {
 public:
  SuiteLoader(std::shared_ptr<const Source> source, const Facts::Labels& labels,
              TestedPolicies& policies, Diagnostics& diagnostics)
      : source_(std::move(source)),
        given_labels_(labels),
        policies_(policies),
        diagnostics_(diagnostics) {}

  std::optional<Suite> Load() {
    const size_t errors_before = diagnostics_.error_count();
    Suite suite;
    suite.source = source_;
    suite.document = yaml::Parse(source_, diagnostics_);
    if (suite.document == nullptr) return std::nullopt;
    const Node& root = *suite.document->root();
    if (root.kind != Kind::kMapping) {
      Error(root, "a suite must be a mapping with policy and cases");
      return std::nullopt;
    }
    CheckKeys(root, "a suite", {"policy", "now", "labels", "client", "server", "cases"});
    LoadPolicy(root, suite);
    suite.now = *ParseTime(kDefaultNow);
    if (const Node* now = root.Find("now"); now != nullptr) {
      const std::optional<int64_t> time =
          now->kind == Kind::kScalar ? ParseTime(now->text) : std::nullopt;
      if (time.has_value()) suite.now = *time;
      if (!time.has_value()) Error(*now, "now must be a time such as 2026-03-02T09:30:00Z");
    }
    LoadLabels(root, suite);
    LoadClaims(root, suite);
    LoadCases(root, suite);
    if (diagnostics_.error_count() != errors_before) return std::nullopt;
    return suite;
  }

 private:
  void Error(const Node& at, std::string message, std::string hint = {}) {
    diagnostics_.Error(source_, at.at, at.length, std::move(message), std::move(hint));
  }

  void CheckKeys(const Node& map, std::string_view where,
                 const std::vector<std::string_view>& known) {
    PolicyReader(source_, diagnostics_).CheckKeys(map, where, known, {});
  }

  std::string Text(const Node& node, std::string_view what) {
    if (node.kind == Kind::kScalar) return node.text;
    Error(node, fmt::format("{} must be text", what));
    return {};
  }

  void LoadPolicy(const Node& root, Suite& suite) {
    const Node* policy = root.Find("policy");
    if (policy == nullptr) {
      Error(root, "policy is missing", "add policy: with a path, or with the policy itself");
    } else if (policy->kind == Kind::kMapping) {
      suite.policy = policies_.WithinSuite(source_, suite.document, *policy, diagnostics_);
    } else if (policy->kind == Kind::kScalar && !policy->text.empty() && !yaml::IsNull(*policy)) {
      LoadPolicyFile(*policy, suite);
    } else {
      Error(*policy, "policy must be a path or the policy itself");
    }
    if (suite.policy != nullptr) suite.program = suite.policy->program();
  }

  void LoadPolicyFile(const Node& policy, Suite& suite) {
    std::string path = policy.text;
    const size_t slash = source_->name().rfind('/');
    if (path[0] != '/' && slash != std::string::npos) {
      path = source_->name().substr(0, slash + 1) + path;
    }
    Diagnostics found;
    suite.policy = policies_.OfFile(path, found);
    for (const Diagnostic& d : found.all()) {
      if (d.source == nullptr) {
        // Its hint is for paths from the current folder where nothing can be read there.
        Error(policy, fmt::format("{} {}", d.file, d.message),
              d.hint.empty() || d.message.starts_with("cannot be read")
                  ? "policy: takes a path from the folder of the suite"
                  : d.hint);
      } else if (d.severity == Severity::kError) {
        diagnostics_.Error(d.source, d.at, d.length, d.message, d.hint, d.code);
      } else {
        diagnostics_.Warning(d.source, d.at, d.length, d.message, d.hint, d.code);
      }
    }
  }

  void LoadLabels(const Node& root, Suite& suite) {
    suite.labels = given_labels_;
    const Node* labels = root.Find("labels");
    if (labels != nullptr && labels->kind != Kind::kMapping) {
      return Error(*labels, "labels must be a mapping from names to texts");
    }
    if (labels != nullptr) {
      for (const yaml::Member& member : labels->members) {
        suite.labels.emplace(member.key->text,
                             Text(*member.value, fmt::format("label {}", member.key->text)));
      }
    }
    if (suite.program == nullptr) return;
    const auto checked = CheckLabels(*suite.program, suite.labels);
    if (checked.has_value()) return;
    Error(labels != nullptr ? *labels : root, checked.error().message, checked.error().hint);
  }

  // What client and server call themselves.
  void LoadClaims(const Node& root, Suite& suite) {
    LoadClaim(root, "client", {"name", "version"}, {&suite.client_name, &suite.client_version});
    LoadClaim(root, "server", {"name"}, {&suite.server_name});
  }

  void LoadClaim(const Node& root, std::string_view who, const std::vector<std::string_view>& keys,
                 const std::vector<std::optional<std::string>*>& claims) {
    const Node* node = root.Find(who);
    if (node == nullptr) return;
    if (node->kind != Kind::kMapping) {
      return Error(*node, fmt::format("{} must be a mapping with {}", who, fmt::join(keys, ", ")));
    }
    CheckKeys(*node, who, keys);
    for (size_t i = 0; i < keys.size(); ++i) {
      const Node* claim = node->Find(keys[i]);
      if (claim != nullptr) *claims[i] = Text(*claim, fmt::format("{}'s {}", who, keys[i]));
    }
  }

  void LoadCases(const Node& root, Suite& suite) {
    const Node* cases = root.Find("cases");
    if (cases == nullptr || cases->kind != Kind::kSequence || cases->items.empty()) {
      Error(cases != nullptr ? *cases : root, "cases must be a list of at least one case");
      return;
    }
    std::set<std::string> names;
    for (const Node* node : cases->items) {
      if (node->kind != Kind::kMapping) {
        Error(*node, "a case must be a mapping with name and steps");
        continue;
      }
      Case made;
      made.at = node->at;
      clock_ = suite.now;
      const Node* name = node->Find("name");
      if (name != nullptr) made.name = Text(*name, "a case's name");
      if (made.name.empty()) {
        Error(name != nullptr ? *name : *node, "a case needs a name");
      } else if (!names.insert(made.name).second) {
        Error(*name, fmt::format("duplicate case \"{}\"", made.name));
      }
      LoadSteps(*node, made);
      suite.cases.push_back(std::move(made));
    }
  }

  void LoadSteps(const Node& node, Case& made) {
    const Node* steps = node.Find("steps");
    if (steps == nullptr) {
      LoadStep(node, true, made);  // a case may be its only step
      return;
    }
    CheckKeys(node, "a case", {"name", "steps"});
    if (steps->kind != Kind::kSequence || steps->items.empty()) {
      Error(*steps, "steps must be a list of at least one step");
      return;
    }
    for (const Node* step : steps->items) {
      if (step->kind != Kind::kMapping) {
        Error(*step, "a step must be a mapping with call, advance or list");
      } else {
        LoadStep(*step, false, made);
      }
    }
  }

  void LoadStep(const Node& node, bool is_case, Case& made) {
    Step step;
    step.node = &node;
    std::vector<std::string_view> known;
    if (node.Find("call") != nullptr) {
      known = {"call", "args", "repeat", "expect", "rule", "message", "upstream"};
      LoadCall(node, step);
    } else if (const Node* advance = node.Find("advance"); advance != nullptr) {
      known = {"advance"};
      step.kind = Step::Kind::kAdvance;
      const std::optional<int64_t> span =
          advance->kind == Kind::kScalar ? ParseSpan(advance->text) : std::nullopt;
      if (!span.has_value()) {
        Error(*advance, "advance must be a span such as 90s, 5m, 1h or 2d");
      } else if (*span > kLatest - clock_) {
        Error(*advance, "the clock would go past the year 9999");
      } else {
        step.advance = *span;
        clock_ += *span;
      }
    } else if (node.Find("list") != nullptr) {
      known = {"list", "visible"};
      step.kind = Step::Kind::kList;
      LoadNames(node, "list", step.listed);
      LoadNames(node, "visible", step.visible);
    } else {
      Error(node, "a step needs call, advance or list");
      return;
    }
    if (is_case) known.push_back("name");
    CheckKeys(node, "a step", known);
    made.steps.push_back(std::move(step));
  }

  void LoadNames(const Node& node, std::string_view key, std::vector<std::string>& names) {
    const Node* list = node.Find(key);
    if (list == nullptr || list->kind != Kind::kSequence) {
      Error(list != nullptr ? *list : node, fmt::format("{} must be a list of tool names", key));
      return;
    }
    for (const Node* name : list->items) names.push_back(Text(*name, "a tool's name"));
  }

  void LoadCall(const Node& node, Step& step) {
    const Node& call = *node.Find("call");
    step.tool = Text(call, "call");
    if (call.kind == Kind::kScalar && (call.text.empty() || yaml::IsNull(call))) {
      Error(call, "call must name a tool");
    }
    step.args = node.Find("args");
    if (step.args != nullptr && step.args->kind != Kind::kMapping) {
      if (!yaml::IsNull(*step.args)) Error(*step.args, "args must be a mapping");
      step.args = nullptr;
    }
    if (const Node* repeat = node.Find("repeat"); repeat != nullptr) {
      const yaml::Scalar value =
          repeat->kind == Kind::kScalar ? yaml::Resolve(*repeat) : yaml::Scalar();
      const auto* count = std::get_if<int64_t>(&value);
      if (count == nullptr || *count < 1 || *count > 1'000'000) {
        Error(*repeat, "repeat must be a whole number from 1 to 1000000");
      } else {
        step.repeat = *count;
      }
    }
    step.expect_node = node.Find("expect");
    const std::string expect = step.expect_node != nullptr ? Text(*step.expect_node, "expect") : "";
    if (expect == "allow") {
      step.expect = Verdict::kAllow;
    } else if (expect == "deny") {
      step.expect = Verdict::kDeny;
    } else if (expect == "error") {
      step.expect = Verdict::kError;
    } else {
      Error(step.expect_node != nullptr ? *step.expect_node : node,
            "a call needs expect: allow, deny or error");
    }
    if (const Node* rule = node.Find("rule"); rule != nullptr) step.rule = Text(*rule, "rule");
    if (const Node* message = node.Find("message"); message != nullptr) {
      step.message = Text(*message, "message");
    }
    if (const Node* upstream = node.Find("upstream"); upstream != nullptr) {
      const std::string text = Text(*upstream, "upstream");
      if (text == "ok") {
        step.upstream = Upstream::kOk;
      } else if (text == "error") {
        step.upstream = Upstream::kError;
      } else if (text == "cancelled") {
        step.upstream = Upstream::kCancelled;
      } else if (text == "died") {
        step.upstream = Upstream::kDied;
      } else {
        Error(*upstream, "upstream must be ok, error, cancelled or died");
      }
    }
  }

  std::shared_ptr<const Source> source_;
  const Facts::Labels& given_labels_;
  TestedPolicies& policies_;
  Diagnostics& diagnostics_;
  int64_t clock_ = 0;  // of the case that is being read
};

}  // namespace

std::optional<Suite> LoadSuite(const std::string& path, const Facts::Labels& labels,
                               TestedPolicies& policies, Diagnostics& diagnostics) {
  const Diagnostics::Stage stage(diagnostics, DiagnosticCode::kSuite);
  std::shared_ptr<const Source> source = ReadSource(path, diagnostics);
  if (source == nullptr) return std::nullopt;
  return SuiteLoader(std::move(source), labels, policies, diagnostics).Load();
}

}  // namespace writ
