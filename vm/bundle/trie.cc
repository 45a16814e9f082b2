// Path tries of a bundle.
// Tested by tests/vm/bundle/trie_test.cc.
#include "vm/bundle/trie.h"

#include <algorithm>
#include <optional>

namespace writ::bundle {
namespace {

// Where a node hangs.
struct Hook {
  uint32_t parent = kNoNode;  // kNoNode: it is a root
  const PathEdgeRow* edge = nullptr;
};

std::vector<Hook> HooksOf(const std::vector<PathRow>& rows) {
  std::vector<Hook> hooks(rows.size());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    for (const PathEdgeRow& edge : rows[i].edges) hooks[edge.child] = {i, &edge};
  }
  return hooks;
}

uint32_t SlotsOf(const std::vector<PathRow>& rows) {
  uint32_t slots = 0;
  for (const PathRow& row : rows) {
    if (row.slot != kNoSlot) slots = std::max(slots, row.slot + 1);
  }
  return slots;
}

// Says of every trie which of its slots decide.
class Watching {
 public:
  Watching(const std::vector<PathRow>& rows, const std::vector<Hook>& hooks,
           PathTrieBuilder& builder)
      : rows_(rows),
        hooks_(hooks),
        builder_(builder),
        deciding_(SlotsOf(rows)),
        deciding_values_(deciding_.size()) {}

  void Run() {
    for (uint32_t i = 0; i < rows_.size(); ++i) {
      if (hooks_[i].parent == kNoNode) WatchTrie(i);
    }
  }

 private:
  void WatchTrie(uint32_t root) {
    Note(root, true);
    builder_.Watch(root, deciding_, deciding_values_);
    Note(root, false);
  }

  // What the trie's slots are, or that nothing is known of them.
  void Note(uint32_t root, bool known) {
    open_ = {root};
    while (!open_.empty()) {
      const uint32_t node = open_.back();
      open_.pop_back();
      const PathRow& row = rows_[node];
      if (row.slot != kNoSlot) {
        const bool watched = hooks_[node].edge != nullptr && hooks_[node].edge->watched;
        deciding_[row.slot] = known && !watched;
        deciding_values_[row.slot] = known && row.value_decides;
      }
      for (const PathEdgeRow& edge : row.edges) open_.push_back(edge.child);
    }
  }

  const std::vector<PathRow>& rows_;
  const std::vector<Hook>& hooks_;
  PathTrieBuilder& builder_;
  std::vector<bool> deciding_;
  std::vector<bool> deciding_values_;
  std::vector<uint32_t> open_;
};

}  // namespace

std::vector<PathRow> RowsOf(const PathTrie& trie) {
  std::vector<PathRow> rows(trie.node_count());
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const PathNode& node = trie.node(i);
    rows[i].slot = node.slot;
    rows[i].reads_value = node.reads_value;
    rows[i].value_decides = node.value_decides;
    rows[i].edges.reserve(node.edge_count);
    for (uint32_t e = 0; e < node.edge_count; ++e) {
      const PathEdge& edge = trie.edge(node.first_edge + e);
      rows[i].edges.push_back({std::string(edge.name), edge.child, edge.watched});
    }
  }
  return rows;
}

tl::expected<PathTrie, std::string> TrieOf(const std::vector<PathRow>& rows) {
  const std::vector<Hook> hooks = HooksOf(rows);
  PathTrieBuilder builder;
  // Parents come first, so each node is given its own number.
  for (uint32_t i = 0; i < rows.size(); ++i) {
    const uint32_t node = hooks[i].parent == kNoNode
                              ? builder.NewRoot()
                              : builder.Child(hooks[i].parent, hooks[i].edge->name);
    if (node != i) return tl::unexpected<std::string>("two edges of a node have one name");
    if (rows[i].slot != kNoSlot) builder.SetSlot(node, rows[i].slot, rows[i].reads_value);
  }
  Watching(rows, hooks, builder).Run();
  PathTrie trie = builder.Build();
  // What is said of an edge must follow from what is said of the nodes below it.
  if (RowsOf(trie) != rows) {
    return tl::unexpected<std::string>("a path is watched and decides, or neither");
  }
  return trie;
}

}  // namespace writ::bundle
