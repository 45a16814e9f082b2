// Building the needed-path trie and finding names in it.
// Tested by tests/vm/paths_test.cc.
#include "vm/paths.h"

#include <algorithm>

#include "vm/casefold.h"

namespace writ {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

const PathEdge* PathTrie::SearchLookalike(uint32_t node, std::string_view name, uint64_t word,
                                          bool name_is_plain) const {
  const PathNode& at = nodes_[node];
  const size_t nul = name_is_plain ? std::string_view::npos : name.find('\0');
  const std::string_view as_c_string = name.substr(0, nul);
  const bool has_nul = nul != std::string_view::npos;
  // Non-ASCII characters fold to others of another length, so only plain names can be told apart
  // by their first bytes. FoldEqual decides.
  const bool filter = name_is_plain && at.ascii;
  const PathEdge* watched = nullptr;
  bool is_named = false;  // by an edge that is watched
  const PathEdge* edge = edges_.data() + at.first_edge;
  for (const PathEdge* end = edge + at.edge_count; edge != end; ++edge) {
    if (filter &&
        (edge->name.size() != name.size() || (edge->word | kCaseBits) != (word | kCaseBits))) {
      continue;
    }
    if (!FoldEqual(edge->name, as_c_string) && !(has_nul && FoldEqual(edge->name, name))) continue;
    if (!edge->watched) return edge;
    is_named = is_named || edge->name == name;
    if (watched == nullptr) watched = edge;
  }
  return is_named ? nullptr : watched;
}

PathTrie PathTrie::Of(std::vector<PathNode> nodes, std::vector<PathEdge> edges) {
  PathTrie trie;
  size_t size = 8;  // NameWord reads as many bytes
  for (const PathEdge& edge : edges) size += edge.name.size();
  trie.names_.resize(size);
  char* place = trie.names_.data();
  for (PathEdge& edge : edges) {
    edge.name.copy(place, edge.name.size());
    edge.name = {place, edge.name.size()};
    edge.ascii = IsAscii(edge.name);
    place += edge.name.size();
  }
  for (PathEdge& edge : edges) edge.word = NameWord(edge.name.data(), edge.name.size());
  uint32_t first_edge = 0;
  for (PathNode& node : nodes) {
    node.first_edge = first_edge;
    first_edge += node.edge_count;
    for (uint32_t i = node.first_edge; i < first_edge; ++i) {
      edges[i].order = static_cast<uint8_t>(std::min<uint32_t>(i - node.first_edge, kManyEdges));
      node.ascii = node.ascii && edges[i].ascii;
      node.looks |= uint64_t{1} << LooksOf(edges[i].name, edges[i].word);
    }
    if (!node.ascii) node.looks = UINT64_MAX;
  }
  trie.nodes_ = std::move(nodes);
  trie.edges_ = std::move(edges);
  return trie;
}

uint32_t PathTrieBuilder::NewRoot() {
  nodes_.emplace_back();
  return static_cast<uint32_t>(nodes_.size() - 1);
}

uint32_t PathTrieBuilder::Child(uint32_t node, std::string_view name) {
  const auto found = nodes_[node].children.find(name);
  if (found != nodes_[node].children.end()) return found->second;
  const uint32_t child = NewRoot();
  nodes_[node].children.emplace(name, child);
  return child;
}

void PathTrieBuilder::CopyTree(uint32_t from, uint32_t to) {
  std::vector<std::pair<uint32_t, uint32_t>> open = {{from, to}};
  while (!open.empty()) {
    const auto [source, copy] = open.back();
    open.pop_back();
    if (nodes_[source].slot != kNoSlot) {
      SetSlot(copy, nodes_[source].slot, nodes_[source].reads_value);
    }
    // Child() may move the nodes.
    const auto children = nodes_[source].children;
    for (const auto& [name, child] : children) open.emplace_back(child, Child(copy, name));
  }
}

void PathTrieBuilder::Watch(uint32_t root, const std::vector<bool>& deciding,
                            const std::vector<bool>& deciding_values) {
  std::vector<uint32_t> open = {root};
  while (!open.empty()) {
    Node& node = nodes_[open.back()];
    open.pop_back();
    node.watched = node.slot != kNoSlot && !deciding[node.slot];
    node.value_watched = node.slot != kNoSlot && !deciding_values[node.slot];
    for (const auto& [name, child] : node.children) open.push_back(child);
  }
}

PathTrie PathTrieBuilder::Build() const {
  // Children have higher numbers than their parents.
  std::vector<bool> watched(nodes_.size());
  for (size_t i = nodes_.size(); i-- > 0;) {
    const Node& node = nodes_[i];
    watched[i] = node.slot != kNoSlot ? node.watched : !node.children.empty();
    for (const auto& [name, child] : node.children) watched[i] = watched[i] && watched[child];
  }
  std::vector<PathNode> nodes(nodes_.size());
  std::vector<PathEdge> edges;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    PathNode& node = nodes[i];
    node.slot = nodes_[i].slot;
    node.reads_value = nodes_[i].reads_value;
    node.value_decides = nodes_[i].reads_value && !nodes_[i].value_watched;
    node.edge_count = static_cast<uint32_t>(nodes_[i].children.size());
    for (const auto& [name, child] : nodes_[i].children) {
      PathEdge& edge = edges.emplace_back();
      edge.name = name;
      edge.child = child;
      edge.watched = watched[child];
    }
  }
  return PathTrie::Of(std::move(nodes), std::move(edges));
}

}  // namespace writ
