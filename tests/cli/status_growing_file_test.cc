// Lines that come piece by piece.
#include "cli/status/growing_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "proxy/descriptor.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class GrowingFiles : public testing::Test {
 protected:
  void Append(std::string_view text) {
    ASSERT_EQ(write(file_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // Lines since the last time; "+" behind those that were cut.
  std::vector<std::string> Read(uint64_t most = UINT64_MAX) {
    std::vector<std::string> lines;
    EXPECT_TRUE(growing_.Read(file_.get(), most, [&lines](std::string_view line, bool cut) {
      lines.push_back(std::string(line) + (cut ? "+" : ""));
    }));
    return lines;
  }

  TemporaryFolder folder_;
  Descriptor file_{open((folder_ / "f").c_str(), O_RDWR | O_CREAT | O_APPEND, 0600)};
  GrowingFile growing_{8};
};

TEST_F(GrowingFiles, GivesLinesOnceTheyAreWhole) {
  EXPECT_THAT(Read(), IsEmpty());
  Append("one\ntw");
  EXPECT_THAT(Read(), ElementsAre("one"));
  EXPECT_THAT(Read(), IsEmpty());
  Append("o");
  EXPECT_THAT(Read(), IsEmpty());
  Append("\n\nfour\n");
  EXPECT_THAT(Read(), ElementsAre("two", "", "four"));
  EXPECT_EQ(growing_.offset(), 14u);
}

TEST_F(GrowingFiles, KeepsTheBeginningsOfLongLines) {
  Append("12345678\n123456789\n123456");
  EXPECT_THAT(Read(), ElementsAre("12345678", "12345678+"));
  Append("78");
  EXPECT_THAT(Read(), IsEmpty());
  Append("9");
  EXPECT_THAT(Read(), IsEmpty());
  Append(std::string(1'000'000, 'x') + "\nnext\n");
  EXPECT_THAT(Read(), ElementsAre("12345678+", "next"));
}

TEST_F(GrowingFiles, BeginsWithAWholeLine) {
  Append("one\ntwo\nthree\n");
  growing_.SkipTo(4);
  EXPECT_THAT(Read(), ElementsAre("two", "three"));
  growing_.SkipTo(5);
  EXPECT_THAT(Read(), ElementsAre("three"));
  growing_.SkipTo(14);
  EXPECT_THAT(Read(), IsEmpty());
  growing_.SkipTo(0);
  EXPECT_THAT(Read(), ElementsAre("one", "two", "three"));
}

TEST_F(GrowingFiles, ReadsNoMoreThanItIsToldTo) {
  Append("one\ntwo\nthree\n");
  EXPECT_THAT(Read(5), ElementsAre("one"));
  EXPECT_THAT(Read(1), IsEmpty());
  EXPECT_THAT(Read(2), ElementsAre("two"));
  EXPECT_THAT(Read(), ElementsAre("three"));
}

}  // namespace
}  // namespace writ
