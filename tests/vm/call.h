// A call as the machine's users make it: arguments as JSON in, a decision or a value out.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "vm/disasm.h"
#include "vm/json.h"
#include "vm/machine.h"
#include "vm/verify.h"

namespace writ {

class Call {
 public:
  explicit Call(Program program) : Call(Checked(std::move(program))) {}
  explicit Call(std::shared_ptr<const VerifiedProgram> program) : machine_(std::move(program)) {}

  Machine& machine() { return machine_; }
  const VerifiedProgram& program() const { return machine_.program(); }

  // Starts a call of `tool`: fills its slots.
  void Begin(std::string_view arguments, std::string_view tool = "any") {
    machine_.ResetArena();
    line_ = std::make_unique<PaddedText>(arguments);
    ScanTarget* target = machine_.BeginCall(tool);
    if (target == nullptr) return;
    const ScanResult scanned = Scanner(machine_.arena()).Scan(line_->view(), true, *target);
    EXPECT_TRUE(scanned.ok()) << arguments;
  }

  Decision Decide(std::string_view arguments, std::string_view tool = "any") {
    Begin(arguments, tool);
    return machine_.Decide();
  }

  // The value of a block as text.
  std::string Evaluate(uint32_t block, std::string_view arguments) {
    Begin(arguments);
    return FormatValue(machine_.Evaluate(block));
  }

 private:
  static std::shared_ptr<const VerifiedProgram> Checked(Program program) {
    auto verified = Verify(std::move(program));
    if (!verified.has_value()) throw std::invalid_argument(verified.error().text);
    return *verified;
  }

  Machine machine_;
  std::unique_ptr<PaddedText> line_;
};

}  // namespace writ
