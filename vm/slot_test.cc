// What of tests is too long to stand in the loop.
// Tested by tests/vm/machine_test.cc.
#include "vm/slot_test.h"

namespace writ {

Quick IsShortTextIn(const Value& text, const List& list) {
  const Value* const end = list.items + list.size;
  for (const Value* item = list.items; item != end; ++item) {
    if (!item->is(Tag::kString)) return Quick::kUnsure;
    if (item->size == text.size && SameTinyText(item->text, text.text, text.size)) {
      return Quick::kTrue;
    }
  }
  return Quick::kFalse;
}

}  // namespace writ
