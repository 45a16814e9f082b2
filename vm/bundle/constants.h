// Constants as rows without pointers: first those of the program, then, row by row, the parts of
// lists, maps and optionals, breadth first. So each part is some row's, once, behind it; nothing
// can be shared or go round in circles, and neither writing nor reading recurses.
//
//   rows   0  list, 2 parts     [1, {"a": true}]
//          1  string            another constant
//          2  int 1             ┐ parts of row 0
//          3  map, 1 entry      ┘
//          4  string "a"        ┐ parts of row 3
//          5  bool true         ┘
//
// Tested by tests/vm/bundle/constants_test.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "vm/arena.h"
#include "vm/bundle/row_io.h"
#include "vm/constant_fault.h"
#include "vm/value.h"

namespace writ::bundle {

// Their rows, in order. Nothing if there are more than `most`.
std::optional<std::vector<const Value*>> ConstantRows(const std::vector<Value>& constants,
                                                      uint32_t most);

// `parts`: how many further rows the value is made of.
template <typename Io, typename V>
void ConstantRow(Io& io, V& value, uint64_t& parts) {
  io.Byte(value.tag, static_cast<uint8_t>(Tag::kUrl), "a constant is of no type");
  if (!io.ok()) return;
  const auto text = [&](auto put) {
    std::string_view view;
    if constexpr (!Io::kReads) view = value.view();
    put(view);
    if constexpr (Io::kReads) {
      value.size = static_cast<uint32_t>(view.size());
      value.text = view.data();
    }
  };
  const auto a_text = [&io](std::string_view& view) { io.Text(view); };
  const auto bytes = [&io](std::string_view& view) { io.Bytes(view); };
  switch (value.tag) {
    case Tag::kNull: return;
    case Tag::kBool: {
      uint8_t bit = 0;
      if constexpr (!Io::kReads) bit = value.i != 0 ? 1 : 0;
      io.Byte(bit, 1, "a bool is neither 0 nor 1");
      if constexpr (Io::kReads) value.i = bit;
      return;
    }
    case Tag::kInt:
    case Tag::kDuration: return io.Signed(value.i);
    case Tag::kUint: return io.Number(value.u, UINT64_MAX);
    case Tag::kDouble: return io.Double(value.d);
    case Tag::kTimestamp: io.Signed(value.i); return io.Number(value.size, 999'999'999);
    case Tag::kString:
    case Tag::kType:
    case Tag::kUrl:
    case Tag::kUnsafeNumber: return text(a_text);
    case Tag::kBytes:
    case Tag::kIp: return text(bytes);
    case Tag::kCidr: text(bytes); return io.Byte(value.reserved, 128);
    case Tag::kList:
      if constexpr (!Io::kReads) parts = value.list->size;
      return io.Number(parts, UINT32_MAX);
    case Tag::kMap: {
      uint64_t entries = 0;
      if constexpr (!Io::kReads) entries = value.map->size;
      io.Number(entries, UINT32_MAX / 2);
      parts = 2 * entries;
      return;
    }
    case Tag::kOptional: {
      uint8_t has = 0;
      if constexpr (!Io::kReads) has = value.optional != nullptr ? 1 : 0;
      io.Byte(has, 1);
      parts = has;
      return;
    }
    case Tag::kAbsent:
    case Tag::kError:
    case Tag::kListSpan:
    case Tag::kMapSpan: return io.Fail("a constant has no value, or that of a call");
  }
}

// The constants whose rows are next; what they are made of is in the arena, their texts where
// `reader` has them.
std::vector<Value> ReadConstants(RowReader& reader, uint32_t rows, Arena& arena);

}  // namespace writ::bundle
