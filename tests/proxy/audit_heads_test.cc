// Which records a session names that begins: where others stand, and nobody has followed yet.
#include "proxy/audit_heads.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proxy/audit_file.h"
#include "proxy/audit_name.h"
#include "proxy/audit_verify.h"
#include "proxy/audit_world.h"
#include "proxy/descriptor.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

// A session that writes to a folder until it ends.
class Running {
 public:
  Running(const std::string& folder, char name, uint64_t max_bytes = 64u << 20) : name_(16, name) {
    AuditFileOptions options;
    options.path = folder;
    options.session = name_;
    options.key = AuditedSession::key();
    options.max_bytes = max_bytes;
    options.clock = [] { return test_time; };
    auto opened = AuditFile::Open(std::move(options));
    if (!opened.has_value()) {
      ADD_FAILURE() << opened.error().message;
      return;
    }
    file_ = std::move(*opened);
    path_ = file_->path();
    AuditLogOptions log;
    log.session = name_;
    session_ = std::make_unique<AuditedSession>(*file_, log);
    EXPECT_EQ(session_->Begin(), "");
  }
  void Decide() {
    test_time = Time(test_time.seconds + 1);
    session_->Decide();
    (*session_)->BeforeWait(true);
  }
  void End() { (*session_)->End(0); }
  const std::string& path() const { return path_; }  // of its first file

 private:
  std::string name_;
  std::string path_;
  std::unique_ptr<AuditFile> file_;
  std::unique_ptr<AuditedSession> session_;
};

class AuditHeads : public testing::Test {
 protected:
  void SetUp() override { test_time = Time(600); }
  std::vector<std::string> Heads(const std::string& prefix = "") const {
    std::vector<std::string> heads;
    for (const auto& head : AuditHeadsIn(folder_.path(), prefix, AuditedSession::key())) {
      heads.push_back(head.session.substr(0, 1) + std::to_string(head.seq));
    }
    return heads;
  }
  std::string Verified() const {
    const auto report = VerifyAudit({folder_.path()}, AuditedSession::key());
    if (!report.has_value()) return report.error();
    std::string text = report->is_clean() ? "clean" : "not clean";
    for (const AuditFinding& finding : report->findings) text += "; " + finding.what;
    return text;
  }
  void Cut(const std::string& path, size_t lines) const {
    const auto all = LinesOf(Contents(path));
    ASSERT_LT(lines, all.size());
    std::string text;
    for (size_t i = 0; i < lines; ++i) text += all[i] + '\n';
    Write(path, text);
  }
  TemporaryFolder folder_;
};

TEST_F(AuditHeads, AreWhatNobodyFollows) {
  EXPECT_THAT(Heads(), IsEmpty());
  Running a(folder_.path(), 'a');
  EXPECT_THAT(Heads(), ElementsAre("a0"));
  Running b(folder_.path(), 'b');
  EXPECT_THAT(Heads(), ElementsAre("b0"));
  a.Decide();
  EXPECT_THAT(Heads(), ElementsAre("a1", "b0"));
  b.Decide();
  EXPECT_THAT(Heads(), ElementsAre("b1", "a1"));
  b.End();
  EXPECT_THAT(Heads(), ElementsAre("b2", "a1"));
  Running c(folder_.path(), 'c');
  EXPECT_THAT(Heads(), ElementsAre("c0"));
}

TEST_F(AuditHeads, AreOfFilesThatWritNamed) {
  Running a(folder_.path(), 'a');
  a.End();
  std::filesystem::copy(a.path(), folder_ / "zz-backup.jsonl");
  const std::string name = std::filesystem::path(a.path()).filename();
  std::filesystem::copy(a.path(), folder_ / ("log." + name));
  EXPECT_THAT(Heads(), ElementsAre("a1"));
  EXPECT_THAT(Heads("log."), ElementsAre("a1"));
  EXPECT_THAT(Heads("other."), IsEmpty());
  std::filesystem::remove(a.path());
  std::filesystem::create_symlink(folder_ / "zz-backup.jsonl", a.path());
  EXPECT_THAT(Heads(), IsEmpty());
}

// The name of a file says when its writer thought that it was.
TEST_F(AuditHeads, AreOrderedByTheirTime) {
  test_time = Time(5000);
  Running early(folder_.path(), 'e');
  test_time = Time(700);
  Running late(folder_.path(), 'd');
  test_time = Time(6000);
  late.Decide();
  early.Decide();
  late.Decide();
  EXPECT_THAT(Heads(), ElementsAre("d2", "e1"));
}

TEST_F(AuditHeads, StandBeforeWhatIsNone) {
  Running a(folder_.path(), 'a');
  a.Decide();
  Write(a.path(), Contents(a.path()) + "nonsense\n{\"time\":\"half");
  EXPECT_THAT(Heads(), ElementsAre("a1"));
  const Descriptor file(open(a.path().c_str(), O_RDONLY | O_CLOEXEC));
  const auto last = LastAuditRecordOf(file.get(), "a");
  ASSERT_TRUE(last.has_value());
  EXPECT_FALSE(last->is_at_end);
}

TEST_F(AuditHeads, AreNotHiddenByForgedStarts) {
  Running a(folder_.path(), 'a');
  a.End();
  Running b(folder_.path(), 'b');
  std::string forged = Contents(b.path());
  std::filesystem::remove(b.path());
  EXPECT_THAT(Heads(), ElementsAre("a1"));
  forged.replace(forged.find("\"pid\":0"), 7, "\"pid\":1");
  Write(b.path(), forged);
  EXPECT_THAT(Heads(), UnorderedElementsAre("a1", "b0"));
}

TEST_F(AuditHeads, AreBoundedInNumber) {
  std::vector<std::unique_ptr<Running>> sessions;
  for (char c = '0'; c <= '9'; ++c)
    sessions.push_back(std::make_unique<Running>(folder_.path(), c));
  std::string line = LinesOf(Contents(sessions.back()->path())).front();
  for (unsigned i = 10; i < 200; ++i) {
    Write(folder_ / AuditFileName(Time(600), "0123456789abcdef", i), line + "\n");
  }
  EXPECT_THAT(AuditHeadsIn(folder_.path(), "", std::nullopt), SizeIs(testing::Le(kMaxAuditHeads)));
}

// Several sessions at a time: whichever file is taken away is missed, once another has begun.
TEST_F(AuditHeads, OfSeveralAtATimeNoneIsLost) {
  Running a(folder_.path(), 'a');
  a.Decide();
  std::vector<std::unique_ptr<Running>> siblings;
  for (const char name : {'b', 'c', 'd', 'e'}) {
    siblings.push_back(std::make_unique<Running>(folder_.path(), name));
  }
  for (const auto& sibling : siblings) sibling->Decide();
  for (const auto& sibling : siblings) sibling->End();
  a.Decide();
  a.End();
  Running after(folder_.path(), 'f');
  after.End();
  EXPECT_EQ(Verified(), "clean");
  std::vector<std::string> paths = {a.path()};
  for (const auto& sibling : siblings) paths.push_back(sibling->path());
  for (const std::string& path : paths) {
    const std::string text = Contents(path);
    Cut(path, 2);
    EXPECT_THAT(Verified(), StartsWith("not clean")) << path;
    Write(path, text);
    // The one that ended first might have been removed for its age.
    if (path == siblings.front()->path()) continue;
    std::filesystem::rename(path, folder_ / "away");
    EXPECT_THAT(Verified(), StartsWith("not clean")) << path;
    std::filesystem::rename(folder_ / "away", path);
  }
}

TEST_F(AuditHeads, AreNamedByTheNextFileOfASessionToo) {
  Running a(folder_.path(), 'a', 1200);
  Running b(folder_.path(), 'b');
  b.Decide();
  b.Decide();
  b.End();
  for (int i = 0; i < 5; ++i) a.Decide();
  a.End();
  EXPECT_EQ(Verified(), "clean");
  Cut(b.path(), 2);
  EXPECT_THAT(Verified(), HasSubstr("follows record 3 of session bbbbbbbbbbbbbbbb"));
}

TEST_F(AuditHeads, OldOnesMayBeRemoved) {
  std::vector<std::string> paths;
  for (const char name : {'a', 'b', 'c', 'd'}) {
    Running session(folder_.path(), name);
    session.Decide();
    session.End();
    paths.push_back(session.path());
  }
  std::filesystem::remove(paths[0]);
  EXPECT_THAT(Verified(), StartsWith("clean; this follows record 2 of session aaaa"));
  std::filesystem::remove(paths[2]);
  EXPECT_THAT(Verified(), StartsWith("not clean"));
}

// A named file that is gone is missed by who begins it anew.
TEST_F(AuditHeads, OfANamedFileAreThoseItWasRenamedTo) {
  Running a(folder_ / "log", 'a', 1000);
  for (int i = 0; i < 5; ++i) a.Decide();
  a.End();
  std::filesystem::remove(folder_ / "log");
  Running b(folder_ / "log", 'b');
  b.End();
  EXPECT_THAT(Contents(folder_ / "log"), Not(HasSubstr("\"previous\":null")));
}

}  // namespace
}  // namespace writ
