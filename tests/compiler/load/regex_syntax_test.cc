#include "compiler/load/regex_syntax.h"

#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

TEST(RegexSyntax, PatternsThatGoAndRe2ReadAlike) {
  for (const char* const pattern : {"",
                                    "a",
                                    "^/srv/[a-z]+$",
                                    "(a|b)*?",
                                    "(?i)x",
                                    "(?P<a>x)(?P<b>y)",
                                    "\\Qa.b\\E",
                                    "\\Q(?P<a>",
                                    "[[:word:]]",
                                    "[]a]",
                                    "[^]a]",
                                    "[\\]C]",
                                    "\\\\C",
                                    "[(?P<a>](?P<a>x)",
                                    "\\pL",
                                    "\\p{Greek}",
                                    "a{2,3}",
                                    "[\\\\](?P<a>b)",
                                    "(?P<n>a)\\Q(?P<n>b)\\E",
                                    "x{1000}"}) {
    EXPECT_EQ(RegexFault(pattern), "") << pattern;
  }
}

TEST(RegexSyntax, PatternsThatNeitherReads) {
  for (const char* const pattern : {"(", ")", "[a", "a**", "(?!x)", "(?<=x)", "\\", "\\8", "(?>a)",
                                    "*a", "[z-a]", "a{1001}", "\\p{Nope}", "(?P=n)", "(?P<>a)"}) {
    EXPECT_NE(RegexFault(pattern), "") << pattern;
  }
}

TEST(RegexSyntax, PatternsThatOnlyRe2Reads) {
  EXPECT_EQ(RegexFault("a\\Cb"), "\\C (any byte) is not supported");
  EXPECT_EQ(RegexFault("\\\\\\C"), "\\C (any byte) is not supported");
  EXPECT_EQ(RegexFault("\\Qx\\E\\C"), "\\C (any byte) is not supported");
  EXPECT_NE(RegexFault("(?P<a>x)(?P<a>y)"), "");
  EXPECT_NE(RegexFault("[]](?P<a>x)|[^]](?P<a>y)"), "");
}

TEST(RegexSyntax, WhatTakesTooMuchMemoryIsRefused) {
  EXPECT_NE(RegexFault("((a{100}){100}){100}"), "");
}

}  // namespace
}  // namespace writ
