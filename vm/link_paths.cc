// Path tries of several parts as one.
// Tested by tests/vm/link_test.cc and tests/compiler/link_test.cc.
#include "vm/link_paths.h"

#include <algorithm>
#include <string_view>

#include "vm/bundle/format.h"

namespace writ {
namespace {

// At rows of watches, most of which lead to a row here unless the part was made to waste time.
constexpr uint64_t kMaxLooks = uint64_t{1} << 24;

// The part's rows of that root.
std::pair<const Watch*, const Watch*> WatchesOf(const Program& part, uint32_t root) {
  const auto [first, last] =
      std::equal_range(part.watches.begin(), part.watches.end(), Watch{root, 0, 0},
                       [](const Watch& a, const Watch& b) { return a.root < b.root; });
  return {part.watches.data() + (first - part.watches.begin()),
          part.watches.data() + (last - part.watches.begin())};
}

}  // namespace

void PathLinker::Fill(uint32_t node, const Sources& sources, LinkedPaths& paths) {
  PathNode& filled = nodes_[node];
  for (const auto& [part, number] : sources) {
    const PathNode& source = parts_[part]->paths.node(number);
    if (source.slot == kNoSlot) continue;
    const uint32_t slot = rows_[part].slots[source.slot];
    if (filled.slot == kNoSlot) {
      filled.slot = slot;
    } else {
      paths.copies[part].push_back({filled.slot, slot});
    }
    filled.reads_value = filled.reads_value || source.reads_value;
    filled.value_decides = filled.value_decides || source.value_decides;
    if (!parts_[part]->watches.empty()) paths.filled[part].emplace(source.slot, filled.slot);
  }
}

bool PathLinker::AddChildren(uint32_t node, const Sources& sources, std::deque<Sources>& open) {
  struct Below {
    const PathEdge* edge;
    uint32_t part;
  };
  std::vector<Below> below;
  for (const auto& [part, number] : sources) {
    const PathTrie& trie = parts_[part]->paths;
    const PathNode& source = trie.node(number);
    for (uint32_t i = 0; i < source.edge_count; ++i) {
      below.push_back({&trie.edge(source.first_edge + i), part});
    }
  }
  // Edges of one name are in the order of the parts.
  const auto by_name = [](const Below& a, const Below& b) { return a.edge->name < b.edge->name; };
  if (sources.size() > 1) std::stable_sort(below.begin(), below.end(), by_name);
  for (auto first = below.begin(); first != below.end();) {
    if (nodes_.size() == bundle::MostRows(bundle::SectionId::kPath)) return false;
    PathEdge& edge = edges_.emplace_back();
    edge.name = first->edge->name;
    edge.child = static_cast<uint32_t>(nodes_.size());
    edge.watched = true;  // by all who read there
    nodes_.emplace_back();
    ++nodes_[node].edge_count;
    Sources from;
    for (; first != below.end() && first->edge->name == edge.name; ++first) {
      from.emplace_back(first->part, first->edge->child);
      edge.watched = edge.watched && first->edge->watched;
    }
    open.push_back(std::move(from));
  }
  return true;
}

const LinkedPaths* PathLinker::Of(const std::vector<uint32_t>& roots) {
  const auto [found, is_new] = tries_.try_emplace(roots);
  LinkedPaths& paths = found->second;
  if (!is_new) return &paths;
  paths.copies.resize(parts_.size());
  paths.filled.resize(parts_.size());
  Sources sources;
  for (uint32_t part = 0; part < roots.size(); ++part) {
    if (roots[part] != kNoNode) sources.emplace_back(part, roots[part]);
  }
  if (sources.empty()) return &paths;

  if (nodes_.size() == bundle::MostRows(bundle::SectionId::kPath)) return nullptr;
  paths.root = static_cast<uint32_t>(nodes_.size());
  nodes_.emplace_back();
  // Node by node in the order of their numbers, which is the one that edges are to have.
  std::deque<Sources> open;
  open.push_back(std::move(sources));
  for (uint32_t node = paths.root; !open.empty(); ++node) {
    const Sources from = std::move(open.front());
    open.pop_front();
    Fill(node, from, paths);
    if (!AddChildren(node, from, open)) return nullptr;
  }
  return &paths;
}

bool PathLinker::AddWatches(const LinkedPaths& paths, uint32_t part, uint32_t root,
                            const LinkedPaths* others, uint64_t& looked_at,
                            std::vector<Watch>& watches) const {
  if (root == kNoNode) return true;
  const auto [first, last] = WatchesOf(*parts_[part], root);
  for (const Watch* watch = first; watch != last; ++watch) {
    if (++looked_at > kMaxLooks) return false;
    const auto slot = paths.filled[part].find(watch->slot);
    if (slot == paths.filled[part].end()) continue;
    if (others != nullptr) {
      const auto known = others->filled[part].find(watch->slot);
      if (known != others->filled[part].end() && known->second == slot->second) continue;
    }
    if (watches.size() == bundle::MostRows(bundle::SectionId::kWatch)) return false;
    watches.push_back({paths.root, slot->second, rows_[part].first_rule + watch->rule});
  }
  return true;
}

bool PathLinker::Watches(const std::vector<uint32_t>& other_roots,
                         std::vector<Watch>& watches) const {
  const LinkedPaths& others = tries_.at(other_roots);
  uint64_t looked_at = 0;
  for (const auto& [roots, paths] : tries_) {
    if (paths.root == kNoNode) continue;
    for (uint32_t part = 0; part < parts_.size(); ++part) {
      if (!AddWatches(paths, part, roots[part], nullptr, looked_at, watches)) return false;
      if (roots[part] != other_roots[part] &&
          !AddWatches(paths, part, other_roots[part], &others, looked_at, watches)) {
        return false;
      }
    }
  }
  std::sort(watches.begin(), watches.end());
  watches.erase(std::unique(watches.begin(), watches.end()), watches.end());
  return true;
}

}  // namespace writ
