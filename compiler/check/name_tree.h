// Qualified names ("tool.name", "math.abs") as a tree of their parts, so that a chain of selections
// is looked up in one walk, however long it is.
//
// Tested by tests/compiler/check/check_test.cc.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace writ::cel {

class NameTree {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kRoot = 0;

  // The first item of a name stays.
  void Add(std::string_view name, uint32_t item) {
    uint32_t at = kRoot;
    for (size_t start = 0; start <= name.size();) {
      const size_t end = std::min(name.find('.', start), name.size());
      const auto [found, added] = nodes_[at].children.try_emplace(
          std::string(name.substr(start, end - start)), static_cast<uint32_t>(nodes_.size()));
      at = found->second;
      if (added) nodes_.emplace_back();
      start = end + 1;
    }
    if (nodes_[at].item == kNone) nodes_[at].item = item;
  }

  // From a place one part on; kNone where no name goes on so, or from kNone.
  uint32_t Step(uint32_t at, std::string_view part) const {
    if (at == kNone) return kNone;
    const auto found = nodes_[at].children.find(part);
    return found == nodes_[at].children.end() ? kNone : found->second;
  }

  // Where a whole name ends; the root for the empty one.
  uint32_t Walk(std::string_view name) const {
    if (name.empty()) return kRoot;
    uint32_t at = kRoot;
    for (size_t start = 0; start <= name.size() && at != kNone;) {
      const size_t end = std::min(name.find('.', start), name.size());
      at = Step(at, name.substr(start, end - start));
      start = end + 1;
    }
    return at;
  }

  // Of the name that ends there, or kNone.
  uint32_t ItemAt(uint32_t at) const { return at == kNone ? kNone : nodes_[at].item; }
  bool ContinuesAt(uint32_t at) const { return at != kNone && !nodes_[at].children.empty(); }

 private:
  struct Part {
    std::map<std::string, uint32_t, std::less<>> children;
    uint32_t item = kNone;
  };
  std::vector<Part> nodes_ = std::vector<Part>(1);
};

}  // namespace writ::cel
