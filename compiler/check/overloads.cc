// Every way to call every function and operator.
// Tested by tests/compiler/check/overloads_test.cc.
#include "compiler/check/overloads.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "compiler/check/signature.h"

namespace writ::cel {
namespace {

struct OperatorInfo {
  std::string_view name;
  std::string_view written;
  std::string_view signatures;
};

constexpr OperatorInfo kOperators[] = {
#define OP(id, name, written, signatures) {name, written, signatures},
#include "compiler/check/operators.def"
#undef OP
};

std::vector<Overload> ReadTables() {
  std::vector<Overload> all;
  const auto add = [&all](std::string_view signatures, FunctionId id) {
    std::optional<std::vector<Overload>> overloads = ParseSignatures(signatures);
    if (!overloads) std::abort();  // the tables are part of the program; their test reads them
    for (Overload& overload : *overloads) {
      overload.id = id;
      all.push_back(std::move(overload));
    }
  };
  for (const OperatorInfo& op : kOperators) add(op.signatures, FunctionId::kType);
  for (uint32_t i = 0; i < kFunctionCount; ++i) {
    const auto id = static_cast<FunctionId>(i);
    add(Info(id).signatures, id);
  }
  return all;
}

bool IsOperator(std::string_view name) {
  for (const OperatorInfo& op : kOperators) {
    if (op.name == name) return true;
  }
  return false;
}

using ByName = std::unordered_map<std::string_view, OverloadTable::Overloads>;

const ByName& StandardByName() {
  static const ByName by_name = [] {
    ByName table;
    for (const Overload& overload : StandardOverloads()) {
      table[overload.function].push_back(&overload);
    }
    return table;
  }();
  return by_name;
}

}  // namespace

const std::vector<Overload>& StandardOverloads() {
  static const std::vector<Overload> all = ReadTables();
  return all;
}

OperatorId OperatorOf(const Node& node) {
  if (node.kind == Kind::kNegate) return OperatorId::kNegate;
  if (node.kind == Kind::kIndex) {
    return node.optional ? OperatorId::kOptionalIndex : OperatorId::kIndex;
  }
  switch (node.op) {
    case Operator::kAdd: return OperatorId::kAdd;
    case Operator::kSubtract: return OperatorId::kSubtract;
    case Operator::kMultiply: return OperatorId::kMultiply;
    case Operator::kDivide: return OperatorId::kDivide;
    case Operator::kModulo: return OperatorId::kModulo;
    case Operator::kEqual: return OperatorId::kEqual;
    case Operator::kNotEqual: return OperatorId::kNotEqual;
    case Operator::kLess: return OperatorId::kLess;
    case Operator::kLessEqual: return OperatorId::kLessEqual;
    case Operator::kGreater: return OperatorId::kGreater;
    case Operator::kGreaterEqual: return OperatorId::kGreaterEqual;
    case Operator::kIn: return OperatorId::kIn;
  }
  return OperatorId::kAdd;
}

std::string_view NameOf(OperatorId id) {
  return kOperators[static_cast<size_t>(id)].name;
}

std::string_view WrittenForm(OperatorId id) {
  return kOperators[static_cast<size_t>(id)].written;
}

OverloadTable::OverloadTable(const std::vector<Overload>& declarations) {
  for (const Overload& overload : declarations) {
    const auto [entry, added] = declared_.try_emplace(overload.function);
    if (added) entry->second = Find(overload.function);
    entry->second.push_back(&overload);
    declared_names_.Add(overload.function, 0);
  }
}

const OverloadTable::Overloads& OverloadTable::Find(std::string_view function) const {
  static const Overloads none;
  if (const auto found = declared_.find(function);
      found != declared_.end() && !found->second.empty()) {
    return found->second;
  }
  const auto found = StandardByName().find(function);
  return found == StandardByName().end() ? none : found->second;
}

const OverloadTable::Overloads& OverloadTable::Find(OperatorId id) const {
  static const std::vector<const Overloads*> by_id = [] {
    std::vector<const Overloads*> all;
    for (const OperatorInfo& op : kOperators) all.push_back(&StandardByName().at(op.name));
    return all;
  }();
  return *by_id[static_cast<size_t>(id)];
}

const NameTree& OverloadTable::standard_names() {
  static const NameTree tree = [] {
    NameTree names;
    for (const Overload& overload : StandardOverloads()) {
      if (!overload.member && !IsOperator(overload.function)) names.Add(overload.function, 0);
    }
    return names;
  }();
  return tree;
}

std::vector<std::string_view> OverloadTable::Names() const {
  std::vector<std::string_view> names;
  for (const Overload& overload : StandardOverloads()) {
    // Names with @ are not an author's to write.
    if (IsOperator(overload.function) || overload.function[0] == '@') continue;
    if (names.empty() || names.back() != overload.function) names.push_back(overload.function);
  }
  for (const auto& [name, overloads] : declared_) names.push_back(name);
  return names;
}

}  // namespace writ::cel
