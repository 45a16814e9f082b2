// Access lists of files (POSIX ACLs), which give rights to users and groups besides the mode's.
//
// Tested by tests/proxy/access_list_test.cc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace writ {

// Users and groups that a list lets write, the owner and everybody aside: the mode says those.
struct Writers {
  std::vector<uid_t> users;
  std::vector<gid_t> groups;
  bool owning_group = false;
};

// Of the bytes of the attribute system.posix_acl_access. None if they are no such list.
std::optional<Writers> ReadAccessList(std::string_view bytes);

// Of the file or folder, no link. None if it has no list; the error is an errno.
tl::expected<std::optional<Writers>, int> WritersByAccessList(const std::string& path);

}  // namespace writ
