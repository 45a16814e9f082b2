// The twin: what someone who knows the policy would write by hand on the same scanner. One trie
// holds the message's members and the arguments alike, and the rules are ifs.
#pragma once

#include <re2/re2.h>

#include <algorithm>
#include <string_view>

#include "line/task.h"
#include "vm/json.h"

namespace writ::line {

class Handwritten {
 public:
  // `receipt`: the pattern of the variant that has one, or null.
  explicit Handwritten(const re2::RE2* receipt) : receipt_(receipt), scanner_(arena_) {
    PathTrieBuilder builder;
    const auto member = [&builder](uint32_t node, std::string_view name, uint32_t slot) {
      const uint32_t child = builder.Child(node, name);
      builder.SetSlot(child, slot, true);
      return child;
    };
    root_ = builder.NewRoot();
    member(root_, "jsonrpc", kJsonrpc);
    member(root_, "id", kId);
    member(root_, "method", kMethod);
    member(root_, "result", kResult);
    member(root_, "error", kErrorMember);
    const uint32_t params = builder.Child(root_, "params");
    builder.SetSlot(params, kParams, false);
    member(params, "name", kName);
    const uint32_t arguments = builder.Child(params, "arguments");
    builder.SetSlot(arguments, kArguments, false);
    member(arguments, "currency", kCurrency);
    member(arguments, "amount", kAmount);
    member(arguments, "description", kDescription);
    member(arguments, "account", kAccount);
    member(arguments, "idempotency_key", kIdempotencyKey);
    member(builder.Child(arguments, "options"), "mode", kMode);
    if (receipt_ != nullptr) member(arguments, "receipt", kReceipt);
    trie_ = builder.Build();
  }

  Answer Decide(std::string_view line) {
    if (!ReadLine(line)) return {};
    if (lookalike_) return {Code::kAmbiguous};
    return Judge(slots_[kName].view());
  }

  Answer Evaluate(const ReadCall& call) {
    if (call.tool == "create_charge") std::copy_n(call.values, kReadCount, slots_);
    return Judge(call.tool);
  }

  // The line's call, valid until the next; for the evaluation alone.
  ReadCall ReadCallOf(std::string_view line) {
    ReadCall call;
    if (!ReadLine(line)) return call;
    call.tool = slots_[kName].view();
    std::copy_n(slots_, kReadCount, call.values);
    return call;
  }

 private:
  enum Slot : uint32_t {
    kJsonrpc = kReadCount,
    kId,
    kMethod,
    kParams,
    kResult,
    kErrorMember,
    kName,
    kArguments,
    kSlotCount,
  };

  bool Is(uint32_t slot, std::string_view text) const {
    return slots_[slot].is(Tag::kString) && slots_[slot].view() == text;
  }

  // False if it is not a tools/call as it should be.
  bool ReadLine(std::string_view line) {
    arena_.Reset();
    std::fill_n(slots_, kSlotCount, Value());
    ScanTarget target;
    target.trie = &trie_;
    target.root = root_;
    target.slots = slots_;
    if (!scanner_.Scan(line, true, target).ok()) return false;
    lookalike_ = target.lookalike_edges != 0 || target.nul_nodes != 0;
    return Is(kJsonrpc, "2.0") && Is(kMethod, "tools/call") && slots_[kResult].is(Tag::kAbsent) &&
           slots_[kErrorMember].is(Tag::kAbsent) &&
           (slots_[kId].is(Tag::kInt) || slots_[kId].is(Tag::kString)) &&
           slots_[kParams].is(Tag::kMapSpan) && slots_[kName].is(Tag::kString) &&
           slots_[kName].view().find('\0') == std::string_view::npos &&
           (slots_[kArguments].is(Tag::kMapSpan) || slots_[kArguments].is(Tag::kAbsent));
  }

  Answer Judge(std::string_view tool) const {
    if (tool != "create_charge") {
      if (tool == "get_customer") return {Code::kAllowed};
      return {tool == "delete_customer" ? Code::kHidden : Code::kDefault};
    }
    if (!Is(kCurrency, "usd") && !Is(kCurrency, "eur") && !Is(kCurrency, "gbp") &&
        !Is(kCurrency, "jpy")) {
      return {Code::kRule, 0};
    }
    const Value& amount = slots_[kAmount];
    switch (amount.tag) {
      case Tag::kInt:
        if (amount.i > 50000) return {Code::kRule, 1};
        break;
      case Tag::kDouble:
        if (amount.d > 50000) return {Code::kRule, 1};
        break;
      case Tag::kUnsafeNumber: return {Code::kNumber, 1};
      default: return {Code::kRule, 1};
    }
    const Value& description = slots_[kDescription];
    if (!description.is(Tag::kString) ||
        description.view().find("order #") == std::string_view::npos) {
      return {Code::kRule, 2};
    }
    if (slots_[kAccount].is(Tag::kAbsent) || Is(kAccount, "acct_1004") ||
        Is(kAccount, "acct_1011") || Is(kAccount, "acct_1029")) {
      return {Code::kRule, 3};
    }
    const Value& key = slots_[kIdempotencyKey];
    if (key.is(Tag::kAbsent) || key.is(Tag::kNull) || slots_[kMode].is(Tag::kAbsent) ||
        Is(kMode, "draft")) {
      return {Code::kRule, 4};
    }
    if (receipt_ == nullptr) return {Code::kAllowed};
    const Value& receipt = slots_[kReceipt];
    if (!receipt.is(Tag::kString) || !receipt_->Match({receipt.text, receipt.size}, 0, receipt.size,
                                                      re2::RE2::UNANCHORED, nullptr, 0)) {
      return {Code::kRule, 5};
    }
    return {Code::kAllowed};
  }

  const re2::RE2* receipt_;
  Arena arena_;
  Scanner scanner_;
  PathTrie trie_;
  uint32_t root_ = kNoNode;
  Value slots_[kSlotCount];
  bool lookalike_ = false;
};

}  // namespace writ::line
