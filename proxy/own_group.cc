// Who is in a group.
// Tested by tests/proxy/own_group_test.cc.
#include "proxy/own_group.h"

#include <grp.h>
#include <pwd.h>

#include <algorithm>
#include <mutex>
#include <optional>

namespace writ {
namespace {

std::vector<Account> AllAccounts() {
  std::vector<Account> accounts;
  setpwent();
  while (const passwd* entry = getpwent()) {
    accounts.push_back({entry->pw_name, entry->pw_uid, entry->pw_gid});
  }
  endpwent();
  return accounts;
}

std::optional<Group> GroupOf(gid_t number) {
  const ::group* entry = getgrgid(number);
  if (entry == nullptr) return std::nullopt;
  Group group{number, entry->gr_name, {}};
  for (char** member = entry->gr_mem; *member != nullptr; ++member)
    group.members.push_back(*member);
  return group;
}

}  // namespace

bool IsOwnGroup(uid_t user, const Group& group, const std::vector<Account>& accounts) {
  const auto is_own = [&](const Account& account) {
    return account.user == user && account.group == group.number && account.name == group.name;
  };
  const auto is_another = [&](const Account& account) {
    return account.user != user && account.group == group.number;
  };
  return std::any_of(accounts.begin(), accounts.end(), is_own) &&
         std::none_of(accounts.begin(), accounts.end(), is_another) &&
         std::all_of(group.members.begin(), group.members.end(),
                     [&](const std::string& member) { return member == group.name; });
}

bool IsOwnGroup(uid_t user, gid_t group) {
  // The system's lists are read one entry after the other, from one place for all threads.
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  const std::optional<Group> found = GroupOf(group);
  if (!found.has_value()) return false;
  std::vector<Account> accounts = AllAccounts();
  // Where accounts come from a directory, they are found by number but seldom listed.
  if (const passwd* own = getpwuid(user)) {
    accounts.push_back({own->pw_name, own->pw_uid, own->pw_gid});
  }
  return IsOwnGroup(user, *found, accounts);
}

}  // namespace writ
