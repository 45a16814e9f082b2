// writ: the expression compiled and verified as a policy's is, over values set into its slots.
#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/lower/expression.h"
#include "contest.h"
#include "expr/task.h"
#include "grammar/parse.h"
#include "vm/machine.h"

namespace writ::expr {

inline uint32_t SlotNamed(const Program& program, std::string_view name) {
  const auto found = std::find(program.slot_names.begin(), program.slot_names.end(), name);
  if (found == program.slot_names.end()) bench::Fail(fmt::format("nothing reads {}", name));
  return static_cast<uint32_t>(found - program.slot_names.begin());
}

// A machine for each input, whose slots are filled before anything is measured: evaluating is what
// is compared, and the twin finds its values in place too.
class Expression {
 public:
  // `names`: what the expression reads of a call, in the order of an input's values: "args.x" is
  // `x` below the arguments, "x" a variable.
  Expression(std::string_view text, const std::vector<std::string>& names, const Inputs& inputs,
             const std::vector<cel::Variable>& constants = {}) {
    cel::Environment environment;
    environment.variables = constants;
    uint32_t slots = 0;
    for (const std::string& name : names) {
      cel::Variable variable;
      variable.name = name.substr(0, name.find('.'));
      variable.type = cel::TypeKind::kDyn;
      const bool is_path = variable.name != name;
      variable.storage =
          is_path ? cel::Variable::Storage::kArguments : cel::Variable::Storage::kSlot;
      if (!is_path) variable.index = slots++;
      const bool is_new =
          std::none_of(environment.variables.begin(), environment.variables.end(),
                       [&](const cel::Variable& known) { return known.name == variable.name; });
      if (is_new) environment.variables.push_back(std::move(variable));
    }
    auto ast = cel::Parse(std::string(text));
    if (!ast.has_value()) bench::Fail(ast.error().message);
    const cel::CheckResult checked = cel::Check(std::move(*ast), environment);
    if (!checked.ok()) bench::Fail(checked.problems.front().message);
    const auto compiled = cel::CompileExpression(checked.expression, environment, true);
    if (!compiled.has_value()) bench::Fail(compiled.error().message);
    block_ = compiled->block;
    for (size_t i = 0; i < inputs.size(); ++i) {
      Machine& machine = *machines_.emplace_back(std::make_unique<Machine>(compiled->program));
      machine.BeginCall("");
      for (size_t n = 0; n < names.size(); ++n) {
        // Whatever the arguments are called, their paths begin with "args".
        const size_t dot = names[n].find('.');
        machine.SetSlot(
            SlotNamed(*machine.program(),
                      dot == std::string::npos ? names[n] : "args" + names[n].substr(dot)),
            inputs[i][n]);
      }
    }
  }

  // Good until the input's next one.
  Value operator()(size_t input) {
    Machine& machine = *machines_[input];
    machine.ResetArena();
    return machine.Evaluate(block_);
  }

 private:
  std::vector<std::unique_ptr<Machine>> machines_;
  uint32_t block_ = 0;
};

// A call's decision, likewise from the values that its rules read.
class Decider {
 public:
  Decider(const std::shared_ptr<const VerifiedProgram>& program,
          const std::vector<std::string>& names, const Inputs& inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      Machine& machine = *machines_.emplace_back(std::make_unique<Machine>(program));
      machine.BeginCall(inputs[i][0].view());
      for (size_t n = 0; n < names.size(); ++n) {
        machine.SetSlot(SlotNamed(*machine.program(), names[n]), inputs[i][n]);
      }
    }
  }

  Code operator()(size_t input) {
    Machine& machine = *machines_[input];
    machine.ResetArena();
    return machine.Decide().code;
  }

 private:
  std::vector<std::unique_ptr<Machine>> machines_;
};

}  // namespace writ::expr
