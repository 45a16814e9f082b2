// Reading a whole file.
#pragma once

#include <cstddef>
#include <string>
#include <tl/expected.hpp>

namespace writ {

// The file's bytes, up to a little more than `max_bytes` (for the caller to see that there are
// more), or the errno that says why it cannot be read.
tl::expected<std::string, int> ReadFile(const std::string& path, size_t max_bytes);

}  // namespace writ
