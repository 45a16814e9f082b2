// What functions of expressions ask of their arguments, and what they make results with.
//
// All of it charges the context before it works, and stops with Error::kBudget.
//
// Tested by tests/vm/functions/strings_test.cc.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "vm/functions/function.h"
#include "vm/value.h"

namespace writ::functions {

// No text that a function makes is longer, whatever is left of the budget: a result can be fed to
// the next call, and doubling 16 bytes twenty times is cheap to write.
inline constexpr uint64_t kMaxTextBytes = 16u << 20;

// Lists and maps deeper than this are not walked: a line nests at most 128, and what an expression
// builds around one is nowhere near the rest.
inline constexpr uint32_t kMaxWalkDepth = 256;

inline Value Fail(Error code) {
  return Value::Failure(code);
}

// Whether the arguments have just these tags.
inline bool Are(const Value* arguments, uint32_t count, std::initializer_list<Tag> tags) {
  return count == tags.size() &&
         std::equal(tags.begin(), tags.end(), arguments,
                    [](Tag tag, const Value& argument) { return argument.is(tag); });
}

// The failure of arguments that no overload takes: an unsafe number was read to find that out.
inline Value NoOverload(const Value* arguments, uint32_t count) {
  const bool unsafe = std::any_of(arguments, arguments + count, [](const Value& argument) {
    return argument.is(Tag::kUnsafeNumber);
  });
  return Fail(unsafe ? Error::kUnsafeNumber : Error::kNoSuchOverload);
}

// The items of a list, one level of a span being read into the arena, or null if that costs too
// much. One unit an item, and the text of a span. REQUIRES: list.is_list().
const List* ReadList(const Value& list, FunctionContext& context);
// The same for maps. REQUIRES: map.is_map().
const Map* ReadMap(const Value& map, FunctionContext& context);

// Room for a text of the arena, charged; null if that is too much.
char* NewText(uint64_t bytes, FunctionContext& context);

// An array of the arena that grows at its end.
template <typename T>
class Growing {
 public:
  explicit Growing(FunctionContext& context) : context_(context) {}

  // Room for `count` more, which take no time to speak of; null if there is none.
  T* Extend(uint64_t count) {
    if (count > capacity_ - size_) {
      const uint64_t capacity = std::max({size_ + count, capacity_ * 2, uint64_t{16}});
      if (!context_.HasRoom(capacity * sizeof(T))) return nullptr;
      T* longer = context_.arena.Allocate<T>(capacity);
      if (size_ > 0) std::memcpy(longer, items_, size_ * sizeof(T));
      items_ = longer;
      capacity_ = capacity;
    }
    size_ += count;
    return items_ + size_ - count;
  }

  T* data() { return items_; }
  uint64_t size() const { return size_; }

 private:
  FunctionContext& context_;
  T* items_ = nullptr;
  uint64_t size_ = 0;
  uint64_t capacity_ = 0;
};

// A text whose length is not known beforehand. Once too much was appended, the rest is dropped and
// the result is Error::kBudget.
class TextBuilder {
 public:
  explicit TextBuilder(FunctionContext& context) : context_(context), text_(context) {}

  // False if that was too much, now or before.
  bool Append(std::string_view text) {
    if (failed_ || text_.size() + text.size() > kMaxTextBytes ||
        !context_.ChargeText(text.size())) {
      failed_ = true;
      return false;
    }
    if (text.empty()) return true;
    char* const end = text_.Extend(text.size());
    failed_ = end == nullptr;
    if (!failed_) std::memcpy(end, text.data(), text.size());
    return !failed_;
  }
  bool failed() const { return failed_; }
  // REQUIRES: nothing is appended afterwards.
  Value Finish() {
    if (failed_) return Fail(Error::kBudget);
    return Value::String({text_.data(), text_.size()});
  }

 private:
  FunctionContext& context_;
  Growing<char> text_;
  bool failed_ = false;
};

// A list whose size is not known beforehand, likewise.
class ListBuilder {
 public:
  explicit ListBuilder(FunctionContext& context) : context_(context), items_(context) {}

  bool Append(const Value& item) {
    if (failed_ || items_.size() == UINT32_MAX || !context_.Charge(1)) {
      failed_ = true;
      return false;
    }
    Value* const end = items_.Extend(1);
    failed_ = end == nullptr;
    if (!failed_) *end = item;
    return !failed_;
  }
  bool failed() const { return failed_; }
  Value Finish() {
    if (failed_) return Fail(Error::kBudget);
    return Value::Of(context_.arena.New(List{static_cast<uint32_t>(items_.size()), items_.data()}));
  }

 private:
  FunctionContext& context_;
  Growing<Value> items_;
  bool failed_ = false;
};

}  // namespace writ::functions
