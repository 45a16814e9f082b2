// Path tries of a bundle.
// Tested by tests/vm/bundle/trie_test.cc.
#include "vm/bundle/trie.h"

#include <algorithm>
#include <utility>

namespace writ::bundle {
namespace {

// A name that is only watched leads to nothing that decides; and where no slot is, what a name is
// follows from those below it.
bool FitsWhatIsBelow(const PathEdgeRow& edge, const PathRow& child) {
  const bool all_watched = std::all_of(child.edges.begin(), child.edges.end(),
                                       [](const PathEdgeRow& below) { return below.watched; });
  if (child.slot != kNoSlot) return !edge.watched || all_watched;
  return edge.watched == (all_watched && !child.edges.empty());
}

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
  std::vector<PathNode> nodes(rows.size());
  std::vector<PathEdge> edges;
  edges.reserve(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    nodes[i].slot = rows[i].slot;
    nodes[i].reads_value = rows[i].reads_value;
    nodes[i].value_decides = rows[i].value_decides;
    nodes[i].edge_count = static_cast<uint32_t>(rows[i].edges.size());
    for (const PathEdgeRow& row : rows[i].edges) {
      if (!FitsWhatIsBelow(row, rows[row.child])) {
        return tl::unexpected<std::string>("a path is watched and decides, or neither");
      }
      PathEdge& edge = edges.emplace_back();
      edge.name = row.name;
      edge.child = row.child;
      edge.watched = row.watched;
    }
  }
  return PathTrie::Of(std::move(nodes), std::move(edges));
}

}  // namespace writ::bundle
