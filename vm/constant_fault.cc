// What keeps a value from being a constant.
// Tested by tests/vm/constant_fault_test.cc.
#include "vm/constant_fault.h"

#include <limits>

#include "vm/arena.h"
#include "vm/functions/function.h"
#include "vm/functions/network.h"
#include "vm/key_index.h"
#include "vm/number.h"
#include "vm/utf8.h"

namespace writ {
namespace {

// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;

bool IsUrl(const Value& url) {
  Arena arena;
  int64_t budget = std::numeric_limits<int64_t>::max();
  FunctionContext context{arena, budget};
  const Value text = Value::String(url.view());
  return functions::Url(&text, 1, context).is(Tag::kUrl);
}

// Messages show an unsafe number as it stands, without quotes.
bool IsUnsafeNumber(std::string_view text) {
  return IsJsonNumber(text) && ReadNumber(text).is(Tag::kUnsafeNumber);
}

bool IsTypeName(std::string_view name) {
  for (auto tag = static_cast<uint8_t>(Tag::kNull); tag <= static_cast<uint8_t>(kLastTag); ++tag) {
    if (static_cast<Tag>(tag) != Tag::kError && TypeName(static_cast<Tag>(tag)) == name)
      return true;
  }
  return false;
}

std::string_view AddressFault(const Value& address) {
  if (address.size != 4 && address.size != 16) return "an address has not 4 or 16 bytes";
  if (IsMappedIpv4(address.view())) return "an address in IPv6 stands for one in IPv4";
  if (address.is(Tag::kCidr) && address.reserved > address.size * 8) {
    return "a network's prefix is longer than its address";
  }
  return {};
}

bool IsKey(const Value& key) {
  return key.is(Tag::kBool) || key.is(Tag::kInt) || key.is(Tag::kUint) || key.is(Tag::kString);
}

class ConstantWalk {
 public:
  explicit ConstantWalk(uint64_t& text_bytes) : text_bytes_(text_bytes) {}

  // `depth`: how many levels it may have.
  std::string_view Fault(const Value& value, uint32_t depth) {
    const bool nests = value.is(Tag::kList) || value.is(Tag::kMap) ||
                       (value.is(Tag::kOptional) && value.optional != nullptr);
    if (nests && depth == 0) return "it nests too deep";
    switch (value.tag) {
      case Tag::kNull:
      case Tag::kInt:
      case Tag::kUint:
      case Tag::kDouble:
      case Tag::kDuration: return {};
      case Tag::kBool:
        return value.i == 0 || value.i == 1 ? std::string_view() : "a bool is neither 0 nor 1";
      case Tag::kTimestamp:
        return value.i >= kFirstSecond && value.i <= kLastSecond && value.size < 1'000'000'000
                   ? std::string_view()
                   : "a timestamp is out of range";
      case Tag::kList: return ListFault(*value.list, depth - 1);
      case Tag::kMap: return MapFault(*value.map, depth - 1);
      case Tag::kOptional:
        return value.optional == nullptr ? std::string_view() : Fault(*value.optional, depth - 1);
      case Tag::kString:
      case Tag::kBytes:
      case Tag::kType:
      case Tag::kIp:
      case Tag::kCidr:
      case Tag::kUrl:
      case Tag::kUnsafeNumber:
        text_bytes_ += value.size;
        return text_bytes_ > kMaxConstantTextBytes ? "the constants' texts are too long"
                                                   : TextFault(value);
      case Tag::kAbsent:
      case Tag::kError: return "a part of it has no value";
      case Tag::kListSpan:
      case Tag::kMapSpan: return "a part of it belongs to a call";
    }
    return "a part of it is of no type";
  }

 private:
  static std::string_view TextFault(const Value& value) {
    if (value.is(Tag::kBytes)) return {};
    if (value.is(Tag::kIp) || value.is(Tag::kCidr)) return AddressFault(value);
    if (!IsUtf8(value.view())) return "a text is not UTF-8";
    if (value.is(Tag::kType) && !IsTypeName(value.view())) return "a type's name is that of none";
    if (value.is(Tag::kUrl) && !IsUrl(value)) return "a URL cannot be read";
    if (value.is(Tag::kUnsafeNumber) && !IsUnsafeNumber(value.view())) {
      return "an unsafe number is none";
    }
    return {};
  }

  std::string_view ListFault(const List& list, uint32_t depth) {
    for (uint32_t i = 0; i < list.size; ++i) {
      const std::string_view fault = Fault(list.items[i], depth);
      if (!fault.empty()) return fault;
    }
    return {};
  }

  std::string_view MapFault(const Map& map, uint32_t depth) {
    for (uint32_t i = 0; i < map.size; ++i) {
      const MapEntry& entry = map.entries[i];
      if (!IsKey(entry.key)) return "a map's key is no bool, whole number or text";
      std::string_view fault = Fault(entry.key, depth);
      if (fault.empty()) fault = Fault(entry.value, depth);
      if (!fault.empty()) return fault;
    }
    if (map.size < 2) return {};
    Arena arena;
    const KeyIndex* const index = KeyIndex::Make(&map.entries[0].key, 2, map.size, map.size, arena);
    if (index == nullptr) return "a map has too many keys";
    for (uint32_t i = 0; i < map.size; ++i) {
      if (index->Find(map.entries[i].key) != i) return "a map has the same key twice";
    }
    return {};
  }

  uint64_t& text_bytes_;
};

}  // namespace

std::string_view ConstantFault(const Value& constant, uint64_t& text_bytes) {
  return ConstantWalk(text_bytes).Fault(constant, kMaxConstantDepth);
}

}  // namespace writ
