// Bundles of every version that ever was: they are read, listed and decided by as they were then.
// Their files are never written anew.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "vm/bundle/bundle.h"
#include "vm/call.h"
#include "vm/disasm.h"

namespace writ::bundle {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(WRIT_SOURCE_DIR) / "tests/vm/bundle/golden";

std::string TextOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Shown(const Decision& decision, const Program& program) {
  return fmt::format("{} {} {}, reserves {}, notes {}", VerdictName(decision.verdict),
                     CodeName(decision.code),
                     decision.rule == kNoRule ? "" : program.rules.at(decision.rule).name,
                     decision.reservation_count, decision.shadow_count);
}

constexpr std::pair<const char*, const char*> kCalls[] = {
    {"read", R"({"path":"/srv/project/a","note":"b","tags":[]})"},
    {"read", R"({"path":"/etc/passwd"})"},
    {"read", R"({"PATH":"/srv/project/a"})"},
    {"read", R"({})"},
    {"pay", R"({"amount":10,"currency":"usd","note":"b","tags":["c"],"to":["d"]})"},
    {"pay", R"({"amount":101,"currency":"usd","note":"b","tags":["c"],"to":["c"]})"},
    {"pay", R"({"amount":60000,"currency":"usd"})"},
    {"pay", R"({"amount":10,"currency":"eur"})"},
    {"pay", R"({"amount":1e999,"currency":"usd"})"},
    {"pay", R"({"amount":10,"currency":"jpy","note":"b","tags":["x","b"]})"},
    {"pay", R"({"amount":10,"currency":"usd","note":"B","tags":[],"to":[]})"},
    {"get_x", R"({"note":"b","tags":[],"a":{"b":{"c":"2026-01-01T00:00:00Z"}},"to":["10.0.0.1"]})"},
    {"get_x", R"({"note":"b","tags":[],"a":{"b":{"c":"2036-01-01T00:00:00Z"}},"to":["10.0.0.1"]})"},
    {"drop_table", R"({})"},
    {"the_admin", R"({"note":"b","tags":[]})"},
    {"other", R"({"note":"b","tags":[]})"},
};

// What the proxy knows besides the arguments; it is past noon.
void FillFacts(Call& call, std::string_view tool) {
  Value now;
  now.tag = Tag::kTimestamp;
  now.i = 1'800'014'400;
  for (const FactSlot& fact : call.program()->facts) {
    if (fact.fact == Fact::kToolName) call.machine().SetSlot(fact.slot, Value::String(tool));
    if (fact.fact == Fact::kNow) call.machine().SetSlot(fact.slot, now);
  }
  for (const CounterRead& read : call.program()->reads) {
    call.machine().SetSlot(read.slot, Value::Int(0));
  }
}

class GoldenBundle : public testing::TestWithParam<int> {
 protected:
  std::string File(const char* end) const { return TextOf(FileName(end)); }

  // What it was then. That of a new version is written once, with WRIT_NEW_GOLDEN set.
  void Expect(const char* end, const std::string& text) const {
    if (std::getenv("WRIT_NEW_GOLDEN") != nullptr && !std::filesystem::exists(FileName(end))) {
      std::ofstream(FileName(end), std::ios::binary) << text;
    }
    EXPECT_EQ(text, File(end));
  }

 private:
  std::filesystem::path FileName(const char* end) const {
    return kFolder / fmt::format("format-{}.{}", GetParam(), end);
  }
};

TEST_P(GoldenBundle, IsReadAsItWasThen) {
  const auto loaded = Read(File("writ"), "/golden");
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  EXPECT_EQ(loaded->format_version, GetParam());
  Expect("listing", Disassemble(**loaded->program));
}

TEST_P(GoldenBundle, DecidesAsItDidThen) {
  const auto loaded = Read(File("writ"), "/golden");
  ASSERT_TRUE(loaded.has_value()) << loaded.error();
  Call call(loaded->program);
  std::string decided;
  for (const auto& [tool, arguments] : kCalls) {
    call.Begin(arguments, tool);
    FillFacts(call, tool);
    decided += fmt::format("{} {}\n  {}\n", tool, arguments,
                           Shown(call.machine().Decide(), **loaded->program));
  }
  Expect("decisions", decided);
}

INSTANTIATE_TEST_SUITE_P(Format, GoldenBundle, testing::Range(1, kFormatVersion + 1));

}  // namespace
}  // namespace writ::bundle
