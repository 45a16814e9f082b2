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

inline constexpr std::string_view kNamedTooOften = "texts are named too often";

// Of texts to be written. First all are added, as often as rows name them, then they are numbered.
class PoolBuilder {
 public:
  // REQUIRES: it outlives this.
  void Add(std::string_view text) {
    texts_.push_back(text);
    Count(text.size());
  }
  // Text that no row names, but that is made for one when it is read.
  void Count(size_t bytes) { named_bytes_ += bytes; }
  void Number();

  uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }
  // REQUIRES: numbered; it was added.
  uint32_t IdOf(std::string_view text) const;
  // Of those that are numbered. The error says which is none.
  tl::expected<Section, std::string> Write(SectionId id) const;

 private:
  std::vector<std::string_view> texts_;
  uint64_t named_bytes_ = 0;
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
    Count(texts_[id].size());
    return texts_[id];
  }
  // As in PoolBuilder.
  void Count(size_t bytes) { named_bytes_ += bytes; }
  bool NamedTooOften() const { return named_bytes_ > kMaxNamedBytes; }
  bool AllUsed() const;

 private:
  std::vector<std::string_view> texts_;
  std::vector<bool> used_;
  uint64_t named_bytes_ = 0;
};

}  // namespace writ::bundle
