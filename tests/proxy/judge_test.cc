// Whole decisions: conditions, amounts, look-alikes, and one transaction on the counters.
#include "proxy/judge.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compiled.h"
#include "proxy/counters_memory.h"
#include "proxy/message_text.h"
#include "vm/assembler.h"
#include "vm/call.h"

namespace writ {
namespace {

// "allow", or code, rule and message.
std::string Text(const VerifiedProgram& program, const Judgement& judgement) {
  const Decision& decision = judgement.decision;
  if (decision.verdict == Verdict::kAllow) return "allow";
  return fmt::format("{} {} [{}] {}", VerdictName(decision.verdict), CodeName(decision.code),
                     RuleLabel(program, decision), judgement.message);
}

class Judging {
 public:
  explicit Judging(const std::vector<std::string>& policies)
      : call_(Compiled(policies)), judge_(call_.machine(), counters_) {}
  explicit Judging(const std::string& policy) : Judging(std::vector<std::string>{policy}) {}

  const Judgement& Judge(const std::string& tool, const std::string& arguments = "{}",
                         int64_t now = 0, const Claims& claims = {}) {
    call_.Begin(arguments, tool);
    return judge_.Decide(tool, now, claims);
  }
  std::string Decide(const std::string& tool, const std::string& arguments = "{}", int64_t now = 0,
                     const Claims& claims = {}) {
    const Judgement& judgement = Judge(tool, arguments, now, claims);
    return Text(call_.program(), judgement);
  }
  MemoryCounters& counters() { return counters_; }

 private:
  MemoryCounters counters_;
  Call call_;
  class Judge judge_;
};

std::string Tool(const std::string& rules) {
  return "version: \"1\"\ntools:\n  t:\n    rules:\n" + rules;
}

constexpr char kSpend[] =
    "      - name: spend\n"
    "        conditions: [{path: state.t.spend, op: lte, value: 100}]\n"
    "        state: {counter: spend, window: hour, increment_from: args.amount}\n";

TEST(Judge, Hidden) {
  Judging judging("version: \"1\"\nhide: [a, \"quo\\\"te\"]\ndefault: deny\n");
  EXPECT_EQ(judging.Decide("a"), "deny hidden [(hidden)] Tool \"a\" is hidden by policy");
  EXPECT_EQ(judging.Decide("quo\"te"),
            "deny hidden [(hidden)] Tool \"quo\\\"te\" is hidden by policy");
  EXPECT_EQ(judging.Decide("b"),
            "deny default [(default deny)] Tool \"b\" is not permitted by policy");
}

TEST(Judge, ALongNameIsCut) {
  Judging judging("version: \"1\"\ndefault: deny\n");
  const std::string said = judging.Decide(std::string(255, 'a') + "é" + std::string(1 << 20, 'b'));
  EXPECT_EQ(said, "deny default [(default deny)] Tool \"" + std::string(255, 'a') +
                      "…\" is not permitted by policy");
}

// A tool that is called "*" is no wildcard, and is not listed by one.
TEST(Judge, AToolNamedLikeTheWildcard) {
  Judging judging("version: \"1\"\ndefault: deny\ntools: {\"*\": {rules: []}, a: {rules: []}}\n");
  EXPECT_EQ(judging.Decide("a"), "allow");
  EXPECT_EQ(judging.Decide("*"),
            "deny default [(default deny)] Tool \"*\" is not permitted by policy");
}

TEST(Judge, TheFirstRuleInOrderIsNamed) {
  Judging judging(
      "version: \"1\"\ntools:\n"
      "  \"*\": {rules: [{name: every, conditions: [{path: args.c, op: eq, value: 1}]}]}\n"
      "  t:\n"
      "    rules:\n"
      "      - {name: first, conditions: [{path: args.a, op: eq, value: 1}], on_deny: A}\n"
      "      - {name: second, conditions: [{path: args.b, op: eq, value: 1}], on_deny: B}\n");
  EXPECT_EQ(judging.Decide("t", "{}"), "deny rule [first] A");
  EXPECT_EQ(judging.Decide("t", "{\"a\":1}"), "deny rule [second] B");
  EXPECT_EQ(judging.Decide("t", "{\"a\":1,\"b\":1}"), "deny rule [every] Denied by rule \"every\"");
  EXPECT_EQ(judging.Decide("t", "{\"a\":1,\"b\":1,\"c\":1}"), "allow");
  EXPECT_EQ(judging.Decide("u", "{}"), "deny rule [every] Denied by rule \"every\"");
}

TEST(Judge, AnUnsafeNumberIsAnErrorOfItsRule) {
  Judging judging(Tool("      - {name: r, conditions: [{path: args.a.n, op: gt, value: 1}]}\n"));
  EXPECT_EQ(judging.Decide("t", "{\"a\":{\"n\":9007199254740993}}"),
            "error number [r] rule \"r\": args.a.n is a number that servers read differently");
  EXPECT_EQ(judging.Decide("t", "{\"a\":{\"n\":1e400}}"),
            "error number [r] rule \"r\": args.a.n is a number that servers read differently");
  EXPECT_EQ(judging.Decide("t", "{\"a\":{\"n\":2},\"b\":1e400}"), "allow");
}

TEST(Judge, Amounts) {
  Judging judging(Tool(kSpend));
  for (const char* const arguments :
       {"{}", "{\"amount\":null}", "{\"amount\":\"5\"}", "{\"amount\":-1}", "{\"amount\":-0.1}",
        "{\"amount\":true}", "{\"amount\":[1]}", "{\"amount\":1e19}", "{\"amount\":9.3e18}"}) {
    EXPECT_EQ(
        judging.Decide("t", arguments),
        "deny amount [spend] rule \"spend\": args.amount is missing or cannot be counted (a number "
        "from 0 up is needed)")
        << arguments;
  }
  EXPECT_EQ(judging.Decide("t", "{\"amount\":1e400}"),
            "error number [spend] rule \"spend\": args.amount is a number that servers read "
            "differently");
  EXPECT_EQ(judging.Decide("t", "{\"amount\":0}"), "allow");
  EXPECT_EQ(judging.Decide("t", "{\"amount\":-0.0}"), "allow");
  EXPECT_EQ(judging.Decide("t", "{\"amount\":99.01}"), "allow") << "rounded up";
  EXPECT_EQ(judging.Decide("t", "{\"amount\":0.01}"),
            "deny quota [spend] Rate limit exceeded for spend");
  EXPECT_EQ(judging.Decide("t", "{\"amount\":9007199254740992}"),
            "deny quota [spend] Rate limit exceeded for spend");
}

TEST(Judge, LookalikesAreDeniedOnlyWhereTheCallWouldPass) {
  Judging judging(
      "version: \"1\"\ntools:\n"
      "  \"*\": {rules: [{name: every, conditions: [{path: args.flag, op: exists, value: "
      "false}]}]}\n"
      "  t:\n    rules:\n" +
      std::string(kSpend) +
      "      - {name: nested, conditions: [{path: args.a.b, op: neq, value: 1}]}\n");
  const std::string ambiguous = "deny ambiguous [] an argument's name looks like ";
  EXPECT_EQ(judging.Decide("t", R"({"amount":1,"a":{"b":2},"B":1,"amounts":1,"c":{"Amount":1}})"),
            "allow");
  for (const char* const more : {R"("Amount":1)", R"("AMOUNT":"x")", R"("amount\u0000":1)",
                                 R"("Flag":0)", R"("FLAG":[])", R"("A":{})"}) {
    const std::string arguments = fmt::format(R"({{"amount":1,"a":{{"b":2}},{}}})", more);
    EXPECT_EQ(judging.Decide("t", arguments).substr(0, ambiguous.size()), ambiguous) << arguments;
  }
  EXPECT_EQ(judging.Decide("t", R"({"amount":1,"a":{"b":2,"B":1}})"),
            ambiguous + "\"b\" but differs in case or after a NUL, so servers may read it as that");
  EXPECT_EQ(judging.Decide("t", R"({"amount":1,"a":{"b":2},"Amount":null})"), "allow");
  EXPECT_EQ(judging.Decide("t", R"({"amount":1,"a":{"b":1,"B":2}})").substr(0, 18),
            "deny rule [nested]");
  EXPECT_EQ(judging.Decide("t", R"({"Amount":1,"a":{"b":2}})").substr(0, 11), "deny amount");
  EXPECT_EQ(judging.Decide("u", R"({"Amount":1})"), "allow") << "nobody reads it there";
  EXPECT_EQ(judging.Decide("u", R"({"fLag":1})").substr(0, ambiguous.size()), ambiguous);
  // Nothing was counted by those that were denied.
  EXPECT_EQ(judging.Decide("t", R"({"amount":98,"a":{"b":2}})"), "allow");
  EXPECT_EQ(judging.Decide("t", R"({"amount":1,"a":{"b":2}})").substr(0, 10), "deny quota");
}

TEST(Judge, ALookalikeOfWhatAShadowRuleReadsIsLogged) {
  Judging judging(
      "writ: 1\ndefault: allow\nrules:\n"
      "  - {name: watch, mode: shadow, forbid: args.path == \"x\"}\n"
      "  - {name: spend, quota: {max: 1, per: hour}}\n");
  const Judgement& judgement = judging.Judge("t", R"({"path":"a","Path":"x"})");
  EXPECT_EQ(judgement.decision.verdict, Verdict::kAllow);
  EXPECT_EQ(judgement.receipt.rows.size(), 1u) << "and counts";
  ASSERT_EQ(judgement.shadows.size(), 1u);
  EXPECT_EQ(judgement.shadows[0].verdict, Verdict::kDeny);
  EXPECT_EQ(judgement.shadows[0].code, Code::kAmbiguous);
  EXPECT_EQ(judgement.shadows[0].message,
            "an argument's name looks like \"path\" but differs in case or after a NUL, so servers "
            "may read it as that");
}

TEST(Judge, HasAsksWhoTheClientIs) {
  Judging judging(
      "writ: 1\ndefault: allow\nrules:\n"
      "  - {name: named, require: has(client.name)}\n"
      "  - {name: friend, when: has(client.name) && !has(server.name), require: client.name == "
      "\"friend\"}\n");
  EXPECT_EQ(judging.Decide("t").substr(0, 17), "deny rule [named]");
  EXPECT_EQ(judging.Decide("t", "{}", 0, {"friend", {}, {}}), "allow");
  EXPECT_EQ(judging.Decide("t", "{}", 0, {"foe", {}, {}}).substr(0, 18), "deny rule [friend]");
  EXPECT_EQ(judging.Decide("t", "{}", 0, {"foe", {}, "s"}), "allow");
}

TEST(Judge, AllReservationsOrNone) {
  Judging judging(
      "version: \"1\"\ntools:\n"
      "  t: {rules: [{name: one, rate_limit: 3/minute}, {name: two, rate_limit: 5/day}]}\n"
      "  \"*\": {rules: [{name: all, rate_limit: 4/hour}]}\n");
  EXPECT_EQ(judging.Decide("t"), "allow");
  EXPECT_EQ(judging.Decide("t"), "allow");
  EXPECT_EQ(judging.Decide("u"), "allow");
  EXPECT_EQ(judging.Decide("t"), "allow");
  EXPECT_EQ(judging.Decide("t"),
            "deny quota [one] Rate limit of 3 per minute reached. Try again later.");
  EXPECT_EQ(judging.Decide("t", "{}", 60),
            "deny quota [all] Rate limit of 4 per hour reached. Try again later.");
  EXPECT_EQ(judging.Decide("t", "{}", 3600), "allow");
  EXPECT_EQ(judging.Decide("t", "{}", 3600), "allow");
  EXPECT_EQ(judging.Decide("t", "{}", 3600).substr(0, 16), "deny quota [two]");
}

TEST(Judge, RetryAfter) {
  Judging judging(Tool("      - {name: slow, rate_limit: 1/hour}\n"));
  EXPECT_EQ(judging.Judge("t", "{}", 100).retry_after, 0);
  EXPECT_EQ(judging.Judge("t", "{}", 100).retry_after, 3500);
  EXPECT_EQ(judging.Judge("t", "{}", 3599).retry_after, 1);
  EXPECT_EQ(judging.Judge("t", "{}", 3600).retry_after, 0);
  EXPECT_EQ(judging.Judge("t", "{}", 50).retry_after, 7150) << "the later window goes on";
}

TEST(Judge, ConditionsOnCounters) {
  Judging judging(
      "version: \"1\"\ntools:\n"
      "  t:\n    rules:\n" +
      std::string(kSpend) +
      "  report: {rules: [{name: paid, conditions: [{path: state.t.spend, op: gte, value: "
      "10}]}]}\n");
  EXPECT_EQ(judging.Decide("report").substr(0, 16), "deny rule [paid]");
  EXPECT_EQ(judging.Decide("t", "{\"amount\":10}"), "allow");
  EXPECT_EQ(judging.Decide("report"), "allow");
  EXPECT_EQ(judging.Decide("report", "{}", 3600).substr(0, 16), "deny rule [paid]");
}

TEST(Judge, SeveralPoliciesInOneTransaction) {
  const std::string first =
      "version: \"1\"\ntools: {t: {rules: [{name: first, rate_limit: 2/hour}]}}\n";
  const std::string second =
      "version: \"1\"\ntools: {t: {rules: [{name: second, rate_limit: 1/hour}]}}\n";
  Judging judging(std::vector<std::string>{first, second});
  EXPECT_EQ(judging.Decide("t"), "allow");
  EXPECT_EQ(judging.Decide("t").substr(0, 19), "deny quota [second]");
  EXPECT_EQ(judging.Decide("t").substr(0, 19), "deny quota [second]") << "the first took nothing";
}

TEST(Judge, WhatWasTakenIsGivenBack) {
  Judging judging(Tool(kSpend));
  for (int i = 0; i < 5; ++i) {
    const Receipt receipt = judging.Judge("t", "{\"amount\":60}").receipt;
    ASSERT_EQ(receipt.rows.size(), 1u);
    EXPECT_EQ(judging.Decide("t", "{\"amount\":60}").substr(0, 10), "deny quota");
    judging.counters().GiveBack(receipt);
  }
}

// ---- Stores that fail, and stores that others use too.

class BrokenCounters : public Counters {
 public:
  explicit BrokenCounters(bool reads) : reads_(reads) {}
  bool Read(const Counter&, int64_t, int64_t* value, std::string* failure) override {
    *value = 0;
    *failure = "the file is gone";
    return reads_;
  }
  ReserveResult Reserve(const std::vector<Expectation>&, const std::vector<CounterUse>&, int64_t,
                        Receipt*) override {
    ReserveResult result;
    result.failure = "the disk is full";
    return result;
  }
  void GiveBack(const Receipt&) override {}

 private:
  bool reads_;
};

constexpr char kReadsAndCounts[] =
    "      - name: few\n"
    "        conditions: [{path: state.t.n, op: lte, value: 5}, {path: state.t.n, op: neq, value: "
    "3}]\n"
    "        state: {counter: n, window: hour}\n";

TEST(Judge, AStoreThatFailsDenies) {
  Call call(Compiled(Tool(kReadsAndCounts)));
  for (const bool reads : {false, true}) {
    BrokenCounters counters(reads);
    class Judge judge(call.machine(), counters);
    call.Begin("{}", "t");
    EXPECT_EQ(Text(call.program(), judge.Decide("t", 0)),
              reads ? "deny state [] the counters cannot be used: the disk is full"
                    : "deny state [] the counters cannot be used: the file is gone");
    call.Begin("{}", "u");
    EXPECT_EQ(Text(call.program(), judge.Decide("u", 0)), "allow") << "nothing is counted there";
  }
}

// Somebody else counts between reading and reserving.
class BusyCounters : public MemoryCounters {
 public:
  explicit BusyCounters(int times) : times_(times) {}
  ReserveResult Reserve(const std::vector<Expectation>& expected,
                        const std::vector<CounterUse>& uses, int64_t now,
                        Receipt* receipt) override {
    if (times_-- > 0) {
      Receipt theirs;
      MemoryCounters::Reserve({}, {{uses[0].counter, 1, INT64_MAX}}, now, &theirs);
    }
    return MemoryCounters::Reserve(expected, uses, now, receipt);
  }

 private:
  int times_;
};

TEST(Judge, StartsOverWhenWhatItReadHasChanged) {
  Call call(Compiled(Tool(kReadsAndCounts)));
  const auto decide = [&](int times) {
    BusyCounters counters(times);
    class Judge judge(call.machine(), counters);
    call.Begin("{}", "t");
    return Text(call.program(), judge.Decide("t", 0));
  };
  EXPECT_EQ(decide(0), "allow");
  EXPECT_EQ(decide(2), "allow");
  EXPECT_EQ(decide(3), "deny rule [few] Denied by rule \"few\"") << "by then the count was 3";
}

TEST(Judge, GivesUpOnAStoreThatNeverHoldsStill) {
  Call call(Compiled(Tool(
      "      - name: few\n"
      "        conditions: [{path: state.t.n, op: lte, value: 1e9}, {path: state.t.n, op: gte, "
      "value: 0}]\n"
      "        state: {counter: n, window: hour}\n")));
  BusyCounters counters(1'000'000);
  class Judge judge(call.machine(), counters);
  call.Begin("{}", "t");
  EXPECT_EQ(Text(call.program(), judge.Decide("t", 0)),
            "deny state [] the counters change faster than this call can be decided");
}

// A bundle's texts may be as long as it is.
TEST(JudgeText, WhatIsSaidOfADenialIsCut) {
  Program program = Assemble("decision 1\n rule long\n Deny long");
  program.rules[0].check_message = std::string(1 << 20, 'x');
  MemoryCounters counters;
  Machine machine(*Verify(std::move(program)));
  class Judge judge(machine, counters);
  machine.BeginCall("any");
  const Judgement& judgement = judge.Decide("any", 0);
  EXPECT_EQ(judgement.message.size(), kMaxDenialBytes + std::string_view("…").size());
}

// ---- Messages, facts and rules that only watch: programs as `writ: 1` policies become.

// The slots whose names say so are facts, and no arguments.
Program WithFacts(std::string_view listing) {
  Program program = Assemble(listing);
  PathTrieBuilder paths;
  const uint32_t root = paths.NewRoot();
  for (uint32_t slot = 0; slot < program.slot_names.size(); ++slot) {
    const std::string& name = program.slot_names[slot];
    const std::vector<std::pair<std::string, Fact>> facts = {
        {"tool.name", Fact::kToolName},
        {"client.name", Fact::kClientName},
        {"now", Fact::kNow},
        {"quota.remaining", Fact::kQuotaRemaining},
        {"quota.resets_at", Fact::kQuotaResetsAt}};
    const auto found = std::find_if(facts.begin(), facts.end(),
                                    [&](const auto& fact) { return fact.first == name; });
    if (found != facts.end()) {
      program.facts.push_back({found->second, slot});
    } else {
      paths.SetSlot(paths.Child(root, name.substr(name.find('.') + 1)), slot, true);
    }
  }
  program.paths = paths.Build();
  program.shared_slots = static_cast<uint32_t>(program.slot_names.size());
  program.tools[0].slot_count = 0;
  for (Rule& rule : program.rules) {
    rule.check_message = rule.name + " does not hold";
    rule.quota_message = rule.name + " is used up";
  }
  return program;
}

class JudgingProgram {
 public:
  explicit JudgingProgram(Program program) : call_(std::move(program)) {}

  const Judgement& Judge(const std::string& arguments = "{}", Time now = 0,
                         const Claims& claims = {}) {
    call_.Begin(arguments, "pay");
    return judge_.Decide("pay", now, claims);
  }
  std::string Decide(const std::string& arguments = "{}", Time now = 0, const Claims& claims = {}) {
    const Judgement& judgement = Judge(arguments, now, claims);
    return Text(call_.program(), judgement);
  }

 private:
  MemoryCounters counters_;
  Call call_;
  class Judge judge_ {
    call_.machine(), counters_
  };
};

TEST(JudgeFacts, AreThereBeforeTheRules) {
  Program program = WithFacts(R"(
    decision 2
      rule friend
      LoadSlot r0 client.name
      LoadConst r1 "friend"
      TestEqual r0 r1 @pass @deny
    deny:
      Deny friend
    pass:
      Pass
  )");
  JudgingProgram judging(std::move(program));
  EXPECT_EQ(judging.Decide("{}", 0, {"friend", "1", "s"}), "allow");
  EXPECT_EQ(judging.Decide("{}", 0, {"foe", "1", "s"}), "deny rule [friend] friend does not hold");
  EXPECT_EQ(judging.Decide(), "error error [friend] rule \"friend\": client.name: no such field")
      << "nobody said who it is";
}

TEST(JudgeMessages, AreFilledIn) {
  Program program = WithFacts(R"(
    value 1
      LoadSlot r0 args.to
      Return r0
    value 1
      LoadSlot r0 tool.name
      Return r0
    decision 1
      rule never
      Deny never
  )");
  program.rules[0].message = {
      {"", 1}, {" may not pay ", kNoBlock}, {"", 0}, {"; ", kNoBlock}, {"", 0}};
  JudgingProgram judging(std::move(program));
  EXPECT_EQ(judging.Decide(R"({"to":"eve\n\u202e"})"),
            R"(deny rule [never] pay may not pay eve\n\u202e; eve\n\u202e)");
  EXPECT_EQ(judging.Decide(), "deny rule [never] pay may not pay <unavailable>; <unavailable>");
}

constexpr char kQuotaFacts[] = R"(
    value 1
      LoadSlot r0 quota.remaining
      Return r0
    value 1
      LoadSlot r0 quota.resets_at
      Return r0
    decision
      rule budget
      Reserve budget
      Pass
  )";

TEST(JudgeMessages, OfAFullQuotaSayWhatIsLeft) {
  Program program = WithFacts(kQuotaFacts);
  program.counters[0].window = Window::kHour;
  program.quotas[0].amount = 2;
  program.rules[0].message = {{"", 0}, {" left until ", kNoBlock}, {"", 1}};
  JudgingProgram judging(std::move(program));
  EXPECT_EQ(judging.Decide("{}", 10), "allow");
  EXPECT_EQ(judging.Decide("{}", 10), "deny quota [budget] 1 left until 1970-01-01T01:00:00Z");
  EXPECT_EQ(judging.Judge("{}", 10).retry_after, 3590);
}

TEST(JudgeMessages, OfASessionsQuotaDoNotSayWhenItEnds) {
  Program program = WithFacts(kQuotaFacts);
  program.counters[0].window = Window::kSession;
  program.rules[0].message = {{"", 0}, {" left until ", kNoBlock}, {"", 1}};
  JudgingProgram judging(std::move(program));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(judging.Decide("{}", 86400 * i), "allow");
  EXPECT_EQ(judging.Decide("{}", 86400 * 9), "deny quota [budget] 0 left until <unavailable>");
  EXPECT_EQ(judging.Judge("{}", 86400 * 9).retry_after, 0) << "never";
}

TEST(JudgeShadows, AreNotedAndDenyNothing) {
  Program program = WithFacts(R"(
    decision 1
      Shadow watch
      LoadConst r0 1
      Shadow talk
      Pass
  )");
  program.rules[0].shadow = true;
  program.rules[1].shadow = true;
  program.rules[1].message = {{"told", kNoBlock}};
  JudgingProgram judging(std::move(program));
  const Judgement& judgement = judging.Judge();
  EXPECT_EQ(judgement.decision.verdict, Verdict::kAllow);
  ASSERT_EQ(judgement.shadows.size(), 2u);
  EXPECT_EQ(judgement.shadows[0].rule, 0u);
  EXPECT_EQ(judgement.shadows[0].verdict, Verdict::kDeny);
  EXPECT_EQ(judgement.shadows[0].message, "watch does not hold");
  EXPECT_EQ(judgement.shadows[1].message, "told");
  EXPECT_EQ(judging.Judge().shadows.size(), 2u) << "none of the call before";
}

TEST(JudgeShadows, ErrorsOfTheirsAreNoted) {
  Program program = WithFacts(R"(
    decision 2
      rule watch
      ScopeBegin r0
      Operand r0 0 @failed
      LoadSlot r1 args.a
      ScopeDrop r0
      Pass
    failed:
      ScopeDrop r0
      ShadowError r0 watch
      Pass
  )");
  program.rules[0].shadow = true;
  JudgingProgram judging(std::move(program));
  EXPECT_TRUE(judging.Judge(R"({"a":1})").shadows.empty());
  const Judgement& judgement = judging.Judge();
  EXPECT_EQ(judgement.decision.verdict, Verdict::kAllow);
  ASSERT_EQ(judgement.shadows.size(), 1u);
  EXPECT_EQ(judgement.shadows[0].verdict, Verdict::kError);
  EXPECT_EQ(judgement.shadows[0].message, "rule \"watch\": args.a: no such field");
}

Program WithShadowQuota() {
  Program program = WithFacts("decision\nReserve watch\nReserve enforced\nPass\n");
  program.rules[0].shadow = true;
  program.quotas[0].shadow = true;
  program.quotas[0].limit = 1;
  return program;
}

TEST(JudgeShadows, QuotasOfTheirsAreNoted) {
  JudgingProgram judging(WithShadowQuota());
  EXPECT_TRUE(judging.Judge().shadows.empty());
  const Judgement& judgement = judging.Judge();
  EXPECT_EQ(judgement.decision.verdict, Verdict::kAllow);
  ASSERT_EQ(judgement.shadows.size(), 1u);
  EXPECT_EQ(judgement.shadows[0].code, Code::kQuota);
  EXPECT_EQ(judgement.shadows[0].message, "watch is used up");
  EXPECT_EQ(judging.Decide(), "allow");
  EXPECT_EQ(judging.Decide(), "deny quota [enforced] enforced is used up");
}

TEST(JudgeShadows, AStoreThatFailsDeniesForQuotasThatHoldOnly) {
  for (const bool enforces : {false, true}) {
    Program program = WithShadowQuota();
    program.quotas[1].shadow = !enforces;
    Call call(std::move(program));
    BrokenCounters counters(true);
    class Judge judge(call.machine(), counters);
    call.Begin("{}");
    EXPECT_EQ(judge.Decide("any", 0).decision.verdict, enforces ? Verdict::kDeny : Verdict::kAllow);
  }
}

// ---- Quotas whose limit, amount and key depend on the call.

Program WithCallQuota() {
  Program program = WithFacts(R"(
    value 1
      LoadSlot r0 args.cap
      Return r0
    value 1
      LoadSlot r0 args.amount
      Return r0
    value 1
      LoadSlot r0 args.currency
      Return r0
    value 1
      LoadSlot r0 quota.remaining
      Return r0
    decision
      Reserve spend
      Pass
  )");
  Quota& quota = program.quotas[0];
  quota.limit_block = 0;
  quota.amount_block = 1;
  quota.key_block = 2;
  quota.scale = 2;
  program.rules[0].message = {{"", 3}, {" left", kNoBlock}};
  return program;
}

std::string Spending(const std::string& amount, const std::string& currency) {
  return fmt::format(R"({{"cap":10.5,"amount":{},"currency":{}}})", amount, currency);
}

TEST(JudgeQuotas, AreCountedApartInExactDecimals) {
  JudgingProgram judging(WithCallQuota());
  for (int i = 0; i < 105; ++i) {
    ASSERT_EQ(judging.Decide(Spending("0.1", R"("USD")")), "allow") << i;
  }
  EXPECT_EQ(judging.Decide(Spending("0.001", R"("USD")")), "deny quota [spend] 0 left")
      << "what is finer than a unit rounds up";
  EXPECT_EQ(judging.Decide(Spending("10.25", R"("EUR")")), "allow");
  EXPECT_EQ(judging.Decide(Spending("0.5", R"("EUR")")), "deny quota [spend] 0.25 left");
  EXPECT_EQ(judging.Decide(Spending("10.5", "1")), "allow");
  EXPECT_EQ(judging.Decide(Spending("0.01", "1.0")).substr(0, 19), "error error [spend]")
      << "no other way to write 1";
  EXPECT_EQ(judging.Decide(Spending("10.5", R"("1")")), "allow") << "another";
  const Judgement& judgement = judging.Judge(Spending("1", R"("JPY")"));
  ASSERT_EQ(judgement.decision.reservation_count, 1u);
  EXPECT_EQ(judgement.decision.reservations[0].amount, 100);
  EXPECT_EQ(judgement.decision.reservations[0].limit, 1050);
}

TEST(JudgeQuotas, ANewKeyWithoutRoomIsDenied) {
  JudgingProgram judging(WithCallQuota());
  for (size_t i = 0; i < kMaxKeys; ++i) {
    ASSERT_EQ(judging.Judge(Spending("1", std::to_string(i))).decision.verdict, Verdict::kAllow);
  }
  EXPECT_EQ(judging.Decide(Spending("1", R"("new")")),
            "deny state [spend] rule \"spend\": its quota is counted for 10000 values already, and "
            "for no other until their windows end");
  EXPECT_EQ(judging.Decide(Spending("1", "7")), "allow");
  EXPECT_EQ(judging.Decide(Spending("1", R"("new")"), 60), "allow") << "a minute later";
}

}  // namespace
}  // namespace writ
