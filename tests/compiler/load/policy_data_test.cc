// Constants of policies: values, types, files.
#include "compiler/load/policy_data.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

std::string Show(const Value& value) {
  switch (value.tag) {
    case Tag::kNull: return "null";
    case Tag::kBool: return value.i != 0 ? "true" : "false";
    case Tag::kInt: return std::to_string(value.i);
    case Tag::kUint: return std::to_string(value.u) + "u";
    case Tag::kDouble: return std::to_string(value.d);
    case Tag::kString: return "'" + std::string(value.view()) + "'";
    case Tag::kList: {
      std::string text = "[";
      for (uint32_t i = 0; i < value.list->size; ++i) {
        text += (i > 0 ? ", " : "") + Show(value.list->items[i]);
      }
      return text + "]";
    }
    case Tag::kMap: {
      std::string text = "{";
      for (uint32_t i = 0; i < value.map->size; ++i) {
        text += (i > 0 ? ", " : "") + Show(value.map->entries[i].key) + ": " +
                Show(value.map->entries[i].value);
      }
      return text + "}";
    }
    default: return "?";
  }
}

// What `data:` with that YAML reads as.
struct Reading {
  explicit Reading(const std::string& yaml, const std::string& path = "policy.yaml") {
    const auto source = std::make_shared<const Source>(path, yaml);
    const auto document = yaml::Parse(source, diagnostics);
    if (document == nullptr) {
      ADD_FAILURE() << "no YAML: " << yaml;
      return;
    }
    PolicyReader reader(source, diagnostics);
    DataReader data(reader, arena);
    const std::optional<Constant> constant = data.Read(*document->root());
    if (constant) {
      value = Show(constant->value);
      type = constant->type.ToString();
    }
    EXPECT_EQ(constant.has_value(), !diagnostics.has_errors());
    files = data.TakeFiles();
  }

  std::string Said() const {
    std::string said;
    for (const Diagnostic& diagnostic : diagnostics.all()) said += Render(diagnostic);
    return said;
  }

  Arena arena;
  Diagnostics diagnostics;
  std::string value;
  std::string type;
  std::vector<std::shared_ptr<const Source>> files;
};

class DataFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("writ_data_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
               "_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_ / "lists");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  Reading Read(const std::string& yaml) const {
    return Reading(yaml, (folder_ / "policy.yaml").string());
  }

  std::filesystem::path folder_;
};

TEST(PolicyData, ScalarsAsYamlReadsThem) {
  const Reading data(
      "[null, true, -5, 18446744073709551615, 1.5, 1e3, text, \"5\", yes, 2026-01-01]\n");
  EXPECT_EQ(data.value,
            "[null, true, -5, 18446744073709551615u, 1.500000, 1000.000000, 'text', '5', 'yes', "
            "'2026-01-01']");
  EXPECT_EQ(data.type, "list(dyn)");
}

TEST(PolicyData, TypesOfListsAndMaps) {
  EXPECT_EQ(Reading("[]\n").type, "list(dyn)");
  EXPECT_EQ(Reading("[1, 2]\n").type, "list(int)");
  EXPECT_EQ(Reading("[1, 2.0]\n").type, "list(dyn)");
  EXPECT_EQ(Reading("{usd: 5, jpy: 7}\n").type, "map(string, int)");
  EXPECT_EQ(Reading("{usd: {cap: 5}, jpy: {cap: 7}}\n").type, "map(string, map(string, int))");
  EXPECT_EQ(Reading("{usd: [a], jpy: 7}\n").type, "map(string, dyn)");
  EXPECT_EQ(Reading("[[a], []]\n").type, "list(dyn)");
}

TEST(PolicyData, KeysHaveTypesToo) {
  const Reading numbers("{1: a, 20: b}\n");
  EXPECT_EQ(numbers.value, "{1: 'a', 20: 'b'}");
  EXPECT_EQ(numbers.type, "map(int, string)");
  EXPECT_EQ(Reading("{\"1\": a, no: b}\n").type, "map(string, string)");
  EXPECT_EQ(Reading("{1: a, b: b}\n").type, "map(dyn, string)");
  EXPECT_EQ(Reading("{true: a, false: b}\n").type, "map(bool, string)");
}

TEST(PolicyData, AliasesShareTheirValue) {
  const Reading data("{a: &x [1, 2], b: *x, c: {<<: {d: 1}}}\n");
  EXPECT_EQ(data.value, "{'a': [1, 2], 'b': [1, 2], 'c': {'d': 1}}");
}

TEST_F(DataFile, AnEntryALine) {
  Write("hosts.txt",
        "\xEF\xBB\xBF"
        "a.example\r\n\n  \nb.example\nlast");
  const Reading data = Read("{hosts: {from_file: hosts.txt}}\n");
  EXPECT_EQ(data.value, "{'hosts': ['a.example', '  ', 'b.example', 'last']}");
  EXPECT_EQ(data.type, "map(string, list(string))");
  ASSERT_EQ(data.files.size(), 1u);
  EXPECT_NE(data.Said().find("blanks at the start and end"), std::string::npos) << data.Said();
}

TEST_F(DataFile, IsReadOnceAndRelativeToThePolicy) {
  Write("lists/hosts.txt", "a\n");
  const Reading data = Read("{a: {from_file: lists/hosts.txt}, b: {from_file: lists/hosts.txt}}\n");
  EXPECT_EQ(data.value, "{'a': ['a'], 'b': ['a']}");
  EXPECT_EQ(data.files.size(), 1u);
  const Reading absolute = Read("{from_file: " + (folder_ / "lists/hosts.txt").string() + "}\n");
  EXPECT_EQ(absolute.value, "['a']");
}

TEST_F(DataFile, MayBeEmpty) {
  Write("hosts.txt", "\n\n");
  EXPECT_EQ(Read("{from_file: hosts.txt}\n").value, "[]");
}

TEST_F(DataFile, ThatIsNoUtf8IsShownItsLine) {
  Write("hosts.txt",
        "good\nb\xFF"
        "d\n");
  const std::string said = Read("{from_file: hosts.txt}\n").Said();
  EXPECT_NE(said.find("hosts.txt:2:1: error: this line is not UTF-8"), std::string::npos) << said;
}

TEST_F(DataFile, ThatIsAFolder) {
  const std::string said = Read("{from_file: lists}\n").Said();
  EXPECT_NE(said.find("lists cannot be read: Is a directory"), std::string::npos) << said;
}

// Nobody writes to it: to wait for it would be to hang.
TEST_F(DataFile, ThatIsAPipeOrADevice) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const std::string said = Read("{from_file: pipe}\n").Said();
  EXPECT_NE(said.find("pipe cannot be read: it is no regular file"), std::string::npos) << said;
  for (const char* device : {"/dev/zero", "/dev/stdin", "/dev/tty"}) {
    const std::string of_device = Read(std::string("{from_file: ") + device + "}\n").Said();
    EXPECT_NE(of_device.find("cannot be read: "), std::string::npos) << of_device;
  }
}

TEST_F(DataFile, ThatIsTooLarge) {
  Write("hosts.txt", std::string(kMaxDataFileBytes + 1, 'a'));
  const std::string said = Read("{from_file: hosts.txt}\n").Said();
  EXPECT_NE(said.find("has more than 16 MiB"), std::string::npos) << said;
}

TEST_F(DataFile, ThatIsTooLargeBesideOthers) {
  std::string text = "{";
  for (size_t i = 0; i <= kMaxDataFilesBytes / kMaxDataFileBytes; ++i) {
    const std::string name = "hosts" + std::to_string(i) + ".txt";
    Write(name, std::string(kMaxDataFileBytes, 'a'));
    text += "l" + std::to_string(i) + ": {from_file: " + name + "}, ";
  }
  const std::string said = Read(text + "}\n").Said();
  EXPECT_NE(said.find("hosts4.txt the files of from_file have more than 64 MiB together"),
            std::string::npos)
      << said.substr(0, 500);
}

TEST_F(DataFile, WithTooManyEntries) {
  std::string lines;
  for (size_t i = 0; i <= kMaxDataFileEntries; ++i) lines += "a\n";
  Write("hosts.txt", lines);
  const std::string said = Read("{from_file: hosts.txt}\n").Said();
  EXPECT_NE(said.find("has 1000001 entries, and 1000000 are possible"), std::string::npos) << said;
}

}  // namespace
}  // namespace writ
