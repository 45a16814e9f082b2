// What the conformance cases' JSON means.
#include "conformance/cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "oracle/print.h"

namespace writ::conformance {
namespace {

std::string Read(const char* json) {
  static Arena arena;
  return oracle::Print(ReadValue(json, arena), arena);
}

TEST(ValueJson, ScalarsKeepTheirTypes) {
  EXPECT_EQ(Read(R"({"null": null})"), "null");
  EXPECT_EQ(Read(R"({"bool": true})"), "true");
  EXPECT_EQ(Read(R"({"int": "-9223372036854775808"})"), "-9223372036854775808");
  EXPECT_EQ(Read(R"({"uint": "18446744073709551615"})"), "18446744073709551615u");
  EXPECT_EQ(Read(R"({"double": 1.0})"), "1.0");
  EXPECT_EQ(Read(R"({"double": 1})"), "1.0");
  EXPECT_EQ(Read(R"({"double": -0.0})"), "-0.0");
  EXPECT_EQ(Read(R"({"double": "NaN"})"), "NaN");
  EXPECT_EQ(Read(R"({"double": "-Infinity"})"), "-Infinity");
  EXPECT_EQ(Read(R"({"type": "null_type"})"), "type null_type");
}

TEST(ValueJson, TextHoldsAnyCodePoint) {
  EXPECT_EQ(Read(R"({"string": "a\u0000b"})"), "\"a\\x00b\"");
  EXPECT_EQ(Read(R"({"string": "\ud83d\ude00"})"), "\"\xf0\x9f\x98\x80\"");
  EXPECT_EQ(Read(R"({"bytes": "AP8="})"), R"(b"\x00\xff")");
  EXPECT_EQ(Read(R"({"bytes": ""})"), R"(b"")");
}

TEST(ValueJson, Times) {
  EXPECT_EQ(Read(R"({"timestamp": "1970-01-01T00:00:01.5Z"})"),
            R"(timestamp("1970-01-01T00:00:01.500000000Z"))");
  EXPECT_EQ(Read(R"({"timestamp": "0001-01-01T00:00:00Z"})"),
            R"(timestamp("0001-01-01T00:00:00.000000000Z"))");
  EXPECT_EQ(Read(R"({"duration": "-1.000000001s"})"), R"(duration("-1000000001ns"))");
  EXPECT_EQ(Read(R"({"duration": "-0.5s"})"), R"(duration("-500000000ns"))");
}

TEST(ValueJson, ListsMapsAndOptionals) {
  EXPECT_EQ(Read(R"({"list": [{"int": "1"}, {"list": []}]})"), "[1, []]");
  EXPECT_EQ(Read(R"({"map": [[{"int": "1"}, {"string": "a"}]]})"), R"({1: "a"})");
  EXPECT_EQ(Read(R"({"optional": null})"), "optional.none()");
  EXPECT_EQ(Read(R"({"optional": {"int": "1"}})"), "optional.of(1)");
}

TEST(ValueJson, RefusesOtherForms) {
  Arena arena;
  for (const char* json : {"1", "{}", R"({"enum": "1"})", R"({"int": 1})", R"({"double": "nan"})",
                           R"({"timestamp": "yesterday"})"}) {
    EXPECT_THROW(ReadValue(json, arena), std::exception) << json;
  }
}

TEST(TypeText, ReadsWhatTypesPrint) {
  for (const char* text :
       {"int", "null", "dyn", "timestamp", "list(int)", "map(string, list(dyn))", "type(int)",
        "optional_type(int)", "tuple(dyn, uint, double)", "net.IP"}) {
    const auto type = ReadType(text);
    ASSERT_TRUE(type.has_value()) << text;
    EXPECT_EQ(type->ToString(), text);
  }
  EXPECT_TRUE(ReadType("param(T)")->is(cel::TypeKind::kParameter));
}

TEST(TypeText, RefusesOtherForms) {
  for (const char* text :
       {"", "list(", "list(int", "list(int))", "map(,)", "param()", "int(int)"}) {
    EXPECT_FALSE(ReadType(text).has_value()) << text;
  }
}

class Folder : public testing::Test {
 protected:
  Folder() {
    // Of this process alone: tests run side by side.
    std::string name = (std::filesystem::temp_directory_path() / "writ-cases-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the cases");
    path_ = name;
  }
  ~Folder() override { std::filesystem::remove_all(path_); }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }

  std::filesystem::path path_;
  Arena arena_;
};

TEST_F(Folder, CasesComeInTheOrderOfFilesAndLines) {
  const std::string one = R"({"file":"f","section":"s","name":"NAME","expr":"x",)"
                          R"("expected":{"eval_error":["no"]}})";
  const auto named = [&](const std::string& name) {
    return std::string(one).replace(one.find("NAME"), 4, name);
  };
  Write("b.json", "[" + named("third") + "]");
  Write("a.json", "[" + named("first") + "," + named("second") + "]");
  Write("LICENSE.txt", "no cases");
  const auto cases = ReadFolder(path_, arena_);
  ASSERT_TRUE(cases.has_value()) << cases.error();
  ASSERT_EQ(cases->size(), 3u);
  EXPECT_EQ((*cases)[0].name, "f/s/first");
  EXPECT_EQ((*cases)[1].name, "f/s/second");
  EXPECT_EQ((*cases)[2].name, "f/s/third");
}

TEST_F(Folder, WhatIsBoundIsDeclaredOrDyn) {
  Write("a.json", R"--([{"file": "f", "section": "s", "name": "n", "expr": "a.b + c",
    "container": "x", "disable_check": true, "check_only": true, "deduced_type": "int",
    "type_env": [{"name": "a.b", "type": "int"},
                 {"name": "f", "function": [{"params": ["param(T)"], "result": "list(param(T))",
                                             "member": true}]}],
    "bindings": {"a.b": {"value": {"int": "1"}}, "c": {"value": {"int": "2"}}},
    "expected": {"any": true}}])--");
  const auto cases = ReadFolder(path_, arena_);
  ASSERT_TRUE(cases.has_value()) << cases.error();
  const Case& c = cases->front();
  EXPECT_FALSE(c.environment.checked);
  EXPECT_TRUE(c.check_only);
  EXPECT_EQ(c.environment.container, "x");
  EXPECT_EQ(c.deduced_type, "int");
  ASSERT_EQ(c.environment.variables.size(), 2u);
  EXPECT_EQ(c.environment.variables[0].type.ToString(), "int");
  EXPECT_EQ(c.environment.variables[1].type.ToString(), "dyn");
  ASSERT_EQ(c.environment.declarations.size(), 1u);
  EXPECT_TRUE(c.environment.declarations[0].member);
  ASSERT_EQ(c.bindings.size(), 2u);
  EXPECT_EQ(c.bindings[0].i, 1);
  EXPECT_EQ(c.bindings[1].i, 2);
}

TEST_F(Folder, SaysWhyItCannotBeRead) {
  using testing::HasSubstr;
  EXPECT_THAT(ReadFolder(path_, arena_).error(), HasSubstr("no cases found"));
  EXPECT_THAT(ReadFolder(path_ / "nowhere", arena_).error(), HasSubstr("No such file"));
  Write("a.json", "{}");
  EXPECT_THAT(ReadFolder(path_, arena_).error(), HasSubstr("a.json: is no array of cases"));
  Write("a.json", "[{]");
  EXPECT_THAT(ReadFolder(path_, arena_).error(), HasSubstr("a.json: "));
  Write("a.json", R"([{"file":"f","section":"s","name":"n","expr":"x","expected":{}}])");
  EXPECT_THAT(ReadFolder(path_, arena_).error(), HasSubstr("malformed expectation"));
}

}  // namespace
}  // namespace writ::conformance
