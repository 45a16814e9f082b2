// The path tries of a linked program: for each tool one that holds the paths of all parts, so that
// one scan of a call fills the slots of all.
//
// Where several parts read one path, the first part's slot is filled, and the others' are copied
// from it.
//
// Tested by tests/vm/link_test.cc and tests/compiler/link_test.cc.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "vm/link_code.h"
#include "vm/paths.h"
#include "vm/program.h"

namespace writ {

// One trie of the linked program.
struct LinkedPaths {
  uint32_t root = kNoNode;
  std::vector<std::vector<SlotCopy>> copies;  // by part
  // By part that watches: which of the linked program's slots is filled where the part's tries name
  // one of theirs.
  std::vector<std::unordered_map<uint32_t, uint32_t>> filled;
};

class PathLinker {
 public:
  // `rows` of each part; both are to outlive it.
  PathLinker(std::vector<const Program*> parts, const std::vector<PartRows>& rows)
      : parts_(std::move(parts)), rows_(rows) {}

  // The trie for what each part begins at its root (kNoNode: it reads nothing); those who ask for
  // the same roots are given the same one. Null if there are too many nodes.
  const LinkedPaths* Of(const std::vector<uint32_t>& roots);

  // What rules in shadow mode watch in all tries that were asked for. `other_roots` are those of
  // other tools, whose rows are for every tool; they were asked for. False if there are too many.
  bool Watches(const std::vector<uint32_t>& other_roots, std::vector<Watch>& watches) const;

  // All of them. Names are copied from the parts' tries.
  PathTrie Take() { return PathTrie::Of(std::move(nodes_), std::move(edges_)); }

 private:
  // The nodes of parts that are one node here.
  using Sources = std::vector<std::pair<uint32_t, uint32_t>>;  // part, node

  void Fill(uint32_t node, const Sources& sources, LinkedPaths& paths);
  // Those of the node's children, one for each, go behind `open`. False if there are too many
  // nodes.
  bool AddChildren(uint32_t node, const Sources& sources, std::deque<Sources>& open);
  // What the part watches at `root`, one of its own. With `others`, the trie of other tools, only
  // what this trie has in another slot than that one.
  bool AddWatches(const LinkedPaths& paths, uint32_t part, uint32_t root, const LinkedPaths* others,
                  uint64_t& looked_at, std::vector<Watch>& watches) const;

  std::vector<const Program*> parts_;
  const std::vector<PartRows>& rows_;
  std::vector<PathNode> nodes_;
  std::vector<PathEdge> edges_;
  std::map<std::vector<uint32_t>, LinkedPaths> tries_;
};

}  // namespace writ
