// Deep copies.
// Tested by tests/vm/copy_test.cc.
#include "vm/copy.h"

namespace writ {
namespace {

class Copier {
 public:
  Copier(size_t max_values, Arena& arena) : left_(max_values), arena_(arena) {}

  bool Copy(const Value& from, uint32_t depth, Value* to) {
    if (left_ == 0 || depth > kMaxCopyDepth) return false;
    --left_;
    *to = from;
    switch (from.tag) {
      case Tag::kAbsent:
      case Tag::kListSpan:
      case Tag::kMapSpan:
      case Tag::kError:
      case Tag::kUnsafeNumber: return false;
      case Tag::kString:
      case Tag::kBytes:
      case Tag::kType:
      case Tag::kIp:
      case Tag::kCidr:
      case Tag::kUrl: to->text = arena_.Copy(from.view()).data(); return true;
      case Tag::kList: return CopyList(*from.list, depth, to);
      case Tag::kMap: return CopyMap(*from.map, depth, to);
      case Tag::kOptional: {
        if (from.optional == nullptr) return true;
        Value inner;
        if (!Copy(*from.optional, depth + 1, &inner)) return false;
        to->optional = arena_.New(inner);
        return true;
      }
      default: return true;
    }
  }

 private:
  bool CopyList(const List& from, uint32_t depth, Value* to) {
    if (from.size > left_) return false;
    Value* items = arena_.Allocate<Value>(from.size);
    for (uint32_t i = 0; i < from.size; ++i) {
      if (!Copy(from.items[i], depth + 1, &items[i])) return false;
    }
    List list{};
    list.size = from.size;
    list.items = items;
    *to = Value::Of(arena_.New(list));
    return true;
  }

  bool CopyMap(const Map& from, uint32_t depth, Value* to) {
    if (from.size > left_) return false;
    MapEntry* entries = arena_.Allocate<MapEntry>(from.size);
    for (uint32_t i = 0; i < from.size; ++i) {
      if (!Copy(from.entries[i].key, depth + 1, &entries[i].key) ||
          !Copy(from.entries[i].value, depth + 1, &entries[i].value)) {
        return false;
      }
    }
    Map map{};
    map.size = from.size;
    map.entries = entries;
    *to = Value::Of(arena_.New(map));
    return true;
  }

  size_t left_;
  Arena& arena_;
};

}  // namespace

std::optional<Value> DeepCopy(const Value& value, size_t max_values, Arena& arena) {
  Value copy;
  if (!Copier(max_values, arena).Copy(value, 0, &copy)) return std::nullopt;
  return copy;
}

}  // namespace writ
