#include "compiler/compile.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace writ {
namespace {

constexpr char kPolicy[] =
    "version: \"1\"\ntools: {pay: {rules: [{name: slow, rate_limit: 5/hour}]}}\n";

// A folder of its own for each test.
class Compile : public testing::Test {
 protected:
  Compile() {
    std::string name = (std::filesystem::temp_directory_path() / "writ-compile-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    folder_ = name;
  }
  ~Compile() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::string Said() {
    diagnostics_.Sort();
    std::string said;
    for (const Diagnostic& diagnostic : diagnostics_.all()) said += Render(diagnostic);
    return said;
  }

  std::filesystem::path folder_;
  Diagnostics diagnostics_;
};

TEST_F(Compile, AFile) {
  const std::string path = Write("p.yaml", kPolicy);
  const auto program = CompileFiles({path}, diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  EXPECT_EQ((*program)->files, std::vector<std::string>{path});
  ASSERT_EQ((*program)->counters.size(), 1u);
  EXPECT_EQ((*program)->counters[0].space, std::filesystem::canonical(path).string());
  EXPECT_EQ((*program)->rules[0].at.line, 2u);
}

TEST_F(Compile, TheDigestIsThatOfTheFile) {
  // sha256sum of "version: \"1\"\n"
  const auto program = CompileFiles({Write("p.yaml", "version: \"1\"\n")}, diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  EXPECT_EQ((*program)->digest, "23d3858d3d7bd5a76678fc9496bf2c2f756a1676e44f7532ea47476983eaf944");
}

TEST_F(Compile, SeveralFilesHaveADigestOfTheirOwn) {
  const std::string a = Write("a.yaml", "version: \"1\"\n");
  const std::string b = Write("b.yaml", kPolicy);
  const auto digest = [&](const std::vector<std::string>& paths) {
    const auto program = CompileFiles(paths, diagnostics_);
    return program == nullptr ? Said() : (*program)->digest;
  };
  EXPECT_EQ(digest({a, b}), digest({a, b}));
  EXPECT_NE(digest({a, b}), digest({b, a}));
  EXPECT_NE(digest({a, b}), digest({a}));
  EXPECT_NE(digest({a, a}), digest({a}));
  // The same bytes, cut elsewhere.
  const std::string c = Write("c.yaml", "version: \"1\"\n#");
  const std::string d = Write("d.yaml", "version: \"1\"\n");
  const std::string e = Write("e.yaml", "#version: \"1\"\nversion: \"1\"\n");
  EXPECT_NE(digest({c, d}), digest({a, e}));
}

TEST_F(Compile, ASymbolicLinkCountsAsWhatItNames) {
  const std::string path = Write("p.yaml", kPolicy);
  std::filesystem::create_symlink(path, folder_ / "link.yaml");
  const auto program = CompileFiles({(folder_ / "link.yaml").string()}, diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  EXPECT_EQ((*program)->counters[0].space, std::filesystem::canonical(path).string());
}

TEST_F(Compile, EveryFaultOfEveryFileIsReported) {
  const std::string a = Write("a.yaml", "version: \"2\"\n");
  const std::string b = Write("b.yaml", "version: [\n");
  const std::string c = Write("c.yaml", kPolicy);
  const std::string gone = (folder_ / "gone.yaml").string();
  EXPECT_EQ(CompileFiles({a, gone, b, c}, diagnostics_), nullptr);
  const std::string said = Said();
  EXPECT_NE(said.find(a + ":1:10: error: "), std::string::npos) << said;
  EXPECT_NE(said.find(b + ":1:"), std::string::npos) << said;
  EXPECT_NE(said.find(gone + ": error: cannot be read: No such file or directory\n"),
            std::string::npos)
      << said;
  EXPECT_EQ(said.find(c), std::string::npos) << said;
}

TEST_F(Compile, WhatIsNoFile) {
  EXPECT_EQ(CompileFiles({folder_.string()}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), folder_.string() + ": error: cannot be read: Is a directory\n");
}

// Nobody writes to it: to wait for it would be to hang.
TEST_F(Compile, APipeThatIsNoStreamOfOurs) {
  const std::string path = (folder_ / "pipe.yaml").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(CompileFiles({path}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), path + ": error: cannot be read: it is no regular file\n");
  diagnostics_ = {};
  EXPECT_EQ(CompileFiles({"/dev/zero"}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), "/dev/zero: error: cannot be read: it is no regular file\n");
}

// As the shell hands over what <(command) prints.
TEST_F(Compile, AnOpenPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], kPolicy, sizeof kPolicy - 1), static_cast<ssize_t>(sizeof kPolicy - 1));
  close(ends[1]);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  EXPECT_NE(CompileFiles({path}, diagnostics_), nullptr) << Said();
  close(ends[0]);
}

TEST_F(Compile, AFileThatIsTooLarge) {
  const std::string path = Write("p.yaml", "version: \"1\"\n" + std::string(17 << 20, '#'));
  EXPECT_EQ(CompileFiles({path}, diagnostics_), nullptr);
  EXPECT_NE(Said().find(path), std::string::npos);
}

TEST_F(Compile, WarningsDoNotStop) {
  const std::string path = Write(
      "p.yaml",
      "version: \"1\"\n"
      "tools: {t: {rules: [{name: r, conditions: [{path: args.m, op: eq, value: 0644}]}]}}\n");
  EXPECT_NE(CompileFiles({path}, diagnostics_), nullptr);
  EXPECT_EQ(diagnostics_.error_count(), 0u);
  EXPECT_EQ(diagnostics_.all().size(), 1u);
}

TEST_F(Compile, RulesOfAPolicyThatAllowsNoTool) {
  const std::string path = Write("p.yaml",
                                 "writ: 1\nname: p\ndefault: deny\n"
                                 "rules:\n  - {name: r, require: args.a == 1}\n");
  EXPECT_NE(CompileFiles({path}, diagnostics_), nullptr) << Said();
  EXPECT_NE(CompileFiles({path, Write("q.yaml", kPolicy)}, diagnostics_), nullptr) << Said();
}

TEST_F(Compile, PoliciesOfOneNameWouldShareCounters) {
  const std::string a = Write("a.yaml", "writ: 1\nname: p\ndefault: allow\n");
  const std::string b = Write("b.yaml", "writ: 1\nname: p\ndefault: allow\n");
  EXPECT_EQ(CompileFiles({a, b}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), b + ": error: this policy has the name of " + a +
                        ": \"p\"\n  hint: give each policy its own name; counts are kept by it\n");
}

TEST_F(Compile, TheDigestCoversListsThatAreReadFromFiles) {
  const std::string policy =
      Write("p.yaml", "writ: 1\ndefault: allow\ndata: { hosts: { from_file: hosts.txt } }\n");
  Write("hosts.txt", "a\n");
  const auto before = CompileFiles({policy}, diagnostics_);
  Write("hosts.txt", "b\n");
  const auto after = CompileFiles({policy}, diagnostics_);
  ASSERT_NE(before, nullptr) << Said();
  ASSERT_NE(after, nullptr);
  EXPECT_NE((*before)->digest, (*after)->digest);
}

TEST_F(Compile, InsideAnotherDocument) {
  const auto source = std::make_shared<const Source>(
      "suite.yaml",
      "policy:\n  version: \"1\"\n  tools: {a: {rules: [{name: r, action: deny}]}}\n");
  const auto document = yaml::Parse(source, diagnostics_);
  ASSERT_NE(document, nullptr);
  const auto program =
      CompileInline(source, *document->root()->Find("policy"), "space", diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  EXPECT_EQ((*program)->files, std::vector<std::string>{"suite.yaml"});
  EXPECT_EQ((*program)->rules[0].at.line, 3u);
}

}  // namespace
}  // namespace writ
