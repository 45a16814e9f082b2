// Compiled policies as bundles: they are read as they were written and decide the same; their bytes
// are the same each time, and few; and whatever is done to them is refused or does no harm.
#include "vm/bundle/bundle.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/text_files.h"
#include "vm/bundle/frame.h"
#include "vm/bundle/harm.h"
#include "vm/call.h"
#include "vm/disasm.h"

namespace writ::bundle {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kWhere = "/srv/policy.writ";

std::string Written(const VerifiedProgram& program, DebugData debug_data = DebugData::kKeep) {
  auto written = Write(*program, debug_data);
  if (!written.has_value()) throw std::invalid_argument(written.error());
  return std::move(*written);
}

// A sound bundle is read.
Loaded ReadBack(std::string bytes) {
  auto loaded = Read(std::move(bytes), kWhere);
  if (!loaded.has_value()) throw std::invalid_argument(loaded.error());
  return std::move(*loaded);
}

std::vector<std::string> Policies(const std::string& given) {
  constexpr std::string_view kAnd = "--- and\n";
  std::vector<std::string> policies;
  size_t start = 0;
  for (size_t end; (end = given.find(kAnd, start)) != std::string::npos;
       start = end + kAnd.size()) {
    policies.push_back(given.substr(start, end - start));
  }
  policies.push_back(given.substr(start));
  return policies;
}

std::string TextOf(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void ExpectReadAsWritten(const VerifiedProgram& program) {
  const std::string bytes = Written(program);
  const Loaded loaded = ReadBack(bytes);
  EXPECT_EQ(Disassemble(**loaded.program), Disassemble(*program));
  EXPECT_EQ(RowsOf((*loaded.program)->paths), RowsOf(program->paths));
  EXPECT_EQ((*loaded.program)->ErrorsAreDenials(), program->ErrorsAreDenials());
  EXPECT_EQ((*loaded.program)->digest, Hex(loaded.root_hash));
  ASSERT_EQ((*loaded.program)->rules.size(), program->rules.size());
  for (size_t i = 0; i < program->rules.size(); ++i) {
    const Rule& rule = (*loaded.program)->rules[i];
    EXPECT_EQ(rule.check_message, program->rules[i].check_message);
    EXPECT_EQ(rule.quota_message, program->rules[i].quota_message);
    EXPECT_EQ(rule.at.line, program->rules[i].at.line);
    EXPECT_EQ(rule.message.size(), program->rules[i].message.size());
  }
  // Again from what was read.
  EXPECT_EQ(*Write(**loaded.program), bytes);
  EXPECT_EQ(*RootHash(**loaded.program), loaded.root_hash);
}

class GoldenListings : public testing::TestWithParam<std::string> {};

TEST_P(GoldenListings, AreReadAsTheyWereWritten) {
  const TextFile file("tests/compiler/golden", GetParam());
  ExpectReadAsWritten(*Compiled(Policies(file.given())));
}

INSTANTIATE_TEST_SUITE_P(Bundle, GoldenListings,
                         testing::ValuesIn(TextFile::In("tests/compiler/golden")),
                         [](const auto& name) { return name.param; });

TEST(Bundle, ReadyMadePoliciesAreReadAsTheyWereWritten) {
  size_t policies = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(WRIT_SOURCE_DIR) / "policies")) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".yaml") || name.ends_with(".test.yaml")) continue;
    SCOPED_TRACE(name);
    ExpectReadAsWritten(*Compiled(TextOf(entry.path())));
    ++policies;
  }
  EXPECT_GT(policies, 5u);
}

constexpr char kPayments[] = R"(
writ: 1
name: payments
default: deny
allow: [get_*, read_text_file, create_charge]
hide: [drop_*]
labels: [env]
data:
  cap: { usd: 50000, jpy: 7000000 }
  nets: ["10.0.0.0/8"]
variables:
  limit: data.cap[args.currency]
rules:
  - name: only the project folder
    tools: read_text_file
    require: path.within(args.path, "/srv/project")
    message: "${args.path} is outside the project folder"
  - name: charges within the cap of their currency
    tools: create_charge
    require:
      - args.currency in data.cap
      - args.amount > 0 && args.amount <= variables.limit
  - name: no strange words
    forbid: args.note.matches("^(a+)+$") || args.tags.exists(t, t == "x")
    mode: shadow
  - name: daily spend
    tools: create_charge
    quota: { max: "20 * variables.limit", per: day, of: args.amount, by: args.currency }
)";

constexpr const char* kCalls[][2] = {
    {"read_text_file", R"({"path":"/srv/project/a"})"},
    {"read_text_file", R"({"path":"/etc/passwd"})"},
    {"read_text_file", R"({"PATH":"/srv/project/a"})"},
    {"create_charge", R"({"currency":"usd","amount":10,"note":"aaaa","tags":["x"]})"},
    {"create_charge", R"({"currency":"usd","amount":1e999})"},
    {"create_charge", R"({"currency":"eur","amount":10})"},
    {"create_charge", R"({})"},
    {"get_x", R"({"note":"b","tags":[1,{"y":[]}]})"},
    {"drop_table", R"({})"},
    {"other", R"({})"},
};

std::string Shown(const Decision& decision) {
  return fmt::format("{} {} rule {} at {} slot {} reserves {} notes {}",
                     VerdictName(decision.verdict), CodeName(decision.code), decision.rule,
                     decision.instruction, decision.slot, decision.reservation_count,
                     decision.shadow_count);
}

TEST(Bundle, DecidesAsItsPolicyDoes) {
  const auto program = Compiled(kPayments);
  for (const DebugData debug_data : {DebugData::kKeep, DebugData::kStrip}) {
    Call before(program);
    Call after(ReadBack(Written(*program, debug_data)).program);
    for (const auto& [tool, arguments] : kCalls) {
      EXPECT_EQ(Shown(after.Decide(arguments, tool)), Shown(before.Decide(arguments, tool)))
          << tool << arguments;
    }
  }
}

TEST(Bundle, IsTheSameEachTime) {
  EXPECT_EQ(Written(*Compiled(kPayments)), Written(*Compiled(kPayments)));
}

TEST(Bundle, KeepsCountsByThePolicysNameOrWhereItIs) {
  const auto space = [](const std::string& bytes) {
    return (*ReadBack(bytes).program)->counters.at(0).space;
  };
  EXPECT_EQ(space(Written(*Compiled(kPayments))), "payments");
  const std::string unnamed =
      "version: \"1\"\ntools:\n  t:\n    rules:\n      - {name: a, rate_limit: 1/minute}\n";
  EXPECT_EQ(space(Written(*Compiled(unnamed))), kWhere);
  const auto two = Compiled({unnamed, unnamed});
  const auto loaded = ReadBack(Written(*two));
  EXPECT_EQ((*loaded.program)->counters.at(0).space, fmt::format("{}#1", kWhere));
  EXPECT_EQ((*loaded.program)->counters.at(1).space, fmt::format("{}#2", kWhere));
}

TEST(Bundle, HasNoTwoPoliciesOfOneName) {
  const std::string policy = "version: \"1\"\ntools: {t: {rules: []}}\n";
  writ::Loaded both({policy, policy});
  Program program = Emit(both.policies, both.diagnostics);
  for (PolicyOrigin& one : program.policies) {
    one.is_named = true;
    one.name = "a";
  }
  EXPECT_EQ(Read(*Write(program), kWhere).error(), "two of its policies have one name");
}

// The bytes that an operator stores and that are hashed at each start.
TEST(Bundle, IsSmall) {
  constexpr int kRules = 2'000;
  std::string policy = "writ: 1\nname: many\ndefault: allow\nrules:\n";
  for (int i = 0; i < kRules; ++i) {
    policy += fmt::format(
        "  - name: the cap of tool {}\n    tools: some_tool_{}\n    require: args.amount <= {}\n",
        i, i, 100 + i);
  }
  const auto program = Compiled(policy);
  const std::string bytes = Written(*program, DebugData::kStrip);
  RecordProperty("bytes_a_rule", static_cast<int>(bytes.size() / kRules));
  std::string sizes;
  const auto frame = ReadFrame(bytes);
  for (const SectionView& section : frame->sections) {
    sizes += fmt::format("{} {}, ", SectionName(section.id),
                         static_cast<double>(section.bytes.size()) / kRules);
  }
  EXPECT_LE(bytes.size() / kRules, 128u) << sizes;
}

// ---- The frame.

std::string FaultOf(std::string bytes) {
  const auto loaded = Read(std::move(bytes), kWhere);
  return loaded.has_value() ? "" : loaded.error();
}

TEST(Frame, RefusesWhatIsNoBundle) {
  const std::string bytes = Written(*Compiled(kPayments));
  EXPECT_TRUE(LooksLikeBundle(bytes));
  EXPECT_FALSE(LooksLikeBundle(""));
  EXPECT_FALSE(LooksLikeBundle("writ: 1\n"));
  EXPECT_EQ(FaultOf(""), "it is no bundle");
  EXPECT_EQ(FaultOf("writ: 1\n"), "it is no bundle");
  EXPECT_EQ(FaultOf(bytes.substr(0, 20)), "it is cut short");
  std::string sent_as_text = bytes;
  sent_as_text.erase(sent_as_text.find('\r'), 1);
  EXPECT_EQ(FaultOf(sent_as_text), "its first bytes were changed, as where a file is sent as text");
}

TEST(Frame, RefusesNewerVersions) {
  std::string bytes = Written(*Compiled(kPayments));
  bytes[8] = 2;
  EXPECT_EQ(FaultOf(bytes), "it has format 2, and this writ reads up to 1");
  bytes[8] = 0;
  EXPECT_EQ(FaultOf(bytes), "it has format 0, which there is not");
  bytes[8] = 1;
  bytes[11] = 1;
  EXPECT_EQ(FaultOf(bytes), "it has instruction set 258, and this writ reads up to 3");
}

// One program has one form: the bundle says the first instruction set that has all it needs.
TEST(Frame, SaysTheInstructionSetThatItsProgramNeeds) {
  const auto fault_as = [](const std::string& bytes, uint16_t isa_version) {
    const auto frame = ReadFrame(bytes);
    return FaultOf(WriteFrame(frame->kind, SectionsOf(*frame), isa_version).value());
  };
  const std::string old = Written(*Compiled(kPayments));
  EXPECT_EQ(ReadFrame(old)->isa_version, 2);
  EXPECT_EQ(fault_as(old, 3), "it says instruction set 3, and has instructions of 2");
  std::string many = "writ: 1\nname: many\ndefault: allow\nrules:\n";
  for (int i = 0; i < 8; ++i) {
    many += fmt::format("  - {{name: r{}, tools: t, when: args.a == {}, forbid: true}}\n", i, i);
  }
  const std::string indexed = Written(*Compiled(many));
  EXPECT_EQ(ReadFrame(indexed)->isa_version, 3);
  EXPECT_EQ(fault_as(indexed, 2), "it says instruction set 2, and has instructions of 3");
}

TEST(Frame, IsWhole) {
  const std::string bytes = Written(*Compiled(kPayments));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE(FaultOf(bytes.substr(0, size)), "") << size;
  }
  EXPECT_EQ(FaultOf(bytes + '\0'), "its size is not the one that it says");
}

TEST(Frame, EveryBitIsHashed) {
  std::string bytes = Written(*Compiled(kPayments));
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char was = bytes[i];
    bytes[i] = static_cast<char>(was ^ (1 << i % 8));
    EXPECT_FALSE(ReadFrame(bytes).has_value()) << i;
    bytes[i] = was;
  }
}

// A bundle whose hashes are right, whatever else is not.
std::string Rehashed(std::string bytes) {
  const auto put = [&bytes](size_t at, const Hash& hash) {
    bytes.replace(at, hash.size(), AsText(hash));
  };
  const auto number = [&bytes](size_t at) {
    uint64_t n = 0;
    for (size_t i = 8; i-- > 0;) n = n << 8 | static_cast<unsigned char>(bytes[at + i]);
    return n;
  };
  const size_t sections = static_cast<unsigned char>(bytes[14]);
  for (size_t i = 0; i < sections; ++i) {
    const size_t row = kTableOffset + i * kTableRowBytes;
    const uint64_t offset = number(row + 8);
    const uint64_t size = number(row + 16);
    if (offset > bytes.size() || size > bytes.size() - offset) continue;
    put(row + 24, Sha256({std::string_view(bytes).substr(offset, size)}));
  }
  const std::string_view all = bytes;
  put(kHeaderBytes,
      Sha256({all.substr(0, kHeaderBytes), all.substr(kTableOffset, sections * kTableRowBytes)}));
  return bytes;
}

TEST(Frame, IsReadInOneForm) {
  const std::string bytes = Written(*Compiled(kPayments));
  ASSERT_EQ(Rehashed(bytes), bytes);
  const size_t first = kTableOffset;
  const size_t second = kTableOffset + kTableRowBytes;
  const struct {
    const char* fault;
    size_t at;
    char change;
  } kCases[] = {
      {"it is of no kind that there is", 12, 2},
      {"its header is not zero at the end", 24, 1},
      {"its sections do not rise", first, 3},
      {"section program: it has more than 1 rows", first + 4, 1 ^ 2},
      {"section text: it does not begin where the one before ends", second + 8, 8},
      {"section text: it has more rows than it has room for", second + 6, 1},
      {"section text: it is larger than the file", second + 16 + 3, 1},
      {"section 24577: this writ does not know it", first + 1, 0x60},
  };
  for (const auto& c : kCases) {
    std::string changed = bytes;
    changed[c.at] = static_cast<char>(changed[c.at] ^ c.change);
    EXPECT_EQ(FaultOf(Rehashed(changed)), c.fault) << c.at;
  }
}

TEST(Frame, HidesNothingBetweenSections) {
  const std::string bytes = Written(*Compiled(kPayments));
  const auto frame = ReadFrame(bytes);
  ASSERT_TRUE(frame.has_value());
  size_t gaps = 0;
  for (size_t i = 0; i + 1 < frame->sections.size(); ++i) {
    const std::string_view section = frame->sections[i].bytes;
    const char* const end = section.data() + section.size();
    if (end == frame->sections[i + 1].bytes.data()) continue;
    std::string changed = bytes;
    changed[static_cast<size_t>(end - bytes.data())] = 1;
    EXPECT_EQ(FaultOf(changed), fmt::format("section {}: what stands before it is not zero",
                                            SectionName(frame->sections[i + 1].id)));
    ++gaps;
  }
  EXPECT_GT(gaps, 3u);
}

// ---- What a hostile bundle may say.

// It is refused, or is a program: then it decides, whatever.
void ExpectHarmless(const std::string& bytes) {
  auto loaded = Read(bytes, kWhere);
  if (!loaded.has_value()) {
    EXPECT_FALSE(loaded.error().empty());
    return;
  }
  EXPECT_FALSE(Disassemble(**loaded->program).empty());
  Call call(loaded->program);
  for (const auto& [tool, arguments] : kCalls) Shown(call.Decide(arguments, tool));
}

void ExpectAllBitsHarmless(const std::string& bytes, int bits_a_byte) {
  for (size_t i = kTableOffset; i < bytes.size(); ++i) {
    for (int k = 0; k < bits_a_byte; ++k) {
      const int bit = (static_cast<int>(i) + k) % 8;
      SCOPED_TRACE(fmt::format("byte {} bit {}", i, bit));
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      ExpectHarmless(Rehashed(std::move(changed)));
    }
  }
}

TEST(Bundle, NoBitDoesHarmWhereTheHashesArePutRight) {
  const auto program = Compiled(kPayments);
  ExpectAllBitsHarmless(Written(*program, DebugData::kStrip), 8);
  ExpectAllBitsHarmless(Written(*program), 1);
}

}  // namespace
}  // namespace writ::bundle
