// Texts of a bundle: each once, in order.
#include "vm/bundle/pool.h"

#include <gtest/gtest.h>

#include <string>

namespace writ::bundle {
namespace {

using namespace std::string_view_literals;

TEST(PoolBuilder, SortsByBytesAndKeepsEachOnce) {
  PoolBuilder pool;
  for (const std::string_view text : {"b"sv, "a"sv, "\xC3\xA9"sv, "b"sv, ""sv, "ab"sv, "a\0"sv}) {
    pool.Add(text);
  }
  pool.Number();
  EXPECT_EQ(pool.size(), 6u);
  EXPECT_EQ(pool.IdOf(""), 0u);
  EXPECT_EQ(pool.IdOf("a"), 1u);
  EXPECT_EQ(pool.IdOf("a\0"sv), 2u);
  EXPECT_EQ(pool.IdOf("ab"), 3u);
  EXPECT_EQ(pool.IdOf("b"), 4u);
  EXPECT_EQ(pool.IdOf("\xC3\xA9"), 5u);
  const auto section = pool.Write(SectionId::kText);
  ASSERT_TRUE(section.has_value());
  EXPECT_EQ(section->rows, 6u);
  EXPECT_EQ(section->bytes, "\0\1a\2a\0\2ab\1b\2\xC3\xA9"sv);
}

TEST(PoolBuilder, WritesNoTextThatIsNone) {
  PoolBuilder pool;
  pool.Add("\xFF");
  pool.Number();
  EXPECT_EQ(pool.Write(SectionId::kText).error(), "a text is not UTF-8");
  EXPECT_EQ(pool.Write(SectionId::kDebugText).error(), "a text is not UTF-8");
  EXPECT_TRUE(pool.Write(SectionId::kBytes).has_value());
}

TEST(PoolBuilder, WritesNoTextThatIsTooLong) {
  const std::string longest(kMaxTextBytes, 'x');
  PoolBuilder pool;
  pool.Add(longest);
  pool.Number();
  EXPECT_TRUE(pool.Write(SectionId::kText).has_value());
  const std::string longer = longest + 'x';
  pool.Add(longer);
  pool.Number();
  EXPECT_EQ(pool.Write(SectionId::kText).error(), "a text is too long");
}

tl::expected<Pool, std::string> Read(std::string_view bytes, uint32_t rows,
                                     SectionId id = SectionId::kText) {
  return Pool::Read({id, rows, bytes});
}

TEST(Pool, ReadsWhatWasWritten) {
  auto pool = Read("\0\1a\2ab"sv, 3);
  ASSERT_TRUE(pool.has_value());
  EXPECT_EQ(pool->size(), 3u);
  EXPECT_FALSE(pool->AllUsed());
  EXPECT_EQ(pool->Use(0), "");
  EXPECT_EQ(pool->Use(2), "ab");
  EXPECT_FALSE(pool->AllUsed());
  EXPECT_EQ(pool->Use(1), "a");
  EXPECT_TRUE(pool->AllUsed());
}

TEST(Pool, ThatIsNotThereIsAllUsed) {
  EXPECT_TRUE(Pool().AllUsed());
}

TEST(Pool, RefusesAnyOtherForm) {
  EXPECT_EQ(Read("\1b\1a", 2).error(), "its texts do not rise");
  EXPECT_EQ(Read("\1a\1a", 2).error(), "its texts do not rise");
  EXPECT_EQ(Read("\1a\0"sv, 2).error(), "its texts do not rise");
  EXPECT_EQ(Read("\1a\2b", 2).error(), "it ends in the middle of a row");
  EXPECT_EQ(Read("\1a", 2).error(), "it ends in the middle of a row");
  EXPECT_EQ(Read("\1a\1b", 1).error(), "it goes on behind its last row");
  EXPECT_EQ(Read("\1\xFF", 1).error(), "a text is not UTF-8");
  EXPECT_EQ(Read("\1\xC3\1\xA9"sv, 2).error(), "a text is not UTF-8");
  EXPECT_TRUE(Read("\1\xFF", 1, SectionId::kBytes).has_value());
}

}  // namespace
}  // namespace writ::bundle
