// Whatever is done to records is found, and what was done to nothing is not.
#include "proxy/audit_verify.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "proxy/audit_file.h"
#include "proxy/audit_world.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::HasSubstr;

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

class AuditVerify : public testing::Test {
 protected:
  void SetUp() override {
    MemorySink sink;
    AuditedSession session(sink);
    ASSERT_EQ(session.Begin(), "");
    for (const char* tool : {"a", "b", "c"}) session.Decide(tool);
    session.Refuse("a batch");
    session->End(0);
    lines_ = sink.lines();
    ASSERT_EQ(lines_.size(), 6u);
  }

  AuditReport Verify(const std::string& text) {
    Write(folder_ / "log.jsonl", text);
    const auto report = VerifyAudit({folder_ / "log.jsonl"}, AuditedSession::key());
    if (report.has_value()) return *report;
    ADD_FAILURE() << report.error();
    return {};
  }

  std::string First(const std::string& text) {
    const AuditReport report = Verify(text);
    for (const AuditFinding& finding : report.findings) {
      if (!finding.is_note) return std::to_string(finding.line) + ": " + finding.what;
    }
    return report.is_clean() ? "clean" : "?";
  }

  TemporaryFolder folder_;
  std::vector<std::string> lines_;
};

TEST_F(AuditVerify, WhatWasWrittenIsClean) {
  const AuditReport report = Verify(Joined(lines_));
  EXPECT_TRUE(report.is_clean());
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.files, 1u);
  EXPECT_EQ(report.records, 6u);
  EXPECT_EQ(report.sessions, 1u);
}

TEST_F(AuditVerify, EveryByteCounts) {
  const std::string text = Joined(lines_);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ (1 << i % 8));
    // Without its end the last line is none.
    EXPECT_EQ(Verify(changed).is_clean(), i + 1 == text.size()) << "a bit of byte " << i;
  }
}

TEST_F(AuditVerify, EveryByteIsMissed) {
  const std::string text = Joined(lines_);
  for (size_t i = 0; i < text.size(); ++i) {
    std::string removed = text;
    removed.erase(i, 1);
    EXPECT_EQ(Verify(removed).is_clean(), i + 1 == text.size()) << "byte " << i;
    removed.insert(i, 2, text[i]);
    EXPECT_FALSE(Verify(removed).is_clean()) << "byte " << i << " twice";
  }
}

TEST_F(AuditVerify, EveryRecordIsMissedButTheLast) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    std::vector<std::string> left = lines_;
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(Verify(Joined(left)).is_clean(), i + 1 == lines_.size()) << i;
    std::vector<std::string> twice = lines_;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), lines_[i]);
    EXPECT_FALSE(Verify(Joined(twice)).is_clean()) << i;
  }
}

TEST_F(AuditVerify, EveryOrderIsWrongButOne) {
  for (size_t i = 0; i < lines_.size(); ++i) {
    for (size_t j = i + 1; j < lines_.size(); ++j) {
      std::vector<std::string> swapped = lines_;
      std::swap(swapped[i], swapped[j]);
      EXPECT_FALSE(Verify(Joined(swapped)).is_clean()) << i << " and " << j;
    }
  }
}

// What the chain cannot show, said as what it is.
TEST_F(AuditVerify, ATailThatIsCutOffIsNoted) {
  for (size_t size = 1; size < lines_.size(); ++size) {
    const AuditReport report =
        Verify(Joined({lines_.begin(), lines_.begin() + static_cast<std::ptrdiff_t>(size)}));
    EXPECT_TRUE(report.is_clean());
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_THAT(report.findings[0].what, HasSubstr("has no stop"));
    EXPECT_EQ(report.findings[0].line, size);
  }
  Write(folder_ / "log.jsonl", "");
  const auto none = VerifyAudit({folder_ / "log.jsonl"}, AuditedSession::key());
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error(), HasSubstr("no record"));
}

// Whoever is killed while it writes leaves half a record.
TEST_F(AuditVerify, HalfARecordAtTheEndIsNoted) {
  const std::string text = Joined(lines_);
  const size_t last = text.size() - lines_.back().size() - 1;
  for (size_t size = 1; size < text.size(); size += 7) {
    Write(folder_ / "log.jsonl", text.substr(0, size));
    const auto report = VerifyAudit({folder_ / "log.jsonl"}, AuditedSession::key());
    EXPECT_EQ(report.has_value(), size > lines_[0].size()) << size;
    EXPECT_TRUE(!report.has_value() || report->is_clean()) << size;
  }
  const std::string half = text.substr(0, last + 30);
  EXPECT_THAT(Verify(half).findings.back().what, HasSubstr("the last line has no end"));
  EXPECT_THAT(First(half + "x\n"), HasSubstr("6: this is no record"));
  EXPECT_THAT(First(text.substr(0, last) + "nonsense"), HasSubstr("6: this is no record"));
  // It is no end of a session of which there is more.
  Write(folder_ / "more.jsonl", lines_.back() + '\n');
  Write(folder_ / "log.jsonl", half);
  const auto report = VerifyAudit({folder_.path()}, AuditedSession::key());
  ASSERT_TRUE(report.has_value());
  std::string said;
  for (const AuditFinding& finding : report->findings) said += finding.what + '\n';
  EXPECT_THAT(said, HasSubstr("has no end, and session 0123456789abcdef goes on elsewhere"));
}

TEST_F(AuditVerify, SaysWhere) {
  std::vector<std::string> changed = lines_;
  changed[2].replace(changed[2].find("\"b\""), 3, "\"x\"");
  EXPECT_THAT(First(Joined(changed)),
              HasSubstr("3: record 2 of session 0123456789abcdef was changed"));
  // Nothing behind it is blamed.
  EXPECT_EQ(Verify(Joined(changed)).findings.size(), 1u);

  std::vector<std::string> removed = lines_;
  removed.erase(removed.begin() + 1, removed.begin() + 3);
  EXPECT_THAT(First(Joined(removed)), HasSubstr("2: records 1 to 2 of session"));
  std::swap(removed[1], removed[2]);
  EXPECT_THAT(First(Joined({lines_[0], lines_[2], lines_[1], lines_[3]})),
              HasSubstr("2: record 1 of session"));
  EXPECT_THAT(First(Joined({lines_[1], lines_[2]})), HasSubstr("1: record 1 is of session"));
  EXPECT_EQ(First(Joined(lines_) + "nonsense\n"), "7: this is no record");
  EXPECT_THAT(First(Joined(lines_) + lines_[0]),
              HasSubstr("7: half a record stands behind the end"));
}

// A pipe can be read once.
TEST_F(AuditVerify, PipesAreRead) {
  const auto verify = [](const std::string& text) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    EXPECT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(ends[1]);
    auto report = VerifyAudit({"/dev/fd/" + std::to_string(ends[0])}, AuditedSession::key());
    close(ends[0]);
    return report;
  };
  auto report = verify(Joined(lines_));
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_TRUE(report->is_clean());
  EXPECT_EQ(report->records, lines_.size());
  lines_[2][100] ^= 1;
  report = verify(Joined(lines_));
  ASSERT_TRUE(report.has_value()) << report.error();
  EXPECT_FALSE(report->is_clean());
  // Beside a log that is whole, too.
  ASSERT_EQ(mkfifo((folder_ / "late").c_str(), 0600), 0);
  Write(folder_ / "log.jsonl", Joined(lines_));
  const auto none = VerifyAudit({folder_ / "log.jsonl", folder_ / "late"}, AuditedSession::key());
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error(), HasSubstr("nothing came out of"));
  EXPECT_FALSE(verify("").has_value());
}

TEST_F(AuditVerify, WhatIsNoFileIsNotReadAsOne) {
  const auto none = VerifyAudit({"/dev/null"}, AuditedSession::key());
  ASSERT_FALSE(none.has_value());
  EXPECT_THAT(none.error(), HasSubstr("neither a file nor a folder nor a pipe"));
  ASSERT_EQ(mkfifo((folder_ / "x.jsonl").c_str(), 0600), 0);
  const AuditReport report = Verify(Joined(lines_));
  EXPECT_TRUE(report.is_clean());
  const auto all = VerifyAudit({folder_.path()}, AuditedSession::key());
  ASSERT_TRUE(all.has_value());
  EXPECT_TRUE(all->is_clean());
  EXPECT_THAT(all->findings.at(0).what, HasSubstr("this is no file"));
}

TEST_F(AuditVerify, AnotherKeyIsNamed) {
  Write(folder_ / "log.jsonl", Joined(lines_));
  const auto report = VerifyAudit({folder_ / "log.jsonl"}, AuditKey{Mac{{9}}});
  ASSERT_TRUE(report.has_value());
  EXPECT_FALSE(report->is_clean());
  EXPECT_EQ(report->records, 0u);
  EXPECT_THAT(report->findings.at(0).what,
              HasSubstr("under another key (\"" + AuditedSession::key().name()));
}

TEST_F(AuditVerify, ACopyIsFoundAndALinkIsNone) {
  Write(folder_ / "a.jsonl", Joined(lines_));
  std::filesystem::create_hard_link(folder_ / "a.jsonl", folder_ / "b.jsonl");
  auto report = VerifyAudit({folder_.path(), folder_ / "a.jsonl"}, AuditedSession::key());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->is_clean());
  EXPECT_EQ(report->files, 1u);
  Write(folder_ / "c.jsonl", Joined(lines_));
  report = VerifyAudit({folder_.path()}, AuditedSession::key());
  ASSERT_TRUE(report.has_value());
  EXPECT_FALSE(report->is_clean());
  EXPECT_THAT(report->findings.at(0).what, HasSubstr("a second time"));
}

TEST_F(AuditVerify, SessionsMayStandBetweenEachOther) {
  MemorySink sink;
  AuditLogOptions options;
  options.session = "aaaaaaaaaaaaaaaa";
  AuditedSession session(sink, options);
  ASSERT_EQ(session.Begin(), "");
  session.Decide("z");
  session->End(0);
  std::string text;
  const auto others = sink.lines();
  for (size_t i = 0; i < lines_.size(); ++i) {
    text += lines_[i] + '\n';
    if (i < others.size()) text += others[i] + '\n';
  }
  EXPECT_EQ(First(text), "clean");
  EXPECT_EQ(Verify(text).sessions, 2u);
}

TEST_F(AuditVerify, ReportsHaveABound) {
  std::string text;
  for (size_t i = 0; i < kMaxAuditFindings + 7; ++i) text += "nonsense\n";
  const AuditReport report = Verify(text);
  EXPECT_EQ(report.findings.size(), kMaxAuditFindings);
  EXPECT_EQ(report.more_findings, 7u);
  EXPECT_FALSE(report.is_clean());
}

TEST_F(AuditVerify, WhatCannotBeReadIsAnError) {
  const auto missing = VerifyAudit({folder_ / "missing"}, AuditedSession::key());
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error(), HasSubstr("cannot be read"));
  const auto empty = VerifyAudit({folder_.path()}, AuditedSession::key());
  ASSERT_FALSE(empty.has_value());
  EXPECT_THAT(empty.error(), HasSubstr("holds no audit file"));
}

// Three sessions in one file, one after the other.
class AuditNamedFile : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i) {
      test_time = Time(1000 * (i + 1));
      RunOne(static_cast<char>('a' + i));
    }
    lines_ = LinesOf(Contents(path_));
    ASSERT_EQ(lines_.size(), 9u);
  }
  void RunOne(char name) const { RunOne(std::string(16, name)); }
  void RunOne(const std::string& name) const {
    AuditFileOptions options;
    options.path = path_;
    options.session = name;
    options.clock = [] { return test_time; };
    auto file = AuditFile::Open(std::move(options));
    ASSERT_TRUE(file.has_value()) << file.error().message;
    AuditLogOptions log;
    log.session = name;
    AuditedSession session(**file, log);
    ASSERT_EQ(session.Begin(), "");
    session.Decide();
    session->End(0);
  }
  AuditReport Of(const std::vector<size_t>& order) const {
    std::string text;
    for (const size_t line : order) text += lines_[line] + '\n';
    Write(path_, text);
    return *VerifyAudit({path_}, AuditedSession::key());
  }
  TemporaryFolder folder_;
  std::string path_ = folder_ / "log";
  std::vector<std::string> lines_;
};

TEST_F(AuditNamedFile, SessionsStandInTheirOrder) {
  EXPECT_TRUE(Of({0, 1, 2, 3, 4, 5, 6, 7, 8}).findings.empty());
  for (const auto& order : std::vector<std::vector<size_t>>{
           {3, 4, 5, 0, 1, 2, 6, 7, 8}, {6, 7, 8, 3, 4, 5, 0, 1, 2}, {0, 3, 4, 1, 6, 5, 2, 7, 8}}) {
    const AuditReport report = Of(order);
    EXPECT_FALSE(report.is_clean());
    EXPECT_TRUE(std::any_of(report.findings.begin(), report.findings.end(), [](const auto& f) {
      return !f.is_note && f.what.find("which stands behind it, in line") != std::string::npos;
    }));
  }
}

// A tail that was cut off before somebody else began, and came back.
TEST_F(AuditNamedFile, ARecordBehindWhatFollowsItsSessionIsNoted) {
  Write(path_, lines_[0] + '\n' + lines_[1] + '\n');
  RunOne('b');
  Write(path_, Contents(path_) + lines_[2] + '\n');
  const auto report = VerifyAudit({path_}, AuditedSession::key());
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->is_clean());
  ASSERT_EQ(report->findings.size(), 1u);
  EXPECT_THAT(report->findings[0].what, HasSubstr("behind the start of a session that follows it"));
}

TEST_F(AuditNamedFile, IsVerifiedWhileItIsWritten) {
  std::atomic<bool> is_over = false;
  std::thread writer([this, &is_over] {
    for (int i = 0; !is_over; ++i) RunOne(fmt::format("{:016}", i));
  });
  std::string found;
  for (int i = 0; i < 30; ++i) {
    const auto report = VerifyAudit({path_}, AuditedSession::key());
    if (!report.has_value()) continue;
    for (const AuditFinding& finding : report->findings) {
      if (!finding.is_note) found += finding.what + '\n';
    }
  }
  is_over = true;
  writer.join();
  EXPECT_EQ(found, "");
}

// Files of three sessions, one after the other, each following the one before.
class AuditFolder : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i) {
      test_time = Time(1000 * (i + 1));
      AuditFileOptions options;
      options.path = folder_.path();
      options.session = std::string(16, static_cast<char>('a' + i));
      options.clock = [] { return test_time; };
      auto file = AuditFile::Open(std::move(options));
      ASSERT_TRUE(file.has_value()) << file.error().message;
      files_.push_back((*file)->path());
      AuditLogOptions log;
      log.session = std::string(16, static_cast<char>('a' + i));
      AuditedSession session(**file, log);
      ASSERT_EQ(session.Begin(), "");
      session.Decide();
      session->End(0);
    }
  }
  bool IsClean() {
    const auto report = VerifyAudit({folder_.path()}, AuditedSession::key());
    return report.has_value() && report->is_clean();
  }
  TemporaryFolder folder_;
  std::vector<std::string> files_;
};

TEST_F(AuditFolder, AFileInTheMiddleIsMissed) {
  EXPECT_TRUE(IsClean());
  std::filesystem::remove(files_[1]);
  EXPECT_FALSE(IsClean());
}

TEST_F(AuditFolder, OldFilesMayBeRemoved) {
  std::filesystem::remove(files_[0]);
  EXPECT_TRUE(IsClean());
  std::filesystem::remove(files_[1]);
  EXPECT_TRUE(IsClean());
}

TEST_F(AuditFolder, ATailIsMissedThatAnotherFileFollows) {
  const auto lines = LinesOf(Contents(files_[1]));
  Write(files_[1], Joined({lines[0], lines[1]}));
  EXPECT_FALSE(IsClean());
}

}  // namespace
}  // namespace writ
