// Lines of files, whole ones, halves, and such as are too long.
#include "proxy/audit_lines.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proxy/audit_world.h"
#include "proxy/descriptor.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::ElementsAre;

std::vector<std::string> Read(const std::string& text, uint64_t end = UINT64_MAX,
                              uint64_t longest = kLongestAuditLine) {
  const TemporaryFolder folder;
  Write(folder / "file", text);
  const Descriptor file(open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC));
  AuditLines lines(file.get(), end, longest);
  std::vector<std::string> read;
  std::string_view line;
  while (lines.Next(line)) {
    read.push_back(lines.is_too_long() ? "too long" : std::string(line));
    if (!lines.is_whole()) read.back() += " half";
    EXPECT_EQ(lines.number(), read.size());
  }
  EXPECT_EQ(lines.fault(), "");
  return read;
}

TEST(AuditLines, AreReadToTheEnd) {
  EXPECT_THAT(Read(""), ElementsAre());
  EXPECT_THAT(Read("a\n\nbc\n"), ElementsAre("a", "", "bc"));
  EXPECT_THAT(Read("a\nbc"), ElementsAre("a", "bc half"));
  EXPECT_THAT(Read("a\nbc\nd\n", 4), ElementsAre("a", "bc half"));
  EXPECT_THAT(Read("a\nbc\nd\n", 5), ElementsAre("a", "bc"));
  const std::string longer(1'000'000, 'x');
  EXPECT_THAT(Read(longer + "\na\n" + longer), ElementsAre(longer, "a", longer + " half"));
}

TEST(AuditLines, ThatAreTooLongArePassedOver) {
  const std::string longer(1'000'000, 'x');
  EXPECT_THAT(Read("abcd\nabc\n", UINT64_MAX, 3), ElementsAre("too long", "abc"));
  EXPECT_THAT(Read(longer + "\nabc\n" + longer, UINT64_MAX, 100'000),
              ElementsAre("too long", "abc", "too long half"));
}

TEST(AuditLines, ThatCannotBeReadAreAFault) {
  const TemporaryFolder folder;
  const Descriptor file(open(folder.path().c_str(), O_RDONLY | O_CLOEXEC));
  AuditLines lines(file.get(), 100);
  std::string_view line;
  EXPECT_FALSE(lines.Next(line));
  EXPECT_EQ(lines.fault(), "Is a directory");
}

}  // namespace
}  // namespace writ
