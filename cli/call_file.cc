// One call out of a file, as the request that a client would send.
// Tested by tests/cli/command_line.py.
#include "cli/call_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "cli/call_keys.h"
#include "cli/commands.h"
#include "cli/print.h"
#include "compiler/diagnostic.h"
#include "compiler/schema/json_document.h"
#include "vm/json.h"

namespace writ {
namespace {

// What `run` takes as one message.
constexpr size_t kMaxCallBytes = 16u << 20;

constexpr std::string_view kForms =
    "give a tools/call request, its params {\"name\",\"arguments\"}, or {\"call\",\"args\"}";

CallFault Fault(std::string message) {
  return {std::move(message), std::string(kForms)};
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
    return fault(Fault(fmt::format("the call is not JSON (byte {})", scanned.offset + 1)));
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
    return fault(Fault("the step can be read in several ways"));
  }
  if (const auto unknown = FindUnknownInStep(object)) return fault(Unknown(*unknown));
  std::string request = fmt::format("{}{{\"name\":{}", envelope, raw[kCall]);
  if (has(kArgs) && !slots[kArgs].is(Tag::kNull)) {
    request += fmt::format(",\"arguments\":{}", raw[kArgs]);
  }
  return request + "}}";
}

}  // namespace

tl::expected<std::string, CallFault> ReadCallFile(const std::string& path) {
  std::string text;
  std::string why;
  if (!ReadCall(path, &text, &why)) return tl::unexpected(Fault(std::move(why)));
  return AsRequest(OnOneLine(std::move(text)));
}

std::optional<CallFault> FaultOf(const ClientMessage& call) {
  if (call.kind == MessageKind::kRefused) {
    return Fault(fmt::format("the call is refused: {}", call.refusal));
  }
  if (!call.is_tool_call) return Fault("this is no tools/call");
  return std::nullopt;
}

int PrintFault(const CallFault& fault) {
  PrintError(fault.message, fault.hint);
  return kExitUsage;
}

}  // namespace writ
