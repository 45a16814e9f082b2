// What is kept of a decision, part by part.
#include "cli/trace/recorder.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "proxy/facts.h"
#include "vm/call.h"

namespace writ {
namespace {

class Recording : public testing::Test {
 protected:
  void Compile(std::string text) {
    Diagnostics diagnostics;
    CompilerOptions options;
    options.traced = &traced_;
    const auto source = std::make_shared<const Source>("policy.yaml", std::move(text));
    CompileTexts({{source, "space"}}, diagnostics, options, nullptr);
    for (const Diagnostic& diagnostic : diagnostics.all()) ADD_FAILURE() << Render(diagnostic);
    ASSERT_NE(traced_.program, nullptr) << traced_.why;
  }
  void CompileRule(const std::string& rule) {
    Compile("writ: 1\ndefault: allow\nrules:\n  - name: r\n    tools: pay\n    " + rule + "\n");
  }

  Verdict Decide(const std::string& arguments, const std::string& tool = "pay") {
    recorder_.reset();
    call_.emplace(traced_.program);
    recorder_.emplace(traced_, call_->machine());
    return DecideAgain(arguments, tool);
  }
  // With the same recorder.
  Verdict DecideAgain(const std::string& arguments, const std::string& tool = "pay") {
    call_->Begin(arguments, tool);
    facts_.Fill(call_->machine(), tool, {}, Time(0));
    return call_->machine().Decide().verdict;
  }

  static std::string TextOf(const Seen& seen) {
    std::string text;
    for (const SeenElement& element : seen.elements) {
      text +=
          fmt::format("[{}{}={}{}] ", element.index, element.key.empty() ? "" : " " + element.key,
                      element.value, element.decided ? "!" : "");
    }
    if (!seen.is_error()) return text + seen.value;
    return text + fmt::format("{}{}{}", seen.is_own ? "own " : "", ErrorText(seen.error),
                              seen.value.empty() ? "" : " of " + seen.value);
  }

  uint32_t PartOf(const std::string& text) const {
    for (uint32_t i = 0; i < traced_.map.parts.size(); ++i) {
      if (traced_.map.parts[i].text == text) return i;
    }
    ADD_FAILURE() << "no part " << text;
    return kNoPart;
  }

  // Each time the part was seen, one behind the other.
  std::string Of(const std::string& text) const {
    std::string all;
    for (const Seen& seen : recorder_->SeenOf(PartOf(text))) {
      if (!all.empty()) all += "; ";
      all += TextOf(seen);
    }
    return all;
  }

  Facts facts_;
  TracedProgram traced_;
  std::optional<Call> call_;
  std::optional<Recorder> recorder_;
};

TEST_F(Recording, KeepsTheValueOfEachPart) {
  CompileRule("require: args.a + 1 < 3 && args.b == 'x'");
  EXPECT_EQ(Decide(R"({"a":4})"), Verdict::kDeny);
  EXPECT_EQ(Of("args.a"), "4");
  EXPECT_EQ(Of("args.a + 1"), "5");
  EXPECT_EQ(Of("args.a + 1 < 3"), "false");
  EXPECT_EQ(Of("args.b"), "");
  EXPECT_EQ(Of("args.a + 1 < 3 && args.b == 'x'"), "false");
  EXPECT_EQ(recorder_->Of(PartOf("args.a + 1 < 3"))->outcome, Seen::Outcome::kFalse);
  ASSERT_EQ(recorder_->rules().size(), 1u);
  EXPECT_EQ(recorder_->rules()[0].end, SeenRule::End::kDenied);
}

TEST_F(Recording, ForgetsTheCallBefore) {
  CompileRule("require: args.a < 3 || args.b");
  EXPECT_EQ(Decide(R"({"a":4,"b":true})"), Verdict::kAllow);
  EXPECT_EQ(Of("args.b"), "true");
  EXPECT_EQ(DecideAgain(R"({"a":1})"), Verdict::kAllow);
  EXPECT_EQ(Of("args.b"), "");
  EXPECT_EQ(Of("args.a"), "1");
}

TEST_F(Recording, TellsWhereAnErrorIsFromAndHowFarItGoes) {
  CompileRule("require: \"!(args.a.b + 1 > 2) || args.c\"");
  EXPECT_EQ(Decide(R"({"c":true})"), Verdict::kAllow);
  EXPECT_EQ(Of("args.a.b"), "own no such field");
  EXPECT_EQ(Of("args.a.b + 1"), "no such field");
  EXPECT_EQ(Of("!(args.a.b + 1 > 2)"), "no such field");
  EXPECT_EQ(Of("!(args.a.b + 1 > 2) || args.c"), "true");
  EXPECT_EQ(Decide(R"({"a":{"b":"x"}})"), Verdict::kError);
  EXPECT_EQ(Of("args.a.b"), "\"x\"");
  EXPECT_EQ(Of("args.a.b + 1").substr(0, 4), "own ");
  EXPECT_EQ(Of("args.c"), "own no such field");
  EXPECT_EQ(recorder_->Of(PartOf("!(args.a.b + 1 > 2) || args.c"))->is_own, false);
  EXPECT_EQ(recorder_->rules()[0].end, SeenRule::End::kRaised);
}

TEST_F(Recording, TellsTheOperandThatIsNoBool) {
  CompileRule("require: args.a && args.b");
  EXPECT_EQ(Decide(R"({"a":7,"b":true})"), Verdict::kError);
  EXPECT_EQ(Of("args.a"), "own no such overload of 7");
  EXPECT_EQ(Of("args.b"), "true");
}

TEST_F(Recording, TellsAnErrorOfAListOfExpressionsFromThatOfItsFirst) {
  CompileRule("require: [args.a && args.b, args.c]");
  EXPECT_EQ(Decide(R"({"a":true,"b":true})"), Verdict::kError);
  EXPECT_EQ(Of("args.a && args.b"), "true");
  EXPECT_EQ(Of("args.c"), "own no such field");
}

TEST_F(Recording, KeepsAFewElementsAndTheOneThatDecided) {
  CompileRule("require: args.l.all(x, x < 100)");
  EXPECT_EQ(Decide(R"({"l":[1,2,3,4,5,600,7]})"), Verdict::kDeny);
  EXPECT_EQ(Of("x < 100"), "[0=1] true; [1=2] true; [2=3] true; [5=600!] false");
  const std::vector<const SeenLoop*> loops = recorder_->LoopsOf(PartOf("args.l.all(x, x < 100)"));
  ASSERT_EQ(loops.size(), 1u);
  EXPECT_EQ(loops[0]->elements, 6u);
  EXPECT_EQ(loops[0]->holds, 5u);
  EXPECT_EQ(loops[0]->fails, 1u);
}

TEST_F(Recording, KeepsElementsThatFailAndThoseThatHold) {
  CompileRule("require: [\"args.l.all(x, x < 100)\", \"args.l.exists_one(y, y == 9)\"]");
  EXPECT_EQ(Decide(R"({"l":[1,2,3,4,"a",6]})"), Verdict::kDeny);
  EXPECT_EQ(Of("x < 100"), "[0=1] true; [1=2] true; [2=3] true; [4=\"a\"] own no such overload");
  EXPECT_EQ(Of("args.l.all(x, x < 100)"), "no such overload");
  EXPECT_EQ(Decide(R"({"l":[1,2,3,9,4,9,9]})"), Verdict::kDeny);
  EXPECT_EQ(Of("y == 9"), "[0=1] false; [1=2] false; [2=3] false; [3=9] true; [5=9] true");
}

TEST_F(Recording, KnowsTheKeysOfMapsAndElementsOfElements) {
  CompileRule("require: \"args.m.all(k, args.m[k].all(i, v, v > i))\"");
  EXPECT_EQ(Decide(R"({"m":{"a":[1],"b":[2,0]}})"), Verdict::kDeny);
  EXPECT_EQ(Of("v > i"),
            "[0 \"a\"=[1]] [0=1] true; [1 \"b\"=[2,0]!] [0=2] true; "
            "[1 \"b\"=[2,0]!] [1=0!] false");
}

TEST_F(Recording, KeepsWhatIsBoundWhereItIsBound) {
  CompileRule("require: cel.bind(b, args.a + 1, args.l.all(x, x == 0 || x < b))");
  EXPECT_EQ(Decide(R"({"a":3,"l":[0,0,0,0,9]})"), Verdict::kDeny);
  EXPECT_EQ(Of("args.a + 1"), "4");
  EXPECT_EQ(Decide(R"({"l":[0,1]})"), Verdict::kError);
  EXPECT_EQ(Of("args.a"), "own no such field");
  EXPECT_EQ(Of("b"), "[1=1] no such field");
}

TEST_F(Recording, KeepsVariablesOnce) {
  Compile(R"y(writ: 1
default: allow
variables: { v: args.a / args.b }
rules:
  - { name: r, tools: pay, require: variables.v > 1 }
  - { name: s, tools: pay, require: variables.v > 2 }
)y");
  EXPECT_EQ(Decide(R"({"a":4,"b":2})"), Verdict::kDeny);
  EXPECT_EQ(Of("args.a / args.b"), "2");
  EXPECT_EQ(Decide(R"({"a":4,"b":0})"), Verdict::kError);
  EXPECT_EQ(Of("args.a / args.b").substr(0, 4), "own ");
  EXPECT_EQ(Of("variables.v > 1").substr(0, 4), "divi");
}

TEST_F(Recording, SeesConditionsWithTheirValues) {
  Compile(R"y(version: "1"
tools:
  pay:
    rules:
      - name: r
        conditions:
          - { path: args.a, op: neq, value: 1 }
          - { path: args.b, op: exists, value: false }
)y");
  EXPECT_EQ(Decide(R"({"a":2,"b":"x"})"), Verdict::kDeny);
  EXPECT_EQ(Of("args.a"), "2");
  EXPECT_EQ(recorder_->Of(PartOf("args.a"))->outcome, Seen::Outcome::kTrue);
  EXPECT_EQ(recorder_->Of(PartOf("args.b"))->outcome, Seen::Outcome::kFalse);
  EXPECT_EQ(Decide(R"({"a":12345678901234567890123})"), Verdict::kError);
  EXPECT_TRUE(recorder_->Of(PartOf("args.a"))->is_own);
}

TEST_F(Recording, FollowsRules) {
  Compile(R"y(writ: 1
default: allow
rules:
  - { name: glob, tools: "x*", require: args.a }
  - { name: watches, tools: "p*", mode: shadow, require: args.a }
  - { name: counts, tools: "p*", quota: { max: 3, per: hour } }
  - { name: denies, tools: "*", forbid: args.b }
  - { name: unreached, tools: "*", forbid: args.b }
)y");
  EXPECT_EQ(Decide(R"({"b":true})"), Verdict::kDeny);
  std::string rules;
  for (const SeenRule& seen : recorder_->rules()) {
    rules += fmt::format("{}{}{} ", (*traced_.program)->rules[seen.rule].name,
                         seen.names_tool ? "" : "(not its tool)", static_cast<int>(seen.end));
  }
  EXPECT_EQ(rules, "glob(not its tool)0 watches2 counts0 denies1 ");
  EXPECT_EQ(recorder_->quotas().size(), 1u);
}

TEST_F(Recording, KeepsNoMoreThanItIsToldTo) {
  CompileRule("require: args.l.all(a, args.l.all(b, args.l.all(c, a + b + c < 1000)))");
  std::string list = "0";
  for (int i = 1; i < 60; ++i) list += fmt::format(",{}", i);
  EXPECT_EQ(Decide("{\"l\":[" + list + "]}"), Verdict::kAllow);
  EXPECT_LE(recorder_->SeenOf(PartOf("a + b + c")).size(), 216u);
  EXPECT_EQ(recorder_->LoopsOf(PartOf("args.l.all(c, a + b + c < 1000)"))[0]->elements, 60u);
}

}  // namespace
}  // namespace writ
