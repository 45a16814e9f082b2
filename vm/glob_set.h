// Many globs at once: which of them a text fits, in time that hardly depends on how many there are.
//
// Each glob begins and ends with text of its own (`get_*` with "get_", `*_admin` with "_admin"), so
// it is looked for only in texts that begin, or end, with the longer of the two, which is looked
// up once for each length that there is. Only globs with a `*` at both ends are tested one by
// one.
//
// Tested by tests/vm/glob_set_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace writ {

// Thread safety: any number of threads may look for fits.
class GlobSet {
 public:
  // The globs outlive this.
  explicit GlobSet(std::vector<std::string_view> globs);

  // Calls visit(number of the glob) with each that the text fits, in no order, until it is false.
  template <typename Visit>
  void ForEachFit(std::string_view text, const Visit& visit) const {
    const auto test = [&](const std::vector<uint32_t>& globs) {
      for (const uint32_t glob : globs) {
        if (Fits(text, glob) && !visit(glob)) return false;
      }
      return true;
    };
    if (!test(others_)) return;
    for (const bool at_end : {false, true}) {
      const Ends& ends = at_end ? ends_ : begins_;
      for (const size_t length : ends.lengths) {
        if (length > text.size()) break;
        const auto found = ends.globs.find(text.substr(at_end ? text.size() - length : 0, length));
        if (found != ends.globs.end() && !test(found->second)) return;
      }
    }
  }

 private:
  // By the text that globs begin with, or end with.
  struct Ends {
    // In order, since whoever writes globs could know a hash.
    std::map<std::string_view, std::vector<uint32_t>> globs;
    std::vector<size_t> lengths;  // of those texts, rising
  };

  bool Fits(std::string_view text, uint32_t glob) const;

  std::vector<std::string_view> globs_;
  Ends begins_;
  Ends ends_;
  std::vector<uint32_t> others_;
};

}  // namespace writ
