// Handshakes and tools/list.
// Tested by tests/cli/scan.py.
#include "cli/scan/listing.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/diagnostic.h"
#include "vm/compare.h"
#include "vm/json_text.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr std::string_view kNewestWithHandshake = "2025-11-25";
constexpr std::string_view kStateless = "2026-07-28";
constexpr std::string_view kClientInfo = R"({"name":"writ scan","version":")" WRIT_VERSION R"("})";

// What no honest server reaches, and what a dishonest one is stopped at.
constexpr size_t kMaxPages = 1'000;
constexpr size_t kMaxTools = 100'000;
constexpr size_t kMaxKeptBytes = 64u << 20;
// What of a tool is kept to be shown.
constexpr size_t kDescriptionBytes = 2'000;
constexpr size_t kArguments = 40;
constexpr size_t kValues = 12;
// A list that changes while it is read is read again, but not for ever.
constexpr int kReadings = 3;

class Lister {
 public:
  explicit Lister(McpClient& client) : client_(client) {}

  tl::expected<Listing, ListingFault> Run() {
    if (auto fault = Greet()) return tl::unexpected(*fault);
    for (int reading = 1;; ++reading) {
      listing_.tools.clear();
      listing_.repeated = listing_.nameless = kept_bytes_ = 0;
      names_.clear();
      const int changes = client_.tool_changes();
      if (auto fault = ReadPages()) return tl::unexpected(*fault);
      if (client_.tool_changes() != changes && reading < kReadings) continue;
      if (!listing_.tools.empty()) return std::move(listing_);
      return tl::unexpected(NoTools(listing_.nameless == 0
                                        ? "its list of them is empty"
                                        : "its list names none that a call could name"));
    }
  }

 private:
  using MaybeFault = std::optional<ListingFault>;

  static ListingFault Failed(std::string text) { return {NoListing::kFailed, std::move(text)}; }
  static ListingFault NoTools(std::string_view why) {
    return {NoListing::kNoTools, fmt::format("the server offers no tools: {}", why)};
  }

  MaybeFault Greet() {
    auto answer =
        client_.Ask("initialize",
                    fmt::format(R"({{"protocolVersion":"{}","capabilities":{{}},"clientInfo":{}}})",
                                kNewestWithHandshake, kClientInfo));
    if (!answer) return Failed(answer.error());
    Message& message = **answer;
    if (message.is_error()) return Discover(message.ErrorText());
    const Value& result = message.result();
    listing_.protocol = ShortTextOf(message.Member(result, "protocolVersion"));
    if (listing_.protocol.empty()) {
      return Failed("the server answered initialize without a protocolVersion");
    }
    if (MaybeFault fault = ReadServer(message, message.Member(result, "serverInfo"))) return fault;
    client_.Notify("notifications/initialized");
    return std::nullopt;
  }

  MaybeFault Discover(const std::string& why_not_initialized) {
    meta_ = fmt::format(R"("_meta":{{"io.modelcontextprotocol/protocolVersion":"{}",)"
                        R"("io.modelcontextprotocol/clientInfo":{},)"
                        R"("io.modelcontextprotocol/clientCapabilities":{{}}}})",
                        kStateless, kClientInfo);
    auto answer = client_.Ask("server/discover", "{" + meta_ + "}");
    if (!answer) return Failed(answer.error());
    Message& message = **answer;
    if (message.is_error()) {
      return Failed(
          fmt::format("the server answered initialize with {}, and server/discover with {}",
                      why_not_initialized, message.ErrorText()));
    }
    listing_.protocol = kStateless;
    const Value meta = message.Member(message.result(), "_meta");
    return ReadServer(message, message.Member(meta, "io.modelcontextprotocol/serverInfo"));
  }

  MaybeFault ReadServer(Message& message, const Value& info) {
    listing_.server_name = ShortTextOf(message.Member(info, "name"));
    listing_.server_version = ShortTextOf(message.Member(info, "version"));
    const Value capabilities = message.Member(message.result(), "capabilities");
    if (message.Member(capabilities, "tools").is_map()) return std::nullopt;
    return NoTools("its capabilities do not name them");
  }

  MaybeFault ReadPages() {
    std::set<std::string> cursors;
    std::string cursor;
    for (size_t page = 1; page <= kMaxPages; ++page) {
      std::string params = cursor.empty() ? "" : fmt::format("\"cursor\":{}", JsonQuote(cursor));
      if (!meta_.empty()) params += (params.empty() ? "" : ",") + meta_;
      auto answer = client_.Ask("tools/list", "{" + params + "}");
      if (!answer) return Failed(answer.error());
      Message& message = **answer;
      if (message.is_error()) {
        return Failed(fmt::format("the server answered tools/list with {}", message.ErrorText()));
      }
      if (MaybeFault fault = ReadPage(message)) return fault;
      const Value next = message.Member(message.result(), "nextCursor");
      if (next.is(Tag::kAbsent) || next.is(Tag::kNull)) return std::nullopt;
      const std::optional<std::string_view> text = TextOf(next);
      if (!text || !IsUtf8(*text)) {
        return Failed("the server's nextCursor, where its list goes on, is no text");
      }
      if (text->empty()) return std::nullopt;
      cursor = *text;
      if (!cursors.insert(cursor).second) {
        return Failed(
            fmt::format("the server's list does not end: the cursor {} came twice", Quote(cursor)));
      }
    }
    return Failed(fmt::format("the server's list has more than {} pages", kMaxPages));
  }

  MaybeFault ReadPage(Message& message) {
    Value tools = message.Member(message.result(), "tools");
    if (!tools.is_list()) return Failed("the server answered tools/list without a list of tools");
    const List* const list = Items(tools, message.arena());
    for (uint32_t i = 0; i < list->size; ++i) {
      ReadTool(message, list->items[i]);
      if (listing_.tools.size() > kMaxTools) {
        return Failed(fmt::format("the server lists more than {} tools", kMaxTools));
      }
      if (kept_bytes_ > kMaxKeptBytes) return Failed("the server's list of tools is too long");
    }
    return std::nullopt;
  }

  void ReadTool(Message& message, const Value& entry) {
    const Value name_value = message.Member(entry, "name");
    const std::optional<std::string_view> name = TextOf(name_value);
    if (!name || name->find('\0') != std::string_view::npos || !IsUtf8(*name)) {
      ++listing_.nameless;
      return;
    }
    if (!names_.insert(std::string(*name)).second) {
      ++listing_.repeated;
      return;
    }
    ListedTool tool;
    tool.name = *name;
    tool.description = ShortTextOf(message.Member(entry, "description"), kDescriptionBytes);
    const Value annotations = message.Member(entry, "annotations");
    tool.read_only = Truth(message.Member(annotations, "readOnlyHint"));
    tool.destructive = Truth(message.Member(annotations, "destructiveHint"));
    const Value schema = message.Member(entry, "inputSchema");
    ReadArguments(message, schema, tool);
    // A span has the value's own bytes.
    if (schema.is(Tag::kMapSpan)) tool.schema = schema.view();
    kept_bytes_ += tool.name.size() + tool.description.size() + tool.schema.size() + sizeof tool;
    listing_.tools.push_back(std::move(tool));
  }

  void ReadArguments(Message& message, const Value& schema, ListedTool& tool) {
    std::set<std::string_view> required;
    if (Value names = message.Member(schema, "required"); names.is_list()) {
      const List* const list = Items(names, message.arena());
      for (uint32_t i = 0; i < list->size; ++i) {
        if (const auto name = TextOf(list->items[i])) required.insert(*name);
      }
    }
    Value properties = message.Member(schema, "properties");
    if (!properties.is_map()) return;
    const Map* const map = Entries(properties, message.arena());
    tool.argument_count = map->size;
    for (uint32_t i = 0; i < std::min<uint32_t>(map->size, kArguments); ++i) {
      const std::string_view name = map->entries[i].key.view();
      ListedArgument argument;
      argument.name = CutToBytes(name, kShortTextBytes);
      argument.required = required.count(name) > 0;
      ReadSchema(message, map->entries[i].value, argument);
      kept_bytes_ += argument.name.size() + argument.type.size() + sizeof argument;
      tool.arguments.push_back(std::move(argument));
    }
  }

  void ReadSchema(Message& message, const Value& schema, ListedArgument& argument) {
    Value type = message.Member(schema, "type");
    if (const auto word = TextOf(type)) {
      argument.type = CutToBytes(*word, kShortTextBytes);
    } else if (type.is_list()) {
      const List* const list = Items(type, message.arena());
      for (uint32_t i = 0; i < std::min<uint32_t>(list->size, kValues); ++i) {
        if (!argument.type.empty()) argument.type += " or ";
        argument.type += ShortTextOf(list->items[i]);
      }
    }
    if (argument.type == "array") {
      const std::string of = ShortTextOf(message.Member(message.Member(schema, "items"), "type"));
      if (!of.empty()) argument.type = "array of " + of;
    }
    Value values = message.Member(schema, "enum");
    if (!values.is_list()) return;
    const List* const list = Items(values, message.arena());
    argument.value_count = list->size;
    for (uint32_t i = 0; i < std::min<uint32_t>(list->size, kValues); ++i) {
      argument.values.push_back(ValueText(list->items[i]));
      kept_bytes_ += argument.values.back().size();
    }
  }

  // As JSON, of which the first part is enough.
  static std::string ValueText(const Value& value) {
    switch (value.tag) {
      case Tag::kNull: return "null";
      case Tag::kBool: return value.i != 0 ? "true" : "false";
      case Tag::kInt: return std::to_string(value.i);
      case Tag::kUint: return std::to_string(value.u);
      case Tag::kDouble: return fmt::format("{}", value.d);
      case Tag::kString: return JsonQuote(CutToBytes(value.view(), kShortTextBytes));
      case Tag::kUnsafeNumber:
      case Tag::kListSpan:
      case Tag::kMapSpan: return std::string(CutToBytes(value.view(), kShortTextBytes));
      default: return "…";
    }
  }

  static std::optional<bool> Truth(const Value& value) {
    if (!value.is(Tag::kBool)) return std::nullopt;
    return value.i != 0;
  }

  McpClient& client_;
  Listing listing_;
  std::set<std::string> names_;
  std::string meta_;  // of every request of a stateless revision
  size_t kept_bytes_ = 0;
};

}  // namespace

tl::expected<Listing, ListingFault> ListTools(McpClient& client) {
  return Lister(client).Run();
}

}  // namespace writ
