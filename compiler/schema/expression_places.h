// Of which arguments of one tool each part of an expression is the value, and which parts are ever
// evaluated for that tool: in
//
//   tool.name == "push_files" ? args.files.map(file, file.path) : [args.path]
//
// file.path is args.files[].path for push_files, for which args.path is not read.
//
// Tested by tests/policies/schemas.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/constant_values.h"
#include "compiler/policy.h"
#include "compiler/schema/places.h"

namespace writ {

// What a part of an expression may evaluate to.
struct NodePlaces {
  std::vector<PlaceId> places;
  std::vector<Value> constants;  // besides: what orValue() and conditionals put in their place
  bool exact = false;            // nothing else
  std::optional<bool> decided;   // for this tool it is that, or fails
};

struct ExpressionPlaces {
  const cel::Checked* expression = nullptr;
  std::vector<NodePlaces> nodes;  // by node
  std::vector<bool> live;         // by node: it may be evaluated
  std::shared_ptr<const cel::ConstantValues> values;
  const NodePlaces& root() const { return nodes[expression->ast.root]; }
};

// The places of a variable of the policy, by its number among them.
using VariablePlaces = std::function<const ExpressionPlaces*(uint32_t variable)>;

ExpressionPlaces FindPlaces(const cel::Checked& expression, const Policy& policy, Places& places,
                            std::shared_ptr<const cel::ConstantValues> values,
                            const VariablePlaces& variables);

// Members that the node asks its operands for: each place of an operand, and the name. Of has(),
// `.?`, `in` and an index by a constant text too.
struct Lookup {
  cel::NodeId from;  // the operand
  cel::NodeId key;   // where the name stands, if that is a node of its own
  std::string name;
  bool asks = false;  // it is no fault if nothing is there
};
std::optional<Lookup> LookupOf(const ExpressionPlaces& places, cel::NodeId id);

}  // namespace writ
