// What the names of an expression stand for.
// Tested by tests/compiler/check/check_test.cc.
#include "compiler/check/resolve.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "compiler/check/dashed_name.h"
#include "compiler/check/hint_text.h"
#include "compiler/check/suggest.h"
#include "compiler/diagnostic.h"

namespace writ::cel {
namespace {

constexpr std::string_view kBlockElement = "@index";
// How much of a long chain a message repeats.
constexpr size_t kShownParts = 4;

class Resolver {
 public:
  Resolver(const KnownNames& names, const Ast& ast, std::vector<Reference>& references,
           std::vector<Problem>& problems)
      : names_(names),
        ast_(ast),
        references_(references),
        problems_(problems),
        parent_(ast.nodes.size(), kNoNode) {}

  void Run() {
    references_.assign(ast_.nodes.size(), {});
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
      const Node& node = ast_.node(id);
      if (node.kind == Kind::kHas || (node.kind == Kind::kSelect && !node.optional)) {
        parent_[ast_.child(node, 0)] = id;
      }
    }
    // Parents before children, each with what is in scope there; no recursion, since chains are
    // long.
    Push(ast_.root, kNoScope);
    while (!work_.empty()) {
      const Work work = work_.back();
      work_.pop_back();
      Visit(work.node, work.scope);
    }
  }

 private:
  // A variable of a comprehension or bind, or, if `name` is none, the first `which` elements of a
  // block; and what is around it.
  struct Scope {
    uint32_t around;
    NodeId binder;
    uint32_t which;
    const std::string* name;
  };
  static constexpr uint32_t kNoScope = UINT32_MAX;

  struct Work {
    NodeId node;
    uint32_t scope;
  };

  void Push(NodeId node, uint32_t scope) { work_.push_back({node, scope}); }

  uint32_t Enter(uint32_t around, NodeId binder, uint32_t which, const std::string* name) {
    scopes_.push_back({around, binder, which, name});
    return static_cast<uint32_t>(scopes_.size() - 1);
  }

  void PushChildren(const Node& node, uint32_t scope, uint32_t from = 0) {
    for (uint32_t i = from; i < node.child_count; ++i) Push(ast_.child(node, i), scope);
  }

  void Visit(NodeId id, uint32_t scope) {
    const Node& node = ast_.node(id);
    switch (node.kind) {
      case Kind::kIdent: ResolveIdent(id, scope); return;
      case Kind::kCall:
        ResolveCall(id, scope);
        PushChildren(node, ScopeOfArguments(id, scope),
                     references_[id].target_is_namespace ? 1 : 0);
        return;
      case Kind::kComprehension: {
        Push(ast_.child(node, 0), scope);
        uint32_t inner = Enter(scope, id, 0, &ast_.name(node));
        if (!ast_.name2(node).empty()) inner = Enter(inner, id, 1, &ast_.name2(node));
        PushChildren(node, inner, 1);
        return;
      }
      case Kind::kBind:
        Push(ast_.child(node, 0), scope);
        PushChildren(node, Enter(scope, id, 0, &ast_.name(node)), 1);
        return;
      case Kind::kBlock:
        for (uint32_t i = 0; i < node.child_count; ++i) {
          Push(ast_.child(node, i), Enter(scope, id, i, nullptr));
        }
        return;
      case Kind::kMessage:
        references_[id].kind = Reference::Kind::kUnknown;
        references_[id].text = ast_.name(node);
        Report(
            node,
            fmt::format("{} cannot be constructed: there are no messages", Quote(ast_.name(node))),
            "a map is written {\"field\": value}");
        PushChildren(node, scope);
        return;
      default: PushChildren(node, scope); return;
    }
  }

  // "x.exist(y, y > 1)" is one mistake: what looks like the variable of a macro whose name is
  // mistyped counts as one.
  uint32_t ScopeOfArguments(NodeId id, uint32_t scope) {
    const Node& node = ast_.node(id);
    if (references_[id].kind != Reference::Kind::kUnknown || !names_.environment.checked ||
        !node.member || node.child_count < 3) {
      return scope;
    }
    const Node& first = ast_.node(ast_.child(node, 1));
    return first.kind == Kind::kIdent ? Enter(scope, id, 0, &ast_.name(first)) : scope;
  }

  // Whether it is the name of a local; where, if so.
  bool FindLocal(std::string_view name, uint32_t scope, Reference* local) const {
    uint32_t element = UINT32_MAX;
    if (name.substr(0, kBlockElement.size()) == kBlockElement) {
      const std::string_view digits = name.substr(kBlockElement.size());
      std::from_chars(digits.data(), digits.data() + digits.size(), element);
    }
    for (; scope != kNoScope; scope = scopes_[scope].around) {
      const Scope& at = scopes_[scope];
      if (at.name ? *at.name != name : element >= at.which) continue;
      local->kind = Reference::Kind::kLocal;
      local->index = at.binder;
      local->which = at.name ? at.which : element;
      return true;
    }
    return false;
  }

  // The part that follows in a chain, or null.
  const std::string* NextPart(NodeId* id) const {
    *id = parent_[*id];
    if (*id == kNoNode || ast_.node(*id).kind == Kind::kHas) return nullptr;
    return &ast_.name(ast_.node(*id));
  }

  void ResolveIdent(NodeId id, uint32_t scope) {
    const Node& node = ast_.node(id);
    Reference reference;
    if (!node.absolute && FindLocal(ast_.name(node), scope, &reference)) {
      references_[id] = reference;
      return;
    }
    NodeId longest = kNoNode;
    size_t longest_parts = 0;
    for (const std::string& container : names_.containers) {
      if (node.absolute && !container.empty()) continue;
      uint32_t variable = names_.variables.Walk(container);
      uint32_t type = TypeNames().Walk(container);
      size_t parts = 1;
      NodeId at = id;
      for (const std::string* part = &ast_.name(node); part; part = NextPart(&at), ++parts) {
        variable = names_.variables.Step(variable, *part);
        type = TypeNames().Step(type, *part);
        if (variable == NameTree::kNone && type == NameTree::kNone) break;
        if (parts <= longest_parts) continue;
        if (names_.variables.ItemAt(variable) != NameTree::kNone) {
          reference = {};
          reference.kind = Reference::Kind::kVariable;
          reference.index = names_.variables.ItemAt(variable);
        } else if (TypeNames().ItemAt(type) != NameTree::kNone) {
          reference = {};
          reference.kind = Reference::Kind::kType;
          reference.index = TypeNames().ItemAt(type);
          reference.text = NamedTypes()[reference.index].name;
        } else {
          continue;
        }
        longest = at;
        longest_parts = parts;
      }
    }
    if (longest == kNoNode && ResolvePresence(id)) return;
    if (longest == kNoNode) {
      references_[id].kind = Reference::Kind::kUnknown;
      references_[id].text = ast_.name(node);
      if (WantsProblems()) ReportUnknown(id, scope);
      return;
    }
    references_[longest] = reference;
  }

  // has(a.b) where all of a.b is the name of a variable that may have no value: stands for the
  // variable that says so.
  bool ResolvePresence(NodeId id) {
    uint32_t at = names_.variables.Step(NameTree::kRoot, ast_.name(ast_.node(id)));
    NodeId last = id;
    while (const std::string* part = NextPart(&last)) at = names_.variables.Step(at, *part);
    if (last == kNoNode) return false;
    const uint32_t item =
        names_.variables.ItemAt(names_.variables.Step(at, ast_.name(ast_.node(last))));
    if (item == NameTree::kNone) return false;
    const uint32_t presence = names_.environment.variables[item].presence;
    if (presence == kNoPresence) return false;
    references_[last].kind = Reference::Kind::kVariable;
    references_[last].index = presence;
    return true;
  }

  void ReportUnknown(NodeId id, uint32_t scope) {
    const std::string& name = ast_.name(ast_.node(id));
    // The start of qualified names: what is wrong is the part after it.
    uint32_t at = names_.variables.Step(NameTree::kRoot, name);
    if (names_.variables.ContinuesAt(at)) {
      std::string prefix = name;
      NodeId last = id;
      const std::string* part = NextPart(&last);
      NodeId wrong = part ? last : id;
      for (; part; part = NextPart(&last)) {
        wrong = last;
        const uint32_t next = names_.variables.Step(at, *part);
        if (!names_.variables.ContinuesAt(next)) break;
        at = next;
        prefix += "." + *part;
      }
      if (part) {
        Report(ast_.node(wrong), fmt::format("{} has no {}", prefix, Quote(*part)),
               SuggestQualified(names_, prefix, *part));
        return;
      }
      if (last != kNoNode && names_.variables.ItemAt(names_.variables.Step(
                                 at, ast_.name(ast_.node(last)))) != NameTree::kNone) {
        Report(ast_.node(last),
               fmt::format("{}.{} is always there", prefix, ast_.name(ast_.node(last))),
               "leave has() out");
        return;
      }
      Report(ast_.node(wrong), fmt::format("{} alone is not a value", Quote(prefix)),
             SuggestQualified(names_, prefix, ""));
      return;
    }
    std::string rest;
    NodeId last = id;
    size_t shown = 1;
    for (const std::string* part = NextPart(&last); part && shown < kShownParts;
         part = NextPart(&last), ++shown) {
      rest += (rest.empty() ? "" : ".") + *part;
    }
    std::vector<std::string_view> locals;
    for (; scope != kNoScope; scope = scopes_[scope].around) {
      const std::string* local = scopes_[scope].name;
      if (local && local->find('@') == std::string::npos) locals.push_back(*local);
    }
    const Node& node = ast_.node(id);
    std::string message = fmt::format("{} is not known", Quote(name));
    if (const auto dashed = FindDashedName(names_, ast_.source, node.at)) {
      AddDashedProblem(*dashed, {Severity::kError, node.at, node.at_length, std::move(message), ""},
                       problems_);
      return;
    }
    std::string hint = SuggestOwnName(names_, name, rest, locals);
    if (hint.empty()) hint = SuggestName(names_, name, rest, locals);
    Report(node, std::move(message), std::move(hint));
  }

  static bool HasStyle(const OverloadTable::Overloads& overloads, bool member) {
    return std::any_of(overloads.begin(), overloads.end(),
                       [&](const Overload* overload) { return overload->member == member; });
  }

  // What a call of that name and style stands for.
  Reference FunctionReference(const std::string& name, bool member) const {
    Reference reference;
    reference.kind = Reference::Kind::kUnknown;
    reference.text = name;
    for (const Overload* overload : names_.overloads.Find(name)) {
      if (overload->member != member || !overload->runs) continue;
      reference.kind = Reference::Kind::kFunction;
      reference.index = static_cast<uint32_t>(overload->id);
      break;
    }
    return reference;
  }

  void ResolveCall(NodeId id, uint32_t scope) {
    const Node& node = ast_.node(id);
    const std::string& name = ast_.name(node);
    Reference& reference = references_[id];
    if (node.member) {
      if (ResolveNamespaced(id, scope)) return;
    } else {
      for (const std::string& container : names_.containers) {
        std::string full = container;
        if (!full.empty()) full += '.';
        full += name;
        if (!HasStyle(names_.overloads.Find(full), false)) continue;
        reference = FunctionReference(full, false);
        return;
      }
    }
    reference = FunctionReference(name, node.member);
    const OverloadTable::Overloads& overloads = names_.overloads.Find(name);
    if (HasStyle(overloads, node.member)) return;
    reference.kind = Reference::Kind::kUnknown;
    if (!WantsProblems()) return;
    if (!overloads.empty()) {
      ReportStyle(node, overloads);
    } else {
      Report(node, fmt::format("there is no function {}", Quote(name)),
             SuggestFunction(names_, name));
    }
  }

  // "math.abs(x)": whether the target is a part of the function's name.
  bool ResolveNamespaced(NodeId id, uint32_t scope) {
    const Node& node = ast_.node(id);
    std::vector<const std::string*> parts = {&ast_.name(node)};
    NodeId at = ast_.child(node, 0);
    while (ast_.node(at).kind == Kind::kSelect && !ast_.node(at).optional) {
      parts.push_back(&ast_.name(ast_.node(at)));
      at = ast_.child(ast_.node(at), 0);
    }
    const Node& first = ast_.node(at);
    Reference local;
    if (first.kind != Kind::kIdent) return false;
    // A variable of that name is meant where the function can be called on it: time.within(…) of a
    // variable `time`. Else the function is, as in paths.map(path, path.normalize(path)).
    const bool is_local = !first.absolute && FindLocal(ast_.name(first), scope, &local);
    if (is_local && HasStyle(names_.overloads.Find(ast_.name(node)), true)) return false;
    parts.push_back(&ast_.name(first));
    std::reverse(parts.begin(), parts.end());

    Reference& reference = references_[id];
    for (const std::string& container : names_.containers) {
      if (first.absolute && !container.empty()) continue;
      for (const NameTree* tree :
           {&OverloadTable::standard_names(), &names_.overloads.declared_names()}) {
        uint32_t place = tree->Walk(container);
        for (size_t i = 0; i < parts.size() && place != NameTree::kNone; ++i) {
          place = tree->Step(place, *parts[i]);
        }
        if (tree->ItemAt(place) == NameTree::kNone) continue;
        std::string full = container;
        for (const std::string* part : parts) full += (full.empty() ? "" : ".") + *part;
        if (!HasStyle(names_.overloads.Find(full), false)) continue;
        reference = FunctionReference(full, false);
        reference.target_is_namespace = true;
        return true;
      }
    }
    // "math.abss(x)": one problem, not one for math and one for abss.
    const bool is_namespace = parts.size() == 2 &&
                              OverloadTable::standard_names().ContinuesAt(
                                  OverloadTable::standard_names().Walk(*parts[0])) &&
                              names_.variables.Walk(*parts[0]) == NameTree::kNone;
    if (!is_namespace) return false;
    const std::string full = *parts[0] + "." + *parts[1];
    const bool is_member = HasStyle(names_.overloads.Find(*parts[1]), true);
    if (is_member && (!names_.environment.checked || MeansValue(node, *parts[0]))) return false;
    reference.kind = Reference::Kind::kUnknown;
    reference.text = full;
    reference.target_is_namespace = names_.environment.checked;
    if (WantsProblems()) {
      Report(
          node, fmt::format("there is no function {}", Quote(full)),
          is_member ? NamespacedHint(node, *parts[0], *parts[1]) : OtherFunctionHint(node, full));
    }
    return true;
  }

  // Whether a name is hardly that of an argument, although it starts functions as "path" does.
  static bool IsOnlyNamespace(std::string_view name) {
    return name == "regex" || name == "strings" || name == "math" || name == "lists" ||
           name == "sets";
  }

  // "path.startsWith("/srv")": what is called is right for a value, and nothing else is there that
  // it could as well be called on.
  bool MeansValue(const Node& node, std::string_view target) const {
    if (IsOnlyNamespace(target)) return false;
    const OverloadTable::Overloads& overloads = names_.overloads.Find(ast_.name(node));
    const auto takes = [&](uint32_t count) {
      return std::any_of(overloads.begin(), overloads.end(), [count](const Overload* overload) {
        return overload->member && overload->parameters.size() == count;
      });
    };
    if (!takes(node.child_count)) return false;
    // path.startsWith(args.x): called on args.x it would have an argument too few.
    return node.child_count == 1 || IsConstant(node, 1) || !takes(node.child_count - 1);
  }

  // "regex.matches(x, pattern)": its target is the first argument.
  std::string NamespacedHint(const Node& node, const std::string& target,
                             const std::string& name) const {
    std::string hint = MemberHint(node, name, 1, target == "lists" || target == "sets");
    if (IsOnlyNamespace(target) || node.child_count != 2) return hint;
    std::string value = SuggestOwnName(names_, target, "", {});
    if (value.empty()) value = SuggestName(names_, target, "", {});
    return value.empty() ? hint : fmt::format("{}; {}", hint, value);
  }

  // For "regex.match(x, pattern)" and "math.abss(x)".
  std::string OtherFunctionHint(const Node& node, const std::string& full) const {
    std::string hint = SuggestFunction(names_, full);
    if (!hint.empty()) return hint;
    const std::string member = NearestMember(names_, ast_.name(node));
    return member.empty() ? "" : MemberHint(node, member, 1, false);
  }

  std::string Shown(const Node& call, uint32_t child) const {
    return TextOr(ast_, ast_.child(call, child), "…");
  }

  std::string ShownArguments(const Node& call, uint32_t from) const {
    std::string shown;
    for (uint32_t i = from; i < call.child_count; ++i) {
      shown += (i > from ? ", " : "") + (i < kShownParts ? Shown(call, i) : "…");
      if (i >= kShownParts) break;
    }
    return shown;
  }

  // "strings.contains(x, y)" or "contains(x, y)" as what it is called on a value; `first` is the
  // child that x is.
  std::string MemberHint(const Node& call, const std::string& name, uint32_t first,
                         bool of_lists) const {
    const uint32_t given = call.child_count - std::min(call.child_count, first);
    const OverloadTable::Overloads& overloads = names_.overloads.Find(name);
    const auto takes = [&](auto fits) {
      return std::any_of(overloads.begin(), overloads.end(), [&](const Overload* overload) {
        return overload->member && fits(overload->parameters.size());
      });
    };
    if (!takes([given](size_t count) { return count == given; })) {
      const std::string target = given == 0 ? "x" : TargetOr(ast_, ast_.child(call, first), "x");
      const bool alone = takes([](size_t count) { return count == 1; });
      return fmt::format("write {}.{}({})", target, name, alone ? "" : "…");
    }
    uint32_t target = first;
    if (given == 2) {
      const uint32_t second = first + 1;
      const bool from_list = of_lists || IsList(call, first) || IsList(call, second);
      if (name == "contains" && from_list) {
        const uint32_t list = IsList(call, second) && !IsList(call, first) ? second : first;
        const NodeId element = ast_.child(call, list == first ? second : first);
        return fmt::format("write {} in {}", TargetOr(ast_, element, "x"),
                           TargetOr(ast_, ast_.child(call, list), "y"));
      }
      // As in "regex.matches(pattern, x)"; as it stands, the caller would bring the pattern.
      if (IsConstant(call, first) && !IsConstant(call, second)) target = second;
    }
    const std::string on = TargetOr(ast_, ast_.child(call, target), "x");
    if (target == first) {
      return fmt::format("write {}.{}({})", on, name, ShownArguments(call, first + 1));
    }
    return fmt::format("write {}.{}({}); what is looked at stands in front", on, name,
                       Shown(call, first));
  }

  // Whether nothing in it is known only when it runs. By names alone, since what stands in a call
  // is resolved after the call.
  bool IsConstant(const Node& call, uint32_t child) const {
    std::vector<NodeId> work = {ast_.child(call, child)};
    while (!work.empty()) {
      const Node& node = ast_.node(work.back());
      work.pop_back();
      if (node.kind == Kind::kIdent && !IsConstantName(ast_.name(node))) return false;
      for (uint32_t i = 0; i < node.child_count; ++i) work.push_back(ast_.child(node, i));
    }
    return true;
  }

  bool IsConstantName(std::string_view name) const {
    const uint32_t item = names_.variables.ItemAt(names_.variables.Step(NameTree::kRoot, name));
    return item != NameTree::kNone &&
           names_.environment.variables[item].storage == Variable::Storage::kConstant;
  }

  bool IsList(const Node& call, uint32_t child) const {
    NodeId at = ast_.child(call, child);
    if (ast_.node(at).kind == Kind::kList) return true;
    std::vector<std::string_view> parts;
    for (; ast_.node(at).kind == Kind::kSelect; at = ast_.child(ast_.node(at), 0)) {
      parts.push_back(ast_.name(ast_.node(at)));
    }
    if (ast_.node(at).kind != Kind::kIdent) return false;
    parts.push_back(ast_.name(ast_.node(at)));
    std::reverse(parts.begin(), parts.end());
    return names_.ConstantAt(parts).is(Tag::kList);
  }

  // The function exists, but is called the other way.
  void ReportStyle(const Node& node, const OverloadTable::Overloads& overloads) {
    const std::string& name = ast_.name(node);
    const bool same_count = std::any_of(
        overloads.begin(), overloads.end(),
        [&](const Overload* overload) { return overload->parameters.size() == node.child_count; });
    std::string hint = same_count ? "" : SuggestNamespaced(names_, name);
    const std::string others = ShownArguments(node, 1);
    if (!hint.empty()) {
      // A namespaced function of that name is nearer than one with other arguments.
    } else if (node.child_count == 0) {
      hint = fmt::format("it is called as x.{}()", name);
    } else if (node.member) {
      hint =
          fmt::format("write {}({}{}{})", name, Shown(node, 0), others.empty() ? "" : ", ", others);
    } else {
      hint = MemberHint(node, name, 0, false);
    }
    Report(node,
           fmt::format("{} is {}", Quote(name),
                       node.member ? "not called on a value" : "called on a value"),
           std::move(hint));
  }

  bool WantsProblems() const {
    return names_.environment.checked && problems_.size() < kMaxProblems;
  }

  void Report(const Node& node, std::string message, std::string hint) {
    if (!WantsProblems()) return;
    problems_.push_back(
        {Severity::kError, node.at, node.at_length, std::move(message), std::move(hint)});
  }

  const KnownNames& names_;
  const Ast& ast_;
  std::vector<Reference>& references_;
  std::vector<Problem>& problems_;
  std::vector<NodeId> parent_;  // of a selection's operand: the selection or has()
  std::vector<Scope> scopes_;
  std::vector<Work> work_;
};

}  // namespace

void ResolveNames(const KnownNames& names, const Ast& ast, std::vector<Reference>& references,
                  std::vector<Problem>& problems) {
  Resolver(names, ast, references, problems).Run();
}

}  // namespace writ::cel
