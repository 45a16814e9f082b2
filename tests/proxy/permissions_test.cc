// Who else could write a file.
#include "proxy/permissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "proxy/own_group.h"
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
    ASSERT_EQ(Said(file_), "nobody") << "the folder of temporary files is unsafe";
  }

  static std::string Said(const std::string& path) { return Text(WhoElseMayWrite(path)); }
  static std::string Text(const std::optional<Opening>& opening) {
    return opening.has_value() ? opening->text : "nobody";
  }
  // As the command that mends it does, if there is one.
  static void Mend(const std::string& path) {
    const std::optional<Opening> opening = WhoElseMayWrite(path);
    ASSERT_TRUE(opening.has_value());
    EXPECT_EQ(std::system(opening->remedy.c_str()), 0) << opening->remedy;
  }

  TemporaryFolder folder_;
  const std::string file_ = folder_ / "a/file";
};

TEST_F(Permissions, TheFileItself) {
  ASSERT_EQ(chmod(file_.c_str(), 0644), 0);
  EXPECT_EQ(Said(file_), "nobody");
  ASSERT_EQ(chmod(file_.c_str(), 0602), 0);
  EXPECT_EQ(Said(file_), file_ + " is writable by everybody");
  Mend(file_);
  EXPECT_EQ(Said(file_), "nobody");
}

// As root, who may give files to any group; others have the tests of own groups.
TEST_F(Permissions, Groups) {
  ASSERT_EQ(chmod(file_.c_str(), 0620), 0);
  struct stat status;
  ASSERT_EQ(stat(file_.c_str(), &status), 0);
  const std::string by_group = file_ + " is writable by its group (gid ";
  EXPECT_EQ(Said(file_), IsOwnGroup(geteuid(), status.st_gid)
                             ? "nobody"
                             : by_group + std::to_string(status.st_gid) + ")");
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files to other groups";
  ASSERT_EQ(chown(file_.c_str(), 0, 12345), 0);
  EXPECT_EQ(Said(file_), by_group + "12345)");
  ASSERT_EQ(chmod(file_.c_str(), 0600), 0);
  ASSERT_EQ(chown((folder_ / "a").c_str(), 0, 12345), 0);
  ASSERT_EQ(chmod((folder_ / "a").c_str(), 0770), 0);
  EXPECT_EQ(Said(file_), folder_ / "a" + " is writable by its group (gid 12345)");
  Mend(file_);
  EXPECT_EQ(Said(file_), "nobody");
}

TEST_F(Permissions, AccessLists) {
  // The owner, user 12345, the owning group, the mask, others: as setfacl -m u:12345:rw has it.
  std::string list = {2, 0,    0,    0,  1,  0,  6,  0, -1, -1, -1, -1, 2,  0,  6,
                      0, 0x39, 0x30, 0,  0,  4,  0,  4, 0,  -1, -1, -1, -1, 16, 0,
                      6, 0,    -1,   -1, -1, -1, 32, 0, 4,  0,  -1, -1, -1, -1};
  constexpr char kAttribute[] = "system.posix_acl_access";
  if (setxattr(file_.c_str(), kAttribute, list.data(), list.size(), 0) != 0) {
    GTEST_SKIP() << "the file system has no access lists";
  }
  EXPECT_EQ(Said(file_), file_ + " is writable by another user (uid 12345, by its access list)");
  EXPECT_EQ(WhoElseMayWrite(file_)->remedy, "setfacl -b " + file_);
  list[12] = 8;  // a group of that number, whose place is behind the owning group
  std::swap_ranges(list.begin() + 12, list.begin() + 20, list.begin() + 20);
  ASSERT_EQ(setxattr(file_.c_str(), kAttribute, list.data(), list.size(), 0), 0);
  EXPECT_EQ(Said(file_), file_ + " is writable by a group (gid 12345, by its access list)");
  ASSERT_EQ(chmod(file_.c_str(), 0640), 0);
  EXPECT_EQ(Said(file_), "nobody") << "the mask takes the right away";
}

TEST_F(Permissions, RemediesOfPathsThatAreNoWords) {
  const std::string path = folder_ / "it's; a $(file)";
  std::ofstream(path) << "text";
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  Mend(path);
  EXPECT_EQ(Said(path), "nobody");
}

TEST_F(Permissions, WhatIsNotThereYet) {
  const auto said = [](const std::string& path) { return Text(WhoElseMayMake(path)); };
  EXPECT_EQ(said(folder_ / "a/b/c"), "nobody");
  EXPECT_EQ(said(file_), "nobody");
  ASSERT_EQ(chmod((folder_ / "a").c_str(), 0707), 0);
  EXPECT_EQ(said(folder_ / "a/b/c"), folder_ / "a" + " is writable by everybody");
  EXPECT_EQ(said(folder_ / "a"), folder_ / "a" + " is writable by everybody");
  ASSERT_EQ(chmod((folder_ / "a").c_str(), 01707), 0);
  EXPECT_EQ(said(folder_ / "a/b/c"), "nobody");
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
  EXPECT_THAT(MakePrivateFolder("/proc/none/x").error(), HasSubstr("/proc/none cannot be made"));
  if (geteuid() == 0) return;
  ASSERT_EQ(chmod((folder_ / "x").c_str(), 0500), 0);
  EXPECT_THAT(MakePrivateFolder(folder_ / "x/new").error(), HasSubstr("Permission denied"));
  ASSERT_EQ(chmod((folder_ / "x").c_str(), 0700), 0);
}

}  // namespace
}  // namespace writ
