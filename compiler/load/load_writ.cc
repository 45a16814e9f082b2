// `writ: 1` policies to the model.
// Tested by tests/compiler/load/load_writ_test.cc and the text tests in tests/policies/.
#include "compiler/load/load_writ.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/check/origins.h"
#include "compiler/load/expression_reader.h"
#include "compiler/load/load_writ_rule.h"
#include "compiler/load/name_list.h"
#include "compiler/load/policy_data.h"
#include "compiler/load/policy_environment.h"
#include "compiler/load/policy_reader.h"
#include "grammar/words.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

constexpr OtherKey kOtherKeys[] = {
    {"resources", "rules about resources are not available yet"},
    {"prompts", "rules about prompts are not available yet"},
    {"methods", "rules about methods are not available yet"},
    {"action", "a rule denies with forbid: true; asking a person is not available yet"},
    {"on_result", "rules about results are not available yet"},
    {"mark", "marking calls is not available yet"},
    {"tools", "list tools in allow, or name them in a rule: rules: [{name: …, tools: …}]"},
    {"deny", "write a rule with forbid: true, or default: deny"},
    {"hidden", "did you mean hide?"},
    {"constants", "write data: with the constants"},
    {"vars", "did you mean variables?"},
    {"let", "write variables: with the expressions"},
    {"require", "put it into a rule: rules: [{name: …, require: …}]"},
    {"forbid", "put it into a rule: rules: [{name: …, forbid: …}]"},
    {"quota", "put it into a rule: rules: [{name: …, quota: …}]"},
    {"rate_limit", "put it into a rule: rules: [{name: …, quota: {max: 5, per: hour}}]"},
    {"when", "put it into a rule: rules: [{name: …, when: …, forbid: true}]"},
    {"message", "put it into a rule, beside what it requires"},
    {"mode", "put it into a rule: mode: shadow"},
};

constexpr std::string_view kOwnNames[] = {"args",   "tool", "client",    "server", "now",
                                          "labels", "data", "variables", "quota"};

class Loader {
 public:
  Loader(std::shared_ptr<const Source> source, std::string space, Diagnostics& diagnostics,
         std::vector<FileRead>* looked_for)
      : reader_(std::move(source), diagnostics), looked_for_(looked_for) {
    policy_.source = reader_.source();
    policy_.language = Language::kWrit;
    policy_.space = std::move(space);
    policy_.constants = std::make_shared<Arena>();
    policy_.environment = PolicyEnvironment();
  }

  std::optional<Policy> Load(const Node& root) {
    const size_t errors_before = reader_.error_count();
    reader_.CheckKeys(root, "a policy",
                      {"writ", "name", "description", "default", "allow", "hide", "labels", "data",
                       "variables", "rules"},
                      kOtherKeys);
    LoadLanguage(*root.Find("writ"));
    LoadName(root.Find("name"));
    policy_.description = reader_.Text(root.Find("description"), "description").value_or("");
    LoadDefault(root, root.Find("default"));
    LoadAllow(root.Find("default"), root.Find("allow"));
    if (const Node* hide = root.Find("hide"); !Missing(hide)) {
      policy_.hide = ReadToolPatterns(reader_, *hide, "hide");
    }
    LoadLabels(root.Find("labels"));
    LoadData(root.Find("data"));
    ExpressionReader expressions(reader_, policy_);
    LoadVariables(root.Find("variables"), expressions);
    LoadRules(root.Find("rules"), expressions);
    expressions.Finish();
    if (reader_.error_count() != errors_before) return std::nullopt;
    return std::move(policy_);
  }

 private:
  void LoadLanguage(const Node& writ) {
    if (writ.kind == Kind::kScalar && writ.text == "1") return;
    reader_.Error(writ, "writ must be 1, the version of the language", "write writ: 1");
  }

  void LoadName(const Node* node) {
    const std::optional<std::string> name = reader_.Text(node, "name");
    if (node == nullptr || node->kind != Kind::kScalar) return;
    if (!name || name->empty()) {
      reader_.Error(*node, "name is empty",
                    "write one, or remove it: the file's name is used then");
      return;
    }
    if (name->starts_with('/')) {
      reader_.Error(*node, "a policy's name cannot begin with /",
                    "counts of policies without a name are kept by their paths; choose another");
      return;
    }
    policy_.name = *name;
    policy_.is_named = true;
    policy_.space = *name;
  }

  void LoadDefault(const Node& root, const Node* node) {
    const std::string value = reader_.Text(node, "default").value_or("");
    if (node != nullptr && node->kind != Kind::kScalar) return;
    if (value.empty()) {
      reader_.Error(node != nullptr ? *node : root, "default is missing",
                    "write default: deny and list in allow what may be called, or default: allow");
      return;
    }
    policy_.default_deny = value == "deny";
    if (value == "allow" || value == "deny") return;
    const bool positive = value == "permit" || value == "true" || value == "enforce";
    std::string hint = DidYouMean(value, {"allow", "deny"});
    if (hint.empty()) hint = positive ? "did you mean allow?" : "did you mean deny?";
    reader_.Error(*node, fmt::format("default must be allow or deny, not {}", JsonQuote(value)),
                  hint);
  }

  void LoadAllow(const Node* default_node, const Node* node) {
    if (!Missing(node)) policy_.allow = ReadToolPatterns(reader_, *node, "allow");
    const bool allows = default_node != nullptr && default_node->text == "allow";
    if (node != nullptr && allows) {
      reader_.Error(*node, "allow means something only with default: deny",
                    "write default: deny to deny all other tools, or remove allow");
    } else if (policy_.default_deny &&
               (Missing(node) || (node->kind == Kind::kSequence && node->items.empty()))) {
      reader_.Warn(node != nullptr ? *node : *default_node,
                   "every call is denied: the default is deny, and allow lists nothing",
                   "add allow: with the tools that may be called", DiagnosticCode::kAlwaysDenies);
    }
  }

  void LoadLabels(const Node* node) {
    if (Missing(node)) return;
    if (node->kind == Kind::kMapping) {
      const std::string name =
          node->members.empty() ? std::string("env") : node->members[0].key->text;
      reader_.Error(
          *node, "labels must be a list of names",
          fmt::format("write labels: [{}]; its value is given with --label {}=…", name, name));
      return;
    }
    policy_.labels = ReadNames(reader_, *node, "labels", "a label");
    policy_.environment.variables[static_cast<uint32_t>(BuiltIn::kLabels)].keys = policy_.labels;
    if (node->kind != Kind::kSequence) return;
    for (const Node* entry : node->items) {
      const size_t equals = entry->text.find('=');
      if (equals == std::string::npos) continue;
      reader_.Error(*entry, "a label's name cannot hold \"=\"",
                    fmt::format("write {}, and give the value with --label {}",
                                entry->text.substr(0, equals), entry->text));
    }
  }

  void LoadData(const Node* node) {
    if (Missing(node) || ReadData(*node)) return;
    // What uses it is no fault.
    cel::Variable variable;
    variable.name = "data";
    policy_.environment.variables.push_back(std::move(variable));
  }

  // False if it is faulty, which is reported.
  bool ReadData(const Node& node) {
    const Diagnostics::Stage stage(reader_.diagnostics(), DiagnosticCode::kData);
    if (node.kind != Kind::kMapping) {
      reader_.Error(node, "data must be a mapping from names to constants",
                    node.kind == Kind::kSequence ? "give the list a name: data: {names: […]}"
                                                 : "write data: {cap: 100}");
      return false;
    }
    if (node.Find("from_file") != nullptr && node.members.size() == 1) {
      reader_.Error(*node.members[0].key, "the list from this file needs a name",
                    "write data: {hosts: {from_file: …}}, and use it as data.hosts");
      return false;
    }
    DataReader data(reader_, *policy_.constants, looked_for_);
    const std::optional<Constant> all = data.Read(node);
    reader_.WarnOfTraps(node);
    if (!all) return false;
    policy_.data_files = data.TakeFiles();
    AddConstant("data", all->value, all->type);
    if (node.members.size() > kMaxNamedConstants) return true;
    for (const yaml::Member& member : node.members) {
      if (!cel::IsSelector(member.key->text)) continue;
      const std::optional<Constant> one = data.Read(*member.value);
      AddConstant("data." + member.key->text, one->value, one->type);
    }
    return true;
  }

  void AddConstant(std::string name, const Value& value, const cel::Type& type) {
    cel::Variable variable;
    variable.name = std::move(name);
    variable.type = type;
    variable.storage = cel::Variable::Storage::kConstant;
    variable.constant = value;
    policy_.environment.variables.push_back(std::move(variable));
  }

  // A variable as it stands in the file.
  struct Written {
    const Node* name;
    const Node* expression;
  };

  void LoadVariables(const Node* node, ExpressionReader& expressions) {
    policy_.first_variable = static_cast<uint32_t>(policy_.environment.variables.size());
    if (Missing(node)) return;
    const std::vector<Written> written = ListVariables(*node);
    if (written.size() > kMaxVariables) {
      reader_.Error(*node,
                    fmt::format("a policy may have {} variables, and this one has {}",
                                kMaxVariables, written.size()),
                    "write them where they are used, or split the policy");
      for (const Written& variable : written) {
        expressions.Declare(variable.name->text, cel::Type(), cel::Origin::kCall);
      }
      return;
    }
    std::unordered_map<std::string_view, uint32_t> lines;
    std::vector<Written> sound;
    for (const Written& variable : written) {
      if (!CheckVariableName(*variable.name)) continue;
      const auto [earlier, is_new] = lines.emplace(variable.name->text, variable.name->at.line);
      if (!is_new) {
        reader_.Error(*variable.name,
                      fmt::format("variable {} is defined in line {} already",
                                  JsonQuote(variable.name->text), earlier->second),
                      "give each variable its own name");
        continue;
      }
      sound.push_back(variable);
      expressions.DeclareLater(variable.name->text, variable.name->at.line);
    }
    for (const Written& variable : sound) LoadVariable(variable, expressions);
  }

  std::vector<Written> ListVariables(const Node& node) {
    std::vector<Written> written;
    if (node.kind == Kind::kScalar) {
      reader_.Error(node, "variables must be a mapping from names to expressions",
                    "write variables: {total: args.price * args.count}");
      return written;
    }
    for (const yaml::Member& member : node.members) {
      if (member.key->kind == Kind::kScalar) written.push_back({member.key, member.value});
    }
    for (const Node* item : node.items) {
      const Node* name = item->kind == Kind::kMapping ? item->Find("name") : nullptr;
      const Node* expression = item->kind == Kind::kMapping ? item->Find("expression") : nullptr;
      if (item->kind == Kind::kMapping &&
          !reader_.CheckKeys(*item, "a variable", {"name", "expression"}, {})) {
        continue;
      }
      if (name == nullptr || expression == nullptr || name->kind != Kind::kScalar) {
        reader_.Error(*item, "a variable in a list needs a name and an expression",
                      "write - {name: total, expression: args.price * args.count}");
        continue;
      }
      written.push_back({name, expression});
    }
    return written;
  }

  bool CheckVariableName(const Node& name) {
    if (!cel::IsSelector(name.text)) {
      std::string plain = name.text;
      for (char& c : plain) {
        if (!cel::IsSelector(std::string("_") + c)) c = '_';
      }
      if (plain.empty() || !cel::IsSelector(plain)) plain.insert(0, "_");
      reader_.Error(name,
                    fmt::format("{} cannot be the name of a variable: letters, digits and _ can",
                                JsonQuote(name.text)),
                    fmt::format("write {}", plain));
      return false;
    }
    const bool own =
        std::find(std::begin(kOwnNames), std::end(kOwnNames), name.text) != std::end(kOwnNames);
    if (own) {
      reader_.Error(name,
                    fmt::format("a variable cannot be called {}, as what writ itself names",
                                JsonQuote(name.text)),
                    fmt::format("write my_{}", name.text));
    }
    return !own;
  }

  // One that is faulty is declared too, so that its uses are no faults.
  void LoadVariable(const Written& variable, ExpressionReader& expressions) {
    const std::string& name = variable.name->text;
    std::optional<Expression> expression = expressions.Read(
        *variable.expression, fmt::format("variable {}", name), ExpressionReader::Wanted::kAny);
    if (expression) {
      expressions.Declare(name, expression->checked.type(),
                          cel::OriginOf(expression->checked, policy_.environment));
    } else {
      expressions.Declare(name, cel::Type(), cel::Origin::kCall);
    }
    if (!expression) return;
    policy_.variables.push_back({variable.name->at, name, std::move(*expression)});
  }

  void LoadRules(const Node* node, ExpressionReader& expressions) {
    if (Missing(node)) return;
    if (node->kind != Kind::kSequence) {
      reader_.Error(*node, "rules must be a list", "start each rule with \"- name: …\"");
      return;
    }
    std::unordered_map<std::string, uint32_t> lines;
    for (const Node* item : node->items) {
      if (!reader_.TakeRule(*item)) return;
      std::optional<RuleModel> rule = LoadRule(reader_, policy_, expressions, *item);
      if (!rule) continue;
      if (!rule->name.empty()) {
        const auto [earlier, is_new] = lines.emplace(rule->name, rule->at.line);
        if (!is_new) {
          reader_.Error(*item->Find("name"),
                        fmt::format("rule {} stands in line {} already", JsonQuote(rule->name),
                                    earlier->second),
                        "give each rule its own name; counts are kept by it");
        }
      }
      policy_.rules.push_back(std::move(*rule));
    }
  }

  PolicyReader reader_;
  std::vector<FileRead>* looked_for_;
  Policy policy_;
};

}  // namespace

std::optional<Policy> LoadWrit(std::shared_ptr<const Source> source, const Node& root,
                               std::string space, Diagnostics& diagnostics,
                               std::vector<FileRead>* looked_for) {
  return Loader(std::move(source), std::move(space), diagnostics, looked_for).Load(root);
}

}  // namespace writ
