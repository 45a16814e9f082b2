// What is allowed but hardly meant.
// Tested by tests/compiler/check/check_warnings_test.cc.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/check/check.h"
#include "compiler/check/comparisons.h"
#include "compiler/check/constant_values.h"
#include "compiler/check/guards.h"
#include "compiler/check/hint_text.h"
#include "compiler/check/origins.h"
#include "compiler/check/overloads.h"
#include "compiler/check/text_tests.h"
#include "compiler/diagnostic.h"
#include "vm/json_text.h"

namespace writ::cel {
namespace {

constexpr size_t kShownText = 40;
// Comparisons of one thing that are held against each other.
constexpr size_t kMaxFacts = 16;

// Values that a known text is tried with.
constexpr size_t kMaxTried = 16;

class WarningFinder {
 public:
  WarningFinder(const Checked& expression, const Environment& environment, const KnownText& known)
      : expression_(expression),
        ast_(expression.ast),
        environment_(environment),
        known_(known),
        own_values_(expression, environment, ConstantValues::Variables::kUnknown),
        values_(expression, environment, ConstantValues::Variables::kIncluded),
        origins_(FindOrigins(expression, environment)) {}

  std::vector<Warning> Run() {
    if (Reads(known_.variable)) TryKnownTexts();
    for (const NodeId id : Outermost()) Look(id);
    std::stable_sort(warnings_.begin(), warnings_.end(), [](const Warning& a, const Warning& b) {
      return a.problem.at < b.problem.at;
    });
    return std::move(warnings_);
  }

 private:
  bool Reads(uint32_t variable) const {
    return std::any_of(expression_.references.begin(), expression_.references.end(),
                       [variable](const Reference& reference) {
                         return reference.kind == Reference::Kind::kVariable &&
                                reference.index == variable;
                       });
  }

  // What each node is if the text is any of its values: a bool where they agree.
  void TryKnownTexts() {
    if (known_.values.empty() || known_.values.size() > kMaxTried) return;
    for (const std::string& value : known_.values) {
      const ConstantValues tried(expression_, environment_, ConstantValues::Variables::kIncluded,
                                 known_.variable, Value::String(value));
      const bool first = &value == &known_.values.front();
      tried_.resize(ast_.nodes.size());
      for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
        const Value& here = tried.at(id);
        if (!here.is(Tag::kBool) || (!first && tried_[id] != (here.i != 0))) {
          tried_[id].reset();
        } else if (first) {
          tried_[id] = here.i != 0;
        }
      }
    }
  }

  // The nodes that are no part of a constant; constants are reported whole.
  std::vector<NodeId> Outermost() {
    std::vector<NodeId> nodes;
    std::vector<NodeId> work = {ast_.root};
    while (!work.empty()) {
      const NodeId id = work.back();
      work.pop_back();
      nodes.push_back(id);
      const Node& node = ast_.node(id);
      if (IsConstantCondition(id)) {
        const bool is_true = own_values_.at(id).i != 0;
        if (node.kind != Kind::kLiteral) {
          Warn(node, fmt::format("this is always {}", is_true ? "true" : "false"), "");
        }
        nodes.pop_back();
        continue;
      }
      if (IsConstantComparison(id)) {
        Warn(node,
             fmt::format("with this data, this is always {}",
                         values_.at(id).i != 0 ? "true" : "false"),
             "");
        nodes.pop_back();
        continue;
      }
      if (LookAtKnownText(id)) {
        nodes.pop_back();
        continue;
      }
      for (uint32_t i = 0; i < node.child_count; ++i) work.push_back(ast_.child(node, i));
    }
    return nodes;
  }

  // Of && and ||, the operands are told apart: one of them can decide alone.
  bool IsConstantCondition(NodeId id) const {
    const Kind kind = ast_.node(id).kind;
    return kind != Kind::kAnd && kind != Kind::kOr && own_values_.at(id).is(Tag::kBool);
  }

  // A bool of the data that stands alone is a switch, and meant so.
  bool IsConstantComparison(NodeId id) const {
    const Node& node = ast_.node(id);
    const bool compares =
        IsComparison(node) || (node.kind == Kind::kBinary && node.op == Operator::kIn);
    return compares && values_.at(id).is(Tag::kBool);
  }

  // A test of the known text that none, or each, of what it can be passes.
  bool LookAtKnownText(NodeId id) {
    const Node& node = ast_.node(id);
    if (known_.variable == UINT32_MAX || node.kind == Kind::kAnd || node.kind == Kind::kOr ||
        node.kind == Kind::kNot) {
      return false;
    }
    const auto is_known = [&](NodeId child) {
      const Reference& reference = expression_.references[child];
      return reference.kind == Reference::Kind::kVariable && reference.index == known_.variable;
    };
    const bool equality = node.kind == Kind::kBinary &&
                          (node.op == Operator::kEqual || node.op == Operator::kNotEqual);
    if (equality || (node.kind == Kind::kBinary && node.op == Operator::kIn)) {
      const NodeId left = ast_.child(node, 0);
      const NodeId right = ast_.child(node, 1);
      if (is_known(left) && !equality && values_.at(right).is(Tag::kList)) {
        return LookAtList(node, *values_.at(right).list);
      }
      const NodeId other = is_known(left) ? right : left;
      const bool compared = equality && (is_known(left) || is_known(right));
      if (compared && values_.at(other).is(Tag::kString)) {
        const std::string why_not = known_.why_not(values_.at(other).view());
        if (!why_not.empty()) {
          Warn(node,
               fmt::format("this is always {}: {}", node.op == Operator::kEqual ? "false" : "true",
                           why_not),
               NearestValue(values_.at(other).view()));
          return true;
        }
      }
    }
    if (id >= tried_.size() || !tried_[id].has_value()) return false;
    Warn(node,
         fmt::format("this is always {} for {}", *tried_[id] ? "true" : "false",
                     known_.values.size() == 1 ? Quote(known_.values[0])
                                               : std::string("the tools of this rule")),
         "");
    return true;
  }

  std::string NearestValue(std::string_view text) const {
    const std::string_view nearest = Nearest(text, {known_.values.begin(), known_.values.end()});
    return nearest.empty() ? "" : fmt::format("did you mean {}?", Quote(nearest));
  }

  // `known in list`
  bool LookAtList(const Node& node, const List& list) {
    if (list.size == 0 || list.size > kMaxTried) return false;
    std::string why_not;
    for (uint32_t i = 0; i < list.size; ++i) {
      if (!list.items[i].is(Tag::kString)) continue;
      why_not = known_.why_not(list.items[i].view());
      if (why_not.empty()) return false;
    }
    if (why_not.empty()) return false;
    Warn(node, fmt::format("this is always false: {}", why_not), "");
    return true;
  }

  std::string Shown(NodeId id) const { return TextOr(ast_, id, "x"); }

  void Look(NodeId id) {
    const Node& node = ast_.node(id);
    switch (node.kind) {
      case Kind::kAnd:
      case Kind::kOr: LookAtLogic(node); break;
      case Kind::kConditional:
        for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
          WarnOfLiteral(ast_.child(node, i), "the condition");
        }
        LookAtAbsentBranch(node);
        break;
      case Kind::kBinary:
        if (IsComparison(node)) {
          LookAtComparison(id);
        } else if (node.op == Operator::kIn) {
          LookAtEmpty(node, ast_.child(node, 1), "in", false);
        } else {
          LookAtArithmetic(node);
        }
        break;
      case Kind::kIndex: LookAtKey(node); break;
      case Kind::kCall:
        LookAtValue(id);
        LookAtTest(id);
        break;
      case Kind::kComprehension:
        if (node.macro == Macro::kAll) {
          LookAtEmpty(node, ast_.child(node, 0), "all()", true);
        } else if (node.macro == Macro::kExists || node.macro == Macro::kExistsOne) {
          LookAtEmpty(node, ast_.child(node, 0), "exists()", false);
        }
        break;
      default: break;
    }
  }

  void WarnOfLiteral(NodeId id, std::string_view what) {
    if (ast_.node(id).kind != Kind::kLiteral || !values_.at(id).is(Tag::kBool)) return;
    Warn(ast_.node(id),
         fmt::format("{} is always {}", what, values_.at(id).i != 0 ? "true" : "false"), "");
  }

  // x == 1 && x == 2 can never be true, x != 1 || x != 2 never false.
  void LookAtLogic(const Node& node) {
    const bool is_or = node.kind == Kind::kOr;
    LookAtPresence(node);
    std::map<std::string_view, std::vector<Comparison>> by_subject;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      const NodeId operand = ast_.child(node, i);
      WarnOfLiteral(operand, is_or ? "this side of ||" : "this side of &&");
      std::optional<Comparison> comparison = ReadComparison(ast_, values_, operand);
      if (!comparison || (is_or && comparison->op == Operator::kIn)) continue;
      if (is_or) comparison->op = Negated(comparison->op);
      std::vector<Comparison>& facts = by_subject[comparison->subject];
      if (std::any_of(facts.begin(), facts.end(),
                      [&](const Comparison& fact) { return Contradict(fact, *comparison); })) {
        const std::string subject(comparison->subject.size() > kShownText
                                      ? std::string_view("the same value")
                                      : comparison->subject);
        Warn(ast_.node(operand),
             is_or ? fmt::format("with what is said of {} before, this || is never false", subject)
                   : fmt::format("with what is said of {} before, this && is never true", subject),
             is_or ? "perhaps && was meant" : "perhaps || was meant");
        return;
      }
      if (facts.size() < kMaxFacts) facts.push_back(*comparison);
    }
  }

  // !has(args.x) && args.x > 3 is never true, has(args.x) || args.x > 3 never false.
  void LookAtPresence(const Node& node) {
    const bool is_or = node.kind == Kind::kOr;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      const std::optional<std::string> subject = AskedFor(ast_.child(node, i), is_or);
      if (!subject) continue;
      for (uint32_t k = 0; k < node.child_count; ++k) {
        const std::optional<NodeId> read = FindRead(ast_.child(node, k), *subject);
        if (!read) continue;
        Warn(ast_.node(*read),
             fmt::format("{} is read where it is not there: this {} is never {}", *subject,
                         is_or ? "||" : "&&", is_or ? "false" : "true"),
             is_or ? "perhaps && was meant" : "perhaps || was meant");
        return;
      }
    }
  }

  // has(args.x) ? 1 : args.x
  void LookAtAbsentBranch(const Node& node) {
    for (uint32_t i = 0; i + 1 < node.child_count; i += 2) {
      const NodeId condition = ast_.child(node, i);
      std::optional<std::string> subject = AskedFor(condition, true);
      // What stands behind the last of several conditions is read where all of them are false.
      NodeId branch = ast_.child(node, node.child_count - 1);
      if (!subject) {
        subject = AskedFor(condition, false);
        branch = ast_.child(node, i + 1);
      }
      const std::optional<NodeId> read = subject ? FindRead(branch, *subject) : std::nullopt;
      if (!read) continue;
      WarnOfFailure(ast_.node(*read),
                    fmt::format("{} is read where it is not there: this always fails", *subject),
                    "perhaps the two branches are the wrong way round");
    }
  }

  // "args.x" of has(args.x), or of !has(args.x) if that is asked for.
  std::optional<std::string> AskedFor(NodeId id, bool positive) const {
    const Node* node = &ast_.node(id);
    if (!positive) {
      if (node->kind != Kind::kNot) return std::nullopt;
      node = &ast_.node(ast_.child(*node, 0));
    }
    if (node->kind != Kind::kHas) return std::nullopt;
    return FieldText(ast_, *node);
  }

  // or() and orValue(), whose argument is evaluated only where the optional is empty.
  bool IsAlternative(NodeId id) const {
    const Reference& reference = expression_.references[id];
    if (reference.kind != Reference::Kind::kFunction) return false;
    const auto function = static_cast<FunctionId>(reference.index);
    return function == FunctionId::kOptionalOr || function == FunctionId::kOptionalOrValue;
  }

  // Where evaluating a node always reads the field: not in what logic, conditions, alternatives and
  // loops may leave out.
  std::optional<NodeId> FindRead(NodeId id, const std::string& subject) const {
    std::vector<NodeId> work = {id};
    while (!work.empty()) {
      const NodeId at = work.back();
      work.pop_back();
      const Node& node = ast_.node(at);
      if (node.kind == Kind::kSelect && !node.optional && FieldText(ast_, node) == subject) {
        return at;
      }
      switch (node.kind) {
        case Kind::kNot:
        case Kind::kNegate:
        case Kind::kBinary:
        case Kind::kIndex:
          for (uint32_t i = 0; i < node.child_count; ++i) work.push_back(ast_.child(node, i));
          break;
        case Kind::kCall:
          for (uint32_t i = 0; i < node.child_count; ++i) {
            if (i == 0 || !IsAlternative(at)) work.push_back(ast_.child(node, i));
          }
          break;
        case Kind::kSelect:
        case Kind::kComprehension:
          if (!node.optional) work.push_back(ast_.child(node, 0));
          break;
        default: break;
      }
    }
    return std::nullopt;
  }

  // What is asked of nothing.
  void LookAtEmpty(const Node& node, NodeId of, std::string_view what, bool effect) {
    const Value& value = values_.at(of);
    const bool empty = (value.is(Tag::kList) && value.list->size == 0) ||
                       (value.is(Tag::kMap) && value.map->size == 0);
    if (!empty) return;
    Warn(node, fmt::format("{} is empty: {} is always {}", Shown(of), what, effect), "");
  }

  // data.cap[args.currency]: the map's keys are known, the argument is not.
  void LookAtKey(const Node& node) {
    const NodeId map = ast_.child(node, 0);
    const NodeId key = ast_.child(node, 1);
    if (node.optional || !values_.at(map).is(Tag::kMap) || !IsArgument(key)) return;
    WarnOfFailure(
        ast_.node(key),
        fmt::format("this fails for what {} does not have, and nothing asks first", Shown(map)),
        fmt::format("require {} in {} too, or write {}[?{}].orValue(…)", Shown(key), Shown(map),
                    Shown(map), Shown(key)),
        KeyGuard(ast_, key, map));
  }

  // x.value() of an optional.
  void LookAtValue(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    if (reference.kind != Reference::Kind::kFunction || node.child_count == 0 ||
        reference.index != static_cast<uint32_t>(FunctionId::kOptionalValue) || values_.Has(id)) {
      return;
    }
    const NodeId optional = ast_.child(node, 0);
    WarnOfFailure(node, "this fails where there is no value, and nothing asks first",
                  fmt::format("write {}.orValue(…), or ask {}.hasValue() first", Shown(optional),
                              Shown(optional)),
                  ValueGuard(ast_, optional));
  }

  // "/srv/".startsWith(args.x): the caller says what passes.
  void LookAtTest(NodeId id) {
    const std::optional<TextTest> test = ReadTextTest(expression_, id);
    if (!test || origins_[test->tested] != Origin::kPolicy || origins_[test->by] != Origin::kCall) {
      return;
    }
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    std::string hint = "write ";
    if (const std::string words = ListedWords(*test); !words.empty()) {
      hint += fmt::format("{} in {}", Shown(test->by), words);
    } else {
      hint += reference.target_is_namespace
                  ? fmt::format("{}({}, {})", reference.text, Shown(test->by), Shown(test->tested))
                  : fmt::format("{}.{}({})", TargetOr(ast_, test->by, "x"), reference.text,
                                TextOr(ast_, test->tested, "…"));
      if (test->function == FunctionId::kContains) {
        hint += fmt::format("; whether it is one of several, {} in [a, b]", Shown(test->by));
      }
    }
    // Both ways round, the two are meant: what is below a folder, and what it is below.
    Add(DiagnosticCode::kSwappedOperands, node,
        fmt::format("the call brings the {}: perhaps the two are the wrong way round",
                    test->brings),
        std::move(hint), "", SpellTextTest(ast_, test->function, test->by, test->tested));
  }

  // ["read", "write"] where "read write" is asked whether it contains what the call says, and
  // [a, b] where those are many; empty for one word.
  std::string ListedWords(const TextTest& test) const {
    constexpr std::string_view kBetween = " ,";
    const Value& text = values_.at(test.tested);
    if (test.function != FunctionId::kContains || !text.is(Tag::kString)) return "";
    std::string_view rest = text.view();
    if (rest.find_first_of(kBetween) == std::string_view::npos) return "";
    std::vector<std::string> words;
    size_t bytes = 0;
    for (;;) {
      rest.remove_prefix(std::min(rest.find_first_not_of(kBetween), rest.size()));
      if (rest.empty()) break;
      if (bytes > kShownText) return "[a, b]";
      const std::string_view word = rest.substr(0, rest.find_first_of(kBetween));
      words.push_back(JsonQuote(word));
      bytes += word.size();
      rest.remove_prefix(word.size());
    }
    if (words.size() < 2) return "";
    return bytes > kShownText ? "[a, b]" : fmt::format("[{}]", fmt::join(words, ", "));
  }

  // How an expression asks whether there is what a selection, or an index by a text, reads; empty
  // for anything else.
  std::string Asked(NodeId id, bool negated) const {
    const Node& node = ast_.node(id);
    if (node.optional) return "";
    if (node.kind == Kind::kSelect) return fmt::format("{}has({})", negated ? "!" : "", Shown(id));
    if (node.kind != Kind::kIndex ||
        !expression_.types[ast_.child(node, 1)].is(TypeKind::kString)) {
      return "";
    }
    const std::string asked =
        fmt::format("{} in {}", Shown(ast_.child(node, 1)), Shown(ast_.child(node, 0)));
    return negated ? fmt::format("!({})", asked) : asked;
  }

  // Asking for a path fails itself where the path to its last name is absent: "has(args.x) &&
  // has(args.x.y) && ", or, if `negated`, "!has(args.x) || !has(args.x.y) || ".
  std::string PathAsked(NodeId path, bool negated) const {
    constexpr size_t kMostAsked = 4;
    std::string asked;
    size_t parts = 0;
    for (NodeId id = path;; id = ast_.child(ast_.node(id), 0)) {
      const std::string one = Asked(id, negated);
      if (one.empty()) break;
      const bool shown = ++parts <= kMostAsked;
      asked.insert(0, (shown ? one : "…") + (negated ? " || " : " && "));
      if (!shown) break;
    }
    return asked;
  }

  // What is said elsewhere if something asked for it: args["x"] is asked for by has(args.x) too.
  std::string GuardOf(const Node& field) const {
    if (field.kind == Kind::kSelect) return HasGuard(ast_, field);
    const NodeId map = ast_.child(field, 0);
    const Node& key = ast_.node(ast_.child(field, 1));
    if (key.kind != Kind::kLiteral) return KeyGuard(ast_, ast_.child(field, 1), map);
    return HasGuard(ast_, map, std::get<std::string>(ast_.literal(key)));
  }

  // args.x == null fails where args.x is absent, as args["x"] == null does.
  bool LookAtNull(NodeId id, NodeId argument, NodeId other) {
    const Node& node = ast_.node(id);
    if (!expression_.types[other].is(TypeKind::kNull) || !IsArgument(argument)) return false;
    if (Asked(argument, false).empty()) return false;
    const bool equal = node.op == Operator::kEqual;
    const std::string text = Shown(argument);
    std::string asked =
        fmt::format("{}{} {} null", PathAsked(argument, equal), text, equal ? "==" : "!=");
    // An && beside it would take only the last of what || joins.
    if (equal && id != ast_.root) asked = fmt::format("({})", asked);
    WarnOfFailure(node,
                  fmt::format("this fails where {} is not given: what is absent is not null", text),
                  fmt::format("write {}", asked), GuardOf(ast_.node(argument)));
    return true;
  }

  void LookAtComparison(NodeId id) {
    const Node& node = ast_.node(id);
    const NodeId left = ast_.child(node, 0);
    const NodeId right = ast_.child(node, 1);
    const std::string_view text = ast_.text(ast_.node(left));
    if (!text.empty() && text == ast_.text(ast_.node(right))) {
      Warn(node, fmt::format("both sides of {} are the same", WrittenForm(OperatorOf(node))), "");
      return;
    }
    if (LookAtSize(node) || LookAtJson(node, left, right) || LookAtJson(node, right, left)) return;
    if (node.op != Operator::kEqual && node.op != Operator::kNotEqual) return;
    if (!LookAtNull(id, left, right)) LookAtNull(id, right, left);
  }

  // size(x) >= 0 is always true.
  bool LookAtSize(const Node& node) {
    const NodeId left = ast_.child(node, 0);
    const NodeId right = ast_.child(node, 1);
    const bool is_left = IsSize(left);
    const NodeId other = is_left ? right : left;
    if (!(is_left || IsSize(right)) || !values_.at(other).is_number()) return false;
    const Operator op = is_left ? node.op : Mirrored(node.op);
    const Value& value = values_.at(other);
    const auto can_hold = [&](Operator wanted) {
      return Compatible(Operator::kGreaterEqual, Value::Int(0), wanted, value);
    };
    const bool never = !can_hold(op);
    if (!never && can_hold(Negated(op))) return false;
    Warn(node, fmt::format("a size is never below 0: this is always {}", never ? "false" : "true"),
         op == Operator::kGreaterEqual || op == Operator::kLess ? "perhaps size(…) > 0 was meant"
                                                                : "");
    return true;
  }

  bool IsSize(NodeId id) const {
    const Reference& reference = expression_.references[id];
    return reference.kind == Reference::Kind::kFunction &&
           reference.index == static_cast<uint32_t>(FunctionId::kSize);
  }

  // Whether the value is read from the call's arguments as it stands there. Walks what it names
  // only once for each comparison, and chains are no longer than the expression.
  bool IsArgument(NodeId id) const {
    bool selected = false;
    for (;;) {
      const Node& node = ast_.node(id);
      const Reference& reference = expression_.references[id];
      if (reference.kind == Reference::Kind::kVariable) {
        return selected &&
               environment_.variables[reference.index].storage == Variable::Storage::kArguments;
      }
      if ((node.kind != Kind::kSelect && node.kind != Kind::kIndex) || node.optional) return false;
      selected = true;
      id = ast_.child(node, 0);
    }
  }

  // args.t < timestamp(…): JSON has text there.
  bool LookAtJson(const Node& node, NodeId argument, NodeId other) {
    const Type& type = expression_.types[other];
    if (type.is_optional() && expression_.types[argument].is(TypeKind::kDyn) &&
        IsArgument(argument)) {
      const std::string_view result = node.op == Operator::kEqual      ? "this is always false"
                                      : node.op == Operator::kNotEqual ? "this is always true"
                                                                       : "this always fails";
      Warn(node, fmt::format("JSON has no optional: {}", result),
           fmt::format("the value of an optional is {}.orValue(…)", Shown(other)));
      return true;
    }
    if (!type.is(TypeKind::kTimestamp) && !type.is(TypeKind::kDuration) &&
        !type.is(TypeKind::kBytes)) {
      return false;
    }
    if (!expression_.types[argument].is(TypeKind::kDyn) || !IsArgument(argument)) return false;
    const std::string_view effect = node.op == Operator::kEqual      ? "this is always false"
                                    : node.op == Operator::kNotEqual ? "this is always true"
                                                                     : "this always fails";
    Warn(node, fmt::format("JSON has no {}: {}", type.ToString(), effect),
         fmt::format("write {}({})", type.ToString(), Shown(argument)));
    return true;
  }

  // dyn * 0.5 fails for a JSON integer.
  void LookAtArithmetic(const Node& node) {
    for (uint32_t i = 0; i < 2; ++i) {
      const NodeId number = ast_.child(node, i);
      const NodeId other = ast_.child(node, 1 - i);
      const Value& value = values_.at(number);
      if (!expression_.types[other].is(TypeKind::kDyn)) continue;
      const bool is_double = value.is(Tag::kDouble);
      if (!is_double && !value.is(Tag::kUint)) continue;
      const std::string_view op = WrittenForm(OperatorOf(node));
      const std::string_view type = is_double ? "double" : "uint";
      const std::string left = i == 1 ? fmt::format("double({})", Shown(other)) : Shown(number);
      const std::string right = i == 1 ? Shown(number) : fmt::format("double({})", Shown(other));
      WarnOfFailure(node,
                    fmt::format("this fails where {} is an integer in JSON: there is no int {} {}",
                                Shown(other), op, type),
                    is_double ? fmt::format("write {} {} {}", left, op, right)
                              : "integers of JSON are int: leave the u out");
      return;
    }
  }

  // Of what is always true, or always false.
  void Warn(const Node& node, std::string message, std::string hint) {
    Add(DiagnosticCode::kConstantCondition, node, std::move(message), std::move(hint));
  }

  void WarnOfFailure(const Node& node, std::string message, std::string hint,
                     std::string unless = {}) {
    Add(DiagnosticCode::kMayFail, node, std::move(message), std::move(hint), std::move(unless));
  }

  void Add(DiagnosticCode code, const Node& node, std::string message, std::string hint,
           std::string unless = {}, std::string unless_in_rule = {}) {
    if (warnings_.size() >= kMaxProblems) return;
    warnings_.push_back(
        {{Severity::kWarning, node.at, node.at_length, std::move(message), std::move(hint), code},
         std::move(unless),
         std::move(unless_in_rule)});
  }

  const Checked& expression_;
  const Ast& ast_;
  const Environment& environment_;
  const KnownText& known_;
  ConstantValues own_values_;  // of what the expression itself says
  ConstantValues values_;      // with the policy's data
  std::vector<Origin> origins_;
  std::vector<std::optional<bool>> tried_;
  std::vector<Warning> warnings_;
};

}  // namespace

std::vector<Warning> FindWarnings(const Checked& expression, const Environment& environment,
                                  const KnownText& known) {
  std::vector<Warning> warnings = WarningFinder(expression, environment, known).Run();
  const auto is_one_of = [](const std::vector<std::string>& said, const std::string& text) {
    return !text.empty() && std::find(said.begin(), said.end(), text) != said.end();
  };
  const std::vector<std::string> guards = Guards(expression);
  const std::vector<std::string> tests = TextTests(expression);
  std::erase_if(warnings, [&](const Warning& warning) {
    return is_one_of(guards, warning.unless) || is_one_of(tests, warning.unless_in_rule);
  });
  return warnings;
}

}  // namespace writ::cel
