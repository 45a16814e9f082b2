// What a program says of itself.
#include "vm/program.h"

#include <gtest/gtest.h>

namespace writ {
namespace {

TEST(Program, HidesTheToolsItLists) {
  Program program;
  program.hidden = {"a", "b_tool", "c"};
  EXPECT_TRUE(program.Hides("a"));
  EXPECT_TRUE(program.Hides("b_tool"));
  EXPECT_TRUE(program.Hides("c"));
  EXPECT_FALSE(program.Hides(""));
  EXPECT_FALSE(program.Hides("b"));
  EXPECT_FALSE(program.Hides("A"));
  EXPECT_FALSE(program.Hides("d"));
  EXPECT_FALSE(Program().Hides("a"));
}

TEST(Program, MayHideThemAll) {
  Program program;
  program.hides_all = true;
  EXPECT_TRUE(program.Hides("anything"));
}

TEST(Program, WindowsHaveNamesAndLengths) {
  EXPECT_EQ(WindowName(Window::kMinute), "minute");
  EXPECT_EQ(WindowName(Window::kHour), "hour");
  EXPECT_EQ(WindowName(Window::kDay), "day");
  EXPECT_EQ(WindowName(Window::kSession), "session");
  EXPECT_EQ(WindowName({20 * 60, false}), "20m");
  EXPECT_EQ(WindowName({60 * 60, false}), "hour") << "one window, one name";
  EXPECT_EQ(WindowName({6 * 60 * 60, false}), "6h");
  EXPECT_EQ(WindowName({7 * 24 * 60 * 60, false}), "7d");
  EXPECT_EQ(WindowName({90, false}), "90s");
  EXPECT_EQ(WindowName({20 * 60, true}), "sliding 20m");
  EXPECT_EQ(WindowName({60 * 60, true}), "sliding hour");
  EXPECT_EQ(Window::kMinute.seconds, 60);
  EXPECT_EQ(Window::kHour.seconds, 60 * 60);
  EXPECT_EQ(Window::kDay.seconds, 24 * 60 * 60);
}

}  // namespace
}  // namespace writ
