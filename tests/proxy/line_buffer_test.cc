#include "proxy/line_buffer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "proxy/session.h"

namespace writ {
namespace {

using Filling = LineBuffer::Filling;
using Taken = LineBuffer::Taken;

// Reads from a real pipe; what the test writes is what one read finds.
class LineBufferTest : public testing::Test {
 protected:
  ~LineBufferTest() override {
    close(ends_[0]);
    Close();
  }
  void Close() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  void Write(std::string_view bytes) {
    ASSERT_EQ(write(ends_[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }

  // "line", or "!N" for one that was too long with N bytes known.
  std::vector<std::string> Take(LineBuffer& lines) {
    std::vector<std::string> all;
    std::string_view line;
    for (;;) {
      Taken taken = lines.Next(&line);
      if (taken == Taken::kNone) return all;
      if (taken == Taken::kTooLong) {
        all.push_back("!" + std::to_string(lines.lost_bytes()));
        continue;
      }
      EXPECT_EQ(line.data()[line.size()], '\n');
      unsigned sum = 0;  // a sanitizer tells if this may not be read
      for (size_t i = 0; i < kLinePadding; ++i) {
        sum += static_cast<unsigned char>(line.data()[line.size() + i]);
      }
      EXPECT_GE(sum, static_cast<unsigned>('\n'));
      all.emplace_back(line);
    }
  }

  std::vector<std::string> ReadAll(LineBuffer& lines) {
    std::vector<std::string> all;
    for (;;) {
      Filling filling = lines.ReadFrom(channel());
      if (filling != Filling::kSome && filling != Filling::kFull) return all;
      for (std::string& line : Take(lines)) all.push_back(std::move(line));
    }
  }

  Channel& channel() { return channel_; }

 private:
  int ends_[2] = {-1, -1};
  Channel channel_ = OpenPipe();
  Channel OpenPipe() {
    EXPECT_EQ(pipe2(ends_, O_CLOEXEC | O_NONBLOCK), 0);
    fcntl(ends_[1], F_SETPIPE_SZ, 1 << 20);
    return Channel::NonBlocking(ends_[0]);
  }
};

using Lines = std::vector<std::string>;

TEST_F(LineBufferTest, CutsAtLfAndKeepsCr) {
  LineBuffer lines(100);
  Write("one\n\ntwo\r\nthr");
  EXPECT_EQ(lines.ReadFrom(channel()), Filling::kSome);
  EXPECT_EQ(Take(lines), (Lines{"one", "", "two\r"}));
  EXPECT_EQ(lines.unfinished_bytes(), 3u);
  EXPECT_EQ(lines.ReadFrom(channel()), Filling::kNone);
  Write("ee\n");
  EXPECT_EQ(lines.ReadFrom(channel()), Filling::kSome);
  EXPECT_EQ(Take(lines), (Lines{"three"}));
  EXPECT_EQ(lines.unfinished_bytes(), 0u);
}

TEST_F(LineBufferTest, KeepsNulBytes) {
  LineBuffer lines(100);
  Write(std::string_view("a\0b\n", 4));
  EXPECT_EQ(ReadAll(lines), (Lines{std::string("a\0b", 3)}));
}

TEST_F(LineBufferTest, TellsTheEnd) {
  LineBuffer lines(100);
  Write("half");
  Close();
  EXPECT_EQ(lines.ReadFrom(channel()), Filling::kSome);
  EXPECT_EQ(Take(lines), Lines{});
  EXPECT_EQ(lines.ReadFrom(channel()), Filling::kEnd);
  EXPECT_EQ(lines.unfinished_bytes(), 4u);
}

TEST_F(LineBufferTest, TellsThatThereIsMore) {
  LineBuffer lines(1 << 20);
  Write(std::string(LineBuffer::kReadBytes, 'x'));
  EXPECT_EQ(lines.ReadFrom(channel()), Filling::kFull);
  EXPECT_EQ(lines.ReadFrom(channel()), Filling::kNone);
}

TEST_F(LineBufferTest, TheLimitItselfPasses) {
  LineBuffer lines(5);
  Write("12345\n123456\n12345\n");
  EXPECT_EQ(ReadAll(lines), (Lines{"12345", "!6", "12345"}));
}

TEST_F(LineBufferTest, ALineThatIsTooLongIsToldOnceAsSoonAsItIsKnown) {
  LineBuffer lines(5);
  Write("ok\n1234567");
  EXPECT_EQ(ReadAll(lines), (Lines{"ok", "!7"}));
  EXPECT_EQ(lines.unfinished_bytes(), 0u);
  Write(std::string(1000, 'x'));
  EXPECT_EQ(ReadAll(lines), Lines{});
  Write("y\nnext\n");
  EXPECT_EQ(ReadAll(lines), (Lines{"next"}));
  EXPECT_EQ(lines.unfinished_bytes(), 0u);
}

TEST_F(LineBufferTest, TwoLinesThatAreTooLongInARow) {
  LineBuffer lines(5);
  Write("1234567\n12345678\n123456789");
  EXPECT_EQ(ReadAll(lines), (Lines{"!7", "!8", "!9"}));
  Write("\nfine\n");
  EXPECT_EQ(ReadAll(lines), (Lines{"fine"}));
}

// Every length around the sizes of reads and buffers, with small lines around it.
TEST_F(LineBufferTest, LinesOfEveryAwkwardLength) {
  LineBuffer lines(16u << 20);
  for (size_t base : {size_t{64} << 10, size_t{128} << 10, size_t{256} << 10}) {
    for (size_t length = base - 70; length < base + 70; ++length) {
      std::string big(length, 'b');
      Write("before\n");
      Write(big + "\nafter\n");
      ASSERT_TRUE(ReadAll(lines) == (Lines{"before", big, "after"})) << length;
    }
  }
}

TEST_F(LineBufferTest, ALongLineInManyReadsThenSmallOnes) {
  LineBuffer lines(16u << 20);
  std::string piece(500'000, 'p');
  std::string whole;
  for (int i = 0; i < 20; ++i) {
    Write(piece);
    whole += piece;
    EXPECT_EQ(ReadAll(lines), Lines{});
  }
  EXPECT_EQ(lines.unfinished_bytes(), whole.size());
  Write("\nsmall\nhalf");
  EXPECT_TRUE(ReadAll(lines) == (Lines{whole, "small"}));
  Write(" and half\n");
  EXPECT_EQ(ReadAll(lines), (Lines{"half and half"}));
}

}  // namespace
}  // namespace writ
