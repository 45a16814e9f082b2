// Where in the arguments of one tool something stands, and what its schema says of it:
// "args.files[].path".
//
// Tested by tests/policies/schemas.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/schema/server_tools.h"

namespace writ {

using PlaceId = uint32_t;

// Whether the schema has it.
enum class Standing : uint8_t {
  kListed,
  kUnlisted,  // the object lists its members, and this is none of them
  kOther,     // likewise, but it may have others
  kUnsaid,    // nothing is said of what the object holds
};

struct Place {
  std::vector<SchemaId> schemas;
  std::string text;  // "args.a.b"
  PlaceId parent = 0;
  std::string name;  // of an element: empty
  Standing standing = Standing::kListed;
  bool required = true;     // where there is what it stands in
  bool is_element = false;  // of a list, or of an object by a name that is not known
  JsonKinds kinds = kAnyKind;
};

inline constexpr PlaceId kArgumentsPlace = 0;

// Of one tool; made as they are asked for. Thread safety: none.
class Places {
 public:
  Places(const ToolSchemas& schemas, const ServerTools::Tool& tool);

  const ServerTools::Tool& tool() const { return tool_; }
  const ToolSchemas& schemas() const { return schemas_; }
  const Place& at(PlaceId id) const { return places_[id]; }
  PlaceId Member(PlaceId parent, const std::string& name);
  PlaceId Element(PlaceId parent);
  // The first name below the arguments; empty for the arguments themselves.
  const std::string& Argument(PlaceId id) const;

 private:
  PlaceId Add(Place place);

  const ToolSchemas& schemas_;
  const ServerTools::Tool& tool_;
  std::vector<Place> places_;
  std::map<std::pair<PlaceId, std::string>, PlaceId> members_;
  std::map<PlaceId, PlaceId> elements_;
};

}  // namespace writ
