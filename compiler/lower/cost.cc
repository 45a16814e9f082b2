// Static bounds of cost.
// Tested by tests/compiler/lower/cost_test.cc.
#include "compiler/lower/cost.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>

#include "compiler/check/constant_values.h"
#include "compiler/lower/fallible.h"
#include "compiler/lower/handing_on.h"
#include "vm/functions/patterns.h"
#include "vm/key_index.h"
#include "vm/machine.h"

namespace writ::cel {

namespace {

// A dyn of the call is at most as long as the line; an element takes two bytes of it.
constexpr double kBytesPerElement = 2;
// Text is charged by sixteen bytes, patterns by four.
constexpr double kTextUnit = 1.0 / 16;
// Functions of text look at it up to four times. Of a list they look at each element, and keep it.
constexpr double kFunctionUnit = 4 * kTextUnit;
constexpr double kElementUnit = 2;
// Sorting looks at each element as often as their number has bits.
constexpr double kSortUnit = 32;
// Extending a list or a map, room and index included.
constexpr double kAppendCost = 8;
constexpr double kInsertCost = 32;
// Finding a short key by its hash, or among so few that they have no index.
constexpr double kFindCost = 4;
// An argument of a call: a name and a value with their marks.
constexpr double kBytesPerArgument = 5;

// A byte of text costs a pattern its instructions by 32 (vm/functions/patterns.h). One that the
// call brings has so many at most.
constexpr double kPatternUnit = 1.0 / 32;
constexpr double kMinPatternInstructions = 8;
constexpr double kMaxPatternInstructions = static_cast<double>(kMaxCallPatternMemory) / 48;

// Of numbers as text; of one with all the digits that format() can be asked for.
constexpr double kNumberBytes = 32;
constexpr double kFormattedNumberBytes = 512;
// The shortest clause of a format, as in "%f".
constexpr double kBytesPerClause = 2;
// A byte of a URL's path as "%20".
constexpr double kEscapedByte = 3;

bool HasOneSize(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration: return true;
    default: return false;
  }
}

bool IsLoop(const Node& node) {
  return node.kind == Kind::kComprehension && node.macro != Macro::kOptMap &&
         node.macro != Macro::kOptFlatMap;
}

// What each kind of node takes to evaluate, its operands and the data it walks aside: the costs of
// vm/opcodes.def, rounded up.
double OwnCost(const Node& node) {
  switch (node.kind) {
    case Kind::kLiteral: return 1;
    case Kind::kIdent: return 2;
    case Kind::kNot: return 1;
    case Kind::kAnd:
    case Kind::kOr: return 4 + 2.0 * node.child_count;
    case Kind::kBinary:
      return node.op == Operator::kEqual || node.op == Operator::kNotEqual ||
                     node.op == Operator::kIn
                 ? 5
                 : 2;
    case Kind::kList: return 2 + kAppendCost * node.child_count;
    case Kind::kMap: return 2 + kInsertCost * node.child_count;
    case Kind::kConditional: return 2.0 * node.child_count;
    default: return 4;
  }
}

// Works from the leaves up: children stand before their parents. Every node is estimated four
// times: as it is, with the elements of the innermost loop around it being of no size, with those
// of the loop around that one, and with both.
class Bounder {
 public:
  Bounder(const Checked& expression, const Environment& environment, ConstantSizes& constants,
          const std::vector<CostBound>& variable_sizes)
      : expression_(expression),
        ast_(expression.ast),
        environment_(environment),
        constants_(constants),
        variable_sizes_(variable_sizes),
        estimates_(kViews, Estimates(ast_.nodes.size(), {CostBound(), CostBound(1)})),
        loops_(ast_.nodes.size(), kNoNode),
        parts_(ast_.nodes.size()),
        fallible_(FindFallible(expression)) {}

  ExpressionBound Run() {
    FindLoops();
    FindConstants();
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
      for (view_ = 0; view_ < kViews; ++view_) {
        ExpressionBound& bound = estimates_[view_][id];
        bound = Bound(id);
        if (HasOneSize(expression_.types[id])) bound.size = CostBound(1);
      }
    }
    return estimates_[kFull][ast_.root];
  }

 private:
  using Estimates = std::vector<ExpressionBound>;

  // Which elements have no size.
  static constexpr uint32_t kFull = 0;
  static constexpr uint32_t kInnermost = 1;
  static constexpr uint32_t kNext = 2;
  static constexpr uint32_t kViews = 4;

  // What stands in the loop around the innermost one, seen from in there.
  static uint32_t Outwards(uint32_t view) { return (view & kNext) != 0 ? kInnermost : kFull; }

  // The innermost loop around each node. Parents stand behind their children.
  void FindLoops() {
    for (NodeId id = static_cast<NodeId>(ast_.nodes.size()); id-- > 0;) {
      const Node& node = ast_.node(id);
      for (uint32_t i = 0; i < node.child_count; ++i) {
        loops_[ast_.child(node, i)] = IsLoop(node) && i > 0 ? id : loops_[id];
      }
    }
  }

  // A constant of the environment, or what stands in one.
  struct ConstantPart {
    // What the value is, or null; and then, a constant that it is somewhere in, or null.
    const Value* value = nullptr;
    const Value* around = nullptr;
    // Whether all that is asked of it is a member that is known.
    bool is_only_on_the_way = false;
  };

  // Only what surely is the constant itself when it runs, with its index, not a copy.
  void FindConstants() {
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
      const Node& node = ast_.node(id);
      const Reference& reference = expression_.references[id];
      ConstantPart& part = parts_[id];
      if (reference.kind == Reference::Kind::kVariable) {
        const cel::Variable& variable = environment_.variables[reference.index];
        if (variable.storage == Variable::Storage::kConstant) part.value = &variable.constant;
      } else if (reference.kind == Reference::Kind::kLocal) {
        const Node& binder = ast_.node(reference.index);
        if (binder.kind == Kind::kBind) part = parts_[ast_.child(binder, 0)];
        if (binder.kind == Kind::kBlock) part = parts_[ast_.child(binder, reference.which)];
        part.is_only_on_the_way = false;
      } else if (IsOnlyOperandHandedOn(id)) {
        part = parts_[ast_.child(node, node.child_count - 1)];
        part.is_only_on_the_way = false;
      } else if (node.kind == Kind::kSelect || node.kind == Kind::kIndex) {
        ConstantPart& from = parts_[ast_.child(node, 0)];
        part.value = Member(node, from.value);
        part.around = from.around;
        from.is_only_on_the_way = part.value != nullptr;
      }
      if (part.value != nullptr) part.around = part.value;
    }
  }

  bool IsOnlyOperandHandedOn(NodeId id) const {
    const Reference& reference = expression_.references[id];
    return ast_.node(id).kind == Kind::kCall && reference.kind == Reference::Kind::kFunction &&
           HandsOn(static_cast<FunctionId>(reference.index)) &&
           ast_.node(id).child_count == (reference.target_is_namespace ? 2 : 1);
  }

  // What a selection, or an index that is written out, finds in a map.
  const Value* Member(const Node& node, const Value* map) const {
    if (map == nullptr || !map->is(Tag::kMap)) return nullptr;
    const std::string* name = &ast_.name(node);
    if (node.kind == Kind::kIndex) {
      const Node& key = ast_.node(ast_.child(node, 1));
      if (key.kind != Kind::kLiteral) return nullptr;
      name = std::get_if<std::string>(&ast_.literal(key));
      if (name == nullptr) return nullptr;
    }
    for (uint32_t i = 0; i < map->map->size; ++i) {
      const MapEntry& entry = map->map->entries[i];
      if (entry.key.is(Tag::kString) && entry.key.view() == *name) return &entry.value;
    }
    return nullptr;
  }

  NodeId LoopAround(NodeId loop) const { return loop == kNoNode ? kNoNode : loops_[loop]; }

  const ExpressionBound& Of(NodeId id) const { return estimates_[view_][id]; }

  const CostBound& Size(const Node& node, uint32_t i) const { return Of(ast_.child(node, i)).size; }

  // Of walking what stands there to compare or copy it.
  CostBound Walk(const Node& node, uint32_t i) const {
    if (HasOneSize(expression_.types[ast_.child(node, i)])) return {};
    return Size(node, i) * CostBound(kTextUnit);
  }

  ExpressionBound Bound(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    if (reference.kind == Reference::Kind::kVariable) return Variable(id, reference.index);
    if (reference.kind == Reference::Kind::kLocal) return Local(id, reference);
    ExpressionBound bound{CostBound(OwnCost(node)), CostBound(1)};
    if (node.kind == Kind::kComprehension) {
      Comprehension(id, bound);
      return bound;
    }
    for (uint32_t i = 0; i < node.child_count; ++i) {
      bound.cost += Of(ast_.child(node, i)).cost;
    }
    switch (node.kind) {
      case Kind::kLiteral:
        if (const auto* text = std::get_if<std::string>(&ast_.literal(node))) {
          bound.size = CostBound(std::max(static_cast<double>(text->size()), 1.0));
        }
        break;
      case Kind::kSelect:
      case Kind::kHas:
      case Kind::kIndex:
        bound.cost += Find(node);
        if (const Value* constant = parts_[id].value; constant != nullptr) {
          if (!parts_[id].is_only_on_the_way) bound.size = SizeOf(*constant);
        } else if (node.kind != Kind::kHas) {
          bound.size = Size(node, 0);
        }
        break;
      case Kind::kBinary: Binary(node, bound); break;
      case Kind::kConditional:
      case Kind::kList:
      case Kind::kMap:
        bound.size = CostBound(node.child_count);
        for (uint32_t i = 0; i < node.child_count; ++i) bound.size += Size(node, i);
        break;
      case Kind::kCall: Call(node, reference, bound); break;
      case Kind::kBind:
      case Kind::kBlock: bound.size = Size(node, node.child_count - 1); break;
      default: break;
    }
    return bound;
  }

  // Of a field or an element. Those of an object of the line are found by walking it.
  CostBound Find(const Node& node) const {
    const bool is_index = node.kind == Kind::kIndex;
    CostBound cost = is_index ? Walk(node, 1) : CostBound();
    if (parts_[ast_.child(node, 0)].around == nullptr) return cost + Walk(node, 0);
    const double name_bytes = is_index ? 0 : static_cast<double>(ast_.name(node).size());
    return cost + CostBound(kFindCost + name_bytes * kTextUnit);
  }

  // Of looking for an element or a key: constants have an index.
  CostBound In(const Node& node) const {
    const ConstantPart& part = parts_[ast_.child(node, 1)];
    if (part.around == nullptr) return Walk(node, 0) + Size(node, 1);
    return Walk(node, 0) + CostBound(part.value != nullptr
                                         ? constants_.WalkOf(*part.value)
                                         : constants_.LargestWalkIn(*part.around));
  }

  CostBound SizeOf(const Value& constant) const { return CostBound(constants_.SizeOf(constant)); }

  ExpressionBound Variable(NodeId id, uint32_t index) const {
    const cel::Variable& variable = environment_.variables[index];
    if (variable.storage == Variable::Storage::kConstant) {
      return {CostBound(1),
              parts_[id].is_only_on_the_way ? CostBound(1) : SizeOf(variable.constant)};
    }
    const bool known =
        variable.storage == Variable::Storage::kBlock && index < variable_sizes_.size();
    return {CostBound(2), known ? variable_sizes_[index] : CostBound::LineBytes(1)};
  }

  // An element is at most as long as what it is one of, and that as the line, or its constant.
  ExpressionBound Local(NodeId id, const Reference& reference) const {
    const Node& binder = ast_.node(reference.index);
    const NodeId next = LoopAround(loops_[id]);
    if (IsLoop(binder)) {
      const bool innermost = loops_[id] == reference.index;
      const bool is_thin = ((view_ & kInnermost) != 0 && innermost) ||
                           ((view_ & kNext) != 0 && next == reference.index);
      // What the innermost loop walks may be an element of the next one.
      const Estimates& around = estimates_[innermost ? Outwards(view_) : kFull];
      return {CostBound(1), is_thin ? CostBound() : around[ast_.child(binder, 0)].size};
    }
    // A name for a value, which may be that of a loop further out.
    const uint32_t view = loops_[id] == loops_[reference.index] ? view_
                          : next == loops_[reference.index]     ? Outwards(view_)
                                                                : kFull;
    const uint32_t which = binder.kind == Kind::kBlock ? reference.which : 0;
    return {CostBound(2), estimates_[view][ast_.child(binder, which)].size};
  }

  // Of holding two values against each other. Text costs the shorter of the two.
  CostBound Compare(const Node& node) const {
    for (uint32_t i = 0; i < 2; ++i) {
      const Type& type = expression_.types[ast_.child(node, i)];
      if (HasOneSize(type)) return {};
      if (type.is(TypeKind::kString)) return Size(node, i) * CostBound(kTextUnit);
    }
    return (Size(node, 0) + Size(node, 1)) * CostBound(kElementUnit);
  }

  void Binary(const Node& node, ExpressionBound& bound) const {
    switch (node.op) {
      case Operator::kAdd:
        bound.cost += (Size(node, 0) + Size(node, 1)) * CostBound(kTextUnit);
        bound.size = Size(node, 0) + Size(node, 1);
        break;
      case Operator::kEqual:
      case Operator::kNotEqual:
      case Operator::kLess:
      case Operator::kLessEqual:
      case Operator::kGreater:
      case Operator::kGreaterEqual: bound.cost += Compare(node); break;
      case Operator::kIn: bound.cost += In(node); break;
      default: break;
    }
  }

  static bool Searches(FunctionId function) {
    return function == FunctionId::kMatches || function == FunctionId::kRegexExtract ||
           function == FunctionId::kRegexExtractAll || function == FunctionId::kRegexReplace;
  }

  // Whose text may be much longer than what it is made of.
  static bool GrowsWithItsResult(FunctionId function) {
    return function == FunctionId::kReplace || function == FunctionId::kRegexReplace ||
           function == FunctionId::kJoin || function == FunctionId::kFormat;
  }

  void Call(const Node& node, const Reference& reference, ExpressionBound& bound) {
    if (reference.kind != Reference::Kind::kFunction) return;
    const auto function = static_cast<FunctionId>(reference.index);
    const FunctionInfo& info = Info(function);
    const uint32_t first = reference.target_is_namespace ? 1 : 0;
    CostBound sum;
    CostBound product(1);
    CostBound walk;
    for (uint32_t i = first; i < node.child_count; ++i) {
      const Type& type = expression_.types[ast_.child(node, i)];
      sum += Size(node, i);
      product = product * Size(node, i);
      if (HasOneSize(type)) continue;
      walk += Size(node, i) * CostBound(type.is(TypeKind::kString) ? kFunctionUnit : kElementUnit);
    }
    bound.cost += CostBound(info.cost);
    if (Searches(function)) {
      bound.cost += Search(node, first, function);
    } else if (info.growth == Growth::kLinear) {
      bound.cost += walk;
    } else if (info.growth == Growth::kProduct) {
      bound.cost += walk + product * CostBound(kTextUnit);
    }
    if (function == FunctionId::kListSort) bound.cost += Size(node, first) * CostBound(kSortUnit);
    bound.size = SizeOfResult(node, first, function, sum, product);
    if (GrowsWithItsResult(function)) bound.cost += bound.size * CostBound(kTextUnit);
    if (function == FunctionId::kListsRange) {
      bound.cost += bound.size * CostBound(1 / kBytesPerElement);
    }
  }

  // Of a pattern over a text; where all matches are found, once more from each byte on.
  CostBound Search(const Node& node, uint32_t first, FunctionId function) {
    if (node.child_count < first + 2) return {};
    const CostBound& text = Size(node, first);
    CostBound instructions(kMaxPatternInstructions);
    CostBound compile =
        Size(node, first + 1) * CostBound(16) + CostBound(64 + 16 * kMaxPatternInstructions);
    const NodeId pattern_at = ast_.child(node, first + 1);
    if (const std::optional<std::string_view> pattern = Constant(pattern_at)) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      const re2::RE2 compiled(re2::StringPiece(pattern->data(), pattern->size()), options);
      instructions =
          CostBound(std::max(static_cast<double>(compiled.ProgramSize()), kMinPatternInstructions));
      if (function == FunctionId::kMatches && IsCompiledAtLoad(pattern_at)) {
        compile = {};
      } else {
        compile = CostBound(64 + 16 * static_cast<double>(pattern->size())) +
                  instructions * CostBound(16);
      }
    }
    CostBound searches(1);
    if (function == FunctionId::kRegexExtractAll || function == FunctionId::kRegexReplace) {
      searches += text;
    }
    CostBound rest = text * CostBound(kTextUnit);
    for (uint32_t i = first + 2; i < node.child_count; ++i) rest += Size(node, i);
    return compile + rest +
           searches * (text * instructions * CostBound(kPatternUnit) + CostBound(1));
  }

  // A pattern that is written out, or a member of a constant. What is known in other ways, as
  // r"a" + r"b" is, constant folding may yet leave to the call (compiler/opt/fold.h).
  bool IsCompiledAtLoad(NodeId id) const {
    const auto is_variable = [this](NodeId at) {
      return expression_.references[at].kind == Reference::Kind::kVariable;
    };
    if (ast_.node(id).kind == Kind::kLiteral) return true;
    if (parts_[id].value == nullptr) return false;
    while (!is_variable(id) && ast_.node(id).kind == Kind::kSelect) {
      id = ast_.child(ast_.node(id), 0);
    }
    return is_variable(id);
  }

  std::optional<std::string_view> Constant(NodeId id) {
    const Node& node = ast_.node(id);
    if (node.kind == Kind::kLiteral) {
      const auto* text = std::get_if<std::string>(&ast_.literal(node));
      return text != nullptr ? std::optional<std::string_view>(*text) : std::nullopt;
    }
    if (!values_.has_value()) {
      values_.emplace(expression_, environment_, ConstantValues::Variables::kIncluded);
    }
    const Value& value = values_->at(id);
    return value.is(Tag::kString) ? std::optional(value.view()) : std::nullopt;
  }

  CostBound SizeOfResult(const Node& node, uint32_t first, FunctionId function,
                         const CostBound& sum, const CostBound& product) const {
    if (HandsOn(function)) return sum;
    switch (function) {
      case FunctionId::kCidrMasked: return sum;
      // A replacement may stand for every byte, a separator before every element.
      case FunctionId::kReplace:
      case FunctionId::kRegexReplace:
        if (node.child_count < first + 3) return sum;
        return Size(node, first) * Size(node, first + 2) + sum;
      case FunctionId::kJoin: return product + sum;
      // Two characters, an element, or half an entry, for every byte.
      case FunctionId::kSplit:
      case FunctionId::kRegexExtractAll:
      case FunctionId::kStringsQuote:
      case FunctionId::kBase64Encode:
      case FunctionId::kUrlGetQuery: return (sum + CostBound(1)) * CostBound(kBytesPerElement);
      case FunctionId::kListsRange: return SizeOfRange(node);
      case FunctionId::kToString: return sum + CostBound(kNumberBytes);
      case FunctionId::kUrlGetEscapedPath: return sum * CostBound(kEscapedByte);
      case FunctionId::kFormat:
        return Size(node, 0) * CostBound(kFormattedNumberBytes / kBytesPerClause) +
               sum * CostBound(kNumberBytes) + CostBound(kNumberBytes);
      // Of the others, flat functions make one value without parts, and the rest make none that is
      // larger than what they are given.
      default: return Info(function).growth == Growth::kFlat ? CostBound(1) : sum;
    }
  }

  // A number that the call brings takes a byte of the line, and may be any.
  CostBound SizeOfRange(const Node& node) const {
    const Node& end = ast_.node(ast_.child(node, node.child_count - 1));
    const int64_t* number =
        end.kind == Kind::kLiteral ? std::get_if<int64_t>(&ast_.literal(end)) : nullptr;
    if (number == nullptr) {
      return CostBound::LineBytes(kBytesPerElement * static_cast<double>(Machine::kRunBudget));
    }
    return CostBound(kBytesPerElement * std::max(static_cast<double>(*number), 0.0));
  }

  // What a loop does for an element besides evaluating its parts.
  double CostOfTurn(const Node& node) const {
    switch (node.macro) {
      case Macro::kAll:
      case Macro::kExists: return fallible_[ast_.child(node, 1)] ? 9 : 3;
      case Macro::kExistsOne: return 5;
      case Macro::kTransformMap:
      case Macro::kTransformMapEntry: return 4 + kInsertCost;
      default: return 4 + kAppendCost;
    }
  }

  void Comprehension(NodeId id, ExpressionBound& bound) const {
    const Node& node = ast_.node(id);
    const ExpressionBound& range = Of(ast_.child(node, 0));
    bound.cost += range.cost;
    if (!IsLoop(node)) {
      const ExpressionBound& body = Of(ast_.child(node, 1));
      bound.cost += body.cost;
      bound.size = body.size;
      return;
    }
    const bool thin_around = (view_ & kInnermost) != 0;
    const Estimates& full = estimates_[thin_around ? kNext : kFull];
    const Estimates& thin = estimates_[thin_around ? kInnermost | kNext : kInnermost];
    // Those for every element, and those for all of them together.
    const CostBound count = range.size * CostBound(1 / kBytesPerElement);
    CostBound each(CostOfTurn(node));
    CostBound all = each;
    for (uint32_t i = 1; i < node.child_count; ++i) {
      each += thin[ast_.child(node, i)].cost;
      all += full[ast_.child(node, i)].cost;
    }
    // A list is charged for by its elements, a span of the line by its bytes, which is less.
    bound.cost += count * each + all + count;
    const NodeId last = ast_.child(node, node.child_count - 1);
    switch (node.macro) {
      case Macro::kAll:
      case Macro::kExists:
      case Macro::kExistsOne: bound.size = CostBound(1); break;
      case Macro::kFilter: bound.size = range.size; break;
      case Macro::kSortBy:
        bound.cost +=
            (range.size + count * thin[last].size + full[last].size) * CostBound(kSortUnit);
        bound.size = range.size;
        break;
      default:
        bound.size = count * (thin[last].size + CostBound(kBytesPerElement)) + full[last].size;
        break;
    }
  }

  const Checked& expression_;
  const Ast& ast_;
  const Environment& environment_;
  ConstantSizes& constants_;
  const std::vector<CostBound>& variable_sizes_;
  std::vector<Estimates> estimates_;
  uint32_t view_ = kFull;
  std::vector<NodeId> loops_;
  std::vector<ConstantPart> parts_;
  std::optional<ConstantValues> values_;  // where a pattern is not written out
  std::vector<bool> fallible_;
};

}  // namespace

ExpressionBound BoundExpression(const Checked& expression, const Environment& environment,
                                ConstantSizes& constants,
                                const std::vector<CostBound>& variable_sizes) {
  return Bounder(expression, environment, constants, variable_sizes).Run();
}

CostBound BoundCost(const Checked& expression, const Environment& environment) {
  ConstantSizes constants;
  return BoundExpression(expression, environment, constants).cost;
}

CostBound BoundToolGlob(std::string_view glob) {
  // Loading the two texts, calling, testing the result.
  const double own = 8 + Info(FunctionId::kGlobMatches).cost;
  const double bytes = static_cast<double>(glob.size());
  return CostBound(own + bytes * kTextUnit) + CostBound::LineBytes((bytes + 1) * kTextUnit);
}

CostBound BoundOnlyArgs(const std::vector<std::string>& names) {
  CostBound cost = CostBound(16 + 1) + CostBound::LineBytes(kTextUnit);
  double each = 1;
  if (names.size() < KeyIndex::kWorthwhile) {
    for (const std::string& name : names) {
      each += kElementUnit + static_cast<double>(name.size()) * kTextUnit;
    }
  } else {
    cost += CostBound::LineBytes(kTextUnit);
  }
  return cost + CostBound::LineBytes(each / kBytesPerArgument);
}

}  // namespace writ::cel
