// Test files anyone can write: what is given, a line that says "--- expect", what is expected.
//
// With WRIT_REBASE=1 in the environment Expect() rewrites the file instead of comparing.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace writ {

class TextFile {
 public:
  // The stems of a folder's .txt files, in order. Never empty: a folder that is not found fails.
  static std::vector<std::string> In(const std::string& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(Root() / folder)) {
      if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  TextFile(const std::string& folder, const std::string& name)
      : path_(Root() / folder / (name + ".txt")) {
    std::ifstream in(path_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    // An empty part before the mark is a part too.
    const bool starts = text.rfind(kMark, 0) == 0;
    const size_t mark = starts ? 0 : text.find("\n" + std::string(kMark));
    EXPECT_NE(mark, std::string::npos) << path_ << " has no line that says --- expect";
    if (mark == std::string::npos) return;
    given_ = text.substr(0, starts ? 0 : mark + 1);
    expected_ = text.substr(given_.size() + kMark.size());
  }

  const std::string& given() const { return given_; }

  void Expect(const std::string& actual) const {
    if (std::getenv("WRIT_REBASE") == nullptr) {
      EXPECT_EQ(actual, expected_) << path_;
    } else if (actual != expected_) {
      std::ofstream(path_, std::ios::binary) << given_ << kMark << actual;
    }
  }

 private:
  static constexpr std::string_view kMark = "--- expect\n";

  static std::filesystem::path Root() { return WRIT_SOURCE_DIR; }

  std::filesystem::path path_;
  std::string given_;
  std::string expected_;
};

}  // namespace writ
