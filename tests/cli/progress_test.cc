// How far a command has come, on a terminal.
#include "cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "proxy/descriptor.h"

namespace writ {
namespace {

// What is written to stderr, a terminal meanwhile.
template <typename Work>
std::string OnTerminal(const Work& work) {
  int ours = -1;
  int theirs = -1;
  EXPECT_EQ(openpty(&ours, &theirs, nullptr, nullptr, nullptr), 0);
  const Descriptor master(ours);
  const Descriptor before(dup(STDERR_FILENO));
  dup2(theirs, STDERR_FILENO);
  close(theirs);
  setenv("TERM", "xterm", 1);
  work();
  const char end = '\n';  // so that there is always something to read
  EXPECT_EQ(write(STDERR_FILENO, &end, 1), 1);
  dup2(before.get(), STDERR_FILENO);
  char text[4096];
  const ssize_t size = read(ours, text, sizeof text);
  return std::string(text, size > 0 ? static_cast<size_t>(size) : 0);
}

void Advance(Progress& progress) {
  for (int i = 0; i < 1000; ++i) progress.At(1, 4);
}

TEST(ProgressLines, AreShownAndTakenAway) {
  const std::string text = OnTerminal([] {
    Progress progress("replaying", std::chrono::milliseconds(0));
    Advance(progress);
  });
  EXPECT_THAT(text, testing::HasSubstr("replaying: 25 %"));
  EXPECT_THAT(text, testing::EndsWith("\r\x1b[K\r\n"));
}

TEST(ProgressLines, AreNotShownOfWhatIsSoonDone) {
  const std::string text = OnTerminal([] {
    Progress progress("replaying", std::chrono::hours(1));
    Advance(progress);
  });
  EXPECT_EQ(text, "\r\n");
}

}  // namespace
}  // namespace writ
