// What a policy without fault is read into. What is said of faulty ones stands in tests/policies/.
#include "compiler/load/load_intercept.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/compiled.h"

namespace writ {
namespace {

// One policy's model.
class Model : public Loaded {
 public:
  explicit Model(const std::string& text) : Loaded({text}) {
    if (policies.empty()) throw std::invalid_argument(Said());
  }
  const Policy& operator*() const { return policies.front(); }
  const Policy* operator->() const { return &policies.front(); }
};

// A policy with one tool, "pay", and these lines as its rules.
std::string Pay(const std::vector<std::string>& lines) {
  return fmt::format("version: \"1\"\ntools:\n  pay:\n    rules:\n      {}\n",
                     fmt::join(lines, "\n      "));
}

const RuleModel& FirstRule(const Model& model) {
  return model->tools.front().rules.front();
}

TEST(LoadIntercept, TheLeast) {
  const Model model("version: 1\n");
  EXPECT_EQ(model->space, "policy.yaml");
  EXPECT_FALSE(model->default_deny);
  EXPECT_FALSE(model->hides_all);
  EXPECT_TRUE(model->hidden.empty());
  EXPECT_TRUE(model->tools.empty());
  EXPECT_TRUE(model->every_tool.empty());
}

TEST(LoadIntercept, MembersThatAreNullOrEmptyAreNotGiven) {
  const Model model(
      "version: \"1\"\ndescription:\ndefault: \"\"\nhide:\n"
      "tools:\n  a:\n  b: {rules: }\n  c: {rules: []}\n  \"*\": {rules: []}\n");
  EXPECT_FALSE(model->default_deny);
  ASSERT_EQ(model->tools.size(), 3u);
  for (const ToolModel& tool : model->tools) EXPECT_TRUE(tool.rules.empty()) << tool.name;
  EXPECT_TRUE(Model("version: \"1\"\ntools: ~\n")->tools.empty());
}

TEST(LoadIntercept, DefaultAndHide) {
  const Model model("version: \"1\"\ndefault: deny\nhide: [a, 'b c', 7]\n");
  EXPECT_TRUE(model->default_deny);
  EXPECT_FALSE(model->hides_all);
  EXPECT_EQ(model->hidden, (std::vector<std::string>{"a", "b c", "7"}));
  EXPECT_TRUE(Model("version: \"1\"\nhide: ['*']\n")->hides_all);
  EXPECT_TRUE(Model("version: \"1\"\nhide: [a, '*']\n")->hides_all);
  // Only the whole name is a wildcard.
  EXPECT_FALSE(Model("version: \"1\"\nhide: ['get_*']\n")->hides_all);
}

TEST(LoadIntercept, ToolsInOrderAndTheWildcardApart) {
  const Model model(
      "version: \"1\"\ntools:\n"
      "  b: {rules: [{name: one, action: deny}]}\n"
      "  \"*\": {rules: [{name: two, action: deny}]}\n"
      "  a: {rules: [{name: three, action: deny}, {name: three, action: deny}]}\n");
  ASSERT_EQ(model->tools.size(), 2u);
  EXPECT_EQ(model->tools[0].name, "b");
  EXPECT_EQ(model->tools[1].name, "a");
  EXPECT_EQ(model->tools[1].rules.size(), 2u);
  ASSERT_EQ(model->every_tool.size(), 1u);
  EXPECT_EQ(model->every_tool[0].name, "two");
  EXPECT_EQ(model->every_tool[0].at, (Position{4, 24}));
}

TEST(LoadIntercept, Messages) {
  const std::string condition = "  conditions: [{path: args.a, op: eq}]";
  {
    const Model model(Pay({"- name: 'a \"b\"'", condition}));
    EXPECT_EQ(FirstRule(model).check_message, R"(Denied by rule "a \"b\"")");
  }
  {
    const Model model(Pay({"- name: a", condition, "  on_deny: Ask Ada"}));
    EXPECT_EQ(FirstRule(model).check_message, "Ask Ada");
    EXPECT_EQ(FirstRule(model).quota_message, "Ask Ada");
  }
  {
    const Model model(Pay({"- name: a", "  rate_limit: 5/hour"}));
    EXPECT_EQ(FirstRule(model).quota_message, "Rate limit of 5 per hour reached. Try again later.");
  }
  {
    const Model model(Pay({"- name: a", "  conditions: [{path: state.pay.n, op: lt, value: 5}]",
                           "  state: {counter: n, window: hour}"}));
    EXPECT_EQ(FirstRule(model).quota_message, "Rate limit exceeded for a");
  }
  {
    const Model model(Pay({"- name: a", "  on_deny:", "  rate_limit: 1/day"}));
    EXPECT_EQ(FirstRule(model).quota_message, "Rate limit of 1 per day reached. Try again later.");
  }
}

TEST(LoadIntercept, RateLimits) {
  struct Case {
    std::string text;
    int64_t limit;
    Window window;
  };
  for (const Case& c : {Case{"5/minute", 5, Window::kMinute}, Case{"+5/hour", 5, Window::kHour},
                        Case{"05/day", 5, Window::kDay},
                        Case{"9223372036854775807/day", INT64_MAX, Window::kDay}}) {
    const Model model(Pay({"- name: a", "  rate_limit: " + c.text}));
    const Counting& counting = FirstRule(model).counting.value();
    EXPECT_EQ(counting.limit, c.limit) << c.text;
    EXPECT_EQ(counting.window, c.window) << c.text;
    EXPECT_EQ(counting.amount, 1) << c.text;
    EXPECT_EQ(counting.counter.scope.tool, "pay");
  }
  // Empty members beside it do not clash with it.
  Model(Pay({"- name: a", "  rate_limit: 5/hour", "  conditions: []", "  state:"}));
  Model(Pay({"- name: a", "  action: evaluate", "  rate_limit: 5/hour"}));
}

TEST(LoadIntercept, TheSmallestLimitOnTheOwnCounterIsReserved) {
  struct Case {
    std::string limits;
    int64_t limit;
  };
  const auto limit = [](std::string_view op, std::string_view value) {
    return fmt::format("{{path: state.pay.n, op: {}, value: {}}}", op, value);
  };
  for (const Case& c : {
           Case{limit("lte", "5"), 5},
           Case{limit("lt", "5"), 4},
           Case{limit("lte", "1000") + ", " + limit("lte", "100"), 100},
           Case{limit("lt", "100") + ", " + limit("lte", "99"), 99},
           Case{limit("lte", "5.9"), 5},
           Case{limit("lt", "5.9"), 4},
           Case{limit("lte", "-1"), -1},
           Case{limit("lte", "1e30"), INT64_MAX},
           Case{limit("lt", ".inf"), INT64_MAX},
           Case{limit("lte", "-1e30"), INT64_MIN},
           Case{limit("lt", "-.inf"), INT64_MIN},
           Case{limit("lte", ".nan"), INT64_MIN},
           Case{limit("lt", "-9223372036854775808"), INT64_MIN},
           Case{limit("lte", "9223372036854775807"), INT64_MAX},
           Case{limit("gte", "1") + ", " + limit("lte", "7"), 7},
       }) {
    const Model model(Pay(
        {"- name: a", "  conditions: [" + c.limits + "]", "  state: {counter: n, window: day}"}));
    EXPECT_EQ(FirstRule(model).counting.value().limit, c.limit) << c.limits;
  }
}

TEST(LoadIntercept, Increments) {
  const auto counting = [](const std::string& members) {
    const Model model(Pay({"- name: a", "  conditions: [{path: state.pay.n, op: lte, value: 5}]",
                           "  state: {counter: n, window: day" + members + "}"}));
    return FirstRule(model).counting.value();
  };
  EXPECT_EQ(counting("").amount, 1);
  EXPECT_EQ(counting(", increment: 3").amount, 3);
  EXPECT_EQ(counting(", increment: 3.0").amount, 3);
  EXPECT_EQ(counting(", increment: 0").amount, 1);
  EXPECT_EQ(counting(", increment: ~").amount, 1);
  EXPECT_TRUE(counting(", increment_from: ''").amount_names.empty());
  EXPECT_EQ(counting(", increment_from: args.a").amount_names, (std::vector<std::string>{"a"}));
  EXPECT_EQ(counting(", increment_from: args.a.b").amount_names,
            (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(counting(", increment_from: args.").amount_names, (std::vector<std::string>{""}));
}

TEST(LoadIntercept, Paths) {
  const auto names = [](const std::string& path) {
    const Model model(Pay({"- name: a", "  conditions: [{path: '" + path + "', op: eq}]"}));
    return FirstRule(model).conditions.front().names;
  };
  EXPECT_EQ(names("args.a"), (std::vector<std::string>{"a"}));
  EXPECT_EQ(names("args.a.b.c"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(names("args.a..b"), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(names("args."), (std::vector<std::string>{""}));
  EXPECT_EQ(names("args.a b.ü"), (std::vector<std::string>{"a b", "ü"}));
}

// Names may hold dots; the rule's own scope is looked at first, then up to the first dot.
TEST(LoadIntercept, CounterPathsWithDots) {
  const auto counting = [](const std::string& tool, const std::string& counter) {
    const std::string path = (tool == "*" ? "_global" : tool) + "." + counter;
    return fmt::format(
        "  '{}': {{rules: [{{name: {}, conditions: [{{path: state.{}, op: lte, value: 5}}], "
        "state: {{counter: {}, window: hour}}}}]}}\n",
        tool, "counts", path, counter);
  };
  const auto reader = [](const std::string& path) {
    return fmt::format(
        "  reader: {{rules: [{{name: reads, conditions: [{{path: {}, op: lte, value: 5}}]}}]}}\n",
        path);
  };
  const auto read = [](const Model& model) {
    const CounterName& name = model->tools.back().rules.front().conditions.front().counter.value();
    return (name.scope.shared ? "(shared)" : name.scope.tool) + "|" + name.name;
  };
  const std::string top = "version: \"1\"\ntools:\n";
  EXPECT_EQ(read(Model(top + counting("a", "n") + reader("state.a.n"))), "a|n");
  EXPECT_EQ(read(Model(top + counting("*", "n") + reader("state._global.n"))), "(shared)|n");
  EXPECT_EQ(read(Model(top + counting("a.b", "c") + reader("state.a.b.c"))), "a.b|c");
  EXPECT_EQ(read(Model(top + counting("a", "b.c") + reader("state.a.b.c"))), "a|b.c");
  EXPECT_EQ(read(Model(top + counting("a", "b.c") + counting("a.b", "c") + reader("state.a.b.c"))),
            "a|b.c");
  const Model own(top + counting("a", "b.c") + counting("a.b", "c"));
  EXPECT_EQ(read(own), "a.b|c");

  Loaded both({top + counting("*", "n") + counting("_global", "n") + reader("state._global.n")});
  EXPECT_NE(both.Said().find("names a counter of the tool _global and one of every tool"),
            std::string::npos)
      << both.Said();
}

TEST(LoadIntercept, ConditionsOnCountersThatNobodyCounts) {
  for (const std::string path :
       {"state.pay.n", "state.n", "state.", "state.*.n", "state._global.n"}) {
    Loaded loaded(
        {Pay({"- name: a", "  conditions: [{path: '" + path + "', op: gte, value: 0}]"})});
    EXPECT_TRUE(loaded.policies.empty()) << path;
    EXPECT_EQ(loaded.diagnostics.error_count(), 1u) << loaded.Said();
  }
}

}  // namespace
}  // namespace writ
