// The policy model: what both YAML languages are read into and one pipeline compiles.
//
// Everything here was checked by the loader that made it; positions point into the policy's
// source. A model does not outlive its YAML document (constants of version "1" are nodes of it).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/environment.h"
#include "compiler/load/expression_source.h"
#include "compiler/source.h"
#include "compiler/yaml/yaml.h"
#include "vm/arena.h"
#include "vm/program.h"

namespace writ {

// ---- Of `writ: 1`.

// An expression that was parsed and checked in its policy's environment. Its text is
// checked.ast.source; the variables it refers to are Policy::environment.variables.
struct Expression {
  ExpressionSource source;
  cel::Checked checked;
};

// A tool's name, or a glob: `*` stands for any characters, nothing else is special.
struct ToolPattern {
  Position at;
  std::string text;
  bool is_glob = false;
};

// A piece of a message: an expression whose value is filled in, or else text as it stands.
struct MessagePartModel {
  std::string text;
  std::optional<Expression> value;
};

struct QuotaModel {
  Position at;
  int64_t max = 0;                   // in units of 10^-scale
  std::optional<Expression> max_of;  // if given, what it evaluates to is the limit instead
  std::optional<Expression> amount;  // `of`; 1 if not given
  std::optional<Expression> key;     // `by`
  Window window;                     // `per` and `sliding`
  uint8_t scale = 0;
};

struct VariableModel {
  Position at;  // of its name
  std::string name;
  Expression expression;
};

// ---- Of version "1".

// Where a rule's counts are kept: the tool's name, or for rules of every tool the shared scope.
struct CounterScope {
  std::string tool;  // empty for the shared scope
  bool shared = false;
  friend auto operator<=>(const CounterScope&, const CounterScope&) = default;
};

struct CounterName {
  CounterScope scope;
  std::string name;
  friend auto operator<=>(const CounterName&, const CounterName&) = default;
};

// The operators of version "1" conditions.
enum class Operator : uint8_t {
  kEq,
  kNeq,
  kIn,
  kNotIn,
  kLt,
  kLte,
  kGt,
  kGte,
  kRegex,
  kContains,
  kExists,
};

struct Condition {
  Position at;
  std::string path_text;  // as written: "args.a.b", "state.t.n"
  const yaml::Node* path_node = nullptr;
  std::vector<std::string> names;      // of an args path: {"a", "b"}
  std::optional<CounterName> counter;  // of a state path
  Operator op = Operator::kEq;
  const yaml::Node* value = nullptr;  // null: no value was given, which means null
};

// What a rule counts when its call passes.
struct Counting {
  Position at;
  CounterName counter;
  std::string path_text;
  Window window = Window::kMinute;
  int64_t limit = 0;
  int64_t amount = 1;
  std::vector<std::string> amount_names;  // of the args path the amount is read from, if any
  std::string amount_path;
};

// ---- Of both.

struct RuleModel {
  Position at;  // of its name
  std::string name;
  // What the agent reads where `message` is empty.
  std::string check_message;
  std::string quota_message;

  // Of version "1".
  bool denies = false;  // without looking at the call
  std::vector<Condition> conditions;
  std::optional<Counting> counting;

  // Of `writ: 1`. A rule applies to tools that one of `tools` names, or to every tool if that is
  // empty, where `when` holds; then each of `require` must be true, each of `forbid` false, and the
  // call may have no argument that `only_args` does not list. Each list is one && or ||: errors
  // absorb as there.
  std::vector<ToolPattern> tools;
  std::optional<Expression> when;
  std::vector<Expression> require;
  std::vector<Expression> forbid;
  std::optional<std::vector<std::string>> only_args;
  std::vector<Position> only_args_at;  // of each of them
  std::optional<QuotaModel> quota;
  std::vector<MessagePartModel> message;
  bool shadow = false;
};

struct ToolModel {
  Position at;
  std::string name;
  std::vector<RuleModel> rules;
};

struct Policy {
  std::shared_ptr<const Source> source;
  Language language = Language::kIntercept;
  std::string name;       // its own, or the file's stem
  bool is_named = false;  // it has one of its own
  std::string space;      // namespace of its counters
  bool default_deny = false;

  // Of version "1".
  bool hides_all = false;
  std::vector<std::string> hidden;    // names
  std::vector<Position> hidden_at;    // of each of them
  std::vector<ToolModel> tools;       // that are listed, in source order
  std::vector<RuleModel> every_tool;  // rules that apply to every tool, after its own

  // Of `writ: 1`.
  std::string description;
  std::vector<ToolPattern> allow;  // with default_deny: what is not denied
  std::vector<ToolPattern> hide;
  std::vector<std::string> labels;  // names of facts that must be given, in source order
  std::vector<RuleModel> rules;     // in source order, for whichever tools
  // In source order: each may refer to those before it. Variable i is
  // environment.variables[first_variable + i].
  std::vector<VariableModel> variables;
  // What every expression of this policy was checked in. The first variables are those of
  // compiler/load/policy_environment.h; the constants among them live in `constants`.
  cel::Environment environment;
  uint32_t first_variable = 0;
  std::shared_ptr<Arena> constants;
  std::vector<std::shared_ptr<const Source>> data_files;  // that constants were read from
};

}  // namespace writ
