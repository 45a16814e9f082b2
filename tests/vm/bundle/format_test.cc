// The table of sections: its numbers are promises, and docs/bundle-format.md says the same.
#include "vm/bundle/format.h"

#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <sstream>
#include <string>

namespace writ::bundle {
namespace {

std::string Documentation() {
  std::ifstream file(WRIT_SOURCE_DIR "/docs/bundle-format.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Format, SectionsKeepTheirNumbers) {
  const char* const wanted =
      "1 program\n2 text\n3 bytes\n4 constant\n5 pattern\n6 block\n7 operand\n8 code\n9 rule\n"
      "10 message_part\n11 rule_start\n12 recovery\n13 policy\n14 counter\n15 quota\n16 path\n"
      "17 read\n18 watch\n19 fact\n20 label\n21 tool\n22 tool_name\n23 hidden\n24 hidden_glob\n"
      "25 variable\n64 debug_text\n65 source\n66 position\n67 rule_position\n68 slot_name\n";
  std::string sections;
  for (const SectionId id : kSections) {
    sections += std::to_string(static_cast<uint32_t>(id)) + " " + SectionName(id) + "\n";
  }
  EXPECT_EQ(sections, wanted);
}

TEST(Format, DebugDataComesLast) {
  EXPECT_FALSE(IsDebugData(SectionId::kVariable));
  EXPECT_TRUE(IsDebugData(SectionId::kDebugText));
  EXPECT_TRUE(IsDebugData(SectionId::kSlotName));
}

TEST(Format, OtherNumbersAreNoSections) {
  EXPECT_EQ(SectionName(static_cast<SectionId>(0)), "0");
  EXPECT_EQ(SectionName(static_cast<SectionId>(4000000000)), "4000000000");
  EXPECT_EQ(MostRows(static_cast<SectionId>(26)), 0u);
}

TEST(Format, NoTextBeginsLikeABundle) {
  ASSERT_EQ(kMagic.size(), 8u);
  EXPECT_EQ(static_cast<unsigned char>(kMagic[0]) & 0xC0, 0x80);
}

TEST(Format, TheDocumentationHasTheSections) {
  const std::string page = Documentation();
  size_t at = 0;
  for (const SectionId id : kSections) {
    const std::string row =
        "\n| " + std::to_string(static_cast<uint32_t>(id)) + " | `" + SectionName(id) + "` |";
    at = page.find(row, at);
    ASSERT_NE(at, std::string::npos) << row;
    const std::string line = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
    const uint32_t most = MostRows(id);
    const std::string limit =
        most == 1 ? "| 1 |" : "| 2^" + std::to_string(std::countr_zero(most)) + " |";
    EXPECT_TRUE(std::has_single_bit(most));
    EXPECT_TRUE(line.ends_with(limit)) << line;
  }
}

}  // namespace
}  // namespace writ::bundle
