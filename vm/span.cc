// Walking lists and objects that were scanned before.
// Tested by tests/vm/json_test.cc and tests/vm/compare_test.cc.
#include "vm/span.h"

#include "vm/json.h"
#include "vm/number.h"

namespace writ {

void SpanReader::SkipSpace() {
  while (*p_ == ' ' || *p_ == '\t' || *p_ == '\r') ++p_;
}

// Leaves p_ after the closing quote; true if there were escapes.
bool SpanReader::SkipString() {
  bool escaped = false;
  ++p_;
  while (*p_ != '"') {
    if (*p_ == '\\') {
      escaped = true;
      ++p_;
    }
    ++p_;
  }
  ++p_;
  return escaped;
}

void SpanReader::SkipScalar() {
  while (*p_ != ',' && *p_ != ']' && *p_ != '}' && *p_ != ' ' && *p_ != '\t' && *p_ != '\r') ++p_;
}

void SpanReader::SkipContainer() {
  size_t depth = 0;
  do {
    if (*p_ == '"') {
      SkipString();
      continue;
    }
    if (*p_ == '{' || *p_ == '[') ++depth;
    if (*p_ == '}' || *p_ == ']') --depth;
    ++p_;
  } while (depth > 0);
}

bool SpanReader::Next() {
  SkipSpace();
  if (*p_ == ',') {
    ++p_;
    SkipSpace();
  }
  return *p_ != ']' && *p_ != '}';
}

uint32_t SpanReader::Count(bool is_map, uint32_t limit) {
  uint32_t count = 0;
  for (; count < limit && Next(); ++count) {
    if (is_map) {
      SkipString();
      SkipSpace();
      ++p_;  // the colon
      SkipSpace();
    }
    SkipItem();
  }
  return count;
}

void SpanReader::SkipItem() {
  if (*p_ == '"') {
    SkipString();
  } else if (*p_ == '{' || *p_ == '[') {
    SkipContainer();
  } else {
    SkipScalar();
  }
}

Value SpanReader::String() {
  const char* const begin = p_ + 1;
  const bool escaped = SkipString();
  const std::string_view inside(begin, static_cast<size_t>(p_ - 1 - begin));
  bool lone_surrogate = false;
  return Value::String(escaped ? Unescape(inside, arena_, &lone_surrogate) : inside);
}

Value SpanReader::Name() {
  const Value name = String();
  SkipSpace();
  ++p_;  // the colon
  SkipSpace();
  return name;
}

Value SpanReader::Item() {
  const char* const begin = p_;
  switch (*p_) {
    case '"': return String();
    case 't': p_ += 4; return Value::Bool(true);
    case 'f': p_ += 5; return Value::Bool(false);
    case 'n': p_ += 4; return Value::Null();
    case '{':
    case '[': {
      const Tag tag = *p_ == '{' ? Tag::kMapSpan : Tag::kListSpan;
      SkipContainer();
      return Value::Text(tag, {begin, static_cast<size_t>(p_ - begin)});
    }
    default: SkipScalar(); return ReadNumber({begin, static_cast<size_t>(p_ - begin)});
  }
}

const List* ReadListSpan(std::string_view span, Arena& arena) {
  const uint32_t size = SpanReader(span, arena).Count(false);
  Value* items = arena.Allocate<Value>(size);
  SpanReader reader(span, arena);
  for (uint32_t i = 0; reader.Next(); ++i) items[i] = reader.Item();
  return arena.New(List{size, items});
}

const Map* ReadMapSpan(std::string_view span, Arena& arena) {
  const uint32_t size = SpanReader(span, arena).Count(true);
  MapEntry* entries = arena.Allocate<MapEntry>(size);
  SpanReader reader(span, arena);
  for (uint32_t i = 0; reader.Next(); ++i) {
    entries[i].key = reader.Name();
    entries[i].value = reader.Item();
  }
  return arena.New(Map{size, entries});
}

bool SpanHasSize(const Value& span, uint32_t size, Arena& arena) {
  return SpanReader(span.view(), arena).Count(span.is(Tag::kMapSpan), size + 1) == size;
}

}  // namespace writ
