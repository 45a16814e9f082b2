// What a bundle is made of, in the names of docs/bundle-format.md, which describes it byte by byte.
//
// Tested by tests/vm/bundle/format_test.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vm/program.h"

namespace writ::bundle {

// Its first byte begins no UTF-8 text, so no policy is taken for a bundle; CR LF and SUB are the
// first to go where a transfer takes it for text.
inline constexpr std::string_view kMagic("\x8Dwrit\r\n\x1A", 8);
inline constexpr uint16_t kFormatVersion = 1;
// The last one in the version history of vm/opcodes.def, and the one of the first bundles: a
// program has one form in each, so none that nobody wrote is read.
inline constexpr uint16_t kIsaVersion = 3;
inline constexpr uint16_t kOldestIsaVersion = 2;
// The first instruction set that has all of a program's instructions: the one that its bundle says.
uint16_t IsaVersionOf(const Program& program);

inline constexpr size_t kMaxBundleBytes = size_t{256} << 20;
inline constexpr size_t kMaxTextBytes = size_t{16} << 20;
inline constexpr uint32_t kMaxSlots = 1u << 22;
// Of all texts that rows name, each as often as it is named: whoever reads them makes copies, so
// that a small file could ask for any amount of memory.
inline constexpr size_t kMaxNamedBytes = size_t{128} << 20;

// What a bundle holds. ORDER: stored.
enum class Kind : uint16_t {
  kPolicies = 1,
  kExpression = 2,
};

enum class SectionId : uint32_t {
#define SECTION(name, number, text, most_rows) k##name = number,
#include "vm/bundle/sections.def"
#undef SECTION
};

inline constexpr std::array kSections = {
#define SECTION(name, number, text, most_rows) SectionId::k##name,
#include "vm/bundle/sections.def"
#undef SECTION
};

inline constexpr uint32_t kFirstDebugSection = 64;

inline bool IsDebugData(SectionId id) {
  return static_cast<uint32_t>(id) >= kFirstDebugSection;
}
// "rule_start"; "99" for a number that is none.
std::string SectionName(SectionId id);
// 0 for a number that is none.
uint32_t MostRows(SectionId id);

// A section as it stands in the file. One without rows is not there.
struct Section {
  SectionId id = SectionId::kProgram;
  uint32_t rows = 0;
  std::string bytes;

  friend bool operator==(const Section&, const Section&) = default;
};

// A section of a bundle that was read.
struct SectionView {
  SectionId id = SectionId::kProgram;
  uint32_t rows = 0;
  std::string_view bytes;
};

// How many rows each section has.
class RowCounts {
 public:
  uint32_t& operator[](SectionId id) { return counts_[static_cast<size_t>(id)]; }
  uint32_t operator[](SectionId id) const { return counts_[static_cast<size_t>(id)]; }

 private:
  std::array<uint32_t, static_cast<size_t>(kSections.back()) + 1> counts_{};
};

}  // namespace writ::bundle
