#include "proxy/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

namespace writ {
namespace {

class LogTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe2(ends_, O_CLOEXEC | O_NONBLOCK), 0); }
  void TearDown() override {
    close(ends_[0]);
    close(ends_[1]);
  }
  int fd() const { return ends_[1]; }
  std::string Written() {
    std::string text(200'000, '\0');
    ssize_t count = read(ends_[0], text.data(), text.size());
    text.resize(count > 0 ? static_cast<size_t>(count) : 0);
    return text;
  }
  std::string Warned(std::string_view message) {
    Log(LogLevel::kWarn, fd()).Warn(message);
    return Written();
  }

 private:
  int ends_[2] = {-1, -1};
};

TEST_F(LogTest, ALineForEachLevel) {
  Log log(LogLevel::kDebug, fd());
  log.Debug("a");
  log.Info("b");
  log.Warn("c");
  log.Error("d");
  EXPECT_EQ(Written(), "writ: debug: a\nwrit: info: b\nwrit: warn: c\nwrit: error: d\n");
}

TEST_F(LogTest, LessThanTheLeastLevelIsNotWritten) {
  Log log(LogLevel::kWarn, fd());
  EXPECT_FALSE(log.enabled(LogLevel::kInfo));
  EXPECT_TRUE(log.enabled(LogLevel::kWarn));
  log.Info("quiet");
  log.Warn("heard");
  EXPECT_EQ(Written(), "writ: warn: heard\n");
}

TEST_F(LogTest, ControlCharactersAreEscaped) {
  EXPECT_EQ(Warned("a\nwrit: error: forged\r\x1B[31m\x7F\t"),
            "writ: warn: a\\x0Awrit: error: forged\\x0D\\x1B[31m\\x7F\\x09\n");
  EXPECT_EQ(Warned(std::string_view("nul\0", 4)), "writ: warn: nul\\x00\n");
  EXPECT_EQ(Warned("\xC2\x9B"
                   "31m"),
            "writ: warn: \\xC2\\x9B31m\n");  // C1: CSI
  EXPECT_EQ(Warned("\xE2\x80\xAE"
                   "x"),
            "writ: warn: \\xE2\\x80\\xAEx\n");  // right to left
  EXPECT_EQ(Warned("\xE2\x80\xA8"
                   "x"),
            "writ: warn: \\xE2\\x80\\xA8x\n");  // line separator
  EXPECT_EQ(Warned("\xE2\x81\xA6"
                   "x"),
            "writ: warn: \\xE2\\x81\\xA6x\n");  // isolate
}

TEST_F(LogTest, WellFormedTextIsKept) {
  for (const char* text : {"plain", "\xC2\xA0", "\xC3\xA9t\xC3\xA9", "\xE2\x82\xAC", "\xED\x9F\xBF",
                           "\xEE\x80\x80", "\xF0\x9F\x99\x82", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(Warned(text), std::string("writ: warn: ") + text + "\n");
  }
}

TEST_F(LogTest, InvalidUtf8IsEscaped) {
  struct {
    const char* text;
    const char* escaped;
  } const cases[] = {
      {"\x80", "\\x80"},
      {"\xC0\xAF", "\\xC0\\xAF"},  // overlong
      {"\xC3", "\\xC3"},           // cut off
      {"\xC3(", "\\xC3("},
      {"\xE0\x80\xAF", "\\xE0\\x80\\xAF"},           // overlong
      {"\xE2\x82", "\\xE2\\x82"},                    // cut off
      {"\xED\xA0\x80", "\\xED\\xA0\\x80"},           // a surrogate
      {"\xF0\x80\x80\x80", "\\xF0\\x80\\x80\\x80"},  // overlong
      {"\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"},  // beyond U+10FFFF
      {"\xF5\x80\x80\x80", "\\xF5\\x80\\x80\\x80"},
      {"\xFF", "\\xFF"},
  };
  for (const auto& entry : cases) {
    EXPECT_EQ(Warned(entry.text), std::string("writ: warn: ") + entry.escaped + "\n");
  }
}

TEST_F(LogTest, ALongMessageIsCut) {
  std::string whole(Log::kMostBytes - std::string("writ: warn:  [cut]\n").size(), 'x');
  EXPECT_EQ(Warned(whole), "writ: warn: " + whole + "\n");
  EXPECT_EQ(Warned(whole + "y"), "writ: warn: " + whole + " [cut]\n");
  EXPECT_EQ(Warned(std::string(1 << 20, '\n')).size(), Log::kMostBytes - 1);
  // A character of several bytes is not cut in two.
  EXPECT_EQ(Warned(whole.substr(1) + "\xE2\x82\xAC"),
            "writ: warn: " + whole.substr(1) + " [cut]\n");
}

TEST_F(LogTest, LinesOfTheServerPassAsTheyAre) {
  Log(LogLevel::kError, fd()).PassOn("\x1B[1mstarting\x1B[0m \xFF");
  EXPECT_EQ(Written(), "\x1B[1mstarting\x1B[0m \xFF\n");
  std::string big(20'000, 'b');
  Log(LogLevel::kError, fd()).PassOn(big);
  EXPECT_EQ(Written(), big + "\n");
}

// So that what others write to it comes between lines, and not into them.
TEST_F(LogTest, ManyLinesAreWrittenSomeWholeOnesAtATime) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
  std::string text;
  while (text.size() < 3 * Log::kMostBytes) text += std::string(text.size() % 90, 'x') + "\n";
  Log(LogLevel::kError, ends[1]).PassOn(text);
  close(ends[1]);
  std::string whole;
  std::string piece(2 * Log::kMostBytes, ' ');
  ssize_t count = 0;
  while ((count = read(ends[0], piece.data(), piece.size())) > 0) {
    whole.append(piece, 0, static_cast<size_t>(count));
    EXPECT_EQ(whole.back(), '\n');
    EXPECT_LE(count, static_cast<ssize_t>(Log::kMostBytes));
  }
  close(ends[0]);
  EXPECT_EQ(whole, text + "\n");
}

TEST_F(LogTest, AReaderThatDoesNotReadHoldsNobodyUp) {
  std::string filling(1 << 20, 'f');
  ASSERT_GT(write(fd(), filling.data(), filling.size()), 0);
  Log log(LogLevel::kWarn, fd());
  log.Warn("lost");
  log.PassOn("lost");
  while (!Written().empty()) {
  }
  log.Warn("heard again");
  EXPECT_EQ(Written(),
            "writ: error: stderr was full, lines lost here: 2\nwrit: warn: heard again\n");
  log.Warn("and again");
  EXPECT_EQ(Written(), "writ: warn: and again\n");
}

// Waiting for each of them would take hours.
TEST_F(LogTest, AFullStderrIsWaitedForOnce) {
  std::string filling(1 << 20, 'f');
  ASSERT_GT(write(fd(), filling.data(), filling.size()), 0);
  Log log(LogLevel::kError, fd());
  for (int i = 0; i < 50'000; ++i) {
    log.Error("lost");
    log.PassOn("lost");
  }
  while (!Written().empty()) {
  }
  log.PassOn("heard again");
  EXPECT_EQ(Written(), "writ: error: stderr was full, lines lost here: 100000\nheard again\n");
}

TEST_F(LogTest, ALineTakenInPartDoesNotRunIntoTheNext) {
  Log log(LogLevel::kError, fd());
  log.PassOn(std::string(1 << 20, 'p'));
  std::string taken;
  for (std::string piece; !(piece = Written()).empty();) taken += piece;
  EXPECT_EQ(taken.find_first_not_of('p'), std::string::npos);
  log.Error("heard");
  EXPECT_EQ(Written(), "\nwrit: error: stderr was full, lines lost here: 1\nwrit: error: heard\n");
}

}  // namespace
}  // namespace writ
