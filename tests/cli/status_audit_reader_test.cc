// Logs that grow, rotate, vanish, or are none.
#include "cli/status/audit_reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "cli/status_world.h"
#include "proxy/descriptor.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using State = Instance::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kSince = 1'772'442'000;  // 2026-03-02T09:00:00Z

class AuditReaders : public testing::Test {
 protected:
  AuditReaders() { options_.since = kSince; }

  std::string File(const std::string& name) { return folder_ / (name + ".jsonl"); }
  void Append(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::app) << text;
  }
  // Nobody has written it for a while.
  static void Age(const std::string& path) {
    const timespec times[] = {{kSince - 3600, 0}, {kSince - 3600, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  static Descriptor Writing(const std::string& path) {
    Descriptor file(open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    ShowThatItIsWritten(file.get());
    return file;
  }

  const Tally& Look() {
    if (reader_ == nullptr) {
      if (options_.path.empty()) options_.path = folder_.path();
      reader_ = std::make_unique<AuditReader>(options_);
    }
    const auto read = reader_->Refresh();
    if (!read.has_value()) ADD_FAILURE() << read.error();
    return reader_->tally();
  }
  State StateOf(const std::string& session) {
    for (const Instance* instance : Look().Instances()) {
      if (instance->session == session) return instance->state();
    }
    ADD_FAILURE() << "no instance " << session;
    return State::kUnknown;
  }

  TemporaryFolder folder_;
  AuditReaderOptions options_;
  std::unique_ptr<AuditReader> reader_;
};

TEST_F(AuditReaders, ReadWhatIsNew) {
  Append(File("a"), StartLine("09:10:00", kSessionA) + CallLine("09:11:00", kSessionA, 1, "deny"));
  EXPECT_EQ(Look().total().calls, 1u);
  EXPECT_EQ(Look().total().calls, 1u);
  const std::string line = CallLine("09:12:00", kSessionA, 2, "allow");
  Append(File("a"), line.substr(0, 50));
  EXPECT_EQ(Look().total().calls, 1u);
  Append(File("a"), line.substr(50));
  Append(File("b"), StartLine("09:13:00", kSessionB) + CallLine("09:13:00", kSessionB, 1, "deny"));
  EXPECT_EQ(Look().total().calls, 3u);
  EXPECT_THAT(reader_->Notes(), IsEmpty());
}

TEST_F(AuditReaders, KnowWhoWrites) {
  Append(File("a"), StartLine("09:10:00", kSessionA));
  Append(File("b"), StartLine("09:10:00", kSessionB));
  {
    const Descriptor writer = Writing(File("a"));
    EXPECT_EQ(StateOf(kSessionA), State::kRunning);
    EXPECT_EQ(StateOf(kSessionB), State::kKilled);
  }
  EXPECT_EQ(StateOf(kSessionA), State::kKilled);
}

TEST_F(AuditReaders, FollowASessionThroughItsFiles) {
  Append(File("1"),
         StartLine("09:10:00", kSessionA) + StopLine("09:11:00", kSessionA, 1, "rotated"));
  Append(File("2"),
         StartLine("09:11:00", kSessionA, 2) + CallLine("09:12:00", kSessionA, 3, "allow"));
  const Descriptor writer = Writing(File("2"));
  EXPECT_EQ(StateOf(kSessionA), State::kRunning);
  ASSERT_EQ(Look().Instances().size(), 1u);
  EXPECT_EQ(Look().Instances()[0]->started, At("09:10:00"));
}

// One file of several runs, of which the last is the one that writes.
TEST_F(AuditReaders, ReadANamedFileAndThoseItWasRenamedTo) {
  options_.path = folder_ / "log";
  Append(options_.path + ".20260302T091000Z-aaaaaaaaaaaaaaaa-1.jsonl",
         StartLine("09:10:00", kSessionA) + CallLine("09:10:00", kSessionA, 1, "deny"));
  Append(options_.path, StartLine("09:11:00", kSessionA, 2) + StartLine("09:12:00", kSessionB));
  Append(File("other"), CallLine("09:10:00", kSessionA, 9, "deny"));
  const Descriptor writer = Writing(options_.path);
  EXPECT_EQ(StateOf(kSessionA), State::kKilled);
  EXPECT_EQ(StateOf(kSessionB), State::kRunning);
  EXPECT_EQ(Look().total().calls, 1u);
  std::filesystem::rename(options_.path,
                          options_.path + ".20260302T091300Z-bbbbbbbbbbbbbbbb-1.jsonl");
  Append(options_.path, CallLine("09:13:00", kSessionB, 9, "deny"));
  EXPECT_EQ(Look().total().calls, 2u);
}

TEST_F(AuditReaders, PassOverWhatIsOldButNotWhoRuns) {
  Append(File("a"), StartLine("07:00:00", kSessionA) + CallLine("07:01:00", kSessionA, 1, "deny"));
  Append(File("b"), StartLine("07:00:00", kSessionB));
  const Descriptor writer = Writing(File("b"));
  Age(File("a"));
  Age(File("b"));
  ASSERT_EQ(Look().Instances().size(), 1u);
  EXPECT_EQ(StateOf(kSessionB), State::kRunning);
  // It goes on.
  Append(File("b"), CallLine("09:30:00", kSessionB, 1, "deny"));
  EXPECT_EQ(Look().total().calls, 1u);
}

TEST_F(AuditReaders, BeginAnewWhereAFileIsNoLongerWhatItWas) {
  Append(File("a"), StartLine("09:10:00", kSessionA) + CallLine("09:11:00", kSessionA, 1, "deny"));
  Append(File("b"), StartLine("09:10:00", kSessionB) + CallLine("09:11:00", kSessionB, 1, "deny"));
  EXPECT_EQ(Look().total().calls, 2u);
  std::filesystem::resize_file(File("a"), StartLine("09:10:00", kSessionA).size());
  EXPECT_EQ(Look().total().calls, 1u);
  std::filesystem::remove(File("b"));
  EXPECT_EQ(Look().total().calls, 0u);
  EXPECT_EQ(Look().Instances().size(), 1u);
}

TEST_F(AuditReaders, ReadTheEndsOfLargeFiles) {
  options_.max_file_bytes = 4096;
  options_.max_bytes = 6000;
  std::string calls;
  for (int i = 1; calls.size() < 20'000; ++i) calls += CallLine("09:11:00", kSessionA, i, "allow");
  Append(File("a"),
         StartLine("09:10:00", kSessionA) + calls + CallLine("09:12:00", kSessionA, 0, "deny"));
  const uint64_t most = 4096 / CallLine("09:11:00", kSessionA, 100, "allow").size();
  EXPECT_GE(Look().total().calls, most - 1);
  EXPECT_LE(Look().total().calls, most + 1);
  EXPECT_EQ(Look().denials().size(), 1u);      // the very last
  EXPECT_EQ(Look().Instances()[0]->pid, 42u);  // from its head
  EXPECT_THAT(reader_->Notes(),
              ElementsAre("1 file is too large: only the newest records were read"));
}

TEST_F(AuditReaders, BoundWhatAllFilesCost) {
  options_.max_bytes = 10'000;
  options_.max_files = 6;
  for (int i = 0; i < 10; ++i) {
    std::string text;
    while (text.size() < 4000) text += CallLine("09:11:00", kSessionA, i, "allow");
    Append(File(std::to_string(i)), text);
  }
  const uint64_t most = 10'000 / CallLine("09:11:00", kSessionA, 1, "allow").size();
  EXPECT_LE(Look().total().calls, most + 6);
  EXPECT_THAT(reader_->Notes(), Contains(HasSubstr("only the 6 newest files")));
}

// The last record may be as long as what a call was given, and then the file's first tells whose it
// is.
TEST_F(AuditReaders, KnowWhoWritesLongLines) {
  const std::string call = CallLine("09:11:00", kSessionA, 1, "deny");
  const std::string args = R"(,"args":")" + std::string(1'000'000, 'x') + "\"}";
  std::string text = StartLine("09:10:00", kSessionA);
  text += call;
  text.replace(text.rfind('}'), 1, args);
  Append(File("a"), text);
  Append(File("b"), StartLine("09:10:00", kSessionB) + StopLine("09:11:00", kSessionB, 1));
  options_.max_bytes = 2000;
  {
    const Descriptor writer = Writing(File("a"));
    EXPECT_EQ(StateOf(kSessionA), State::kRunning);
    EXPECT_EQ(Look().total().calls, 1u);
    EXPECT_EQ(StateOf(kSessionB), State::kEnded);
  }
  EXPECT_EQ(StateOf(kSessionA), State::kKilled);

  const Descriptor writer = Writing(File("a"));
  Age(File("a"));
  reader_.reset();
  EXPECT_EQ(StateOf(kSessionA), State::kRunning);
  EXPECT_EQ(Look().Instances()[0]->pid, 42u);
}

// A named file may hold the end of its first run where it is not read.
TEST_F(AuditReaders, DoNotTakeWhoEndsInWhatIsNotReadForKilled) {
  options_.path = folder_ / "log";
  options_.max_file_bytes = 4096;
  std::string calls;
  for (int i = 1; calls.size() < 20'000; ++i) calls += CallLine("09:12:00", kSessionB, i, "allow");
  Append(options_.path, StartLine("09:10:00", kSessionA) +
                            CallLine("09:10:00", kSessionA, 1, "deny") +
                            StartLine("09:11:00", kSessionB) + calls);
  EXPECT_EQ(StateOf(kSessionA), State::kUnknown);
  EXPECT_EQ(StateOf(kSessionB), State::kKilled);
}

// Nobody was killed whose last record was not looked for.
TEST_F(AuditReaders, KnowHowSessionsEndedThatAreNotCounted) {
  options_.max_bytes = 0;
  std::string calls = CallLine("09:11:00", kSessionA, 1, "deny");
  calls += calls + calls;
  Append(File("a"), StartLine("09:10:00", kSessionA) + calls + StopLine("09:12:00", kSessionA, 2));
  Append(File("b"), StartLine("09:10:00", kSessionB) + calls);
  EXPECT_EQ(StateOf(kSessionA), State::kEnded);
  EXPECT_THAT(reader_->Notes(), ElementsAre(HasSubstr("of 2 files only the last records")));
  reader_.reset();
  options_.max_end_bytes = 8;
  EXPECT_EQ(StateOf(kSessionA), State::kUnknown);
  EXPECT_EQ(StateOf(kSessionB), State::kUnknown);
  Append(File("b"), CallLine("09:13:00", kSessionB, 3, "allow"));
  EXPECT_EQ(StateOf(kSessionB), State::kKilled);
}

// As a file that was removed and made again may have its number.
TEST_F(AuditReaders, BeginAnewWhereAFileWasOverwritten) {
  const std::string call = CallLine("09:11:00", kSessionA, 1, "deny");
  Append(File("a"), StartLine("09:10:00", kSessionA) + call);
  EXPECT_EQ(Look().total().calls, 1u);
  std::ofstream(File("a")) << StartLine("09:20:00", kSessionB) << call << call << call;
  EXPECT_EQ(Look().total().calls, 3u);
  EXPECT_EQ(Look().broken(), 0u);
}

TEST_F(AuditReaders, ReadAFileOfTwoNamesOnce) {
  Append(File("a"), StartLine("09:10:00", kSessionA) + CallLine("09:11:00", kSessionA, 1, "deny"));
  std::filesystem::create_hard_link(File("a"), File("b"));
  EXPECT_EQ(Look().total().calls, 1u);
  std::fstream(File("a")).seekp(200) << "no record any more";
  EXPECT_EQ(Look().total().calls, 1u);
  EXPECT_EQ(Look().broken(), 0u);
}

TEST_F(AuditReaders, CountWhatIsNoRecord) {
  Append(File("a"), std::string("\x1b[2J\n\0\n[1]\n\n", 12) + std::string(300'000, 'x') + "\n" +
                        CallLine("09:11:00", kSessionA, 1, "allow") + std::string(300'000, '{'));
  EXPECT_EQ(Look().total().calls, 1u);
  EXPECT_EQ(Look().broken(), 5u);
  EXPECT_THAT(reader_->Notes(), ElementsAre(HasSubstr("5 lines are no record")));
}

TEST_F(AuditReaders, OpenNothingButRegularFiles) {
  ASSERT_EQ(mkfifo(File("pipe").c_str(), 0600), 0);
  ASSERT_EQ(symlink("/dev/zero", File("link").c_str()), 0);
  std::filesystem::create_directory(File("folder"));
  Append(folder_ / "notes.txt", CallLine("09:11:00", kSessionA, 1, "allow"));
  EXPECT_EQ(Look().total().calls, 0u);
  EXPECT_THAT(reader_->Notes(), IsEmpty());
}

TEST_F(AuditReaders, SayWhereNothingIs) {
  options_.path = folder_ / "none";
  Look();
  EXPECT_FALSE(reader_->found());
  EXPECT_THAT(reader_->Notes(), ElementsAre(HasSubstr("does not exist")));
  Append(options_.path, StartLine("09:10:00", kSessionA));
  EXPECT_EQ(Look().Instances().size(), 1u);
  EXPECT_THAT(reader_->Notes(), IsEmpty());
  reader_.reset();
  options_.path = "/dev/null";
  EXPECT_EQ(AuditReader(options_).Refresh().error(), "/dev/null is neither a folder nor a file");
  ASSERT_EQ(symlink((folder_ / "none").c_str(), (folder_ / "link").c_str()), 0);
  options_.path = folder_ / "link";
  EXPECT_EQ(AuditReader(options_).Refresh().error(),
            options_.path + " is neither a folder nor a file");
}

}  // namespace
}  // namespace writ
