// YAML documents: what they read as, where things are, and what is refused.
#include "compiler/yaml/yaml.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace writ::yaml {
namespace {

struct Reading {
  std::shared_ptr<const Source> source;
  Diagnostics diagnostics;
  std::unique_ptr<Document> document;

  const Node& root() const { return *document->root(); }
  std::string Problems() const {
    std::string text;
    for (const Diagnostic& d : diagnostics.all()) text += Render(d);
    return text;
  }
};

Reading Read(std::string text) {
  Reading reading;
  reading.source = std::make_shared<Source>("p.yaml", std::move(text));
  reading.document = Parse(reading.source, reading.diagnostics);
  EXPECT_TRUE(reading.document != nullptr || reading.diagnostics.has_errors());
  return reading;
}

std::string ShowScalar(const Node& node) {
  const Scalar value = Resolve(node);
  if (std::holds_alternative<std::monostate>(value)) return "null";
  if (const auto* v = std::get_if<bool>(&value)) return *v ? "true" : "false";
  if (const auto* v = std::get_if<int64_t>(&value)) return fmt::format("{}", *v);
  if (const auto* v = std::get_if<uint64_t>(&value)) return fmt::format("{}u", *v);
  if (const auto* v = std::get_if<double>(&value)) return fmt::format("{:#}", *v);
  std::string text = std::get<std::string>(value);
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) text.replace(at, 1, "\\n");
  return "'" + text + "'";
}

// A node in one line, typed: text in single quotes, doubles with a point.
std::string Show(const Node& node) {
  if (node.kind == Kind::kScalar) return ShowScalar(node);
  std::vector<std::string> parts;
  for (const Node* item : node.items) parts.push_back(Show(*item));
  for (const Member& member : node.members) {
    parts.push_back(member.key->text + ": " + Show(*member.value));
  }
  const bool list = node.kind == Kind::kSequence;
  return fmt::format("{}{}{}", list ? "[" : "{", fmt::join(parts, ", "), list ? "]" : "}");
}

std::string ShowText(std::string text) {
  const Reading reading = Read(std::move(text));
  return reading.document ? Show(reading.root()) : reading.Problems();
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

// Expects an error at line:column whose message holds `word` and which has a hint.
void ExpectError(const std::string& text, Position at, std::string_view word) {
  const Reading reading = Read(text);
  const auto& all = reading.diagnostics.all();
  const bool found = std::any_of(all.begin(), all.end(), [&](const Diagnostic& d) {
    return d.at == at && Lower(d.message).find(word) != std::string::npos && !d.hint.empty();
  });
  EXPECT_TRUE(found) << "no error with \"" << word << "\" at " << at.line << ":" << at.column
                     << " in\n"
                     << text.substr(0, 300) << "\nbut\n"
                     << reading.Problems();
}

// --- what is read ---

TEST(YamlRead, BlockAndFlow) {
  EXPECT_EQ(ShowText("a:\n  b: [1, two, {c: ~}]\n  d:\n  - x\n  -\n    - y\n"),
            "{a: {b: [1, 'two', {c: null}], d: ['x', ['y']]}}");
}

TEST(YamlRead, JsonIsYaml) {
  EXPECT_EQ(ShowText("{\n\t\"a\":1,\n\t\"b\": [true,null,\"x\\u00e9\\/\"],\"c\":{}\n}\n"),
            "{a: 1, b: [true, null, 'x\xC3\xA9/'], c: {}}");
}

TEST(YamlRead, CommentsLineEndsAndByteOrderMark) {
  EXPECT_EQ(ShowText("\xEF\xBB\xBF# first\r\na: b # c\r\nd: e#f\r\n\r\n# last"),
            "{a: 'b', d: 'e#f'}");
}

TEST(YamlRead, ComplexKeysAndQuotedKeys) {
  EXPECT_EQ(ShowText("? a b\n: 1\n'c d': 2\n\"e\\tf\": 3\n? |\n  g\n:\n  h\n? i\n"),
            "{a b: 1, c d: 2, e\tf: 3, g\n: 'h', i: null}");
}

TEST(YamlRead, AQuestionMarkInACommentIsNoKey) {
  EXPECT_EQ(ShowText("# why?\na:\n  b: 1\n"), "{a: {b: 1}}");
}

TEST(YamlRead, BlockScalars) {
  EXPECT_EQ(ShowText("a: |\n  x\n    y\n\n  z\n\nb: 1\n"), "{a: 'x\\n  y\\n\\nz\\n', b: 1}");
  EXPECT_EQ(ShowText("a: |-\n  x\n\n"), "{a: 'x'}");
  EXPECT_EQ(ShowText("a: |+\n  x\n\nb: 1"), "{a: 'x\\n\\n', b: 1}");
  EXPECT_EQ(ShowText("a: >\n  x\n  y\n\n  z\n"), "{a: 'x y\\nz\\n'}");
  EXPECT_EQ(ShowText("a: |\r\n  x\r\n  y\r\n"), "{a: 'x\\ny\\n'}");
  EXPECT_EQ(ShowText("a: |2\n   x\n"), "{a: ' x\\n'}");
}

TEST(YamlRead, MultiLineFlowScalars) {
  EXPECT_EQ(ShowText("a: x\n  y\n\n  z\n"), "{a: 'x y\\nz'}");
  EXPECT_EQ(ShowText("a: \"x\n  y \\\n  z\"\n"), "{a: 'x y z'}");
  EXPECT_EQ(ShowText("a: 'it''s\n  so'\n"), "{a: 'it's so'}");
}

TEST(YamlRead, MendsWhatTheParserReadsWrong) {
  EXPECT_EQ(ShowText("a: \"\\N\\_\xC3\xA9\""), "{a: '\xC2\x85\xC2\xA0\xC3\xA9'}");
  EXPECT_EQ(ShowText("a: \"x\n\n\n  \""), "{a: 'x\\n\\n'}");
  EXPECT_EQ(ShowText("a: 'x\n\n\n\n'"), "{a: 'x\\n\\n\\n'}");
  EXPECT_EQ(ShowText("a: >+\n  x\n\n\nb: 1"), "{a: 'x\\n\\n\\n', b: 1}");
  EXPECT_EQ(ShowText("a: >+\n\n\nb: 1"), "{a: '\\n\\n', b: 1}");
  EXPECT_EQ(ShowText("a: >-\n  x\n  "), "{a: 'x'}");
}

TEST(YamlRead, AnchorsAndAliases) {
  EXPECT_EQ(ShowText("a: &x {k: 1}\nb: *x\nc: &x 2\nd: [*x, &y ~, *y]\n*x : e\n"),
            "{a: {k: 1}, b: {k: 1}, c: 2, d: [2, null, null], 2: 'e'}");
}

TEST(YamlRead, AliasesShareTheirNode) {
  const Reading reading = Read("a: &x [1]\nb: *x\n");
  EXPECT_EQ(reading.root().Find("a"), reading.root().Find("b"));
}

TEST(YamlRead, MergeKeys) {
  EXPECT_EQ(ShowText("a: &a {x: 1, y: 1}\nb:\n  <<: *a\n  y: 2\n  z: 3\n"),
            "{a: {x: 1, y: 1}, b: {y: 2, z: 3, x: 1}}")
      << "own members win and stand first";
  EXPECT_EQ(ShowText("<<: [{x: 1, y: 1}, {x: 2, z: 2}]\ny: 0\n"), "{y: 0, x: 1, z: 2}")
      << "earlier mappings win";
  EXPECT_EQ(ShowText("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\n"),
            "{a: {x: 1}, b: {y: 2, x: 1}, c: {y: 2, x: 1}}");
  EXPECT_EQ(ShowText("'<<': 5\n"), "{<<: 5}") << "in quotes it is a key like any other";
}

TEST(YamlRead, OneDocumentWithItsMarkers) {
  EXPECT_EQ(ShowText("%YAML 1.2\n---\na: 1\n...\n# end\n"), "{a: 1}");
  EXPECT_EQ(ShowText("--- {a: 1}\n"), "{a: 1}");
  EXPECT_EQ(ShowText("a: --- b\nc: |\n  ---\n  ...\n"), "{a: '--- b', c: '---\\n...\\n'}");
}

TEST(YamlRead, FindGivesAMembersValue) {
  const Reading reading = Read("a: 1\n'b c': 2\n");
  EXPECT_EQ(reading.root().Find("b c")->text, "2");
  EXPECT_EQ(reading.root().Find("c"), nullptr);
}

// --- scalars ---

std::string ShowPlain(std::string_view text) {
  return ShowText(fmt::format("[{}]", text));
}

TEST(YamlScalar, NullsAndBools) {
  EXPECT_EQ(ShowPlain("~, null, Null, NULL, nULL"), "[null, null, null, null, 'nULL']");
  EXPECT_EQ(ShowText("a:\nb: ''\n"), "{a: null, b: ''}");
  EXPECT_EQ(ShowPlain("true, True, TRUE, tRue"), "[true, true, true, 'tRue']");
  EXPECT_EQ(ShowPlain("false, False, FALSE"), "[false, false, false]");
  EXPECT_EQ(ShowPlain("yes, No, on, OFF, y, n"), "['yes', 'No', 'on', 'OFF', 'y', 'n']");
}

TEST(YamlScalar, Integers) {
  EXPECT_EQ(ShowPlain("0, -0, +7, 1_000, 1__0_, -_1"), "[0, 0, 7, 1000, 10, -1]");
  EXPECT_EQ(ShowPlain("0x1F, -0x1f, 0XfF, 0b101, 0B1, 0o17, 0O17, 017, -017, 0x_f"),
            "[31, -31, 255, 5, 1, 15, 15, 15, -15, 15]");
  EXPECT_EQ(ShowPlain("9223372036854775807, -9223372036854775808"),
            "[9223372036854775807, -9223372036854775808]");
  EXPECT_EQ(ShowPlain("9223372036854775808, 18446744073709551615, 0xFFFFFFFFFFFFFFFF"),
            "[9223372036854775808u, 18446744073709551615u, 18446744073709551615u]");
  EXPECT_EQ(ShowPlain("18446744073709551616, -9223372036854775809, +9223372036854775808"),
            "[1.8446744073709552e+19, -9.223372036854776e+18, 9.223372036854776e+18]");
  EXPECT_EQ(ShowPlain("0x, 0b2, 0xg, _1, -, +, --1, 1-, 1 2, 0x10000000000000000"),
            "['0x', '0b2', '0xg', '_1', '-', '+', '--1', '1-', '1 2', '0x10000000000000000']");
}

TEST(YamlScalar, Floats) {
  EXPECT_EQ(ShowPlain("1.5, -.5, +.5, .5, 1., 1.e2, 1e3, 1E+3, 12e-1, 1_0.5_0"),
            "[1.5, -0.5, 0.5, 0.5, 1.0, 100.0, 1000.0, 1000.0, 1.2, 10.5]");
  EXPECT_EQ(ShowPlain("08, 09.5, -08, 0_8"), "[8.0, 9.5, -8.0, 8.0]") << "no octal, so no integer";
  EXPECT_EQ(ShowPlain(".inf, -.Inf, +.INF, .iNF, inf, -.nan"),
            "[inf, -inf, inf, '.iNF', 'inf', '-.nan']");
  EXPECT_EQ(ShowPlain(".5_0, ._5, .5_, .5__0"), "[0.5, '._5', '.5_', '.5__0']");
  EXPECT_EQ(ShowPlain("., .., 1e, 1e+, e1, 1.2.3, 0x1p4, 190:20:30"),
            "['.', '..', '1e', '1e+', 'e1', '1.2.3', '0x1p4', '190:20:30']");
  const Reading nan = Read("[.nan, .NaN, .NAN]");
  for (const Node* item : nan.root().items) {
    EXPECT_TRUE(std::isnan(std::get<double>(Resolve(*item)))) << item->text;
  }
}

TEST(YamlScalar, FloatsOutOfRangeAreTextAndTinyOnesAreZero) {
  EXPECT_EQ(ShowPlain("1e999, -1e999, .1e999, 1.7976931348623159e308"),
            "['1e999', '-1e999', '.1e999', '1.7976931348623159e308']");
  EXPECT_EQ(ShowPlain("1e-999, -1e-99999999999999999999, 0e999999999999999999999"),
            "[0.0, -0.0, 0.0]");
  const std::string zeros(400, '0');
  EXPECT_EQ(ShowPlain("0." + zeros + "1e5, 1" + zeros + "e-5"), "[0.0, '1" + zeros + "e-5']");
  EXPECT_EQ(ShowPlain("5e-324, 1.7976931348623157e308"), "[5.e-324, 1.7976931348623157e+308]");
}

TEST(YamlScalar, DatesAndQuotedTextAreText) {
  EXPECT_EQ(ShowPlain("2024-12-25, 2024-12-25T10:00:00Z, '1', \"true\", '~'"),
            "['2024-12-25', '2024-12-25T10:00:00Z', '1', 'true', '~']");
  EXPECT_EQ(ShowText("a: |-\n  12\nb: >-\n  null\n"), "{a: '12', b: 'null'}");
}

TEST(YamlScalar, Tags) {
  EXPECT_EQ(ShowPlain("!!str 12, !!int '12', !!float 3, !!bool 'True', !!null '', !!str ~, !!str"),
            "['12', 12, 3.0, true, null, '~', '']");
  EXPECT_EQ(ShowPlain("!<tag:yaml.org,2002:str> 12, !!seq [1], !!map {a: !!float 1.5}"),
            "['12', [1], {a: 1.5}]");
  EXPECT_EQ(ShowText("%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 12"), "{a: '12'}");
  EXPECT_EQ(Read("a: !!str 12").root().Find("a")->tag, "!!str");
  ExpectError("a: !!int x\n", {1, 4}, "tag !!int does not fit \"x\"");
  ExpectError("a:\n  - !!bool yes\n", {2, 5}, "!!bool");
  ExpectError("a: !!null 0\n", {1, 4}, "!!null");
  ExpectError("a: !!float x\n", {1, 4}, "!!float");
  ExpectError("a: !!int\n", {1, 4}, "!!int");
  ExpectError("a: !!str [b]\n", {1, 4}, "does not fit a list");
  ExpectError("a: !!seq {b: c}\n", {1, 4}, "does not fit a mapping");
  ExpectError("a: !!map b\n", {1, 4}, "!!map");
  ExpectError("a: !custom b\n", {1, 4}, "reads \"!custom\" as a tag");
  ExpectError("a: !!binary aGk=\n", {1, 4}, "unknown tag");
  ExpectError("a: [!!timestamp 2024-01-01]\n", {1, 5}, "unknown tag");
}

TEST(YamlScalar, Styles) {
  const Reading reading = Read("[a, 'b', \"c\", !!str 'd', &x e]");
  std::vector<Node::Style> styles;
  for (const Node* item : reading.root().items) styles.push_back(item->style);
  using enum Node::Style;
  EXPECT_EQ(styles, (std::vector{kPlain, kQuoted, kQuoted, kQuoted, kPlain}));
  const Reading blocks = Read("a: |\n  x\nb: >-\n  x\nc: &n |+\n  x\n");
  EXPECT_EQ(blocks.root().Find("a")->style, kLiteral);
  EXPECT_EQ(blocks.root().Find("b")->style, kFolded);
  EXPECT_EQ(blocks.root().Find("c")->style, kLiteral);
}

// --- positions ---

std::string Place(const Node& node) {
  return fmt::format("{}:{}+{}", node.at.line, node.at.column, node.length);
}

TEST(YamlPosition, OfScalars) {
  const Reading reading = Read(
      "plain: text\nquoted: 'it''s' # c\ndouble: \"a\\\"b\"\nlong: one\n  two\nblock: |-\n  x\n"
      "anchored: &x value\ntagged: !!str\n  # here\n  'v'\n");
  EXPECT_EQ(Place(*reading.root().Find("plain")), "1:8+4");
  EXPECT_EQ(Place(*reading.root().Find("quoted")), "2:9+7");
  EXPECT_EQ(Place(*reading.root().Find("double")), "3:9+6");
  EXPECT_EQ(Place(*reading.root().Find("long")), "4:7+3");
  EXPECT_EQ(Place(*reading.root().Find("block")), "6:8+2");
  EXPECT_EQ(Place(*reading.root().Find("anchored")), "8:14+5");
  EXPECT_EQ(Place(*reading.root().Find("tagged")), "11:3+3");
  EXPECT_EQ(Place(*reading.root().members[1].key), "2:1+6");
}

TEST(YamlPosition, CountsCodePointsBehindAByteOrderMarkAndInCrlf) {
  const Reading reading =
      Read("\xEF\xBB\xBF\"\xC3\xA9\xE2\x82\xAC\": {a: \xF0\x9F\x98\x80, b: c}\r\nd: e\r\n");
  const Member& first = reading.root().members[0];
  EXPECT_EQ(Place(*first.key), "1:1+4");
  EXPECT_EQ(Place(*first.value->Find("a")), "1:11+1");
  EXPECT_EQ(Place(*first.value->Find("b")), "1:17+1");
  EXPECT_EQ(Place(*reading.root().Find("d")), "2:4+1");
}

TEST(YamlPosition, OfCollections) {
  const Reading reading = Read(
      "# c\nblock:\n  inner: 1\nlist:\n  - a\n  - k: v\nflow: {x: 1}\nseq: &s [y: 2]\n"
      "anchored: &m\n  z: 1\n");
  EXPECT_EQ(Place(reading.root()), "2:1+5");
  EXPECT_EQ(Place(*reading.root().Find("block")), "3:3+5");
  EXPECT_EQ(Place(*reading.root().Find("list")), "5:3+1");
  EXPECT_EQ(Place(*reading.root().Find("list")->items[1]), "6:5+1");
  EXPECT_EQ(Place(*reading.root().Find("flow")), "7:7+1");
  EXPECT_EQ(Place(*reading.root().Find("seq")), "8:9+1");
  EXPECT_EQ(Place(*reading.root().Find("seq")->items[0]), "8:10+1");
  EXPECT_EQ(Place(*reading.root().Find("anchored")), "10:3+1");
}

TEST(YamlPosition, OfNulls) {
  const Reading reading = Read(
      "a: ~\nbc: # nothing\n\nd:\nnull: x\ne: {f: , g}\nh:\n  -\n  # c\n\n  - null\n  - - -\n");
  const Node& root = reading.root();
  EXPECT_EQ(Place(*root.Find("a")), "1:4+1");
  EXPECT_EQ(Place(*root.Find("bc")), "2:1+2") << "a value that is left out is at its key";
  EXPECT_EQ(Place(*root.Find("d")), "4:1+1") << "not at the null that is the next key";
  EXPECT_EQ(root.Find("d")->text, "");
  EXPECT_EQ(root.Find("null")->text, "x");
  EXPECT_EQ(Place(*root.Find("e")->Find("f")), "6:5+1");
  EXPECT_EQ(Place(*root.Find("e")->Find("g")), "6:10+1");
  const Node& list = *root.Find("h");
  EXPECT_EQ(Place(*list.items[0]), "8:3+1") << "an entry that is left out is at its dash";
  EXPECT_EQ(Place(*list.items[1]), "11:5+4");
  EXPECT_EQ(Place(*list.items[2]->items[0]->items[0]), "12:7+1");
}

// --- bytes and characters ---

TEST(YamlRefuses, BytesThatAreNoUtf8) {
  for (const char* bytes : {"\xFF", "\x80", "\xC3(", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80",
                            "\xF4\x90\x80\x80", "\xF0\x8F\xBF\xBF", "\xE2\x82", "\xC3"}) {
    ExpectError(fmt::format("v: 1\nd: \xC3\xA9{}", bytes), {2, 5}, "utf-8");
  }
  const Reading utf16 = Read("\xFF\xFEv");
  EXPECT_NE(utf16.Problems().find("UTF-16"), std::string::npos);
}

TEST(YamlRefuses, ControlCharacters) {
  for (const char c : {'\x01', '\x04', '\x07', '\x08', '\x0B', '\x0C', '\x1B', '\x1F', '\x7F'}) {
    ExpectError(std::string("v: 1\nd: a") + c, {2, 5}, "control character");
  }
  ExpectError(std::string("v: 1\nd: a\0b", 11), {2, 5}, "control character u+0000");
  ExpectError("v: \xC2\x80", {1, 4}, "control character u+0080");
  ExpectError("# \xEF\xBB\xBF", {1, 3}, "control character u+feff");
  ExpectError("v: \xEF\xBF\xBF", {1, 4}, "control character");
  ExpectError("# a\xE2\x80\xA8tools: {}", {1, 4}, "character u+2028");
  ExpectError("v: a\xC2\x85", {1, 5}, "character u+0085");
  ExpectError("v: a\rw: b\n", {1, 5}, "character");
}

TEST(YamlRefuses, EveryControlCharacterAtOnce) {
  EXPECT_EQ(Read("a: \x01\nb: \x02\n").diagnostics.error_count(), 2u);
}

TEST(YamlRefuses, TextThatIsTooLarge) {
  ExpectError(std::string(kMaxYamlBytes + 1, ' '), {1, 1}, "too large");
}

// The parser keeps a `[` and all behind it until it knows whether that is a key.
TEST(YamlRefuses, NestingWithoutEnd) {
  for (const char* open : {"[", "{", "[{", "- ", "? ", "{a: "}) {
    std::string text;
    while (text.size() < 3'000'000) text += open;
    const Reading reading = Read(text);
    ASSERT_EQ(reading.diagnostics.error_count(), 1u) << open;
    EXPECT_EQ(reading.diagnostics.all()[0].message, "the YAML is nested more than 100 levels deep");
  }
}

TEST(YamlRefuses, AListThatMayBeAKeyWithoutEnd) {
  std::string list = "[1";
  for (int i = 0; i < 900'000; ++i) list += ",1";
  EXPECT_EQ(Read("- " + list + "]\n").diagnostics.error_count(), 0u);
  for (int i = 0; i < 200'000; ++i) list += ",1";
  ExpectError("- " + list + "]\n", {1, 1}, "1000000 brackets");
  EXPECT_EQ(Read("a: " + list + "]\n").diagnostics.error_count(), 0u) << "this can be no key";
}

// --- documents ---

TEST(YamlRefuses, EmptyDocuments) {
  for (const char* text : {"", "\n\n", "# c", "---", "---\n# c\n", "~", "null\n", "--- ~", "...\n",
                           "\xEF\xBB\xBF", "!!null ''", "&a"}) {
    const Reading reading = Read(text);
    ASSERT_EQ(reading.diagnostics.error_count(), 1u) << text;
    EXPECT_EQ(reading.diagnostics.all()[0].at, (Position{1, 1})) << text;
    if (std::string_view(text) == "...\n") continue;
    EXPECT_NE(reading.diagnostics.all()[0].message.find("empty"), std::string::npos) << text;
  }
  ExpectError("# c\n---\n", {2, 1}, "empty");
  ExpectError("\n\n~\n", {3, 1}, "empty");
}

TEST(YamlRefuses, MoreThanOneDocument) {
  ExpectError("a: 1\n---\nb: 2\n", {2, 1}, "document");
  ExpectError("---\na: 1\n---\n", {3, 1}, "document");
  ExpectError("a: 1\n--- # c\n[\n", {2, 1}, "document");
  ExpectError("a: 1\r\n---\r\n", {2, 1}, "document");
  ExpectError("a: 1\n...\n\n# c\nb: 2\n", {5, 1}, "document");
  ExpectError("a: 1\n... b\n", {2, 5}, "document");
  ExpectError("a: 1\n...\n---\nb: 2\n", {3, 1}, "document");
  ExpectError("...\na: 1\n", {1, 1}, "document");
}

TEST(YamlRefuses, ErrorsOfTheFirstDocumentAreFoundBesideASecondOne) {
  const Reading reading = Read("a: 1\na: 2\n---\nb\n");
  EXPECT_EQ(reading.diagnostics.error_count(), 2u);
}

TEST(YamlRefuses, DirectivesInTheWrongPlace) {
  ExpectError("%YAML 1.2\na: 1\n", {2, 1}, "yaml");
  ExpectError("a: 1\n%FOO bar\n", {2, 1}, "yaml");
  ExpectError("a: 1\n%FOO bar\nb: 2\n", {3, 1}, "yaml");
  ExpectError("%YAML 2.0\n---\na: 1\n", {1, 1}, "yaml");
}

// --- keys ---

TEST(YamlRefuses, DuplicateKeys) {
  ExpectError("a: 1\nb: 2\na: 3\n", {3, 1}, "duplicate key \"a\"");
  ExpectError("t: {x: 1, 'x': 2}\n", {1, 11}, "duplicate");
  ExpectError("t: {\"\\x41\": 1, A: 2}\n", {1, 16}, "duplicate");
  ExpectError("a: &k b\n*k : 1\nb: 2\n", {3, 1}, "duplicate");
  ExpectError("<<: {a: 1}\n<<: {b: 1}\n", {2, 1}, "duplicate");
  ExpectError("~: 1\n~: 2\n", {2, 1}, "duplicate");
  EXPECT_EQ(Read("a: 1\na: 2\nb: {c: 1, c: 2, c: 3}\n").diagnostics.error_count(), 3u)
      << "all are reported";
}

TEST(YamlRefuses, KeysThatAreNoScalars) {
  ExpectError("a: 1\n[b]: 2\n", {2, 1}, "key must be a scalar");
  ExpectError("? {a: 1}\n: 2\n", {1, 3}, "key must be a scalar");
}

TEST(YamlRefuses, KeysThatAreLeftOut) {
  ExpectError("a: 1\n: 2\n", {2, 1}, "yaml key");
  ExpectError("a: {: 2}\n", {1, 5}, "yaml key");
}

TEST(YamlRefuses, KeysWithoutTheirColon) {
  ExpectError("version: \"1\"\ndefault deny\n", {2, 1}, "expected \":\" after the yaml key");
  ExpectError("a: 1\n~\n", {2, 1}, "yaml");
  ExpectError("a: 1\n!!str b", {2, 7}, "yaml");
  ExpectError("version: \"1\"\ndefault\n# c\n\nhide: []\n", {2, 1}, "expected");
  ExpectError("a:\n  b: 1\n  c d\r\n  e: 2\n", {3, 3}, "expected \":\"");
  ExpectError("a\nb: c\n", {1, 1}, "expected \":\"");
  ExpectError("a:\n\"b\"", {2, 1}, "yaml key");
  ExpectError("a: &x 1\nb:\n*x\nc: 1\n", {3, 1}, "yaml key");
  ExpectError("t:\n  a:\n  [b]\n  c: 1\n", {3, 3}, "yaml key");
}

TEST(YamlRefuses, FlowThatReadersReadInDifferentWays) {
  ExpectError("a: {b:, c}\n", {1, 6}, "yaml readers differ");
  EXPECT_EQ(ShowText("a: {b: , \"c\":, \"d\":1}"), "{a: {b: null, c: null, d: 1}}");
}

TEST(YamlRefuses, MergesOfWhatIsNoMapping) {
  ExpectError("a:\n  <<: 5\n", {2, 7}, "merge");
  ExpectError("a:\n  <<:\n  b: 1\n", {2, 3}, "merge");
  ExpectError("<<: [{a: 1}, b]\n", {1, 5}, "merge");
}

// --- aliases and size ---

TEST(YamlRefuses, AliasesWithoutAnAnchor) {
  ExpectError("hide: *nowhere\n", {1, 7}, "alias \"*nowhere\"");
  ExpectError("a: [*x, &x 1]\n", {1, 5}, "alias");
  ExpectError("hide: [*]\n", {1, 8}, "alias");
  ExpectError("hide: [*_file]\n", {1, 8}, "alias");
  ExpectError("a: &\xC3\xA9 b\n", {1, 4}, "anchor");
}

TEST(YamlRefuses, AnAliasInsideItsOwnAnchor) {
  ExpectError("a: &x [1, *x]\n", {1, 11}, "alias");
  ExpectError("a: &x\n  b: {<<: *x}\n", {2, 11}, "alias");
}

TEST(YamlRefuses, AliasBombs) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    text += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i,
                        i - 1);
  }
  const Reading reading = Read(text);
  ASSERT_EQ(reading.diagnostics.error_count(), 1u);
  EXPECT_NE(reading.diagnostics.all()[0].message.find("alias"), std::string::npos);
}

TEST(YamlRefuses, BombsOfMerges) {
  std::string text = "b: &b {";
  for (int i = 0; i < 5000; ++i) text += fmt::format("k{}: 1, ", i);
  text += "}\nc: {<<: [";
  for (int i = 0; i < 5000; ++i) text += "*b, ";
  ExpectError(text + "]}\n", {2, 10 + 4 * 198}, "alias");
}

TEST(YamlRefuses, AChainOfAliasesThatNestsTooDeep) {
  std::string text = "- &a0 x\n";
  for (int i = 1; i < 3000; ++i) text += fmt::format("- &a{} [*a{}]\n", i, i - 1);
  ExpectError(text, {101, 10}, "nest");
}

TEST(YamlRefuses, NestingThatIsTooDeep) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_FALSE(Read(nested(kMaxYamlDepth)).diagnostics.has_errors());
  ExpectError(nested(kMaxYamlDepth + 1), {1, kMaxYamlDepth + 1}, "nest");
  ExpectError("a:\n  b: " + nested(100'000), {2, 6 + kMaxYamlDepth - 2}, "nest");

  const std::vector<std::string> endless = {"[", "{", "{a: ", "- ", "? ", "[\n", "- ? "};
  for (const std::string& piece : endless) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += piece;
    const Reading reading = Read(text);
    ASSERT_TRUE(reading.diagnostics.has_errors()) << piece;
    EXPECT_NE(Lower(reading.diagnostics.all()[0].message).find("nest"), std::string::npos) << piece;
  }
}

// --- syntax ---

TEST(YamlRefuses, QuotesThatNeverClose) {
  ExpectError("version: \"1", {1, 10}, "yaml");
  ExpectError("version: \"1\ntools: {}\n", {1, 10}, "yaml");
  ExpectError("version: \"", {1, 10}, "yaml");
  ExpectError("a: 1\nb: 'it\nc: d\n", {2, 4}, "yaml");
  ExpectError("a: {b: 'its', c: \"d\n", {1, 18}, "yaml");
  ExpectError("a: [\"x\", \"y]\n", {1, 10}, "yaml");
}

TEST(YamlRefuses, AQuoteThatClosesTooLateIsShownWhereItOpens) {
  ExpectError("version: \"1\ndescription: \"x\"\n", {1, 10}, "yaml");
  ExpectError("version: \"1\ndescription: \"x\"\n", {2, 15}, "yaml");
}

TEST(YamlRefuses, BracketsThatDoNotMatch) {
  ExpectError("a: 1\nhide: ]\n", {2, 7}, "yaml");
  ExpectError("tools: }\n", {1, 8}, "yaml");
  ExpectError("hide: [a, b\n", {1, 7}, "yaml");
  ExpectError("hide: [a, b\ntools: {}\n", {1, 7}, "yaml");
  ExpectError("hide: [a, b\ntools: {}\n", {2, 6}, "yaml");
  ExpectError("hide: [a}\n", {1, 9}, "yaml");
  ExpectError("a: {b: [c], d\n", {1, 4}, "yaml");
  ExpectError("a: [b]]\n", {1, 7}, "yaml");
  ExpectError("a: [b, , c]\n", {1, 8}, "yaml");
}

TEST(YamlRefuses, TextThatNeedsQuotes) {
  ExpectError("a: b: c\n", {1, 5}, "yaml");
  ExpectError("a: @home\n", {1, 4}, "yaml");
  ExpectError("a: `x`\n", {1, 4}, "yaml");
  ExpectError("a: %x\n", {1, 4}, "yaml");
  ExpectError("a: \"b\" c\n", {1, 8}, "yaml");
  ExpectError("a: [|]\n", {1, 5}, "yaml");
  ExpectError("a: |x\n  b\n", {1, 5}, "yaml");
}

TEST(YamlRefuses, EscapesThatAreNone) {
  ExpectError("a: \"\\q\"\n", {1, 5}, "yaml");
  ExpectError("a: \"\xC3\xA9\\xzz\"\n", {1, 6}, "yaml");
  ExpectError("a: \"\\ud800\"\n", {1, 5}, "yaml");
}

TEST(YamlRefuses, IndentationThatFitsNothing) {
  ExpectError("a:\n    b:\n      c: 1\n   d: 2\n", {4, 4}, "yaml");
  ExpectError("  a: 1\nb: 2\n", {2, 1}, "yaml");
  ExpectError("a: 1\n  b: 2\n", {2, 4}, "yaml");
  ExpectError("- a\nb: c\n", {2, 1}, "yaml");
  ExpectError("a: - b\n", {1, 4}, "yaml");
  ExpectError("[a] b\n", {1, 5}, "yaml");
}

TEST(YamlRefuses, TabsAsIndentation) {
  ExpectError("tools:\n\tt: {rules: []}\n", {2, 1}, "tab");
  ExpectError("a:\n  - n: r\n\tb: c\n", {3, 1}, "tab");
  ExpectError("a:\n  \t- b\n", {2, 3}, "tab");
  ExpectError("a:\n\tb\n", {2, 1}, "tab");
  ExpectError("a: |\n\tb\n", {2, 1}, "tab");
  EXPECT_EQ(ShowText("a:\tb\nc: d\t# e\n"), "{a: 'b', c: 'd'}") << "elsewhere a tab is a blank";
}

TEST(YamlRefuses, ATabBetweenBracketsIsNotBlamed) {
  ExpectError("{\n\t\"a\": 1,\n\t\"b\": @\n}\n", {3, 7}, "yaml");
}

TEST(YamlRefuses, MoreErrorsThanHelpAnybody) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "a: 1\n";
  const Reading reading = Read(text);
  EXPECT_EQ(reading.diagnostics.error_count(), 101u);
  EXPECT_NE(reading.diagnostics.all().back().message.find("too many"), std::string::npos);
}

// A prefix or a small change of a document is either read or refused with a place in it.
TEST(YamlRefuses, EveryBrokenDocumentWithAPlaceInIt) {
  const std::string text =
      "a: &x {k: [1, 'q'], \"l\": *y}\nb: |\n  t\n? c\n: - d\n  - <<: *x\n\te: \"f\\n\"\n";
  for (size_t i = 0; i <= text.size(); ++i) {
    for (const std::string_view piece : {"", "\"", "[", "}", "\n", ": ", "- ", "*", "#", "\t"}) {
      for (const bool cut : {true, false}) {
        const std::string broken =
            text.substr(0, i).append(piece) + (cut ? std::string() : text.substr(i));
        const Reading reading = Read(broken);
        for (const Diagnostic& d : reading.diagnostics.all()) {
          EXPECT_GE(d.at.line, 1u) << broken;
          EXPECT_LE(d.at.line, reading.source->line_count()) << broken;
          EXPECT_LE(d.at.column, reading.source->Line(d.at.line).size() + 1) << broken;
          EXPECT_FALSE(d.hint.empty()) << d.message;
        }
      }
    }
  }
}

}  // namespace
}  // namespace writ::yaml
