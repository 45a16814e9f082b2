// `writ: 1` policies as models. Faults are text tests in tests/policies/.
#include "compiler/load/load_writ.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "compiler/load/policy_environment.h"

namespace writ {
namespace {

// The model of a policy without fault, with what it stands on.
struct Model {
  explicit Model(const std::string& text) : loaded({text}) {
    EXPECT_FALSE(loaded.diagnostics.has_errors()) << loaded.Said();
    if (loaded.policies.empty()) throw std::invalid_argument(loaded.Said());
  }
  const Policy& operator*() const { return loaded.policies[0]; }
  const Policy* operator->() const { return &loaded.policies[0]; }

  Loaded loaded;
};

std::string Text(const Expression& expression) {
  return expression.checked.ast.source;
}

std::vector<std::string> Texts(const std::vector<Expression>& expressions) {
  std::vector<std::string> texts;
  for (const Expression& expression : expressions) texts.push_back(Text(expression));
  return texts;
}

std::vector<std::string> Texts(const std::vector<ToolPattern>& patterns) {
  std::vector<std::string> texts;
  for (const ToolPattern& pattern : patterns) {
    texts.push_back(pattern.text + (pattern.is_glob ? " (glob)" : ""));
  }
  return texts;
}

Model WithRule(const std::string& rule) {
  return Model("writ: 1\ndefault: allow\nrules:\n  - {name: r, " + rule + "}\n");
}

TEST(LoadWrit, TheLeast) {
  const Model policy("writ: 1\ndefault: allow\n");
  EXPECT_EQ(policy->language, Language::kWrit);
  EXPECT_FALSE(policy->default_deny);
  EXPECT_EQ(policy->name, "policy");
  EXPECT_EQ(policy->space, "policy.yaml");
  EXPECT_TRUE(policy->rules.empty());
}

TEST(LoadWrit, ANameThatIsWrittenNamesTheCountersToo) {
  const Model policy("writ: 1\nname: payments\ndescription: what may be paid\ndefault: allow\n");
  EXPECT_EQ(policy->name, "payments");
  EXPECT_EQ(policy->space, "payments");
  EXPECT_EQ(policy->description, "what may be paid");
}

TEST(LoadWrit, AllowAndHide) {
  const Model policy("writ: 1\ndefault: deny\nallow: [get_*, read]\nhide: drop_*\n");
  EXPECT_TRUE(policy->default_deny);
  EXPECT_THAT(Texts(policy->allow), testing::ElementsAre("get_* (glob)", "read"));
  EXPECT_THAT(Texts(policy->hide), testing::ElementsAre("drop_* (glob)"));
}

TEST(LoadWrit, ARuleWithEverything) {
  const Model policy(R"(writ: 1
default: allow
rules:
  - name: everything
    tools: [read, write_*]
    when: args.dry_run != true
    require:
      - args.a == 1
      - 'args.b == "b"'
    forbid: true
    only_args: [a, b]
    quota: { max: 5, per: hour }
    message: no
    mode: shadow
  - name: nothing more
    forbid: false
)");
  ASSERT_EQ(policy->rules.size(), 2u);
  const RuleModel& rule = policy->rules[0];
  EXPECT_EQ(rule.name, "everything");
  EXPECT_EQ(rule.at, (Position{4, 11}));
  EXPECT_THAT(Texts(rule.tools), testing::ElementsAre("read", "write_* (glob)"));
  EXPECT_EQ(Text(*rule.when), "args.dry_run != true");
  EXPECT_THAT(Texts(rule.require), testing::ElementsAre("args.a == 1", "args.b == \"b\""));
  EXPECT_THAT(Texts(rule.forbid), testing::ElementsAre("true"));
  EXPECT_THAT(*rule.only_args, testing::ElementsAre("a", "b"));
  EXPECT_TRUE(rule.quota.has_value());
  EXPECT_TRUE(rule.shadow);
  EXPECT_FALSE(policy->rules[1].when.has_value());
  EXPECT_FALSE(policy->rules[1].shadow);
  EXPECT_FALSE(policy->rules[1].only_args.has_value());
}

TEST(LoadWrit, BoolsAreConditionsHoweverYamlWritesThem) {
  EXPECT_THAT(Texts(WithRule("forbid: True")->rules[0].forbid), testing::ElementsAre("true"));
  EXPECT_THAT(Texts(WithRule("require: [FALSE]")->rules[0].require), testing::ElementsAre("false"));
}

TEST(LoadWrit, NoArgumentAtAllMayBeAllowed) {
  EXPECT_TRUE(WithRule("only_args: []")->rules[0].only_args->empty());
}

TEST(LoadWrit, QuotaWindows) {
  const auto window = [](const std::string& per) {
    return WithRule("quota: {max: 5, per: " + per + "}")->rules[0].quota->window;
  };
  EXPECT_EQ(window("minute"), Window::kMinute);
  EXPECT_EQ(window("hour"), Window::kHour);
  EXPECT_EQ(window("day"), Window::kDay);
  EXPECT_EQ(window("session"), Window::kSession);
  EXPECT_EQ(window("20m"), (Window{1200, false}));
  EXPECT_EQ(window("6h"), (Window{21600, false}));
  EXPECT_EQ(window("366d"), (Window{Window::kMaxSeconds, false}));
  EXPECT_EQ(window("day, sliding: true"), (Window{86400, true}));
}

TEST(LoadWrit, QuotaLimits) {
  const auto max = [](const std::string& rest) {
    return WithRule("quota: {per: day, max: " + rest + "}")->rules[0].quota->max;
  };
  EXPECT_EQ(max("0"), 0);
  EXPECT_EQ(max("5"), 5);
  EXPECT_EQ(max("\"5\""), 5);
  EXPECT_EQ(max("1_000"), 1000);
  EXPECT_EQ(max("5.0"), 5);
  EXPECT_EQ(max("10.5, scale: 2"), 1050);
  EXPECT_EQ(max("10, scale: 2"), 1000);
  EXPECT_EQ(max("9223372036854775807"), INT64_MAX);
}

TEST(LoadWrit, QuotaExpressions) {
  const Model policy(R"(writ: 1
default: allow
data: { cap: { usd: 50, jpy: 7000 } }
rules:
  - name: daily
    quota: { max: "20 * data.cap[args.currency]", per: day, of: args.amount, by: args.currency }
)");
  const QuotaModel& quota = *policy->rules[0].quota;
  EXPECT_EQ(Text(*quota.max_of), "20 * data.cap[args.currency]");
  EXPECT_EQ(quota.max_of->checked.type().ToString(), "int");
  EXPECT_EQ(Text(*quota.amount), "args.amount");
  EXPECT_EQ(Text(*quota.key), "args.currency");
}

TEST(LoadWrit, MessagesOfRulesWithoutOne) {
  EXPECT_EQ(WithRule("forbid: true")->rules[0].check_message, "Denied by rule \"r\"");
  EXPECT_EQ(WithRule("quota: {max: 5, per: 20m}")->rules[0].quota_message,
            "Quota of 5 per 20m reached. Try again later.");
  EXPECT_EQ(WithRule("quota: {max: 1.5, per: session, scale: 2}")->rules[0].quota_message,
            "Quota of 1.50 per session reached.");
}

TEST(LoadWrit, MessagesWithExpressions) {
  const Model policy(R"(writ: 1
default: allow
rules:
  - name: r
    quota: { max: 5, per: day }
    message: "$${x} ${ args.path } has ${quota.remaining} until ${quota.resets_at}"
)");
  const std::vector<MessagePartModel>& message = policy->rules[0].message;
  ASSERT_EQ(message.size(), 6u);
  EXPECT_EQ(message[0].text, "${x} ");
  EXPECT_EQ(Text(*message[1].value), "args.path");
  EXPECT_EQ(message[2].text, " has ");
  EXPECT_EQ(Text(*message[3].value), "quota.remaining");
  EXPECT_EQ(message[5].value->checked.type().ToString(), "timestamp");
  EXPECT_EQ(message[1].value->source.At(5), (Position{6, 29}));
}

TEST(LoadWrit, ThePositionOfAnExpressionIsThatOfItsCharacters) {
  const Model policy(
      "writ: 1\ndefault: allow\nrules:\n  - name: r\n    require: >-\n      args.a == 1 &&\n"
      "      args.b\n");
  const Expression& expression = policy->rules[0].require[0];
  EXPECT_EQ(expression.source.At(static_cast<uint32_t>(Text(expression).find("args.b"))),
            (Position{7, 7}));
}

TEST(LoadWrit, BuiltInNamesAndTheirTypes) {
  const std::pair<const char*, const char*> names[] = {
      {"args", "map(string, dyn)"}, {"args.x", "dyn"},
      {"tool.name", "string"},      {"client.name", "string"},
      {"client.version", "string"}, {"server.name", "string"},
      {"now", "timestamp"},         {"labels", "map(string, string)"}};
  for (const auto& [name, type] : names) {
    const Model policy(fmt::format("writ: 1\ndefault: allow\nvariables: {{v: {}}}\n", name));
    EXPECT_EQ(policy->variables[0].expression.checked.type().ToString(), type) << name;
  }
}

TEST(LoadWrit, FactsAreFoundByTheirPlaceInTheEnvironment) {
  const Model policy("writ: 1\ndefault: allow\n");
  const std::vector<cel::Variable>& variables = policy->environment.variables;
  ASSERT_EQ(variables.size(), kBuiltIns);
  EXPECT_EQ(FactOf(0), std::nullopt);
  EXPECT_EQ(FactOf(kBuiltIns), std::nullopt);
  EXPECT_EQ(variables[static_cast<uint32_t>(BuiltIn::kNow)].name, "now");
  EXPECT_EQ(FactOf(static_cast<uint32_t>(BuiltIn::kNow)), Fact::kNow);
  EXPECT_EQ(variables[static_cast<uint32_t>(BuiltIn::kLabels)].name, "labels");
  EXPECT_EQ(FactOf(static_cast<uint32_t>(BuiltIn::kQuotaResetsAt)), Fact::kQuotaResetsAt);
  EXPECT_EQ(FactOf(static_cast<uint32_t>(BuiltIn::kHasServerName)), kLastFact);
}

// A client may not say what it is called; everything else is always there.
TEST(LoadWrit, HasAsksForClaims) {
  for (const char* name : {"client.name", "client.version", "server.name"}) {
    const Model policy(fmt::format("writ: 1\ndefault: allow\nvariables: {{v: has({})}}\n", name));
    EXPECT_EQ(policy->variables[0].expression.checked.type().ToString(), "bool") << name;
  }
}

TEST(LoadWrit, AMessageInBlockTextEndsBeforeItsLastLineBreak) {
  for (const auto& [style, text] : {std::pair{"|", "a\nb"}, std::pair{">", "a b"},
                                    std::pair{"|-", "a\nb"}, std::pair{"|+", "a\nb\n"}}) {
    const Model policy(
        fmt::format("writ: 1\ndefault: allow\nrules:\n  - name: r\n    forbid: true\n"
                    "    message: {}\n      a\n      b\n\n",
                    style));
    ASSERT_EQ(policy->rules[0].message.size(), 1u);
    EXPECT_EQ(policy->rules[0].message[0].text, text) << style;
  }
  const Model quoted(
      "writ: 1\ndefault: allow\nrules: [{name: r, forbid: true, message: \"a\\n\"}]\n");
  EXPECT_EQ(quoted->rules[0].message[0].text, "a\n");
}

TEST(LoadWrit, ConstantsHaveTheirTypes) {
  const Model policy(R"(writ: 1
default: allow
data:
  cap: { usd: 50 }
  odd-name: [a]
variables:
  a: data.cap.usd
  b: data["odd-name"]
  c: data.cap
)");
  EXPECT_EQ(policy->variables[0].expression.checked.type().ToString(), "int");
  EXPECT_EQ(policy->variables[2].expression.checked.type().ToString(), "map(string, int)");
}

TEST(LoadWrit, VariablesAsAMappingAndAsAList) {
  for (const char* variables : {"variables:\n  a: args.x\n  b: variables.a + 1\n",
                                "variables:\n  - {name: a, expression: args.x}\n"
                                "  - name: b\n    expression: variables.a + 1\n"}) {
    const Model policy(std::string("writ: 1\ndefault: allow\n") + variables);
    ASSERT_EQ(policy->variables.size(), 2u);
    EXPECT_EQ(policy->variables[0].name, "a");
    EXPECT_EQ(policy->variables[1].name, "b");
    EXPECT_EQ(policy->environment.variables[policy->first_variable + 1].name, "variables.b");
  }
}

TEST(LoadWrit, CommentsInLiteralBlocks) {
  const Model policy(
      "writ: 1\ndefault: allow\nrules:\n  - name: r\n    require: |\n"
      "      // first\n      args.a == 1 && // second\n      args.b == \"http://x\"\n");
  EXPECT_EQ(policy->rules[0].require.size(), 1u);
}

TEST(LoadWrit, RulesOfManyKindsShareTheirExpressionsThroughAliases) {
  const Model policy(
      "writ: 1\ndefault: allow\nrules:\n  - {name: a, tools: x, require: &c args.a == 1}\n"
      "  - {name: b, tools: y, require: *c}\n");
  EXPECT_THAT(Texts(policy->rules[1].require), testing::ElementsAre("args.a == 1"));
}

TEST(LoadWrit, TooManyVariablesAreRefused) {
  std::string text = "writ: 1\ndefault: allow\nvariables:\n";
  for (size_t i = 0; i <= kMaxVariables; ++i) text += fmt::format("  v{}: args.a\n", i);
  const Loaded loaded({text + "rules: [{name: r, forbid: variables.v7 == variables.v1000}]\n"});
  EXPECT_NE(loaded.Said().find("a policy may have 1000 variables, and this one has 1001"),
            std::string::npos);
  EXPECT_EQ(loaded.diagnostics.all().size(), 1u) << "what uses them is no fault";
}

TEST(LoadWrit, MoreExpressionsThanAnyPolicyNeedsAreRefused) {
  const std::string large = "args.a == \"" + std::string(60000, 'x') + "\"";
  std::string text =
      "writ: 1\ndefault: allow\nrules:\n  - name: r\n    require:\n      - &e '" + large + "'\n";
  for (int i = 0; i < 300; ++i) text += "      - *e\n";
  const std::string said = Loaded({text}).Said();
  EXPECT_NE(said.find("the expressions of a policy may have 16777216 bytes"), std::string::npos)
      << said.substr(0, 300);
}

TEST(LoadWrit, TenThousandRules) {
  std::string text = "writ: 1\ndefault: allow\nrules:\n";
  for (int i = 0; i < 10000; ++i) {
    text += fmt::format("  - {{name: rule {}, tools: tool_{}, require: args.a == {}}}\n", i, i, i);
  }
  EXPECT_EQ(Model(text)->rules.size(), 10000u);
}

}  // namespace
}  // namespace writ
