// The value every instruction works on: 16 bytes, trivially copyable, owning nothing.
//
// Why 16 bytes: a tag, a few flags and one machine word are enough for every CEL type if what
// does not fit in the word is pointed to, and four of them fill a cache line, so a slot array of
// a dozen arguments stays in three. Why non-owning: a decision makes no value that
// outlives it. Strings point into the line being judged, into the program's constant pool or into
// the arena of the call, all of which outlive the decision; copying is a 16-byte move and dropping
// is free.
//
// `absent` is not `null`. A member that is not there and a member whose value is null are
// different facts to `has()`, to `exists` and to every error message, so they are different tags.
//
// Thread safety: values are plain data. A value may be read by any thread that may read what it
// points to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

namespace writ {

// ORDER Tag: the constant pool of a program stores these numbers, so they never change; new tags
// go to the end.
enum class Tag : uint8_t {
  kAbsent = 0,         // nothing there; never the value of an expression
  kNull = 1,           //
  kBool = 2,           // i is 0 or 1
  kInt = 3,            // i
  kUint = 4,           // u
  kDouble = 5,         // d
  kString = 6,         // text, size: UTF-8, unescaped
  kBytes = 7,          // text, size
  kTimestamp = 8,      // i: seconds since 1970-01-01T00:00Z, size: nanoseconds 0..999999999
  kDuration = 9,       // i: nanoseconds
  kList = 10,          // list, in the arena or the constant pool
  kMap = 11,           // map, likewise
  kListSpan = 12,      // text, size: a JSON array of the line, already validated
  kMapSpan = 13,       // text, size: a JSON object of the line, already validated
  kOptional = 14,      // optional: null pointer for none
  kType = 15,          // text, size: the type's name
  kError = 16,         // code: Error; size: the instruction that raised it; reserved:
                       // its operand's ordinal, while a scope keeps it
  kUnsafeNumber = 17,  // text, size: a JSON number that readers round differently
                       // (docs/architecture.md, "Numbers"); reading it is an error
  kIp = 18,            // text, size: an address, 4 or 16 bytes
  kCidr = 19,          // text, size: an address; reserved: its network's prefix length in bits
  kUrl = 20,           // text, size: the URL as it was written, already validated
};
inline constexpr Tag kLastTag = Tag::kUrl;

// Why an expression has no value. A sentence for each stands in ErrorText().
enum class Error : uint32_t {
  kNone = 0,
  kNoSuchField,
  kNoSuchOverload,
  kNoSuchKey,
  kIndexOutOfRange,
  kOverflow,
  kDivideByZero,
  kUnsafeNumber,
  kOptionalNone,
  kBudget,
  kInvalidArgument,
  kUnknownName,
  kDuplicateKey,
  kUnsupportedKey,
  kConversion,
  kRange,
  kInvalidUtf8,
  kInvalidTimestamp,
  kInvalidDuration,
  kInvalidTimeZone,
  kInvalidPattern,
  kInvalidFormat,
  kInvalidAddress,
  kInvalidUrl,
  kInvalidPath,
  kInvalidJson,
  kInvalidHost,
  kInvalidHours,
  kKeyTooLong,
};
inline constexpr Error kLastError = Error::kKeyTooLong;

struct Value;

class KeyIndex;
struct Room;

// Lists and maps do not change once they are made: what extends one makes another, which shares
// the elements where `room` behind them is free (vm/build.h).
struct List {
  uint32_t size;
  const Value* items;
  const KeyIndex* index = nullptr;  // finds elements (vm/key_index.h), if there is one
  Room* room = nullptr;
};

struct MapEntry;

// Entries in the order of the source. Keys are unique; the builder sees to it.
struct Map {
  uint32_t size;
  const MapEntry* entries;
  const KeyIndex* index = nullptr;  // finds keys, among them some of entries beyond `size`
  Room* room = nullptr;
};

struct Value {
  Tag tag = Tag::kAbsent;
  uint8_t flags = 0;
  uint16_t reserved = 0;
  uint32_t size = 0;
  union {
    int64_t i = 0;
    uint64_t u;
    double d;
    const char* text;
    const List* list;
    const Map* map;
    const Value* optional;
    Error code;
  };

  static Value Null() { return Of(Tag::kNull); }
  static Value Bool(bool b) {
    Value v = Of(Tag::kBool);
    v.i = b ? 1 : 0;
    return v;
  }
  static Value Int(int64_t i) {
    Value v = Of(Tag::kInt);
    v.i = i;
    return v;
  }
  static Value Uint(uint64_t u) {
    Value v = Of(Tag::kUint);
    v.u = u;
    return v;
  }
  static Value Double(double d) {
    Value v = Of(Tag::kDouble);
    v.d = d;
    return v;
  }
  // REQUIRES: s outlives the value and is shorter than 4 GiB.
  static Value String(std::string_view s) { return Text(Tag::kString, s); }
  static Value Text(Tag tag, std::string_view s) {
    Value v = Of(tag);
    v.size = static_cast<uint32_t>(s.size());
    v.text = s.data();
    return v;
  }
  static Value Of(const List* l) {
    Value v = Of(Tag::kList);
    v.list = l;
    return v;
  }
  static Value Of(const Map* m) {
    Value v = Of(Tag::kMap);
    v.map = m;
    return v;
  }
  // An optional that holds *inner, or none for a null pointer.
  static Value Optional(const Value* inner) {
    Value v = Of(Tag::kOptional);
    v.optional = inner;
    return v;
  }
  static Value Failure(Error code) {
    Value v = Of(Tag::kError);
    v.u = 0;
    v.code = code;
    return v;
  }

  bool is(Tag t) const { return tag == t; }
  bool is_number() const { return tag == Tag::kInt || tag == Tag::kUint || tag == Tag::kDouble; }
  bool is_list() const { return tag == Tag::kList || tag == Tag::kListSpan; }
  bool is_map() const { return tag == Tag::kMap || tag == Tag::kMapSpan; }
  // REQUIRES: a tag whose payload is text.
  std::string_view view() const { return {text, size}; }

 private:
  static Value Of(Tag tag) {
    Value v;
    v.tag = tag;
    return v;
  }
};

// Makes them absent, as default initialisation does: a store each, which compilers do not make of
// that.
inline void MakeAbsent(Value* values, size_t count) {
  for (Value* const end = values + count; values != end; ++values) {
    std::memset(static_cast<void*>(values), 0, sizeof *values);
  }
}

template <size_t... i>
void MakeAbsent(Value* values, std::index_sequence<i...> /*which*/) {
  (MakeAbsent(values + i, 1), ...);
}

// All of them, without a loop.
template <size_t count>
void MakeAbsent(Value (&values)[count]) {
  MakeAbsent(values, std::make_index_sequence<count>());
}

struct MapEntry {
  Value key;
  Value value;
};

static_assert(sizeof(Value) == 16, "two values to half a cache line");
static_assert(std::is_trivially_copyable_v<Value>, "values are moved with memcpy");
static_assert(static_cast<int>(Tag::kAbsent) == 0, "absent is all zeros");

// A sentence an author can act on, without position: "no such field".
std::string_view ErrorText(Error code);

// The name of a tag as CEL's type() gives it: "int", "string", "null_type", …
std::string_view TypeName(Tag tag);

}  // namespace writ
