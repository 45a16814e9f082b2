// Lists and objects of a line, after the scan: walked item by item, or one level read into the
// arena.
//
// Nothing is checked again, so a span must come from a scan.
#pragma once

#include <cstdint>
#include <string_view>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

// Walks the items of a span.
//
//   SpanReader reader(list.view(), arena);
//   while (reader.Next()) Use(reader.Item());
//
// For an object, Name() comes before each Item().
class SpanReader {
 public:
  SpanReader(std::string_view span, Arena& arena) : p_(span.data() + 1), arena_(arena) {}

  // True if there is another item.
  bool Next();
  Value Name();
  // Lists and objects are spans again; text with escapes goes to the arena.
  Value Item();
  // Goes past an item without reading it.
  void SkipItem();
  // How many items are left, counted up to `limit`; the reader is used up.
  uint32_t Count(bool is_map, uint32_t limit = UINT32_MAX);

 private:
  void SkipSpace();
  bool SkipString();
  void SkipScalar();
  void SkipContainer();
  Value String();

  const char* p_;
  Arena& arena_;
};

// One level of a span as a list or map whose items may be spans again.
const List* ReadListSpan(std::string_view span, Arena& arena);
const Map* ReadMapSpan(std::string_view span, Arena& arena);

// Whether the span has exactly that many items. Looks at one more at most.
bool SpanHasSize(const Value& span, uint32_t size, Arena& arena);

}  // namespace writ
