#include "cli/output_file.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "proxy/temporary_folder.h"

namespace {

struct Given {
  uid_t user;
  gid_t group;
  mode_t mode_before;
};
std::vector<Given> given;
bool may_give_away = true;
bool is_mounted = false;

template <class Function>
Function Next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// In place of the C library's: what a file looks like before it is given away is seen by nobody
// else in time, and not every user may give a file away or mount one.
extern "C" int fchown(int fd, uid_t user, gid_t group) noexcept {
  struct stat status;
  if (fstat(fd, &status) == 0) given.push_back({user, group, status.st_mode & 07777u});
  if (may_give_away) return Next<int (*)(int, uid_t, gid_t)>("fchown")(fd, user, group);
  errno = EPERM;
  return -1;
}

extern "C" int rename(const char* from, const char* to) noexcept {
  if (!is_mounted) return Next<int (*)(const char*, const char*)>("rename")(from, to);
  errno = EBUSY;
  return -1;
}

namespace writ {
namespace {

class OutputFileTest : public testing::Test {
 protected:
  OutputFileTest() : umask_(umask(0022)) {
    given.clear();
    may_give_away = true;
    is_mounted = false;
  }
  ~OutputFileTest() override {
    is_mounted = false;
    umask(umask_);
  }

  void MakeOld(mode_t mode) {
    std::ofstream(file_.path) << "old";
    ASSERT_EQ(chmod(file_.path.c_str(), mode), 0);
  }

  struct stat Status() const {
    struct stat status = {};
    EXPECT_EQ(stat(file_.path.c_str(), &status), 0);
    return status;
  }
  mode_t Mode() const { return Status().st_mode & 07777u; }

  std::string Text() const {
    std::ifstream in(file_.path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TemporaryFolder folder_;
  const OutputFile file_ = {folder_ / "policy.yaml", true};

 private:
  const mode_t umask_;
};

TEST_F(OutputFileTest, IsItsOwnersAloneUntilItHasTheGroupOfTheOneItReplaces) {
  for (const mode_t mode : {0644u, 0640u, 0604u, 0444u}) {
    given.clear();
    MakeOld(mode);
    const struct stat old = Status();
    ASSERT_TRUE(WriteOutput(file_, "new"));
    ASSERT_EQ(given.size(), 1u);
    EXPECT_EQ(given[0].mode_before & 0077u, 0u);
    EXPECT_EQ(given[0].user, old.st_uid);
    EXPECT_EQ(given[0].group, old.st_gid);
    EXPECT_EQ(Mode(), mode);
    EXPECT_EQ(Text(), "new");
    ASSERT_EQ(unlink(file_.path.c_str()), 0);
  }
}

TEST_F(OutputFileTest, KeepsFromTheGroupWhatItCannotHave) {
  may_give_away = false;
  MakeOld(0644);
  ASSERT_TRUE(WriteOutput(file_, "new"));
  EXPECT_EQ(Mode(), 0604u);
  MakeOld(0640);
  ASSERT_TRUE(WriteOutput(file_, "new"));
  EXPECT_EQ(Mode(), 0600u);
}

TEST_F(OutputFileTest, HasTheModeOfTheOneItReplacesButForWritingByOthers) {
  umask(0077);
  for (const mode_t mode : {0644u, 0666u, 04755u}) {
    MakeOld(mode);
    ASSERT_TRUE(WriteOutput(file_, "new"));
    EXPECT_EQ(Mode(), 0644u);
  }
}

TEST_F(OutputFileTest, HasTheModeThatTheUmaskLeavesWhereItReplacesNone) {
  umask(0077);
  ASSERT_TRUE(WriteOutput(file_, "new"));
  EXPECT_EQ(Mode(), 0600u);
  EXPECT_TRUE(given.empty());
}

TEST_F(OutputFileTest, IsWrittenIntoTheOneThatIsMountedByItself) {
  MakeOld(0664);
  const struct stat old = Status();
  is_mounted = true;
  ASSERT_TRUE(WriteOutput(file_, "new"));
  EXPECT_EQ(Text(), "new");
  EXPECT_EQ(Status().st_ino, old.st_ino);
  EXPECT_EQ(Mode(), 0664u);
  const std::filesystem::directory_iterator left(folder_.path());
  EXPECT_EQ(std::distance(begin(left), end(left)), 1) << "no file stays beside it";
}

}  // namespace
}  // namespace writ
