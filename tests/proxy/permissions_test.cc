// Who else could write a file.
#include "proxy/permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::HasSubstr;

class Permissions : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(mkdir((folder_ / "a").c_str(), 0700), 0);
    std::ofstream(file_) << "text";
    ASSERT_EQ(chmod(file_.c_str(), 0600), 0);
    ASSERT_EQ(WhoElseMayWrite(file_), std::nullopt) << "the folder of temporary files is unsafe";
  }

  std::string Said(const std::string& path) { return WhoElseMayWrite(path).value_or("nobody"); }

  TemporaryFolder folder_;
  const std::string file_ = folder_ / "a/file";
};

TEST_F(Permissions, TheFileItself) {
  ASSERT_EQ(chmod(file_.c_str(), 0644), 0);
  EXPECT_EQ(Said(file_), "nobody");
  ASSERT_EQ(chmod(file_.c_str(), 0602), 0);
  EXPECT_EQ(Said(file_), file_ + " is writable by everybody");
}

TEST_F(Permissions, TheFoldersAboveIt) {
  ASSERT_EQ(chmod((folder_ / "a").c_str(), 0707), 0);
  EXPECT_EQ(Said(file_), folder_ / "a" + " is writable by everybody");
  ASSERT_EQ(chmod((folder_ / "a").c_str(), 0700), 0);
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  EXPECT_EQ(Said(file_), folder_.path() + " is writable by everybody");
}

TEST_F(Permissions, AStickyFolderOnTheWay) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 01777), 0);
  EXPECT_EQ(Said(file_), "nobody");
  EXPECT_EQ(Said(folder_.path()), folder_.path() + " is writable by everybody")
      << "but what is put there is not the only thing there";
}

TEST_F(Permissions, LinksAreFollowed) {
  ASSERT_EQ(mkdir((folder_ / "b").c_str(), 0700), 0);
  ASSERT_EQ(symlink("../a", (folder_ / "b/a").c_str()), 0);
  ASSERT_EQ(symlink((folder_ / "b/a/file").c_str(), (folder_ / "link").c_str()), 0);
  EXPECT_EQ(Said(folder_ / "link"), "nobody");
  EXPECT_EQ(Said(folder_ / "b/../b/./a//file"), "nobody");
  ASSERT_EQ(chmod((folder_ / "b").c_str(), 0707), 0);
  EXPECT_EQ(Said(folder_ / "link"), folder_ / "b" + " is writable by everybody")
      << "a link in between could be made to lead elsewhere";
  ASSERT_EQ(symlink("round", (folder_ / "round").c_str()), 0);
  EXPECT_THAT(Said(folder_ / "round"), HasSubstr("goes round in links"));
}

TEST_F(Permissions, RelativePaths) {
  const std::string before = std::filesystem::current_path();
  ASSERT_EQ(chdir((folder_ / "a").c_str()), 0);
  EXPECT_EQ(Said("file"), "nobody");
  ASSERT_EQ(chmod("file", 0666), 0);
  EXPECT_EQ(Said("../a/file"), file_ + " is writable by everybody");
  ASSERT_EQ(chdir(before.c_str()), 0);
}

TEST_F(Permissions, WhatIsNotThere) {
  EXPECT_THAT(Said(folder_ / "none"), HasSubstr("cannot be looked at: No such file"));
}

// Root may give files away; who is not root is told by root's own files that they are safe.
TEST_F(Permissions, Owners) {
  EXPECT_EQ(Said("/"), "nobody");
  if (geteuid() == 0) {
    ASSERT_EQ(chown(file_.c_str(), 12345, 0), 0);
    EXPECT_EQ(Said(file_), file_ + " belongs to another user (uid 12345)");
  }
}

TEST_F(Permissions, FoldersAreMadeForThisUserOnly) {
  const auto made = MakePrivateFolder(folder_ / "x/y/z");
  ASSERT_TRUE(made.has_value()) << made.error();
  EXPECT_EQ(*made, folder_ / "x/y/z");
  for (const char* name : {"x", "x/y", "x/y/z"}) {
    struct stat status;
    ASSERT_EQ(stat((folder_ / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u) << name;
  }
  EXPECT_TRUE(MakePrivateFolder(folder_ / "x/y/z").has_value());
  EXPECT_THAT(MakePrivateFolder(file_ + "/x").error(), HasSubstr("Not a directory"));
  EXPECT_THAT(MakePrivateFolder(file_).error(), HasSubstr("is no folder"));
}

}  // namespace
}  // namespace writ
