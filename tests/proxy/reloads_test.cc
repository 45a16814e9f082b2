// Programs from one thread to another.
#include "proxy/reloads.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "proxy/bell.h"
#include "proxy/programs.h"

namespace writ {
namespace {

bool IsReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  return poll(&entry, 1, 0) > 0;
}

TEST(Bell, IsReadableFromARingToSilence) {
  const Bell bell;
  EXPECT_FALSE(IsReadable(bell.fd()));
  EXPECT_FALSE(bell.Silence());
  bell.Ring();
  bell.Ring();
  EXPECT_TRUE(IsReadable(bell.fd()));
  EXPECT_TRUE(bell.Silence());
  EXPECT_FALSE(IsReadable(bell.fd()));
}

TEST(Bell, IsNoDescriptorOfAServer) {
  const Bell bell;
  EXPECT_NE(fcntl(bell.fd(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(Reloads, AreTakenOnceAndInOrder) {
  Reloads reloads;
  EXPECT_FALSE(IsReadable(reloads.fd()));
  EXPECT_TRUE(reloads.Take().empty());
  const auto program = ProgramByHand().Build();
  reloads.Put({nullptr, "1 error"});
  reloads.Put({program, ""});
  EXPECT_TRUE(IsReadable(reloads.fd()));
  const std::vector<Reload> taken = reloads.Take();
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].refusal, "1 error");
  EXPECT_EQ(taken[1].program, program);
  EXPECT_FALSE(IsReadable(reloads.fd()));
  EXPECT_TRUE(reloads.Take().empty());
}

TEST(Reloads, NoneIsLostBetweenThreads) {
  constexpr size_t kMany = 10'000;
  Reloads reloads;
  const auto program = ProgramByHand().Build();
  std::thread maker([&] {
    for (size_t i = 0; i < kMany; ++i) {
      reloads.Put({i % 2 == 0 ? program : nullptr, std::to_string(i)});
    }
  });
  size_t next = 0;
  while (next < kMany) {
    pollfd entry = {reloads.fd(), POLLIN, 0};
    ASSERT_GT(poll(&entry, 1, 60'000), 0) << "after " << next;
    for (const Reload& reload : reloads.Take()) EXPECT_EQ(reload.refusal, std::to_string(next++));
  }
  maker.join();
  EXPECT_EQ(next, kMany);
}

TEST(Reloads, AskingIsHeardByTheOtherSide) {
  Reloads reloads;
  std::thread asker([&] { reloads.Ask(); });
  pollfd entry = {reloads.asked().fd(), POLLIN, 0};
  EXPECT_GT(poll(&entry, 1, 60'000), 0);
  asker.join();
  EXPECT_TRUE(reloads.asked().Silence());
  EXPECT_FALSE(reloads.asked().Silence());
}

}  // namespace
}  // namespace writ
