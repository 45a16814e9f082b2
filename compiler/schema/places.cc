// Where something stands in the arguments of a tool.
// Tested by tests/policies/schemas.
#include "compiler/schema/places.h"

#include <utility>

namespace writ {
namespace {

// Paths that are longer are not told apart: a policy may have more names than anybody reads.
constexpr size_t kMaxText = 500;

}  // namespace

Places::Places(const ToolSchemas& schemas, const ServerTools::Tool& tool)
    : schemas_(schemas), tool_(tool) {
  Place root;
  root.schemas = tool.schemas;
  root.text = "args";
  root.kinds = kObjectKind;
  Add(std::move(root));
}

PlaceId Places::Add(Place place) {
  places_.push_back(std::move(place));
  return static_cast<PlaceId>(places_.size() - 1);
}

PlaceId Places::Member(PlaceId parent, const std::string& name) {
  const auto found = members_.find({parent, name});
  if (found != members_.end()) return found->second;
  const Place& from = places_[parent];
  const MemberSchema member = schemas_.Member(from.schemas, name);
  Place place;
  place.schemas = member.schemas;
  place.text = from.text.size() > kMaxText ? from.text : from.text + "." + name;
  place.parent = parent;
  place.name = name;
  place.kinds = schemas_.KindsOf(place.schemas);
  if (member.known) {
    place.required = member.required;
  } else if (from.standing != Standing::kListed || member.unread) {
    place.standing = Standing::kUnsaid;
  } else if (member.lists_any) {
    place.standing = member.open ? Standing::kOther : Standing::kUnlisted;
  } else {
    place.standing = Standing::kUnsaid;
  }
  const PlaceId id = Add(std::move(place));
  members_.emplace(std::pair(parent, name), id);
  return id;
}

PlaceId Places::Element(PlaceId parent) {
  const auto found = elements_.find(parent);
  if (found != elements_.end()) return found->second;
  const Place& from = places_[parent];
  Place place;
  place.schemas = schemas_.Elements(from.schemas);
  place.text = from.text.size() > kMaxText ? from.text : from.text + "[]";
  place.parent = parent;
  place.is_element = true;
  place.kinds = schemas_.KindsOf(place.schemas);
  place.standing = from.standing == Standing::kListed ? Standing::kListed : Standing::kUnsaid;
  const PlaceId id = Add(std::move(place));
  elements_.emplace(parent, id);
  return id;
}

const std::string& Places::Argument(PlaceId id) const {
  while (id != kArgumentsPlace && places_[id].parent != kArgumentsPlace) id = places_[id].parent;
  return places_[id].name;
}

}  // namespace writ
