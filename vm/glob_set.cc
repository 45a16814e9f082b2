// Many globs at once.
// Tested by tests/vm/glob_set_test.cc.
#include "vm/glob_set.h"

#include <algorithm>
#include <utility>

#include "vm/glob.h"

namespace writ {

GlobSet::GlobSet(std::vector<std::string_view> globs) : globs_(std::move(globs)) {
  for (uint32_t i = 0; i < globs_.size(); ++i) {
    const std::string_view glob = globs_[i];
    const size_t first = glob.find('*');
    // Without a `*` it is all beginning.
    const std::string_view begin = glob.substr(0, first);
    const std::string_view end =
        first == std::string_view::npos ? std::string_view() : glob.substr(glob.rfind('*') + 1);
    if (begin.empty() && end.empty()) {
      others_.push_back(i);
      continue;
    }
    Ends& ends = end.size() > begin.size() ? ends_ : begins_;
    const std::string_view known = end.size() > begin.size() ? end : begin;
    ends.globs[known].push_back(i);
    ends.lengths.push_back(known.size());
  }
  for (Ends* const ends : {&begins_, &ends_}) {
    std::sort(ends->lengths.begin(), ends->lengths.end());
    ends->lengths.erase(std::unique(ends->lengths.begin(), ends->lengths.end()),
                        ends->lengths.end());
  }
}

bool GlobSet::Fits(std::string_view text, uint32_t glob) const {
  return GlobMatches(text, globs_[glob]);
}

}  // namespace writ
