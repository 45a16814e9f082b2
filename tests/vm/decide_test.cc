// Steps of a decision that `writ: 1` policies bring: quotas whose numbers are expressions, rules
// that only watch, calls that may carry some arguments only.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/assembler.h"
#include "vm/call.h"
#include "vm/counter_key.h"

namespace writ {
namespace {

// A policy that counts every call: blocks 0, 1 and 2 are amount, limit and key, each an argument.
Program Counting(uint8_t scale = 0, bool shadow = false) {
  Program program = Assemble(R"(
    value 1
      LoadSlot r0 args.amount
      Return r0
    value 1
      LoadSlot r0 args.limit
      Return r0
    value 1
      LoadSlot r0 args.key
      Return r0
    decision
      rule pay
      Reserve pay
      Pass)");
  program.quotas[0].amount_block = 0;
  program.quotas[0].limit_block = 1;
  program.quotas[0].key_block = 2;
  program.quotas[0].scale = scale;
  program.quotas[0].shadow = shadow;
  return program;
}

TEST(Decide, AQuotasNumbersAreEvaluated) {
  Call call(Counting(2));
  const Decision decision = call.Decide(R"({"amount":19.99,"limit":20.019,"key":"usd"})");
  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  ASSERT_EQ(decision.reservation_count, 1u);
  EXPECT_EQ(decision.reservations[0].amount, 1999);
  EXPECT_EQ(decision.reservations[0].limit, 2001);
  EXPECT_EQ(decision.reservations[0].key, "\"usd\"");
  EXPECT_EQ(call.Decide(R"({"amount":1,"limit":2,"key":1})").reservations[0].key, "1");
}

TEST(Decide, AQuotaWithoutBlocksIsAsItIsWritten) {
  Call call(Assemble("decision\n Reserve pay\n Pass"));
  const Decision decision = call.Decide("{}");
  ASSERT_EQ(decision.reservation_count, 1u);
  EXPECT_EQ(decision.reservations[0].amount, 1);
  EXPECT_EQ(decision.reservations[0].limit, 3);
  EXPECT_EQ(decision.reservations[0].key, "");
}

struct QuotaCase {
  const char* arguments;
  Code code;
  Error error;
};

constexpr QuotaCase kQuotaCases[] = {
    {R"({"amount":-1,"limit":2,"key":1})", Code::kAmount, Error::kNone},
    {R"({"amount":"1","limit":2,"key":1})", Code::kAmount, Error::kNone},
    {R"({"amount":1e300,"limit":2,"key":1})", Code::kAmount, Error::kNone},
    {R"({"amount":1e999,"limit":2,"key":1})", Code::kNumber, Error::kUnsafeNumber},
    {R"({"limit":2,"key":1})", Code::kError, Error::kNoSuchField},
    {R"({"amount":1,"key":1})", Code::kError, Error::kNoSuchField},
    {R"({"amount":1,"limit":"2","key":1})", Code::kError, Error::kNoSuchOverload},
    {R"({"amount":1,"limit":1e300,"key":1})", Code::kError, Error::kRange},
    {R"({"amount":1,"limit":2})", Code::kError, Error::kNoSuchField},
    {R"({"amount":1,"limit":2,"key":[1]})", Code::kError, Error::kUnsupportedKey},
    {R"({"amount":1,"limit":2,"key":null})", Code::kError, Error::kUnsupportedKey},
    {R"({"amount":1,"limit":2,"key":1.0})", Code::kError, Error::kUnsupportedKey},
    {R"({"amount":1,"limit":2.5,"key":1})", Code::kError, Error::kRange},
    {R"({"amount":1,"limit":-1,"key":1})", Code::kError, Error::kRange},
};

TEST(Decide, AQuotaThatCannotBeReadAllowsNothing) {
  Call call(Counting());
  for (const QuotaCase& c : kQuotaCases) {
    const Decision decision = call.Decide(c.arguments);
    EXPECT_EQ(CodeName(decision.code), CodeName(c.code)) << c.arguments;
    EXPECT_EQ(decision.verdict, c.code == Code::kAmount ? Verdict::kDeny : Verdict::kError);
    EXPECT_EQ(decision.error, c.error) << c.arguments;
    EXPECT_EQ(decision.rule, 0u);
    EXPECT_EQ(decision.quota, 0u);
    EXPECT_EQ(decision.reservation_count, 0u);
  }
  const Decision missing = call.Decide(R"({"amount":1,"key":1})");
  EXPECT_EQ(missing.instruction, 2u) << "the limit's LoadSlot";
}

TEST(Decide, AKeyThatIsTooLongIsSaidToBe) {
  Call call(Counting());
  const std::string key(kMaxCounterKeyBytes, 'x');
  const Decision decision = call.Decide(R"({"amount":1,"limit":2,"key":")" + key + "\"}");
  EXPECT_EQ(CodeName(decision.code), CodeName(Code::kError));
  EXPECT_EQ(decision.error, Error::kKeyTooLong);
  EXPECT_EQ(ErrorText(decision.error),
            "a key of more than " + std::to_string(kMaxCounterKeyBytes) + " bytes");
}

TEST(Decide, AShadowQuotaDeniesNothing) {
  Call call(Counting(0, true));
  for (const QuotaCase& c : kQuotaCases) {
    const Decision decision = call.Decide(c.arguments);
    EXPECT_EQ(decision.verdict, Verdict::kAllow) << c.arguments;
    EXPECT_EQ(decision.reservation_count, 0u);
    ASSERT_EQ(decision.shadow_count, 1u) << c.arguments;
    EXPECT_EQ(decision.shadows[0].rule, 0u);
    EXPECT_EQ(CodeName(decision.shadows[0].code), CodeName(c.code));
    EXPECT_EQ(decision.shadows[0].error, c.error);
  }
  const Decision fine = call.Decide(R"({"amount":1,"limit":2,"key":1})");
  EXPECT_EQ(fine.reservation_count, 1u);
  EXPECT_EQ(fine.shadow_count, 0u);
}

// The key's text is a call's own.
TEST(Decide, KeysOfTwoQuotasAreKeptApart) {
  Program program = Counting();
  program.quotas.push_back(program.quotas[0]);
  program.quotas[1].key_block = 0;
  program.operands.push_back(1);
  Block& decision = program.blocks[3];
  ASSERT_EQ(program.code[decision.first_instruction].op, Opcode::kReserve);
  const uint16_t row = static_cast<uint16_t>(decision.operand_count++);
  program.code.insert(program.code.begin() + decision.first_instruction,
                      {Opcode::kReserve, 0, row, 0, 0});
  ++decision.instruction_count;
  Call call(std::move(program));
  const Decision made = call.Decide(R"({"amount":7,"limit":9,"key":"k"})");
  ASSERT_EQ(made.reservation_count, 2u);
  EXPECT_EQ(made.reservations[0].key, "7");
  EXPECT_EQ(made.reservations[1].key, "\"k\"");
}

// ---- Rules that only watch.

// Each note is given its rule's message, however often a bundle says it.
TEST(Decide, ARuleIsNotedOnceHoweverOftenItIsSaid) {
  std::string listing = "decision 1\n rule first\n";
  for (int i = 0; i < 5'000; ++i) listing += " Shadow first\n";
  Call call(Assemble(listing + " Pass"));
  EXPECT_EQ(call.Decide("{}").shadow_count, 1u);
}

TEST(Decide, ShadowRulesAreNotedInOrder) {
  Call call(Assemble(R"(
    decision 2
      rule first
      ScopeBegin r0
      Operand r0 0 @failed
      LoadSlot r1 args.a
      TestTrue r1 @noted @failed
    noted:
      Shadow first
    failed:
      ShadowError r0 first
      ScopeDrop r0
      rule second
      CondPresent 0 args.b @deny @pass
    deny:
      Deny second
    pass:
      Pass)"));
  Decision decision = call.Decide(R"({"a":true})");
  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  ASSERT_EQ(decision.shadow_count, 1u);
  EXPECT_EQ(call.program()->rules[decision.shadows[0].rule].name, "first");
  EXPECT_EQ(decision.shadows[0].code, Code::kRule);
  EXPECT_EQ(decision.shadows[0].error, Error::kNone);

  decision = call.Decide(R"({"a":false})");
  EXPECT_EQ(decision.shadow_count, 0u);

  decision = call.Decide(R"({"a":1e999,"b":1})");
  EXPECT_EQ(decision.verdict, Verdict::kDeny) << "what a shadow rule says changes nothing";
  ASSERT_EQ(decision.shadow_count, 1u);
  EXPECT_EQ(decision.shadows[0].code, Code::kNumber);
  EXPECT_EQ(decision.shadows[0].error, Error::kUnsafeNumber);
  EXPECT_EQ(decision.shadows[0].instruction, 2u);

  decision = call.Decide("{}");
  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  ASSERT_EQ(decision.shadow_count, 1u);
  EXPECT_EQ(decision.shadows[0].code, Code::kError);
  EXPECT_EQ(decision.shadows[0].error, Error::kNoSuchField);
}

// What they spend is missing nowhere else.
TEST(Decide, AShadowRuleThatSpendsTheBudgetDeniesNothing) {
  Program program = Assemble(R"(
    value 2
      LoadSlot r0 args.text
      Size r1 r0
      Return r1
    decision 3
      rule watching
      ScopeBegin r0
      Operand r0 0 @failed
      Force r1 block0
      Shadow watching
    failed:
      ShadowError r0 watching
      ScopeDrop r0
      rule enforced
      LoadSlot r2 args.short
      Size r2 r2
      CondPresent 0 args.b @deny @pass
    deny:
      Deny enforced
    pass:
      Pass)");
  program.rules[0].shadow = true;
  Call call(std::move(program));
  call.machine().SetBudget(10);
  const std::string text = "\"text\":\"" + std::string(1000, 'x') + "\",\"short\":\"x\"";
  Decision decision = call.Decide("{" + text + "}");
  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  ASSERT_EQ(decision.shadow_count, 1u);
  EXPECT_EQ(call.program()->rules[decision.shadows[0].rule].name, "watching");
  EXPECT_EQ(decision.shadows[0].code, Code::kError);
  EXPECT_EQ(decision.shadows[0].error, Error::kBudget);

  decision = call.Decide("{" + text + ",\"b\":1}");
  EXPECT_EQ(decision.verdict, Verdict::kDeny);
  EXPECT_EQ(call.program()->rules[decision.rule].name, "enforced");

  decision = call.Decide(R"({"text":"x","short":")" + std::string(1000, 'x') + "\"}");
  EXPECT_EQ(decision.error, Error::kBudget) << "spent by a rule that is enforced";
  EXPECT_EQ(call.program()->rules[decision.rule].name, "enforced");
}

// What was counted in shadow before the budget was spent is counted when the others decide alone.
TEST(Decide, AShadowQuotaIsCountedThoughTheBudgetIsSpent) {
  Program program = Assemble(R"(
    value 2
      LoadSlot r0 args.text
      Size r1 r0
      Return r1
    value 1
      LoadSlot r0 args.limit
      Return r0
    decision 3
      rule counting
      ScopeBegin r0
      Operand r0 0 @uncounted
      ScopeDrop r0
      Reserve counting
      Jump @watch
    uncounted:
      ShadowError r0 counting
      ScopeDrop r0
    watch:
      rule watching
      ScopeBegin r0
      Operand r0 0 @failed
      Force r1 block0
      Shadow watching
    failed:
      ShadowError r0 watching
      ScopeDrop r0
      Pass)");
  program.rules[0].shadow = true;
  program.rules[1].shadow = true;
  ASSERT_EQ(program.quotas.size(), 1u);
  program.quotas[0].shadow = true;
  program.quotas[0].limit_block = 1;
  Call call(std::move(program));
  call.machine().SetBudget(10);
  const std::string text = "{\"text\":\"" + std::string(1000, 'x') + "\"";
  const Decision decision = call.Decide(text + ",\"limit\":7}");
  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  ASSERT_EQ(decision.shadow_count, 1u);
  EXPECT_EQ(decision.shadows[0].error, Error::kBudget);
  ASSERT_EQ(decision.reservation_count, 1u);
  EXPECT_EQ(decision.reservations[0].quota, 0u);
  EXPECT_EQ(decision.reservations[0].limit, 7);
  EXPECT_EQ(call.Decide(text + "}").shadow_count, 2u) << "a limit that is missing is noted once";
  EXPECT_EQ(call.Decide(R"({"text":"x","limit":7})").reservation_count, 1u);
}

// ---- What a call may carry.

TEST(Decide, ACallMayCarryTheNamedArgumentsOnly) {
  Program program = Assemble(R"(
    decision
      rule few
      TestOnlyArgs args.o ["a","b"] @pass @deny
    deny:
      Deny few
    pass:
      Pass)");
  Call call(std::move(program));
  for (const char* arguments :
       {R"({})", R"({"o":{}})", R"({"o":{"a":1}})", R"({"o":{"b":{"c":1},"\u0061":1e999}})"}) {
    EXPECT_EQ(call.Decide(arguments).verdict, Verdict::kAllow) << arguments;
  }
  for (const char* arguments : {R"({"o":{"a":1,"c":2,"d":3}})", R"({"o":{"c":null}})"}) {
    const Decision decision = call.Decide(arguments);
    EXPECT_EQ(decision.code, Code::kRule) << arguments;
    EXPECT_EQ(decision.unexpected_name, "c");
  }
  EXPECT_EQ(call.Decide(R"({"o":{"A":1}})").unexpected_name, "A");
  EXPECT_EQ(call.Decide(R"({"o":[]})").error, Error::kNoSuchOverload);
  EXPECT_EQ(call.Decide(R"({"o":null})").error, Error::kNoSuchOverload);
}

// The name belongs to the rule whose test found it.
TEST(Decide, TheUnexpectedNameIsNotAnotherRules) {
  Call call(Assemble(R"(
    decision
      rule watch
      TestOnlyArgs args.o ["a"] @next @note
    note:
      Shadow watch
    next:
      rule deny
      Deny deny)"));
  const Decision decision = call.Decide(R"({"o":{"b":1}})");
  EXPECT_EQ(decision.code, Code::kRule);
  EXPECT_EQ(decision.unexpected_name, "");
  EXPECT_EQ(decision.shadow_count, 1u);
}

}  // namespace
}  // namespace writ
