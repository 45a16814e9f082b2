// What a file from strangers may do when it is read as a bundle: it is refused with a sentence, or
// it is a program that decides, can be shown, and is written again as the very same file.
#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vm/bundle/bundle.h"
#include "vm/bundle/contents.h"
#include "vm/bundle/frame.h"
#include "vm/disasm.h"
#include "vm/json.h"
#include "vm/machine.h"
#include "vm/utf8.h"

namespace writ::bundle {

struct Tried {
  bool is_program = false;
  std::string refusal;  // of what is no program
  std::string harm;     // what must not be; empty if all is well
};

// The file again, from what was read. The error: it cannot be written.
inline tl::expected<std::string, std::string> WrittenAgain(const Loaded& loaded) {
  return loaded.kind == Kind::kPolicies ? Write(**loaded.program)
                                        : WriteExpression(**loaded.program, loaded.expression);
}

// Calls of a program, in which whatever it can name is looked up as the proxy does.
class TriedCalls {
 public:
  explicit TriedCalls(std::shared_ptr<const VerifiedProgram> program)
      : machine_(std::move(program)) {
    // Enough for each kind of instruction; a tenth of a second for each call would be too long
    // here.
    machine_.SetBudget(20'000);
    now_.tag = Tag::kTimestamp;
    now_.i = 1'700'000'000;
    machine_.SetNow(now_);
  }

  std::string Harm() {
    constexpr size_t kMostTools = 4;
    std::vector<std::string_view> tools = {"other"};
    for (const auto& [name, entry] : machine_.program()->tool_index) {
      if (tools.size() <= kMostTools) tools.push_back(name);
    }
    for (const std::string_view tool : tools) {
      for (const std::string_view arguments : kArguments) {
        Call(tool, arguments);
        if (!harm_.empty()) return harm_;
      }
    }
    return {};
  }

 private:
  static constexpr std::string_view kArguments[] = {
      R"({})",
      R"({"path":"/srv/project/a","amount":10,"currency":"usd","note":"aaaa","tags":["x","y"]})",
      R"({"path":"/srv/../etc","amount":1e999,"currency":null,"note":"é","tags":[1,{"y":[]}]})",
      R"({"PATH":1,"amount":-3.5,"Amount":2,"options":{"depth":[[0],{"a":true}]},"url":"http://a/"})",
      R"({"a":{"b":{"c":"2026-01-01T00:00:00Z"}},"to":["10.0.0.1","::1"],"n":9007199254740993})",
  };

  void Call(std::string_view tool, std::string_view arguments) {
    machine_.ResetArena();
    const PaddedText line(arguments);
    if (ScanTarget* const target = machine_.BeginCall(tool); target != nullptr) {
      if (!Scanner(machine_.arena()).Scan(line.view(), true, *target).ok()) return;
    }
    FillFacts(tool);
    const ToolEntry& entry = machine_.tool();
    for (uint32_t i = 0; i < entry.read_count; ++i) {
      machine_.SetSlot(machine_.program()->reads[entry.first_read + i].slot, Value::Int(i));
    }
    Check(machine_.Decide());
    // What is evaluated besides: messages, and the proxy's limits have been by now.
    for (const Rule& rule : machine_.program()->rules) {
      for (const MessagePart& part : rule.message) {
        if (part.block != kNoBlock) Show(machine_.EvaluateAlso(part.block));
      }
    }
  }

  void FillFacts(std::string_view tool) {
    for (const FactSlot& fact : machine_.program()->facts) {
      switch (fact.fact) {
        case Fact::kNow:
        case Fact::kQuotaResetsAt: machine_.SetSlot(fact.slot, now_); break;
        case Fact::kQuotaRemaining: machine_.SetSlot(fact.slot, Value::Int(3)); break;
        case Fact::kLabels: machine_.SetSlot(fact.slot, Value::Of(&kNoLabels)); break;
        case Fact::kHasClientName:
        case Fact::kHasClientVersion:
        case Fact::kHasServerName: machine_.SetSlot(fact.slot, Value::Bool(true)); break;
        default: machine_.SetSlot(fact.slot, Value::String(tool)); break;
      }
    }
  }

  // REQUIRES of everybody who shows a decision: what it names is there.
  void Check(const Decision& decision) {
    const Program& program = *machine_.program();
    const auto expect = [this](bool holds, std::string_view what) {
      if (!holds && harm_.empty()) harm_ = what;
    };
    const auto may_be = [](uint32_t id, size_t rows) { return id == UINT32_MAX || id < rows; };
    expect(may_be(decision.rule, program.rules.size()), "a decision names a rule of nowhere");
    expect(may_be(decision.instruction, program.code.size()), "a decision was made nowhere");
    expect(may_be(decision.quota, program.quotas.size()), "a decision names a quota of nowhere");
    expect(may_be(decision.slot, machine_.program().max_slots()), "a slot of nowhere");
    for (uint32_t i = 0; i < decision.reservation_count; ++i) {
      const Reservation& reservation = decision.reservations[i];
      expect(reservation.quota < program.quotas.size(), "a reservation of no quota");
      expect(reservation.amount >= 0, "a reservation gives back");
      Show(Value::String(reservation.key));
    }
    for (uint32_t i = 0; i < decision.shadow_count; ++i) {
      const ShadowNote& note = decision.shadows[i];
      expect(note.rule < program.rules.size(), "a note of no rule");
      expect(may_be(note.instruction, program.code.size()), "a note was made nowhere");
      Show(Value::String(note.expected_name));
    }
    Show(Value::String(decision.expected_name));
    Show(Value::String(decision.unexpected_name));
  }

  // Reads all that the value points to.
  void Show(const Value& value) {
    if (FormatValue(value, 4096).empty()) harm_ = "a value without a text";
  }

  static constexpr Map kNoLabels{0, nullptr};
  Machine machine_;
  Value now_;
  std::string harm_;
};

inline Tried Try(const std::string& file) {
  Tried tried;
  auto loaded = Read(file, "/srv/policy.writ");
  if (!loaded.has_value()) {
    tried.refusal = loaded.error();
    if (tried.refusal.empty()) tried.harm = "it is refused without a word";
    if (!IsUtf8(tried.refusal)) tried.harm = "it is refused with bytes that are no text";
    if (tried.refusal.size() > 1000) tried.harm = "it is refused at length";
    return tried;
  }
  tried.is_program = true;
  const auto again = WrittenAgain(*loaded);
  if (!again.has_value()) {
    tried.harm = "it cannot be written again: " + again.error();
  } else if (*again != file) {
    tried.harm = "it is written in another form";
  } else if (Disassemble(**loaded->program).empty()) {
    tried.harm = "it cannot be shown";
  } else {
    tried.harm = TriedCalls(loaded->program).Harm();
  }
  return tried;
}

// The sections of a sound frame, to be changed and framed again with WriteFrame().
inline std::vector<Section> SectionsOf(const Frame& frame) {
  std::vector<Section> sections;
  for (const SectionView& view : frame.sections) {
    sections.push_back({view.id, view.rows, std::string(view.bytes)});
  }
  return sections;
}

}  // namespace writ::bundle
