// Functions of text: size, parts, searching, splitting and joining. Indices count code points.
// Tested by tests/vm/functions/strings_test.cc.
#include <algorithm>
#include <limits>

#include "vm/functions/arguments.h"
#include "vm/functions/text.h"
#include "vm/span.h"
#include "vm/utf8.h"

namespace writ::functions {
namespace {

constexpr size_t kNowhere = std::string_view::npos;

// The property White_Space of Unicode.
bool IsWhiteSpace(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

// How often a part stands in a text, occurrences not overlapping, counted up to `limit`. An empty
// part stands before each code point and at the end.
uint64_t CountParts(std::string_view text, std::string_view part, uint64_t limit) {
  if (part.empty()) {
    return std::min(limit, static_cast<uint64_t>(CountCodePoints(text)) + 1);
  }
  uint64_t count = 0;
  for (size_t at = 0; count < limit && (at = FindText(text, part, at)) != kNowhere; ++count) {
    at += part.size();
  }
  return count;
}

// A limit argument as cel-go has it: negative for none.
uint64_t Limit(const Value* arguments, uint32_t count, uint32_t index) {
  if (index >= count || arguments[index].i < 0) return std::numeric_limits<uint64_t>::max();
  return static_cast<uint64_t>(arguments[index].i);
}

// The last place of a part, or kNowhere, which the budget says if there was no room. Backwards, by
// searching both texts reversed: there is no search from the end that is linear.
size_t FindLast(std::string_view text, std::string_view part, FunctionContext& context) {
  if (part.size() > text.size() || !context.HasRoom(text.size() + part.size())) return kNowhere;
  char* backwards = context.arena.Allocate<char>(text.size() + part.size());
  std::reverse_copy(text.begin(), text.end(), backwards);
  char* part_backwards = backwards + text.size();
  std::reverse_copy(part.begin(), part.end(), part_backwards);
  const size_t found = FindText({backwards, text.size()}, {part_backwards, part.size()});
  return found == kNowhere ? kNowhere : text.size() - found - part.size();
}

// Two texts, charged: false with *failure set if they are no texts or cost too much.
bool TwoTexts(const Value* arguments, uint32_t count, FunctionContext& context, Value* failure) {
  if (!Are(arguments, count, {Tag::kString, Tag::kString})) {
    *failure = NoOverload(arguments, count);
    return false;
  }
  if (!context.ChargeText(uint64_t{arguments[0].size} + arguments[1].size)) {
    *failure = Fail(Error::kBudget);
    return false;
  }
  return true;
}

template <char kFirst, char kLast>
Value WithOtherCase(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString})) return NoOverload(arguments, count);
  const std::string_view text = arguments[0].view();
  char* result = NewText(text.size(), context);
  if (result == nullptr) return Fail(Error::kBudget);
  std::transform(text.begin(), text.end(), result, [](char c) {
    return c >= kFirst && c <= kLast ? static_cast<char>(c ^ 0x20) : c;
  });
  return Value::String({result, text.size()});
}

Value ReverseText(std::string_view text, FunctionContext& context) {
  char* result = NewText(text.size(), context);
  if (result == nullptr) return Fail(Error::kBudget);
  char* out = result + text.size();
  for (size_t at = 0; at < text.size();) {
    const size_t next = NextCodePoint(text, at);
    out -= next - at;
    std::copy(text.begin() + static_cast<ptrdiff_t>(at),
              text.begin() + static_cast<ptrdiff_t>(next), out);
    at = next;
  }
  return Value::String({result, text.size()});
}

Value ReverseList(const Value& list, FunctionContext& context) {
  const List* from = ReadList(list, context);
  if (from == nullptr || !context.HasRoom(uint64_t{from->size} * sizeof(Value))) {
    return Fail(Error::kBudget);
  }
  Value* items = context.arena.Allocate<Value>(from->size);
  std::reverse_copy(from->items, from->items + from->size, items);
  return Value::Of(context.arena.New(List{from->size, items}));
}

// What stands for a character between the quotes of strings.quote(), if it is another.
std::string_view Escape(char c) {
  switch (c) {
    case '\a': return "\\a";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    case '\v': return "\\v";
    case '\\': return "\\\\";
    case '"': return "\\\"";
    default: return {};
  }
}

}  // namespace

Value Size(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1) return NoOverload(arguments, count);
  const Value& of = arguments[0];
  switch (of.tag) {
    case Tag::kString:
      if (!context.ChargeText(of.size)) return Fail(Error::kBudget);
      return Value::Int(CountCodePoints(of.view()));
    case Tag::kBytes: return Value::Int(of.size);
    case Tag::kList: return Value::Int(of.list->size);
    case Tag::kMap: return Value::Int(of.map->size);
    case Tag::kListSpan:
    case Tag::kMapSpan:
      if (!context.ChargeText(of.size)) return Fail(Error::kBudget);
      return Value::Int(SpanReader(of.view(), context.arena).Count(of.is(Tag::kMapSpan)));
    default: return NoOverload(arguments, count);
  }
}

Value Contains(const Value* arguments, uint32_t count, FunctionContext& context) {
  Value failure;
  if (!TwoTexts(arguments, count, context, &failure)) return failure;
  return Value::Bool(FindText(arguments[0].view(), arguments[1].view()) != kNowhere);
}

Value StartsWith(const Value* arguments, uint32_t count, FunctionContext& context) {
  Value failure;
  if (!TwoTexts(arguments, count, context, &failure)) return failure;
  return Value::Bool(arguments[0].view().substr(0, arguments[1].size) == arguments[1].view());
}

Value EndsWith(const Value* arguments, uint32_t count, FunctionContext& context) {
  Value failure;
  if (!TwoTexts(arguments, count, context, &failure)) return failure;
  const uint32_t size = arguments[0].size;
  const uint32_t end_size = arguments[1].size;
  return Value::Bool(end_size <= size &&
                     arguments[0].view().substr(size - end_size) == arguments[1].view());
}

Value CharAt(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString, Tag::kInt})) return NoOverload(arguments, count);
  const std::string_view text = arguments[0].view();
  if (!context.ChargeText(text.size())) return Fail(Error::kBudget);
  const std::optional<size_t> at = OffsetOfCodePoint(text, arguments[1].i);
  if (!at.has_value()) return Fail(Error::kIndexOutOfRange);
  if (*at == text.size()) return Value::String("");
  return Value::String(text.substr(*at, NextCodePoint(text, *at) - *at));
}

Value IndexOf(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString, Tag::kString}) &&
      !Are(arguments, count, {Tag::kString, Tag::kString, Tag::kInt})) {
    return NoOverload(arguments, count);
  }
  const std::string_view text = arguments[0].view();
  const std::string_view part = arguments[1].view();
  if (!context.ChargeText(uint64_t{text.size()} * 2 + part.size())) return Fail(Error::kBudget);
  const std::optional<size_t> from = OffsetOfCodePoint(text, count == 3 ? arguments[2].i : 0);
  if (!from.has_value()) return Fail(Error::kIndexOutOfRange);
  const size_t found = FindText(text, part, *from);
  return Value::Int(found == kNowhere ? -1 : CountCodePoints(text.substr(0, found)));
}

Value LastIndexOf(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString, Tag::kString}) &&
      !Are(arguments, count, {Tag::kString, Tag::kString, Tag::kInt})) {
    return NoOverload(arguments, count);
  }
  const std::string_view text = arguments[0].view();
  const std::string_view part = arguments[1].view();
  if (!context.ChargeText(uint64_t{text.size()} * 3 + uint64_t{part.size()} * 2)) {
    return Fail(Error::kBudget);
  }
  size_t end = text.size();
  if (count == 3) {
    const std::optional<size_t> upto = OffsetOfCodePoint(text, arguments[2].i);
    if (!upto.has_value()) return Fail(Error::kIndexOutOfRange);
    end = std::min(text.size(), *upto + part.size());
  }
  const size_t found = FindLast(text.substr(0, end), part, context);
  if (context.budget < 0) return Fail(Error::kBudget);
  return Value::Int(found == kNowhere ? -1 : CountCodePoints(text.substr(0, found)));
}

Value Join(const Value* arguments, uint32_t count, FunctionContext& context) {
  const bool separated = count == 2 && arguments[1].is(Tag::kString);
  if (count == 0 || !arguments[0].is_list() || (count != 1 && !separated)) {
    return NoOverload(arguments, count);
  }
  const std::string_view separator = separated ? arguments[1].view() : std::string_view();
  const List* list = ReadList(arguments[0], context);
  if (list == nullptr) return Fail(Error::kBudget);
  uint64_t size = list->size > 1 ? (uint64_t{list->size} - 1) * separator.size() : 0;
  for (uint32_t i = 0; i < list->size; ++i) {
    if (!list->items[i].is(Tag::kString)) return NoOverload(list->items + i, 1);
    size += list->items[i].size;
  }
  char* const result = NewText(size, context);
  if (result == nullptr || !context.Charge(list->size)) return Fail(Error::kBudget);
  char* out = result;
  for (uint32_t i = 0; i < list->size; ++i) {
    if (i > 0) out = std::copy(separator.begin(), separator.end(), out);
    const std::string_view item = list->items[i].view();
    out = std::copy(item.begin(), item.end(), out);
  }
  return Value::String({result, size});
}

Value Split(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString, Tag::kString}) &&
      !Are(arguments, count, {Tag::kString, Tag::kString, Tag::kInt})) {
    return NoOverload(arguments, count);
  }
  const std::string_view text = arguments[0].view();
  const std::string_view separator = arguments[1].view();
  const uint64_t limit = Limit(arguments, count, 2);
  if (!context.ChargeText(uint64_t{text.size()} * 2 + separator.size())) {
    return Fail(Error::kBudget);
  }
  uint64_t size = 0;
  if (separator.empty()) {
    size = std::min(limit, static_cast<uint64_t>(CountCodePoints(text)));
  } else if (limit > 0) {
    size = CountParts(text, separator, limit - 1) + 1;
  }
  if (!context.Charge(size) || !context.HasRoom(size * sizeof(Value))) return Fail(Error::kBudget);
  Value* items = context.arena.Allocate<Value>(size);
  size_t at = 0;
  for (uint64_t i = 0; i < size; ++i) {
    size_t end = text.size();
    if (i + 1 < size) {
      end = separator.empty() ? NextCodePoint(text, at) : FindText(text, separator, at);
    }
    items[i] = Value::String(text.substr(at, end - at));
    at = end + separator.size();
  }
  return Value::Of(context.arena.New(List{static_cast<uint32_t>(size), items}));
}

Value Substring(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString, Tag::kInt}) &&
      !Are(arguments, count, {Tag::kString, Tag::kInt, Tag::kInt})) {
    return NoOverload(arguments, count);
  }
  const std::string_view text = arguments[0].view();
  if (!context.ChargeText(text.size())) return Fail(Error::kBudget);
  const std::optional<size_t> begin = OffsetOfCodePoint(text, arguments[1].i);
  if (!begin.has_value()) return Fail(Error::kIndexOutOfRange);
  if (count == 2) return Value::String(text.substr(*begin));
  if (arguments[2].i < arguments[1].i) return Fail(Error::kIndexOutOfRange);
  const std::string_view rest = text.substr(*begin);
  const std::optional<size_t> size = OffsetOfCodePoint(rest, arguments[2].i - arguments[1].i);
  if (!size.has_value()) return Fail(Error::kIndexOutOfRange);
  return Value::String(rest.substr(0, *size));
}

Value Replace(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString, Tag::kString, Tag::kString}) &&
      !Are(arguments, count, {Tag::kString, Tag::kString, Tag::kString, Tag::kInt})) {
    return NoOverload(arguments, count);
  }
  const std::string_view text = arguments[0].view();
  const std::string_view old = arguments[1].view();
  const std::string_view replacement = arguments[2].view();
  if (!context.ChargeText(uint64_t{text.size()} * 2 + old.size())) return Fail(Error::kBudget);
  const uint64_t parts = CountParts(text, old, Limit(arguments, count, 3));
  if (parts == 0) return arguments[0];

  uint64_t added;
  if (__builtin_mul_overflow(parts, uint64_t{replacement.size()}, &added)) {
    return Fail(Error::kBudget);
  }
  const uint64_t kept = text.size() - parts * old.size();
  if (added > kMaxTextBytes || !context.Charge(parts)) return Fail(Error::kBudget);
  char* const result = NewText(kept + added, context);
  if (result == nullptr) return Fail(Error::kBudget);
  char* out = result;
  size_t at = 0;
  const auto copy_up_to = [&](size_t end) {
    const std::string_view between = text.substr(at, end - at);
    out = std::copy(between.begin(), between.end(), out);
    at = end;
  };
  for (uint64_t i = 0; i < parts; ++i) {
    if (!old.empty()) {
      copy_up_to(FindText(text, old, at));
    } else if (i > 0) {
      copy_up_to(NextCodePoint(text, at));
    }
    out = std::copy(replacement.begin(), replacement.end(), out);
    at += old.size();
  }
  copy_up_to(text.size());
  return Value::String({result, kept + added});
}

Value Trim(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString})) return NoOverload(arguments, count);
  std::string_view text = arguments[0].view();
  if (!context.ChargeText(text.size())) return Fail(Error::kBudget);
  while (!text.empty()) {
    std::string_view rest = text;
    if (!IsWhiteSpace(TakeCodePoint(rest))) break;
    text = rest;
  }
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && ContinuesCodePoint(text[last])) --last;
    std::string_view end = text.substr(last);
    if (!IsWhiteSpace(TakeCodePoint(end))) break;
    text = text.substr(0, last);
  }
  return Value::String(text);
}

Value LowerAscii(const Value* arguments, uint32_t count, FunctionContext& context) {
  return WithOtherCase<'A', 'Z'>(arguments, count, context);
}

Value UpperAscii(const Value* arguments, uint32_t count, FunctionContext& context) {
  return WithOtherCase<'a', 'z'>(arguments, count, context);
}

Value Reverse(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (Are(arguments, count, {Tag::kString})) return ReverseText(arguments[0].view(), context);
  if (count == 1 && arguments[0].is_list()) return ReverseList(arguments[0], context);
  return NoOverload(arguments, count);
}

Value StringsQuote(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString})) return NoOverload(arguments, count);
  const std::string_view text = arguments[0].view();
  if (!context.ChargeText(text.size())) return Fail(Error::kBudget);
  uint64_t size = text.size() + 2;
  for (const char c : text) size += Escape(c).empty() ? 0 : 1;
  char* const result = NewText(size, context);
  if (result == nullptr) return Fail(Error::kBudget);
  char* out = result;
  *out++ = '"';
  for (const char c : text) {
    const std::string_view escape = Escape(c);
    if (escape.empty()) {
      *out++ = c;
    } else {
      out = std::copy(escape.begin(), escape.end(), out);
    }
  }
  *out = '"';
  return Value::String({result, size});
}

}  // namespace writ::functions
