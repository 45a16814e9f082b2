// Loops, from the blocks that have them up to the tools that run these.
// Tested by tests/cli/bundles.py.
#include "cli/inspect/loops.h"

#include <cstddef>
#include <cstdint>

#include "vm/selection.h"

namespace writ {
namespace {

class LoopFinder {
 public:
  explicit LoopFinder(const Program& program) : program_(program), loops_(program.blocks.size()) {
    // What a block runs or goes on in has a lower number; decisions note quotas and show messages
    // of any.
    Mark(false);
    for (const Quota& quota : program_.quotas) {
      quotas_.push_back(Has(quota.limit_block) || Has(quota.amount_block) || Has(quota.key_block));
    }
    for (const Rule& rule : program_.rules) {
      bool has_loop = false;
      for (const MessagePart& part : rule.message) has_loop = has_loop || Has(part.block);
      rules_.push_back(has_loop);
    }
    Mark(true);
  }

  bool Has(uint32_t block) const { return block != kNoBlock && loops_[block]; }

 private:
  void Mark(bool decisions) {
    for (size_t i = 0; i < program_.blocks.size(); ++i) {
      const Block& block = program_.blocks[i];
      if ((block.kind == BlockKind::kDecision) == decisions) loops_[i] = RunsLoops(block);
    }
  }

  bool RunsLoops(const Block& block) const {
    for (uint32_t i = 0; i < block.instruction_count; ++i) {
      const Instruction& at = program_.code[block.first_instruction + i];
      if (at.op == Opcode::kLoop) return true;
      const OperandClass operand = Info(at.op).b;
      const auto named = [&] { return program_.operands[block.first_operand + at.b]; };
      if (operand == OperandClass::kBlock && Has(named())) return true;
      if (operand == OperandClass::kSelection) {
        bool has_loop = false;
        SelectionOf(program_, block, at).ForEachBlock([&](uint32_t target) {
          has_loop = has_loop || Has(target);
        });
        if (has_loop) return true;
      }
      if (operand == OperandClass::kRule && rules_[named()]) return true;
      if (operand == OperandClass::kQuota) {
        const uint32_t quota = named();
        if (quotas_[quota] || rules_[program_.quotas[quota].rule]) return true;
      }
    }
    return false;
  }

  const Program& program_;
  std::vector<bool> loops_;   // of each block, with what it runs
  std::vector<bool> quotas_;  // of each quota
  std::vector<bool> rules_;   // of each rule's message
};

}  // namespace

std::vector<bool> FindLoops(const Program& program) {
  const LoopFinder finder(program);
  std::vector<bool> tools;
  for (const ToolEntry& tool : program.tools) {
    bool has_loop = finder.Has(tool.block);
    for (uint32_t i = 0; i < tool.next_count; ++i) {
      has_loop = has_loop || finder.Has(program.next_parts[tool.first_next + i].block);
    }
    tools.push_back(has_loop);
  }
  return tools;
}

}  // namespace writ
