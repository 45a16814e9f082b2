// Functions of expressions: IP addresses and networks, as Kubernetes has them.
// Tested by tests/vm/functions/network_test.cc.
#include "vm/functions/network.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "vm/functions/arguments.h"
#include "vm/functions/function.h"

namespace writ {
namespace {

constexpr size_t kMaxAddressText = 45;  // ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255
constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);

struct Address {
  std::array<char, 16> bytes;
  size_t size;
  std::string_view view() const { return {bytes.data(), size}; }
};

// inet_pton() is as strict as is wanted once there is no NUL in the text.
std::optional<Address> ParseAddress(std::string_view text) {
  if (text.size() > kMaxAddressText || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::array<char, kMaxAddressText + 1> terminated{};
  std::copy(text.begin(), text.end(), terminated.begin());
  const bool v6 = text.find(':') != std::string_view::npos;
  Address address = {{}, v6 ? size_t{16} : size_t{4}};
  if (inet_pton(v6 ? AF_INET6 : AF_INET, terminated.data(), address.bytes.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

unsigned Byte(std::string_view address, size_t i) {
  return static_cast<unsigned char>(address[i]);
}

// Whether two addresses of one family have that many first bits in common.
bool SamePrefix(std::string_view a, std::string_view b, uint32_t bits) {
  const size_t whole = bits / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || (Byte(a, whole) ^ Byte(b, whole)) >> (8 - rest) == 0;
}

void AppendV6(std::string_view address, fmt::memory_buffer& out) {
  std::array<unsigned, 8> groups{};
  for (size_t i = 0; i < 8; ++i) groups[i] = Byte(address, 2 * i) << 8 | Byte(address, 2 * i + 1);
  // The first of the longest runs of at least two zero groups is left out.
  size_t gap = 8;
  size_t gap_size = 1;
  for (size_t i = 0; i < 8; ++i) {
    size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > gap_size) {
      gap = i;
      gap_size = end - i;
    }
    i = end;
  }
  const auto to = std::back_inserter(out);
  for (size_t i = 0; i < 8;) {
    if (i == gap) {
      fmt::format_to(to, "::");
      i += gap_size;
      continue;
    }
    fmt::format_to(to, "{}{:x}", i == 0 || i == gap + gap_size ? "" : ":", groups[i]);
    ++i;
  }
}

bool IsAll(std::string_view address, unsigned byte) {
  return std::all_of(address.begin(), address.end(),
                     [byte](char c) { return static_cast<unsigned char>(c) == byte; });
}

bool IsLoopback(std::string_view address) {
  if (address.size() == 4) return Byte(address, 0) == 127;
  return IsAll(address.substr(0, 15), 0) && Byte(address, 15) == 1;
}

bool IsMulticast(std::string_view address) {
  return address.size() == 4 ? Byte(address, 0) >> 4 == 0xE : Byte(address, 0) == 0xFF;
}

bool IsLinkLocalUnicast(std::string_view address) {
  if (address.size() == 4) return Byte(address, 0) == 169 && Byte(address, 1) == 254;
  return Byte(address, 0) == 0xFE && Byte(address, 1) >> 6 == 2;
}

// Any flags, scope 2.
bool IsLinkLocalMulticast(std::string_view address) {
  if (address.size() == 4) {
    return Byte(address, 0) == 224 && Byte(address, 1) == 0 && Byte(address, 2) == 0;
  }
  return Byte(address, 0) == 0xFF && (Byte(address, 1) & 0xF) == 2;
}

bool IsGlobalUnicast(std::string_view address) {
  if (address.size() == 4 && IsAll(address, 255)) return false;  // broadcast
  return !IsAll(address, 0) && !IsLoopback(address) && !IsMulticast(address) &&
         !IsLinkLocalUnicast(address);
}

bool NetworkHas(const Value& network, std::string_view address) {
  return network.size == address.size() && SamePrefix(network.view(), address, network.reserved);
}

using Reader = std::optional<Value> (*)(std::string_view, Arena&);

// The argument, which may be written as text.
Value ReadArgument(const Value& argument, Tag tag, Reader read, FunctionContext& context) {
  if (argument.is(tag)) return argument;
  if (!argument.is(Tag::kString)) return functions::NoOverload(&argument, 1);
  if (!context.ChargeText(argument.size)) return Value::Failure(Error::kBudget);
  const auto value = read(argument.view(), context.arena);
  return value ? *value : Value::Failure(Error::kInvalidAddress);
}

Value ReadText(const Value* arguments, uint32_t count, Reader read, FunctionContext& context) {
  if (count != 1 || !arguments[0].is(Tag::kString)) return functions::NoOverload(arguments, count);
  return ReadArgument(arguments[0], Tag::kAbsent, read, context);
}

Value IsReadable(const Value* arguments, uint32_t count, Reader read, FunctionContext& context) {
  const Value value = ReadText(arguments, count, read, context);
  if (!value.is(Tag::kError)) return Value::Bool(true);
  return value.code == Error::kInvalidAddress ? Value::Bool(false) : value;
}

Value IpIs(const Value* arguments, uint32_t count, bool (*test)(std::string_view)) {
  if (count != 1 || !arguments[0].is(Tag::kIp)) return functions::NoOverload(arguments, count);
  return Value::Bool(test(arguments[0].view()));
}

}  // namespace

bool IsMappedIpv4(std::string_view address) {
  return address.size() == 16 && address.starts_with(kMapped);
}

std::optional<Value> ParseIp(std::string_view text, Arena& arena) {
  const auto address = ParseAddress(text);
  if (!address) return std::nullopt;
  std::string_view bytes = address->view();
  if (IsMappedIpv4(bytes)) {
    if (text.find('.') != std::string_view::npos) return std::nullopt;
    bytes.remove_prefix(kMapped.size());
  }
  return Value::Text(Tag::kIp, arena.Copy(bytes));
}

bool IsIpv6(std::string_view text) {
  const auto address = ParseAddress(text);
  return address && address->size == 16;
}

std::optional<Value> ParseCidr(std::string_view text, Arena& arena) {
  const size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = ParseAddress(text.substr(0, slash));
  if (!address || IsMappedIpv4(address->view())) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) {
    return std::nullopt;
  }
  uint16_t bits = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    bits = static_cast<uint16_t>(bits * 10 + (c - '0'));
  }
  if (bits > address->size * 8) return std::nullopt;
  Value network = Value::Text(Tag::kCidr, arena.Copy(address->view()));
  network.reserved = bits;
  return network;
}

std::string_view FormatIp(const Value& value, Arena& arena) {
  const std::string_view address = value.view();
  fmt::memory_buffer out;  // its own room is enough
  if (address.size() == 4) {
    fmt::format_to(std::back_inserter(out), "{}.{}.{}.{}", Byte(address, 0), Byte(address, 1),
                   Byte(address, 2), Byte(address, 3));
  } else {
    AppendV6(address, out);
  }
  if (value.is(Tag::kCidr)) fmt::format_to(std::back_inserter(out), "/{}", value.reserved);
  return arena.Copy({out.data(), out.size()});
}

namespace functions {

Value Ip(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count == 1 && arguments[0].is(Tag::kCidr)) {
    return Value::Text(Tag::kIp, arguments[0].view());
  }
  return ReadText(arguments, count, ParseIp, context);
}

Value IsIp(const Value* arguments, uint32_t count, FunctionContext& context) {
  return IsReadable(arguments, count, ParseIp, context);
}

Value IpIsCanonical(const Value* arguments, uint32_t count, FunctionContext& context) {
  const Value address = ReadText(arguments, count, ParseIp, context);
  if (address.is(Tag::kError)) return address;
  return Value::Bool(FormatIp(address, context.arena) == arguments[0].view());
}

Value IpFamily(const Value* arguments, uint32_t count, FunctionContext&) {
  if (count != 1 || !arguments[0].is(Tag::kIp)) return NoOverload(arguments, count);
  return Value::Int(arguments[0].size == 4 ? 4 : 6);
}

Value IpIsUnspecified(const Value* arguments, uint32_t count, FunctionContext&) {
  return IpIs(arguments, count, [](std::string_view address) { return IsAll(address, 0); });
}

Value IpIsLoopback(const Value* arguments, uint32_t count, FunctionContext&) {
  return IpIs(arguments, count, IsLoopback);
}

Value IpIsLinkLocalMulticast(const Value* arguments, uint32_t count, FunctionContext&) {
  return IpIs(arguments, count, IsLinkLocalMulticast);
}

Value IpIsLinkLocalUnicast(const Value* arguments, uint32_t count, FunctionContext&) {
  return IpIs(arguments, count, IsLinkLocalUnicast);
}

Value IpIsGlobalUnicast(const Value* arguments, uint32_t count, FunctionContext&) {
  return IpIs(arguments, count, IsGlobalUnicast);
}

Value Cidr(const Value* arguments, uint32_t count, FunctionContext& context) {
  return ReadText(arguments, count, ParseCidr, context);
}

Value IsCidr(const Value* arguments, uint32_t count, FunctionContext& context) {
  return IsReadable(arguments, count, ParseCidr, context);
}

Value CidrContainsIp(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 2 || !arguments[0].is(Tag::kCidr)) return NoOverload(arguments, count);
  const Value address = ReadArgument(arguments[1], Tag::kIp, ParseIp, context);
  if (address.is(Tag::kError)) return address;
  return Value::Bool(NetworkHas(arguments[0], address.view()));
}

Value CidrContainsCidr(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 2 || !arguments[0].is(Tag::kCidr)) return NoOverload(arguments, count);
  const Value inner = ReadArgument(arguments[1], Tag::kCidr, ParseCidr, context);
  if (inner.is(Tag::kError)) return inner;
  return Value::Bool(arguments[0].reserved <= inner.reserved &&
                     NetworkHas(arguments[0], inner.view()));
}

Value CidrMasked(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || !arguments[0].is(Tag::kCidr)) return NoOverload(arguments, count);
  const Value network = arguments[0];
  char* bytes = context.arena.Allocate<char>(network.size);
  for (uint32_t i = 0; i < network.size; ++i) {
    const uint32_t kept = std::clamp<uint32_t>(network.reserved, 8 * i, 8 * i + 8) - 8 * i;
    bytes[i] = static_cast<char>(Byte(network.view(), i) & (0xFF00u >> kept));
  }
  Value masked = Value::Text(Tag::kCidr, {bytes, network.size});
  masked.reserved = network.reserved;
  return masked;
}

Value CidrPrefixLength(const Value* arguments, uint32_t count, FunctionContext&) {
  if (count != 1 || !arguments[0].is(Tag::kCidr)) return NoOverload(arguments, count);
  return Value::Int(arguments[0].reserved);
}

}  // namespace functions
}  // namespace writ
