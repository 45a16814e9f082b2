// What is learned of values and rates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/learn/condition.h"
#include "cli/learn/rates.h"
#include "cli/learn/seen_value.h"
#include "vm/json.h"

namespace writ {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// What is seen of arguments, each a JSON object.
SeenValue Seen(const std::vector<std::string>& calls) {
  Observer observer;
  SeenValue seen;
  for (const std::string& call : calls) {
    const PaddedText text(call);
    observer.Add(Value::Text(Tag::kMapSpan, text.view()), seen);
  }
  return seen;
}

// The condition on the argument "a", of calls that each have one of the values, often enough.
std::string ConditionOn(const std::vector<std::string>& values,
                        LearnDetail detail = LearnDetail::kValues) {
  std::vector<std::string> calls;
  for (const std::string& value : values) calls.push_back(R"({"a":)" + value + "}");
  const SeenValue seen = Seen(calls);
  return ConditionWriter(detail, 1).OfArgument("a", seen.members.at("a"), calls.size()).cel;
}

TEST(LearnedConditions, NameFewTexts) {
  EXPECT_EQ(ConditionOn({R"("x")", R"("x")", R"("x")"}), R"(has(args.a) && args.a == "x")");
  EXPECT_EQ(ConditionOn({R"("x")", R"("y\"")", R"("x")", R"("y\"")", R"("x")", R"("x")"}),
            R"(has(args.a) && args.a in ["x", "y\""])");
  // Too few calls for their number: a length.
  EXPECT_THAT(ConditionOn({R"("x !")", R"("y !")"}), HasSubstr("size(args.a) <= 64"));
}

TEST(LearnedConditions, FindTheDeepestFolderOfPaths) {
  const auto folder = [](const std::vector<std::string>& paths) {
    std::vector<std::string> values;
    for (const std::string& path : paths) values.push_back('"' + path + '"');
    const std::string condition = ConditionOn(values);
    const size_t at = condition.find("path.within(args.a, ");
    return at == std::string::npos ? "none" : condition.substr(at + 20);
  };
  EXPECT_EQ(folder({"/srv/p/a", "/srv/p/b"}), R"("/srv/p"))");
  EXPECT_EQ(folder({"/srv/p", "/srv/p/b"}), R"("/srv/p"))");
  EXPECT_EQ(folder({"/srv/p1/a", "/srv/p2/a"}), R"("/srv"))");
  EXPECT_EQ(folder({"/srv/p/a", "/srv/q/../p/./b"}), R"("/srv/p"))");
  EXPECT_EQ(folder({"/a", "/b"}), R"("/"))");
  EXPECT_EQ(folder({"/a", "/"}), R"("/"))");
  EXPECT_EQ(folder({"/only/one"}), R"("/only/one"))");
  EXPECT_EQ(folder({"file:///srv/a%20b/c", "/srv/a b/d"}), R"("/srv/a b"))");
  EXPECT_EQ(folder({"c:\\\\x\\\\a", "C:/x/b"}), R"("C:/x"))");
  EXPECT_EQ(folder({"C:/a", "C:/b"}), R"("C:/"))");
  EXPECT_EQ(folder({"C:/a", "/a"}), "none");
  EXPECT_EQ(folder({"/a", "b"}), "none");
  EXPECT_EQ(folder({"/a/b", "/a/../../b"}), "none");
  EXPECT_EQ(folder({"\\\\\\\\server\\\\share\\\\a"}), "none");
}

TEST(LearnedConditions, BoundNumbersByWhatWasSeen) {
  EXPECT_EQ(ConditionOn({"3", "-1", "7"}),
            "has(args.a) && type(args.a) == int && args.a >= -1 && args.a <= 7");
  EXPECT_EQ(ConditionOn({"3", "0.5"}),
            "has(args.a) && type(args.a) in [int, uint, double] && args.a >= 0.5 && args.a <= 3");
  EXPECT_EQ(ConditionOn({"4", "4"}), "has(args.a) && type(args.a) == int && args.a == 4");
  EXPECT_EQ(ConditionOn({"9007199254740993", "4"}), "has(args.a)");
}

TEST(LearnedConditions, TakeSeveralTypesForAlternatives) {
  EXPECT_EQ(ConditionOn({"null", "3", "\"x\"", "[]"}, LearnDetail::kShapes),
            "!has(args.a) || (type(args.a) == null_type || type(args.a) == int || "
            "type(args.a) == string || type(args.a) == list)");
}

TEST(LearnedConditions, GoIntoListsAndObjects) {
  EXPECT_EQ(ConditionOn({R"([{"b":1,"c-d":true}])"}, LearnDetail::kShapes),
            R"(!has(args.a) || type(args.a) == list && args.a.all(e1, type(e1) == map && )"
            R"(e1.all(k2, k2 in ["b", "c-d"]) && (!has(e1.b) || type(e1.b) == int) && )"
            R"((!("c-d" in e1) || type(e1["c-d"]) == bool)))");
}

TEST(LearnedConditions, ForgetWhatIsTooMuchToKeep) {
  std::string many = "{";
  for (int i = 0; i < 5000; ++i) many += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":1";
  many += "}";
  const SeenValue seen = Seen({R"({"a":)" + many + "}"});
  EXPECT_LE(seen.members.at("a").members.size(), SeenValue::kMostMembers);
  EXPECT_TRUE(seen.members.at("a").has_more_members);
  EXPECT_THAT(ConditionOn({many}), Not(HasSubstr(" in [")));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "[";
  for (int i = 0; i < 100; ++i) deep += "]";
  EXPECT_LT(ConditionOn({deep}).size(), 1000u);
  std::vector<std::string> texts;
  for (int i = 0; i < 1000; ++i)
    texts.push_back('"' + std::string(100, 'x') + std::to_string(i) + '"');
  EXPECT_LE(Seen({R"({"a":)" + texts[0] + "}"}).members.at("a").texts.size(), 10u);
  EXPECT_LT(ConditionOn(texts).size(), 300u);
}

struct Limit {
  std::string per;
  uint64_t limit;
  friend bool operator==(const Limit&, const Limit&) = default;
};

// The limits after calls at those seconds, of a recording as long as they are.
std::vector<Limit> LimitsAfter(const std::vector<int64_t>& seconds) {
  Rates rates;
  TrafficSummary summary;
  RecordedCall call;
  call.is_timed = true;
  for (const int64_t second : seconds) {
    call.time = second;
    rates.Add(call);
    ++summary.calls;
  }
  summary.first_time = seconds.front();
  summary.last_time = seconds.back();
  std::vector<Limit> limits;
  for (const LearnedRate& rate : rates.Limits(summary)) {
    limits.push_back({std::string(rate.per), rate.limit});
  }
  return limits;
}

TEST(LearnedRates, AreTwiceTheMostOfAWindowThatWasSeenOftenEnough) {
  EXPECT_THAT(LimitsAfter({0, 1, 2}), ElementsAre());
  EXPECT_THAT(LimitsAfter({0, 1, 2, 180}), ElementsAre(Limit{"minute", 6}));
  EXPECT_THAT(LimitsAfter({0, 1, 60, 120, 10'800}),
              ElementsAre(Limit{"minute", 4}, Limit{"hour", 8}));
}

TEST(LearnedRates, LeaveOutWhatIsNeverReached) {
  std::vector<int64_t> each_minute;
  for (int64_t minute = 0; minute <= 200; ++minute) each_minute.push_back(60 * minute);
  EXPECT_THAT(LimitsAfter(each_minute), ElementsAre(Limit{"minute", 2}));
}

TEST(LearnedRates, GoOnInTheLaterWindowWhereTheClockGoesBack) {
  EXPECT_THAT(LimitsAfter({60, 0, 1, 61, 300}), ElementsAre(Limit{"minute", 8}));
}

}  // namespace
}  // namespace writ
