// Which slots each path trie fills, found in one pass over all of them: tools by the million may
// start at the same large one.
//
// Tested by tests/vm/verify_test.cc.
#pragma once

#include <cstdint>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "vm/paths.h"

namespace writ {

class PathSlots {
 public:
  // The error says what keeps the tries from being trees: an edge that leads to no node, back, or
  // to a node that another one leads to. Slots below `shared_slots` are every tool's.
  static tl::expected<PathSlots, std::string_view> Of(const PathTrie& paths, uint32_t shared_slots);

  // Whether it is a node that no edge leads to.
  bool IsRoot(uint32_t node) const { return node < nodes_.size() && !nodes_[node].hangs; }

  // Whether what is found from there on goes to slots that are every tool's, or among the `count`
  // from `first` on.
  bool FillsOnly(uint32_t node, uint32_t first, uint32_t count) const {
    const Node& at = nodes_[node];
    return at.last < at.first || (at.first >= first && at.last - first < count);
  }

 private:
  // Of slots that are not every tool's, at the node and below: none if `last` is below `first`.
  struct Node {
    uint32_t first = UINT32_MAX;
    uint32_t last = 0;
    bool hangs = false;
  };
  std::vector<Node> nodes_;
};

}  // namespace writ
