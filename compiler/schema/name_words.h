// The words of names that servers give to tools and arguments.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace writ {

// In lower case: "getUser", "get_user" and "get-user" are get and user.
std::vector<std::string> WordsOf(std::string_view name);

}  // namespace writ
