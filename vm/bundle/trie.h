// Path tries as rows of a bundle and back.
//
// Tested by tests/vm/bundle/trie_test.cc.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "vm/paths.h"

namespace writ::bundle {

// A node as PathTrie keeps it, without what follows from the names.
struct PathEdgeRow {
  std::string name;
  uint32_t child = kNoNode;
  bool watched = false;

  friend bool operator==(const PathEdgeRow&, const PathEdgeRow&) = default;
};
struct PathRow {
  uint32_t slot = kNoSlot;
  bool reads_value = false;
  bool value_decides = false;
  std::vector<PathEdgeRow> edges;  // rising by name

  friend bool operator==(const PathRow&, const PathRow&) = default;
};

std::vector<PathRow> RowsOf(const PathTrie& trie);

// The error is a sentence without a point: an edge is watched above what decides, or the other way
// round. REQUIRES: edges lead to nodes of higher number, no two to the same one; a node's names
// rise.
tl::expected<PathTrie, std::string> TrieOf(const std::vector<PathRow>& rows);

}  // namespace writ::bundle
