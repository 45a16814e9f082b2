// What is written reads back as it was.
#include "compiler/yaml/write.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "compiler/source.h"
#include "compiler/yaml/yaml.h"
#include "vm/utf8.h"

namespace writ::yaml {
namespace {

// What `text` reads back as: a member's value, and an entry of a list.
void ExpectReadsBack(const std::string& written, const std::string& text) {
  for (const std::string before : {"key: ", "- "}) {
    Diagnostics diagnostics;
    const auto source = std::make_shared<const Source>("t.yaml", before + written + "\n");
    const std::unique_ptr<Document> document = Parse(source, diagnostics);
    ASSERT_NE(document, nullptr) << written;
    ASSERT_FALSE(diagnostics.has_errors()) << written << Render(diagnostics.all()[0]);
    const Node& root = *document->root();
    const Node* const node = before == "- " ? root.items.at(0) : root.Find("key");
    ASSERT_EQ(node->kind, Kind::kScalar) << written;
    const Scalar scalar = Resolve(*node);
    ASSERT_TRUE(std::holds_alternative<std::string>(scalar)) << written;
    EXPECT_EQ(std::get<std::string>(scalar), text) << written;
  }
}

const std::vector<std::string> kPieces = {"a",
                                          "B",
                                          "1",
                                          " ",
                                          "  ",
                                          ":",
                                          ": ",
                                          "#",
                                          " #",
                                          "'",
                                          "\"",
                                          "\\",
                                          "\n",
                                          "\r",
                                          "\t",
                                          "-",
                                          "- ",
                                          "?",
                                          "? ",
                                          "*",
                                          "&",
                                          "!",
                                          "%",
                                          "@",
                                          "`",
                                          "|",
                                          ">",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          ",",
                                          "---",
                                          "...",
                                          "<<",
                                          "=",
                                          "~",
                                          "null",
                                          "true",
                                          "yes",
                                          "0x1f",
                                          "1e5",
                                          ".inf",
                                          "ü",
                                          "日本",
                                          "🎉",
                                          "\x1B",
                                          "\x7F",
                                          "\xC2\x85",
                                          "\xE2\x80\xA8",
                                          "\xEF\xBB\xBF",
                                          "\xEF\xBF\xBE",
                                          "$",
                                          "${x}",
                                          "\xE2\x80\xAE",
                                          std::string(1, '\0')};

TEST(Quoted, ReadsBackWhateverItIs) {
  std::mt19937 dice(1);
  std::vector<std::string> texts = kPieces;
  texts.emplace_back();
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t n = dice() % 6; n > 0; --n) text += kPieces[dice() % kPieces.size()];
    texts.push_back(std::move(text));
  }
  for (const std::string& text : texts) {
    ExpectReadsBack(Quoted(text), text);
    ExpectReadsBack(DoubleQuoted(text), text);
    if (HasFailure()) return;
  }
}

TEST(Quoted, IsPlainWhereItCanBe) {
  EXPECT_EQ(Quoted("get_user"), "get_user");
  EXPECT_EQ(Quoted("args.a == \"x\""), "args.a == \"x\"");
  EXPECT_EQ(Quoted("ns:tool"), "ns:tool");
  EXPECT_EQ(Quoted("über"), "über");
  EXPECT_EQ(Quoted("a: b"), "'a: b'");
  EXPECT_EQ(Quoted("!has(args.a)"), "'!has(args.a)'");
  EXPECT_EQ(Quoted("true"), "'true'");
  EXPECT_EQ(Quoted(""), "''");
  EXPECT_EQ(Quoted("'it'"), "\"'it'\"");
  EXPECT_EQ(Quoted("a\nb"), "\"a\\nb\"");
}

TEST(Quoted, ReplacesWhatIsNoText) {
  ExpectReadsBack(Quoted("a\xFFz"), "a\xEF\xBF\xBDz");
  ExpectReadsBack(Quoted("a\xED\xA0\x80z"), "a\xEF\xBF\xBDz");
}

TEST(CommentText, IsOneLineThatPeopleSee) {
  EXPECT_EQ(CommentText("plain # text", 100), "plain # text");
  EXPECT_EQ(CommentText("a\nb\r\tc", 100), "a\\nb\\r\\tc");
  EXPECT_EQ(CommentText("\x1B[2J\xE2\x80\xA8\xE2\x80\xAE", 100), "\\x1B[2J\\u2028\\u202E");
  EXPECT_EQ(CommentText("abc", 2), "ab …");
  EXPECT_EQ(CommentText("abc", 3), "abc");
  EXPECT_EQ(CommentText("ab\n", 3), "ab …");
  EXPECT_TRUE(IsUtf8(CommentText("a\xFF\xED\xA0\x80", 100)));
}

}  // namespace
}  // namespace writ::yaml
