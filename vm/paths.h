// The needed-path trie: every constant path a policy can read, so that one forward pass over a
// line can fill a flat array of slots and skip the rest.
//
//   rules read  args.path, args.options.depth, args.options
//   trie        root ─ path (slot 0)
//                    └ options (slot 2) ─ depth (slot 1)
//
// A program has one trie per tool that reads something of its own; all live in one PathTrie,
// each with its own root, so that a bundle can hold them as two flat arrays.
//
// Tested by tests/vm/paths_test.cc.
//
// Thread safety: immutable once built; any number of threads may read it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vm/same_text.h"

namespace writ {

inline constexpr uint32_t kNoSlot = UINT32_MAX;
inline constexpr uint32_t kNoNode = UINT32_MAX;

// The first so many bytes of a word.
inline constexpr uint64_t kNameMasks[] = {0,
                                          UINT64_MAX >> 56,
                                          UINT64_MAX >> 48,
                                          UINT64_MAX >> 40,
                                          UINT64_MAX >> 32,
                                          UINT64_MAX >> 24,
                                          UINT64_MAX >> 16,
                                          UINT64_MAX >> 8,
                                          UINT64_MAX};

// The first bytes of a name as one word, so that most names are told apart by one comparison.
// REQUIRES: eight bytes at p are readable, whatever the length.
inline uint64_t NameWord(const char* p, size_t length) {
  uint64_t word;
  __builtin_memcpy(&word, p, 8);
  return word & kNameMasks[length < 8 ? length : 8];
}

struct PathEdge {
  std::string_view name;  // at least 8 readable bytes from name.data()
  uint64_t word = 0;      // NameWord(name)
  uint32_t child = kNoNode;
  bool ascii = true;
  // What is there or below is read only by what decides nothing: rules in shadow mode, messages.
  bool watched = false;
  // Among the edges of its node; kManyEdges for all that come after.
  uint8_t order = 0;
};

inline constexpr uint8_t kManyEdges = 64;

struct PathNode {
  uint32_t slot = kNoSlot;  // where a value found here goes
  uint32_t first_edge = 0;
  uint32_t edge_count = 0;
  bool reads_value = false;  // false: only whether it is there, and its type, is asked
  // What reads the value, rules in shadow mode and messages apart.
  bool value_decides = false;
  bool ascii = true;  // all names directly below are
  // A bit for each name directly below, by what plain names that look like it have in common:
  // of 64. All, if one of the names is not ASCII.
  uint64_t looks = 0;
};

class PathTrie {
 public:
  PathTrie() = default;
  PathTrie(PathTrie&&) = default;  // edges point into names_, so a copy would dangle
  PathTrie& operator=(PathTrie&&) = default;

  const PathNode& node(uint32_t i) const { return nodes_[i]; }
  const PathEdge& edge(uint32_t i) const { return edges_[i]; }
  size_t node_count() const { return nodes_.size(); }

  // Of edges in the order of their nodes, which need not say more than name, child and whether they
  // are watched. Names are copied. REQUIRES: a node's names differ.
  static PathTrie Of(std::vector<PathNode> nodes, std::vector<PathEdge> edges);

  // The edge of `node` with that name, or null.
  // REQUIRES: eight readable bytes at name.data().
  const PathEdge* Find(uint32_t node, std::string_view name, uint64_t word) const;

  // The edge of `node` that a careless reader would take `name` for: equal but for case, or equal
  // up to a NUL. One that is not watched goes before one that is. REQUIRES: Find() gave null, or an
  // edge that is watched (then only one that is not can be meant). Null if there is none. A plain
  // name is ASCII and holds no NUL.
  const PathEdge* FindLookalike(uint32_t node, std::string_view name, uint64_t word,
                                bool name_is_plain) const {
    // Nearly all names look like none.
    const bool may = !name_is_plain || (nodes_[node].looks >> LooksOf(name, word) & 1) != 0;
    return may ? SearchLookalike(node, name, word, name_is_plain) : nullptr;
  }

 private:
  // Bit 5 set in every byte: letters of either case become one, and nothing that differs in more
  // than that bit becomes equal.
  static constexpr uint64_t kCaseBits = 0x2020202020202020;

  // Below 64, the same for names that are equal but for case.
  static unsigned LooksOf(std::string_view name, uint64_t word) {
    return static_cast<unsigned>(((word | kCaseBits) + name.size()) * 0x9E3779B97F4A7C15 >> 58);
  }

  const PathEdge* SearchLookalike(uint32_t node, std::string_view name, uint64_t word,
                                  bool name_is_plain) const;

  std::vector<PathNode> nodes_;
  std::vector<PathEdge> edges_;
  std::vector<char> names_;
};

// Builds a trie path by path.
class PathTrieBuilder {
 public:
  uint32_t NewRoot();
  // The node at `name` below `node`, made if it is not there.
  uint32_t Child(uint32_t node, std::string_view name);
  uint32_t slot(uint32_t node) const { return nodes_[node].slot; }
  size_t node_count() const { return nodes_.size(); }
  // Called again for the same node, `reads_value` stays true once it was.
  void SetSlot(uint32_t node, uint32_t slot, bool reads_value) {
    nodes_[node].slot = slot;
    nodes_[node].reads_value |= reads_value;
  }
  // Says that of the slots below `root` those of `deciding` (by slot number) can decide a call, and
  // no others. Without this all can. REQUIRES: all slots are set.
  // Likewise those whose value, and not only whether it is there, can decide.
  void Watch(uint32_t root, const std::vector<bool>& deciding,
             const std::vector<bool>& deciding_values);
  // Makes everything below `from`, slots included, below `to` too.
  void CopyTree(uint32_t from, uint32_t to);
  // Node numbers stay as given out.
  PathTrie Build() const;

 private:
  struct Node {
    uint32_t slot = kNoSlot;
    bool reads_value = false;
    bool watched = false;                                   // its slot decides nothing
    bool value_watched = false;                             // likewise its value
    std::map<std::string, uint32_t, std::less<>> children;  // ordered: tries are reproducible
  };
  std::vector<Node> nodes_;
};

[[gnu::always_inline]] inline const PathEdge* PathTrie::Find(uint32_t node, std::string_view name,
                                                             uint64_t word) const {
  const PathNode& at = nodes_[node];
  const PathEdge* edge = edges_.data() + at.first_edge;
  for (const PathEdge* end = edge + at.edge_count; edge != end; ++edge) {
    if (edge->word == word && edge->name.size() == name.size() &&
        (name.size() <= 8 || SameText(edge->name, name))) {
      return edge;
    }
  }
  return nullptr;
}

}  // namespace writ
