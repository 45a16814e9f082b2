// writ eval: one call decided.
// Tested by tests/cli/command_line.py.
#include <fmt/format.h>

#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/commands.h"
#include "cli/decision_json.h"
#include "cli/report.h"
#include "compiler/compile.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"

namespace writ {
namespace {

// The forms a call may come in: a request has params, params have name and arguments, a suite step
// has call and args.
enum Slot : uint32_t { kName, kArguments, kParamsName, kParamsArguments, kCall, kArgs, kSlotCount };

struct CallText {
  Value name;
  Value arguments;
};

// On one line, as the scanner reads messages; line ends between tokens are white space in JSON.
std::string OnOneLine(std::string text) {
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_string = !in_string;
    } else if (!in_string && (text[i] == '\n' || text[i] == '\r')) {
      text[i] = ' ';
    }
  }
  return text;
}

int Fail(const std::string& message) {
  fmt::print(stderr, "writ: error: {}\n", message);
  fmt::print(stderr,
             "  hint: give a tools/call request, its params {{\"name\",\"arguments\"}}, or "
             "{{\"call\",\"args\"}}\n");
  return kExitUsage;
}

CallText Choose(const Value (&slots)[kSlotCount]) {
  if (!slots[kParamsName].is(Tag::kAbsent)) return {slots[kParamsName], slots[kParamsArguments]};
  if (!slots[kCall].is(Tag::kAbsent)) return {slots[kCall], slots[kArgs]};
  return {slots[kName], slots[kArguments]};
}

}  // namespace

int Eval(const EvalOptions& options) {
  Diagnostics diagnostics;
  const std::shared_ptr<const VerifiedProgram> program =
      CompileFiles(options.policies, diagnostics);
  Report(diagnostics);
  if (program == nullptr) return kExitUsage;

  std::string text;
  if (options.file.empty() || options.file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream file(options.file, std::ios::binary);
    if (!file) return Fail(fmt::format("{} cannot be read", options.file));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const PaddedText line(OnOneLine(std::move(text)));

  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  const uint32_t params = builder.Child(root, "params");
  builder.SetSlot(builder.Child(root, "name"), kName, true);
  builder.SetSlot(builder.Child(root, "arguments"), kArguments, false);
  builder.SetSlot(builder.Child(params, "name"), kParamsName, true);
  builder.SetSlot(builder.Child(params, "arguments"), kParamsArguments, false);
  builder.SetSlot(builder.Child(root, "call"), kCall, true);
  builder.SetSlot(builder.Child(root, "args"), kArgs, false);
  const PathTrie trie = builder.Build();

  Machine machine(program);
  Scanner scanner(machine.arena());
  Value slots[kSlotCount];
  ScanTarget target;
  target.trie = &trie;
  target.root = root;
  target.slots = slots;
  const ScanResult scanned = scanner.Scan(line.view(), true, target);
  if (!scanned.ok()) {
    return Fail(fmt::format("the call is refused: {} (byte {})", ViolationText(scanned.violation),
                            scanned.offset + 1));
  }
  const CallText call = Choose(slots);
  if (!call.name.is(Tag::kString)) return Fail("the call names no tool");
  const bool has_arguments = !call.arguments.is(Tag::kAbsent) && !call.arguments.is(Tag::kNull);
  if (has_arguments && !call.arguments.is(Tag::kMapSpan)) {
    return Fail("the call's arguments are no object");
  }

  ScanTarget* arguments = machine.BeginCall(call.name.view());
  if (arguments != nullptr && has_arguments) {
    const ScanResult again = scanner.Scan(call.arguments.view(), false, *arguments);
    if (!again.ok()) {
      return Fail(fmt::format("the call is refused: {}", ViolationText(again.violation)));
    }
  }
  MemoryCounters counters;
  Judge judge(machine, counters);
  const Judgement& judgement =
      judge.Decide(call.name.view(), static_cast<int64_t>(std::time(nullptr)));
  fmt::print("{}\n", DecisionJson(*program, judgement));
  return judgement.decision.verdict == Verdict::kAllow ? kExitYes : kExitNo;
}

}  // namespace writ
