// How diagnostics are collected, printed, and what they suggest.
#include "compiler/diagnostic.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace writ {
namespace {

std::shared_ptr<const Source> MakeSource(std::string text, std::string name = "policy.yaml") {
  return std::make_shared<Source>(std::move(name), std::move(text));
}

Diagnostic At(std::string text, Position at, uint32_t length, std::string message = "bad",
              std::string hint = "") {
  return {Severity::kError, MakeSource(std::move(text)), "", at, length, std::move(message),
          std::move(hint)};
}

// The third line of what is rendered: the one with the caret.
std::string Caret(const Diagnostic& diagnostic) {
  const std::string text = Render(diagnostic);
  const size_t start = text.find('\n', text.find('\n') + 1) + 1;
  return text.substr(start, text.find('\n', start) - start);
}

TEST(Render, PrintsInTheStyleOfCompilers) {
  const std::string text = "a: 1\n          - {path: args.n, op: starts_with, value: a}\n";
  EXPECT_EQ(Render(At(text, {2, 32}, 11, "operator \"starts_with\" is not known",
                      "use op: regex with value: \"^a\"")),
            "policy.yaml:2:32: error: operator \"starts_with\" is not known\n"
            "  2 |           - {path: args.n, op: starts_with, value: a}\n"
            "    |                                ^~~~~~~~~~~\n"
            "  hint: use op: regex with value: \"^a\"\n");
}

TEST(Render, KeepsTheBarBelowALongLineNumber) {
  EXPECT_EQ(Render(At(std::string(99, '\n') + "bad", {100, 1}, 3)),
            "policy.yaml:100:1: error: bad\n"
            "  100 | bad\n"
            "      | ^~~\n");
}

TEST(Render, TellsWarningsFromErrors) {
  Diagnostic warning = At("x", {1, 1}, 1);
  warning.severity = Severity::kWarning;
  EXPECT_EQ(Render(warning), "policy.yaml:1:1: warning: bad\n  1 | x\n    | ^\n");
}

TEST(Render, NeedsNeitherSourceNorPlace) {
  Diagnostics diagnostics;
  diagnostics.Unreadable("gone.yaml", "no such file", "check the path");
  EXPECT_EQ(Render(diagnostics.all()[0]),
            "gone.yaml: error: no such file\n  hint: check the path\n");
  EXPECT_EQ(Render(At("x", {}, 1)), "policy.yaml: error: bad\n");
}

TEST(Render, PutsTheCaretUnderTheCodePoint) {
  EXPECT_EQ(Caret(At("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80x", {1, 4}, 1)), "    |    ^");
}

TEST(Render, UnderlinesNoMoreThanTheLineHas) {
  EXPECT_EQ(Caret(At("abc\r\n", {1, 2}, 99)), "    |  ^~");
  EXPECT_EQ(Caret(At("abc", {1, 4}, 5)), "    |    ^") << "right behind the end";
  EXPECT_EQ(Caret(At("abc", {1, 40}, 5)), "    |    ^");
  EXPECT_EQ(Caret(At("", {1, 1}, 0)), "    | ^");
}

TEST(Render, ShowsNothingThatDrivesATerminal) {
  EXPECT_EQ(Render(At("a\tb\x1B[0m\xC2\x9B\xFF", {1, 3}, 1, "key \"\x1B[1m\"", "\r")),
            "policy.yaml:1:3: error: key \"?[1m\"\n"
            "  1 | a b?[0m??\n"
            "    |   ^\n"
            "  hint: ?\n");
}

TEST(Render, ShowsAMarkForWhatCannotBeSeenOrTurnsTextRound) {
  EXPECT_EQ(Render(At("a\u202Eb\u200Bc", {1, 5}, 1, "key \"\u202E\"", "\u2066")),
            "policy.yaml:1:5: error: key \"?\"\n"
            "  1 | a?b?c\n"
            "    |     ^\n"
            "  hint: ?\n");
}

TEST(Render, CutsLongLinesAroundTheCaret) {
  const std::string line = std::string(300, 'a') + "X" + std::string(300, 'b');
  const std::string text = Render(At(line, {1, 301}, 1));
  EXPECT_NE(text.find("  1 | ..." + std::string(80, 'a') + "X" + std::string(79, 'b') + "...\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(Caret(At(line, {1, 301}, 1)), "    | " + std::string(83, ' ') + "^");
  EXPECT_EQ(Caret(At(line, {1, 5}, 2)), "    |     ^~");
  EXPECT_EQ(Caret(At(line, {1, 601}, 9)), "    | " + std::string(3 + 159, ' ') + "^");
  EXPECT_EQ(Render(At(std::string(160, 'a'), {1, 1}, 1)).find("..."), std::string::npos);
}

TEST(Render, FindsTheCaretInALineOfMebibytes) {
  std::string line;
  for (int i = 0; i < 1 << 20; ++i) line += "\xC3\xA9x\xFF";
  const Diagnostic diagnostic = At(line + "Z\r\n", {1, 3 * (1 << 20) + 1}, 5);
  const std::string text = Render(diagnostic);
  EXPECT_NE(text.find("| ...\xC3\xA9x?"), std::string::npos) << text;
  EXPECT_NE(text.find("x?Z\n"), std::string::npos) << text;
  EXPECT_EQ(Caret(diagnostic), "    | " + std::string(3 + 159, ' ') + "^");
}

TEST(Render, ColorsOnlyWhenAsked) {
  EXPECT_EQ(Render(At("x", {1, 1}, 1)).find('\x1B'), std::string::npos);
  const std::string text = Render(At("x", {1, 1}, 1, "bad", "mend"), true);
  EXPECT_NE(text.find("\x1B[1;31merror:\x1B[0m"), std::string::npos);
  EXPECT_NE(text.find("\x1B[1;32m^\x1B[0m"), std::string::npos);
}

TEST(RenderJson, GivesEveryFieldInOrder) {
  EXPECT_EQ(
      RenderJson(At("x", {1, 2}, 3, "say \"a\\b\"\n\t\x01", "h\xC3\xA9\xFF")),
      R"({"severity":"error","code":"policy","file":"policy.yaml","line":1,"column":2,"length":3,)"
      R"("message":"say \"a\\b\"\n\t\u0001","hint":")"
      "h\xC3\xA9\\ufffd\"}");
}

TEST(Diagnostics, CountsErrorsButNotWarnings) {
  Diagnostics diagnostics;
  diagnostics.Warning(MakeSource("x"), {1, 1}, 1, "odd");
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.Error(MakeSource("x"), {1, 1}, 1, "bad");
  EXPECT_EQ(diagnostics.error_count(), 1u);
}

TEST(Diagnostics, SortBySourceAsReportedThenByPlace) {
  const auto first = MakeSource("x", "z.yaml");
  const auto second = MakeSource("x", "a.yaml");
  Diagnostics diagnostics;
  diagnostics.Error(first, {9, 1}, 1, "1");
  diagnostics.Error(second, {1, 1}, 1, "4");
  diagnostics.Error(first, {2, 5}, 1, "2");
  diagnostics.Error(first, {2, 1}, 1, "3");
  diagnostics.Unreadable("b.yaml", "5");
  diagnostics.Sort();
  std::string order;
  for (const Diagnostic& d : diagnostics.all()) order += d.message;
  EXPECT_EQ(order, "32145");
}

TEST(Diagnostics, SortKeepsEqualOnesOnce) {
  const auto source = MakeSource("x");
  Diagnostics diagnostics;
  diagnostics.Error(source, {1, 1}, 1, "bad");
  diagnostics.Error(source, {1, 1}, 1, "worse");
  diagnostics.Error(source, {1, 1}, 1, "bad");
  diagnostics.Error(source, {1, 2}, 1, "bad");
  diagnostics.Sort();
  EXPECT_EQ(diagnostics.all().size(), 3u);
  EXPECT_EQ(diagnostics.error_count(), 3u);
}

TEST(Diagnostics, KeepsSoManyAndSaysSo) {
  const auto source = MakeSource("x");
  Diagnostics diagnostics;
  const uint32_t more = Diagnostics::kMaxKept + 500;
  for (uint32_t i = 1; i <= more; ++i) diagnostics.Error(source, {i, 1}, 1, "bad", "mend");
  for (uint32_t i = 1; i <= more; ++i) diagnostics.Warning(source, {i, 1}, 1, "odd");
  EXPECT_EQ(diagnostics.error_count(), more) << "the rest still counts";
  diagnostics.Sort();
  ASSERT_EQ(diagnostics.all().size(), 2 * (Diagnostics::kMaxKept + 1));
  EXPECT_TRUE(diagnostics.has_errors());
  const Diagnostic& last_but_one = diagnostics.all()[2 * Diagnostics::kMaxKept];
  EXPECT_EQ(last_but_one.message,
            "there are more than 1000 errors; this one and the rest are not told");
  EXPECT_EQ(diagnostics.all().back().message,
            "there are more than 1000 warnings; this one and the rest are not told");
}

TEST(Quote, CutsLongText) {
  EXPECT_EQ(Quote("abc"), "\"abc\"");
  EXPECT_EQ(Quote(std::string(60, 'a')), "\"" + std::string(60, 'a') + "\"");
  EXPECT_EQ(Quote(std::string(61, 'a')), "\"" + std::string(60, 'a') + "...\"");
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string_view> keys = {"conditions", "on_deny", "rate_limit",
                                              "action",     "name",    "state"};
  EXPECT_EQ(Nearest("condition", keys), "conditions");
  EXPECT_EQ(Nearest("conditoins", keys), "conditions") << "two neighbours swapped";
  EXPECT_EQ(Nearest("rate-limit", keys), "rate_limit");
  EXPECT_EQ(Nearest("ON_DENY", keys), "on_deny");
  EXPECT_EQ(Nearest("nmae", keys), "name");
  EXPECT_EQ(Nearest("Actoin", keys), "action");
}

TEST(Nearest, PrefersTheNearerThenTheEarlier) {
  EXPECT_EQ(Nearest("lt", {"gt", "lte", "lt"}), "lt");
  EXPECT_EQ(Nearest("lts", {"lt", "lte"}), "lt");
}

TEST(Nearest, FindsNothingWhenNothingIsNear) {
  EXPECT_EQ(Nearest("message", {"conditions", "name"}), "");
  EXPECT_EQ(Nearest("ab", {"op", "in"}), "");
  EXPECT_EQ(Nearest("x", {"y"}), "") << "one letter for another is no resemblance";
  EXPECT_EQ(Nearest("", {"a"}), "");
  EXPECT_EQ(Nearest("name", {}), "");
  EXPECT_EQ(Nearest(std::string(1 << 20, 'n'), {"name"}), "");
}

}  // namespace
}  // namespace writ
