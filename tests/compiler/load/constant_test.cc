#include "compiler/load/constant.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "compiler/yaml/yaml.h"
#include "vm/disasm.h"

namespace writ {
namespace {

// The value of a YAML text, as text; the document is gone by then.
std::string Constant(const std::string& text) {
  Arena arena;
  Value value;
  {
    Diagnostics diagnostics;
    const auto document = yaml::Parse(std::make_shared<const Source>("t", text), diagnostics);
    EXPECT_NE(document, nullptr) << text;
    if (document != nullptr) value = ToValue(document->root(), arena);
  }
  return FormatValue(value, 1000);
}

TEST(Constant, Scalars) {
  EXPECT_EQ(Constant("[~]"), "[null]");
  EXPECT_EQ(Constant("[true, False]"), "[true, false]");
  EXPECT_EQ(Constant("[1, -1, 0x10, 010]"), "[1, -1, 16, 8]");
  EXPECT_EQ(Constant("[18446744073709551615]"), "[18446744073709551615u]");
  EXPECT_EQ(Constant("[1.5, 1e3, .inf]"), "[1.5, 1000.0, inf]");
  EXPECT_EQ(Constant("[a, '1', 2024-12-25, \"\"]"), R"(["a", "1", "2024-12-25", ""])");
}

TEST(Constant, Collections) {
  EXPECT_EQ(Constant("[]"), "[]");
  EXPECT_EQ(Constant("{}"), "{}");
  EXPECT_EQ(Constant("[[1, [a]], {b: {c: 2}}]"), R"([[1, ["a"]], {"b": {"c": 2}}])");
  EXPECT_EQ(Constant("{1: a, true: b, ~: c}"), R"({"1": "a", "true": "b", "~": "c"})");
}

TEST(Constant, AliasesAndMerges) {
  EXPECT_EQ(Constant("[&a [1, 2], *a]"), "[[1, 2], [1, 2]]");
  EXPECT_EQ(Constant("- &a {x: 1}\n- {<<: *a, y: 2}\n"), R"([{"x": 1}, {"y": 2, "x": 1}])");
}

TEST(Constant, WhatIsNotGivenIsNull) {
  Arena arena;
  EXPECT_TRUE(ToValue(nullptr, arena).is(Tag::kNull));
}

}  // namespace
}  // namespace writ
