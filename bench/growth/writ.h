// writ: a policy of one shape and size, and the calls that it is asked about.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiled.h"
#include "growth/task.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "proxy/message.h"
#include "vm/tracer.h"

namespace writ::growth {

class Writ {
 public:
  Writ(std::string_view shape, size_t rules)
      : machine_(bench::Compiled(PolicyOf(shape, rules))),
        reader_(machine_, kDefaultMaxDepth),
        judge_(machine_, counters_) {
    for (size_t i = 0; i < kManyCalls; ++i) {
      std::string line = LineOf(CallOf(shape, RuleAsked(i, rules)));
      const size_t size = line.size();
      // What the scanner may read beyond it.
      line += '\n';
      line.append(64, '\0');
      texts_.push_back(std::move(line));
      lines_.push_back(std::string_view(texts_.back()).substr(0, size));
      calls_.push_back(Read(lines_.back()));
    }
  }
  Writ(const Writ&) = delete;
  Writ& operator=(const Writ&) = delete;

  Decision DecideLine(size_t i) {
    const ClientMessage& message = reader_.Read(lines_[i]);
    if (!message.is_tool_call) return {};
    return judge_.Decide(message.tool, 0).decision;
  }

  Decision Evaluate(size_t i) {
    const ReadCall& call = calls_[i];
    machine_.BeginCall(call.tool);
    for (const auto& [slot, value] : call.slots) machine_.SetSlot(slot, value);
    return machine_.Decide();
  }

  // How many of the machine's instructions the first ten calls take, each.
  double Steps() {
    class Count : public Tracer {
     public:
      void Begin() override {}
      void Enter(uint32_t) override {}
      void Step(uint32_t, const Value*) override { ++steps; }
      void Raise(uint32_t, Error, uint32_t, bool) override {}
      void Leave(const Value*) override {}
      size_t steps = 0;
    } count;
    machine_.TraceWith(&count);
    for (size_t i = 0; i < kCalls; ++i) Evaluate(i);
    machine_.TraceWith(nullptr);
    return static_cast<double>(count.steps) / kCalls;
  }

 private:
  // A call whose line was read before: what it filled which slots with.
  struct ReadCall {
    std::string_view tool;
    std::vector<std::pair<uint32_t, Value>> slots;
  };

  ReadCall Read(std::string_view line) {
    ReadCall call;
    call.tool = kept_.Copy(reader_.Read(line).tool);
    judge_.Decide(call.tool, 0);  // which knows more of a call than its line says
    const auto keep = [&](uint32_t slot) {
      Value value = machine_.slot(slot);
      if (value.is(Tag::kAbsent)) return;
      if (value.is(Tag::kString)) value = Value::String(kept_.Copy(value.view()));
      call.slots.emplace_back(slot, value);
    };
    const ToolEntry& tool = machine_.tool();
    for (uint32_t i = 0; i < machine_.program()->shared_slots; ++i) keep(i);
    for (uint32_t i = 0; i < tool.slot_count; ++i) keep(tool.first_slot + i);
    return call;
  }

  Machine machine_;
  MessageReader reader_;
  MemoryCounters counters_;
  Judge judge_;
  Arena kept_;
  std::vector<ReadCall> calls_;
  std::deque<std::string> texts_;
  std::vector<std::string_view> lines_;
};

}  // namespace writ::growth
