#include "proxy/tool_list.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "proxy/line.h"
#include "vm/json.h"

namespace writ {
namespace {

struct Filtered {
  std::string line;
  size_t cut;
};

// Hides "secret", "s2" and "ſ".
Filtered Filter(const std::string& before, const std::string& tools, const std::string& after) {
  Program program;
  program.hidden = {"s2", "secret", "ſ"};
  const Line line(before + tools + after);
  Filtered result;
  result.cut = CutHiddenTools(line.view(), line.view().substr(before.size(), tools.size()), program,
                              result.line);
  return result;
}

// The list alone.
std::string Cut(const std::string& tools) {
  const std::string before = R"({"jsonrpc":"2.0","id":1,"result":{"nextCursor":"x","tools":)";
  const std::string after = R"(,"_meta":{"a":[1, 2]}} , "x":[]})";
  const Filtered filtered = Filter(before, tools, after);
  EXPECT_EQ(filtered.line.substr(0, before.size()), before);
  EXPECT_EQ(filtered.line.substr(filtered.line.size() - after.size()), after);
  return filtered.line.substr(before.size(), filtered.line.size() - before.size() - after.size());
}

TEST(ToolList, NothingToCut) {
  for (const char* const tools :
       {"[]", "[ ]", R"([{"name":"a"}])", "[ {\"name\" : \"a\"}\t,\r {\"name\":\"b\"} ]",
        R"([{"description":"]},{\"","name":"a","inputSchema":{"name":"secret"}}])"}) {
    EXPECT_EQ(Cut(tools), tools);
    EXPECT_EQ(Filter("", tools, "").cut, 0u) << tools;
  }
}

TEST(ToolList, FirstMiddleLastAll) {
  EXPECT_EQ(Cut(R"([{"name":"secret"},{"name":"a"},{"name":"b"}])"),
            R"([{"name":"a"},{"name":"b"}])");
  EXPECT_EQ(Cut(R"([{"name":"a"},{"name":"secret"},{"name":"b"}])"),
            R"([{"name":"a"},{"name":"b"}])");
  EXPECT_EQ(Cut(R"([{"name":"a"},{"name":"b"},{"name":"secret"}])"),
            R"([{"name":"a"},{"name":"b"}])");
  EXPECT_EQ(Cut(R"([{"name":"s2"},{"name":"a"},{"name":"secret"}])"), R"([{"name":"a"}])");
  EXPECT_EQ(Cut(R"([{"name":"secret"}])"), "[]");
  EXPECT_EQ(Cut(R"([{"name":"secret"},{"name":"s2"},{"name":"secret"}])"), "[]");
}

TEST(ToolList, CountsWhatItCuts) {
  EXPECT_EQ(Filter("", R"([{"name":"secret"},7,{"name":"a"},{},{"name":"s2"}])", "").cut, 4u);
}

// An entry takes the white space and the comma before it along; the rest stays.
TEST(ToolList, OddSpacing) {
  EXPECT_EQ(Cut("[ {\"name\":\"a\"} ,\t{\"name\":\"secret\"} , {\"name\":\"b\"}\r]"),
            "[ {\"name\":\"a\"} , {\"name\":\"b\"}\r]");
  EXPECT_EQ(Cut("[\t{\"name\":\"secret\"} , {\"name\":\"b\"}\t]"), "[ {\"name\":\"b\"}\t]");
  EXPECT_EQ(Cut("[\t{\"name\":\"a\"} , {\"name\":\"secret\"}  ]"), "[\t{\"name\":\"a\"}  ]");
  EXPECT_EQ(Cut("[ {\"name\":\"secret\"}\t]"), "[\t]");
}

TEST(ToolList, NamesAreDecoded) {
  EXPECT_EQ(Cut(R"([{"name":"s\u0065cret"},{"n\u0061me":"secret"},{"name":"\u017f"}])"), "[]");
  EXPECT_EQ(Cut(R"([{"name":"Secret"},{"name":"secret "},{"name":""}])"),
            R"([{"name":"Secret"},{"name":"secret "},{"name":""}])");
}

TEST(ToolList, EntriesWithoutOneCertainName) {
  for (const char* const entry :
       {"{}", R"({"title":"a"})", R"({"name":null})", R"({"name":7})", R"({"name":["a"]})",
        R"({"name":{"name":"a"}})", R"({"name":"a","name":"a"})", R"({"name":"a","name":"secret"})",
        R"({"name":"a","Name":"secret"})", R"({"NAME":"secret"})",
        R"({"name":"a","nam\u0065":"b"})", R"({"name":"a","name\u0000":"b"})",
        R"({"name":"a\u0000"})", R"({"name":"\ud800"})", "{\"name\":\"a\xff\"}",
        "{\"name\":\"\xed\xa0\x80\"}", R"({"name":"a","Name":null})",
        R"({"x":1,"x":2,"name":"\udfff"})"}) {
    EXPECT_EQ(Cut(std::string("[") + entry + "]"), "[]") << entry;
    EXPECT_EQ(Cut(std::string(R"([{"name":"a"}, )") + entry + R"( ,{"name":"b"}])"),
              R"([{"name":"a"} ,{"name":"b"}])")
        << entry;
  }
}

TEST(ToolList, WhatIsNoObject) {
  for (const char* const entry : {"7", "-1.5e3", "null", "true", "\"secret\"", "\"a, {b\"", "[]",
                                  R"([{"name":"secret"}])", R"("\"],[\\")"}) {
    EXPECT_EQ(Cut(std::string("[") + entry + "]"), "[]") << entry;
    EXPECT_EQ(Cut(std::string(R"([{"name":"a"},)") + entry + R"(,{"name":"b"}])"),
              R"([{"name":"a"},{"name":"b"}])")
        << entry;
    EXPECT_EQ(Cut(std::string("[") + entry + R"(,{"name":"b"}])"), R"([{"name":"b"}])") << entry;
    EXPECT_EQ(Cut(std::string(R"([{"name":"a"},)") + entry + "]"), R"([{"name":"a"}])") << entry;
  }
}

// Uncertain members of an entry other than its name are the client's business.
TEST(ToolList, OtherMembersAreNotJudged) {
  for (const char* const tools :
       {R"([{"name":"a","x":1,"x":2}])", R"([{"name":"a","t":"\ud800"}])",
        "[{\"name\":\"a\",\"t\":\"\xff\"}]", R"([{"x":{"Name":"secret"},"name":"a"}])"}) {
    EXPECT_EQ(Cut(tools), tools);
  }
}

TEST(ToolList, HideAll) {
  Program program;
  program.hides_all = true;
  const Line line(R"({"tools":[{"name":"a"},{"name":"b"}]})");
  std::string filtered;
  EXPECT_EQ(CutHiddenTools(line.view(), line.view().substr(9, 27), program, filtered), 2u);
  EXPECT_EQ(filtered, R"({"tools":[]})");
}

TEST(ToolList, ALongList) {
  std::string tools = "[";
  std::string kept = "[";
  for (int i = 0; i < 5000; ++i) {
    const bool hidden = i % 3 == 0;
    const std::string entry =
        R"({"name":")" + (hidden ? "secret" : "t" + std::to_string(i)) + R"(","inputSchema":{}})";
    tools += (i > 0 ? "," : "") + entry;
    if (!hidden) kept += (kept.size() > 1 ? "," : "") + entry;
  }
  EXPECT_EQ(Cut(tools + "]"), kept + "]");
}

}  // namespace
}  // namespace writ
