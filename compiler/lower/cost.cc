// Static bounds of cost.
// Tested by tests/compiler/lower/cost_test.cc.
#include "compiler/lower/cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "vm/machine.h"

namespace writ::cel {

CostBound CostBound::LineBytes(double factor) {
  CostBound bound;
  bound.terms_[1] = factor;
  return bound;
}

double CostBound::At(double line_bytes) const {
  double sum = 0;
  double power = 1;
  for (const double term : terms_) {
    sum += term == 0 ? 0 : term * power;
    power *= line_bytes;
  }
  return sum;
}

std::string CostBound::ToString() const {
  std::string text;
  for (size_t i = 0; i < terms_.size(); ++i) {
    if (terms_[i] == 0) continue;
    if (!text.empty()) text += " + ";
    const double step = terms_[i] < 10 ? 100 : 1;
    text += fmt::format("{}", std::ceil(terms_[i] * step) / step);
    if (i == 1) text += " n";
    if (i > 1) text += fmt::format(" n^{}", i);
  }
  return text.empty() ? "0" : text;
}

CostBound& CostBound::operator+=(const CostBound& other) {
  for (size_t i = 0; i < terms_.size(); ++i) terms_[i] += other.terms_[i];
  return *this;
}

CostBound operator*(const CostBound& a, const CostBound& b) {
  CostBound product;
  for (size_t i = 0; i < a.terms_.size(); ++i) {
    for (size_t k = 0; k < b.terms_.size(); ++k) {
      if (a.terms_[i] == 0 || b.terms_[k] == 0) continue;
      product.terms_[std::min(i + k, CostBound::kMaxPower)] += a.terms_[i] * b.terms_[k];
    }
  }
  return product;
}

namespace {

// A dyn of the call is at most as long as the line; an element takes two bytes of it.
constexpr double kBytesPerElement = 2;
// Text is charged by sixteen bytes, patterns by four.
constexpr double kTextUnit = 1.0 / 16;
constexpr double kPatternUnit = 1.0 / 4;

// Of numbers as text.
constexpr double kNumberBytes = 32;

// Empty text in a list is an element all the same.
double SizeOfText(size_t bytes) {
  return std::max(static_cast<double>(bytes), 1.0);
}

double SizeOfConstant(const Value& value) {
  switch (value.tag) {
    case Tag::kString:
    case Tag::kBytes: return SizeOfText(value.size);
    case Tag::kList: {
      double size = value.list->size;
      for (uint32_t i = 0; i < value.list->size; ++i) size += SizeOfConstant(value.list->items[i]);
      return size;
    }
    case Tag::kMap: {
      double size = value.map->size;
      for (uint32_t i = 0; i < value.map->size; ++i) {
        size +=
            SizeOfConstant(value.map->entries[i].key) + SizeOfConstant(value.map->entries[i].value);
      }
      return size;
    }
    default: return 1;
  }
}

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

// Works from the leaves up: children stand before their parents.
class Bounder {
 public:
  Bounder(const Checked& expression, const Environment& environment,
          const std::vector<CostBound>& variables)
      : expression_(expression),
        ast_(expression.ast),
        environment_(environment),
        variables_(variables),
        costs_(expression.ast.nodes.size()),
        sizes_(expression.ast.nodes.size(), CostBound(1)) {}

  CostBound Run() {
    for (NodeId id = 0; id < ast_.nodes.size(); ++id) {
      Bound(id);
      if (HasOneSize(expression_.types[id])) sizes_[id] = CostBound(1);
    }
    return costs_[ast_.root];
  }

 private:
  void Bound(NodeId id) {
    const Node& node = ast_.node(id);
    const Reference& reference = expression_.references[id];
    CostBound cost(2);
    for (uint32_t i = 0; i < node.child_count; ++i) cost += costs_[ast_.child(node, i)];
    const auto size = [&](uint32_t i) -> const CostBound& { return sizes_[ast_.child(node, i)]; };
    CostBound& result = sizes_[id];
    if (reference.kind == Reference::Kind::kVariable) {
      Variable(environment_.variables[reference.index], reference.index, &costs_[id], &result);
      return;
    }
    if (reference.kind == Reference::Kind::kLocal) {
      // An element is at most as long as what it is one of, and that as the line, or its constant.
      result = Local(reference);
      costs_[id] = cost;
      return;
    }
    switch (node.kind) {
      case Kind::kLiteral:
        if (const auto* text = std::get_if<std::string>(&ast_.literal(node))) {
          result = CostBound(SizeOfText(text->size()));
        }
        break;
      case Kind::kSelect:
      case Kind::kHas:
      case Kind::kIndex:
        // Fields of an object of the line are found by walking it.
        cost += size(0) * CostBound(kTextUnit);
        result = node.kind == Kind::kHas ? CostBound(1) : size(0);
        break;
      case Kind::kBinary: Binary(node, size(0), size(1), &cost, &result); break;
      case Kind::kConditional:
      case Kind::kList:
      case Kind::kMap:
        cost += CostBound(4.0 * node.child_count);
        result = CostBound(node.child_count);
        for (uint32_t i = 0; i < node.child_count; ++i) result += size(i);
        break;
      case Kind::kCall: Call(node, reference, &cost, &result); break;
      case Kind::kComprehension: Comprehension(id, &cost, &result); break;
      case Kind::kBind:
      case Kind::kBlock: result = size(node.child_count - 1); break;
      default: break;
    }
    costs_[id] = cost;
  }

  void Variable(const cel::Variable& variable, uint32_t index, CostBound* cost, CostBound* size) {
    *cost = CostBound(2);
    *size = CostBound::LineBytes(1);
    if (variable.storage == Variable::Storage::kConstant) {
      *size = CostBound(SizeOfConstant(variable.constant));
    } else if (variable.storage == Variable::Storage::kBlock && index < variables_.size()) {
      *cost += variables_[index];
    }
  }

  CostBound Local(const Reference& reference) const {
    const Node& binder = ast_.node(reference.index);
    if (binder.kind == Kind::kBlock) return sizes_[ast_.child(binder, reference.which)];
    return sizes_[ast_.child(binder, 0)];
  }

  static void Binary(const Node& node, const CostBound& left, const CostBound& right,
                     CostBound* cost, CostBound* result) {
    switch (node.op) {
      case Operator::kAdd:
        *cost += (left + right) * CostBound(kTextUnit);
        *result = left + right;
        break;
      case Operator::kEqual:
      case Operator::kNotEqual:
      case Operator::kLess:
      case Operator::kLessEqual:
      case Operator::kGreater:
      case Operator::kGreaterEqual: *cost += (left + right) * CostBound(kTextUnit); break;
      case Operator::kIn: *cost += left * CostBound(kTextUnit) + right; break;
      default: break;
    }
  }

  void Call(const Node& node, const Reference& reference, CostBound* cost, CostBound* result) {
    if (reference.kind != Reference::Kind::kFunction) return;
    const auto function = static_cast<FunctionId>(reference.index);
    const FunctionInfo& info = Info(function);
    CostBound sum;
    CostBound product(1);
    for (uint32_t i = reference.target_is_namespace ? 1 : 0; i < node.child_count; ++i) {
      const CostBound& size = sizes_[ast_.child(node, i)];
      sum += size;
      product = product * size;
    }
    *cost += CostBound(info.cost);
    const bool searches = info.cost >= 64;
    if (info.growth == Growth::kLinear) {
      *cost += sum * CostBound(searches ? kPatternUnit : kTextUnit);
    } else if (info.growth == Growth::kProduct) {
      *cost += product * CostBound(kTextUnit);
    }
    *result = SizeOfResult(node, function, sum, product);
    if (function == FunctionId::kListsRange) *cost += *result;
  }

  CostBound SizeOfResult(const Node& node, FunctionId function, const CostBound& sum,
                         const CostBound& product) const {
    if (Info(function).growth == Growth::kFlat) return CostBound(1);
    switch (function) {
      // A replacement may stand for every byte.
      case FunctionId::kReplace:
      case FunctionId::kRegexReplace:
      case FunctionId::kJoin: return product + sum;
      // Two characters, or an element, for every byte.
      case FunctionId::kSplit:
      case FunctionId::kRegexExtractAll:
      case FunctionId::kStringsQuote:
      case FunctionId::kBase64Encode: return (sum + CostBound(1)) * CostBound(kBytesPerElement);
      case FunctionId::kListsRange: return SizeOfRange(node);
      case FunctionId::kToString: return sum + CostBound(kNumberBytes);
      case FunctionId::kFormat: return sum * CostBound(kNumberBytes) + CostBound(kNumberBytes);
      default: return sum;
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

  void Comprehension(NodeId id, CostBound* cost, CostBound* result) {
    const Node& node = ast_.node(id);
    const NodeId range = ast_.child(node, 0);
    *cost = costs_[range] + CostBound(4);
    if (node.macro == Macro::kOptMap || node.macro == Macro::kOptFlatMap) {
      *cost += costs_[ast_.child(node, 1)];
      *result = sizes_[ast_.child(node, 1)];
      return;
    }
    const CostBound count = sizes_[range] * CostBound(1 / kBytesPerElement) + CostBound(1);
    CostBound body(12);
    CostBound element(1);
    for (uint32_t i = 1; i < node.child_count; ++i) {
      body += costs_[ast_.child(node, i)];
      element = sizes_[ast_.child(node, i)];
    }
    *cost += count * body;
    switch (node.macro) {
      case Macro::kAll:
      case Macro::kExists:
      case Macro::kExistsOne: *result = CostBound(1); break;
      case Macro::kFilter:
      case Macro::kSortBy: *result = sizes_[range]; break;
      default: *result = count * element; break;
    }
  }

  const Checked& expression_;
  const Ast& ast_;
  const Environment& environment_;
  const std::vector<CostBound>& variables_;
  std::vector<CostBound> costs_;
  std::vector<CostBound> sizes_;
};

}  // namespace

CostBound BoundCost(const Checked& expression, const Environment& environment,
                    const std::vector<CostBound>& variables) {
  return Bounder(expression, environment, variables).Run();
}

}  // namespace writ::cel
