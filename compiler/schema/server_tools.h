// The tools of a server as recorded listings, or the server itself, have them.
//
// Tested by tests/compiler/schema/server_tools_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "compiler/schema/tool_schema.h"

namespace writ {

// What no honest server reaches.
inline constexpr size_t kMaxListingBytes = 16u << 20;
inline constexpr size_t kMaxListedTools = 10'000;

enum class Listed : uint8_t {
  kAll,
  kOnePage,  // another one follows: `nextCursor` is there
};

class ServerTools {
 public:
  struct Tool {
    std::string name;
    std::string from;               // the listing, as messages name it: "tools.json", "the server"
    std::vector<SchemaId> schemas;  // of its arguments; several if several listings have the tool
  };

  // The tools of a listing: the answer to tools/list, its result, or the list itself. `from` is
  // what messages call it. The error is a sentence that follows the listing's name.
  tl::expected<Listed, std::string> AddListing(std::string_view json, const std::string& from);

  // One more tool, with its inputSchema as JSON; empty: it has none.
  tl::expected<void, std::string> Add(std::string_view name, std::string_view schema,
                                      const std::string& from);

  // By name.
  const std::map<std::string, Tool, std::less<>>& tools() const { return tools_; }
  const ToolSchemas& schemas() const { return schemas_; }
  // All listings, for what none of them has: "tools.json", "a.json and b.json".
  std::string From() const;

 private:
  std::map<std::string, Tool, std::less<>> tools_;
  ToolSchemas schemas_;
  std::vector<std::string> listings_;
};

}  // namespace writ
