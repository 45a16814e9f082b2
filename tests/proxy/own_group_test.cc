#include "proxy/own_group.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

namespace {
bool lists_no_accounts = false;
}

// In place of the C library's: a directory's accounts are found by number, but seldom listed.
extern "C" passwd* getpwent() {
  using Function = passwd* (*)();
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getpwent"));
  return lists_no_accounts ? nullptr : next();
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

TEST(OwnGroup, AnAccountMayBeListedTwice) {
  std::vector<Account> accounts = kAccounts;
  accounts.push_back({"ann", 1000, 1000});
  EXPECT_TRUE(IsOwnGroup(1000, {1000, "ann", {}}, accounts));
}

TEST(OwnGroup, OfAUserWhoIsNotListed) {
  const passwd* own = getpwuid(geteuid());
  if (own == nullptr || !IsOwnGroup(own->pw_uid, own->pw_gid)) {
    GTEST_SKIP() << "this user has no group of its own";
  }
  const gid_t group = own->pw_gid;
  lists_no_accounts = true;
  EXPECT_TRUE(IsOwnGroup(geteuid(), group));
  lists_no_accounts = false;
}

TEST(OwnGroup, NotOneThatTheSystemDoesNotKnow) {
  EXPECT_FALSE(IsOwnGroup(0, gid_t{4'000'000'001}));
}

}  // namespace
}  // namespace writ
