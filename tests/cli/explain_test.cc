// Why calls are decided as they are, in words.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/explain/explain_call.h"
#include "cli/explain/json.h"
#include "cli/explain/text.h"
#include "proxy/counters_sqlite.h"
#include "proxy/judge.h"
#include "proxy/temporary_folder.h"

namespace writ {
namespace {

using testing::HasSubstr;
using testing::Not;

class Explaining : public testing::Test {
 protected:
  void Compile(std::string text) {
    policies_ = {};
    Diagnostics diagnostics;
    CompilerOptions options;
    options.traced = &policies_.traced;
    options.inspect = OutlineInto(policies_.outlines);
    const auto source = std::make_shared<const Source>("policy.yaml", std::move(text));
    policies_.program = CompileTexts({{source, "space"}}, diagnostics, options, nullptr);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
      if (diagnostic.severity == Severity::kError) ADD_FAILURE() << Render(diagnostic);
    }
    ASSERT_NE(policies_.program, nullptr);
    policies_.Complete();
  }
  // A rule "r" of tool "pay" with these keys, which begin in line 7, column 5.
  void CompileRule(const std::string& keys) {
    Compile(
        "writ: 1\ndefault: allow\nvariables: { limit: args.max * 2 }\nrules:\n  - name: r\n"
        "    tools: pay\n    " +
        keys + "\n");
  }

  // The text of the explanation, which agrees with the decision.
  std::string Of(const std::string& arguments, const std::string& tool = "pay") {
    const Facts facts;
    const auto explained =
        ExplainCall(policies_,
                    fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"tools/call",)"
                                R"("params":{{"name":"{}","arguments":{}}}}})",
                                tool, arguments),
                    facts, Time(1'000'000), counts_);
    if (!explained.has_value()) {
      ADD_FAILURE() << explained.error().message;
      return {};
    }
    EXPECT_EQ(explained->disagreement, "");
    EXPECT_EQ(explained->verdict, explained->explanation.verdict);
    explanation_ = explained->explanation;
    EXPECT_THAT(ExplanationJson(explanation_, explained->decision), HasSubstr("\"sentence\":"));
    return ExplanationText(explanation_, false);
  }
  std::string SentenceOf(const std::string& arguments, const std::string& tool = "pay") {
    Of(arguments, tool);
    return explanation_.sentence;
  }

  ExplainedPolicies policies_;
  StandingCounts counts_;
  Explanation explanation_;
};

TEST_F(Explaining, LaysValuesOutUnderTheSource) {
  CompileRule("require: args.a <= 500 && args.b == 'x'");
  EXPECT_EQ(
      Of(R"({"a":700})"),
      R"(denied: rule "r" (policy.yaml:5:11) requires args.a <= 500 && args.b == 'x', but args.a <= 500 is false since args.a is 700

rule "r" denies  policy.yaml:5:11
  7 |     require: args.a <= 500 && args.b == 'x'
    |              args.a <= 500 && args.b == 'x'  = false  <- decides
    |              args.a <= 500                   = false  <- decides
    |              args.a                          = 700
    |                               args.b == 'x'  not evaluated

the agent reads:
  [WRIT POLICY DENIED] Denied by rule "r"
)");
}

TEST_F(Explaining, SaysWhatWasKeptSilent) {
  CompileRule("require: args.a > 1 || args.b");
  const std::string text = Of(R"({"b":true})");
  EXPECT_THAT(text, HasSubstr("allowed: 1 rule applies to this call, and it passes\n"));
  EXPECT_THAT(text, HasSubstr("error: no such field (kept silent: something else decided)"));
  EXPECT_EQ(SentenceOf("{}"),
            "denied, since it cannot be decided: rule \"r\" (policy.yaml:5:11) requires args.a > 1 "
            "|| args.b, but args.a fails: no such field");
}

TEST_F(Explaining, NamesTheElementThatDecided) {
  CompileRule("require: args.l.all(x, x < 5)");
  const std::string text = Of(R"({"l":[1,2,3,4,50,6]})");
  EXPECT_THAT(explanation_.sentence,
              HasSubstr("but for element 5, 50, x < 5 is false since x is 50"));
  EXPECT_THAT(text, HasSubstr("(5 elements: 4 true, 1 false)"));
  EXPECT_THAT(text, HasSubstr("element 5: 50  <- decides"));
  EXPECT_THAT(text, Not(HasSubstr("element 4:")));
}

TEST_F(Explaining, FollowsVariables) {
  CompileRule("require: args.n < variables.limit");
  const std::string text = Of(R"({"n":9,"max":2})");
  EXPECT_THAT(explanation_.sentence, HasSubstr("but args.n is 9 and variables.limit is 4"));
  EXPECT_THAT(text,
              HasSubstr("\nvariables.limit  = 4\n  3 | variables: { limit: args.max * 2 }\n"));
  EXPECT_THAT(SentenceOf(R"({"n":9})"), HasSubstr("args.max fails: no such field"));
  Compile(R"y(writ: 1
default: allow
variables: { ok: args.n < 3 }
rules: [ { name: r, tools: pay, require: variables.ok } ]
)y");
  EXPECT_THAT(SentenceOf(R"({"n":9})"),
              HasSubstr("requires variables.ok, but args.n < 3 is false since args.n is 9"));
}

TEST_F(Explaining, TellsForbiddenThingsAndExtraArguments) {
  CompileRule("forbid: [args.a, args.b]\n    only_args: [a, b]");
  EXPECT_THAT(SentenceOf(R"({"a":false,"b":true})"), HasSubstr("forbids args.b, and it is true"));
  EXPECT_THAT(SentenceOf(R"({"a":false,"b":false,"c\u202e":1})"),
              HasSubstr("takes no arguments but [a, b], but the call carries \"c\\u202e\""));
}

TEST_F(Explaining, TellsWhatHoldsNotAtAll) {
  CompileRule("forbid: true");
  EXPECT_THAT(SentenceOf("{}"), HasSubstr("forbids true, which is always so"));
}

TEST_F(Explaining, ExplainsConditionsOfInterceptPolicies) {
  Compile(R"y(version: "1"
tools:
  pay:
    rules:
      - name: small
        conditions:
          - { path: args.to, op: in, value: [me, you] }
          - { path: args.n, op: lte, value: 500 }
      - name: never
        action: deny
  get:
    rules:
      - { name: other, action: deny }
)y");
  const std::string text = Of(R"({"to":"me","n":700})");
  EXPECT_THAT(
      explanation_.sentence,
      HasSubstr("rule \"small\" (policy.yaml:5:15) requires args.n lte 500, but args.n is 700"));
  EXPECT_THAT(text, HasSubstr("args.to in [\"me\", \"you\"]  = true   (it is \"me\")"));
  EXPECT_THAT(text, HasSubstr("not reached, since what stands before them decided:\n  \"never\""));
  EXPECT_THAT(text, HasSubstr("1 rule is not looked at for this call of \"pay\""));
  EXPECT_THAT(SentenceOf(R"({"to":"me"})"), HasSubstr("but args.n is not there"));
  EXPECT_THAT(SentenceOf(R"({"to":"me","n":1})"), HasSubstr("denies every call"));
  EXPECT_THAT(SentenceOf(R"({"to":"me","n":1e400})"), HasSubstr("(args.n is 1e400)"));
}

TEST_F(Explaining, TellsRulesThatDoNotApply) {
  Compile(R"y(writ: 1
default: allow
rules:
  - { name: w, tools: pay, when: args.n > 5, forbid: true }
  - { name: g, tools: "x*", forbid: true }
  - { name: s, tools: "p*", mode: shadow, require: args.m }
)y");
  const std::string text = Of(R"({"n":1,"m":false})");
  EXPECT_THAT(text, HasSubstr("allowed: no rule applies"));
  EXPECT_THAT(text, HasSubstr("rule \"w\" does not apply"));
  EXPECT_THAT(text, HasSubstr("1 rule is not looked at"));
  EXPECT_THAT(text, HasSubstr("rule \"s\" would deny (it only watches)"));
  EXPECT_THAT(text, HasSubstr("in shadow, rule \"s\" would deny: "));
}

TEST_F(Explaining, TellsQuotasThatOnlyWatch) {
  Compile(R"y(writ: 1
default: allow
rules:
  - { name: q, tools: pay, mode: shadow, quota: { max: 3, per: hour, of: args.n } }
)y");
  const std::string fits = Of(R"({"n":2})");
  EXPECT_THAT(fits, HasSubstr("rule \"q\" passes (it only watches)"));
  EXPECT_THAT(fits, HasSubstr("1 is left after it"));
  const std::string full = Of(R"({"n":4})");
  EXPECT_THAT(full, HasSubstr("allowed: "));
  EXPECT_THAT(full, HasSubstr("rule \"q\" would deny (it only watches)"));
  EXPECT_THAT(full, HasSubstr("this call takes 4; it does not fit"));
  EXPECT_THAT(full, Not(HasSubstr("denies every call")));
  EXPECT_THAT(Of(R"({"n":-1})"), HasSubstr("rule \"q\" would deny (it only watches)"));
}

TEST_F(Explaining, ExplainsGates) {
  Compile("writ: 1\ndefault: deny\nallow: [read_file, \"list_*\"]\nhide: [\"x*\"]\n");
  const std::string text = Of("{}", "read_fil");
  EXPECT_THAT(text,
              HasSubstr("denied: nothing allows the tool \"read_fil\", and the default is deny\n"
                        "hint: did the call mean \"read_file\"?"));
  EXPECT_THAT(text, HasSubstr("policy.yaml: allows \"read_file\", \"list_*\"\n"));
  EXPECT_THAT(Of("{}", "xy"), HasSubstr("policy.yaml:4:8: hides \"x*\""));
}

TEST_F(Explaining, ExplainsQuotasWhereTheyStand) {
  CompileRule("quota: { max: 10, per: hour, of: args.n }");
  EXPECT_THAT(Of(R"({"n":4})"), HasSubstr("used 0 of 10; this call takes 4; 6 are left after it"));
  const Counter& counter = (*policies_.program)->counters.at(0);
  CounterView view;
  ShownCount count;
  count.space = counter.space;
  count.scope = counter.scope;
  count.global = counter.global;
  count.name = counter.name;
  count.window = counter.window;
  count.used = 8;
  view.counts = {count};
  counts_ = StandingCounts(view, "");
  const std::string text = Of(R"({"n":4})");
  EXPECT_THAT(text, HasSubstr("counts 4 of "));
  EXPECT_THAT(text, HasSubstr("up to 10 per hour, of which 8 are used, so 4 more are too many"));
  EXPECT_THAT(text, HasSubstr("it does not fit"));
  EXPECT_THAT(SentenceOf(R"({"n":-1})"), HasSubstr("counts args.n, which is -1"));
}

TEST_F(Explaining, LooksAtTheCountersOfAFile) {
  CompileRule("quota: { max: 3, per: hour, by: args.to }");
  const TemporaryFolder folder;
  for (const char* prefix : {"", "mine"}) {
    {
      CounterFileOptions file;
      file.folder = folder.path();
      SqliteCounters counters(std::move(file), SqliteCounters::Prefix{prefix, false});
      for (int i = 0; i < 2; ++i) {
        Machine machine(policies_.program);
        MessageReader reader(machine, kDefaultMaxDepth);
        const PaddedText line(R"({"jsonrpc":"2.0","id":1,"method":"tools/call",)"
                              R"("params":{"name":"pay","arguments":{"to":"a\"b"}}})");
        reader.Read(line.view());
        const Facts facts;
        Judge judge(machine, counters, &facts);
        EXPECT_EQ(judge.Decide("pay", Time(1'000'000)).decision.verdict, Verdict::kAllow);
      }
    }
    const CounterView view = ViewCounters(folder / "counters.db", 1'000'000);
    EXPECT_EQ(view.fault, "");
    counts_ = StandingCounts(view, prefix);
    EXPECT_THAT(Of(R"({"to":"a\"b"})"),
                HasSubstr("used 2 of 3; this call takes 1; 0 are left after it"));
    EXPECT_THAT(Of(R"({"to":"c"})"), HasSubstr("used 0 of 3"));
    counts_ = StandingCounts(view, "another");
    EXPECT_THAT(Of(R"({"to":"a\"b"})"), HasSubstr("used 0 of 3"));
  }
}

TEST_F(Explaining, ShowsHostileTextEscaped) {
  CompileRule("require: args.a == 'x'");
  const std::string text = Of(R"({"a":"\u001b[2J\u202e"})");
  EXPECT_THAT(text, HasSubstr("\\u001b[2J\\u202e"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST_F(Explaining, SaysWhatIsMissingOfAProgramWithoutSourceMap) {
  CompileRule("require: args.a < 3");
  policies_.traced = {};
  policies_.outlines.clear();
  policies_.Complete();
  const std::string text = Of(R"({"a":7})");
  EXPECT_THAT(text, HasSubstr("denied by rule \"r\" (policy.yaml:5:11)"));
  EXPECT_THAT(text, HasSubstr("args.a  = 7"));
  EXPECT_THAT(text, HasSubstr("note: "));
}

TEST_F(Explaining, DecidesAsItIsDecidedWhereWatchingCostsTooMuch) {
  CompileRule("require: args.l.all(x, x >= 0 && x < 9 && x != 8)");
  std::string list = "1";
  for (int i = 0; i < 330'000; ++i) list += ",1";
  const std::string text = Of("{\"l\":[" + list + "]}");
  EXPECT_THAT(text, HasSubstr("allowed: "));
  EXPECT_THAT(text, HasSubstr("takes more than a call's budget"));
}

TEST_F(Explaining, BearsLongAndDeepExpressions) {
  std::string chain = "args.n == 0";
  for (int i = 1; i < 300; ++i) chain += fmt::format(" || args.n == {}", i);
  CompileRule("require: " + chain);
  const std::string text = Of(R"({"n":-1})");
  EXPECT_THAT(explanation_.sentence, HasSubstr("args.n is -1"));
  EXPECT_THAT(text, HasSubstr("more parts"));
  std::string sum = "args.n";
  for (int i = 0; i < 200; ++i) sum += " + 1";
  CompileRule("require: " + sum + " < 0");
  EXPECT_THAT(SentenceOf(R"({"n":1})"), HasSubstr("is 201"));
}

}  // namespace
}  // namespace writ
