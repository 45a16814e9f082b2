// The key of an installation: made once, read by all, refused where others could have it.
#include "proxy/audit_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::HasSubstr;

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string FaultOf(const tl::expected<AuditKey, FileRefusal>& key) {
  return key.has_value() ? "none" : key.error().message;
}

TEST(AuditKey, IsMadeOnceAndStays) {
  const TemporaryFolder folder;
  EXPECT_THAT(FaultOf(ReadAuditKey(folder.path(), false)), HasSubstr("does not exist"));
  const auto made = ReadOrMakeAuditKey(folder.path(), false);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  const auto again = ReadOrMakeAuditKey(folder.path(), false);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(made->name(), again->name());
  EXPECT_EQ(made->name().size(), 16u);
  EXPECT_EQ(made->ForChain().Of({"x"}), again->ForChain().Of({"x"}));

  struct stat status;
  ASSERT_EQ(stat((folder / kAuditKeyFile).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);

  const TemporaryFolder other;
  EXPECT_NE(ReadOrMakeAuditKey(other.path(), false)->name(), made->name());
}

// Otherwise an agent could have any bytes sealed, as arguments.
TEST(AuditKey, ServesEachPurposeWithAnotherKey) {
  const AuditKey key{Mac{}};
  EXPECT_NE(key.ForChain().Of({"x"}), key.ForArguments().Of({"x"}));
  EXPECT_NE(key.ForChain().Of({"x"}), Hmac(AsText(Mac{})).Of({"x"}));
}

TEST(AuditKey, IsOneForAllWhoMakeItAtOnce) {
  const TemporaryFolder folder;
  std::vector<std::string> names(8);
  std::vector<std::thread> threads;
  threads.reserve(names.size());
  for (std::string& name : names) {
    threads.emplace_back([&name, &folder] {
      const auto key = ReadOrMakeAuditKey(folder.path(), false);
      name = key.has_value() ? key->name() : key.error().message;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& name : names) EXPECT_EQ(name, names.front());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(AuditKey, IsRefusedWhereOthersCouldHaveIt) {
  const TemporaryFolder folder;
  ASSERT_TRUE(ReadOrMakeAuditKey(folder.path(), false).has_value());
  const std::string path = folder / kAuditKeyFile;
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_THAT(FaultOf(ReadAuditKey(folder.path(), false)), HasSubstr("may be read by others"));
  EXPECT_EQ(FaultOf(ReadAuditKey(folder.path(), true)), "none");
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
  EXPECT_THAT(FaultOf(ReadOrMakeAuditKey(folder.path(), false)),
              HasSubstr("is writable by everybody"));
}

TEST(AuditKey, SaysWhatMendsIt) {
  const TemporaryFolder folder;
  ASSERT_TRUE(ReadOrMakeAuditKey(folder.path(), false).has_value());
  const std::string path = folder / kAuditKeyFile;
  ASSERT_EQ(chmod(path.c_str(), 0604), 0);
  const auto key = ReadAuditKey(folder.path(), false);
  ASSERT_FALSE(key.has_value());
  EXPECT_TRUE(key.error().is_unsafe);
  EXPECT_EQ(key.error().remedy, "chmod go= " + path);
  ASSERT_EQ(std::system(key.error().remedy.c_str()), 0);
  EXPECT_EQ(FaultOf(ReadAuditKey(folder.path(), false)), "none");
}

TEST(AuditKey, IsNotMadeWhereOthersMayWrite) {
  const TemporaryFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
  for (const std::string& path : {folder.path(), folder / "state"}) {
    EXPECT_THAT(FaultOf(ReadOrMakeAuditKey(path, false)), HasSubstr("is writable by everybody"));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
  EXPECT_EQ(FaultOf(ReadOrMakeAuditKey(folder / "state", true)), "none");
}

TEST(AuditKey, IsRefusedIfItIsNone) {
  const TemporaryFolder folder;
  ASSERT_TRUE(ReadOrMakeAuditKey(folder.path(), false).has_value());
  const std::string path = folder / kAuditKeyFile;
  const std::string good = Contents(path);
  for (const std::string& text :
       {std::string(), good.substr(0, 64), good + "x", "G" + good.substr(1), good + good}) {
    std::ofstream(path, std::ios::trunc) << text;
    EXPECT_THAT(FaultOf(ReadOrMakeAuditKey(folder.path(), false)), HasSubstr("is no key")) << text;
    EXPECT_EQ(Contents(path), text);
  }
  std::filesystem::remove(path);
  std::filesystem::create_symlink("/dev/zero", path);
  EXPECT_THAT(FaultOf(ReadOrMakeAuditKey(folder.path(), false)), HasSubstr("cannot be read"));
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  EXPECT_THAT(FaultOf(ReadOrMakeAuditKey(folder.path(), false)), HasSubstr("is no regular file"));
  EXPECT_THAT(FaultOf(ReadOrMakeAuditKey("/proc/writ", false)), HasSubstr("cannot be made"));
}

}  // namespace
}  // namespace writ
