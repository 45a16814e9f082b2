// Arguments that a policy which guards one of them would hardly leave to themselves.
//
// Tested by tests/policies/schemas.
#pragma once

#include <string>
#include <string_view>

#include "compiler/schema/places.h"

namespace writ {

// What an argument says of the call, by its name, type and format: "place" (paths, files, URLs),
// "amount", "query", "owner", "repository", "branch", "recipient". Empty: nothing that is known, or
// too many things are called that.
std::string_view RoleOf(const Places& places, PlaceId argument);

// A name in one form for one and many: "path" and "paths", "filePath" and "file_paths".
std::string OneForm(std::string_view name);

}  // namespace writ
