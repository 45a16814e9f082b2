// SHA-256, which names what a bundle holds.
//
// Tested by tests/vm/bundle/hash_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace writ::bundle {

using Hash = std::array<uint8_t, 32>;

// Of the pieces, one after the other. Aborts where the library has no SHA-256 or no memory: nothing
// could be loaded then.
Hash Sha256(std::initializer_list<std::string_view> pieces);

// 64 digits in lower case.
std::string Hex(const Hash& hash);

std::string_view AsText(const Hash& hash);

}  // namespace writ::bundle
