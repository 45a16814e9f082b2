// Path tries as rows.
#include "vm/bundle/trie.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace writ::bundle {
namespace {

// Two tools: args, args.a (watched) and args.a.b of one, args.c of the other.
PathTrie TwoTries(bool watch) {
  PathTrieBuilder builder;
  const uint32_t one = builder.NewRoot();
  const uint32_t a = builder.Child(one, "a");
  const uint32_t other = builder.NewRoot();
  builder.SetSlot(one, 0, false);
  builder.SetSlot(a, 1, true);
  builder.SetSlot(builder.Child(a, "b"), 2, true);
  builder.SetSlot(builder.Child(one, "a long name of an argument"), 3, true);
  builder.SetSlot(builder.Child(other, "c"), 4, false);
  if (watch) {
    builder.Watch(one, {true, false, false, true, true}, {true, false, false, false, true});
  }
  return builder.Build();
}

TEST(Trie, IsMadeOfItsRows) {
  for (const bool watch : {false, true}) {
    const std::vector<PathRow> rows = RowsOf(TwoTries(watch));
    ASSERT_EQ(rows.size(), 6u);
    EXPECT_EQ(rows[1].edges.front().name, "b");
    EXPECT_EQ(rows[0].edges.front().watched, watch);
    EXPECT_EQ(rows[4].value_decides, !watch);
    const auto trie = TrieOf(rows);
    ASSERT_TRUE(trie.has_value()) << trie.error();
    EXPECT_EQ(RowsOf(*trie), rows);
    const std::string name = "a long name of an argument";
    const PathEdge* const edge = trie->Find(0, name, NameWord(name.data(), name.size()));
    ASSERT_NE(edge, nullptr);
    EXPECT_EQ(edge->child, 4u);
  }
}

TEST(Trie, OfNoRowsHasNoNodes) {
  EXPECT_EQ(TrieOf({})->node_count(), 0u);
}

TEST(Trie, WhatIsWatchedDecidesNothing) {
  std::vector<PathRow> rows = RowsOf(TwoTries(true));
  // Below a watched edge an edge that decides.
  rows[1].edges[0].watched = false;
  EXPECT_FALSE(TrieOf(rows).has_value());
  rows = RowsOf(TwoTries(true));
  // An edge that leads to nothing that is read.
  rows.emplace_back();
  rows[2].edges.push_back({"d", 6, true});
  EXPECT_FALSE(TrieOf(rows).has_value());
  rows[2].edges.back().watched = false;
  EXPECT_TRUE(TrieOf(rows).has_value());
}

}  // namespace
}  // namespace writ::bundle
