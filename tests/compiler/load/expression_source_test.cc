// Where each character of an expression stands in its file, whatever the YAML around it.
#include "compiler/load/expression_source.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

// The scalar at the key `require` of a document.
struct Scalar {
  explicit Scalar(std::string text)
      : source(std::make_shared<const Source>("p.yaml", std::move(text))) {
    document = yaml::Parse(source, diagnostics);
    if (document == nullptr || document->root()->Find("require") == nullptr) {
      ADD_FAILURE() << "no key require in " << source->text();
      return;
    }
    node = document->root()->Find("require");
    where = ExpressionSource(source, *node);
  }

  // "line:column" of the first character of `needle`.
  std::string At(std::string_view needle) const {
    const size_t at = node->text.find(needle);
    EXPECT_NE(at, std::string::npos) << needle << " is not in " << node->text;
    return Place(at);
  }
  std::string Place(size_t at) const {
    const Position position = where.At(static_cast<uint32_t>(at));
    return std::to_string(position.line) + ":" + std::to_string(position.column);
  }
  std::string End() const { return Place(node->text.size()); }

  std::shared_ptr<const Source> source;
  Diagnostics diagnostics;
  std::unique_ptr<yaml::Document> document;
  const yaml::Node* node = nullptr;
  ExpressionSource where;
};

// Every character of the value that is no blank stands where the file has the same character.
// (REQUIRES: no escapes.)
void ExpectSameCharacters(const Scalar& scalar) {
  ASSERT_TRUE(scalar.where.is_exact()) << scalar.source->text();
  const std::string& value = scalar.node->text;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == ' ' || value[i] == '\n' || (value[i] & 0xC0) == 0x80) continue;
    const Position at = scalar.where.At(static_cast<uint32_t>(i));
    const std::string_view line = scalar.source->Line(at.line);
    size_t offset = 0;
    for (uint32_t column = 1; column < at.column; ++column) {
      do {
        ++offset;
      } while (offset < line.size() && (line[offset] & 0xC0) == 0x80);
    }
    ASSERT_LT(offset, line.size()) << "byte " << i << " of " << value;
    EXPECT_EQ(line[offset], value[i]) << "byte " << i << " of " << value;
  }
}

TEST(ExpressionSource, Plain) {
  const Scalar scalar("require:   args.a == 1 && args.b   # why\n");
  EXPECT_EQ(scalar.Place(0), "1:12");
  EXPECT_EQ(scalar.At("=="), "1:19");
  EXPECT_EQ(scalar.End(), "1:33");
  ExpectSameCharacters(scalar);
}

TEST(ExpressionSource, PlainOverSeveralLines) {
  const Scalar scalar("require: args.a ==   \n    1 &&\n\n\n  args.b\nother: x\n");
  ASSERT_EQ(scalar.node->text, "args.a == 1 &&\n\nargs.b");
  EXPECT_EQ(scalar.At("1"), "2:5");
  EXPECT_EQ(scalar.Place(9), "1:19");  // the blank that the line's end became
  EXPECT_EQ(scalar.At("args.b"), "5:3");
  EXPECT_EQ(scalar.End(), "5:9");
  ExpectSameCharacters(scalar);
}

TEST(ExpressionSource, PlainBehindAnAnchorAndATag) {
  const Scalar scalar("require: &a !!str   args.a == b\n");
  EXPECT_EQ(scalar.At("b"), "1:31");
  EXPECT_EQ(scalar.End(), "1:32");
}

TEST(ExpressionSource, AnAliasStandsWhereItsAnchorDoes) {
  const Scalar scalar("x: &a 'it''s == b'\nrequire: *a\n");
  EXPECT_EQ(scalar.At("b"), "1:17");
}

TEST(ExpressionSource, SingleQuotes) {
  const Scalar scalar("require: 'args.a == ''b'' && c'\n");
  ASSERT_EQ(scalar.node->text, "args.a == 'b' && c");
  EXPECT_EQ(scalar.Place(0), "1:11");
  EXPECT_EQ(scalar.At("'b'"), "1:21");
  EXPECT_EQ(scalar.At("b"), "1:23");
  EXPECT_EQ(scalar.At("' &&"), "1:24");
  EXPECT_EQ(scalar.At("&&"), "1:27");
  EXPECT_EQ(scalar.End(), "1:31");
}

TEST(ExpressionSource, SingleQuotesOverSeveralLines) {
  const Scalar scalar("require: '\n  a ==\n  b\n\n  && c '\n");
  ASSERT_EQ(scalar.node->text, " a == b\n&& c ");
  EXPECT_EQ(scalar.At("b"), "3:3");
  EXPECT_EQ(scalar.At("c"), "5:6");
  EXPECT_EQ(scalar.End(), "5:7");
  ExpectSameCharacters(scalar);
}

TEST(ExpressionSource, DoubleQuotes) {
  const Scalar scalar("require: \"a == \\\"b\\u00e9\\x41\\n\\\" && \\U0001F600 c\\\\\"\n");
  ASSERT_EQ(scalar.node->text, "a == \"b\u00e9A\n\" && \U0001F600 c\\");
  EXPECT_EQ(scalar.At("\"b"), "1:16");
  EXPECT_EQ(scalar.At("b"), "1:18");
  EXPECT_EQ(scalar.At("\u00e9"), "1:19");
  EXPECT_EQ(scalar.At("A"), "1:25");
  EXPECT_EQ(scalar.At("\n"), "1:29");
  EXPECT_EQ(scalar.At("\" &&"), "1:31");
  EXPECT_EQ(scalar.At("&&"), "1:34");
  EXPECT_EQ(scalar.At("\U0001F600"), "1:37");
  EXPECT_EQ(scalar.At("c"), "1:48");
  EXPECT_EQ(scalar.At("\\"), "1:49");
  EXPECT_EQ(scalar.End(), "1:51");
}

TEST(ExpressionSource, DoubleQuotesOverSeveralLines) {
  const Scalar scalar("require: \"a ==  \\\n    b\n    && \\\n\n    c\n\n\n  d\"\n");
  ASSERT_EQ(scalar.node->text.substr(0, 10), "a ==  b &&");
  ASSERT_TRUE(scalar.where.is_exact());
  EXPECT_EQ(scalar.At("b"), "2:5");
  EXPECT_EQ(scalar.At("&&"), "3:5");
  EXPECT_EQ(scalar.At("c"), "5:5");
  EXPECT_EQ(scalar.At("d"), "8:3");
  EXPECT_EQ(scalar.End(), "8:4");
}

TEST(ExpressionSource, EveryEscape) {
  const Scalar scalar(R"(require: "\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\Px")"
                      "\n");
  ASSERT_TRUE(scalar.where.is_exact());
  EXPECT_EQ(scalar.At("x"), "1:45");
}

TEST(ExpressionSource, Literal) {
  const Scalar scalar(
      "require: |  # two lines\n    a == 1 &&  // why\n      b ==\n\n    c\nother: x\n");
  ASSERT_EQ(scalar.node->text, "a == 1 &&  // why\n  b ==\n\nc\n");
  EXPECT_EQ(scalar.Place(0), "2:5");
  EXPECT_EQ(scalar.At("//"), "2:16");
  EXPECT_EQ(scalar.At("b"), "3:7");
  EXPECT_EQ(scalar.At("c"), "5:5");
  EXPECT_EQ(scalar.End(), "5:6");
  ExpectSameCharacters(scalar);
}

TEST(ExpressionSource, LiteralChompedAndIndentedByNumber) {
  for (const char* sign : {"|2-", "|-2", "|2", "|2+", ">2", ">2-"}) {
    const Scalar scalar(std::string("require: ") + sign + "\n\n    a ==\n  b\n\n");
    EXPECT_EQ(scalar.At("a"), "3:5") << sign;
    EXPECT_EQ(scalar.At("b"), "4:3") << sign;
    EXPECT_EQ(scalar.End(), "4:4") << sign;
    ExpectSameCharacters(scalar);
  }
}

TEST(ExpressionSource, Folded) {
  const Scalar scalar(
      "require: >-\n\n  a ==\n  1 &&\n\n\n  b\n    more\n\n      indented\n  c\n\n");
  ASSERT_TRUE(scalar.where.is_exact()) << scalar.node->text;
  EXPECT_EQ(scalar.At("1"), "4:3");
  EXPECT_EQ(scalar.At("b"), "7:3");
  EXPECT_EQ(scalar.At("indented"), "10:7");
  EXPECT_EQ(scalar.At("c"), "11:3");
  EXPECT_EQ(scalar.End(), "11:4");
  ExpectSameCharacters(scalar);
}

TEST(ExpressionSource, FoldedKept) {
  const Scalar scalar("require: >+\n  a\n  b\n\n\nother: x\n");
  EXPECT_EQ(scalar.At("b"), "3:3");
  EXPECT_EQ(scalar.End(), "3:4");
  ExpectSameCharacters(scalar);
}

TEST(ExpressionSource, CarriageReturns) {
  for (const char* text : {"require: |\r\n  a ==\r\n\r\n  b\r\n", "require: >\r\n  a ==\r\n  b\r\n",
                           "require: a ==\r\n  b\r\n", "require: 'a ==\r\n\r\n  b'\r\n",
                           "require: \"a == \\\r\n  b\"\r\n"}) {
    const Scalar scalar(text);
    ExpectSameCharacters(scalar);
  }
}

TEST(ExpressionSource, CharactersOfSeveralBytesAndAByteOrderMark) {
  const Scalar scalar("\xEF\xBB\xBFrequire: \u00e9\u00e9 == \u4e2d && b\n");
  EXPECT_EQ(scalar.At("=="), "1:13");
  EXPECT_EQ(scalar.At("b"), "1:21");
  ExpectSameCharacters(scalar);
}

TEST(ExpressionSource, UnderlinesWithinALine) {
  const Scalar scalar("require: \"a == '\\u00e9' &&\n  bcd\"\n");
  const auto& text = scalar.node->text;
  const auto at = [&text](std::string_view needle) {
    return static_cast<uint32_t>(text.find(needle));
  };
  EXPECT_EQ(scalar.where.Underline(at("'"), 4), 8u);
  EXPECT_EQ(scalar.where.Underline(at("&&"), 100), 2u);
  EXPECT_EQ(scalar.where.Underline(at("bcd"), 3), 3u);
  EXPECT_EQ(scalar.where.Underline(at("bcd"), UINT32_MAX), 3u);
  EXPECT_EQ(scalar.where.Underline(static_cast<uint32_t>(text.size()), 1), 1u);
  EXPECT_EQ(scalar.where.Underline(at("a"), 0), 1u);
}

TEST(ExpressionSource, APartHasItsOwnStartAndEnd) {
  const Scalar scalar("require: 'it''s ${args.path} here'\n");
  const auto begin = static_cast<uint32_t>(scalar.node->text.find("args"));
  const ExpressionSource part = scalar.where.Part(begin, 9);
  EXPECT_EQ(part.At(0).column, 19u);
  EXPECT_EQ(part.At(5).column, 24u);
  EXPECT_EQ(part.At(9).column, 28u);
  EXPECT_EQ(part.At(50).column, 28u);
}

TEST(ExpressionSource, AnEmptyTextStandsWhereItsScalarDoes) {
  const Scalar scalar("require: ''\n");
  EXPECT_FALSE(scalar.where.is_exact());
  EXPECT_EQ(scalar.End(), "1:10");
}

}  // namespace
}  // namespace writ
