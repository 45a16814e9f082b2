#include "compiler/programs.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "vm/bundle/bundle.h"
#include "vm/bundle/frame.h"

namespace writ {
namespace {

constexpr char kPolicy[] =
    "version: \"1\"\ntools: {pay: {rules: [{name: slow, rate_limit: 5/hour}]}}\n";

// A folder of its own for each test.
class Programs : public testing::Test {
 protected:
  Programs() {
    std::string name = (std::filesystem::temp_directory_path() / "writ-programs-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    folder_ = name;
  }
  ~Programs() override {
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

  static LoadOptions Into(PolicyFiles& files) {
    LoadOptions options;
    options.files = &files;
    return options;
  }

  std::filesystem::path folder_;
  Diagnostics diagnostics_;
};

TEST_F(Programs, AFile) {
  const std::string path = Write("p.yaml", kPolicy);
  const auto program = LoadProgram({path}, diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  EXPECT_EQ((*program)->files, std::vector<std::string>{path});
  ASSERT_EQ((*program)->counters.size(), 1u);
  EXPECT_EQ((*program)->counters[0].space, std::filesystem::canonical(path).string());
  EXPECT_EQ((*program)->rules[0].at.line, 2u);
}

TEST_F(Programs, TheDigestIsTheRootHashOfTheBundle) {
  const auto program = LoadProgram({Write("p.yaml", kPolicy)}, diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  const std::string path = Write("p.writ", *bundle::Write(**program));
  const auto again = LoadProgram({path}, diagnostics_);
  ASSERT_NE(again, nullptr) << Said();
  EXPECT_EQ((*again)->digest, (*program)->digest);
  EXPECT_EQ((*again)->digest, bundle::Hex(bundle::ReadFrame(*bundle::Write(**program))->root_hash));
  EXPECT_EQ((*again)->counters[0].space, std::filesystem::canonical(path).string());
}

TEST_F(Programs, WhatIsCalledABundleIsOne) {
  const std::string path = Write("p.writ", kPolicy);
  EXPECT_EQ(LoadProgram({path}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), path +
                        ": error: cannot be loaded: it is no bundle\n"
                        "  hint: writ compile makes one; a policy in YAML is called .yaml\n");
}

TEST_F(Programs, ABundleThatIsCutShort) {
  const auto program = LoadProgram({Write("p.yaml", kPolicy)}, diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  const std::string path = Write("p.writ", bundle::Write(**program)->substr(0, 50));
  EXPECT_EQ(LoadProgram({path}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), path +
                        ": error: cannot be loaded: it is cut short\n"
                        "  hint: copy it again, or compile the policy anew with this writ: writ "
                        "compile\n");
}

TEST_F(Programs, SeveralFilesHaveADigestOfTheirOwn) {
  const std::string a = Write("a.yaml", "version: \"1\"\n");
  const std::string b = Write("b.yaml", kPolicy);
  const auto digest = [&](const std::vector<std::string>& paths) {
    const auto program = LoadProgram(paths, diagnostics_);
    return program == nullptr ? Said() : (*program)->digest;
  };
  EXPECT_EQ(digest({a, b}), digest({a, b}));
  EXPECT_NE(digest({a, b}), digest({b, a}));
  EXPECT_NE(digest({a, b}), digest({a}));
  EXPECT_NE(digest({a, a}), digest({a}));
}

TEST_F(Programs, ASymbolicLinkCountsAsWhatItNames) {
  const std::string path = Write("p.yaml", kPolicy);
  std::filesystem::create_symlink(path, folder_ / "link.yaml");
  const auto program = LoadProgram({(folder_ / "link.yaml").string()}, diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  EXPECT_EQ((*program)->counters[0].space, std::filesystem::canonical(path).string());
}

TEST_F(Programs, EveryFileThatWasLookedForIsNamed) {
  Write("there.txt", "one\n");
  const std::string path = Write("p.yaml", R"(
writ: 1
default: alow
data: {a: {from_file: there.txt}, b: {from_file: gone.txt}}
)");
  const std::string gone = (folder_ / "gone.yaml").string();
  PolicyFiles files;
  EXPECT_EQ(LoadProgram({path, gone}, diagnostics_, Into(files)), nullptr);
  ASSERT_EQ(files.read.size(), 4u);
  EXPECT_EQ(files.read[0].name, path);
  EXPECT_NE(files.read[0].content, std::nullopt);
  EXPECT_EQ(files.read[1].name, gone);
  EXPECT_EQ(files.read[1].content, std::nullopt);
  EXPECT_EQ(files.read[2].name, (folder_ / "there.txt").string());
  EXPECT_EQ(files.read[2].content->sha256, bundle::Sha256({"one\n"}));
  EXPECT_FALSE(files.read[2].content->is_empty);
  EXPECT_EQ(files.read[3].name, (folder_ / "gone.txt").string());
  EXPECT_EQ(files.read[3].content, std::nullopt);
}

TEST_F(Programs, CountersKeepTheirNameWhereverTheLinkLeadsLater) {
  const std::string one = Write("one.yaml", kPolicy);
  const std::string two = Write("two.yaml", kPolicy);
  const std::string link = (folder_ / "link.yaml").string();
  PolicyFiles files;
  const auto space = [&] {
    const auto program = LoadProgram({link}, diagnostics_, Into(files));
    return program == nullptr ? Said() : (*program)->counters[0].space;
  };
  std::filesystem::create_symlink(one, link);
  EXPECT_EQ(space(), std::filesystem::canonical(one).string());
  std::filesystem::remove(link);
  std::filesystem::create_symlink(two, link);
  EXPECT_EQ(space(), std::filesystem::canonical(one).string());
}

TEST_F(Programs, EveryFaultOfEveryFileIsReported) {
  const std::string a = Write("a.yaml", "version: \"2\"\n");
  const std::string b = Write("b.yaml", "version: [\n");
  const std::string c = Write("c.yaml", kPolicy);
  const std::string gone = (folder_ / "gone.yaml").string();
  EXPECT_EQ(LoadProgram({a, gone, b, c}, diagnostics_), nullptr);
  const std::string said = Said();
  EXPECT_NE(said.find(a + ":1:10: error: "), std::string::npos) << said;
  EXPECT_NE(said.find(b + ":1:"), std::string::npos) << said;
  EXPECT_NE(said.find(gone + ": error: cannot be read: No such file or directory\n"),
            std::string::npos)
      << said;
  EXPECT_EQ(said.find(c), std::string::npos) << said;
}

TEST_F(Programs, WhatIsNoFile) {
  EXPECT_EQ(LoadProgram({folder_.string()}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), folder_.string() + ": error: cannot be read: Is a directory\n");
}

// Nobody writes to it: to wait for it would be to hang.
TEST_F(Programs, APipeThatIsNoStreamOfOurs) {
  const std::string path = (folder_ / "pipe.yaml").string();
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(LoadProgram({path}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), path + ": error: cannot be read: it is no regular file\n");
  diagnostics_ = {};
  EXPECT_EQ(LoadProgram({"/dev/zero"}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), "/dev/zero: error: cannot be read: it is no regular file\n");
}

// As the shell hands over what <(command) prints.
TEST_F(Programs, AnOpenPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], kPolicy, sizeof kPolicy - 1), static_cast<ssize_t>(sizeof kPolicy - 1));
  close(ends[1]);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  EXPECT_NE(LoadProgram({path}, diagnostics_), nullptr) << Said();
  close(ends[0]);
}

TEST_F(Programs, AFileThatIsTooLarge) {
  const std::string path = Write("p.yaml", "version: \"1\"\n" + std::string(17 << 20, '#'));
  EXPECT_EQ(LoadProgram({path}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), path +
                        ": error: has more than 16 MiB, the most that is read\n"
                        "  hint: split it, or move long lists to files of their own, with "
                        "from_file\n");
}

// ---- Limits of a policy as a whole.

constexpr const char* kAllowing = "writ: 1\nname: p\ndefault: allow\nrules:\n";

TEST_F(Programs, TooManyRules) {
  std::string text = kAllowing;
  for (int i = 0; i < 100'002; ++i) text += fmt::format("- {{name: r{}, forbid: true}}\n", i);
  EXPECT_EQ(LoadProgram({Write("p.yaml", text)}, diagnostics_), nullptr);
  EXPECT_EQ(diagnostics_.error_count(), 1u);
  const std::string said = Said();
  EXPECT_NE(said.find("p.yaml:100005:3: error: a policy may have 100000 rules"), std::string::npos)
      << said.substr(0, 500);
}

TEST_F(Programs, TooManyRulesOfToolsTogether) {
  std::string text = "version: \"1\"\ntools:\n";
  for (int i = 0; i < 1001; ++i) {
    text += fmt::format("  t{}: {{rules: [", i);
    for (int k = 0; k < 100; ++k) text += fmt::format("{{name: r{}, action: deny}},", k);
    text += "]}\n";
  }
  EXPECT_EQ(LoadProgram({Write("p.yaml", text)}, diagnostics_), nullptr);
  const std::string said = Said();
  EXPECT_NE(said.find("p.yaml:1003:"), std::string::npos) << said.substr(0, 500);
  EXPECT_NE(said.find("a policy may have 100000 rules"), std::string::npos) << said.substr(0, 500);
}

TEST_F(Programs, RulesForEveryToolTimesTools) {
  std::string text = kAllowing;
  for (int i = 0; i < 2000; ++i) {
    text += fmt::format("- {{name: all{}, require: args.a == 1}}\n", i);
    text += fmt::format("- {{name: one{}, tools: t{}, require: args.b == 1}}\n", i, i);
  }
  EXPECT_EQ(LoadProgram({Write("p.yaml", text)}, diagnostics_), nullptr);
  const std::string said = Said();
  EXPECT_NE(said.find("each counted once for every named tool that it is checked for, are more "
                      "than 300000"),
            std::string::npos)
      << said;
}

TEST_F(Programs, RulesTimesTheToolsTheyName) {
  std::string text = kAllowing;
  std::string names;
  for (int i = 0; i < 1000; ++i) names += fmt::format("t{},", i);
  text += "- {name: first, tools: &names [" + names + "], forbid: true}\n";
  for (int i = 0; i < 300; ++i) {
    text += fmt::format("- {{name: r{}, tools: *names, forbid: true}}\n", i);
  }
  EXPECT_EQ(LoadProgram({Write("p.yaml", text)}, diagnostics_), nullptr);
  EXPECT_NE(Said().find("are more than 300000"), std::string::npos);
}

TEST_F(Programs, GlobsTimesTheToolsTheyAreTestedOn) {
  std::string text = kAllowing;
  for (int i = 0; i < 5000; ++i)
    text += fmt::format("- {{name: g{}, tools: g{}_*, forbid: true}}\n", i, i);
  text += "- {name: last, forbid: true, tools: [";
  for (int i = 0; i < 5000; ++i) text += fmt::format("t{},", i);
  EXPECT_EQ(LoadProgram({Write("p.yaml", text + "]}\n")}, diagnostics_), nullptr);
  const std::string said = Said();
  EXPECT_NE(said.find("the globs, each counted once for every named tool that it is tested on, are "
                      "more than 20000000"),
            std::string::npos)
      << said;
}

TEST_F(Programs, PatternsThatAreTooLargeTogether) {
  std::string text = kAllowing;
  for (int i = 0; i < 60; ++i) {
    text +=
        fmt::format("- {{name: r{}, require: 'args.a.matches(r\"[\\pL\\pN]{{40}}{}\")'}}\n", i, i);
  }
  EXPECT_EQ(LoadProgram({Write("p.yaml", text)}, diagnostics_), nullptr);
  EXPECT_EQ(diagnostics_.error_count(), 1u);
  const std::string said = Said();
  EXPECT_NE(said.find("the patterns of the policy compile to more than 2000000 instructions"),
            std::string::npos)
      << said.substr(0, 500);
}

TEST_F(Programs, APatternThatIsTooLarge) {
  const std::string large = Write(
      "p.yaml", std::string(kAllowing) + "- name: r\n  require: args.a.matches(r'\\pL{900}')\n");
  EXPECT_EQ(LoadProgram({large}, diagnostics_), nullptr);
  std::string said = Said();
  EXPECT_NE(said.find("p.yaml:6:27: error: malformed pattern: pattern too large"),
            std::string::npos)
      << said;
  diagnostics_ = {};
  const std::string bytes =
      Write("q.yaml", std::string(kAllowing) + "- name: r\n  require: args.a.matches('" +
                          std::string(1001, 'a') + "')\n");
  EXPECT_EQ(LoadProgram({bytes}, diagnostics_), nullptr);
  said = Said();
  EXPECT_NE(said.find("the pattern has 1001 bytes, and at most 1000 are taken"), std::string::npos)
      << said;
}

TEST_F(Programs, WarningsDoNotStop) {
  const std::string path = Write(
      "p.yaml",
      "version: \"1\"\n"
      "tools: {t: {rules: [{name: r, conditions: [{path: args.m, op: eq, value: 0644}]}]}}\n");
  EXPECT_NE(LoadProgram({path}, diagnostics_), nullptr);
  EXPECT_EQ(diagnostics_.error_count(), 0u);
  EXPECT_EQ(diagnostics_.all().size(), 1u);
}

TEST_F(Programs, RulesOfAPolicyThatAllowsNoTool) {
  const std::string path = Write("p.yaml",
                                 "writ: 1\nname: p\ndefault: deny\n"
                                 "rules:\n  - {name: r, require: args.a == 1}\n");
  EXPECT_NE(LoadProgram({path}, diagnostics_), nullptr) << Said();
  EXPECT_NE(LoadProgram({path, Write("q.yaml", kPolicy)}, diagnostics_), nullptr) << Said();
}

TEST_F(Programs, PoliciesOfOneNameWouldShareCounters) {
  const std::string a = Write("a.yaml", "writ: 1\nname: p\ndefault: allow\n");
  const std::string b = Write("b.yaml", "writ: 1\nname: p\ndefault: allow\n");
  EXPECT_EQ(LoadProgram({a, b}, diagnostics_), nullptr);
  EXPECT_EQ(Said(), b + ": error: this policy has the name of " + a +
                        ": \"p\"\n  hint: give each policy its own name; counts are kept by it\n");
}

TEST_F(Programs, BundlesAndPoliciesTogether) {
  const auto policy = [](const std::string& name) {
    return "writ: 1\nname: " + name + "\ndefault: allow\nrules:\n  - {name: " + name +
           " rule, tools: pay, forbid: args.n > 1}\n";
  };
  const std::string a = Write("a.yaml", policy("a"));
  const std::string b = Write("b.yaml", policy("b"));
  const std::string c = Write("c.yaml", policy("c"));
  const auto apart = LoadProgram({b}, diagnostics_);
  ASSERT_NE(apart, nullptr) << Said();
  const std::string bundle = Write("b.writ", *bundle::Write(**apart));

  const auto program = LoadProgram({bundle, c, a}, diagnostics_);
  ASSERT_NE(program, nullptr) << Said();
  std::vector<std::string> names;
  for (const PolicyOrigin& origin : (*program)->policies) names.push_back(origin.name);
  EXPECT_EQ(names, (std::vector<std::string>{"b", "c", "a"}));
  // Of the bundle, and of what is compiled together.
  const auto together = LoadProgram({c, a}, diagnostics_);
  EXPECT_EQ((*program)->tools[0].next_count, 1u);
  const auto binary = [](const VerifiedProgram& part) {
    std::string bytes;
    for (size_t i = 0; i < part->digest.size(); i += 2) {
      bytes += static_cast<char>(std::stoi(part->digest.substr(i, 2), nullptr, 16));
    }
    return bytes;
  };
  EXPECT_EQ((*program)->digest, bundle::Hex(bundle::Sha256({binary(*apart), binary(*together)})));

  const auto between = LoadProgram({a, bundle, c}, diagnostics_);
  ASSERT_NE(between, nullptr) << Said();
  EXPECT_EQ((*between)->tools[0].next_count, 2u);
  EXPECT_NE((*between)->digest, (*program)->digest);
}

TEST_F(Programs, ABundleWithTheNameOfAPolicy) {
  const std::string text = "writ: 1\nname: pay\ndefault: allow\nrules: []\n";
  const std::string a = Write("a.yaml", text);
  const auto apart = LoadProgram({a}, diagnostics_);
  ASSERT_NE(apart, nullptr) << Said();
  const std::string bundle = Write("a.writ", *bundle::Write(**apart));
  EXPECT_EQ(LoadProgram({a, bundle}, diagnostics_), nullptr);
  EXPECT_EQ(Said(),
            bundle + ": error: this policy has the name of " + a +
                ": \"pay\"\n  hint: give each policy its own name; counts are kept by it\n");
}

TEST_F(Programs, TheDigestCoversListsThatAreReadFromFiles) {
  const std::string policy =
      Write("p.yaml", "writ: 1\ndefault: allow\ndata: { hosts: { from_file: hosts.txt } }\n");
  Write("hosts.txt", "a\n");
  const auto before = LoadProgram({policy}, diagnostics_);
  Write("hosts.txt", "b\n");
  const auto after = LoadProgram({policy}, diagnostics_);
  ASSERT_NE(before, nullptr) << Said();
  ASSERT_NE(after, nullptr);
  EXPECT_NE((*before)->digest, (*after)->digest);
}

TEST_F(Programs, InsideAnotherDocument) {
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
