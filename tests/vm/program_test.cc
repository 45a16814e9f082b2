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
  EXPECT_EQ(WindowSeconds(Window::kMinute), 60);
  EXPECT_EQ(WindowSeconds(Window::kHour), 60 * 60);
  EXPECT_EQ(WindowSeconds(Window::kDay), 24 * 60 * 60);
}

}  // namespace
}  // namespace writ
