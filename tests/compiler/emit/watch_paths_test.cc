// What a rule in shadow mode, or a message, reads denies no call by its look-alikes.
#include "compiler/emit/watch_paths.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "vm/call.h"

namespace writ {
namespace {

// "allow", or the code and the rule that is named; then what shadow rules say.
std::string Decided(Call& call, const std::string& arguments, const std::string& tool = "any") {
  const Program& program = *call.program();
  call.Begin(arguments, tool);
  for (const FactSlot& fact : program.facts) {
    if (fact.fact == Fact::kToolName) call.machine().SetSlot(fact.slot, Value::String(tool));
  }
  const Decision decision = call.machine().Decide();
  std::string said = decision.verdict == Verdict::kAllow ? std::string("allow")
                                                         : std::string(CodeName(decision.code));
  if (decision.rule != kNoRule) said += " " + program.rules[decision.rule].name;
  for (uint32_t i = 0; i < decision.shadow_count; ++i) {
    const ShadowNote& note = decision.shadows[i];
    said += ", " + program.rules[note.rule].name + ": " + std::string(CodeName(note.code));
    if (note.code == Code::kAmbiguous) said += " " + std::string(note.expected_name);
  }
  return said;
}

// However a name comes to be known before the call, what looks like it is seen.
TEST(WatchPaths, ARulesLookalikeIsSeenBehindConstants) {
  for (const char* const condition : {
           "variables.f in args",
           "args[?variables.f].orValue(0) == 1",
           "variables.g in args",
           "variables.copy.?force.orValue(0) == 1",
           "cel.bind(k, \"force\", k in args)",
           "cel.bind(k, \"fo\", args[?(k + \"rce\")].orValue(0) == 1)",
           "cel.block([variables.f], cel.index(0) in args)",
           "[\"fo\", \"rce\"].map(part, part).join() in args",
       }) {
    Call call(
        Compiled("writ: 1\ndefault: allow\nvariables:\n"
                 "  f: '\"force\"'\n"
                 "  g: 'variables.f.substring(0, 2) + \"rce\"'\n"
                 "  copy: args\n"
                 "rules: [{name: real, forbid: '" +
                 std::string(condition) + "'}]\n"));
    EXPECT_EQ(Decided(call, R"({"Force":1})"), "ambiguous") << condition;
    EXPECT_EQ(Decided(call, R"({"force":1})"), "rule real") << condition;
    EXPECT_EQ(Decided(call, R"({"other":1})"), "allow") << condition;
  }
}

TEST(WatchPaths, ARulesLookalikeIsSeenInLongExpressions) {
  for (const char* const key : {"(\"fo\" + \"rce\")", "[\"fo\", \"rce\"].map(x, x).join()"}) {
    std::string condition = std::string(key) + " in args";
    for (int i = 0; i <= 1000; ++i) condition += " || args.n == 1 + " + std::to_string(i);
    Call call(
        Compiled("writ: 1\ndefault: allow\nrules: [{name: real, forbid: '" + condition + "'}]\n"));
    EXPECT_EQ(Decided(call, R"({"n":-1,"Force":true})"), "ambiguous") << key;
  }
  std::string keys = "args.n == 1";
  for (int i = 0; i <= 2000; ++i) keys += " || (\"k\" + \"" + std::to_string(i) + "\") in args";
  Call call(Compiled("writ: 1\ndefault: allow\nrules: [{name: real, forbid: '" + keys + "'}]\n"));
  EXPECT_EQ(Decided(call, R"({"n":0,"K0":true})"), "ambiguous");
  EXPECT_EQ(Decided(call, R"({"n":0,"K2000":true})"), "ambiguous");
}

TEST(WatchPaths, AShadowRulesLookalikeIsItsFinding) {
  Call call(
      Compiled("writ: 1\ndefault: allow\nrules:\n"
               "  - {name: real, require: args.a.b == 1}\n"
               "  - {name: watch, mode: shadow, require: args.a.path == 1}\n"
               "  - {name: other, mode: shadow, forbid: has(args.q)}\n"));
  EXPECT_EQ(Decided(call, R"({"a":{"b":1,"path":1}})"), "allow");
  EXPECT_EQ(Decided(call, R"({"a":{"b":1,"path":1,"Path":2}})"), "allow, watch: ambiguous path");
  EXPECT_EQ(Decided(call, R"({"a":{"b":1,"path":1,"path\u0000":2}})"),
            "allow, watch: ambiguous path");
  EXPECT_EQ(Decided(call, R"({"a":{"b":1,"path":1},"Q":2})"), "allow, other: ambiguous q");
  EXPECT_EQ(Decided(call, R"({"a":{"b":1,"path":1},"Q":null})"), "allow");
  EXPECT_EQ(Decided(call, R"({"a":{"b":1,"path":2,"Path":2}})"), "allow, watch: rule")
      << "what the rule itself says goes first";
  EXPECT_EQ(Decided(call, R"({"a":{"b":1,"path":1,"B":2}})"), "ambiguous");
  EXPECT_EQ(Decided(call, R"({"a":{"b":1,"path":1},"A":2})"), "ambiguous")
      << "both read a, and one of them decides";
  EXPECT_EQ(Decided(call, R"({"a":{"b":2,"path":1,"Path":2}})"), "rule real");
}

// Whatever the order of rules, and whatever they share.
TEST(WatchPaths, WhatBothReadDecides) {
  const std::string watch = "  - {name: watch, mode: shadow, require: args.p == 1}\n";
  for (const char* const real : {"  - {name: real, require: args.p == 1}\n",
                                 "  - {name: real, when: has(args.p), "
                                 "forbid: false}\n",
                                 "  - {name: real, quota: {max: 5, per: hour, of: args.p}}\n",
                                 "  - {name: real, quota: {max: 5, per: hour, by: args.p}}\n",
                                 "  - {name: real, quota: {max: args.p, per: hour}}\n",
                                 "  - {name: real, require: 'variables.p == 1'}\n",
                                 "  - {name: real, require: '[1].all(x, args.p == x)'}\n",
                                 "  - {name: real, require: 'args.?p.orValue(1) == 1'}\n",
                                 "  - {name: real, require: 'cel.bind(x, args.p, x == 1)'}\n"}) {
    const std::string head = "writ: 1\ndefault: allow\nvariables: {p: args.p}\nrules:\n";
    Call before(Compiled(head + real + watch));
    Call after(Compiled(head + watch + real));
    Call alone(Compiled(head + watch));
    EXPECT_EQ(Decided(before, R"({"p":1,"P":2})").substr(0, 9), "ambiguous") << real;
    EXPECT_EQ(Decided(after, R"({"p":1,"P":2})").substr(0, 9), "ambiguous") << real;
    EXPECT_EQ(Decided(alone, R"({"p":1,"P":2})"), "allow, watch: ambiguous p");
  }
}

TEST(WatchPaths, AVariableOfBothDecides) {
  const std::string head = "writ: 1\ndefault: allow\nvariables: {p: args.p, q: variables.p}\n";
  Call call(Compiled(head + "rules:\n"
                            "  - {name: watch, mode: shadow, require: variables.q == 1}\n"
                            "  - {name: real, require: variables.q == 1}\n"));
  EXPECT_EQ(Decided(call, R"({"p":1,"P":2})"), "ambiguous");
}

TEST(WatchPaths, AMessageDeniesNothing) {
  Call call(
      Compiled("writ: 1\ndefault: allow\nrules:\n"
               "  - {name: real, require: args.a == 1, message: 'no ${args.note} ${args.a}'}\n"));
  EXPECT_EQ(Decided(call, R"({"a":1,"note":1,"Note":1})"), "allow");
  EXPECT_EQ(Decided(call, R"({"a":2,"note":1,"Note":1})"), "rule real");
  EXPECT_EQ(Decided(call, R"({"a":1,"A":1})"), "ambiguous");
}

// A name that the shadow rule reads is still a look-alike of one that another reads.
TEST(WatchPaths, AnExactNameThatIsOnlyWatchedHidesNothing) {
  Call call(
      Compiled("writ: 1\ndefault: allow\nrules:\n"
               "  - {name: watch, mode: shadow, forbid: has(args.PATH)}\n"
               "  - {name: real, forbid: has(args.path)}\n"));
  EXPECT_EQ(Decided(call, R"({"PATH":1})"), "ambiguous, watch: rule");
  EXPECT_EQ(Decided(call, R"({"Path":1})"), "ambiguous");
  Call two(
      Compiled("writ: 1\ndefault: allow\nrules:\n"
               "  - {name: watch, mode: shadow, forbid: has(args.PATH) && has(args.path)}\n"));
  EXPECT_EQ(Decided(two, R"({"PATH":1})"), "allow") << "both names are the rule's own";
  EXPECT_EQ(Decided(two, R"({"Path":1})"), "allow, watch: ambiguous PATH");
}

TEST(WatchPaths, EachToolForItself) {
  Call call(
      Compiled("writ: 1\ndefault: allow\nrules:\n"
               "  - {name: watch, mode: shadow, forbid: has(args.p)}\n"
               "  - {name: own, tools: t, forbid: has(args.p) && has(args.q)}\n"
               "  - {name: mine, tools: u, mode: shadow, forbid: has(args.r)}\n"));
  EXPECT_EQ(Decided(call, R"({"P":1})", "t"), "ambiguous");
  EXPECT_EQ(Decided(call, R"({"Q":1})", "t"), "ambiguous");
  EXPECT_EQ(Decided(call, R"({"P":1})", "u"), "allow, watch: ambiguous p");
  EXPECT_EQ(Decided(call, R"({"R":1})", "u"), "allow, mine: ambiguous r");
  EXPECT_EQ(Decided(call, R"({"Q":1})", "u"), "allow");
  EXPECT_EQ(Decided(call, R"({"P":1})", "other"), "allow, watch: ambiguous p");
}

// The second policy's rows are no part of everyone's, whom the first denies.
TEST(WatchPaths, BehindADefaultThatDenies) {
  for (const char* const first :
       {"version: \"1\"\ndefault: deny\ntools: {t: {rules: []}}\n",
        "writ: 1\ndefault: deny\nallow: [t]\n", "writ: 1\ndefault: deny\nallow: [t*]\n"}) {
    Call call(
        Compiled(std::vector<std::string>{first,
                                          "writ: 1\ndefault: allow\nrules:\n"
                                          "  - {name: watch, mode: shadow, forbid: has(args.w)}\n"
                                          "  - {name: real, forbid: has(args.p)}\n"}));
    EXPECT_EQ(Decided(call, R"({"P":1})", "t"), "ambiguous") << first;
    EXPECT_EQ(Decided(call, R"({"W":1})", "t"), "allow, watch: ambiguous w") << first;
  }
}

// However a rule writes what it looks up, and alike whether it denies or only watches.
TEST(WatchPaths, ANameThatNoCodeLoadsHasLookalikesToo) {
  const struct {
    std::string expression;
    std::string calls;
  } cases[] = {
      {"path.within(args.?o.path.orValue('/srv'), '/srv')", R"({"o":{"Path":"/etc"}})"},
      {"path.within(args.?o.?path.orValue('/srv'), '/srv')", R"({"o":{"Path":"/etc"}})"},
      {"path.within(args.?o.orValue({}).?path.orValue('/srv'), '/srv')",
       R"({"o":{"Path":"/etc"}})"},
      {"args.?o.optMap(o, path.within(o.path, '/srv')).orValue(true)",
       R"({"o":{"path":"/srv/a","Path":"/etc"}})"},
      {"!args.?o.?path.hasValue()", R"({"o":{"PATH":true}})"},
      {"!has(args.?o.path)", R"({"o":{"Path":true}})"},
      {"!('path' in args)", R"({"Path":true})"},
      {"!('path' in args.o)", R"({"o":{"path\u0000":true}})"},
      {"!args[?'path'].orValue(false)", R"({"Path":true})"},
      {"!args.o[?'path'].orValue(false)", R"({"o":{"Path":true}})"},
      {"path.within(variables.o.path, '/srv')", R"({"o":{"path":"/srv/a","Path":"/etc"}})"},
      {"!has(variables.o.path)", R"({"o":{"Path":"/etc"}})"},
      {"!has(variables.p.path)", R"({"o":{"Path":"/etc"}})"},
      {"!has(variables.all.o.path)", R"({"o":{"Path":"/etc"}})"},
      {"cel.bind(o, args.o, !has(o.path))", R"({"o":{"Path":"/etc"}})"},
      {"[1].all(x, !('path' in args.o))", R"({"o":{"Path":"/etc"}})"},
  };
  const std::string head =
      "writ: 1\ndefault: allow\nvariables: {o: args.o, p: variables.o, all: args}\nrules:\n";
  for (const auto& c : cases) {
    const std::string rule = "require: \"" + c.expression + "\"}\n";
    Call real(Compiled(head + "  - {name: real, " + rule));
    EXPECT_EQ(Decided(real, c.calls), "ambiguous") << c.expression;
    Call own(Compiled(head + "  - {name: real, tools: t, " + rule));
    EXPECT_EQ(Decided(own, c.calls, "t"), "ambiguous") << c.expression;
    EXPECT_EQ(Decided(own, c.calls, "u"), "allow") << c.expression;
    Call shadow(Compiled(head + "  - {name: real, forbid: 'args.?other.orValue(false)'}\n" +
                         "  - {name: watch, mode: shadow, " + rule));
    EXPECT_EQ(Decided(shadow, c.calls), "allow, watch: ambiguous path") << c.expression;
    for (const bool first : {true, false}) {
      const std::string watch = "  - {name: watch, mode: shadow, " + rule;
      const std::string both = "  - {name: real, " + rule;
      Call two(Compiled(head + (first ? watch + both : both + watch)));
      EXPECT_EQ(Decided(two, c.calls).substr(0, 9), "ambiguous") << c.expression;
    }
    Call message(Compiled(head + "  - {name: real, require: 'true', message: \"${" + c.expression +
                          "}\"}\n"));
    EXPECT_EQ(Decided(message, c.calls), "allow") << c.expression;
  }
}

// The name is one that no instruction reads, in a test that is shared and runs beside an operand
// which is too large, has too many names or costs too much for a fast path.
TEST(WatchPaths, ANameThatNoCodeLoadsInASharedTest) {
  const std::string shared = R"('!("force" in args.o) || args.k == "admin" || args.k == "root"')";
  std::string many = "args.host in [\"x\"";
  for (int i = 0; i < 600; ++i) many += ", \"h" + std::to_string(i) + "\"";
  many += "]";
  std::string named = "cel.block([args.k";
  for (int i = 0; i < 40; ++i) named += ", args.k";
  named += "], cel.index(0) == \"x\")";
  const std::string looping = "data.n.exists(a, data.n.exists(b, a + b == -1 || args.k == \"x\"))";
  std::string numbers = "[0";
  for (int i = 0; i < 400; ++i) numbers += ", 0";
  const std::string head = "writ: 1\ndefault: allow\ndata: {n: " + numbers + "]}\nrules:\n";
  const std::string watch =
      "  - {name: watch, tools: any, mode: shadow, require: " + shared + "}\n";
  const auto real = [&](const std::string& name, const std::string& other) {
    return "  - name: " + name + "\n    tools: any\n    require:\n      - " + shared +
           "\n      - '" + other + "'\n";
  };
  for (const std::string& other : {many, named, looping}) {
    for (const std::string& policy :
         {head + real("real", other), head + watch + real("real", other),
          head + real("real", other) + watch,
          head + real("one", other) + real("two", other) + "    message: No.\n"}) {
      Call call(Compiled(policy));
      EXPECT_EQ(Decided(call, R"({"host":"h3","k":"x","o":{"Force":true}})").substr(0, 9),
                "ambiguous")
          << policy;
      EXPECT_EQ(Decided(call, R"({"host":"h3","k":"x","o":{"fore":true}})"), "allow") << policy;
    }
  }
}

TEST(WatchPaths, AnAmountBehindAnOptional) {
  Call call(Compiled(
      "writ: 1\ndefault: allow\nrules:\n"
      "  - {name: spend, quota: {max: 9, per: day, of: 'args.?order.total.orValue(0)'}}\n"));
  EXPECT_EQ(Decided(call, R"({"order":{"total":1}})"), "allow");
  EXPECT_EQ(Decided(call, R"({"order":{"Total":900}})"), "ambiguous");
  EXPECT_EQ(Decided(call, R"({"Order":{"total":900}})"), "ambiguous");
  Call watch(
      Compiled("writ: 1\ndefault: allow\nrules:\n"
               "  - {name: spend, mode: shadow, "
               "quota: {max: 9, per: day, of: 'args.?order.total.orValue(0)'}}\n"));
  EXPECT_EQ(Decided(watch, R"({"order":{"Total":900}})"), "allow, spend: ambiguous total");
}

// Half a surrogate pair in a value refuses the line only where a rule that can deny reads it.
TEST(WatchPaths, ATextThatReadersDisagreeAboutRefusesNothingThatIsOnlyWatched) {
  const auto is_read = [](const std::string& rules, std::string_view arguments) {
    const auto program =
        Compiled("writ: 1\ndefault: allow\nvariables: {a: args.a}\nrules:\n" + rules);
    Machine machine(program);
    const PaddedText line(arguments);
    ScanTarget* const target = machine.BeginCall("t");
    if (target == nullptr) return false;
    const ScanResult scanned = Scanner(machine.arena()).Scan(line.view(), true, *target);
    EXPECT_TRUE(scanned.ok() || scanned.violation == Violation::kSurrogateInValue);
    return !scanned.ok();
  };
  const std::string real = "  - {name: real, require: ";
  const std::string watch = "  - {name: watch, mode: shadow, require: ";
  for (const std::string_view call : {R"({"a":"x\ud800"})", R"({"a":{"b":["\ud800"]}})"}) {
    for (const char* const reads :
         {"args.a == 'x'}\n", "variables.a == 'x'}\n", "'args.?a.orValue(1) == 1'}\n",
          "'args.all(k, args[k] == 1)'}\n", "'[1].all(x, args.a == x)'}\n"}) {
      EXPECT_TRUE(is_read(real + reads, call)) << reads;
      EXPECT_FALSE(is_read(watch + reads, call)) << reads;
      EXPECT_TRUE(is_read(watch + reads + real + reads, call)) << reads;
      EXPECT_FALSE(is_read(real + "has(args.a)}\n" + watch + reads, call)) << reads;
      EXPECT_FALSE(is_read("  - {name: few, only_args: [a]}\n" + watch + reads, call)) << reads;
    }
    EXPECT_FALSE(is_read(real + "args.b == 1, message: '${args.a}'}\n", call));
    EXPECT_TRUE(is_read("  - {name: q, quota: {max: 1, per: day, by: args.a}}\n", call));
    EXPECT_FALSE(
        is_read("  - {name: q, mode: shadow, quota: {max: 1, per: day, by: args.a}}\n", call));
  }
}

TEST(WatchPaths, ATextThatReadersDisagreeAboutIsRepairedForWhatWatches) {
  Call call(
      Compiled("writ: 1\ndefault: allow\nrules:\n"
               "  - {name: watch, mode: shadow, require: args.a == 'x'}\n"
               "  - {name: long, mode: shadow, require: size(args.a) == 1}\n"
               "  - {name: real, require: has(args.a)}\n"
               "  - {name: few, only_args: [a]}\n"));
  EXPECT_EQ(Decided(call, R"({"a":"x"})"), "allow");
  EXPECT_EQ(Decided(call, R"({"a":"x\ud800"})"), "allow, watch: rule, long: rule");
}

TEST(WatchPaths, OnlyArgsIsNoPathOfAName) {
  Call call(
      Compiled("writ: 1\ndefault: allow\nrules:\n"
               "  - {name: few, only_args: [p, P]}\n"
               "  - {name: watch, mode: shadow, forbid: args.p == 2}\n"));
  EXPECT_EQ(Decided(call, R"({"p":1,"P":2})"), "allow, watch: ambiguous p");
}

}  // namespace
}  // namespace writ
