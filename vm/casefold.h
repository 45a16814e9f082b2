// Whether two member names are the same to a reader that ignores case.
//
// Several JSON libraries match names without regard to case, some with Unicode's simple folding
// (ſ is s, the Kelvin sign is k), so a message may carry one name for writ and the same name again
// for the server. The classes here are the transitive closure of simple upper, lower and case-fold
// mappings: wider than any one reader's.
#pragma once

#include <cstdint>
#include <string_view>

namespace writ {

// The smallest code point that some reader takes for `c`. 'a'..'z' give 'A'..'Z'.
uint32_t FoldCodePoint(uint32_t c);

// True if the names are equal, or equal but for case. REQUIRES: both are valid UTF-8.
bool FoldEqual(std::string_view a, std::string_view b);

}  // namespace writ
