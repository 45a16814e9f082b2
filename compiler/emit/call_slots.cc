// Slots of a call.
// Tested by tests/compiler/emit/emit_test.cc.
#include "compiler/emit/call_slots.h"

#include "compiler/lower/argument_paths.h"

namespace writ {
namespace {

// Names of slots are for people; those of long paths are cut.
constexpr size_t kMaxSlotName = 250;

}  // namespace

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
  for (const std::string& step : path) {
    name += "." + step;
    if (name.size() <= kMaxSlotName) continue;
    size_t cut = kMaxSlotName;
    while ((name[cut] & 0xC0) == 0x80) --cut;
    name.resize(cut);
    name += "…";
    break;
  }
  return SlotOf(path, name, reads_value);
}

uint32_t CallSlots::SlotOf(const std::vector<std::string>& path, const std::string& name,
                           bool reads_value) {
  reads_arguments_ = true;
  uint32_t node = root_;
  for (const std::string& step : path) {
    node = trie_->Child(node, step);
    *names_looked_up_ += cel::CountOfName(step);
  }
  const uint32_t slot = trie_->slot(node) == kNoSlot ? builder_->NewSlot(name) : trie_->slot(node);
  trie_->SetSlot(node, slot, reads_value);
  return slot;
}

}  // namespace writ
