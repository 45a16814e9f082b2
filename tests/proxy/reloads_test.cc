// Programs from one thread to another.
#include "proxy/reloads.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
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

TEST(Reloads, TheLastIsNotLostBetweenThreads) {
  constexpr int kMany = 10'000;
  Reloads reloads;
  const auto program = ProgramByHand().Build();
  std::thread maker([&] {
    for (int i = 0; i < kMany; ++i) {
      reloads.Put({i % 2 == 0 ? program : nullptr, std::to_string(i)});
    }
  });
  int last = -1;
  while (last < kMany - 1) {
    pollfd entry = {reloads.fd(), POLLIN, 0};
    ASSERT_GT(poll(&entry, 1, 60'000), 0) << "after " << last;
    for (const Reload& reload : reloads.Take()) {
      EXPECT_GT(std::stoi(reload.refusal), last);
      last = std::stoi(reload.refusal);
    }
  }
  maker.join();
  EXPECT_EQ(last, kMany - 1);
}

TEST(Reloads, OfProgramsOnlyTheNewestIsKept) {
  Reloads reloads;
  auto first = ProgramByHand().Digest("first").Build();
  const auto second = ProgramByHand().Digest("second").Build();
  const std::weak_ptr<const VerifiedProgram> watched = first;
  reloads.Put({std::move(first), ""});
  reloads.Put({nullptr, "1 error"});
  reloads.Put({second, ""});
  EXPECT_TRUE(watched.expired()) << "freed by whoever puts";
  const std::vector<Reload> taken = reloads.Take();
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].refusal, "1 error");
  EXPECT_EQ(taken[1].program, second);
}

TEST(Reloads, OfRefusalsSomeAreKept) {
  Reloads reloads;
  const auto program = ProgramByHand().Build();
  reloads.Put({program, ""});
  for (int i = 0; i < 1000; ++i) reloads.Put({nullptr, std::to_string(i)});
  const std::vector<Reload> taken = reloads.Take();
  ASSERT_EQ(taken.size(), Reloads::kMost);
  EXPECT_EQ(taken[0].program, program);
  EXPECT_EQ(taken[1].refusal, std::to_string(1001 - Reloads::kMost));
  EXPECT_EQ(taken.back().refusal, "999");
}

TEST(Reloads, WhatIsReturnedIsFreedByTheOtherSide) {
  Reloads reloads;
  auto program = ProgramByHand().Build();
  const std::weak_ptr<const VerifiedProgram> watched = program;
  reloads.Return(std::move(program));
  EXPECT_FALSE(watched.expired());
  reloads.FreeReturned();
  EXPECT_TRUE(watched.expired());
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
