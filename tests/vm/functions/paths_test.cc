// path.normalize() and path.within(): by the text alone, fail closed.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "vm/functions/applied.h"

namespace writ {
namespace {

constexpr std::string_view kNoPath = "error: not a path that can be resolved";

// The normal form, or the error.
std::string Normal(std::string_view path) {
  Applied apply;
  const Value normal = apply.Call(FunctionId::kPathNormalize, {path});
  return normal.is(Tag::kString) ? std::string(normal.view()) : Applied::Text(normal);
}

std::string Within(std::string_view path, std::string_view folder) {
  Applied apply;
  return apply(FunctionId::kPathWithin, {path, folder});
}

TEST(Paths, NormalForms) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/", "/"},
      {"/a", "/a"},
      {"/a/", "/a"},
      {"/a//b///c", "/a/b/c"},
      {"/a/./b/.", "/a/b"},
      {"/a/../b", "/b"},
      {"/a/b/../../c", "/c"},
      {"/a/..", "/"},
      {"\\a\\b", "/a/b"},
      {"/a\\..\\b", "/b"},
      {"/a/b\\../c/", "/a/c"},
      {"/A/b", "/A/b"},
      {"/a b/\xC3\xBC", "/a b/\xC3\xBC"},
      {"/a/%2e%2e/b", "/a/%2e%2e/b"},
      {"/a/.b/..c/d..", "/a/.b/..c/d.."},
      {"/~root/x", "/~root/x"},
      {"/a/b:c", "/a/b:c"},
      {"C:\\Users\\x", "C:/Users/x"},
      {"c:/Users//x/../y", "C:/Users/y"},
      {"C:\\", "C:/"},
      {"c:/a/..", "C:/"},
      {"\\\\Server\\Share\\a\\..\\b", "//server/Share/b"},
      {"\\\\server\\share", "//server/share"},
      {"\\\\server\\share\\", "//server/share"},
      {"a", "a"},
      {"./a/../b", "b"},
      {".", "."},
      {"a/..", "."},
      {"a/b:c", "a/b:c"},
      {"file:///a/b", "/a/b"},
      {"FILE://LocalHost/a/b", "/a/b"},
      {"file:/a/b", "/a/b"},
      {"file:///a/%2e%2e/b%20c", "/b c"},
      {"file:///a%252e", "/a%2e"},
      {"file:///", "/"},
      {"file:///C:/x", "C:/x"},
      {"file:///c:", std::string(kNoPath)},
      {"file://localhost/c:/x", "C:/x"},
  };
  for (const auto& [path, normal] : cases) EXPECT_EQ(Normal(path), normal) << path;
}

TEST(Paths, ANormalFormIsItsOwn) {
  for (const char* path : {"/", "/a/b", "C:/", "C:/a", "a/b", "."}) {
    EXPECT_EQ(Normal(path), path);
  }
}

TEST(Paths, WhatCannotBeResolved) {
  const std::vector<std::string> cases = {
      "",
      // Out of the root.
      "/..",
      "/../etc/passwd",
      "/a/../../b",
      "..",
      "../a",
      "a/../..",
      "a/../../b",
      "C:\\..",
      "C:/a/../../b",
      "\\\\server\\share\\..",
      "\\\\server\\share\\a\\..\\..\\b",
      "\\..\\a",
      "file:///../a",
      "file:///%2e%2e/a",
      // NUL.
      std::string("/a\0b", 4),
      std::string("/a\0", 3),
      std::string("\0/a", 3),
      "file:///a%00b",
      // POSIX and Windows differ on where it begins.
      "//a/b",
      "//etc/passwd",
      "///etc/passwd",
      "/\\server\\share",
      "\\/server/share",
      "//",
      "\\\\",
      "C:",
      "C:a",
      "C:..\\a",
      "c:a/b",
      "a:b",
      "x.txt:stream",
      "x::$DATA",
      // Expanded, or another thing than a path.
      "~",
      "~/x",
      "~root/x",
      "~+/x",
      "http://h/a",
      "smb://h/a",
      "javascript:x",
      // Windows takes these for "..", or for another name.
      "/a/.. /b",
      "/a/... /b",
      "/a/. ./b",
      "/a/.../b",
      "a/ . /b",
      "/a/. ",
      "C:/a./b",
      "C:/a /b",
      "C:/a/b.",
      "C:/a/b ",
      "C:/a/b::$DATA",
      "C:/a/b:c",
      "C:/a::$INDEX_ALLOCATION/b",
      "C:/PROGRA~1/x",
      "C:/a/SECRET~1.TXT",
      "C:/a*/b",
      "C:/a?/b",
      "C:/a|b",
      "C:/<a>",
      "C:/\"a\"",
      "C:/a\nb",
      "C:/a\x7F",
      "C:/NUL",
      "C:/a/con",
      "C:/a/Com1.txt",
      "C:/a/lpt9 .x",
      "C:/a/aux.",
      "C:/a/COM\xC2\xB9",
      "C:/a/CONOUT$",
      // Prefixes that switch the rules off, and shares without one.
      "\\\\?\\C:\\a",
      "\\\\.\\C:\\a",
      "\\\\.\\pipe\\x",
      "\\\\?\\UNC\\server\\share\\a",
      "\\\\server",
      "\\\\server\\",
      "\\\\\\server\\share",
      "\\\\server\\\\share",
      "\\\\..\\share\\a",
      "\\\\server\\..\\a",
      "\\\\server\\.\\a",
      "\\\\server:80\\share",
      "\\\\server.\\share",
      // file: URLs of other hosts, or read in two ways.
      "file:",
      "file:a",
      "file:../a",
      "file://",
      "file://a",
      "file://evil.org/a",
      "file://evil.org",
      "file://localhost",
      "file://localhost:80/a",
      "file://user@localhost/a",
      "file://127.0.0.1/a",
      "file:////server/share",
      "file://localhost//server/share",
      "file:///a?b",
      "file:///a#b",
      "file:///a\\b",
      "file:\\\\a",
      "file:///a%2fb",
      "file:///a%2Fb",
      "file:///a%5cb",
      "file:///a%",
      "file:///a%2",
      "file:///a%zz",
      "file:///a%ff",
      "file:///a%c0%af",
      "file:///a\tb",
      "file:///a\nb",
      "file:///C|/a",
      "file:///c|",
      "file:///%5c%5cserver%5cshare",
      "file:///C:/a.",
      "file:///C:a:b/%2e%2e/%2e%2e",
  };
  for (const std::string& path : cases) EXPECT_EQ(Normal(path), kNoPath) << path;
}

TEST(Paths, TheFolderAndWhatIsBelow) {
  EXPECT_EQ(Within("/srv/project", "/srv/project"), "true");
  EXPECT_EQ(Within("/srv/project/", "/srv/project"), "true");
  EXPECT_EQ(Within("/srv/project/a/b", "/srv/project/"), "true");
  EXPECT_EQ(Within("/srv/project/a/../b", "/srv/project"), "true");
  EXPECT_EQ(Within("/srv/other/../project/a", "/srv/project"), "true");
  EXPECT_EQ(Within("\\srv\\project\\a", "/srv/project"), "true");
  EXPECT_EQ(Within("file:///srv/project/a", "/srv/project"), "true");
  EXPECT_EQ(Within("/anything", "/"), "true");
  EXPECT_EQ(Within("/", "/"), "true");
  EXPECT_EQ(Within("c:\\Users\\a", "C:/Users"), "true");
  EXPECT_EQ(Within("C:\\a", "c:\\"), "true");
  EXPECT_EQ(Within("\\\\SERVER\\share\\a", "\\\\server\\share"), "true");
  EXPECT_EQ(Within("docs/a", "docs"), "true");
  EXPECT_EQ(Within("docs/a", "."), "true");
  EXPECT_EQ(Within("./docs", "docs/"), "true");
}

TEST(Paths, Outside) {
  EXPECT_EQ(Within("/srv", "/srv/project"), "false");
  EXPECT_EQ(Within("/", "/srv/project"), "false");
  EXPECT_EQ(Within("/srv/project-evil", "/srv/project"), "false");
  EXPECT_EQ(Within("/srv/projectx/a", "/srv/project"), "false");
  EXPECT_EQ(Within("/srv/project/../secret", "/srv/project"), "false");
  EXPECT_EQ(Within("/srv/project/..\\secret", "/srv/project"), "false");
  EXPECT_EQ(Within("\\srv\\project\\..\\secret", "/srv/project"), "false");
  EXPECT_EQ(Within("/srv/project/a/../../secret", "/srv/project"), "false");
  EXPECT_EQ(Within("/srv/Project/a", "/srv/project"), "false");
  EXPECT_EQ(Within("file:///srv/project/%2e%2e/secret", "/srv/project"), "false");
  EXPECT_EQ(Within("D:/Users/a", "C:/Users"), "false");
  EXPECT_EQ(Within("C:/Users2", "C:/Users"), "false");
  EXPECT_EQ(Within("\\\\server\\share2\\a", "\\\\server\\share"), "false");
  EXPECT_EQ(Within("\\\\other\\share\\a", "\\\\server\\share"), "false");
  EXPECT_EQ(Within("documents", "docs"), "false");
}

// Whether a rule requires or forbids the folder: a path that says nothing of it denies.
TEST(Paths, PathsOfAnotherKindAreErrors) {
  EXPECT_EQ(Within("secret", "/srv/project"), kNoPath);
  EXPECT_EQ(Within(".", "/"), kNoPath);
  EXPECT_EQ(Within("C:/srv/project", "/srv/project"), kNoPath);
  EXPECT_EQ(Within("\\\\localhost\\c$\\Users", "C:/Users"), kNoPath);
  EXPECT_EQ(Within("/Users/a", "C:/Users"), kNoPath);
  EXPECT_EQ(Within("/srv/project/a", "docs"), kNoPath);
  EXPECT_EQ(Within("\\\\etc\\passwd", "/etc"), kNoPath);
}

// Each tries to leave /srv/project, or to reach it unseen: none may be true, and those that a
// server could follow to /srv/secret may not be a plain false for a rule that forbids it either.
TEST(Paths, AttacksOnARuleThatRequires) {
  const std::vector<std::string> attacks = {
      "../secret",
      "/srv/project/../../etc/passwd",
      "/srv/project/..",
      "/srv/project/../",
      "/srv/project/./../secret",
      "/srv/project//../secret",
      "/srv/project/%2e%2e/../../secret",
      "/srv/project/.. /secret",
      "/srv/project/.../secret",
      "/srv/project/..\\..\\secret",
      "\\srv\\project\\..\\..\\secret",
      "/srv/project\\..\\..\\secret",
      "//srv/project/x",
      "/srv/project/../../../../../../../srv/project",
      "/../srv/project/x",
      "file:///srv/project/..%2fsecret",
      "file:///srv/project/%2e%2e%5csecret",
      "file:///srv/project/%2E%2E/secret",
      "file://evil.org/srv/project/x",
      "file:///srv/project/%00/../x",
      "FILE:///srv/secret",
      "file:/srv/secret",
      " /srv/project/x",
      "\t/srv/project/x",
      "~/../srv/project",
      "\\\\?\\/srv/project/x",
      "C:/srv/project/x",
      "srv/project/x",
      "./srv/project/x",
      std::string("/srv/project/x\0/../../secret", 28),
      "http://localhost/srv/project/x",
      "/srv/project-evil/x",
      "/srv/project.x",
      "/srv/project x",
  };
  for (const std::string& path : attacks) EXPECT_NE(Within(path, "/srv/project"), "true") << path;
}

TEST(Paths, AttacksOnARuleThatForbids) {
  const std::vector<std::string> attacks = {
      "/etc/passwd",
      "/etc//passwd",
      "/etc/./passwd",
      "/./etc/passwd",
      "//etc/passwd",
      "///etc/passwd",
      "/../etc/passwd",
      "/x/../etc/passwd",
      "\\etc\\passwd",
      "/etc\\passwd",
      "\\\\etc\\passwd",
      "etc/passwd",
      "../etc/passwd",
      "../../../../etc/passwd",
      "file:///etc/passwd",
      "file:/etc/passwd",
      "file://localhost/etc/passwd",
      "FILE:///etc/passwd",
      "file:///%65tc/passwd",
      "file:///x/%2e%2e/etc/passwd",
      "file:////etc/passwd",
      "file:///etc%2fpasswd",
      "file:///etc/passwd?x",
      "file:///etc/passwd#x",
      std::string("/etc/passwd\0.txt", 16),
      "~/../../etc/passwd",
      "/x/.. /etc/passwd",
  };
  for (const std::string& path : attacks) EXPECT_NE(Within(path, "/etc"), "false") << path;
}

TEST(Paths, LongOnes) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "/a";
  EXPECT_EQ(Normal(deep), deep);
  std::string back = deep;
  for (int i = 0; i < 100'000; ++i) back += "/..";
  EXPECT_EQ(Normal(back), "/");
  EXPECT_EQ(Normal(back + "/.."), kNoPath);
  EXPECT_EQ(Normal("/" + std::string(1'000'000, '.')), kNoPath);
  EXPECT_EQ(Normal(std::string("/a") + std::string(1'000'000, '/')), "/a");
}

TEST(Paths, OnlyTextsAndPaidFor) {
  Applied apply;
  EXPECT_EQ(apply(FunctionId::kPathNormalize, {1}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kPathNormalize, {}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kPathWithin, {"/a"}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kPathWithin, {"/a", nullptr}), "error: no such overload");
  EXPECT_EQ(apply(FunctionId::kPathWithin, {nullptr, "/a"}), "error: no such overload");
  EXPECT_EQ(apply.Within(100, FunctionId::kPathNormalize, {"/" + std::string(10'000, 'a')}),
            "error: evaluation budget exceeded");
}

}  // namespace
}  // namespace writ
