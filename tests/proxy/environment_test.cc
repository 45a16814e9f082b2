#include "proxy/environment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace writ {
namespace {

const std::vector<std::string> kEnvironment = {"PATH=/bin",    "HOME=/root",  "GITHUB_TOKEN=secret",
                                               "AWS_REGION=x", "AWS_KEY=a=b", "LC_ALL=C",
                                               "NOTHING",      "PATHS=1",     "XDG_STATE_HOME=/s"};

TEST(Environment, AllOfItIfNothingIsSaid) {
  EXPECT_EQ(EnvironmentFor({}, kEnvironment), kEnvironment);
}

TEST(Environment, ClearedItHasWhatEveryProgramNeeds) {
  EnvironmentOptions options;
  options.clear = true;
  EXPECT_EQ(EnvironmentFor(options, kEnvironment),
            (std::vector<std::string>{"PATH=/bin", "HOME=/root", "LC_ALL=C", "XDG_STATE_HOME=/s"}));
}

TEST(Environment, WhatIsAllowedIsKept) {
  EnvironmentOptions options;
  options.clear = true;
  options.allowed = {"AWS_*", "NOTHING", "MISSING"};
  EXPECT_EQ(EnvironmentFor(options, kEnvironment),
            (std::vector<std::string>{"PATH=/bin", "HOME=/root", "AWS_REGION=x", "AWS_KEY=a=b",
                                      "LC_ALL=C", "NOTHING", "XDG_STATE_HOME=/s"}));
}

TEST(Environment, ANameIsWholeAndInItsOwnCase) {
  EnvironmentOptions options;
  options.clear = true;
  options.allowed = {"GITHUB", "aws_*", "*_KEYS"};
  EXPECT_EQ(EnvironmentFor(options, kEnvironment),
            (std::vector<std::string>{"PATH=/bin", "HOME=/root", "LC_ALL=C", "XDG_STATE_HOME=/s"}));
}

TEST(Environment, OnesOwnIsRead) {
  ASSERT_EQ(setenv("WRIT_ENVIRONMENT_TEST", "a=b", 1), 0);
  const std::vector<std::string> own = OwnEnvironment();
  EXPECT_EQ(std::count(own.begin(), own.end(), "WRIT_ENVIRONMENT_TEST=a=b"), 1);
  unsetenv("WRIT_ENVIRONMENT_TEST");
  const std::vector<std::string> without = OwnEnvironment();
  EXPECT_EQ(without.size(), own.size() - 1);
}

}  // namespace
}  // namespace writ
