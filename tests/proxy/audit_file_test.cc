// Audit files: their names, who may write them, how they follow each other, and what happens to
// those that somebody meddles with.
#include "proxy/audit_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "proxy/audit_verify.h"
#include "proxy/audit_world.h"
#include "proxy/descriptor.h"
#include "proxy/temporary_folder.h"
#include "proxy/writer_lock.h"

namespace writ {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::SizeIs;

std::vector<std::string> FilesIn(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

AuditFileOptions OptionsFor(const std::string& path, const std::string& session) {
  AuditFileOptions options;
  options.path = path;
  options.session = session;
  options.clock = [] { return test_time; };
  options.steady = [] { return test_steady; };
  return options;
}

std::unique_ptr<AuditFile> Open(AuditFileOptions options) {
  auto opened = AuditFile::Open(std::move(options));
  if (!opened.has_value()) {
    ADD_FAILURE() << opened.error().message;
    return nullptr;
  }
  return std::move(*opened);
}

std::string FaultOf(AuditFileOptions options) {
  const auto opened = AuditFile::Open(std::move(options));
  return opened.has_value() ? "none" : opened.error().message;
}

constexpr char kFirst[] = "1111111111111111";
constexpr char kSecond[] = "2222222222222222";

// A whole session with some decisions; rotated as the options say.
void RunSession(const AuditFileOptions& options, int decisions = 1, int status = 0) {
  const auto file = Open(options);
  ASSERT_NE(file, nullptr);
  AuditLogOptions log;
  log.session = options.session;
  AuditedSession session(*file, log);
  ASSERT_EQ(session.Begin(), "");
  for (int i = 0; i < decisions; ++i) {
    test_time = Time(test_time.seconds + 1);
    session.Decide();
    session->BeforeWait(true);
  }
  session->End(status);
}

std::string Verified(const std::vector<std::string>& paths) {
  const auto report = VerifyAudit(paths, AuditedSession::key());
  if (!report.has_value()) return report.error();
  std::string text = report->is_clean() ? "clean" : "not clean";
  for (const AuditFinding& finding : report->findings) text += "; " + finding.what;
  return text;
}

class AuditFiles : public testing::Test {
 protected:
  void SetUp() override { test_time = Time(600); }
  TemporaryFolder folder_;
};

TEST_F(AuditFiles, OneForEachSessionInAFolder) {
  const std::string folder = folder_ / "a/b/";
  RunSession(OptionsFor(folder, kFirst));
  test_time = Time(601);
  RunSession(OptionsFor(folder, kSecond));
  EXPECT_THAT(FilesIn(folder), ElementsAre("19700101T001000Z-1111111111111111-1.jsonl",
                                           "19700101T001001Z-2222222222222222-1.jsonl"));
  struct stat status;
  ASSERT_EQ(stat((folder_ / "a/b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
  const std::string first = folder_ / "a/b/19700101T001000Z-1111111111111111-1.jsonl";
  ASSERT_EQ(stat(first.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  // The second follows the first, which cannot be taken away any more.
  EXPECT_EQ(Verified({folder}), "clean");
  std::filesystem::resize_file(first, 0);
  EXPECT_THAT(Verified({folder}), HasSubstr("not clean"));
}

TEST_F(AuditFiles, AreRotatedBySize) {
  AuditFileOptions options = OptionsFor(folder_ / "f/", kFirst);
  options.max_bytes = 1000;
  RunSession(options, 20);
  const auto files = FilesIn(folder_ / "f");
  EXPECT_GT(files.size(), 5u);
  for (const std::string& file : files) {
    EXPECT_LT(std::filesystem::file_size(folder_ / ("f/" + file)), 2200u);
    const auto lines = LinesOf(Contents(folder_ / ("f/" + file)));
    EXPECT_EQ(Member(lines.front(), "kind"), "start");
    EXPECT_EQ(Member(lines.back(), "kind"), "stop");
  }
  EXPECT_EQ(Verified({folder_ / "f"}), "clean");
  EXPECT_THAT(Verified({folder_ / ("f/" + files[1])}), testing::StartsWith("clean;"));
  std::filesystem::remove(folder_ / ("f/" + files[2]));
  EXPECT_THAT(Verified({folder_ / "f"}), HasSubstr("not clean"));
}

// A session is cut off at the end of a file.
TEST_F(AuditFiles, FilesThatASessionWentOnInAreMissed) {
  AuditFileOptions options = OptionsFor(folder_ / "f/", kFirst);
  options.max_bytes = 1000;
  RunSession(options, 20);
  const auto files = FilesIn(folder_ / "f");
  ASSERT_GT(files.size(), 3u);
  for (size_t i = 2; i < files.size(); ++i) std::filesystem::remove(folder_ / ("f/" + files[i]));
  EXPECT_EQ(Verified({folder_ / "f"}),
            "clean; session 1111111111111111 goes on in another file, which is not there: it was "
            "killed just then, or the file was removed");
  // Whoever starts says that it had not gone on.
  RunSession(OptionsFor(folder_ / "f/", kSecond));
  EXPECT_THAT(Verified({folder_ / "f"}), testing::StartsWith("clean; "));
}

TEST_F(AuditFiles, FilesAreMissedThatOthersStartedAfter) {
  AuditFileOptions options = OptionsFor(folder_ / "f/", kFirst);
  options.max_bytes = 1000;
  RunSession(options, 20);
  const auto files = FilesIn(folder_ / "f");
  test_time = Time(test_time.seconds + 1);
  RunSession(OptionsFor(folder_ / "f/", kSecond));
  for (size_t i = 2; i < files.size(); ++i) std::filesystem::remove(folder_ / ("f/" + files[i]));
  EXPECT_THAT(Verified({folder_ / "f"}),
              HasSubstr("session 1111111111111111 goes on in another file, which is missing"));
}

TEST_F(AuditFiles, MayBePutTogether) {
  AuditFileOptions options = OptionsFor(folder_ / "f/", kFirst);
  options.max_bytes = 1000;
  RunSession(options, 20);
  std::string all;
  std::string reversed;
  for (const std::string& file : FilesIn(folder_ / "f")) {
    const std::string text = Contents(folder_ / ("f/" + file));
    all += text;
    reversed.insert(0, text);
  }
  Write(folder_ / "all", all);
  EXPECT_EQ(Verified({folder_ / "all"}), "clean");
  Write(folder_ / "all", reversed);
  EXPECT_THAT(Verified({folder_ / "all"}), HasSubstr("not clean"));
  // Of an audit file without an extension those that were rotated tell.
  RunSession(
      [&] {
        AuditFileOptions named = OptionsFor(folder_ / "log", kFirst);
        named.max_bytes = 1000;
        return named;
      }(),
      20);
  std::filesystem::remove(folder_ / "all");
  EXPECT_EQ(Verified({folder_.path()}), "clean");
  std::string live = Contents(folder_ / "log");
  live[live.size() / 2] ^= 1;
  Write(folder_ / "log", live);
  EXPECT_THAT(Verified({folder_.path()}), HasSubstr("not clean"));
}

TEST_F(AuditFiles, AreRotatedByAge) {
  AuditFileOptions options = OptionsFor(folder_ / "f/", kFirst);
  options.max_age = std::chrono::hours(24);
  const auto file = Open(options);
  ASSERT_NE(file, nullptr);
  EXPECT_FALSE(file->WantsRotation());
  Pass(std::chrono::hours(24));
  EXPECT_TRUE(file->WantsRotation());
  ASSERT_EQ(file->Rotate(), "");
  EXPECT_FALSE(file->WantsRotation());
  EXPECT_EQ(file->left(), "19700101T001000Z-1111111111111111-1.jsonl");
  EXPECT_THAT(FilesIn(folder_ / "f"), SizeIs(2));
}

TEST_F(AuditFiles, ANamedFileGoesOn) {
  const std::string path = folder_ / "log.jsonl";
  RunSession(OptionsFor(path, kFirst));
  test_time = Time(700);
  RunSession(OptionsFor(path, kSecond));
  EXPECT_EQ(Kinds(LinesOf(Contents(path))), "start decision stop start decision stop");
  EXPECT_EQ(Verified({path}), "clean");
  RunSession(OptionsFor(path, "3333333333333333"));
  const auto lines = LinesOf(Contents(path));
  ASSERT_EQ(lines.size(), 9u);
  const auto without = [&lines](size_t first) {
    std::string text;
    for (size_t i = 0; i < lines.size(); ++i) {
      if (i < first || i >= first + 3) text += lines[i] + '\n';
    }
    return text;
  };
  for (const size_t first : {size_t{0}, size_t{3}}) {
    Write(path, without(first));
    EXPECT_THAT(Verified({path}), HasSubstr("not clean")) << first;
  }
}

TEST_F(AuditFiles, ANamedFileIsRenamedToRotate) {
  const std::string path = folder_ / "log.jsonl";
  AuditFileOptions options = OptionsFor(path, kFirst);
  options.max_bytes = 1000;
  RunSession(options, 12);
  RunSession(OptionsFor(path, kSecond));
  auto files = FilesIn(folder_.path());
  ASSERT_GT(files.size(), 2u);
  EXPECT_EQ(files[0], "log.jsonl");
  EXPECT_THAT(files[1], MatchesRegex("log.jsonl.19700101T0010[0-9]+Z-1111111111111111-1.jsonl"));
  EXPECT_THAT(Contents(folder_ / files[2]), HasSubstr("\"file\":\"" + files[1] + "\""));
  EXPECT_EQ(Verified({folder_.path()}), "clean");
}

TEST_F(AuditFiles, NothingFollowsHalfARecord) {
  const std::string path = folder_ / "log.jsonl";
  RunSession(OptionsFor(path, kFirst));
  const std::string text = Contents(path);
  Write(path, text.substr(0, text.size() - 10));
  RunSession(OptionsFor(path, kSecond));
  EXPECT_THAT(FilesIn(folder_.path()), SizeIs(2));
  EXPECT_EQ(Kinds(LinesOf(Contents(path))), "start decision stop");
  EXPECT_THAT(Contents(path),
              HasSubstr("\"previous\":{\"session\":\"1111111111111111\",\"seq\":1,"));
  EXPECT_THAT(Verified({folder_.path()}), HasSubstr("the last line has no end"));
}

TEST_F(AuditFiles, ANamedFileBelongsToOneAtATime) {
  const std::string path = folder_ / "log.jsonl";
  const auto file = Open(OptionsFor(path, kFirst));
  EXPECT_THAT(FaultOf(OptionsFor(path, kSecond)), HasSubstr("is written by another process"));
}

// Between the renaming of a file and the making of the next one somebody else may be quicker.
TEST_F(AuditFiles, ANamedFileIsTakenOverFromWhoWasQuicker) {
  for (const bool has_half : {false, true}) {
    const std::string path = folder_ / (has_half ? "half" : "whole");
    AuditFileOptions options = OptionsFor(path, kFirst);
    options.max_bytes = 100;
    const auto file = Open(options);
    ASSERT_NE(file, nullptr);
    AuditLogOptions log;
    log.session = kFirst;
    AuditedSession session(*file, log);
    ASSERT_EQ(session.Begin(), "");
    {
      // What it would rename it to.
      std::filesystem::rename(path, path + ".19700101T001000Z-1111111111111111-1.jsonl");
      const auto other = Open(OptionsFor(path, kSecond));
      ASSERT_NE(other, nullptr);
      EXPECT_THAT(file->Rotate(), HasSubstr("is written by another process"));
      AuditLogOptions other_log;
      other_log.session = kSecond;
      AuditedSession others(*other, other_log);
      ASSERT_EQ(others.Begin(), "");
      others.Decide();
      others->End(0);
    }
    if (has_half) std::ofstream(path, std::ios::app) << "{\"time\":\"19";
    ASSERT_EQ(file->Rotate(), "");
    EXPECT_EQ(file->left(),
              path.substr(path.rfind('/') + 1) + ".19700101T001000Z-1111111111111111-1.jsonl");
    ASSERT_THAT(file->FoundOthers(), SizeIs(1));
    EXPECT_EQ(file->FoundOthers()[0].session, kSecond);
    EXPECT_EQ(file->FoundOthers()[0].seq, 2u);
    EXPECT_EQ(file->Write("more\n").fault, "");
    EXPECT_EQ(Kinds(LinesOf(Contents(path))), has_half ? "" : "start decision stop ");
    EXPECT_THAT(Contents(path), testing::EndsWith("more\n"));
  }
}

TEST_F(AuditFiles, AreFoundInTheirFolderAfterACrash) {
  const auto file = Open(OptionsFor(folder_ / "f/", kFirst));
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->Sync(), "");
  ASSERT_EQ(file->Rotate(), "");
  // What cannot be seen is whether the disk has it: only that the folder is asked for.
  std::filesystem::rename(folder_ / "f", folder_ / "g");
  EXPECT_THAT(file->Sync(), HasSubstr("cannot be brought to disk: No such file"));
  std::filesystem::rename(folder_ / "g", folder_ / "f");
  EXPECT_EQ(file->Sync(), "");
}

TEST_F(AuditFiles, HaveNamesThatCanBeLonger) {
  EXPECT_THAT(FaultOf(OptionsFor(folder_ / std::string(210, 'x'), kFirst)),
              HasSubstr("the name may have 204 bytes"));
  AuditFileOptions options = OptionsFor(folder_ / std::string(204, 'x'), kFirst);
  options.max_bytes = 1000;
  RunSession(options, 12);
  EXPECT_EQ(Verified({folder_.path()}), "clean");
}

TEST_F(AuditFiles, WhatIsNoAuditFileIsLeftAlone) {
  const std::string path = folder_ / "policy.yaml";
  Write(path, "writ: 1\n");
  EXPECT_THAT(FaultOf(OptionsFor(path, kFirst)), HasSubstr("is no audit log of writ's"));
  EXPECT_EQ(Contents(path), "writ: 1\n");
  std::filesystem::create_symlink(path, folder_ / "link");
  EXPECT_THAT(FaultOf(OptionsFor(folder_ / "link", kFirst)), HasSubstr("is no regular file"));
  EXPECT_THAT(FaultOf(OptionsFor("/dev/null", kFirst)), HasSubstr("is no regular file"));
  EXPECT_THAT(FaultOf(OptionsFor(folder_ / "no/file", kFirst)), HasSubstr("cannot be opened"));
}

TEST_F(AuditFiles, NotWhereOthersMayWrite) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  for (const char* name : {"f/", "log.jsonl"}) {
    EXPECT_THAT(FaultOf(OptionsFor(folder_ / name, kFirst)), HasSubstr("is writable by everybody"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
  for (const char* name : {"f/", "log.jsonl"}) {
    AuditFileOptions options = OptionsFor(folder_ / name, kFirst);
    options.insecure_permissions = true;
    EXPECT_EQ(FaultOf(options), "none");
  }
}

TEST_F(AuditFiles, NotInAFileThatOthersMayWrite) {
  const std::string path = folder_ / "log.jsonl";
  EXPECT_EQ(FaultOf(OptionsFor(path, kFirst)), "none");
  ASSERT_EQ(chmod(path.c_str(), 0602), 0);
  const auto opened = AuditFile::Open(OptionsFor(path, kSecond));
  ASSERT_FALSE(opened.has_value());
  EXPECT_TRUE(opened.error().is_unsafe);
  EXPECT_EQ(opened.error().remedy, "chmod go-w " + path);
}

TEST_F(AuditFiles, MeddlingIsNoticed) {
  for (const char* name : {"f/", "log.jsonl"}) {
    const auto meddled = [this, name](auto meddle) {
      const auto file = Open(OptionsFor(folder_ / name, kFirst));
      if (file == nullptr) return std::string();
      EXPECT_EQ(file->Write("{\"time\":\"one\n").fault, "");
      meddle(file->path());
      const AuditSink::Written written = file->Write("two\n");
      EXPECT_EQ(written.taken, 0u);
      std::filesystem::remove(file->path());
      return written.fault;
    };
    EXPECT_THAT(meddled([](const std::string& path) { std::filesystem::remove(path); }),
                HasSubstr("is gone"));
    EXPECT_THAT(meddled([](const std::string& path) {
                  std::filesystem::rename(path, path + ".old");
                  Write(path, "{\"time\":\"one\n");
                }),
                HasSubstr("was replaced"));
    EXPECT_THAT(meddled([](const std::string& path) { std::filesystem::resize_file(path, 2); }),
                HasSubstr("was cut short"));
    EXPECT_THAT(
        meddled([](const std::string& path) { std::ofstream(path, std::ios::app) << "more\n"; }),
        HasSubstr("was written by somebody else"));
  }
}

// A limit on the size of files stands for a full disk: what is written is written in part.
TEST_F(AuditFiles, APartOfARecordIsContinued) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto file = Open(OptionsFor(folder_ / "f/", kFirst));
  ASSERT_NE(file, nullptr);
  AuditLogOptions options;
  options.session = kFirst;
  AuditedSession session(*file, options);
  ASSERT_EQ(session.Begin(), "");
  const rlimit full = {std::filesystem::file_size(file->path()) + 100, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  session.Decide();
  session->OnIdle();
  const std::string fault(session->Fault());
  session->Unrecorded();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, before);
  EXPECT_THAT(fault, HasSubstr("cannot be written: File too large"));
  EXPECT_THAT(Verified({folder_ / "f"}), HasSubstr("the last line has no end"));
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  session->End(0);
  EXPECT_EQ(Kinds(LinesOf(Contents(file->path()))), "start decision lost stop");
  EXPECT_EQ(Verified({folder_ / "f"}), "clean");
}

TEST_F(AuditFiles, ANextFileThatCannotBeMadeIsTriedAgain) {
  AuditFileOptions options = OptionsFor(folder_ / "f/", kFirst);
  options.max_bytes = 100;
  const auto file = Open(options);
  ASSERT_NE(file, nullptr);
  const std::string first = file->path();
  AuditLogOptions log;
  log.session = kFirst;
  AuditedSession session(*file, log);
  ASSERT_EQ(session.Begin(), "");
  const std::string next = folder_ / "f/19700101T001000Z-1111111111111111-2.jsonl";
  std::filesystem::create_directory(next);
  session->OnIdle();
  session->BeforeWait(true);
  EXPECT_THAT(std::string(session->Fault()), HasSubstr("cannot be made"));
  std::filesystem::remove(next);
  session->OnIdle();
  EXPECT_EQ(session->Fault(), "");
  session.Decide();
  session->End(0);
  EXPECT_EQ(Kinds(LinesOf(Contents(first))), "start stop");
  EXPECT_EQ(Verified({folder_ / "f"}), "clean");
}

// Somebody has it locked for reading when it is opened.
TEST_F(AuditFiles, ShowThatTheyAreWrittenOnceTheyCan) {
  const std::string path = folder_ / "log";
  const Descriptor other(open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600));
  struct flock lock = {};
  lock.l_type = F_RDLCK;
  ASSERT_EQ(fcntl(other.get(), F_OFD_SETLK, &lock), 0);
  const auto file = Open(OptionsFor(path, kFirst));
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(WriterOf(other.get()), Writer::kGone);
  lock.l_type = F_UNLCK;
  ASSERT_EQ(fcntl(other.get(), F_OFD_SETLK, &lock), 0);
  EXPECT_EQ(file->Write("{}\n").fault, "");
  EXPECT_EQ(WriterOf(other.get()), Writer::kAlive);
}

}  // namespace
}  // namespace writ
