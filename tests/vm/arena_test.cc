// Memory of a call: aligned, kept from call to call, given back after a large one.
#include "vm/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace writ {
namespace {

TEST(Arena, GivesRoomThatDoesNotOverlap) {
  Arena arena;
  std::vector<std::pair<char*, size_t>> taken;
  size_t size = 1;
  for (int i = 0; i < 200; ++i) {
    size = (size * 7 + 3) % 40'000;
    char* room = arena.Allocate<char>(size);
    if (size > 0) std::memset(room, i, size);
    taken.emplace_back(room, size);
  }
  for (size_t i = 0; i < taken.size(); ++i) {
    const auto [room, bytes] = taken[i];
    for (size_t j = 0; j < bytes; ++j) ASSERT_EQ(room[j], static_cast<char>(i));
  }
}

TEST(Arena, AlignsWhatItGives) {
  Arena arena;
  for (int i = 0; i < 100; ++i) {
    arena.Allocate<char>(1 + static_cast<size_t>(i % 7));
    const auto* word = arena.New<uint64_t>(static_cast<uint64_t>(i));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(word) % alignof(uint64_t), 0u);
    EXPECT_EQ(*word, static_cast<uint64_t>(i));
  }
}

TEST(Arena, CopiesText) {
  Arena arena;
  std::string text = "abc";
  const std::string_view copy = arena.Copy(text);
  text[0] = 'x';
  EXPECT_EQ(copy, "abc");
  EXPECT_EQ(arena.Copy(""), "");
  EXPECT_EQ(arena.Copy(std::string(100'000, 'y')).size(), 100'000u);
}

// The same calls again need nothing new: every address comes back.
TEST(Arena, GivesTheSameRoomAgainAfterAReset) {
  Arena arena;
  const auto call = [&arena] {
    std::vector<char*> rooms;
    for (const size_t size : {100u, 16'000u, 50'000u, 10u, 16'384u, 3u}) {
      rooms.push_back(arena.Allocate<char>(size));
    }
    return rooms;
  };
  const std::vector<char*> first = call();
  for (int i = 0; i < 3; ++i) {
    arena.Reset();
    EXPECT_EQ(call(), first);
  }
}

TEST(Arena, IsEmptyAfterAResetThatGaveMemoryBack) {
  Arena arena;
  for (int i = 0; i < 5; ++i) {
    char* large = arena.Allocate<char>(Arena::kKeepBytes + 1);
    std::memset(large, 1, Arena::kKeepBytes + 1);
    arena.Reset();
    EXPECT_EQ(arena.Copy("small"), "small");
    arena.Reset();
  }
}

TEST(Arena, MayBeResetBeforeAnythingIsTaken) {
  Arena arena;
  arena.Reset();
  EXPECT_EQ(*arena.New<int>(5), 5);
}

}  // namespace
}  // namespace writ
