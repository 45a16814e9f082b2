// Bundles taken apart: whatever is done to one, with its hashes put right or not, it is refused
// with a sentence or it is another sound program. WRIT_SOAK=1 leaves no bit out.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "compiler/compiled.h"
#include "vm/bundle/frame.h"
#include "vm/bundle/harm.h"
#include "vm/bundle/numbers.h"

namespace writ::bundle {
namespace {

using namespace std::string_view_literals;

std::string TextOf(const char* name) {
  const auto path = std::filesystem::path(WRIT_SOURCE_DIR) / "tests/compiler/bundles" / name;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::invalid_argument(path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

struct NamedBundle {
  std::string name;
  std::string bytes;
};

// Of each language, of two policies, with rules found by values, with debug data and without.
const std::vector<NamedBundle>& Bundles() {
  static const std::vector<NamedBundle> bundles = [] {
    const std::string rich = TextOf("rich.yaml");
    const std::string counted = TextOf("counted.yaml");
    std::vector<NamedBundle> all;
    for (const DebugData debug_data : {DebugData::kStrip, DebugData::kKeep}) {
      const std::string_view how = debug_data == DebugData::kKeep ? "" : ", stripped";
      const auto add = [&](std::string_view name, const std::vector<std::string>& policies) {
        all.push_back(
            {fmt::format("{}{}", name, how), Write(**Compiled(policies), debug_data).value()});
      };
      add("rich", {rich});
      add("counted", {counted});
      add("both", {counted, rich});
      add("indexed", {TextOf("indexed.yaml")});
    }
    return all;
  }();
  return bundles;
}

std::vector<Section> SectionsOfFile(const std::string& bytes) {
  const auto frame = ReadFrame(bytes);
  if (!frame.has_value()) throw std::invalid_argument(frame.error());
  return SectionsOf(*frame);
}

Section& At(std::vector<Section>& sections, SectionId id) {
  const auto found = std::find_if(sections.begin(), sections.end(),
                                  [id](const Section& section) { return section.id == id; });
  if (found == sections.end()) throw std::out_of_range(SectionName(id));
  return *found;
}

// In a frame as that bundle has one.
std::string Framed(const std::vector<Section>& sections, const std::string& as,
                   Kind kind = Kind::kPolicies) {
  return WriteFrame(kind, sections, ReadFrame(as)->isa_version).value();
}

// A bundle whose header or table was changed, with the root hash that it has then.
std::string WithRootHash(std::string bytes) {
  const std::string_view all = bytes;
  const auto sections = static_cast<unsigned char>(bytes[14]);
  const Hash hash =
      Sha256({all.substr(0, kHeaderBytes), all.substr(kTableOffset, sections * kTableRowBytes)});
  bytes.replace(kHeaderBytes, hash.size(), AsText(hash));
  return bytes;
}

// Each bit in turn, or as many of them, the same each time, spread over all bytes and places.
template <typename Body>
void ForBits(size_t bytes, size_t most, const Body& body) {
  const size_t bits = bytes * 8;
  const bool all = std::getenv("WRIT_SOAK") != nullptr || bits <= most;
  // Odd, so that each bit of a byte has its turn.
  const size_t step = all ? 1 : (bits / most) | 1;
  for (size_t bit = 0; bit < bits; bit += step) body(bit / 8, static_cast<char>(1 << bit % 8));
}

class Hostile : public testing::TestWithParam<size_t> {
 protected:
  const std::string& bytes() const { return Bundles()[GetParam()].bytes; }

  // Counts programs, so that a test knows that it tried some.
  void ExpectHarmless(const std::string& file, const std::string& what) {
    const Tried tried = Try(file);
    EXPECT_EQ(tried.harm, "") << what;
    ++(tried.is_program ? programs_ : refused_);
  }
  void ExpectRefused(const std::string& file, const std::string& what) {
    const Tried tried = Try(file);
    EXPECT_FALSE(tried.is_program) << what;
    EXPECT_EQ(tried.harm, "") << what;
  }

  size_t programs_ = 0;
  size_t refused_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Bundles, Hostile, testing::Range<size_t>(0, 6), [](const auto& number) {
  std::string name = Bundles()[number.param].name;
  std::erase_if(name, [](char c) { return c == ',' || c == ' '; });
  return name;
});

TEST_P(Hostile, IsSoundAsItWas) {
  const Tried tried = Try(bytes());
  EXPECT_EQ(tried.refusal, "");
  EXPECT_EQ(tried.harm, "");
}

TEST_P(Hostile, NoBitIsChangedUnseen) {
  std::string changed = bytes();
  ForBits(changed.size(), 2'000, [&](size_t at, char bit) {
    changed[at] = static_cast<char>(changed[at] ^ bit);
    EXPECT_FALSE(ReadFrame(changed).has_value()) << at;
    changed[at] = static_cast<char>(changed[at] ^ bit);
  });
}

TEST_P(Hostile, IsRefusedCutOrLengthened) {
  const std::string_view whole = bytes();
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadFrame(whole.substr(0, size)).has_value()) << size;
  }
  for (const std::string_view more : {"\0"sv, "\n"sv, "\0\0\0\0\0\0\0\0"sv, whole}) {
    ExpectRefused(std::string(whole) + std::string(more), "longer");
  }
  ExpectRefused("\n" + std::string(whole), "moved");
}

TEST_P(Hostile, EachBitOfASectionMayBeOfAnotherProgram) {
  std::vector<Section> sections = SectionsOfFile(bytes());
  for (Section& section : sections) {
    ForBits(section.bytes.size(), 16, [&](size_t at, char bit) {
      section.bytes[at] = static_cast<char>(section.bytes[at] ^ bit);
      ExpectHarmless(Framed(sections, bytes()),
                     fmt::format("{} byte {}", SectionName(section.id), at));
      section.bytes[at] = static_cast<char>(section.bytes[at] ^ bit);
    });
  }
  EXPECT_GT(programs_, 20u);
  EXPECT_GT(refused_, 50u);
}

TEST_P(Hostile, EachBitOfHeaderAndTableIsOfOneForm) {
  const std::string whole = bytes();
  const size_t table = static_cast<unsigned char>(whole[14]) * kTableRowBytes;
  for (size_t at = 0; at < kTableOffset + table; ++at) {
    if (at >= kHeaderBytes && at < kTableOffset) continue;  // the root hash
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      const Tried tried = Try(WithRootHash(std::move(changed)));
      EXPECT_FALSE(tried.is_program) << "byte " << at << " bit " << bit;
      EXPECT_EQ(tried.harm, "");
    }
  }
}

TEST_P(Hostile, RowsAreAsManyAsThereAre) {
  std::vector<Section> sections = SectionsOfFile(bytes());
  for (Section& section : sections) {
    const uint32_t was = section.rows;
    for (const uint32_t rows : {0u, was - 1, was + 1, was * 2, MostRows(section.id),
                                MostRows(section.id) + 1, UINT32_MAX}) {
      if (rows == was) continue;
      section.rows = rows;
      ExpectRefused(Framed(sections, bytes()),
                    fmt::format("{} rows of {}", rows, SectionName(section.id)));
    }
    section.rows = was;
  }
}

TEST_P(Hostile, SectionsStandInOrderAndOnce) {
  const std::vector<Section> whole = SectionsOfFile(bytes());
  for (size_t i = 0; i < whole.size(); ++i) {
    const std::string name = SectionName(whole[i].id);
    std::vector<Section> sections = whole;
    if (i + 1 < whole.size()) {
      std::swap(sections[i], sections[i + 1]);
      ExpectRefused(Framed(sections, bytes()), name + " behind the next");
      std::swap(sections[i].id, sections[i + 1].id);
      ExpectHarmless(Framed(sections, bytes()), name + " for the next");
    }
    sections = whole;
    sections.insert(sections.begin() + static_cast<std::ptrdiff_t>(i), whole[i]);
    ExpectRefused(Framed(sections, bytes()), name + " twice");
    sections = whole;
    sections.erase(sections.begin() + static_cast<std::ptrdiff_t>(i));
    ExpectHarmless(Framed(sections, bytes()), "without " + name);
    sections = whole;
    sections[i].bytes.clear();
    ExpectRefused(Framed(sections, bytes()), name + " empty");
    sections = whole;
    sections[i].bytes.pop_back();
    ExpectRefused(Framed(sections, bytes()), name + " cut short");
    sections = whole;
    sections[i].bytes += '\0';
    ExpectRefused(Framed(sections, bytes()), name + " and more");
  }
  ExpectRefused(Framed(whole, bytes(), Kind::kExpression), "as an expression");
  ExpectRefused(Framed({}, bytes()), "nothing");
}

// Two sections of another bundle as well: what one names, the other may have.
TEST_P(Hostile, SectionsOfAnotherBundleAreItsOwn) {
  const std::vector<Section> whole = SectionsOfFile(bytes());
  for (const NamedBundle& other : Bundles()) {
    const std::vector<Section> others = SectionsOfFile(other.bytes);
    for (size_t taken = 0; taken < others.size(); ++taken) {
      for (const size_t more : {taken, (taken + 1) % others.size()}) {
        std::vector<Section> sections = whole;
        for (const size_t i : {taken, more}) {
          const auto place =
              std::find_if(sections.begin(), sections.end(),
                           [&](const Section& section) { return section.id >= others[i].id; });
          if (place != sections.end() && place->id == others[i].id) {
            *place = others[i];
          } else {
            sections.insert(place, others[i]);
          }
        }
        ExpectHarmless(Framed(sections, bytes()),
                       fmt::format("{} of {}", SectionName(others[taken].id), other.name));
      }
    }
  }
  EXPECT_GT(refused_, 100u);
}

// ---- What costs more than the file is large.

std::string ManyRulesOfOneName(size_t name_bytes, uint32_t rules) {
  std::vector<Section> sections = SectionsOfFile(Bundles()[0].bytes);
  Section& text = At(sections, SectionId::kText);
  const uint32_t id = text.rows++;
  AppendNumber(name_bytes, text.bytes);
  text.bytes.append(name_bytes, '\x7F');  // behind all others
  std::string row;
  AppendNumber(id, row);
  row += "\0\0"sv;  // without flags or parts
  Section& rule = At(sections, SectionId::kRule);
  for (uint32_t i = 0; i < rules; ++i) rule.bytes += row;
  rule.rows += rules;
  return Framed(sections, Bundles()[0].bytes);
}

TEST(HostileBundle, CopiesNoTextWithoutEnd) {
  EXPECT_EQ(Try(ManyRulesOfOneName(1000, 1000)).refusal, "");
  EXPECT_EQ(Try(ManyRulesOfOneName(1u << 20, 10'000)).refusal,
            "section rule: texts are named too often");
}

}  // namespace
}  // namespace writ::bundle
