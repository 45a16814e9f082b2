#include "proxy/pump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "proxy/pump_client.h"

namespace writ {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Command = std::vector<std::string>;

Command Shell(const std::string& script) {
  return {"sh", "-c", script};
}
const Command kCat = {"cat"};

PumpOptions WithMaxLine(size_t bytes) {
  PumpOptions options;
  options.max_line_bytes = bytes;
  return options;
}

PumpOptions WithGrace(double seconds) {
  PumpOptions options;
  options.grace_seconds = seconds;
  return options;
}

// Numbered lines of `length` bytes each, LF included.
std::string NumberedLines(size_t count, size_t length) {
  std::string all;
  all.reserve(count * length);
  for (size_t i = 0; i < count; ++i) {
    std::string line = std::to_string(i) + " ";
    line.resize(length - 1, 'n');
    all += line + "\n";
  }
  return all;
}

// --- lines, over both transports ---

class PumpLines : public testing::TestWithParam<Transport> {};

TEST_P(PumpLines, AreForwardedByteForByte) {
  PumpClient client(kCat, {}, GetParam());
  for (const char* line : {"one", "with a CR\r", "", "\xFF\x01 \\u0000", "  spaces  "}) {
    EXPECT_TRUE(client.Say(line));
    EXPECT_EQ(client.Hear(), line);
  }
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_EQ(client.Status(), 0);
  EXPECT_EQ(client.Errors(), "");
}

TEST_P(PumpLines, InPiecesAndManyAtOnce) {
  PumpClient client(kCat, {}, GetParam());
  client.Write("ha");
  client.Write("lf and ");
  client.Write("half\nsecond\nthi");
  EXPECT_EQ(client.Hear(), "half and half");
  EXPECT_EQ(client.Hear(), "second");
  client.Write("rd\n");
  EXPECT_EQ(client.Hear(), "third");
}

TEST_P(PumpLines, AnswersAndDropsDoNotReachTheServer) {
  PumpClient client(kCat, {}, GetParam());
  client.Write("a\nanswer of ours\nb\ndrop this\nc\nd\nanswer another\n");
  std::vector<std::string> heard;
  for (int i = 0; i < 6; ++i) heard.push_back(client.Hear());
  EXPECT_THAT(heard, testing::UnorderedElementsAre("a", "b", "c", "d", "of ours", "another"));
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "");
}

TEST_P(PumpLines, OfTheServerAreReplacedDroppedAndPassedToStderr) {
  PumpClient client(Shell("printf 'a\\nreplace R\\nstderr oops\\nb\\ndrop x\\nc\\nd\\n'; cat"), {},
                    GetParam());
  for (const char* line : {"a", "R", "b", "c", "d"}) EXPECT_EQ(client.Hear(), line);
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_THAT(client.Errors(), HasSubstr("stderr oops\n"));
}

TEST_P(PumpLines, OfTenMegabytesPassBothWays) {
  PumpClient client(kCat, {}, GetParam());
  std::string big(10u << 20, 'b');
  bool written = false;
  std::thread writer([&] { written = client.Say(big); });
  std::string heard = client.Hear();
  writer.join();
  EXPECT_TRUE(written);
  EXPECT_TRUE(heard == big);
  EXPECT_TRUE(client.Say("small"));
  EXPECT_EQ(client.Hear(), "small");
}

TEST_P(PumpLines, ALineBeyondTheLimitIsLostAndTheSessionGoesOn) {
  PumpClient client(kCat, WithMaxLine(1000), GetParam());
  std::string fits(1000, 'f');
  client.Write(std::string(3'000'000, 'x') + "\n" + fits + "\n" + std::string(1001, 'y') + "\n");
  client.Say("next");
  EXPECT_EQ(client.Hear(), fits);
  EXPECT_EQ(client.Hear(), "next");
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_THAT(client.Errors(),
              testing::MatchesRegex("lost client [0-9]+ it is longer than 1000 bytes\n"
                                    "lost client 1001 it is longer than 1000 bytes\n"));
}

TEST_P(PumpLines, ALineOfTheServerBeyondTheLimitIsLost) {
  PumpClient client(Shell("head -c 200000 /dev/zero; echo; echo next; cat"), WithMaxLine(1000),
                    GetParam());
  EXPECT_EQ(client.Hear(), "next");
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_THAT(client.Errors(),
              testing::MatchesRegex("lost server [0-9]+ it is longer than 1000 bytes\n"));
}

TEST_P(PumpLines, EverythingArrivesInOrderAtASlowReader) {
  PumpClient client(kCat, {}, GetParam());
  std::string sent = NumberedLines(60'000, 100);
  std::thread writer([&] { EXPECT_TRUE(client.Write(sent)); });
  std::string received;
  while (received.size() < sent.size()) {
    std::string line = client.Hear();
    if (line == "(end)" || line == "(silence)") break;
    received += line + "\n";
    if (received.size() % 100'000 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  writer.join();
  EXPECT_TRUE(received == sent);
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_EQ(client.Status(), 0);
}

INSTANTIATE_TEST_SUITE_P(Transports, PumpLines,
                         testing::Values(Transport::kPipes, Transport::kSocketPairs),
                         [](const auto& transport) {
                           return transport.param == Transport::kPipes ? "Pipes" : "SocketPairs";
                         });

// --- backpressure ---

// The server never reads: the client is stopped after what pipes and queue hold.
// Enough silence for all of it, with time to spare; what is left at the end is not done.
TEST(PumpIdle, WorkIsDoneWhenNobodySpeaks) {
  PumpClient client(kCat);
  for (const char* line : {"later one", "later two"}) {
    EXPECT_TRUE(client.Say(line));
    EXPECT_EQ(client.Hear(), line);
  }
  std::this_thread::sleep_for(std::chrono::seconds(3));
  EXPECT_TRUE(client.Say("later three"));
  EXPECT_EQ(client.Hear(), "later three");
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_EQ(client.Status(), 0);
  EXPECT_EQ(client.Errors(), "idle one\nidle two\n");
}

TEST(PumpBackpressure, AClientThatFloodsIsNotReadForEver) {
  PumpClient client(Shell("exec sleep 1000"), WithGrace(0.2));
  fcntl(client.to(), F_SETFL, O_NONBLOCK);
  std::string piece(1000, 'x');
  piece.back() = '\n';
  size_t taken = 0;
  for (int refused = 0; refused < 50;) {
    ssize_t count = write(client.to(), piece.data(), piece.size());
    if (count > 0) {
      taken += static_cast<size_t>(count);
      refused = 0;
    } else {
      ++refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_LT(taken, 4u << 20);
  }
  EXPECT_GT(taken, size_t{256} << 10);
  client.CloseInput();
  EXPECT_EQ(client.Status(), 0);
}

// Answers of our own are bounded too, without a server that produces anything.
TEST(PumpBackpressure, AClientThatDoesNotReadItsAnswersIsNotReadForEver) {
  PumpClient client(kCat);
  fcntl(client.to(), F_SETFL, O_NONBLOCK);
  std::string piece = "answer " + std::string(992, 'a') + "\n";
  size_t taken = 0;
  for (int refused = 0; refused < 50;) {
    ssize_t count = write(client.to(), piece.data(), piece.size());
    if (count > 0) {
      taken += static_cast<size_t>(count);
      refused = 0;
    } else {
      ++refused;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_LT(taken, 4u << 20);
  }
  EXPECT_EQ(client.Hear(), std::string(992, 'a'));
  client.CloseInput();
  client.HearOut();
  EXPECT_EQ(client.Status(), 0);
}

// The server says a lot before it reads, the client writes a lot before it reads, and the server
// reads while it cannot write: no hop may make that wait for ever.
TEST(PumpBackpressure, ALineOfAClientThatDoesNotReadGetsThrough) {
  PumpClient client(Shell("yes flood | head -c 3000000 & wc -l; wait"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // both ways out are full by now
  EXPECT_TRUE(client.Write(NumberedLines(20'000, 100)));
  client.CloseInput();
  std::string heard = client.HearOut();
  EXPECT_THAT(heard, HasSubstr("20000\n"));
  EXPECT_GE(heard.size(), 3'000'000u);
  EXPECT_EQ(client.Status(), 0);
}

// --- the ends ---

TEST(PumpEnd, TheServerExitsWithCallsInFlight) {
  PumpClient client(Shell("read a; read b; echo done 1; echo bye; exit 3"));
  client.Write("call 1\ncall 2\ncall 3\n");
  EXPECT_EQ(client.HearOut(),
            "done 1\nbye\nfailed 2 exited with status 3\nfailed 3 exited with status 3\n");
  EXPECT_EQ(client.Status(), 3);
  EXPECT_THAT(client.Errors(), HasSubstr("writ: warn: the server exited with status 3\n"));
}

TEST(PumpEnd, TheServerIsKilled) {
  PumpClient client(Shell("read a; kill -KILL $$"));
  client.Say("call 1");
  EXPECT_EQ(client.HearOut(), "failed 1 was ended by signal 9 (Killed)\n");
  EXPECT_EQ(client.Status(), 128 + SIGKILL);
}

TEST(PumpEnd, AllThatTheServerWroteIsDeliveredToASlowClient) {
  PumpClient client(Shell("head -c 3000000 /dev/zero | tr '\\0' '\\n'; exit 4"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(client.HearOut().size(), 3'000'000u);
  EXPECT_EQ(client.Status(), 4);
}

TEST(PumpEnd, TheServerExitsWhileTheClientGoesOnWriting) {
  PumpClient client(Shell("read a; exit 5"));
  std::thread writer([&] { client.Write("call 1\n" + NumberedLines(50'000, 100)); });
  std::string heard = client.HearOut();
  EXPECT_EQ(client.Status(), 5);
  writer.join();
  EXPECT_EQ(heard, "failed 1 exited with status 5\n");
}

TEST(PumpEnd, TheServerClosesItsOutputAndStays) {
  PumpClient client(Shell("read a; exec >&-; exec sleep 1000"), WithGrace(1));
  client.Say("call 1");
  EXPECT_EQ(client.HearOut(), "failed 1 closed its output\n");
  EXPECT_EQ(client.Status(), 128 + SIGTERM);
}

TEST(PumpEnd, TheServerClosesItsInputAndAnswersOn) {
  PumpClient client(Shell("read a; exec <&-; echo closed; sleep 0.3; echo done 1; exit 6"));
  client.Say("call 1");
  EXPECT_EQ(client.Hear(), "closed");
  client.Say("call 2");
  client.Say("call 3");
  EXPECT_EQ(client.HearOut(),
            "done 1\nfailed 2 exited with status 6\nfailed 3 exited with status 6\n");
  EXPECT_EQ(client.Status(), 6);
}

TEST(PumpEnd, TheClientClosesAndTheServerFinishesItsAnswers) {
  PumpClient client(Shell("cat; sleep 0.2; echo last words"), {}, Transport::kSocketPairs);
  client.Say("first");
  client.HalfClose();
  EXPECT_EQ(client.HearOut(), "first\nlast words\n");
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, WhatAServerThatLeavesInOrderDidNotAnswerIsLeftUnanswered) {
  PumpClient client(Shell("cat >/dev/null; exit 0"));
  client.Say("call 1");
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, WhatAServerThatFailsDidNotAnswerIsAnsweredAlsoIfTheClientClosedFirst) {
  PumpClient client(Shell("cat >/dev/null; exit 9"));
  client.Say("call 1");
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "failed 1 exited with status 9\n");
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, TheSessionKnowsThatTheClientIsGoneBeforeTheServerDoes) {
  PumpClient client(Shell("cat >/dev/null; echo stderr finishing"));
  client.Say("farewell to all");
  client.CloseInput();
  EXPECT_EQ(client.Errors(), "client gone\nstderr finishing\n");
}

TEST(PumpEnd, TheStatusIsZeroIfTheClientClosedFirst) {
  PumpClient client(Shell("cat >/dev/null; exit 9"));
  client.CloseInput();
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, HalfALineOfTheClientIsLost) {
  PumpClient client(kCat);
  client.Write("whole\nhalf");
  client.CloseInput();
  EXPECT_EQ(client.HearOut(), "whole\n");
  EXPECT_EQ(client.Errors(), "lost client 4 it was cut off by the end of input\n");
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, HalfALineOfTheServerIsLost) {
  PumpClient client(Shell("printf 'whole\\nhalf'"));
  EXPECT_EQ(client.HearOut(), "whole\n");
  EXPECT_THAT(client.Errors(), StartsWith("lost server 4 it was cut off by the end of input\n"));
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, TheClientStopsReading) {
  PumpClient client(Shell("while echo x; do :; done; exit 9"), WithGrace(0.2));
  EXPECT_EQ(client.Hear(), "x");
  client.CloseOutput();
  EXPECT_EQ(client.Status(), 0);
  EXPECT_THAT(client.Errors(), Not(HasSubstr("left something behind")));
}

TEST(PumpEnd, TheClientVanishesWhileTheServerReadsNothing) {
  PumpClient client(Shell("exec sleep 1000"), WithGrace(0.2));
  fcntl(client.to(), F_SETFL, O_NONBLOCK);
  std::string piece(100'000, '\n');
  for (int i = 0; i < 50; ++i) {
    if (write(client.to(), piece.data(), piece.size()) < 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  client.CloseInput();
  client.CloseOutput();
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, AServerDeafToEverythingIsKilled) {
  PumpClient client(Shell("trap '' TERM HUP INT; echo ready; while :; do sleep 0.1; done"),
                    WithGrace(0.2));
  EXPECT_EQ(client.Hear(), "ready");
  client.CloseInput();
  EXPECT_EQ(client.Status(), 0);
  EXPECT_THAT(client.Errors(), HasSubstr("killing it"));
  EXPECT_THAT(client.Errors(), Not(HasSubstr("left something behind")));
}

TEST(PumpEnd, LaunchersLeaveNothingBehind) {
  PumpClient client(
      Shell("sh -c 'trap \"\" TERM; sleep 1000' & setsid sleep 1000 & echo ready; cat"),
      WithGrace(0.2));
  EXPECT_EQ(client.Hear(), "ready");
  client.CloseInput();
  EXPECT_EQ(client.Status(), 0);
  EXPECT_THAT(client.Errors(), Not(HasSubstr("left something behind")));
}

TEST(PumpEnd, OrphansThatHoldTheOutputDoNotHoldTheSession) {
  PumpClient client(Shell("setsid sleep 1000 & echo ready; exit 7"));
  EXPECT_EQ(client.HearOut(), "ready\n");
  EXPECT_EQ(client.Status(), 7);
}

TEST(PumpEnd, OrphansAreWaitedForWhileTheSessionLasts) {
  PumpClient client(Shell("for i in 1 2 3; do (setsid sh -c 'exit 0' & ); done; echo ready; cat"));
  EXPECT_EQ(client.Hear(), "ready");
  std::string children;
  for (int i = 0; i < 1000; ++i) {  // only the shell stays
    children.clear();
    FILE* file = fopen(fmt::format("/proc/{0}/task/{0}/children", client.pid()).c_str(), "r");
    if (file == nullptr) {
      const char* ci = std::getenv("CI");
      if (ci != nullptr && ci == std::string_view("true")) FAIL() << "nothing lists children here";
      GTEST_SKIP() << "this kernel does not list children";
    }
    for (int c; (c = fgetc(file)) != EOF;) children.push_back(static_cast<char>(c));
    fclose(file);
    if (std::count(children.begin(), children.end(), ' ') == 1) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(std::count(children.begin(), children.end(), ' '), 1) << children;
}

TEST(PumpEnd, StandardInputThatIsClosedIsAnEnd) {
  PumpClient client(kCat, {}, Transport::kPipes, [] { close(0); });
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, EveryStandardStreamMayBeClosed) {
  PumpClient client(Shell("echo nobody hears this; cat"), {}, Transport::kPipes, [] {
    for (int fd : {0, 1, 2}) close(fd);
  });
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_EQ(client.Status(), 0);
}

TEST(PumpEnd, StandardInputFromDevNull) {
  PumpClient client(Shell("cat; echo bye"), {}, Transport::kPipes, [] {
    close(0);
    open("/dev/null", O_RDONLY);
  });
  EXPECT_EQ(client.HearOut(), "bye\n");
  EXPECT_EQ(client.Status(), 0);
}

// Standard stream `number` of the pump becomes `path`.
std::function<void()> Redirect(int number, const char* path, int flags) {
  return [=] {
    close(number);
    open(path, flags);
  };
}

TEST(PumpEnd, AnswersThatCannotBeWrittenAreAFailure) {
  PumpClient client(kCat, {}, Transport::kPipes, Redirect(1, "/dev/full", O_WRONLY));
  client.Say("first");
  EXPECT_EQ(client.Status(), 1);
  EXPECT_EQ(client.Errors(), "writ: error: cannot write to the client: No space left on device\n");
}

TEST(PumpEnd, AnswersThatCannotBeWrittenAreAFailureAlsoIfTheClientClosedFirst) {
  PumpClient client(Shell("cat >/dev/null; echo first; echo second"), {}, Transport::kPipes,
                    Redirect(1, "/dev/full", O_WRONLY));
  client.CloseInput();
  EXPECT_EQ(client.Status(), 1);
  EXPECT_EQ(client.Errors(), "writ: error: cannot write to the client: No space left on device\n");
}

TEST(PumpEnd, SoAreTheErrorsForCallsInFlight) {
  PumpClient client(Shell("cat >/dev/null; exit 9"), {}, Transport::kPipes,
                    Redirect(1, "/dev/full", O_WRONLY));
  client.Say("call 1");
  client.CloseInput();
  EXPECT_EQ(client.Status(), 1);
  EXPECT_EQ(client.Errors(), "writ: error: cannot write to the client: No space left on device\n");
}

TEST(PumpEnd, StandardInputThatIsAFolderIsAnEndThatIsLogged) {
  PumpClient client(Shell("cat; echo bye"), {}, Transport::kPipes, Redirect(0, "/", O_RDONLY));
  EXPECT_EQ(client.HearOut(), "bye\n");
  EXPECT_EQ(client.Status(), 0);
  EXPECT_EQ(client.Errors(), "writ: error: cannot read from the client: Is a directory\n");
}

TEST(PumpEnd, StandardInputThatCannotBeReadIsAnEndThatIsLogged) {
  PumpClient client(Shell("cat; echo bye"), {}, Transport::kPipes,
                    Redirect(0, "/dev/null", O_WRONLY));
  EXPECT_EQ(client.HearOut(), "bye\n");
  EXPECT_EQ(client.Status(), 0);
  EXPECT_EQ(client.Errors(), "writ: error: cannot read from the client: Bad file descriptor\n");
}

// --- signals ---

class PumpSignals : public testing::TestWithParam<int> {};

TEST_P(PumpSignals, EndTheServerAndSetTheStatus) {
  PumpClient client(
      Shell("trap 'echo told; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
  EXPECT_EQ(client.Hear(), "ready");
  kill(client.pid(), GetParam());
  EXPECT_EQ(client.HearOut(), "told\n");
  EXPECT_EQ(client.Status(), 128 + GetParam());
}

TEST_P(PumpSignals, AreToldToTheSessionBeforeTheServer) {
  PumpClient client(
      Shell("trap 'echo stderr finishing; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
  EXPECT_EQ(client.Hear(), "ready");
  client.Write("farewell to all\nanswer heard\n");
  EXPECT_EQ(client.Hear(), "heard");
  kill(client.pid(), GetParam());
  EXPECT_THAT(client.Errors(), StartsWith("client gone\n"));
  EXPECT_THAT(client.Errors(), HasSubstr("stderr finishing\n"));
}

INSTANTIATE_TEST_SUITE_P(Each, PumpSignals, testing::Values(SIGTERM, SIGINT, SIGHUP));

TEST(PumpSignal, CallsInFlightAreAnswered) {
  PumpClient client(Shell("echo ready; exec sleep 1000"));
  EXPECT_EQ(client.Hear(), "ready");
  client.Say("call 1");
  client.Say("answer heard");
  EXPECT_EQ(client.Hear(), "heard");
  kill(client.pid(), SIGTERM);
  EXPECT_EQ(client.HearOut(), "failed 1 was ended by signal 15 (Terminated)\n");
  EXPECT_EQ(client.Status(), 128 + SIGTERM);
}

TEST(PumpSignal, ASecondOneKillsAtOnce) {
  PumpClient client(Shell("trap 'echo told' TERM; echo ready; while :; do sleep 0.05; done"),
                    WithGrace(1000));
  EXPECT_EQ(client.Hear(), "ready");
  kill(client.pid(), SIGTERM);
  EXPECT_EQ(client.Hear(), "told");
  kill(client.pid(), SIGINT);
  EXPECT_EQ(client.HearOut(), "");
  EXPECT_EQ(client.Status(), 128 + SIGTERM);
}

TEST(PumpSignal, OneThatIsIgnoredStaysSo) {
  PumpClient client(kCat, {}, Transport::kPipes, [] { signal(SIGHUP, SIG_IGN); });
  client.Say("a");
  EXPECT_EQ(client.Hear(), "a");
  kill(client.pid(), SIGHUP);
  client.Say("b");
  EXPECT_EQ(client.Hear(), "b");
  client.CloseInput();
  EXPECT_EQ(client.Status(), 0);
}

}  // namespace
}  // namespace writ
