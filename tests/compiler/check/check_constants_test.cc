// Constants that can only fail, found before anything runs.
#include "compiler/check/check_constants.h"

#include <gtest/gtest.h>

#include <string>

#include "compiler/expressions.h"

namespace writ::cel {
namespace {

// args, and data: {cap: {usd: 5, eur: 7}, hosts: [a, b]}.
class Constants : public testing::Test {
 protected:
  Constants() {
    environment_.check_constants = true;
    Variable args = Declared("args", Type::Map(TypeKind::kString, Type()));
    args.storage = Variable::Storage::kArguments;
    Variable now = Declared("now", TypeKind::kTimestamp);
    now.storage = Variable::Storage::kSlot;
    Variable data = Declared("data", Type::Map(TypeKind::kString, Type()));
    data.storage = Variable::Storage::kConstant;
    data.constant = MakeMap({{"cap", Cap()}, {"hosts", Hosts()}});
    Variable cap = Declared("data.cap", Type::Map(TypeKind::kString, TypeKind::kInt));
    cap.storage = Variable::Storage::kConstant;
    cap.constant = Cap();
    environment_.variables = {args, now, data, cap};
  }

  std::string Check(const std::string& expression) { return CheckText(expression, environment_); }

  Value MakeMap(std::initializer_list<std::pair<const char*, Value>> entries) {
    auto* room = arena_.Allocate<MapEntry>(entries.size());
    uint32_t size = 0;
    for (const auto& [name, value] : entries) room[size++] = {Value::String(name), value};
    return Value::Of(arena_.New(Map{size, room, nullptr, nullptr}));
  }

  Value Cap() { return MakeMap({{"usd", Value::Int(5)}, {"eur", Value::Int(7)}}); }

  Value Hosts() {
    auto* items = arena_.Allocate<Value>(2);
    items[0] = Value::String("a");
    items[1] = Value::String("b");
    return Value::Of(arena_.New(List{2, items, nullptr, nullptr}));
  }

  Arena arena_;
  Environment environment_;
};

TEST_F(Constants, AKeyThatIsNotThere) {
  EXPECT_EQ(Check("data.capp"), "5+4 error: data has no key \"capp\"\n  hint: did you mean cap?\n");
  EXPECT_EQ(Check("data.cap.gbp > 1"),
            "9+3 error: data.cap has no key \"gbp\"\n  hint: it has \"usd\", \"eur\"\n");
  EXPECT_EQ(Check("data.cap['usdd'] > 1"),
            "9+6 error: data.cap has no key \"usdd\"\n  hint: did you mean usd?\n");
  EXPECT_EQ(Check("{1: 2}[3]"), "7+1 error: {1: 2} has no key 3\n");
  EXPECT_EQ(Check("data.cap[args.currency]"), "int");
  EXPECT_EQ(Check("data.cap.usd"), "int");
  EXPECT_EQ(Check("data.?capp"), "optional_type(dyn)");
}

TEST_F(Constants, AnIndexThatIsNotThere) {
  EXPECT_EQ(Check("data.hosts[2]"),
            "11+1 error: data.hosts has 2 elements, and none at 2\n"
            "  hint: the last one is at 1\n");
  EXPECT_EQ(Check("[][0]"), "3+1 error: [] has 0 elements, and none at 0\n");
  EXPECT_EQ(Check("[1][0]"), "int");
}

TEST_F(Constants, ArithmeticThatFails) {
  EXPECT_EQ(Check("args.x > 1 / 0"), "11+1 error: division by zero\n");
  EXPECT_EQ(Check("1 % 0"), "2+1 error: a remainder of division by zero\n");
  EXPECT_EQ(Check("9223372036854775807 + 1"),
            "20+1 error: 9223372036854775807 + 1 is out of range\n"
            "  hint: an int lies between -2^63 and 2^63 - 1; a uint is never negative\n");
  EXPECT_EQ(Check("{'a': 1, 'a': 2}"), "9+3 error: the key 'a' stands in the map twice\n");
  EXPECT_EQ(Check("cel.bind(x, 0, args.x / 1 > 2 / x)"), "30+1 error: division by zero\n");
}

TEST_F(Constants, OnlyWhereItCanBeEvaluated) {
  EXPECT_EQ(Check("has(data.capp) && data.capp > 3"), "bool");
  EXPECT_EQ(Check("false && args.x && 1 / 0 > 1"), "bool");
  EXPECT_EQ(Check("true ? 1 : 1 / 0"), "int");
  EXPECT_EQ(Check("false ? 1 / 0 : true ? 2 : 1 / 0"), "int");
  EXPECT_EQ(Check("args.x ? 1 / 0 : 2"), "11+1 error: division by zero\n");
  EXPECT_EQ(Check("args.x && 1 / 0 > 1"), "12+1 error: division by zero\n");
}

TEST_F(Constants, MalformedTextOfTimes) {
  EXPECT_EQ(Check("duration('1x') < now - now"),
            "9+4 error: \"1x\" is not a duration\n"
            "  hint: it looks like \"1h30m\", with the units h, m, s, ms, us and ns\n");
  EXPECT_EQ(Check("now < timestamp('2026-13-01T00:00:00Z')"),
            "16+22 error: \"2026-13-01T00:00:00Z\" is not a timestamp\n"
            "  hint: it looks like \"2026-03-02T09:30:00Z\"\n");
  EXPECT_EQ(Check("now.getHours('Mars/City') > 3"),
            "13+11 error: \"Mars/City\" is not a time zone\n"
            "  hint: it looks like \"Europe/Berlin\", \"UTC\" or \"+02:00\"\n");
  EXPECT_EQ(Check("now.getHours('UTC') > 3 && now.getDate('Europe/Berlin') > 1"), "bool");
  EXPECT_EQ(Check("timestamp(args.t) > now"), "bool");
}

TEST_F(Constants, MalformedHours) {
  EXPECT_EQ(Check("time.within('Mo-Xx 09:00', 'UTC')"),
            "12+13 error: \"Mo-Xx 09:00\" is not weekly hours\n"
            "  hint: they look like \"Mo-Fr 09:00-18:00\"\n");
  EXPECT_EQ(Check("time.within('Mo-Fr 09:00-18:00', 'Europe/Berln')"),
            "33+14 error: \"Europe/Berln\" is not a time zone\n"
            "  hint: it looks like \"Europe/Berlin\", \"UTC\" or \"+02:00\"\n");
  EXPECT_EQ(Check("timestamp(args.t).within('Mo 9-10', 'UTC')"),
            "25+9 error: \"Mo 9-10\" is not weekly hours\n"
            "  hint: they look like \"Mo-Fr 09:00-18:00\"\n");
  EXPECT_EQ(Check("time.within('Mo-Fr 09:00-18:00', 'Europe/Berlin')"), "bool");
  EXPECT_EQ(Check("time.within(args.hours, 'UTC')"), "bool");
}

TEST_F(Constants, MalformedPatterns) {
  const std::string hint = "  hint: patterns are RE2's; r\"…\" spares doubling backslashes\n";
  EXPECT_EQ(Check("args.x.matches('a(b')"),
            "16+3 error: malformed pattern: missing ): a(b\n" + hint);
  EXPECT_EQ(Check("matches(args.x, r'^ok|[z-a]$')"),
            "23+3 error: malformed pattern: invalid character class range: z-a\n" + hint);
  EXPECT_EQ(Check("'constant'.matches('*.txt')"),
            "20+1 error: malformed pattern: no argument for repetition operator: *\n"
            "  hint: a pattern such as \"*.txt\" is one for glob.matches(text, pattern)\n");
  EXPECT_EQ(Check("regex.replace(args.x, '(?=a)', args.y) == ''"),
            "23+3 error: malformed pattern: invalid perl operator: (?=\n"
            "  hint: RE2 looks neither ahead nor back; join two matches() with &&\n");
  EXPECT_EQ(Check(R"(args.x.matches('\\pL{100}'))"),
            "15+11 error: malformed pattern: pattern too large - compile failed\n"
            "  hint: repeat less: {100} writes its part a hundred times\n");
  EXPECT_EQ(Check("args.x.matches('" + std::string(1001, 'a') + "')"),
            "15+1003 error: the pattern has 1001 bytes, and at most 1000 are taken\n"
            "  hint: make several of it, or let `in` look for texts in a list\n");
  EXPECT_EQ(Check("args.x.matches('" + std::string(1000, 'a') + "')"), "bool");
  EXPECT_EQ(Check("args.x.matches(args.y) && args.x.matches('^a+$')"), "bool");
}

TEST_F(Constants, MalformedPathsHostsAndUrls) {
  EXPECT_EQ(Check("path.within(args.path, '../..')"),
            "23+7 error: \"../..\" is not a path that can be resolved\n"
            "  hint: it looks like \"/srv/project\"\n");
  EXPECT_EQ(Check("path.within('../..', '/srv') || domain.within('a..com', 'example.com')"),
            "12+7 error: \"../..\" is not a path that can be resolved\n"
            "  hint: it looks like \"/srv/project\"\n"
            "46+8 error: \"a..com\" is not a host name\n"
            "  hint: it looks like \"example.com\"\n");
  EXPECT_EQ(Check("domain.within(args.host, 'exa mple..com')"),
            "25+15 error: \"exa mple..com\" is not a host name\n"
            "  hint: it looks like \"example.com\"\n");
  EXPECT_EQ(Check("url('::') == url(args.u)"),
            "4+4 error: \"::\" is not a URL\n"
            "  hint: it looks like \"https://example.com/path\"\n");
  EXPECT_EQ(Check("path.within(args.path, '/srv') && domain.within(args.host, 'example.com')"),
            "bool");
}

TEST_F(Constants, MalformedAddresses) {
  EXPECT_EQ(Check("ip('1.2.3') == ip(args.ip)"),
            "3+7 error: \"1.2.3\" is not an IP address or network\n"
            "  hint: it looks like \"192.0.2.1\" or \"2001:db8::1\"\n");
  EXPECT_EQ(Check("cidr('10.0.0.0/33').containsIP(args.ip)"),
            "5+13 error: \"10.0.0.0/33\" is not an IP address or network\n"
            "  hint: it looks like \"192.0.2.0/24\" or \"2001:db8::/32\"\n");
  EXPECT_EQ(Check("cidr(args.net).containsIP('300.1.1.1')"),
            "26+11 error: \"300.1.1.1\" is not an IP address or network\n"
            "  hint: it looks like \"192.0.2.1\" or \"2001:db8::1\"\n");
}

TEST_F(Constants, TextThatIsNoNumber) {
  EXPECT_EQ(Check("int('abc') > args.x"),
            "4+5 error: \"abc\": a value that cannot be converted\n"
            "  hint: a number in quotes looks like \"42\"\n");
}

TEST_F(Constants, AreNotLookedIntoUnlessAskedFor) {
  environment_.check_constants = false;
  EXPECT_EQ(Check("1 / 0"), "int");
  EXPECT_EQ(Check("data.capp"), "dyn");
}

TEST_F(Constants, NeverCostMoreThanTheExpressionIsWorth) {
  EXPECT_EQ(Check("lists.range(2000000000).size() > 1"), "bool");
  std::string doubling = "x199";
  for (int i = 199; i > 0; --i) {
    const std::string before = "x" + std::to_string(i - 1);
    doubling =
        "cel.bind(x" + std::to_string(i) + ", " + before + " + " + before + ", " + doubling + ")";
  }
  EXPECT_EQ(Check("cel.bind(x0, 'text', " + doubling + ")"), "string");
}

}  // namespace
}  // namespace writ::cel
