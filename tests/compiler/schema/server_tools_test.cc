#include "compiler/schema/server_tools.h"

#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

TEST(ServerTools, ReadsAListWhereverItStands) {
  for (const std::string_view text :
       {R"({"tools":[{"name":"a"}]})", R"([{"name":"a"}])",
        "\xEF\xBB\xBF{\r\n  \"result\": {\"tools\": [\r\n {\"name\":\"a\"}]}\n}\n"}) {
    ServerTools tools;
    EXPECT_TRUE(tools.AddListing(text, "x.json").has_value()) << text;
    EXPECT_EQ(tools.tools().count("a"), 1u);
  }
}

TEST(ServerTools, KeepsLineEndsOfTextsAnError) {
  ServerTools tools;
  EXPECT_FALSE(tools.AddListing("[{\"name\":\"a\nb\"}]", "x.json").has_value());
}

TEST(ServerTools, ListingsAddUp) {
  ServerTools tools;
  ASSERT_TRUE(tools.AddListing(R"([{"name":"a","inputSchema":{"type":"object"}}])", "1.json"));
  ASSERT_TRUE(tools.AddListing(R"([{"name":"a"},{"name":"b"},{"name":7}])", "2.json"));
  EXPECT_EQ(tools.tools().size(), 2u);
  EXPECT_EQ(tools.tools().at("a").schemas.size(), 2u);
  EXPECT_EQ(tools.From(), "1.json and 2.json");
}

TEST(ServerTools, RefusesTooMany) {
  std::string text = "[";
  for (size_t i = 0; i <= kMaxListedTools; ++i) {
    text += (i == 0 ? "{\"name\":\"" : ",{\"name\":\"") + std::to_string(i) + "\"}";
  }
  ServerTools tools;
  EXPECT_FALSE(tools.AddListing(text + "]", "x.json").has_value());
}

}  // namespace
}  // namespace writ
