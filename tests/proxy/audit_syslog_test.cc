// Records to a log daemon: what it hears, and what happens when there is none.
#include "proxy/audit_syslog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "proxy/audit_verify.h"
#include "proxy/audit_world.h"
#include "proxy/descriptor.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;

class Daemon {
 public:
  explicit Daemon(const std::string& path)
      : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    unlink(path.c_str());
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ADD_FAILURE() << std::strerror(errno);
    }
  }
  std::vector<std::string> Heard() {
    std::vector<std::string> heard;
    std::array<char, 65536> text;
    for (;;) {
      const ssize_t size = recv(socket_.get(), text.data(), text.size(), 0);
      if (size < 0) return heard;
      heard.emplace_back(text.data(), static_cast<size_t>(size));
    }
  }

 private:
  Descriptor socket_;
};

TEST(AuditSyslog, ADatagramForEachRecord) {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  Daemon daemon(path);
  auto sink = AuditSyslog::Open(path);
  ASSERT_TRUE(sink.has_value()) << sink.error();
  AuditedSession session(**sink);
  ASSERT_EQ(session.Begin(), "");
  session.Decide();
  session.Refuse("a batch");
  session->End(0);
  const auto heard = daemon.Heard();
  ASSERT_THAT(heard, SizeIs(4));
  EXPECT_THAT(heard[0], MatchesRegex("<86>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ "
                                     "writ\\[[0-9]+\\]: \\{\"time\":.*\"mac\":\"[0-9a-f]+\"\\}"));
  EXPECT_THAT(heard[1], HasSubstr("<86>"));
  EXPECT_THAT(heard[2], HasSubstr("<84>"));

  // What the daemon keeps can be verified.
  std::string kept;
  for (const std::string& line : heard) kept += line.substr(line.find('{')) + '\n';
  Write(folder / "kept", kept);
  const auto report = VerifyAudit({folder / "kept"}, AuditedSession::key());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->is_clean());
  EXPECT_EQ(report->records, 4u);
}

TEST(AuditSyslog, NobodyListens) {
  const TemporaryFolder folder;
  const auto sink = AuditSyslog::Open(folder / "log");
  ASSERT_FALSE(sink.has_value());
  EXPECT_THAT(sink.error(), HasSubstr("is not reached"));
}

TEST(AuditSyslog, ADaemonThatGoesAndComesBack) {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  auto daemon = std::make_unique<Daemon>(path);
  auto sink = AuditSyslog::Open(path);
  ASSERT_TRUE(sink.has_value()) << sink.error();
  AuditedSession session(**sink);
  ASSERT_EQ(session.Begin(), "");
  daemon.reset();
  session.Decide();
  session->OnIdle();
  EXPECT_THAT(std::string(session->Fault()), HasSubstr("is not reached"));
  Daemon again(path);
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  EXPECT_THAT(again.Heard(), SizeIs(2));  // the decision, and that records were lost
}

// Its socket holds a few records only: the rest comes when it has read them.
TEST(AuditSyslog, ADaemonThatIsSlow) {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  Daemon daemon(path);
  auto sink = AuditSyslog::Open(path);
  ASSERT_TRUE(sink.has_value()) << sink.error();
  AuditedSession session(**sink);
  ASSERT_EQ(session.Begin(), "");
  std::string kept;
  size_t heard = 0;
  const auto listen = [&] {
    for (const std::string& record : daemon.Heard()) {
      kept += record.substr(record.find('{')) + '\n';
      ++heard;
    }
  };
  for (int i = 0; i < 1000; ++i) {
    session.Decide();
    session->BeforeWait(true);
    EXPECT_EQ(session->Fault(), "");
  }
  while (session->HasIdleWork()) {
    listen();
    session->OnIdle();
  }
  EXPECT_EQ(session->Fault(), "");
  listen();
  session->End(0);
  listen();
  EXPECT_EQ(heard, 1002u);
  Write(folder / "kept", kept);
  const auto report = VerifyAudit({folder / "kept"}, AuditedSession::key());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->is_clean());
}

TEST(AuditSyslog, ADaemonThatDoesNotRead) {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  Daemon daemon(path);
  auto sink = AuditSyslog::Open(path);
  ASSERT_TRUE(sink.has_value()) << sink.error();
  AuditedSession session(**sink);
  ASSERT_EQ(session.Begin(), "");
  for (int i = 0; i < 30'000 && session->Fault().empty(); ++i) {
    session.Decide();
    session->BeforeWait(true);
  }
  EXPECT_THAT(std::string(session->Fault()), HasSubstr("does not take a record"));
  size_t heard = daemon.Heard().size();
  while (!session->Fault().empty()) {
    session->OnIdle();
    heard += daemon.Heard().size();
  }
  session->End(0);
  EXPECT_GT(heard, 1u);
}

}  // namespace
}  // namespace writ
