// Programs of one expression.
#include "compiler/lower/expression.h"

#include <gtest/gtest.h>

#include "grammar/parse.h"
#include "vm/disasm.h"

namespace writ::cel {
namespace {

// Variables a (slot 0), b (slot 1) and args.
Environment Names() {
  Environment environment;
  for (const char* name : {"a", "b"}) {
    Variable variable;
    variable.name = name;
    variable.storage = Variable::Storage::kSlot;
    variable.index = static_cast<uint32_t>(environment.variables.size());
    environment.variables.push_back(std::move(variable));
  }
  Variable args;
  args.name = "args";
  args.storage = Variable::Storage::kArguments;
  environment.variables.push_back(std::move(args));
  return environment;
}

Checked Read(const std::string& text) {
  auto ast = Parse(text);
  EXPECT_TRUE(ast.has_value()) << text;
  CheckResult result = Check(std::move(*ast), Names());
  EXPECT_TRUE(result.ok()) << text;
  return std::move(result.expression);
}

std::string Evaluated(const std::string& text, bool optimise) {
  const Checked expression = Read(text);
  const auto compiled = CompileExpression(expression, Names(), optimise);
  if (!compiled.has_value()) return compiled.error().message;
  Machine machine(compiled->program);
  const PaddedText line(R"({"list":[1,2,3],"name":"x"})");
  if (ScanTarget* target = machine.BeginCall(""); target != nullptr) {
    Scanner(machine.arena()).Scan(line.view(), true, *target);
  }
  machine.SetSlot(0, Value::Int(2));
  machine.SetSlot(1, Value::String("text"));
  return FormatValue(machine.Evaluate(compiled->block));
}

TEST(CompileExpression, RefusesTooManyNames) {
  std::string text = "cel.bind(v, (";
  for (int i = 0; i < 15; ++i)
    text += "a == " + std::to_string(i) + " ? args.q" + std::to_string(i) + " : ";
  text += "args), [0";
  for (int i = 0; i < 4000; ++i) text += ", v.k" + std::to_string(i);
  EXPECT_EQ(Evaluated(text + "].size() > 1)", true),
            "the expression looks up more than 100000 names");
}

TEST(CompileExpression, ReadsVariablesAndArguments) {
  for (const bool optimise : {false, true}) {
    EXPECT_EQ(Evaluated("args.list[a] + 1", optimise), "4");
    EXPECT_EQ(Evaluated("b + args.name", optimise), R"("textx")");
    EXPECT_EQ(Evaluated("args.list.map(x, x * a)", optimise), "[2, 4, 6]");
    EXPECT_EQ(Evaluated("has(args.other)", optimise), "false");
    EXPECT_EQ(Evaluated("args.other", optimise), "error(no such field)");
    EXPECT_EQ(Evaluated("args.list.sortBy(x, -x)", optimise), "[3, 2, 1]");
    EXPECT_EQ(Evaluated("args.list.transformList(i, x, i * 10 + x)", optimise), "[1, 12, 23]");
  }
}

TEST(CompileExpression, ArgumentsThatWereNotGivenAreNone) {
  const Checked expression = Read("has(args.x) || args.size() == 0");
  const auto compiled = CompileExpression(expression, Names(), true);
  ASSERT_TRUE(compiled.has_value());
  Machine machine(compiled->program);
  machine.BeginCall("");
  EXPECT_EQ(FormatValue(machine.Evaluate(compiled->block)), "true");
}

TEST(CompilePart, EvaluatesAPartOnItsOwn) {
  const Checked expression = Read("a + 1 == 3 && b == 'text'");
  const Ast& ast = expression.ast;
  const NodeId first = ast.child(ast.node(ast.root), 0);
  const auto compiled = CompilePart(expression, Names(), ast.child(ast.node(first), 0));
  ASSERT_TRUE(compiled.has_value());
  Machine machine(compiled->program);
  machine.BeginCall("");
  machine.SetSlot(0, Value::Int(41));
  EXPECT_EQ(FormatValue(machine.Evaluate(compiled->block)), "42");
}

TEST(EvaluateConstant, GivesUpOnErrorsAndOnLargeResults) {
  Arena pool;
  const Environment names = Names();
  const Checked sum = Read("1 + 1");
  EXPECT_EQ(FormatValue(*EvaluateConstant(sum, names, sum.ast.root, 100, 10, pool)), "2");
  const Checked fault = Read("1 / 0");
  EXPECT_FALSE(EvaluateConstant(fault, names, fault.ast.root, 100, 10, pool).has_value());
  const Checked list = Read("[1, 2, 3]");
  EXPECT_TRUE(EvaluateConstant(list, names, list.ast.root, 1000, 4, pool).has_value());
  EXPECT_FALSE(EvaluateConstant(list, names, list.ast.root, 1000, 3, pool).has_value());
}

}  // namespace
}  // namespace writ::cel
