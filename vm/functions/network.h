// IP addresses and networks as text and as values.
//
// An address is four or sixteen bytes in network order. An IPv6 address that maps an IPv4 one
// (::ffff:0:0/96) is the IPv4 address: that is where a connection to it goes, so a rule about
// 127.0.0.0/8 must see it.
//
// Tested by tests/vm/functions/network_test.cc.
#pragma once

#include <optional>
#include <string_view>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

// The address that `text` writes, as a value of Tag::kIp in the arena, or nothing. Strict: no
// leading zeros in IPv4 and none of its shorter forms (127.1, 0x7f000001), no zone (%eth0), no
// white space, no mapped address written with dots (::ffff:1.2.3.4).
std::optional<Value> ParseIp(std::string_view text, Arena& arena);

// Whether the bytes of an address are IPv6 that maps IPv4. No Tag::kIp or Tag::kCidr holds one.
bool IsMappedIpv4(std::string_view address);

// Whether the text is an IPv6 address, in any form that has no zone.
bool IsIpv6(std::string_view text);

// An address, "/" and a prefix length without leading zeros; Tag::kCidr. Bits after the prefix are
// kept. No mapped address: its prefix could count from either end.
std::optional<Value> ParseCidr(std::string_view text, Arena& arena);

// The canonical form of an address (RFC 5952) or network, in the arena.
// REQUIRES: Tag::kIp or Tag::kCidr.
std::string_view FormatIp(const Value& value, Arena& arena);

}  // namespace writ
