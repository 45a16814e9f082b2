// Calls that are made up: what a program asks of arguments is found in its code, and each rule has
// its say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "cli/bench/decider.h"
#include "cli/bench/growth.h"
#include "cli/bench/make_calls.h"
#include "cli/bench/pattern_sample.h"
#include "cli/bench/read_arguments.h"
#include "cli/bench/work.h"
#include "compiler/compile.h"
#include "vm/bundle/bundle.h"

namespace writ {
namespace {

using testing::Contains;
using testing::IsSupersetOf;

std::shared_ptr<const VerifiedProgram> Compiled(std::string policy) {
  Diagnostics diagnostics;
  std::vector<PolicyText> texts;
  texts.push_back({std::make_shared<const Source>("p.yaml", std::move(policy)), "p"});
  auto program = CompileTexts(std::move(texts), diagnostics, {}, nullptr);
  for (const Diagnostic& diagnostic : diagnostics.all()) ADD_FAILURE() << Render(diagnostic);
  return program;
}

constexpr char kPolicy[] = R"(
writ: 1
default: deny
allow: [get_*, pay, send]
data:
  cap: { usd: 500, jpy: 70000 }
rules:
  - name: known currencies
    tools: pay
    require: args.currency in data.cap
  - name: within the cap
    tools: pay
    require: args.amount > 0 && args.amount <= data.cap[args.currency]
  - name: few items
    tools: send
    require: size(args.items) < 3 && args.items.all(i, i.kind.startsWith("box"))
  - name: to the project
    tools: send
    require: path.within(args.to.path, "/srv/project")
  - name: five an hour
    tools: send
    quota: { max: 5, per: hour }
)";

std::vector<std::string> ValuesAt(const ArgumentTree& tree, std::vector<std::string_view> names) {
  ArgumentId at = kAllArguments;
  for (const std::string_view name : names) {
    if (name == "[]") {
      at = tree.at(at).element;
    } else {
      const auto found = tree.at(at).members.find(name);
      at = found == tree.at(at).members.end() ? kNoArgument : found->second;
    }
    if (at == kNoArgument) return {"not there"};
  }
  return tree.at(at).values;
}

TEST(ReadArguments, FindsNamesAndWhatTheyAreComparedWith) {
  const auto program = Compiled(kPolicy);
  ASSERT_NE(program, nullptr);
  const ArgumentTree pay = ReadArguments(*program, program->Find("pay"));
  EXPECT_THAT(ValuesAt(pay, {"currency"}), IsSupersetOf({"\"usd\"", "\"jpy\""}));
  // Those of the constant, and of the map's entries.
  EXPECT_THAT(ValuesAt(pay, {"amount"}), IsSupersetOf({"0", "1", "-1", "500", "501", "70000"}));
  const ArgumentTree send = ReadArguments(*program, program->Find("send"));
  EXPECT_THAT(ValuesAt(send, {"items", "[]", "kind"}), Contains("\"box\""));
  EXPECT_THAT(ValuesAt(send, {"to", "path"}),
              IsSupersetOf({"\"/srv/project/a\"", "\"/srv/project/a/../../b\""}));
}

TEST(ReadArguments, FindsThemInPoliciesOfVersion1) {
  const auto program = Compiled(R"(
version: "1"
tools:
  write:
    rules:
      - name: below safe
        conditions:
          - { path: args.path, op: regex, value: "^/safe/" }
          - { path: args.mode, op: in, value: [text, binary] }
)");
  ASSERT_NE(program, nullptr);
  const ArgumentTree tree = ReadArguments(*program, program->Find("write"));
  EXPECT_THAT(ValuesAt(tree, {"path"}), Contains("\"/safe/\""));
  EXPECT_THAT(ValuesAt(tree, {"mode"}), IsSupersetOf({"\"text\"", "\"binary\""}));
}

TEST(ReadArguments, FollowsListsThatThePolicyMakes) {
  const auto program = Compiled(R"(
writ: 1
default: allow
data: { folders: [docs, src] }
variables:
  lines: '[args.sql].map(s, s.lowerAscii())'
rules:
  - name: folders
    tools: write
    require: data.folders.exists(f, path.within(args.path, f))
  - name: reading
    tools: query
    require: variables.lines.all(s, s.matches("^\\s*(select|with)\\b"))
  - name: bound
    tools: query
    require: args.rows.all(r, cel.bind(n, r.name, n == "one" || n == args.other))
)");
  ASSERT_NE(program, nullptr);
  EXPECT_THAT(ValuesAt(ReadArguments(*program, program->Find("write")), {"path"}),
              IsSupersetOf({"\"docs/a\"", "\"src/a\""}));
  EXPECT_THAT(ValuesAt(ReadArguments(*program, program->Find("query")), {"sql"}),
              IsSupersetOf({"\"select\"", "\"with\"", "\"select a\""}));
  EXPECT_THAT(ValuesAt(ReadArguments(*program, program->Find("query")), {"rows", "[]", "name"}),
              Contains("\"one\""));
}

TEST(PatternSamples, AreTextsThatFit) {
  for (const char* pattern :
       {"^/safe/", R"(^[a-z]+@example\.com$)", R"(^\d{4}-\d\d$)", "(?i)^(get|list)_[^_/]*x?$",
        R"(^\s*(?P<verb>select|with)\b)", "[^a]b", "a{2,3}c*", "^[]a]$", "é+"}) {
    const auto samples = PatternSamples(pattern);
    EXPECT_FALSE(samples.empty()) << pattern;
    for (const std::string& sample : samples) {
      EXPECT_TRUE(re2::RE2::PartialMatch(sample, pattern)) << pattern << ": " << sample;
    }
  }
  EXPECT_EQ(PatternSamples("a|b|c|d|e"), (std::vector<std::string>{"a", "b", "c", "d"}));
  for (const char* hopeless : {"*", "(", "[", "a\\", "\\pN", ")", "a)", "[^", "x{", "(?"}) {
    PatternSamples(hopeless);  // whatever it gives
  }
}

class MadeCalls : public testing::Test {
 protected:
  // Lines, by outcome.
  struct Made {
    std::vector<std::string> lines;
    std::set<std::string> outcomes;  // "pay: allow", "pay: within the cap"
  };

  Made Make(const std::shared_ptr<const VerifiedProgram>& program, uint64_t seed, size_t count) {
    Decider decider(program, {});
    Stages stages(false);
    Made made;
    for (const BenchCall& call : MakeCalls(decider, tools_, {count, seed}, stages)) {
      made.lines.emplace_back(call.line.view());
      const auto outcome = decider.Decide(call);
      EXPECT_TRUE(outcome.has_value()) << call.line.view();
      if (!outcome.has_value()) continue;
      made.outcomes.insert(
          call.tool + ": " +
          (outcome->verdict == Verdict::kAllow ? "allow" : std::string(decider.RuleOf(*outcome))));
    }
    return made;
  }

  ServerTools tools_;
};

TEST_F(MadeCalls, LetEachRuleHaveItsSay) {
  const Made made = Make(Compiled(kPolicy), 1, 256);
  EXPECT_THAT(made.outcomes,
              IsSupersetOf({"pay: allow", "pay: known currencies", "pay: within the cap",
                            "send: allow", "send: few items", "send: to the project",
                            "get_a: allow", "some_other_tool: (default deny)"}));
  EXPECT_LE(made.lines.size(), 256U);
}

TEST_F(MadeCalls, AreTheSameAgain) {
  const auto program = Compiled(kPolicy);
  EXPECT_EQ(Make(program, 7, 100).lines, Make(program, 7, 100).lines);
  EXPECT_NE(Make(program, 7, 100).lines, Make(program, 8, 100).lines);
}

TEST_F(MadeCalls, AreThoseOfABundleToo) {
  const auto program = Compiled(kPolicy);
  const auto bytes = bundle::Write(**program);
  ASSERT_TRUE(bytes.has_value());
  const auto loaded = bundle::Read(*bytes, "p");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(Make(program, 1, 100).lines, Make(loaded->program, 1, 100).lines);
}

TEST_F(MadeCalls, TakeWhatASchemaLists) {
  const char listing[] = R"({"tools":[{"name":"get_page","inputSchema":{"type":"object",
    "properties":{"size":{"enum":["small","large"]},"from":{"type":"integer"}}}}]})";
  ASSERT_TRUE(tools_.AddListing(listing, "tools.json").has_value());
  const Made made = Make(Compiled(kPolicy), 1, 256);
  size_t of_schema = 0;
  for (const std::string& line : made.lines) {
    const bool has_enum = line.find("\"size\":\"large\"") != std::string::npos;
    of_schema += has_enum && line.find("\"get_page\"") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(of_schema, 0U);
}

TEST(Decider, FindsCountsAsTheyWere) {
  const auto program = Compiled(kPolicy);
  Decider decider(program, {});
  const BenchCall call("send", R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":)"
                               R"("send","arguments":{"items":[],"to":{"path":"/srv/project"}}}})");
  for (int i = 0; i < 20; ++i) {
    const auto outcome = decider.Decide(call);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->verdict, Verdict::kAllow) << i;
  }
  EXPECT_FALSE(decider.Decide(BenchCall("x", R"({"jsonrpc":"2.0","id":1,"method":"ping"})")));
}

TEST(Work, BelongsToTheRulesThatAreAsked) {
  const auto program = Compiled(R"(
writ: 1
default: allow
rules:
  - name: first
    tools: pay
    require: args.amount <= 10
  - name: second
    tools: pay
    require: args.items.all(i, i < 5)
)");
  Decider decider(program, {});
  const auto count = [&decider](std::string_view arguments) {
    WorkCounter counter(decider);
    const CallWork work = counter.Count(
        BenchCall("pay", R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay",)"
                         R"("arguments":)" +
                             std::string(arguments) + "}}"));
    uint64_t sum = 0;
    for (const auto& [rule, of_rule] : work.rules) sum += of_rule.instructions;
    EXPECT_EQ(sum, work.whole.instructions);
    return work;
  };
  const CallWork denied = count(R"({"amount":11,"items":[1]})");
  EXPECT_EQ(denied.rules.count(0), 1U);
  EXPECT_EQ(denied.rules.count(1), 0U);
  const CallWork of_one = count(R"({"amount":1,"items":[1]})");
  const CallWork of_three = count(R"({"amount":1,"items":[1,2,3]})");
  EXPECT_EQ(of_one.rules.at(0).instructions, of_three.rules.at(0).instructions);
  EXPECT_LT(of_one.rules.at(1).instructions, of_three.rules.at(1).instructions);
}

TEST(Growth, MakesAsManyRules) {
  for (const GrowthShape shape : kGrowthShapes) {
    const auto program = Compiled(GrowthPolicy(shape, 30));
    ASSERT_NE(program, nullptr);
    Decider decider(program, {});
    EXPECT_GE((*program)->rules.size(), 30U) << GrowthTitle(shape);
    for (const BenchCall& call : GrowthCalls(shape, 30)) {
      const auto outcome = decider.Decide(call);
      ASSERT_TRUE(outcome.has_value());
      EXPECT_EQ(outcome->verdict, Verdict::kAllow) << call.line.view();
    }
  }
}

}  // namespace
}  // namespace writ
