// writ eval: one call decided.
// Tested by tests/cli/command_line.py.
#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/call_keys.h"
#include "cli/commands.h"
#include "cli/decision_json.h"
#include "cli/labels.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/diagnostic.h"
#include "compiler/programs.h"
#include "compiler/schema/json_document.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "proxy/message.h"

namespace writ {
namespace {

// What `run` takes as one message.
constexpr size_t kMaxCallBytes = 16u << 20;

constexpr std::string_view kForms =
    "give a tools/call request, its params {\"name\",\"arguments\"}, or {\"call\",\"args\"}";

struct CallFault {
  std::string message;
  std::string hint = std::string(kForms);
};

int Fail(const CallFault& fault) {
  PrintError(fault.message, fault.hint);
  return kExitUsage;
}

CallFault Unknown(const UnknownKey& unknown) {
  return {
      fmt::format("unknown key {} in {}", Quote(unknown.key), unknown.where),
      unknown.meant.empty() ? std::string(kForms) : fmt::format("did you mean {}?", unknown.meant)};
}

// False if the file cannot be read; `why` then says so.
bool ReadCall(const std::string& path, std::string* text, std::string* why) {
  const bool from_stdin = path.empty() || path == "-";
  std::FILE* const file = from_stdin ? stdin : std::fopen(path.c_str(), "rb");
  bool ok = file != nullptr;
  char buffer[1 << 16];
  while (ok && text->size() <= kMaxCallBytes) {
    const size_t got = std::fread(buffer, 1, sizeof buffer, file);
    text->append(buffer, got);
    if (got < sizeof buffer) {
      ok = std::ferror(file) == 0;
      break;
    }
  }
  const std::string_view name = from_stdin ? "the standard input" : std::string_view(path);
  if (!ok) *why = fmt::format("{} cannot be read: {}", name, std::strerror(errno));
  if (file != nullptr && !from_stdin) std::fclose(file);
  if (ok && text->size() > kMaxCallBytes) {
    *why = fmt::format("{} is longer than {} bytes", name, kMaxCallBytes);
    ok = false;
  }
  return ok;
}

// The call as the request that a client would send, so that it is read by the same rules: params
// alone and suite steps get an envelope. A fault if it is none of these, or a key is misspelt.
tl::expected<std::string, CallFault> AsRequest(const std::string& text) {
  enum Slot : uint32_t { kJsonrpc, kMethod, kParams, kName, kCall, kArgs, kSlotCount };
  constexpr std::string_view kNames[] = {"jsonrpc", "method", "params", "name", "call", "args"};
  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  for (uint32_t slot = 0; slot < kSlotCount; ++slot) {
    builder.SetSlot(builder.Child(root, kNames[slot]), slot, false);
  }
  const PathTrie trie = builder.Build();
  Arena arena;
  Scanner scanner(arena);
  Value slots[kSlotCount];
  std::string_view raw[kSlotCount];
  ScanTarget target;
  target.trie = &trie;
  target.root = root;
  target.slots = slots;
  target.raw = raw;
  const PaddedText line(text);
  const ScanResult scanned = scanner.Scan(line.view(), true, target);
  const auto fault = [](CallFault made) { return tl::unexpected(std::move(made)); };
  const auto has = [&slots](Slot slot) { return !slots[slot].is(Tag::kAbsent); };
  if (!scanned.is_json()) {
    return fault({fmt::format("the call is not JSON (byte {})", scanned.offset + 1)});
  }
  const std::string_view object = line.view().substr(line.view().find_first_not_of(" \t\r"));
  const bool is_request = has(kJsonrpc) || has(kMethod) || has(kParams);
  const std::string envelope = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)";
  if (is_request || !has(kCall)) {
    // What can be read in several ways is refused by the rules of the wire.
    if (scanned.ok()) {
      const std::optional<UnknownKey> unknown =
          is_request ? FindUnknownInRequest(object, raw[kParams]) : FindUnknownInParams(object);
      if (unknown) return fault(Unknown(*unknown));
    }
    return is_request ? text : envelope + text + "}";
  }
  if (!scanned.ok() || target.lookalike_edges != 0 || target.nul_nodes != 0 || has(kName)) {
    return fault({"the step can be read in several ways"});
  }
  if (const auto unknown = FindUnknownInStep(object)) return fault(Unknown(*unknown));
  std::string request = fmt::format("{}{{\"name\":{}", envelope, raw[kCall]);
  if (has(kArgs) && !slots[kArgs].is(Tag::kNull)) {
    request += fmt::format(",\"arguments\":{}", raw[kArgs]);
  }
  return request + "}}";
}

}  // namespace

int Eval(const EvalOptions& options) {
  Diagnostics diagnostics;
  const std::shared_ptr<const VerifiedProgram> program = LoadProgram(options.policies, diagnostics);
  Report(diagnostics);
  if (program == nullptr) return kExitUsage;
  const tl::expected<Facts::Labels, LabelFault> labels = LabelsFor(*program, options.labels);
  if (!labels.has_value()) {
    PrintError(labels.error().message, labels.error().hint);
    return kExitUsage;
  }

  std::string text;
  std::string why;
  if (!ReadCall(options.file, &text, &why)) return Fail({why});
  const tl::expected<std::string, CallFault> request = AsRequest(OnOneLine(std::move(text)));
  if (!request.has_value()) return Fail(request.error());

  const PaddedText line(*request);
  Machine machine(program);
  MessageReader reader(machine, kDefaultMaxDepth);
  const ClientMessage& call = reader.Read(line.view());
  if (call.kind == MessageKind::kRefused) {
    return Fail({fmt::format("the call is refused: {}", call.refusal)});
  }
  if (!call.is_tool_call) return Fail({"this is no tools/call"});

  MemoryCounters counters;
  const Facts facts(*labels);
  Judge judge(machine, counters, &facts);
  const Claims claims = {call.client_name, call.client_version, std::nullopt};
  const Judgement& judgement = judge.Decide(call.tool, Time::FromSystemClock(), claims);
  PrintJson(DecisionJson(*program, judgement) + "\n");
  FlushOut();  // whoever waits for it need not wait for the program to be taken apart
  return judgement.decision.verdict == Verdict::kAllow ? kExitYes : kExitNo;
}

}  // namespace writ
