#include "proxy/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace writ {
namespace {

bool HasNonBlockingFlag(int fd) {
  return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
}

// Two connected descriptors of one kind, both blocking.
struct Ends {
  int reader = -1;
  int writer = -1;
  ~Ends() {
    if (reader >= 0) close(reader);
    if (writer >= 0) close(writer);
  }
};

void OpenPipe(Ends* ends) {
  ASSERT_EQ(pipe2(&ends->reader, O_CLOEXEC), 0);
}
void OpenSocketPair(Ends* ends) {
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, &ends->reader), 0);
}
void OpenNamedPipe(Ends* ends) {
  char folder[] = "/tmp/writ-channel-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  std::string path = std::string(folder) + "/fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  int both = open(path.c_str(), O_RDWR | O_CLOEXEC);
  ends->reader = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ends->writer = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  close(both);
  unlink(path.c_str());
  rmdir(folder);
  ASSERT_GE(ends->writer, 0);
}

class ChannelTest : public testing::TestWithParam<void (*)(Ends*)> {
 protected:
  void SetUp() override { GetParam()(&ends_); }
  Ends ends_;
};

TEST_P(ChannelTest, NeverBlocksAndLeavesTheFlagsAlone) {
  Channel reader = Channel::Reader(ends_.reader);
  Channel writer = Channel::Writer(ends_.writer);
  char text[16];
  EXPECT_EQ(reader.Read(text, sizeof text), Channel::kWouldBlock);

  std::string piece(10'000, 'x');
  size_t sent = 0;
  ssize_t count;
  while ((count = writer.Write(piece.data(), piece.size())) > 0) {
    sent += static_cast<size_t>(count);
    ASSERT_LT(sent, 100u << 20);
  }
  EXPECT_EQ(count, Channel::kWouldBlock);

  std::string received(200'000, '\0');
  while ((count = reader.Read(received.data(), received.size())) > 0) {
    sent -= static_cast<size_t>(count);
  }
  EXPECT_EQ(count, Channel::kWouldBlock);
  EXPECT_EQ(sent, 0u);
  EXPECT_FALSE(HasNonBlockingFlag(ends_.reader));
  EXPECT_FALSE(HasNonBlockingFlag(ends_.writer));
}

TEST_P(ChannelTest, TellsTheEnd) {
  Channel reader = Channel::Reader(ends_.reader);
  ASSERT_EQ(write(ends_.writer, "x", 1), 1);
  close(ends_.writer);
  ends_.writer = -1;
  char text[16];
  EXPECT_EQ(reader.Read(text, sizeof text), 1);
  EXPECT_EQ(reader.Read(text, sizeof text), 0);
  EXPECT_EQ(reader.read_error(), 0);
}

INSTANTIATE_TEST_SUITE_P(Kinds, ChannelTest,
                         testing::Values(OpenPipe, OpenSocketPair, OpenNamedPipe));

TEST(Channel, ATerminalWithoutInputWouldBlock) {
  Ends ends;
  ASSERT_EQ(openpty(&ends.writer, &ends.reader, nullptr, nullptr, nullptr), 0);
  Channel reader = Channel::Reader(ends.reader);
  char text[16];
  EXPECT_EQ(reader.Read(text, sizeof text), Channel::kWouldBlock);
  ASSERT_EQ(write(ends.writer, "hi\n", 3), 3);
  EXPECT_EQ(reader.Read(text, sizeof text), 3);
  EXPECT_FALSE(HasNonBlockingFlag(ends.reader));
}

TEST(Channel, AFileIsReadFromWhereItStands) {
  char path[] = "/tmp/writ-channel-XXXXXX";
  Ends ends;
  ends.reader = mkstemp(path);
  ASSERT_GE(ends.reader, 0);
  unlink(path);
  ASSERT_EQ(write(ends.reader, "skipped read", 12), 12);
  lseek(ends.reader, 8, SEEK_SET);
  Channel reader = Channel::Reader(ends.reader);
  char text[16];
  EXPECT_EQ(reader.Read(text, sizeof text), 4);
  EXPECT_EQ(reader.Read(text, sizeof text), 0);
}

TEST(Channel, AClosedDescriptorIsAtItsEnd) {
  Ends ends;
  OpenPipe(&ends);
  int closed = ends.reader;
  close(ends.reader);
  ends.reader = -1;
  Channel reader = Channel::Reader(closed);
  char text[16];
  EXPECT_EQ(reader.fd(), -1);
  EXPECT_EQ(reader.Read(text, sizeof text), 0);
  EXPECT_EQ(reader.read_error(), EBADF);
  EXPECT_EQ(Channel::Writer(closed).Write("x", 1), Channel::kBroken);
}

TEST(Channel, TheWrongEndOfAPipeIsNotTurnedRound) {
  Ends ends;
  OpenPipe(&ends);
  ASSERT_EQ(write(ends.writer, "not ours", 8), 8);
  Channel reader = Channel::Reader(ends.writer);
  char text[16];
  EXPECT_EQ(reader.Read(text, sizeof text), 0);
  EXPECT_EQ(reader.read_error(), EBADF);
  EXPECT_EQ(Channel::Writer(ends.reader).Write("x", 1), Channel::kBroken);
  EXPECT_EQ(errno, EBADF);
}

TEST(Channel, AFailureToReadIsAnEndThatTellsWhy) {
  Ends ends;
  ends.reader = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_GE(ends.reader, 0);
  Channel reader = Channel::Reader(ends.reader);
  char text[16];
  EXPECT_EQ(reader.Read(text, sizeof text), 0);
  EXPECT_EQ(reader.read_error(), EISDIR);
}

TEST(Channel, ASocketWhosePeerIsGoneIsBroken) {
  Ends ends;
  OpenSocketPair(&ends);
  Channel writer = Channel::Writer(ends.writer);
  close(ends.reader);
  ends.reader = -1;
  EXPECT_EQ(writer.Write("x", 1), Channel::kBroken);  // and no SIGPIPE
}

}  // namespace
}  // namespace writ
