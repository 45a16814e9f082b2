// Reading what a server lists.
// Tested by tests/compiler/schema/server_tools_test.cc.
#include "compiler/schema/server_tools.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/diagnostic.h"
#include "compiler/schema/json_document.h"
#include "vm/compare.h"
#include "vm/json_text.h"
#include "vm/utf8.h"

namespace writ {
namespace {

// The list of tools, wherever it stands; absent if nowhere.
Value FindTools(JsonDocument& document) {
  if (document.root().is_list()) return document.root();
  const Value own = document.Member(document.root(), "tools");
  if (own.is_list()) return own;
  return document.Member(document.Member(document.root(), "result"), "tools");
}

// Whether the server has more to list than this answer.
bool IsOnePage(JsonDocument& document) {
  const auto goes_on = [&](const Value& result) {
    const auto cursor = TextOf(document.Member(result, "nextCursor"));
    return cursor && !cursor->empty();
  };
  return goes_on(document.root()) || goes_on(document.Member(document.root(), "result"));
}

}  // namespace

tl::expected<Listed, std::string> ServerTools::AddListing(std::string_view json,
                                                          const std::string& from) {
  JsonDocument document(json);
  if (!document.is_json()) {
    return tl::unexpected(fmt::format("is no JSON: see byte {}", document.offset()));
  }
  if (!document.doubt().empty()) {
    return tl::unexpected(
        fmt::format("is JSON that two readers could read differently: {}", document.doubt()));
  }
  Value tools = FindTools(document);
  if (!tools.is_list()) return tl::unexpected(std::string("has no list of tools"));
  if (std::find(listings_.begin(), listings_.end(), from) == listings_.end()) {
    listings_.push_back(from);
  }
  const List* const list = Items(tools, document.arena());
  for (uint32_t i = 0; i < list->size; ++i) {
    const auto name = TextOf(document.Member(list->items[i], "name"));
    // No call can name it.
    if (!name || name->find('\0') != std::string_view::npos || !IsUtf8(*name)) continue;
    Value schema = document.Member(list->items[i], "inputSchema");
    // A span has the value's own bytes.
    const std::string_view text = schema.is(Tag::kMapSpan) ? schema.view() : std::string_view();
    if (const auto added = Add(*name, text, from); !added) return tl::unexpected(added.error());
  }
  const Listed listed = IsOnePage(document) ? Listed::kOnePage : Listed::kAll;
  if (tools_.empty() && listed == Listed::kAll) {
    return tl::unexpected(std::string("lists no tool"));
  }
  return listed;
}

tl::expected<void, std::string> ServerTools::Add(std::string_view name, std::string_view schema,
                                                 const std::string& from) {
  if (std::find(listings_.begin(), listings_.end(), from) == listings_.end()) {
    listings_.push_back(from);
  }
  SchemaId id = kAnything;
  if (!schema.empty()) {
    const auto read = schemas_.Add(schema);
    if (!read) {
      return tl::unexpected(
          fmt::format("has a tool {} whose inputSchema {}", Quote(name), read.error()));
    }
    id = *read;
  }
  const auto [found, is_new] = tools_.try_emplace(std::string(name));
  Tool& tool = found->second;
  if (is_new) {
    if (tools_.size() > kMaxListedTools) {
      return tl::unexpected(fmt::format("lists more than {} tools", kMaxListedTools));
    }
    tool.name = name;
    tool.from = from;
  }
  tool.schemas.push_back(id);
  return {};
}

std::string ServerTools::From() const {
  constexpr size_t kMostNamed = 3;
  if (listings_.size() > kMostNamed) return fmt::format("the {} listings", listings_.size());
  return fmt::format("{}", fmt::join(listings_, " and "));
}

}  // namespace writ
