// writ: its own way from a line to a decision, as the proxy goes it.
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "line/task.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "proxy/message.h"

namespace writ::line {

class Writ {
 public:
  explicit Writ(const std::shared_ptr<const VerifiedProgram>& program)
      : machine_(program), reader_(machine_, kDefaultMaxDepth), judge_(machine_, counters_) {
    const std::vector<std::string>& names = (*program)->slot_names;
    for (uint32_t i = 0; i < kReadCount; ++i) {
      const auto found = std::find(names.begin(), names.end(), kReadPaths[i]);
      if (found != names.end()) slots_.push_back({i, static_cast<uint32_t>(found - names.begin())});
    }
  }

  Answer Decide(std::string_view line) {
    const ClientMessage& message = reader_.Read(line);
    if (message.kind != MessageKind::kRequest || !message.is_tool_call) return {};
    const Decision& decision = judge_.Decide(message.tool, 0).decision;
    return {decision.code, decision.rule};
  }

  Answer Evaluate(const ReadCall& call) {
    if (machine_.BeginCall(call.tool) != nullptr) {
      for (const ReadSlot& read : slots_) machine_.SetSlot(read.slot, call.values[read.read]);
    }
    machine_.Decide(decision_);
    return {decision_.code, decision_.rule};
  }

 private:
  struct ReadSlot {
    uint32_t read;
    uint32_t slot;
  };

  Machine machine_;
  MessageReader reader_;
  MemoryCounters counters_;
  Judge judge_;
  std::vector<ReadSlot> slots_;
  Decision decision_;
};

}  // namespace writ::line
