// The texts of a bundle (or its bytes): each once, in the order of their bytes, so that every set
// of texts has one form and names of rows can be compared by their numbers.
//
// Tested by tests/vm/bundle/pool_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "vm/bundle/format.h"

namespace writ::bundle {

// Of texts to be written. First all are added, then they are numbered.
class PoolBuilder {
 public:
  // REQUIRES: it outlives this.
  void Add(std::string_view text) { texts_.push_back(text); }
  void Number();

  uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }
  // REQUIRES: numbered; it was added.
  uint32_t IdOf(std::string_view text) const;
  // Of those that are numbered. The error says which is none.
  tl::expected<Section, std::string> Write(SectionId id) const;

 private:
  std::vector<std::string_view> texts_;
};

// Of texts that were read. They are views of the section.
class Pool {
 public:
  Pool() = default;
  // The error is a sentence without a point.
  static tl::expected<Pool, std::string> Read(const SectionView& section);

  uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }
  // REQUIRES: id < size().
  std::string_view Use(uint32_t id) {
    used_[id] = true;
    return texts_[id];
  }
  bool AllUsed() const;

 private:
  std::vector<std::string_view> texts_;
  std::vector<bool> used_;
};

}  // namespace writ::bundle
