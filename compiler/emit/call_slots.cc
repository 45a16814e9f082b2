// Slots of a call.
// Tested by tests/compiler/emit/emit_test.cc.
#include "compiler/emit/call_slots.h"

namespace writ {

CallSlots::CallSlots(ProgramBuilder& builder, PathTrieBuilder& trie)
    : builder_(&builder), trie_(&trie), root_(trie.NewRoot()) {}

CallSlots CallSlots::ForTool() const {
  CallSlots own = *this;
  own.root_ = trie_->NewRoot();
  trie_->CopyTree(root_, own.root_);
  return own;
}

uint32_t CallSlots::SlotOf(const std::vector<std::string>& path, bool reads_value) {
  std::string name = "args";
  for (const std::string& step : path) name += "." + step;
  return SlotOf(path, name, reads_value);
}

uint32_t CallSlots::SlotOf(const std::vector<std::string>& path, const std::string& name,
                           bool reads_value) {
  reads_arguments_ = true;
  uint32_t node = root_;
  for (const std::string& step : path) node = trie_->Child(node, step);
  const uint32_t slot = trie_->slot(node) == kNoSlot ? builder_->NewSlot(name) : trie_->slot(node);
  trie_->SetSlot(node, slot, reads_value);
  return slot;
}

}  // namespace writ
