#include "proxy/outbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace writ {
namespace {

class OutboxTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe2(ends_, O_CLOEXEC | O_NONBLOCK), 0); }
  void TearDown() override {
    CloseReader();
    close(ends_[1]);
  }
  void CloseReader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  Channel writer() { return Channel::NonBlocking(ends_[1]); }
  std::string ReadNow() {
    std::string all;
    char piece[4096];
    ssize_t count;
    while ((count = read(ends_[0], piece, sizeof piece)) > 0) {
      all.append(piece, static_cast<size_t>(count));
    }
    return all;
  }

 private:
  int ends_[2] = {-1, -1};
};

TEST_F(OutboxTest, WritesAtOnceWhatTheReaderTakes) {
  Outbox outbox(writer());
  outbox.Send("hello\n");
  EXPECT_EQ(outbox.pending(), 0u);
  EXPECT_EQ(outbox.taken(), 6u);
  EXPECT_EQ(ReadNow(), "hello\n");
}

TEST_F(OutboxTest, QueuesTheRestInOrder) {
  Outbox outbox(writer());
  std::string sent;
  for (int i = 0; i < 300; ++i) {
    std::string piece(10'000, static_cast<char>('a' + i % 26));
    sent += piece;
    outbox.Send(piece);
  }
  EXPECT_GT(outbox.pending(), 0u);
  std::string received;
  while (outbox.pending() > 0) {
    received += ReadNow();
    outbox.Flush();
    outbox.Send("!");
    sent += "!";
  }
  received += ReadNow();
  EXPECT_TRUE(received == sent);
  EXPECT_EQ(outbox.taken(), sent.size());
}

TEST_F(OutboxTest, AReaderThatIsGoneEndsIt) {
  auto before = signal(SIGPIPE, SIG_IGN);
  Outbox outbox(writer());
  outbox.Send(std::string(1 << 20, 'x'));
  EXPECT_GT(outbox.pending(), 0u);
  CloseReader();
  outbox.Flush();
  EXPECT_TRUE(outbox.broken());
  EXPECT_EQ(outbox.error(), EPIPE);
  EXPECT_EQ(outbox.pending(), 0u);
  outbox.Send("nobody hears this");
  EXPECT_EQ(outbox.pending(), 0u);
  signal(SIGPIPE, before);
}

TEST_F(OutboxTest, AbandonForgetsTheQueue) {
  Outbox outbox(writer());
  outbox.Send(std::string(1 << 20, 'x'));
  outbox.Abandon();
  EXPECT_EQ(outbox.pending(), 0u);
  EXPECT_TRUE(outbox.broken());
  EXPECT_EQ(outbox.error(), 0);
}

}  // namespace
}  // namespace writ
