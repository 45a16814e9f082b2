// The trie of needed paths: building it, and finding names and look-alikes in it.
#include "vm/paths.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vm/json.h"

namespace writ {
namespace {

using namespace std::string_view_literals;

const PathEdge* Find(const PathTrie& trie, uint32_t node, std::string_view name) {
  const PaddedText padded(name);
  return trie.Find(node, padded.view(), NameWord(padded.view().data(), name.size()));
}

const PathEdge* FindLookalike(const PathTrie& trie, uint32_t node, std::string_view name) {
  const PaddedText padded(name);
  bool plain = true;
  for (const char c : name) plain = plain && c != '\0' && static_cast<unsigned char>(c) < 0x80;
  return trie.FindLookalike(node, padded.view(), NameWord(padded.view().data(), name.size()),
                            plain);
}

TEST(Paths, ANameWordHoldsTheFirstEightBytes) {
  const char text[] = "abcdefghij";
  EXPECT_EQ(NameWord(text, 0), 0u);
  EXPECT_EQ(NameWord(text, 1), uint64_t{'a'});
  EXPECT_EQ(NameWord(text, 2), uint64_t{'a'} | uint64_t{'b'} << 8);
  EXPECT_EQ(NameWord(text, 8), NameWord(text, 10));
  EXPECT_NE(NameWord(text, 7), NameWord(text, 8));
}

TEST(Paths, NodesAreMadeOnceAndKeepTheirNumbers) {
  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  const uint32_t a = builder.Child(root, "a");
  const uint32_t b = builder.Child(a, "b");
  const uint32_t other_root = builder.NewRoot();
  EXPECT_EQ(builder.Child(root, "a"), a);
  EXPECT_EQ(builder.Child(a, "b"), b);
  const uint32_t other_a = builder.Child(other_root, "a");
  EXPECT_NE(other_a, a);
  EXPECT_EQ(builder.slot(b), kNoSlot);
  builder.SetSlot(b, 3, false);
  EXPECT_EQ(builder.slot(b), 3u);
  const PathTrie trie = builder.Build();
  EXPECT_EQ(trie.node_count(), 5u);
  EXPECT_EQ(Find(trie, root, "a")->child, a);
  EXPECT_EQ(Find(trie, a, "b")->child, b);
  EXPECT_EQ(Find(trie, other_root, "a")->child, other_a);
  EXPECT_EQ(trie.node(b).slot, 3u);
  EXPECT_FALSE(trie.node(b).reads_value);
  EXPECT_EQ(trie.node(a).slot, kNoSlot);
}

TEST(Paths, AValueThatIsReadOnceIsRead) {
  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  builder.SetSlot(root, 0, true);
  builder.SetSlot(root, 0, false);
  EXPECT_TRUE(builder.Build().node(root).reads_value);
}

TEST(Paths, FindsNamesOfEveryLength) {
  const std::vector<std::string> names = {
      "",          "a",          "ab",          "abcdefg", "abcdefgh",
      "abcdefghi", "abcdefghij", "caf\xC3\xA9", "a b",     std::string(1000, 'x')};
  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  for (const std::string& name : names) builder.Child(root, name);
  const PathTrie trie = builder.Build();
  for (const std::string& name : names) {
    const PathEdge* edge = Find(trie, root, name);
    ASSERT_NE(edge, nullptr) << name;
    EXPECT_EQ(edge->name, name);
    EXPECT_EQ(Find(trie, edge->child, name), nullptr) << "nothing stands below";
  }
  for (const std::string_view name :
       {"b"sv, "A"sv, "abcdefgi"sv, "abcdefghj"sv, "abcdefghijk"sv, "\0"sv, "a\0"sv, "ab\0"sv}) {
    EXPECT_EQ(Find(trie, root, name), nullptr) << name;
  }
}

TEST(Paths, FindsLookalikes) {
  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  for (const char* name : {"path", "a_long_name_of_many_words", "kind"}) builder.Child(root, name);
  const PathTrie trie = builder.Build();
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"Path", "path"},
      {"PATH", "path"},
      {"path\0"sv, "path"},
      {"path\0x"sv, "path"},
      {"PATH\0x"sv, "path"},
      {"a_long_NAME_of_many_words", "a_long_name_of_many_words"},
      {"a_long_name_of_many_wordS", "a_long_name_of_many_words"},
      {"\xE2\x84\xAAind", "kind"},
      {"a_long_name_of_many_word\xC5\xBF", "a_long_name_of_many_words"},
  };
  for (const auto& [name, like] : cases) {
    const PathEdge* edge = FindLookalike(trie, root, name);
    ASSERT_NE(edge, nullptr) << name;
    EXPECT_EQ(edge->name, like);
  }
  for (const std::string_view name :
       {"pat"sv, "paths"sv, "p"sv, ""sv, "\0path"sv, "pat\0h"sv, "p@th"sv, "0ath"sv, "kin$"sv,
        "a-long-name-of-many-words"sv, "\xC3\xA9ind"sv}) {
    EXPECT_EQ(FindLookalike(trie, root, name), nullptr) << name;
  }
}

TEST(Paths, NamesBeyondAsciiHaveLookalikesWithin) {
  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  builder.Child(root,
                "ta\xC5\xBF"
                "k");
  const PathTrie trie = builder.Build();
  for (const std::string_view name : {"task", "TASK", "ta\xC5\xBFK", "tas\xE2\x84\xAA"}) {
    EXPECT_NE(FindLookalike(trie, root, name), nullptr) << name;
  }
}

// A name of a path may hold a NUL as any other byte.
TEST(Paths, ANameWithANulHasLookalikesToo) {
  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  builder.Child(root, "a\0b"sv);
  const PathTrie trie = builder.Build();
  EXPECT_NE(Find(trie, root, "a\0b"sv), nullptr);
  EXPECT_NE(FindLookalike(trie, root, "A\0B"sv), nullptr);
}

TEST(Paths, MayBeMoved) {
  PathTrieBuilder builder;
  builder.Child(builder.NewRoot(), "short");
  PathTrie built = builder.Build();
  const PathTrie moved = std::move(built);
  ASSERT_NE(Find(moved, 0, "short"), nullptr);
  EXPECT_EQ(Find(moved, 0, "short")->name, "short");
}

// An edge is watched if nothing at it or below it decides.
TEST(Paths, WatchedEdges) {
  PathTrieBuilder builder;
  const uint32_t root = builder.NewRoot();
  const uint32_t other = builder.NewRoot();
  const auto read = [&](uint32_t from, const std::vector<std::string>& path, uint32_t slot) {
    uint32_t node = from;
    for (const std::string& name : path) node = builder.Child(node, name);
    builder.SetSlot(node, slot, true);
  };
  read(root, {"a", "b"}, 0);
  read(root, {"a", "c"}, 1);
  read(root, {"d"}, 2);
  read(root, {"d", "e"}, 3);
  read(root, {"f", "g"}, 4);
  builder.Child(root, "named");
  read(other, {"d"}, 2);
  const std::vector<bool> deciding = {true, false, false, true, false};
  builder.Watch(root, deciding, deciding);
  const PathTrie trie = builder.Build();
  const auto watched = [&](uint32_t from, const std::vector<std::string>& path) {
    const PathEdge* edge = nullptr;
    for (const std::string& name : path) {
      edge = Find(trie, edge == nullptr ? from : edge->child, name);
    }
    return edge->watched;
  };
  EXPECT_FALSE(watched(root, {"a"}));
  EXPECT_FALSE(watched(root, {"a", "b"}));
  EXPECT_TRUE(watched(root, {"a", "c"}));
  EXPECT_FALSE(watched(root, {"d"}));
  EXPECT_FALSE(watched(root, {"d", "e"}));
  EXPECT_TRUE(watched(root, {"f"}));
  EXPECT_TRUE(watched(root, {"f", "g"}));
  EXPECT_FALSE(watched(root, {"named"})) << "who reads it is not known";
  EXPECT_FALSE(watched(other, {"d"})) << "each root for itself";
}

// Whatever the order of insertion, the same paths give the same edges.
TEST(Paths, EdgesAreInOrder) {
  const auto names = [](const std::vector<std::string>& order) {
    PathTrieBuilder builder;
    const uint32_t root = builder.NewRoot();
    for (const std::string& name : order) builder.Child(root, name);
    const PathTrie trie = builder.Build();
    std::string all;
    for (uint32_t i = 0; i < trie.node(root).edge_count; ++i) {
      all += std::string(trie.edge(trie.node(root).first_edge + i).name) + " ";
    }
    return all;
  };
  EXPECT_EQ(names({"b", "a", "c"}), "a b c ");
  EXPECT_EQ(names({"c", "b", "a"}), "a b c ");
}

}  // namespace
}  // namespace writ
