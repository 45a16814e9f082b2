// What conditions ask of the arguments before they read them.
//
// Tested by tests/policies/schemas.
#pragma once

#include <set>

#include "compiler/schema/expression_places.h"
#include "compiler/schema/places.h"

namespace writ {

struct Guards {
  std::set<PlaceId> asked;        // whether they are there: has(args.x), "x" in args, args.?x
  std::set<PlaceId> types_asked;  // type(args.x)

  void Add(const Guards& others);
  // Whether the type of the place was asked, or of what it stands in: what is read then is read of
  // a type that the schema need not have.
  bool AskType(const Places& places, PlaceId place) const;
};

Guards GuardsIn(const ExpressionPlaces& expression, Places& places);

}  // namespace writ
