// The file around the sections of a bundle: header, section table, padding and hashes, as
// docs/bundle-format.md draws them.
//
// Tested by tests/compiler/bundle_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "vm/bundle/format.h"
#include "vm/bundle/hash.h"

namespace writ::bundle {

inline constexpr size_t kHeaderBytes = 32;
inline constexpr size_t kTableOffset = kHeaderBytes + sizeof(Hash);
inline constexpr size_t kTableRowBytes = 4 + 4 + 8 + 8 + sizeof(Hash);
inline constexpr size_t kMaxSections = 32;
inline constexpr size_t kAlignment = 8;

// What is no policy in YAML: it begins as no text does. It need not be sound.
bool LooksLikeBundle(std::string_view file);

// REQUIRES: ids rise. The error: it would be larger than a bundle may be.
tl::expected<std::string, std::string> WriteFrame(Kind kind, const std::vector<Section>& sections,
                                                  uint16_t isa_version = kOldestIsaVersion);

// The root hash of the file that WriteFrame() would make.
Hash RootHashOf(Kind kind, const std::vector<Section>& sections, uint16_t isa_version);

struct Frame {
  uint16_t format_version = 0;
  uint16_t isa_version = 0;
  Kind kind = Kind::kPolicies;
  Hash root_hash{};
  // Views of the file. Each is known, ids rise, rows are within bounds, and the bytes are those
  // that were hashed. What they say is not looked at.
  std::vector<SectionView> sections;
};

// The error is a sentence without a point.
tl::expected<Frame, std::string> ReadFrame(std::string_view file);

}  // namespace writ::bundle
