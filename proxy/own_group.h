// Groups that are one user's own.
//
// Many systems give each user a group of the same name, and make files writable by it. Such a group
// opens nothing to anybody else, as long as nobody else is in it: as a member, or because it is the
// group that another user has from the start.
//
// Tested by tests/proxy/own_group_test.cc.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace writ {

struct Account {
  std::string name;
  uid_t user = 0;
  gid_t group = 0;
};

struct Group {
  gid_t number = 0;
  std::string name;
  std::vector<std::string> members;  // by name, without those whose account has the group
};

// `accounts`: all there are.
bool IsOwnGroup(uid_t user, const Group& group, const std::vector<Account>& accounts);

// Asks the system for all that. No where it does not know user or group.
bool IsOwnGroup(uid_t user, gid_t group);

}  // namespace writ
