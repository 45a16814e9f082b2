#include "proxy/access_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace writ {
namespace {

struct Entry {
  uint16_t who;
  uint16_t rights;
  uint32_t number;
};
constexpr uint16_t kOwner = 1;
constexpr uint16_t kUser = 2;
constexpr uint16_t kOwningGroup = 4;
constexpr uint16_t kGroup = 8;
constexpr uint16_t kMask = 16;
constexpr uint16_t kOthers = 32;
constexpr uint16_t kReads = 4;
constexpr uint16_t kWrites = 6;

std::string Bytes(const std::vector<Entry>& entries) {
  std::string bytes;
  const auto put = [&bytes](uint32_t number, int size) {
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  };
  put(2, 4);
  for (const Entry& entry : entries) {
    put(entry.who, 2);
    put(entry.rights, 2);
    put(entry.number, 4);
  }
  return bytes;
}

TEST(AccessList, WhoMayWrite) {
  const auto writers = ReadAccessList(Bytes({{kOwner, kWrites, 0},
                                             {kUser, kWrites, 12345},
                                             {kUser, kReads, 5},
                                             {kUser, kWrites, 0x01020304},
                                             {kOwningGroup, kReads, 0},
                                             {kGroup, kWrites, 100},
                                             {kGroup, kReads, 101},
                                             {kMask, kWrites, 0},
                                             {kOthers, kReads, 0}}));
  ASSERT_TRUE(writers.has_value());
  EXPECT_EQ(writers->users, (std::vector<uid_t>{12345, 0x01020304}));
  EXPECT_EQ(writers->groups, (std::vector<gid_t>{100}));
  EXPECT_FALSE(writers->owning_group);
}

TEST(AccessList, TheOwningGroup) {
  const auto writers = ReadAccessList(Bytes({{kOwningGroup, kWrites, 0}}));
  ASSERT_TRUE(writers.has_value());
  EXPECT_TRUE(writers->owning_group);
}

TEST(AccessList, AMaskTakesTheRightFromAll) {
  const auto writers = ReadAccessList(Bytes({{kUser, kWrites, 12345},
                                             {kOwningGroup, kWrites, 0},
                                             {kGroup, kWrites, 100},
                                             {kMask, kReads, 0}}));
  ASSERT_TRUE(writers.has_value());
  EXPECT_TRUE(writers->users.empty());
  EXPECT_TRUE(writers->groups.empty());
  EXPECT_FALSE(writers->owning_group);
}

TEST(AccessList, BytesThatAreNone) {
  const std::string whole = Bytes({{kUser, kWrites, 12345}});
  EXPECT_TRUE(ReadAccessList(Bytes({})).has_value());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(ReadAccessList(whole.substr(0, size)).has_value(), size == 4) << size;
  }
  EXPECT_FALSE(ReadAccessList('\3' + whole.substr(1)).has_value()) << "another version";
}

}  // namespace
}  // namespace writ
