// The policy model: what both YAML languages are read into and one pipeline compiles.
//
// Everything here was checked by the loader that made it; positions point into the policy's
// source. A model does not outlive its YAML document (constants are nodes of it).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/source.h"
#include "compiler/yaml.h"
#include "vm/program.h"

namespace writ {

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

struct RuleModel {
  Position at;  // of its name
  std::string name;
  std::string check_message;
  std::string quota_message;
  bool denies = false;  // without looking at the call
  std::vector<Condition> conditions;
  std::optional<Counting> counting;
};

struct ToolModel {
  Position at;
  std::string name;
  std::vector<RuleModel> rules;
};

struct Policy {
  std::shared_ptr<const Source> source;
  std::string space;  // namespace of its counters
  bool default_deny = false;
  bool hides_all = false;
  std::vector<std::string> hidden;
  std::vector<ToolModel> tools;       // that are listed, in source order
  std::vector<RuleModel> every_tool;  // rules that apply to every tool, after its own
};

}  // namespace writ
