// Any file is refused as a bundle, or is one: then it decides, can be shown, and is written again
// as the same file. Most inputs have their hashes put right, so that what is behind them is
// reached. Tested by scripts/fuzz.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fuzz/require.h"
#include "vm/bundle/frame.h"
#include "vm/bundle/harm.h"
#include "vm/bundle/numbers.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using writ::bundle::Kind;
using writ::bundle::Section;
using Random = std::minstd_rand;

std::string_view TextOf(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

size_t Below(size_t bound, Random& random) {
  return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
}

// As libFuzzer changes bytes: with what it has seen compared, and its dictionary.
void Mutate(std::string& bytes, size_t room) {
  const size_t size = bytes.size();
  bytes.resize(size + room);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(bytes.data()), size, bytes.size()));
}

// A number within the section becomes a neighbour of itself: the next row, one fewer.
void Nudge(std::string& bytes, Random& random) {
  if (bytes.empty()) return;
  char& byte = bytes[Below(bytes.size(), random)];
  const int by = static_cast<int>(Below(9, random)) - 4;
  byte = static_cast<char>(byte + by);
}

// A piece of the section once more, or in another place: rows are a few bytes.
void CopyPiece(std::string& bytes, bool insert, Random& random) {
  if (bytes.empty()) return;
  const size_t from = Below(bytes.size(), random);
  const std::string piece = bytes.substr(from, 1 + Below(12, random));
  const size_t to = Below(bytes.size(), random);
  bytes.replace(to, insert ? 0 : piece.size(), piece);
}

void MutateSection(Section& section, size_t room, Random& random) {
  switch (Below(6, random)) {
    case 0: CopyPiece(section.bytes, true, random); break;
    case 1: CopyPiece(section.bytes, false, random); break;
    case 2:
    case 3: Nudge(section.bytes, random); break;
    default: Mutate(section.bytes, room); break;
  }
  if (Below(3, random) == 0) section.rows += static_cast<uint32_t>(Below(5, random)) - 2;
}

void MutateSections(Kind& kind, std::vector<Section>& sections, size_t room, Random& random) {
  const size_t at = Below(sections.size(), random);
  switch (Below(24, random)) {
    case 0: sections.erase(sections.begin() + static_cast<std::ptrdiff_t>(at)); break;
    case 1: {
      const auto ids = writ::bundle::kSections.size();
      const writ::bundle::SectionId id = writ::bundle::kSections[Below(ids, random)];
      const auto place = std::find_if(sections.begin(), sections.end(),
                                      [id](const Section& s) { return s.id >= id; });
      if (place == sections.end() || place->id != id) sections.insert(place, {id, 1, {'\0'}});
      break;
    }
    case 2:
      // The program's row of an expression ends in the number of its block.
      if (kind == Kind::kPolicies) {
        kind = Kind::kExpression;
        sections[0].bytes += '\0';
      } else {
        kind = Kind::kPolicies;
        if (!sections[0].bytes.empty()) sections[0].bytes.pop_back();
      }
      break;
    default: MutateSection(sections[at], room, random); break;
  }
}

// The size of the file with its hashes put right, or 0 if it has no room.
size_t Put(Kind kind, const std::vector<Section>& sections, uint16_t isa_version, uint8_t* data,
           size_t max_size) {
  if (sections.empty()) return 0;
  const auto file = writ::bundle::WriteFrame(kind, sections, isa_version);
  if (!file.has_value() || file->size() > max_size) return 0;
  std::memcpy(data, file->data(), file->size());
  return file->size();
}

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  Random random(seed);
  const auto frame = writ::bundle::ReadFrame(TextOf(data, size));
  if (!frame.has_value() || Below(64, random) == 0) return LLVMFuzzerMutate(data, size, max_size);
  Kind kind = frame->kind;
  std::vector<Section> sections = writ::bundle::SectionsOf(*frame);
  // One that is read is mostly one step from another: two steps where one does not suffice.
  const size_t steps = 1 + Below(3, random) / 2 + Below(12, random) / 11;
  for (size_t i = 0; i < steps && !sections.empty(); ++i) {
    MutateSections(kind, sections, max_size - size, random);
  }
  // Instructions may have become those of another set.
  const auto isa_version = static_cast<uint16_t>(
      Below(4, random) > 0
          ? frame->isa_version
          : writ::bundle::kOldestIsaVersion +
                Below(writ::bundle::kIsaVersion - writ::bundle::kOldestIsaVersion + 1, random));
  const size_t written = Put(kind, sections, isa_version, data, max_size);
  return written > 0 ? written : LLVMFuzzerMutate(data, size, max_size);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t max_size, unsigned int seed) {
  Random random(seed);
  const auto one = writ::bundle::ReadFrame(TextOf(data1, size1));
  const auto other = writ::bundle::ReadFrame(TextOf(data2, size2));
  if (!one.has_value() || !other.has_value()) return 0;
  std::vector<Section> sections = writ::bundle::SectionsOf(*one);
  const std::vector<Section> others = writ::bundle::SectionsOf(*other);
  const Section& taken = others[Below(others.size(), random)];
  const auto place = std::find_if(sections.begin(), sections.end(),
                                  [&](const Section& s) { return s.id >= taken.id; });
  if (place != sections.end() && place->id == taken.id) {
    *place = taken;
  } else {
    sections.insert(place, taken);
  }
  return Put(one->kind, sections, one->isa_version, out, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const writ::bundle::Tried tried = writ::bundle::Try(std::string(TextOf(data, size)));
  writ::fuzz::Require(tried.harm.empty(), tried.harm);
  return 0;
}
