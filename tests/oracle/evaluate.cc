// The oracle's walk over the tree.
// Tested by the conformance cases and tests/exhaustive/.
#include "oracle/evaluate.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "oracle/operators.h"
#include "vm/compare.h"
#include "vm/functions/function.h"
#include "vm/time_zone.h"

namespace writ::oracle {
namespace {

using cel::Kind;
using cel::Macro;
using cel::Node;
using cel::NodeId;
using cel::Reference;

bool Failed(const Value& value) {
  return value.is(Tag::kError);
}

bool IsBool(const Value& value, bool wanted) {
  return value.is(Tag::kBool) && (value.i == 1) == wanted;
}

class Walk {
 public:
  Walk(const cel::Checked& expression, const cel::Environment& environment,
       const Bindings& bindings, const Value& now, Arena& arena, int64_t budget)
      : expression_(expression),
        ast_(expression.ast),
        environment_(environment),
        bindings_(bindings),
        arena_(arena),
        budget_(budget),
        context_{arena, budget_, now} {}

  Outcome Run() {
    const Value value = Evaluate(ast_.root);
    if (budget_ < 0) return {Value::Failure(Error::kBudget), ast_.root};
    return {value, Failed(value) ? NodeId{value.size} : cel::kNoNode};
  }

 private:
  // The variables of one comprehension, bind or block while its inside is evaluated. A node is
  // never evaluated within itself, so there is one of these a node.
  struct Scope {
    Value first;
    Value second;
    // Of bind and block: what a name stands for once it was used.
    std::vector<std::optional<Value>> once;
  };

  // Where an error was raised is kept in its size.
  static Value Fail(NodeId at, Error code) {
    Value error = Value::Failure(code);
    error.size = at;
    return error;
  }

  // The result of an operator or function: its failure was raised at that node, and a number that
  // readers understand differently is a failure as soon as it is read.
  static Value At(NodeId node, const Value& result) {
    if (Failed(result)) return Fail(node, result.code);
    if (result.is(Tag::kUnsafeNumber)) return Fail(node, Error::kUnsafeNumber);
    return result;
  }

  const Node& node(NodeId id) const { return ast_.node(id); }
  NodeId Child(NodeId id, uint32_t i) const { return ast_.child(node(id), i); }
  uint32_t ChildCount(NodeId id) const { return node(id).child_count; }
  const Reference& reference(NodeId id) const { return expression_.references[id]; }

  // Whether the node is evaluated without its first child: the whole of it is a name, or the first
  // child is only a part of a function's name.
  bool StandsAlone(NodeId id) const {
    const Reference& ref = reference(id);
    if (ref.kind == Reference::Kind::kFunction) return ref.target_is_namespace;
    return ref.kind != Reference::Kind::kNone;
  }

  Value Evaluate(NodeId id) {
    if (depth_ == kMaxRecursion) budget_ = -1;
    if (budget_ < 0) return Fail(id, Error::kBudget);
    ++depth_;
    const std::vector<NodeId> spine = cel::Spine(ast_, id);
    size_t start = spine.size() - 1;
    while (start > 0 && !StandsAlone(spine[start])) --start;
    Value value = Begin(spine[start]);
    for (size_t i = start + 1; i < spine.size() && !Failed(value); ++i) {
      value = Continue(spine[i], value);
    }
    --depth_;
    return value;
  }

  // A node whose first child, if it has one, is not on its spine.
  Value Begin(NodeId id) {
    if (!context_.Charge(1)) return Fail(id, Error::kBudget);
    const Reference& ref = reference(id);
    switch (ref.kind) {
      case Reference::Kind::kVariable: return At(id, Variable(ref.index));
      case Reference::Kind::kLocal: return Local(id, ref);
      case Reference::Kind::kType: return Value::Text(Tag::kType, ref.text);
      case Reference::Kind::kUnknown: return Fail(id, Error::kUnknownName);
      case Reference::Kind::kFunction:
      case Reference::Kind::kNone: break;
    }
    switch (node(id).kind) {
      case Kind::kLiteral: return Literal(ast_.literal(node(id)));
      case Kind::kNot: return Not(id);
      case Kind::kNegate: return Negate(id);
      case Kind::kAnd: return Logic(id, false);
      case Kind::kOr: return Logic(id, true);
      case Kind::kConditional: return Conditional(id);
      case Kind::kList: return ListLiteral(id);
      case Kind::kMap: return MapLiteral(id);
      case Kind::kCall: return Call(id, nullptr);
      case Kind::kBind: return Bind(id);
      case Kind::kBlock: return Block(id);
      default: return Fail(id, Error::kUnknownName);  // an identifier, a message
    }
  }

  // A node of a spine, whose first child has that value.
  Value Continue(NodeId id, const Value& first) {
    if (!context_.Charge(1)) return Fail(id, Error::kBudget);
    const Node& n = node(id);
    switch (n.kind) {
      case Kind::kSelect: return At(id, oracle::Select(first, ast_.name(n), n.optional, context_));
      case Kind::kHas: return At(id, oracle::Has(first, ast_.name(n), context_));
      case Kind::kIndex: {
        const Value key = Evaluate(Child(id, 1));
        return Failed(key) ? key : At(id, oracle::Index(first, key, n.optional, context_));
      }
      case Kind::kBinary: {
        const Value right = Evaluate(Child(id, 1));
        return Failed(right) ? right : At(id, oracle::Binary(n.op, first, right, context_));
      }
      case Kind::kComprehension: return Comprehension(id, first);
      default: return Call(id, &first);
    }
  }

  // ---- names

  Value Variable(uint32_t index) {
    const cel::Variable& variable = environment_.variables[index];
    if (variable.storage == cel::Variable::Storage::kConstant) return variable.constant;
    const bool bound = index < bindings_.size() && !bindings_[index].is(Tag::kAbsent);
    return bound ? bindings_[index] : Value::Failure(Error::kNoSuchField);
  }

  Value Local(NodeId id, const Reference& ref) {
    const Scope& scope = scopes_[ref.index];
    switch (node(ref.index).kind) {
      case Kind::kBind: return Once(ref.index, 0, Child(ref.index, 0));
      case Kind::kBlock: return Once(ref.index, ref.which, Child(ref.index, ref.which));
      default: return At(id, ref.which == 0 ? scope.first : scope.second);
    }
  }

  Value Once(NodeId scope, uint32_t which, NodeId definition) {
    if (!scopes_[scope].once[which].has_value()) {
      const Value value = Evaluate(definition);
      scopes_[scope].once[which] = value;
    }
    return *scopes_[scope].once[which];
  }

  Value Bind(NodeId id) {
    scopes_[id].once.assign(1, std::nullopt);
    return Evaluate(Child(id, 1));
  }

  Value Block(NodeId id) {
    const uint32_t body = ChildCount(id) - 1;
    scopes_[id].once.assign(body, std::nullopt);
    return Evaluate(Child(id, body));
  }

  // ---- literals

  static Value Literal(const cel::Literal& literal) {
    struct ToValue {
      Value operator()(std::monostate) const { return Value::Null(); }
      Value operator()(bool b) const { return Value::Bool(b); }
      Value operator()(int64_t i) const { return Value::Int(i); }
      Value operator()(uint64_t u) const { return Value::Uint(u); }
      Value operator()(double d) const { return Value::Double(d); }
      Value operator()(const std::string& text) const { return Value::String(text); }
      Value operator()(const cel::Bytes& bytes) const {
        return Value::Text(Tag::kBytes, bytes.value);
      }
    };
    return std::visit(ToValue{}, literal);
  }

  Value MakeList(const std::vector<Value>& items) {
    Value* copy = arena_.Allocate<Value>(items.size());
    std::copy(items.begin(), items.end(), copy);
    return Value::Of(arena_.New(List{static_cast<uint32_t>(items.size()), copy}));
  }

  Value MakeMap(const std::vector<MapEntry>& entries) {
    MapEntry* copy = arena_.Allocate<MapEntry>(entries.size());
    std::copy(entries.begin(), entries.end(), copy);
    return Value::Of(arena_.New(Map{static_cast<uint32_t>(entries.size()), copy}));
  }

  Error AddEntry(std::vector<MapEntry>& entries, const Value& key, const Value& value) {
    if (const Error fault = CheckKey(key); fault != Error::kNone) return fault;
    const Map before{static_cast<uint32_t>(entries.size()), entries.data()};
    if (Find(before, key, context_) != nullptr) return Error::kDuplicateKey;
    entries.push_back({key, value});
    return Error::kNone;
  }

  Value ListLiteral(NodeId id) {
    std::vector<Value> items;
    for (uint32_t i = 0; i < ChildCount(id); ++i) {
      const NodeId element = Child(id, i);
      Value value = Evaluate(element);
      if (Failed(value)) return value;
      if (node(element).optional_entry) {
        if (!value.is(Tag::kOptional)) return Fail(element, Error::kNoSuchOverload);
        if (value.optional == nullptr) continue;
        value = *value.optional;
      }
      items.push_back(value);
    }
    return MakeList(items);
  }

  Value MapLiteral(NodeId id) {
    std::vector<MapEntry> entries;
    for (uint32_t i = 0; i < ChildCount(id); i += 2) {
      const NodeId key_node = Child(id, i);
      const Value key = Evaluate(key_node);
      if (Failed(key)) return key;
      Value value = Evaluate(Child(id, i + 1));
      if (Failed(value)) return value;
      if (node(key_node).optional_entry) {
        if (!value.is(Tag::kOptional)) return Fail(key_node, Error::kNoSuchOverload);
        if (value.optional == nullptr) {
          // What is left out must still have a key that could stand there.
          const Error fault = CheckKey(key);
          if (fault != Error::kNone) return Fail(key_node, fault);
          continue;
        }
        value = *value.optional;
      }
      const Error fault = AddEntry(entries, key, value);
      if (fault != Error::kNone) return Fail(key_node, fault);
    }
    return MakeMap(entries);
  }

  // ---- operators and logic

  Value Negate(NodeId id) {
    const Value operand = Evaluate(Child(id, 0));
    return Failed(operand) ? operand : At(id, oracle::Negate(operand));
  }

  // A bool, or why there is none.
  Value Truth(NodeId id) {
    const Value value = Evaluate(id);
    return Failed(value) || value.is(Tag::kBool) ? value : Fail(id, Error::kNoSuchOverload);
  }

  Value Not(NodeId id) {
    const Value operand = Truth(Child(id, 0));
    return Failed(operand) ? operand : Value::Bool(operand.i == 0);
  }

  // && is decided by an operand that is false, || by one that is true, whatever the others are.
  Value Logic(NodeId id, bool deciding) {
    std::optional<Value> error;
    for (uint32_t i = 0; i < ChildCount(id); ++i) {
      const Value operand = Truth(Child(id, i));
      if (IsBool(operand, deciding)) return operand;
      if (Failed(operand) && !error.has_value()) error = operand;
    }
    return error.value_or(Value::Bool(!deciding));
  }

  // condition, value, condition, value, ..., else
  Value Conditional(NodeId id) {
    const uint32_t otherwise = ChildCount(id) - 1;
    for (uint32_t i = 0; i < otherwise; i += 2) {
      const Value condition = Truth(Child(id, i));
      if (Failed(condition)) return condition;
      if (condition.i == 1) return Evaluate(Child(id, i + 1));
    }
    return Evaluate(Child(id, otherwise));
  }

  // ---- calls

  Value Call(NodeId id, const Value* target) {
    const auto function = static_cast<FunctionId>(reference(id).index);
    const bool either =
        function == FunctionId::kOptionalOr || function == FunctionId::kOptionalOrValue;
    if (either && target != nullptr && ChildCount(id) == 2) {
      return OrElse(id, *target, function == FunctionId::kOptionalOr);
    }
    std::vector<Value> arguments;
    if (target != nullptr) arguments.push_back(*target);
    for (uint32_t i = node(id).member ? 1 : 0; i < ChildCount(id); ++i) {
      arguments.push_back(Evaluate(Child(id, i)));
      if (Failed(arguments.back())) return arguments.back();
    }
    return At(id, Apply(function, arguments));
  }

  Value Apply(FunctionId function, const std::vector<Value>& arguments) {
    const Value none = Value::Optional(nullptr);
    const bool of_optional = !arguments.empty() && arguments[0].is(Tag::kOptional);
    const Value* held = of_optional ? arguments[0].optional : nullptr;
    const size_t count = arguments.size();
    switch (function) {
      case FunctionId::kOptionalNone:
        return count == 0 ? none : Value::Failure(Error::kNoSuchOverload);
      case FunctionId::kOptionalOf:
        if (count != 1) return Value::Failure(Error::kNoSuchOverload);
        return Value::Optional(arena_.New(arguments[0]));
      case FunctionId::kOptionalHasValue:
        if (!of_optional || count != 1) return Value::Failure(Error::kNoSuchOverload);
        return Value::Bool(held != nullptr);
      case FunctionId::kOptionalValue:
        if (!of_optional || count != 1) return Value::Failure(Error::kNoSuchOverload);
        return held != nullptr ? *held : Value::Failure(Error::kOptionalNone);
      default: {
        const FunctionInfo& info = Info(function);
        if (TakesTimeZone(function, static_cast<uint32_t>(arguments.size())) &&
            arguments.back().is(Tag::kString)) {
          LoadTimeZone(arguments.back().view());
        }
        if (!context_.Charge(info.cost)) return Value::Failure(Error::kBudget);
        return info.run(arguments.data(), static_cast<uint32_t>(arguments.size()), context_);
      }
    }
  }

  // target.or(other), target.orValue(other): the other is evaluated only if it is needed.
  Value OrElse(NodeId id, const Value& target, bool other_is_optional) {
    if (!target.is(Tag::kOptional)) return Fail(id, Error::kNoSuchOverload);
    if (target.optional != nullptr) return other_is_optional ? target : *target.optional;
    const Value other = Evaluate(Child(id, 1));
    if (Failed(other) || !other_is_optional || other.is(Tag::kOptional)) return other;
    return Fail(id, Error::kNoSuchOverload);
  }

  // ---- comprehensions

  // What the variables of a comprehension are for one element of its range.
  struct Element {
    Value first;   // of one variable: the element, or the key; of two: the index, or the key
    Value second;  // of two: the element, or the value
  };

  // Nothing if the range is neither a list nor a map.
  std::optional<std::vector<Element>> Elements(Value range, bool two_variables) {
    std::vector<Element> elements;
    if (range.is_list()) {
      const List* list = Items(range, arena_);
      for (uint32_t i = 0; i < list->size; ++i) {
        const Value& item = list->items[i];
        elements.push_back(two_variables ? Element{Value::Int(i), item} : Element{item, {}});
      }
      return elements;
    }
    if (!range.is_map()) return std::nullopt;
    const Map* map = Entries(range, arena_);
    for (uint32_t i = 0; i < map->size; ++i) {
      elements.push_back({map->entries[i].key, map->entries[i].value});
    }
    return elements;
  }

  // A child of a comprehension, for one element.
  Value For(NodeId id, const Element& element, uint32_t child) {
    scopes_[id].first = element.first;
    scopes_[id].second = element.second;
    return Evaluate(Child(id, child));
  }

  Value TruthFor(NodeId id, const Element& element, uint32_t child) {
    const Value value = For(id, element, child);
    if (Failed(value) || value.is(Tag::kBool)) return value;
    return Fail(Child(id, child), Error::kNoSuchOverload);
  }

  Value Comprehension(NodeId id, const Value& range) {
    const Macro macro = node(id).macro;
    if (macro == Macro::kOptMap || macro == Macro::kOptFlatMap) {
      return MapOptional(id, range, macro == Macro::kOptFlatMap);
    }
    const auto elements = Elements(range, node(id).name2 != 0);
    if (!elements.has_value()) return Fail(id, Error::kNoSuchOverload);
    switch (macro) {
      case Macro::kAll: return Quantify(id, *elements, false);
      case Macro::kExists: return Quantify(id, *elements, true);
      case Macro::kExistsOne: return ExistsOne(id, *elements);
      case Macro::kFilter: return Filter(id, *elements);
      case Macro::kMap:
      case Macro::kTransformList: return Transform(id, *elements);
      case Macro::kTransformMap: return TransformMap(id, *elements);
      case Macro::kTransformMapEntry: return TransformMapEntry(id, *elements);
      case Macro::kSortBy: return SortBy(id, range, *elements);
      default: return Fail(id, Error::kNoSuchOverload);
    }
  }

  // all is && over the elements, exists is ||: errors absorb as there.
  Value Quantify(NodeId id, const std::vector<Element>& elements, bool deciding) {
    std::optional<Value> error;
    for (const Element& element : elements) {
      const Value value = TruthFor(id, element, 1);
      if (IsBool(value, deciding)) return value;
      if (Failed(value) && !error.has_value()) error = value;
      if (budget_ < 0) break;
    }
    return error.value_or(Value::Bool(!deciding));
  }

  Value ExistsOne(NodeId id, const std::vector<Element>& elements) {
    uint32_t count = 0;
    for (const Element& element : elements) {
      const Value value = TruthFor(id, element, 1);
      if (Failed(value)) return value;
      if (IsBool(value, true)) ++count;
    }
    return Value::Bool(count == 1);
  }

  Value Filter(NodeId id, const std::vector<Element>& elements) {
    std::vector<Value> kept;
    for (const Element& element : elements) {
      const Value value = TruthFor(id, element, 1);
      if (Failed(value)) return value;
      if (IsBool(value, true)) kept.push_back(element.first);
    }
    return MakeList(kept);
  }

  // Calls use(element, transformed) for each element that the filter, if there is one, lets
  // through. `use` gives Error::kNone, or why the comprehension fails. The result is the first
  // failure, or absent.
  template <typename Use>
  Value TransformEach(NodeId id, const std::vector<Element>& elements, Use use) {
    const uint32_t transform = ChildCount(id) - 1;
    for (const Element& element : elements) {
      if (transform == 2) {
        const Value wanted = TruthFor(id, element, 1);
        if (Failed(wanted)) return wanted;
        if (IsBool(wanted, false)) continue;
      }
      const Value value = For(id, element, transform);
      if (Failed(value)) return value;
      const Error fault = use(element, value);
      if (fault != Error::kNone) return Fail(id, fault);
    }
    return {};
  }

  Value Transform(NodeId id, const std::vector<Element>& elements) {
    std::vector<Value> items;
    const Value failure = TransformEach(id, elements, [&](const Element&, const Value& value) {
      items.push_back(value);
      return Error::kNone;
    });
    return Failed(failure) ? failure : MakeList(items);
  }

  Value TransformMap(NodeId id, const std::vector<Element>& elements) {
    std::vector<MapEntry> entries;
    const Value failure =
        TransformEach(id, elements, [&](const Element& element, const Value& value) {
          return AddEntry(entries, element.first, value);
        });
    return Failed(failure) ? failure : MakeMap(entries);
  }

  Value TransformMapEntry(NodeId id, const std::vector<Element>& elements) {
    std::vector<MapEntry> entries;
    const Value failure = TransformEach(id, elements, [&](const Element&, Value value) {
      if (!value.is_map()) return Error::kNoSuchOverload;
      const Map* added = Entries(value, arena_);
      for (uint32_t i = 0; i < added->size; ++i) {
        const Error fault = AddEntry(entries, added->entries[i].key, added->entries[i].value);
        if (fault != Error::kNone) return fault;
      }
      return Error::kNone;
    });
    return Failed(failure) ? failure : MakeMap(entries);
  }

  // Elements in the order of their keys, which are of one type; equal keys keep their order. What
  // the range is, is asked once the keys are there.
  Value SortBy(NodeId id, const Value& range, const std::vector<Element>& elements) {
    std::vector<MapEntry> by_key;
    for (const Element& element : elements) {
      const Value key = For(id, element, 1);
      if (Failed(key)) return key;
      by_key.push_back({key, element.first});
    }
    if (!range.is_list()) return Fail(id, Error::kNoSuchOverload);
    for (const MapEntry& entry : by_key) {
      const bool one_type = entry.key.tag == by_key.front().key.tag;
      if (!one_type || Failed(oracle::Less(entry.key, entry.key))) {
        return Fail(id, Error::kNoSuchOverload);
      }
    }
    std::stable_sort(by_key.begin(), by_key.end(), [](const MapEntry& a, const MapEntry& b) {
      return IsBool(oracle::Less(a.key, b.key), true);
    });
    std::vector<Value> sorted;
    for (const MapEntry& entry : by_key) sorted.push_back(entry.value);
    return MakeList(sorted);
  }

  Value MapOptional(NodeId id, const Value& optional, bool transform_is_optional) {
    if (!optional.is(Tag::kOptional)) return Fail(id, Error::kNoSuchOverload);
    if (optional.optional == nullptr) return optional;
    const Value value = For(id, {*optional.optional, {}}, 1);
    if (Failed(value)) return value;
    if (!transform_is_optional) return Value::Optional(arena_.New(value));
    return value.is(Tag::kOptional) ? value : Fail(id, Error::kNoSuchOverload);
  }

  const cel::Checked& expression_;
  const cel::Ast& ast_;
  const cel::Environment& environment_;
  const Bindings& bindings_;
  Arena& arena_;
  int64_t budget_;
  FunctionContext context_;
  uint32_t depth_ = 0;
  std::unordered_map<NodeId, Scope> scopes_;
};

}  // namespace

Outcome Evaluate(const cel::Checked& expression, const cel::Environment& environment,
                 const Bindings& bindings, const Value& now, Arena& arena, int64_t budget) {
  return Walk(expression, environment, bindings, now, arena, budget).Run();
}

}  // namespace writ::oracle
