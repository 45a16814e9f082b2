// Signs of life: children write, this process looks.
#include "proxy/writer_lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "proxy/descriptor.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

class WriterLock : public testing::Test {
 protected:
  Descriptor Open(int flags) {
    return Descriptor(open(path_.c_str(), flags | O_CREAT | O_CLOEXEC, 0600));
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "log";
};

TEST_F(WriterLock, IsTheWritersUntilItCloses) {
  Descriptor reader = Open(O_RDONLY);
  EXPECT_EQ(WriterOf(reader.get()), Writer::kGone);
  {
    Descriptor writer = Open(O_WRONLY);
    ShowThatItIsWritten(writer.get());
    EXPECT_EQ(WriterOf(reader.get()), Writer::kAlive);
    Open(O_RDWR);  // opened and closed by the same process
    EXPECT_EQ(WriterOf(reader.get()), Writer::kAlive);
  }
  EXPECT_EQ(WriterOf(reader.get()), Writer::kGone);
}

TEST_F(WriterLock, EndsWithAProcessThatIsKilled) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const int file = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ShowThatItIsWritten(file);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  Descriptor reader = Open(O_RDONLY);
  EXPECT_EQ(WriterOf(reader.get()), Writer::kAlive);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(WriterOf(reader.get()), Writer::kGone);
  close(ready[0]);
  close(ready[1]);
}

// Whoever looks never is in the way of whoever locks.
TEST_F(WriterLock, TakesNothing) {
  Descriptor reader = Open(O_RDONLY);
  WriterOf(reader.get());
  Descriptor writer = Open(O_WRONLY);
  EXPECT_EQ(flock(writer.get(), LOCK_EX | LOCK_NB), 0);
  ShowThatItIsWritten(writer.get());
  EXPECT_EQ(WriterOf(reader.get()), Writer::kAlive);
}

TEST_F(WriterLock, IsTriedAgainWhileAnotherIsInItsWay) {
  Descriptor writer = Open(O_WRONLY);
  {
    Descriptor other = Open(O_RDONLY);
    struct flock lock = {};
    lock.l_type = F_RDLCK;
    ASSERT_EQ(fcntl(other.get(), F_OFD_SETLK, &lock), 0);
    EXPECT_FALSE(ShowThatItIsWritten(writer.get()));
  }
  EXPECT_TRUE(ShowThatItIsWritten(writer.get()));
  EXPECT_EQ(WriterOf(Open(O_RDONLY).get()), Writer::kAlive);
  EXPECT_TRUE(ShowThatItIsWritten(-1));  // where there can be none, no try helps
}

TEST_F(WriterLock, IsUnknownWhereThereCanBeNone) {
  EXPECT_EQ(WriterOf(-1), Writer::kUnknown);
}

}  // namespace
}  // namespace writ
