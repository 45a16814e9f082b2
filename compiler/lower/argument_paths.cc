// The names below the arguments that an expression looks up.
// Tested by tests/compiler/lower/argument_paths_test.cc.
#include "compiler/lower/argument_paths.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/lower/handing_on.h"

namespace writ::cel {
namespace {

// These keep what a hostile policy can make of conditionals, and of long chains that others go on
// from, near linear. No call nests so deep unless it was asked for.
constexpr size_t kMaxPathsOfAValue = 16;
constexpr uint32_t kMaxNames = 250;
constexpr size_t kLongName = 64;

constexpr uint32_t kArguments = 0;  // the path of no names

class Finder {
 public:
  Finder(const Checked& expression, const Environment& environment,
         const std::vector<writ::Value>* known)
      : expression_(expression),
        ast_(expression.ast),
        environment_(environment),
        known_(known),
        values_(ast_.nodes.size()),
        has_slot_(ast_.nodes.size()) {}

  ArgumentPaths Find(NodeId root) {
    FindLive(root);
    // Children stand before their parents, and what a local variable is before its body.
    for (NodeId id = 0; id <= root; ++id) {
      if (live_[id] && !IsKnown(id)) Visit(id);
      if (looked_up_ > kMaxNamesOfAnExpression) return {true, {}, {}};
    }
    ArgumentPaths found;
    std::vector<bool> is_inner(steps_.size());
    for (const uint32_t path : named_) is_inner[steps_[path].parent] = true;
    std::sort(named_.begin(), named_.end());
    named_.erase(std::unique(named_.begin(), named_.end()), named_.end());
    for (const uint32_t path : named_) {
      if (!is_inner[path]) looked_up_ += steps_[path].count;
    }
    found.too_many = looked_up_ > kMaxNamesOfAnExpression;
    if (found.too_many) return found;
    for (const uint32_t path : values_[root]) found.value.push_back(NamesOf(path));
    for (const uint32_t path : named_) {
      if (!is_inner[path]) found.named.push_back(NamesOf(path));
    }
    return found;
  }

 private:
  struct Step {
    uint32_t parent;
    std::string name;              // or several at once:
    const ArgumentPath* variable;  // where a variable's value may stand
    uint32_t names;                // from the arguments to here
    size_t count;                  // of these, long ones counted several times
  };

  NodeId Child(NodeId id, uint32_t i) const { return ast_.child(ast_.node(id), i); }
  bool IsKnown(NodeId id) const { return known_ != nullptr && !(*known_)[id].is(Tag::kAbsent); }

  // What is part of something known is not evaluated.
  void FindLive(NodeId root) {
    live_.assign(ast_.nodes.size(), false);
    live_[root] = true;
    for (NodeId id = root + 1; id-- > 0;) {
      if (!live_[id] || IsKnown(id)) continue;
      for (uint32_t i = 0; i < ast_.node(id).child_count; ++i) live_[Child(id, i)] = true;
    }
  }

  void Visit(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    if (reference.kind == Reference::Kind::kVariable) return VisitVariable(id);
    if (reference.kind == Reference::Kind::kLocal) return Take(id, ValueOf(reference));
    switch (node.kind) {
      case Kind::kSelect: Select(id, Child(id, 0), ast_.name(node), true); break;
      case Kind::kHas: Select(id, Child(id, 0), ast_.name(node), false); break;
      case Kind::kIndex:
        if (const auto name = ConstantText(expression_, known_, Child(id, 1)); name.has_value()) {
          Select(id, Child(id, 0), *name, true);
        }
        break;
      case Kind::kBinary:
        if (node.op != Operator::kIn) break;
        if (const auto name = ConstantText(expression_, known_, Child(id, 0)); name.has_value()) {
          Select(id, Child(id, 1), *name, false);
        }
        break;
      case Kind::kConditional:
        for (uint32_t i = 1; i < node.child_count; i += 2) Take(id, Child(id, i));
        Take(id, Child(id, node.child_count - 1));
        break;
      case Kind::kBind:
      case Kind::kBlock: Take(id, Child(id, node.child_count - 1)); break;
      case Kind::kComprehension:
        if (node.macro == Macro::kOptMap || node.macro == Macro::kOptFlatMap) {
          Take(id, Child(id, 1));
        }
        break;
      case Kind::kCall: VisitCall(id); break;
      default: break;
    }
  }

  void VisitVariable(NodeId id) {
    const Variable& variable = environment_.variables[expression_.references[id].index];
    if (variable.storage == Variable::Storage::kArguments) {
      values_[id] = {kArguments};
      has_slot_[id] = true;
      return;
    }
    if (variable.storage != Variable::Storage::kBlock) return;
    const auto [found, is_new] = variables_.try_emplace(expression_.references[id].index);
    for (size_t i = 0; is_new && i < variable.paths.size(); ++i) {
      found->second.push_back(At(variable.paths[i]));
    }
    values_[id] = found->second;
  }

  // One step for all names of the path.
  uint32_t At(const ArgumentPath& path) {
    if (path.empty()) return kArguments;
    size_t count = 0;
    for (const std::string& name : path) count += CountOfName(name);
    steps_.push_back({kArguments, {}, &path, static_cast<uint32_t>(path.size()), count});
    return static_cast<uint32_t>(steps_.size() - 1);
  }

  // The node that a local variable is the value of, or kNoNode.
  NodeId ValueOf(const Reference& reference) const {
    const Node& node = ast_.node(reference.index);
    switch (node.kind) {
      case Kind::kBind: return ast_.child(node, 0);
      case Kind::kBlock: return ast_.child(node, reference.which);
      case Kind::kComprehension:
        if (node.macro == Macro::kOptMap || node.macro == Macro::kOptFlatMap) {
          return ast_.child(node, 0);
        }
        return kNoNode;
      default: return kNoNode;
    }
  }

  void VisitCall(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    if (reference.kind != Reference::Kind::kFunction) return;
    if (!HandsOn(static_cast<FunctionId>(reference.index))) return;
    for (uint32_t i = reference.target_is_namespace ? 1 : 0; i < node.child_count; ++i) {
      Take(id, Child(id, i));
    }
  }

  // What `from` may be, `id` may be as well.
  void Take(NodeId id, NodeId from) {
    if (from == kNoNode) return;
    for (const uint32_t path : values_[from]) Add(values_[id], path);
  }

  void Select(NodeId id, NodeId from, const std::string& name, bool is_value) {
    const Node& node = ast_.node(id);
    std::vector<uint32_t> found;
    for (const uint32_t path : values_[from]) {
      if (steps_[path].names >= kMaxNames) continue;
      // What is written once, but looked up in many places, and what is copied whenever it is.
      if (values_[from].size() > 1 || name.size() > kLongName) looked_up_ += CountOfName(name);
      found.push_back(At(path, name));
    }
    const bool by_code = has_slot_[from] && node.kind != Kind::kBinary &&
                         !(node.kind == Kind::kIndex && node.optional);
    if (!by_code) named_.insert(named_.end(), found.begin(), found.end());
    has_slot_[id] = has_slot_[from] && is_value && !node.optional;
    if (is_value) values_[id] = std::move(found);
  }

  static void Add(std::vector<uint32_t>& paths, uint32_t path) {
    if (paths.size() == kMaxPathsOfAValue) return;
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
  }

  uint32_t At(uint32_t parent, const std::string& name) {
    const auto [found, is_new] =
        by_name_.try_emplace({parent, name}, static_cast<uint32_t>(steps_.size()));
    if (!is_new) return found->second;
    const Step& from = steps_[parent];
    steps_.push_back({parent, name, nullptr, from.names + 1, from.count + CountOfName(name)});
    return found->second;
  }

  ArgumentPath NamesOf(uint32_t path) const {
    ArgumentPath names;
    for (; path != kArguments; path = steps_[path].parent) {
      const Step& step = steps_[path];
      if (step.variable == nullptr) {
        names.push_back(step.name);
      } else {
        names.insert(names.end(), step.variable->rbegin(), step.variable->rend());
      }
    }
    std::reverse(names.begin(), names.end());
    return names;
  }

  const Checked& expression_;
  const Ast& ast_;
  const Environment& environment_;
  const std::vector<writ::Value>* known_;
  std::vector<bool> live_;
  std::vector<Step> steps_ = {{kArguments, {}, nullptr, 0, 0}};
  std::map<uint32_t, std::vector<uint32_t>> variables_;  // what they are, by their number
  std::map<std::pair<uint32_t, std::string>, uint32_t> by_name_;
  std::vector<std::vector<uint32_t>> values_;  // by node: the paths its value may stand at
  std::vector<bool> has_slot_;                 // by node: it is one path, which code loads
  std::vector<uint32_t> named_;
  size_t looked_up_ = 0;  // of all names
};

}  // namespace

ArgumentPaths FindArgumentPaths(const Checked& expression, const Environment& environment,
                                const std::vector<writ::Value>* known, NodeId root) {
  return Finder(expression, environment, known).Find(root);
}

std::optional<std::string> ConstantText(const Checked& expression,
                                        const std::vector<writ::Value>* known, NodeId id) {
  if (known != nullptr && !(*known)[id].is(Tag::kAbsent)) {
    if ((*known)[id].is(Tag::kString)) return std::string((*known)[id].view());
    return std::nullopt;
  }
  const Node& node = expression.ast.node(id);
  if (node.kind != Kind::kLiteral) return std::nullopt;
  if (const auto* s = std::get_if<std::string>(&expression.ast.literal(node))) return *s;
  return std::nullopt;
}

}  // namespace writ::cel
