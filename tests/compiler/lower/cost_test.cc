// Static bounds of cost.
#include "compiler/lower/cost.h"

#include <gtest/gtest.h>

#include "compiler/load/policy_environment.h"
#include "compiler/lower/expression.h"
#include "compiler/lower/second_run.h"
#include "grammar/parse.h"
#include "vm/call.h"
#include "vm/machine.h"

namespace writ::cel {
namespace {

Value Hosts(uint32_t count, Arena& arena) {
  auto* items = arena.Allocate<Value>(count);
  for (uint32_t i = 0; i < count; ++i) {
    items[i] = Value::String(arena.Copy("host" + std::to_string(i) + ".example.com"));
  }
  return Value::Of(arena.New(List{count, items}));
}

Value MapOf(const std::vector<std::pair<const char*, Value>>& entries, Arena& arena) {
  auto* room = arena.Allocate<MapEntry>(entries.size());
  uint32_t size = 0;
  for (const auto& [name, value] : entries) room[size++] = {Value::String(name), value};
  return Value::Of(arena.New(Map{size, room}));
}

// `args`, and `data` with lists of few and of many hosts.
Environment ArgumentsAndData() {
  static Arena arena;
  static const Value constant =
      MapOf({{"few", Hosts(8, arena)},
             {"many", Hosts(2000, arena)},
             {"teams", MapOf({{"/srv/a/../b", Hosts(20, arena)}, {"b", Hosts(3, arena)}}, arena)},
             {"pattern", Value::String("(a|b)*c$")}},
            arena);
  Environment environment;
  environment.variables.push_back(ArgumentsVariable());
  Variable data;
  data.name = "data";
  data.type = TypeKind::kDyn;
  data.storage = Variable::Storage::kConstant;
  data.constant = constant;
  environment.variables.push_back(data);
  return environment;
}

CostBound CostOf(const std::string& text) {
  const Environment environment = ArgumentsAndData();
  auto ast = Parse(text);
  EXPECT_TRUE(ast.has_value()) << text;
  CheckResult result = Check(std::move(*ast), environment);
  EXPECT_TRUE(result.ok()) << text;
  return BoundCost(result.expression, environment);
}

// With what it may cost to find out why it fails.
CostBound CostOfRuns(const std::string& text) {
  const Environment environment = ArgumentsAndData();
  const CheckResult result = Check(*Parse(text), environment);
  EXPECT_TRUE(result.ok()) << text;
  return BoundRuns(result.expression, environment);
}

// The value of an expression for which a call may cost so much.
std::string Outcome(const std::string& text, const std::string& arguments, double budget) {
  const Environment environment = ArgumentsAndData();
  CheckResult result = Check(*Parse(text), environment);
  const auto compiled = CompileExpression(result.expression, environment, true);
  if (!compiled.has_value()) return compiled.error().message;
  Call call(compiled->program);
  call.machine().SetBudget(static_cast<int64_t>(budget));
  return call.Evaluate(compiled->block, arguments);
}

// The highest power of n in it.
int Power(const CostBound& cost) {
  const double growth = cost.At(2e9) / cost.At(1e9);
  return growth > 6 ? 3 : growth > 3 ? 2 : growth > 1.5 ? 1 : 0;
}

TEST(Cost, OfConstantsDoesNotGrowWithTheLine) {
  EXPECT_EQ(Power(CostOf("1 + 2 == 3")), 0);
  EXPECT_EQ(Power(CostOf("[1, 2, 3].all(x, x > 0)")), 0);
}

TEST(Cost, GrowsWithTheLinesArguments) {
  EXPECT_EQ(Power(CostOf("args.a == 'x'")), 1);
  EXPECT_EQ(Power(CostOf("args.a.contains(args.b)")), 1);
  EXPECT_EQ(Power(CostOf("args.a.all(x, args.b.exists(y, x == y))")), 2);
  EXPECT_EQ(Power(CostOf("args.a.all(x, args.b.contains(x))")), 2);
}

// Elements are parts of their list: together they are as long as that, not each of them.
TEST(Cost, CountsElementsTogether) {
  EXPECT_EQ(Power(CostOf("args.a.all(x, x > 0)")), 1);
  EXPECT_EQ(Power(CostOf("args.a.all(x, path.within(x, '/srv') && x.matches('^[a-z]+$'))")), 1);
  EXPECT_EQ(Power(CostOf("args.a.map(x, x + '!').join(',')")), 1);
  EXPECT_EQ(Power(CostOf("args.a.all(x, cel.bind(y, x.name, y == 'a'))")), 1);
  EXPECT_EQ(Power(CostOf("cel.bind(y, args.b, args.a.all(x, y.contains('a')))")), 2);
  EXPECT_EQ(Power(CostOf("args.a.all(x, x.parts.all(y, y.contains('a')))")), 1);
}

TEST(Cost, CountsLoopsOverConstantsWithTheirSizes) {
  const double one = CostOf("[1, 2, 3, 4].all(x, x > 0)").constant();
  const double two = CostOf("[1, 2, 3, 4].all(x, [1, 2, 3, 4].all(y, x > y))").constant();
  EXPECT_GT(two, 3 * one);
  EXPECT_LT(two, 8 * one);
}

// Each of these loops runs as often as its list has elements.
TEST(Cost, CountsTheElementsThatFunctionsMake) {
  EXPECT_GT(CostOf("lists.range(1000).all(x, x >= 0)").constant(), 1000);
  EXPECT_GT(CostOf("lists.range(1000).all(x, lists.range(1000).all(y, x != y))").constant(), 1e6);
  EXPECT_LT(CostOf("lists.range(1000).all(x, x >= 0)").constant(), 1e5);
  EXPECT_GT(CostOf("lists.range(args.n).all(x, x >= 0)").At(10), 1e7);
  EXPECT_GT(CostOf("'abcdefghij'.split('').all(x, x != 'z')").constant(), 10 * 12);
  EXPECT_GT(CostOf("['', '', '', '', '', '', '', ''].all(x, x == '')").constant(), 8 * 12);
}

TEST(Cost, LetsALoopOverAMillionNumbersFitACall) {
  const double budget = static_cast<double>(Machine::kRunBudget);
  EXPECT_LT(CostOf("lists.range(1000000).all(x, x >= 0)").constant(), budget);
  EXPECT_GT(CostOf("lists.range(1000000).map(x, [x]).all(x, x != [])").constant(), budget);
}

TEST(Cost, CountsWhatPatternsTake) {
  const auto per_byte = [](const std::string& pattern) {
    const CostBound cost = CostOf("args.a.matches('" + pattern + "')");
    return (cost.At(2e6) - cost.At(1e6)) / 1e6;
  };
  EXPECT_GT(per_byte("[a-z]{900}"), 20 * per_byte("[a-z]{9}"));
  EXPECT_LT(per_byte("x"), 1);
}

TEST(Cost, OfLookingForAConstantIsNotThatOfWalkingThemAll) {
  EXPECT_LT(CostOf("args.host in data.many").constant(), 30);
  EXPECT_LT(CostOf("args.host in data['many']").constant(), 30);
  EXPECT_LT(CostOf("cel.bind(hosts, data.many, args.host in hosts)").constant(), 40);
  EXPECT_LT(CostOf("args.host in data.teams[args.team]").constant(), 100);
  EXPECT_GT(CostOf("args.host in data.few").constant(), 8 * 10);
  EXPECT_GT(CostOf("args.host in data.many.map(h, h + '.')").constant(), 2000 * 10);
  EXPECT_GT(CostOf("data.many.exists(h, h == args.host)").constant(), 2000 * 3);
}

TEST(Cost, KnowsPatternsThatArePutTogether) {
  const auto growth = [](const std::string& pattern) {
    const CostBound cost = CostOf("args.a.matches(" + pattern + ")");
    return cost.At(1e6) - cost.constant();
  };
  EXPECT_EQ(growth("'^(a|b)+$' + 'x'"), growth("'^(a|b)+$x'"));
  EXPECT_EQ(growth("data.pattern"), growth("'(a|b)*c$'"));
  EXPECT_LT(CostOf("args.a.matches('^(a|b)+$' + 'x')").constant(), 1000);
  EXPECT_EQ(Power(CostOf("args.list.all(x, x.matches('a' + 'b'))")), 1);
}

// What the machine charges for an expression, with arguments that make it work, is within its
// bound: with no more than that it does not end for lack of budget.
TEST(Cost, IsNeverLessThanWhatIsCharged) {
  std::string list = "[";
  for (int i = 0; i < 500; ++i) list += (i > 0 ? ",\"" : "\"") + std::to_string(i * 7919) + "\"";
  list += "]";
  std::string objects = "[";
  for (int i = 0; i < 200; ++i) {
    objects += std::string(i > 0 ? "," : "") + R"({"n":)" + std::to_string(i) +
               R"(,"tags":["a","b","c"],"name":"object with a name"})";
  }
  objects += "]";
  const std::string text(3000, 'a');
  std::string query;
  for (int i = 0; i < 400; ++i) query += "&" + std::to_string(i);
  const std::string arguments = R"({"list":)" + list + R"(,"objects":)" + objects + R"(,"text":")" +
                                text + R"(","path":"/srv/a/../b","n":500,"query":"a)" + query +
                                R"(","spaces":")" + std::string(500, '!') + R"("})";
  for (const char* expression : {
           "args.text == args.path",
           "args.text.contains(args.path)",
           "args.text.matches('(a|b)*c$')",
           "args.text.matches('[a-z]{500}x')",
           "regex.replace(args.text, 'a', 'bc') == ''",
           "regex.extractAll(args.text, 'aa').size() > 0",
           "args.list.all(x, x != 'none')",
           "args.list.all(x, int(x) >= 0 && x.size() < 100)",
           "args.list.exists(x, args.text.contains(x + 'b'))",
           "args.list.exists_one(x, x == '7919')",
           "args.list.map(x, x + x).join(',').size() > 9",
           "args.list.filter(x, x.startsWith('7')).size()",
           "args.list.sort()[0]",
           "args.list.sortBy(x, int(x))[0]",
           "args.list.distinct().size()",
           "sets.contains(args.list, ['7919', '0'])",
           "args.list.transformMap(i, x, {x: i})",
           "args.list.map(x, [x, x]).flatten().size()",
           "args.objects.all(o, o.n >= 0 && o.tags.all(t, t != 'x'))",
           "args.objects.all(o, o.tags.exists(t, t == 'c') && has(o.name))",
           "args.objects.map(o, o.name).distinct()",
           "args.objects == args.objects",
           "args.objects.all(o, args.objects.exists(p, o == p))",
           "args.objects[100].n in args.list",
           "'x' in args.list",
           "lists.range(1000).all(x, x >= 0)",
           "lists.range(1000).map(x, x * x).filter(x, x > 10).size()",
           "lists.range(args.n).map(x, [x]).size()",
           "lists.range(100).all(x, lists.range(100).exists(y, x == y))",
           "args.text.split('').size()",
           "args.text.replace('a', 'bb').upperAscii().size()",
           "path.within(args.path, '/srv') && glob.matches(args.text, '*b*')",
           "cel.bind(t, args.text + args.text, t + t == t)",
           "args.?list.optMap(l, l.map(x, x + '1')).orValue([]).size()",
           "json.decode('[1, 2, 3]').size() + args.text.reverse().size()",
           "'%s %s'.format([args.list, args.objects]).size()",
           "args.text in data.many",
           "args.path in data.many",
           "args.text in data.few",
           "args.path in data.few",
           "args.text in data || args.path in data.teams",
           "args.text in data.teams.b",
           "args.text in data.teams[args.path]",
           "args.list.all(x, !(x in data.many) && !(x in data.few))",
           "cel.bind(m, data.many, args.list.exists(x, x in m))",
           "{'a': 1, 'b': 2}[?args.text].hasValue()",
           "data.teams[?args.text].hasValue()",
           "has(data.teams.b) && data.teams.b.size() == 4",
           "args.text.matches(data.pattern)",
           "args.text.matches('(a|b)*' + 'c$')",
           "cel.bind(p, '(a|b)*' + 'c$', args.text.matches(p))",
           "args.?list.orValue([]).all(x, x != 'none')",
           "args.?none.or(args.?list).orValue([]).all(x, x != 'none')",
           "args.?list.value().all(x, args.?list.value().exists(y, x == y))",
           "dyn(args.list).all(x, path.within('/' + x, '/srv') || dyn(args.text) != x)",
           "optional.of(args.list).value().all(x, x != 'none')",
           "optional.ofNonZeroValue(args.objects).value().all(o, o.tags.all(t, t != 'x'))",
           "args.objects.first().optMap(o, o.tags.all(t, t != 'x')).orValue(false)",
           "args.?list.optFlatMap(l, l.last()).orValue('').size()",
           "[args.list].first().orValue([]).all(x, x != 'none')",
           "[args.list].last().value().all(x, x != 'none')",
           "args.?list == optional.of(args.list)",
           "data.?many.orValue([]).all(x, x != args.path)",
           "dyn(data.many).all(x, dyn(data.few).all(y, x != args.path))",
           "data.?teams.b.orValue([]).all(x, x != args.path)",
           "data.?teams[?args.path].orValue([]).all(x, x != args.text)",
           "optional.of(data.many).value().all(x, x != args.path)",
           "optional.of(data.many).or(args.?list).value().all(x, x != args.path)",
           "args.path in dyn(data.many)",
           "args.path in data.?many.orValue([])",
           "'%.100f %.100f'.format([1e308, args.n]).matches('[a-z]{500}x')",
           "'%f'.format([1e308]).split('').all(x, x != args.path)",
           "args.text.replace('', args.text).size()",
           "args.text.replace('', args.path + args.path).size()",
           "args.list.join(args.text).size()",
           "url('https://example.com/?' + args.query).getQuery().all(k, k != 'none')",
           "url('https://example.com/' + args.spaces).getEscapedPath().split('').all(x, x != '')",
           "string(cidr('2001:db8:1111:2222:3333:4444:5555:6666/128').masked()).split('').size()",
       }) {
    const double bound = CostOfRuns(expression).At(static_cast<double>(arguments.size()));
    EXPECT_NE(Outcome(expression, arguments, bound), "error(evaluation budget exceeded)")
        << expression;
  }
}

// What is handed on is as large as it was.
TEST(Cost, LooksBehindOptionalsAndDyn) {
  const double plain = CostOf("args.list.all(p, path.within(p, '/srv'))").At(1e6);
  const double of_data = CostOf("data.many.all(x, data.many.all(y, x != y))").constant();
  for (const char* list : {
           "dyn($)",
           "optional.of($).value()",
           "optional.ofNonZeroValue($).value()",
           "optional.of($).orValue([])",
           "optional.none().or(optional.of($)).orValue([])",
           "optional.none().orValue($)",
           "[$].first().orValue([])",
           "[$].last().orValue([])",
           "[[$]].flatten()[0]",
       }) {
    const auto with = [list](const std::string& name) {
      std::string text = list;
      return text.replace(text.find('$'), 1, name);
    };
    EXPECT_GE(CostOf(with("args.list") + ".all(p, path.within(p, '/srv'))").At(1e6), plain) << list;
    const std::string data = with("data.many");
    EXPECT_GE(CostOf(data + ".all(x, " + data + ".all(y, x != y))").constant(), of_data) << list;
  }
  EXPECT_GE(CostOf("args.?list.orValue([]).all(p, path.within(p, '/srv'))").At(1e6), plain);
  EXPECT_GE(
      CostOf("data.?many.orValue([]).all(x, data.?many.orValue([]).all(y, x != y))").constant(),
      of_data);
  // Of a member that is known, not of all that it stands in.
  EXPECT_LT(CostOf("data.?few.orValue([]).all(x, x != args.path)").constant(), 3000);
  EXPECT_LT(CostOf("args.path in dyn(data.many)").constant(), 50);
}

// What fails at its end is evaluated again, with care.
TEST(Cost, CountsWhatRunsASecondTime) {
  std::string list = "[";
  for (int i = 0; i < 5000; ++i) list += "1,";
  const std::string arguments = R"({"ok":true,"l":)" + list + R"("z"]})";
  const std::string expression = "args.l.all(x, x < 5) || args.ok";
  const double bound = CostOfRuns(expression).At(static_cast<double>(arguments.size()));
  EXPECT_EQ(bound, 2 * CostOf(expression).At(static_cast<double>(arguments.size())));
  EXPECT_EQ(Outcome(expression, arguments, bound), "true");
  EXPECT_EQ(Outcome(expression, arguments, bound / 2), "error(evaluation budget exceeded)");
  // What has no other path, and what costs too much to be written twice.
  EXPECT_EQ(CostOfRuns("args.l.map(x, x)").At(1000), CostOf("args.l.map(x, x)").At(1000));
  const std::string dear = "lists.range(900000).all(x, x >= 0)";
  EXPECT_EQ(CostOfRuns(dear).constant(), CostOf(dear).constant());
}

TEST(Cost, AddsAndMultiplies) {
  const CostBound n = CostBound::LineBytes(1);
  const CostBound cost = (CostBound(2) + n) * (CostBound(3) + n);
  EXPECT_EQ(cost.At(0), 6);
  EXPECT_EQ(cost.At(10), 12 * 13);
  EXPECT_EQ(cost.ToString(), "6 + 5 n + 1 n^2");
  EXPECT_EQ(CostBound().ToString(), "0");
}

TEST(Cost, KeepsPowersBeyondTheLastAsTheLast) {
  const CostBound n = CostBound::LineBytes(1);
  CostBound cost = n;
  for (int i = 0; i < 8; ++i) cost = cost * n;
  EXPECT_EQ(cost.At(1), 1);
  EXPECT_GT(cost.At(1e6), 1e20);
}

}  // namespace
}  // namespace writ::cel
