// YAML scalars to checked expressions: what YAML did to them, their syntax, names and types, each
// fault at its character of the file.
//
// Tested by tests/compiler/load/load_writ_test.cc and tests/policies/.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/load/policy_reader.h"
#include "compiler/policy.h"

namespace writ {

// Of all expressions of one policy; what no real policy needs is refused before it fills the
// memory.
inline constexpr size_t kMaxPolicyExpressionBytes = 16u << 20;
inline constexpr size_t kMaxPolicyExpressionNodes = 4'000'000;

class ExpressionReader {
 public:
  // What an expression must evaluate to; dyn will always do.
  enum class Wanted : uint8_t {
    kAny,
    kBool,
    kNumber,
    kKey,  // of counts: text, a whole number or a bool
  };

  // Both outlive the reader. Built-in variables and constants are in policy.environment already.
  ExpressionReader(PolicyReader& reader, Policy& policy);

  // The expression that `node` is; nullopt if it is faulty, which was reported. `what` is such as
  // "require".
  std::optional<Expression> Read(const yaml::Node& node, std::string_view what, Wanted wanted);

  // The conditions of a scalar, or of each entry of a list; without those that are faulty.
  std::vector<Expression> ReadConditions(const yaml::Node& node, std::string_view what);

  // A message and the expressions in it, of a rule with a quota or without.
  std::vector<MessagePartModel> ReadMessage(const yaml::Node& node, bool has_quota);

  // Between these, expressions are of one rule, which is for the tools.
  void StartRule(cel::KnownText tools) {
    tools_ = std::move(tools);
    ++rule_;
  }
  void EndRule() { StartRule({}); }

  // Says what the conditions of a rule, each of which can hold, say against each other.
  void CompareConditions(const RuleModel& rule);

  // When all expressions were read: says what no other one made up for.
  void Finish();

  // Names that `variables.` may not have yet, each with the line of its own.
  void DeclareLater(const std::string& name, uint32_t line) { later_.emplace(name, line); }
  // From here on expressions may name it.
  void Declare(const std::string& name, const cel::Type& type, cel::Origin origin);

 private:
  // An expression's text, and where it stands.
  struct Text {
    std::string text;
    ExpressionSource source;
    const yaml::Node& node;
    std::string_view what;
    bool in_message = false;
    bool has_quota = false;  // quota.remaining means something here
  };

  // A warning that a guard anywhere in the policy, or a test in the rule, takes back.
  struct Pending {
    ExpressionSource source;
    cel::Warning warning;
    size_t rule;
  };

  std::optional<Expression> Compile(const Text& text, Wanted wanted);
  std::optional<std::string> TakeText(const yaml::Node& node, std::string_view what, Wanted wanted);
  void ReportCollection(const yaml::Node& node, std::string_view what, bool may_be_list);
  bool CheckComment(const Text& text);
  bool CheckBudget(const Text& text);
  bool Fits(const Expression& expression, std::string_view what, Wanted wanted);
  void Report(const Text& text, const cel::Problem& problem);
  std::string LaterName(const Text& text, const cel::Problem& problem) const;
  bool CheckLabels(const Text& text, const cel::Checked& checked);
  std::string CutOffHint(const Text& text) const;
  std::string EscapeHint(const Text& text, uint32_t at) const;
  std::string NotHint(const Text& text, uint32_t at) const;

  cel::CheckResult Check(cel::Ast ast, bool has_quota);
  void Warn(const Text& text, const cel::Checked& checked);

  PolicyReader& reader_;
  Policy& policy_;
  cel::Environment outside_messages_;
  // Of the environments as they are, once they are needed.
  std::unique_ptr<const cel::Checker> checker_;
  std::unique_ptr<const cel::Checker> message_checker_;
  std::map<std::string, uint32_t, std::less<>> later_;
  cel::KnownText tools_;
  size_t rule_ = 0;  // changes from rule to rule
  std::set<std::string, std::less<>> guards_;
  std::set<std::pair<size_t, std::string>> tests_;  // by rule
  std::vector<Pending> pending_;
  size_t bytes_ = 0;
  size_t nodes_ = 0;
  bool too_much_ = false;
};

}  // namespace writ
