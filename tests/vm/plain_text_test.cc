// Skipping plain text: each width against one byte at a time, wherever what ends it stands.
#include "vm/plain_text.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace writ {
namespace {

struct Width {
  const char* name;
  const char* (*skip)(const char*, const char*);
};

constexpr Width kWidths[] = {
    {"by 1", SkipPlainBy1},
    {"by 16", SkipPlainBy16},
    {"by 32", SkipPlainBy32},
    {"as wide as it can", SkipPlainText},
    {"without a call first", [](const char* p, const char* end) { return SkipPlain(p, end); }},
};

bool IsPlain(unsigned char c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

// `size` bytes and no more than what must be readable behind them, so that a sanitizer sees a byte
// too many.
class Text {
 public:
  Text(size_t shift, size_t size)
      : bytes_(std::make_unique<char[]>(shift + size + kPlainTextPadding)),
        begin_(bytes_.get() + shift),
        end_(begin_ + size) {
    for (size_t i = 0; i < size; ++i) begin_[i] = static_cast<char>('a' + i % 26);
    *end_ = '\n';
    for (size_t i = 1; i < kPlainTextPadding; ++i) end_[i] = i % 2 == 0 ? '"' : 'x';
  }

  char* begin() { return begin_; }
  const char* end() const { return end_; }

 private:
  std::unique_ptr<char[]> bytes_;
  char* begin_;
  char* end_;
};

TEST(PlainText, IsEveryByteButFew) {
  for (int c = 0; c < 256; ++c) {
    for (const int before : {0, 5, 40, 130}) {
      Text text(0, 200);
      text.begin()[before] = static_cast<char>(c);
      const char* const stop =
          IsPlain(static_cast<unsigned char>(c)) ? text.end() : text.begin() + before;
      for (const Width& width : kWidths) {
        EXPECT_EQ(width.skip(text.begin(), text.end()), stop) << width.name << ", byte " << c;
      }
    }
  }
}

TEST(PlainText, EndsAtItsLengthWhereverItStands) {
  for (size_t size = 0; size <= 300; ++size) {
    for (const size_t shift : {0u, 1u, 7u, 15u, 16u, 31u, 33u, 63u}) {
      Text text(shift, size);
      for (const Width& width : kWidths) {
        ASSERT_EQ(width.skip(text.begin(), text.end()), text.end())
            << width.name << ", " << size << " bytes after " << shift;
      }
    }
  }
}

TEST(PlainText, EndsAtWhatIsNotPlainWhereverItStands) {
  constexpr size_t kSize = 300;
  constexpr char kNotPlain[] = {'"', '\\', '\0', '\x1F', '\n', '\x80', '\xC3', '\xFF'};
  for (size_t place = 0; place < kSize; ++place) {
    Text text(place % 32, kSize);
    // Another one behind it is not the first.
    text.begin()[(place + kSize) / 2] = '"';
    for (const char c : kNotPlain) {
      text.begin()[place] = c;
      for (const Width& width : kWidths) {
        ASSERT_EQ(width.skip(text.begin(), text.end()), text.begin() + place)
            << width.name << ", byte " << int{static_cast<unsigned char>(c)} << " at " << place;
      }
    }
  }
}

// From each start of a text that is long enough for every width.
TEST(PlainText, MayBeginAnywhere) {
  Text text(0, 500);
  text.begin()[490] = '\\';
  for (size_t start = 0; start <= 490; ++start) {
    for (const Width& width : kWidths) {
      ASSERT_EQ(width.skip(text.begin() + start, text.end()), text.begin() + 490)
          << width.name << " from " << start;
    }
  }
}

}  // namespace
}  // namespace writ
