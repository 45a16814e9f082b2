// Which word tools know each kind of fault by.
#include "compiler/diagnostic_code.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "compiler/compile.h"
#include "compiler/diagnostic.h"
#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

// The word of all that is wrong with a policy, or "" if they are not one.
std::string WordOf(const std::string& text) {
  auto source = std::make_shared<const Source>("policy.yaml", text);
  Diagnostics diagnostics;
  const auto document = yaml::Parse(source, diagnostics);
  if (document != nullptr) CompileInline(source, *document->root(), "test", diagnostics);
  std::set<std::string_view> words;
  for (const Diagnostic& diagnostic : diagnostics.all()) words.insert(Word(diagnostic.code));
  return words.size() == 1 ? std::string(*words.begin()) : "";
}

std::string WordOfRule(const std::string& rule) {
  return WordOf("writ: 1\ndefault: allow\nlabels: [env]\ndata: {caps: {a: 1}}\nrules:\n" +
                ("  - name: r\n    " + rule) + "\n");
}

TEST(DiagnosticCodes, AreWordsOfTheirOwn) {
  std::set<std::string_view> words;
  for (const DiagnosticCode code : AllDiagnosticCodes()) {
    const std::string_view word = Word(code);
    EXPECT_FALSE(word.empty());
    EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos)
        << word;
    EXPECT_TRUE(words.insert(word).second) << word;
    EXPECT_FALSE(Meaning(code).empty()) << word;
    EXPECT_FALSE(Meaning(code).ends_with('.')) << word;
    EXPECT_FALSE(Remedy(code).empty()) << word;
    EXPECT_FALSE(Remedy(code).ends_with('.')) << word;
  }
  EXPECT_GE(words.size(), 15u);
}

TEST(DiagnosticCodes, TellWhichPartOfAPolicyIsAtFault) {
  EXPECT_EQ(WordOf("writ: [1\n"), "yaml");
  EXPECT_EQ(WordOf("writ: 2\ndefault: allow\n"), "policy");
  EXPECT_EQ(WordOf("writ: 1\ndefault: allow\nrulez: []\n"), "unknown-key");
  EXPECT_EQ(WordOf("version: \"1\"\nrulez: []\n"), "unknown-key");
  EXPECT_EQ(WordOf("writ: 1\ndefault: allow\ndata: {a: {from_file: 1, b: 2}}\n"), "data");
  EXPECT_EQ(WordOf("writ: 1\ndefault: allow\ndata: {a: 010}\n"), "yaml-trap");
  EXPECT_EQ(WordOf("writ: 1\ndefault: deny\nallow: []\n"), "always-denies");
}

TEST(DiagnosticCodes, TellWhatIsWrongWithAnExpression) {
  EXPECT_EQ(WordOfRule("require: args.a ="), "syntax");
  EXPECT_EQ(WordOfRule("require: arg.a == 1"), "unknown-name");
  EXPECT_EQ(WordOfRule("require: labels.region == 'eu'"), "unknown-name");
  EXPECT_EQ(WordOfRule("require: tool.name + 1 == 2"), "type");
  EXPECT_EQ(WordOfRule("require: tool.name"), "type");
  EXPECT_EQ(WordOfRule("require: args.a.matches('(')"), "invalid-constant");
  EXPECT_EQ(WordOfRule("require: args.a == args.a"), "constant-condition");
  EXPECT_EQ(WordOfRule("require: args.a <= data.caps[args.c]"), "may-fail");
  EXPECT_EQ(WordOfRule("require: \"'/srv/'.startsWith(args.p)\""), "swapped-operands");
}

TEST(DiagnosticCodes, TellWhatIsWrongWithARule) {
  EXPECT_EQ(WordOfRule("require: [args.a == 1, args.a == 2]"), "contradiction");
  EXPECT_EQ(WordOfRule("quota: {max: 0 - 1, per: day}"), "policy");
}

TEST(DiagnosticCodes, AStageEndsWithItsBlock) {
  Diagnostics diagnostics;
  {
    const Diagnostics::Stage outer(diagnostics, DiagnosticCode::kYaml);
    {
      const Diagnostics::Stage inner(diagnostics, DiagnosticCode::kData);
      diagnostics.Warning(nullptr, {1, 1}, 1, "1");
      diagnostics.Warning(nullptr, {1, 1}, 1, "2", "", DiagnosticCode::kType);
    }
    diagnostics.Error(nullptr, {1, 1}, 1, "3");
    diagnostics.Unreadable("gone.yaml", "4");
  }
  diagnostics.Error(nullptr, {1, 1}, 1, "5");
  std::string words;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    words += std::string(Word(diagnostic.code)) + " ";
  }
  EXPECT_EQ(words, "data type yaml unreadable policy ");
}

TEST(DiagnosticCodes, WhatReadsTheSameIsSaidOnceWhateverItIsCalled) {
  Diagnostics diagnostics;
  diagnostics.Error(nullptr, {1, 1}, 1, "bad", "", DiagnosticCode::kType);
  diagnostics.Error(nullptr, {1, 1}, 1, "bad", "", DiagnosticCode::kSyntax);
  diagnostics.Sort();
  EXPECT_EQ(diagnostics.all().size(), 1u);
  EXPECT_EQ(diagnostics.error_count(), 1u);
}

}  // namespace
}  // namespace writ
