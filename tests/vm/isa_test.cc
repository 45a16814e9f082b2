// The opcode table as data, and docs/isa.md held to it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "vm/call.h"
#include "vm/instruction.h"
#include "vm/text_assembler.h"

namespace writ {
namespace {

constexpr char kPage[] = WRIT_SOURCE_DIR "/docs/isa.md";
constexpr std::string_view kBegin = "<!-- opcodes: made from vm/opcodes.def -->\n";
constexpr std::string_view kEnd = "<!-- /opcodes -->\n";

std::string OperandNames(const OpcodeInfo& info) {
  std::string names;
  const auto add = [&names](char letter, OperandClass operand) {
    if (operand == OperandClass::kNone) return;
    if (!names.empty()) names += ", ";
    names += fmt::format("{}: {}", letter, OperandClassName(operand));
  };
  add('a', info.a);
  add('b', info.b);
  add('c', info.c);
  add('d', info.d);
  return names;
}

// Pipes would end a cell.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string("\\|") : std::string(1, c);
  return cell;
}

std::string Table() {
  std::string table =
      "| number | opcode | operands | cost | what it does |\n|--:|---|---|--:|---|\n";
  for (size_t i = 0; i < kOpcodeCount; ++i) {
    const OpcodeInfo& info = Info(static_cast<Opcode>(i));
    table += fmt::format("| {} | {} | {} | {} | {} |\n", i, info.name, OperandNames(info),
                         info.cost, Cell(info.text));
  }
  return table;
}

TEST(Isa, ThePageListsTheOpcodesOfTheTable) {
  std::string page;
  {
    std::ifstream in(kPage);
    page.assign(std::istreambuf_iterator<char>(in), {});
  }
  const size_t begin = page.find(kBegin);
  const size_t end = page.find(kEnd);
  ASSERT_NE(begin, std::string::npos) << kPage << " has no line " << kBegin;
  ASSERT_NE(end, std::string::npos) << kPage << " has no line " << kEnd;
  const size_t from = begin + kBegin.size();
  if (std::getenv("WRIT_REBASE") != nullptr) {
    page.replace(from, end - from, Table());
    std::ofstream(kPage) << page;
    return;
  }
  EXPECT_EQ(page.substr(from, end - from), Table())
      << "vm/opcodes.def has changed; write the page's table anew with\n"
         "  WRIT_REBASE=1 ctest --preset dev -R Isa";
}

TEST(Isa, ThePageExplainsEveryOperandClass) {
  std::ifstream in(kPage);
  const std::string page(std::istreambuf_iterator<char>(in), {});
  for (int i = 0; i <= static_cast<int>(OperandClass::kFunction); ++i) {
    const std::string_view name = OperandClassName(static_cast<OperandClass>(i));
    EXPECT_NE(page.find(fmt::format("| `{}` |", name)), std::string::npos) << name;
  }
}

// The listing with a recovery likewise.
TEST(Isa, ThePagesRecoveryDoesWhatThePageSays) {
  std::ifstream in(kPage);
  const std::string page(std::istreambuf_iterator<char>(in), {});
  const size_t begin = page.find("```\nblock 0, value, 4 registers\n        up to") + 4;
  ASSERT_NE(begin, std::string::npos + 4);
  const std::string listing = page.substr(begin, page.find("```", begin) - begin);
  TextAssembler assembler(listing);
  const uint32_t block = assembler.last_block();
  Call call(assembler.Take());
  EXPECT_EQ(call.Evaluate(block, R"({"a":1,"b":1})"), "true");
  EXPECT_EQ(call.Evaluate(block, R"({"a":1,"b":2})"), "false");
  EXPECT_EQ(call.Evaluate(block, R"({"a":2})"), "false");
  EXPECT_EQ(call.Evaluate(block, R"({"b":2})"), "false");
  EXPECT_EQ(call.Evaluate(block, R"({"b":1})"), "error(no such field)");
  EXPECT_NE(Disassemble(*call.program()).find(listing), std::string::npos);
}

// The page's listing is assembled, run, and printed again.
TEST(Isa, ThePagesListingDoesWhatThePageSays) {
  std::ifstream in(kPage);
  const std::string page(std::istreambuf_iterator<char>(in), {});
  const size_t begin = page.find("```\n     0  ScopeBegin") + 4;
  ASSERT_NE(begin, std::string::npos + 4);
  const std::string listing = page.substr(begin, page.find("```", begin) - begin);
  TextAssembler assembler(listing);
  const uint32_t block = assembler.last_block();
  Call call(assembler.Take());
  EXPECT_EQ(call.Evaluate(block, R"({"a":true,"b":true})"), "true");
  EXPECT_EQ(call.Evaluate(block, R"({"a":false})"), "false");
  EXPECT_EQ(call.Evaluate(block, R"({"b":false})"), "false");
  EXPECT_EQ(call.Evaluate(block, R"({"b":true})"), "error(no such field)");
  EXPECT_NE(Disassemble(*call.program()).find(listing), std::string::npos);
}

// What the verifier and the machine take for granted of a row.
TEST(Isa, RowsAreWellFormed) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kOpcodeCount; ++i) {
    const OpcodeInfo& info = Info(static_cast<Opcode>(i));
    EXPECT_TRUE(names.insert(info.name).second) << info.name << " is there twice";
    EXPECT_GT(info.cost, 0u) << info.name;
    EXPECT_FALSE(info.text.empty()) << info.name;
    // Operand a is one byte: it holds registers and small numbers.
    EXPECT_TRUE(info.a == OperandClass::kNone || info.a == OperandClass::kReg ||
                info.a == OperandClass::kDst || info.a == OperandClass::kImm)
        << info.name;
    EXPECT_NE(info.b, OperandClass::kTo) << info.name << ": jumps are in c and d";
    EXPECT_TRUE(info.d != OperandClass::kTo || info.c == OperandClass::kTo)
        << info.name << ": a test has two exits";
    EXPECT_TRUE(info.c != OperandClass::kBlock && info.d != OperandClass::kBlock)
        << info.name << ": what is run is in b";
  }
  EXPECT_LE(kOpcodeCount, 256u);
}

}  // namespace
}  // namespace writ
