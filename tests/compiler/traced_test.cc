// Programs with a source map: every part of a policy that a decision saw, with its value.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/source_map.h"
#include "vm/call.h"
#include "vm/tracer.h"

namespace writ {
namespace {

// Writes down marks of parts, outcomes, quotas and rules that deny.
class Marks : public Tracer {
 public:
  explicit Marks(const TracedProgram& traced) : program_(**traced.program), map_(traced.map) {}

  void Begin() override { text_.clear(); }
  void Enter(uint32_t /*block*/) override { tests_.push_back(kNowhere); }
  void Step(uint32_t instruction, const Value* registers) override {
    if (tests_.back() != kNowhere) {
      const Instruction& test = program_.code[tests_.back()];
      const SourcePart& part = map_.parts[program_.positions[tests_.back()].part];
      const bool first_exit = instruction == tests_.back() + test.c;
      Write(part.text, first_exit != part.negated ? "holds" : "does not hold");
      tests_.back() = kNowhere;
    }
    const uint32_t part = program_.positions[instruction].part;
    if (part == kNoPart) return;
    const Instruction& at = program_.code[instruction];
    const SourcePart& row = map_.parts[part];
    if (at.op == Opcode::kMove) Write(row.text, FormatValue(registers[at.a]));
    if (at.op == Opcode::kReserve) Write("quota", "counts");
    if (at.op == Opcode::kDeny) Write(row.text, "denies");
    if (row.form == SourcePart::Form::kCondition || row.form == SourcePart::Form::kOnlyArgs) {
      tests_.back() = instruction;
    }
  }
  void Raise(uint32_t /*instruction*/, Error error, uint32_t goes_on_at, bool recovers) override {
    EXPECT_FALSE(recovers);
    Write(goes_on_at == kNowhere ? "raised" : "absorbed", std::string(ErrorText(error)));
  }
  void Leave(const Value* /*result*/) override { tests_.pop_back(); }

  const std::string& text() const { return text_; }

 private:
  void Write(const std::string& what, const std::string& value) {
    text_ += fmt::format("{} = {}\n", what, value);
  }

  const Program& program_;
  const SourceMap& map_;
  std::vector<uint32_t> tests_;
  std::string text_;
};

class Traced : public ::testing::Test {
 protected:
  void Compile(std::string text) {
    Diagnostics diagnostics;
    CompilerOptions options;
    options.traced = &traced_;
    const auto source = std::make_shared<const Source>("policy.yaml", std::move(text));
    program_ = CompileTexts({{source, "space"}}, diagnostics, options, nullptr);
    std::string said;
    for (const Diagnostic& diagnostic : diagnostics.all()) said += Render(diagnostic);
    ASSERT_NE(program_, nullptr) << said;
    ASSERT_NE(traced_.program, nullptr) << traced_.why;
  }

  // What was seen of a call, which both programs decide alike.
  std::string Of(const std::string& arguments, const std::string& tool = "pay") {
    Call call(traced_.program);
    Marks marks(traced_);
    call.machine().TraceWith(&marks);
    const Decision traced = call.Decide(arguments, tool);
    Call plain(program_);
    const Decision decision = plain.Decide(arguments, tool);
    EXPECT_EQ(traced.verdict, decision.verdict) << arguments;
    EXPECT_EQ(traced.code, decision.code) << arguments;
    EXPECT_EQ(traced.rule, decision.rule) << arguments;
    EXPECT_EQ(traced.error, decision.error) << arguments;
    return marks.text();
  }

  TracedProgram traced_;
  std::shared_ptr<const VerifiedProgram> program_;
};

TEST_F(Traced, MarksEveryPartOfAnExpression) {
  Compile(R"y(writ: 1
default: allow
rules:
  - name: r
    tools: pay
    require: "!(args.a > 1 + 1) && (args.b == 'x' || args.c.d != 3)"
)y");
  EXPECT_EQ(Of(R"({"a":1,"b":"y","c":{"d":4}})"),
            "args.a = 1\n1 + 1 = 2\nargs.a > 1 + 1 = false\n!(args.a > 1 + 1) = true\n"
            "args.b = \"y\"\nargs.b == 'x' = false\nargs.c.d = 4\nargs.c.d != 3 = true\n"
            "args.b == 'x' || args.c.d != 3 = true\n"
            "!(args.a > 1 + 1) && (args.b == 'x' || args.c.d != 3) = true\n");
  EXPECT_EQ(Of(R"({"a":3})"),
            "args.a = 3\n1 + 1 = 2\nargs.a > 1 + 1 = true\n!(args.a > 1 + 1) = false\n"
            "!(args.a > 1 + 1) && (args.b == 'x' || args.c.d != 3) = false\nr = denies\n");
  EXPECT_EQ(Of(R"({"a":3,"b":1})").find("\nargs.b = "), std::string::npos);
}

TEST_F(Traced, SaysWhatIsAbsorbedAndWhatIsNot) {
  Compile(R"y(writ: 1
default: allow
rules:
  - name: r
    tools: pay
    require: args.a > 1 || args.b
)y");
  EXPECT_EQ(Of(R"({"b":true})"),
            "absorbed = no such field\nargs.b = true\nargs.a > 1 || args.b = true\n");
  EXPECT_EQ(Of(R"({"b":false})"),
            "absorbed = no such field\nargs.b = false\nraised = no such field\n");
}

TEST_F(Traced, MarksWhatIsEvaluatedForEachElement) {
  Compile(R"y(writ: 1
default: allow
variables:
  limit: args.max * 2
rules:
  - name: r
    tools: pay
    require: args.l.all(x, x < variables.limit)
)y");
  EXPECT_EQ(Of(R"({"l":[1,9],"max":3})"),
            "args.l = [1,9]\nx = 1\nargs.max = 3\nargs.max * 2 = 6\nvariables.limit = 6\n"
            "x < variables.limit = true\nx = 9\nvariables.limit = 6\nx < variables.limit = false\n"
            "args.l.all(x, x < variables.limit) = false\nr = denies\n");
}

TEST_F(Traced, MarksConditionalsBindingsAndLiterals) {
  Compile(R"y(writ: 1
default: allow
rules:
  - name: r
    tools: pay
    require: "cel.bind(y, args.a, y > 1 ? [y, 7] == [2, 7] : has(args.b))"
)y");
  EXPECT_EQ(Of(R"({"a":2})"),
            "args.a = 2\ny = 2\ny > 1 = true\ny = 2\n[y, 7] = [2, 7]\n[2, 7] = [2, 7]\n"
            "[y, 7] == [2, 7] = true\ny > 1 ? [y, 7] == [2, 7] : has(args.b) = true\n"
            "cel.bind(y, args.a, y > 1 ? [y, 7] == [2, 7] : has(args.b)) = true\n");
  EXPECT_EQ(Of(R"({"a":0})"),
            "args.a = 0\ny = 0\ny > 1 = false\nhas(args.b) = false\n"
            "y > 1 ? [y, 7] == [2, 7] : has(args.b) = false\n"
            "cel.bind(y, args.a, y > 1 ? [y, 7] == [2, 7] : has(args.b)) = false\nr = denies\n");
}

TEST_F(Traced, MarksConditionsOfInterceptPolicies) {
  Compile(R"y(version: "1"
tools:
  pay:
    rules:
      - name: r
        conditions:
          - { path: args.a, op: neq, value: 1 }
          - { path: args.b, op: exists, value: false }
          - { path: args.c, op: eq, value: x }
)y");
  EXPECT_EQ(Of(R"({"a":2,"c":"x"})"), "args.a = holds\nargs.b = holds\nargs.c = holds\n");
  EXPECT_EQ(Of(R"({"a":1})"), "args.a = does not hold\nr = denies\n");
  EXPECT_EQ(Of(R"({"a":2,"b":1})"), "args.a = holds\nargs.b = does not hold\nr = denies\n");
}

TEST_F(Traced, MarksArgumentsTooManyAndQuotas) {
  Compile(R"y(writ: 1
default: allow
rules:
  - name: r
    tools: pay
    only_args: [a]
    quota: { max: 3, per: hour, of: args.a }
)y");
  EXPECT_EQ(Of(R"({"a":2})"), "[a] = holds\nquota = counts\nargs.a = 2\n");
  EXPECT_EQ(Of(R"({"b":2})"), "[a] = does not hold\nr = denies\n");
}

TEST_F(Traced, PartsSayWhereTheyStand) {
  Compile(R"y(writ: 1
default: allow
rules:
  - name: r
    tools: pay
    require:
      - args.a > 1
      - data.x.size() == 0 || args.b
data: { x: [] }
)y");
  std::vector<std::string> roots;
  for (const SourcePart& part : traced_.map.parts) {
    if (part.role == SourcePart::Role::kNone) continue;
    roots.push_back(fmt::format("{}:{}+{} {} #{} {}", part.begin.line, part.begin.column,
                                part.length, part.text, part.ordinal, part.varies));
  }
  EXPECT_EQ(roots, (std::vector<std::string>{"7:9+10 args.a > 1 #0 true",
                                             "8:9+28 data.x.size() == 0 || args.b #1 true"}));
  for (const SourcePart& part : traced_.map.parts) {
    if (part.text == "data.x.size() == 0") {
      EXPECT_FALSE(part.varies);
      EXPECT_EQ(part.constant, "true");
    }
  }
}

TEST_F(Traced, PartsSayWhetherTheyAreAskedForTrueOrFalse) {
  Compile(R"y(writ: 1
default: allow
variables:
  ok: args.a > 1
  size: args.b + 1
rules:
  - name: r
    tools: pay
    when: variables.ok
    require: args.l.all(x, x > variables.size) && args.m.map(y, y > 2) == [true]
    forbid: args.n.map(z, z > 3, z < 9).size() > 4
)y");
  std::vector<std::string> asked;
  for (const SourcePart& part : traced_.map.parts) {
    if (part.is_test) asked.push_back(part.text);
  }
  EXPECT_EQ(asked, (std::vector<std::string>{
                       "args.a > 1", "variables.ok", "x > variables.size",
                       "args.l.all(x, x > variables.size) && args.m.map(y, y > 2) == [true]",
                       "z > 3", "args.n.map(z, z > 3, z < 9).size() > 4"}));
}

TEST_F(Traced, TheClockVaries) {
  Compile(R"y(writ: 1
default: allow
rules:
  - name: r
    tools: pay
    require: time.within("Mo-Fr 08:00-18:00", "UTC") && "a".startsWith("a")
)y");
  for (const SourcePart& part : traced_.map.parts) {
    if (part.role == SourcePart::Role::kNone && part.form == SourcePart::Form::kOther) {
      EXPECT_EQ(part.varies, part.text.starts_with("time.within(")) << part.text;
    }
  }
}

}  // namespace
}  // namespace writ
