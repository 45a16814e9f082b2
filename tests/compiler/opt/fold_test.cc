// What is known of an expression before any call.
#include "compiler/opt/fold.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "compiler/load/policy_environment.h"
#include "grammar/parse.h"
#include "vm/disasm.h"

namespace writ::cel {
namespace {

// Every folded part with its value, in the order of the text.
std::map<std::string, std::string> Folded(const std::string& text) {
  static Arena constants;
  Environment environment;
  const Variable args = ArgumentsVariable();
  Variable now;
  now.name = "now";
  now.type = TypeKind::kTimestamp;
  now.storage = Variable::Storage::kSlot;
  Variable data;
  data.name = "data";
  data.type = TypeKind::kDyn;
  data.storage = Variable::Storage::kConstant;
  MapEntry* caps = constants.Allocate<MapEntry>(1);
  caps[0] = {Value::String("usd"), Value::Int(500)};
  Map caps_map{};
  caps_map.size = 1;
  caps_map.entries = caps;
  MapEntry* entries = constants.Allocate<MapEntry>(1);
  entries[0] = {Value::String("cap"), Value::Of(constants.New(caps_map))};
  Map map{};
  map.size = 1;
  map.entries = entries;
  data.constant = Value::Of(constants.New(map));
  environment.variables = {args, now, data};

  auto ast = Parse(text);
  EXPECT_TRUE(ast.has_value()) << text;
  if (!ast.has_value()) return {};
  const CheckResult result = Check(std::move(*ast), environment);
  for (const Problem& problem : result.problems) ADD_FAILURE() << text << ": " << problem.message;
  Arena pool;
  const std::vector<Value> known = Fold(result.expression, environment, pool);
  std::map<std::string, std::string> folded;
  for (NodeId id = 0; id < known.size(); ++id) {
    if (known[id].is(Tag::kAbsent)) continue;
    const Ast& tree = result.expression.ast;
    folded[std::string(tree.text(tree.node(id)))] = FormatValue(known[id]);
  }
  return folded;
}

using Parts = std::map<std::string, std::string>;

TEST(Fold, TakesTheLargestConstantParts) {
  EXPECT_EQ(Folded("args.n <= 2 + 3 * 4"), (Parts{{"2 + 3 * 4", "14"}}));
  EXPECT_EQ(Folded("args.n in ['a', 'b']"), (Parts{{"['a', 'b']", R"(["a", "b"])"}}));
  EXPECT_EQ(Folded("'a'.startsWith('a') && args.x == size('ab')"),
            (Parts{{"'a'.startsWith('a')", "true"}, {"size('ab')", "2"}}));
}

TEST(Fold, ReadsConstantsOfTheEnvironment) {
  EXPECT_EQ(Folded("args.n <= data.cap.usd * 2"), (Parts{{"data.cap.usd * 2", "1000"}}));
  EXPECT_EQ(Folded("args.n <= data.cap.usd"), (Parts{{"data.cap.usd", "500"}}));
  EXPECT_EQ(Folded("args.c in data.cap"), (Parts{{"data.cap", R"({"usd": 500})"}}));
}

TEST(Fold, KnowsKeysHoweverManyPartsThereAre) {
  std::string text = "('a' + 'b') in args || args['c' + 'd'] == 1";
  for (int i = 0; i <= 1000; ++i) text += " || args.n == 1 + " + std::to_string(i);
  const Parts folded = Folded(text);
  EXPECT_EQ(folded.at("'a' + 'b'"), "\"ab\"");
  EXPECT_EQ(folded.at("'c' + 'd'"), "\"cd\"");
  EXPECT_EQ(folded.size(), 1000u + 2);
  EXPECT_EQ(Folded("cel.bind(k, 'a', k in args)"), (Parts{{"k", "\"a\""}}));
  EXPECT_EQ(Folded("cel.bind(k, 'a', args[k + 'b'] == k)"), (Parts{{"k + 'b'", "\"ab\""}}));
  EXPECT_EQ(Folded("args.all(k, k in args)"), Parts());
}

TEST(Fold, GivesTheValueOfTheWhole) {
  Environment environment;
  Arena pool;
  const auto whole = [&](const std::string& text) {
    const CheckResult result = Check(*Parse(text), environment);
    const std::vector<Value> known = Fold(result.expression, environment, pool);
    return FormatValue(ValueIfKnown(result.expression, known, pool));
  };
  EXPECT_EQ(whole("'a'"), "\"a\"");
  EXPECT_EQ(whole("1 + 2"), "3");
  EXPECT_EQ(whole("[1, 2]"), "[1, 2]");
  EXPECT_EQ(whole("1 / 0"), FormatValue(Value()));
}

TEST(Fold, FoldsComprehensionsThatNeedNothingElse) {
  EXPECT_EQ(Folded("args.n in [1, 2].map(x, x * 2)"), (Parts{{"[1, 2].map(x, x * 2)", "[2, 4]"}}));
  EXPECT_EQ(Folded("[1, 2].exists(x, x == args.n)"), (Parts{{"[1, 2]", "[1, 2]"}}));
  // The inner range is constant, its body is not.
  EXPECT_EQ(Folded("args.a.all(x, [1, 2].exists(y, y == x))"), (Parts{{"[1, 2]", "[1, 2]"}}));
  EXPECT_EQ(Folded("args.a.all(x, [1, 2].exists(y, y == 2))"),
            (Parts{{"[1, 2].exists(y, y == 2)", "true"}}));
}

TEST(Fold, LeavesErrorsWhereTheyAre) {
  EXPECT_EQ(Folded("args.x == 1 || 1 / 0 == 1"), Parts());
  EXPECT_EQ(Folded("args.x == 1 || [1][args.i] == {'a': 1}.size()"),
            (Parts{{"[1]", "[1]"}, {"{'a': 1}.size()", "1"}}));
}

TEST(Fold, LeavesWhatDependsOnTheTime) {
  EXPECT_EQ(Folded("time.within('Mo-Fr 09:00-18:00', 'UTC')"), Parts());
  EXPECT_EQ(Folded("now > timestamp('2026-01-01T00:00:00Z')"),
            (Parts{{"timestamp('2026-01-01T00:00:00Z')", "timestamp(1767225600.000000000)"}}));
}

TEST(Fold, LeavesWhatTakesLong) {
  const std::string ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
  std::string text = "a + b + c + d + e";
  for (const std::string variable : {"a", "b", "c", "d", "e"}) {
    text = ten + ".map(" + variable + ", " + text + ").size()";
  }
  for (const auto& [part, value] : Folded("args.n == " + text)) {
    EXPECT_LT(part.size(), text.size()) << value;
  }
}

}  // namespace
}  // namespace writ::cel
