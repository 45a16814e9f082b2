// The forms that CEL's expressions will take: the listings of docs/architecture.md, assembled,
// verified, run, and printed again.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>

#include "vm/disasm.h"
#include "vm/json.h"
#include "vm/machine.h"
#include "vm/text_assembler.h"

namespace writ {
namespace {

// The first fenced listing below a heading of docs/architecture.md.
std::string Listing(const std::string& heading) {
  std::ifstream file(WRIT_SOURCE_DIR "/docs/architecture.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const size_t at = page.find("### " + heading);
  if (at == std::string::npos) throw std::invalid_argument("no heading " + heading);
  const size_t begin = page.find("```\n", at) + 4;
  return page.substr(begin, page.find("```", begin) - begin);
}

class Expression {
 public:
  explicit Expression(const std::string& heading) : listing_(Listing(heading)) {
    TextAssembler assembler(listing_);
    block_ = assembler.last_block();
    auto verified = Verify(assembler.Take());
    if (!verified.has_value()) throw std::invalid_argument(verified.error().text);
    machine_ = std::make_unique<Machine>(*verified);
  }

  // The value as text, for arguments given as JSON.
  std::string Of(const std::string& arguments) {
    machine_->ResetArena();
    ScanTarget* target = machine_->BeginCall("any");
    PaddedText text(arguments);
    Scanner scanner(machine_->arena());
    const ScanResult scanned = scanner.Scan(text.view(), true, *target);
    EXPECT_TRUE(scanned.ok()) << arguments;
    return FormatValue(machine_->Evaluate(block_));
  }

  const std::string& listing() const { return listing_; }
  const VerifiedProgram& program() const { return machine_->program(); }

 private:
  std::string listing_;
  uint32_t block_ = 0;
  std::unique_ptr<Machine> machine_;
};

constexpr char kAnd[] = "`a && b` where an error may be absorbed";
constexpr char kComprehension[] = "A comprehension";
constexpr char kOptional[] = "An optional";
constexpr char kBind[] = "`cel.bind(x, args.a + 1, x < 10 || x > 20)`";

TEST(Encodings, AndAbsorbsErrorsOnEitherSide) {
  Expression both(kAnd);
  EXPECT_EQ(both.Of(R"({"a":true,"b":true})"), "true");
  EXPECT_EQ(both.Of(R"({"a":true,"b":false})"), "false");
  EXPECT_EQ(both.Of(R"({"a":false,"b":true})"), "false");
  EXPECT_EQ(both.Of(R"({"a":false})"), "false");
  EXPECT_EQ(both.Of(R"({"b":false})"), "false") << "a fails, b decides";
  EXPECT_EQ(both.Of(R"({"b":true})"), "error(no such field)");
  EXPECT_EQ(both.Of(R"({"a":true})"), "error(no such field)");
}

TEST(Encodings, AndReportsTheLeftmostError) {
  Expression both(kAnd);
  EXPECT_EQ(both.Of(R"({"a":1})"), "error(no such overload)");
  EXPECT_EQ(both.Of(R"({"b":1})"), "error(no such field)");
}

TEST(Encodings, AComprehensionStopsAtTheFirstElementThatDecides) {
  Expression all(kComprehension);
  EXPECT_EQ(all.Of(R"({"items":[]})"), "true");
  EXPECT_EQ(all.Of(R"({"items":[1,2,3]})"), "true");
  EXPECT_EQ(all.Of(R"({"items":[1,20,3]})"), "false");
}

TEST(Encodings, AComprehensionAbsorbsErrorsOfOtherElements) {
  Expression all(kComprehension);
  EXPECT_EQ(all.Of(R"({"items":["x",20]})"), "false");
  EXPECT_EQ(all.Of(R"({"items":["x",1]})"), "error(no such overload)");
  EXPECT_EQ(all.Of(R"({"items":7})"), "error(no such overload)") << "nothing to loop over";
}

TEST(Encodings, AnOptionalFallsBackOnlyIfItIsNone) {
  Expression limit(kOptional);
  EXPECT_EQ(limit.Of(R"({"limit":3})"), "3");
  EXPECT_EQ(limit.Of(R"({"other":3})"), "10");
  EXPECT_EQ(limit.Of(R"({"limit":null})"), "null") << "null is a value";
}

TEST(Encodings, ABoundNameIsEvaluatedOnceAndItsErrorIsTheExpressions) {
  Expression bind(kBind);
  EXPECT_EQ(bind.Of(R"({"a":8})"), "true");
  EXPECT_EQ(bind.Of(R"({"a":9})"), "false");
  EXPECT_EQ(bind.Of(R"({"a":20})"), "true");
  EXPECT_EQ(bind.Of(R"({"a":"x"})"), "error(no such overload)");
  EXPECT_EQ(bind.Of(R"({})"), "error(no such field)");
}

// Two uses of a variable share one evaluation: the list it makes is the same object.
TEST(Encodings, AVariableIsEvaluatedAtMostOnceACall) {
  TextAssembler assembler(R"(
block 0, value
     0  LoadSlot        r0, args.items
     1  LoadConst       r1, 4
     2  Append          r0, r0, r1
     3  Return          r0

block 1, value
     0  Force           r0, block 0
     1  Force           r1, block 0
     2  LoadSlot        r2, args.empty
     3  Append          r2, r2, r0
     4  Append          r2, r2, r1
     5  Return          r2
)");
  const uint32_t block = assembler.last_block();
  const auto verified = Verify(assembler.Take());
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  Machine machine(*verified);
  ScanTarget* target = machine.BeginCall("any");
  PaddedText text(R"({"items":[1],"empty":[]})");
  Scanner scanner(machine.arena());
  ASSERT_TRUE(scanner.Scan(text.view(), true, *target).ok());
  const Value both = machine.Evaluate(block);
  ASSERT_TRUE(both.is(Tag::kList)) << FormatValue(both);
  ASSERT_EQ(both.list->size, 2u);
  EXPECT_EQ(FormatValue(both.list->items[0]), "[1, 4]");
  EXPECT_EQ(both.list->items[0].list, both.list->items[1].list);
}

// A variable that fails fails wherever it is used, and is absorbed or not there.
TEST(Encodings, AVariablesErrorIsKeptToo) {
  TextAssembler assembler(R"(
block 0, value
     0  LoadSlot        r0, args.missing
     1  Return          r0

block 1, value
     0  ScopeBegin      r0
     1  Operand         r0, 0                                        to 4
     2  Force           r1, block 0
     3  TestTrue        r1                                           true 4, false 10
     4  Operand         r0, 1                                        to 7
     5  LoadSlot        r1, args.b
     6  TestTrue        r1                                           true 7, false 10
     7  ScopeEnd        r0
     8  LoadConst       r1, true
     9  Return          r1
    10  ScopeDrop       r0
    11  Force           r1, block 0
    12  Return          r1
)");
  const uint32_t block = assembler.last_block();
  const auto verified = Verify(assembler.Take());
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  Machine machine(*verified);
  ScanTarget* target = machine.BeginCall("any");
  PaddedText text(R"({"b":false})");
  Scanner scanner(machine.arena());
  ASSERT_TRUE(scanner.Scan(text.view(), true, *target).ok());
  EXPECT_EQ(FormatValue(machine.Evaluate(block)), "error(no such field)");
}

// Each element has a bound name of its own: exists(x, cel.bind(y, x + 1, y == 3)).
TEST(Encodings, ANameBoundInsideALoopStartsAfreshForEachElement) {
  TextAssembler assembler(R"(
block 0, value
     0  Outer           r0, 1, 1
     1  LoadConst       r1, 1
     2  Add             r0, r0, r1
     3  Return          r0

block 1, loop body
     0  Bind            r3, block 0, 4, 0
     1  Bind            r3, block 0, 4, 0
     2  LoadConst       r5, 3
     3  TestEqual       r3, r5                                       true 4, false 6
     4  LoadConst       r3, true
     5  Break           r3
     6  LoadConst       r3, false
     7  Return          r3

block 2, value
     0  LoadSlot        r0, args.items
     1  LoadConst       r1, false
     2  Loop            r1, block 1, r0, 1
     3  Return          r1
)");
  const uint32_t block = assembler.last_block();
  Program program = assembler.Take();
  program.blocks[0].outer_levels = 1;
  const auto verified = Verify(std::move(program));
  ASSERT_TRUE(verified.has_value()) << verified.error().text;
  Machine machine(*verified);
  const auto evaluate = [&](const std::string& arguments) {
    machine.ResetArena();
    ScanTarget* target = machine.BeginCall("any");
    PaddedText text(arguments);
    Scanner scanner(machine.arena());
    EXPECT_TRUE(scanner.Scan(text.view(), true, *target).ok());
    return FormatValue(machine.Evaluate(block));
  };
  EXPECT_EQ(evaluate(R"({"items":[1,2]})"), "true");
  EXPECT_EQ(evaluate(R"({"items":[1,3]})"), "false");
  EXPECT_EQ(evaluate(R"({"items":[]})"), "false");
}

// What the page shows is what the disassembler prints.
class Listings : public testing::TestWithParam<const char*> {};

TEST_P(Listings, AreWhatTheDisassemblerPrints) {
  Expression expression(GetParam());
  const std::string printed = Disassemble(*expression.program());
  std::istringstream lines(expression.listing());
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.rfind("block", 0) == 0) continue;
    EXPECT_NE(printed.find(line + "\n"), std::string::npos) << line << "\n\n" << printed;
  }
}

INSTANTIATE_TEST_SUITE_P(Architecture, Listings,
                         testing::Values(kAnd, kComprehension, kOptional, kBind));

}  // namespace
}  // namespace writ
