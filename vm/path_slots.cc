// Slots of path tries.
// Tested by tests/vm/verify_test.cc.
#include "vm/path_slots.h"

#include <algorithm>

namespace writ {

tl::expected<PathSlots, std::string_view> PathSlots::Of(const PathTrie& paths,
                                                        uint32_t shared_slots) {
  PathSlots slots;
  slots.nodes_.resize(paths.node_count());
  // Edges lead upwards, so what is below a node is known before it.
  for (size_t i = slots.nodes_.size(); i-- > 0;) {
    const PathNode& node = paths.node(static_cast<uint32_t>(i));
    Node& at = slots.nodes_[i];
    if (node.slot != kNoSlot && node.slot >= shared_slots) at.first = at.last = node.slot;
    for (uint32_t e = 0; e < node.edge_count; ++e) {
      const uint32_t child = paths.edge(node.first_edge + e).child;
      if (child >= slots.nodes_.size()) {
        return tl::unexpected<std::string_view>("an edge of the paths leads to no node");
      }
      if (child <= i) return tl::unexpected<std::string_view>("an edge of the paths leads back");
      Node& below = slots.nodes_[child];
      if (below.hangs) {
        return tl::unexpected<std::string_view>("two edges of the paths lead to one node");
      }
      below.hangs = true;
      at.first = std::min(at.first, below.first);
      at.last = std::max(at.last, below.last);
    }
  }
  return slots;
}

}  // namespace writ
