// The variables of random expressions.
// Tested by tests/exhaustive/random_test.cc.
#include "exhaustive/world.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "vm/time_zone.h"

namespace writ::exhaustive {
namespace {

using cel::Type;
using cel::TypeKind;

void Add(World& world, std::string name, Type type, const Value& value) {
  cel::Variable variable;
  variable.name = std::move(name);
  variable.type = std::move(type);
  variable.storage = cel::Variable::Storage::kSlot;
  variable.index = static_cast<uint32_t>(world.environment.variables.size());
  world.environment.variables.push_back(std::move(variable));
  world.bindings.push_back(value);
}

Value ListOf(Arena& arena, std::initializer_list<Value> values) {
  Value* items = arena.Allocate<Value>(values.size());
  std::copy(values.begin(), values.end(), items);
  return Value::Of(arena.New(List{static_cast<uint32_t>(values.size()), items}));
}

Value MapOf(Arena& arena, std::initializer_list<MapEntry> values) {
  MapEntry* entries = arena.Allocate<MapEntry>(values.size());
  std::copy(values.begin(), values.end(), entries);
  return Value::Of(arena.New(Map{static_cast<uint32_t>(values.size()), entries}));
}

}  // namespace

World::World(bool checked) {
  LoadTimeZone("Europe/Berlin");
  environment.checked = checked;
  const Value one = Value::Int(1);
  const Value a = Value::String("a");
  const Value ints = ListOf(arena, {Value::Int(3), one, Value::Int(2)});
  const Value mixed = ListOf(arena, {one, a, Value::Null(), Value::Bool(true), ints});
  const Value counts = MapOf(arena, {{a, one}, {Value::String("b"), Value::Int(0)}});
  Add(*this, "yes", TypeKind::kBool, Value::Bool(true));
  Add(*this, "no", TypeKind::kBool, Value::Bool(false));
  Add(*this, "n", TypeKind::kInt, Value::Int(5));
  Add(*this, "u", TypeKind::kUint, Value::Uint(5));
  Add(*this, "d", TypeKind::kDouble, Value::Double(0.5));
  Add(*this, "s", TypeKind::kString, a);
  Add(*this, "ints", Type::List(TypeKind::kInt), ints);
  Add(*this, "counts", Type::Map(TypeKind::kString, TypeKind::kInt), counts);
  // The line of a call brings lists and objects as spans of its text.
  Add(*this, "list", Type::List({}),
      Value::Text(Tag::kListSpan, R"([1, "a", [2.5], {"a": null}])"));
  Add(*this, "object", Type::Map(TypeKind::kString, {}),
      Value::Text(Tag::kMapSpan, R"({"a": 1, "b": {"a": true}, "ab": [3, 1, 2]})"));
  Add(*this, "any", {}, mixed);
  Add(*this, "nothing", {}, Value::Null());
  Add(*this, "absent", {}, Value());
  now = one;
  now.tag = Tag::kTimestamp;
}

}  // namespace writ::exhaustive
