#include "proxy/own_group.h"

#include <dlfcn.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <pwd.h>

#include <string>
#include <vector>

namespace {

// The accounts and groups of a system that is not this one.
struct System {
  std::vector<writ::Account> listed;
  std::vector<writ::Account> found;  // by number
  std::vector<writ::Group> groups;
  size_t next_listed = 0;
};
System* other_system = nullptr;

passwd* Entry(writ::Account& account) {
  static passwd entry;
  entry = {};
  entry.pw_name = account.name.data();
  entry.pw_uid = account.user;
  entry.pw_gid = account.group;
  return &entry;
}

group* Entry(writ::Group& found) {
  static group entry;
  static std::vector<char*> members;
  members.clear();
  for (std::string& member : found.members) members.push_back(member.data());
  members.push_back(nullptr);
  entry = {};
  entry.gr_name = found.name.data();
  entry.gr_gid = found.number;
  entry.gr_mem = members.data();
  return &entry;
}

template <class Function>
Function Next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// In place of the C library's.
extern "C" void setpwent() {
  if (other_system == nullptr) return Next<void (*)()>("setpwent")();
  other_system->next_listed = 0;
}

extern "C" passwd* getpwent() {
  if (other_system == nullptr) return Next<passwd* (*)()>("getpwent")();
  if (other_system->next_listed == other_system->listed.size()) return nullptr;
  return Entry(other_system->listed[other_system->next_listed++]);
}

extern "C" passwd* getpwuid(uid_t user) {
  if (other_system == nullptr) return Next<passwd* (*)(uid_t)>("getpwuid")(user);
  for (writ::Account& account : other_system->found) {
    if (account.user == user) return Entry(account);
  }
  return nullptr;
}

extern "C" group* getgrgid(gid_t number) {
  if (other_system == nullptr) return Next<group* (*)(gid_t)>("getgrgid")(number);
  for (writ::Group& found : other_system->groups) {
    if (found.number == number) return Entry(found);
  }
  return nullptr;
}

namespace writ {
namespace {

const std::vector<Account> kAccounts = {
    {"root", 0, 0},     {"ann", 1000, 1000}, {"bob", 1001, 1001},       {"eve", 1002, 1001},
    {"joe", 1003, 100}, {"sue", 1004, 1004}, {"sue-again", 1004, 1004},
};

TEST(OwnGroup, HasNobodyElse) {
  EXPECT_TRUE(IsOwnGroup(1000, {1000, "ann", {}}, kAccounts));
  EXPECT_TRUE(IsOwnGroup(1000, {1000, "ann", {"ann"}}, kAccounts));
  EXPECT_TRUE(IsOwnGroup(0, {0, "root", {}}, kAccounts));
  EXPECT_TRUE(IsOwnGroup(1004, {1004, "sue", {}}, kAccounts)) << "one user with two names";
}

TEST(OwnGroup, NoMembers) {
  EXPECT_FALSE(IsOwnGroup(1000, {1000, "ann", {"eve"}}, kAccounts));
  EXPECT_FALSE(IsOwnGroup(1000, {1000, "ann", {"ann", "eve"}}, kAccounts));
}

TEST(OwnGroup, NobodyElseWhoseAccountHasIt) {
  EXPECT_FALSE(IsOwnGroup(1001, {1001, "bob", {}}, kAccounts));
}

TEST(OwnGroup, NamedAsItsUserWhoseAccountHasIt) {
  EXPECT_FALSE(IsOwnGroup(1003, {100, "users", {}}, kAccounts));
  EXPECT_FALSE(IsOwnGroup(1000, {1003, "joe", {}}, kAccounts));
  EXPECT_FALSE(IsOwnGroup(1003, {1003, "joe", {}}, kAccounts));
  EXPECT_FALSE(IsOwnGroup(7, {7, "nobody's", {}}, kAccounts));
}

class SystemsOwnGroup : public testing::Test {
 protected:
  SystemsOwnGroup() { other_system = &system_; }
  ~SystemsOwnGroup() override { other_system = nullptr; }

  System system_ = {
      kAccounts, kAccounts, {{1000, "ann", {"ann"}}, {1001, "bob", {}}, {1004, "sue", {"joe"}}}};
};

TEST_F(SystemsOwnGroup, HasNobodyElse) {
  EXPECT_TRUE(IsOwnGroup(1000, gid_t{1000})) << "an account that is listed and found is one";
  EXPECT_FALSE(IsOwnGroup(1001, gid_t{1000}));
}

TEST_F(SystemsOwnGroup, HasNobodyWhoIsListed) {
  system_.found.erase(system_.found.begin() + 3);  // eve
  EXPECT_FALSE(IsOwnGroup(1001, gid_t{1001}));
  system_.listed.erase(system_.listed.begin() + 3);
  EXPECT_TRUE(IsOwnGroup(1001, gid_t{1001}));
}

TEST_F(SystemsOwnGroup, HasNoMembers) {
  EXPECT_FALSE(IsOwnGroup(1004, gid_t{1004}));
  system_.groups.back().members.clear();
  EXPECT_TRUE(IsOwnGroup(1004, gid_t{1004}));
}

// A directory's accounts are found by number, but seldom listed.
TEST_F(SystemsOwnGroup, OfAUserWhoIsNotListed) {
  system_.listed.clear();
  EXPECT_TRUE(IsOwnGroup(1000, gid_t{1000}));
}

TEST_F(SystemsOwnGroup, NotOfAUserWhoIsNotKnown) {
  system_.listed.clear();
  system_.found.clear();
  EXPECT_FALSE(IsOwnGroup(1000, gid_t{1000}));
}

TEST(OwnGroup, NotOneThatTheSystemDoesNotKnow) {
  EXPECT_FALSE(IsOwnGroup(0, gid_t{4'000'000'001}));
}

}  // namespace
}  // namespace writ
