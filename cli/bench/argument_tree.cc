// Values worth trying, argument by argument.
// Tested by tests/cli/bench_calls_test.cc.
#include "cli/bench/argument_tree.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "vm/disasm.h"
#include "vm/json_text.h"

namespace writ {
namespace {

constexpr size_t kMaxNodes = 4096;
constexpr size_t kMaxValues = 48;       // of one argument
constexpr size_t kMaxTextBytes = 4096;  // of a constant that is tried
constexpr uint32_t kMaxItems = 6;       // of a constant list that are tried
constexpr int64_t kMaxLength = 2048;    // of a text that is made because its length is asked

}  // namespace

ArgumentId ArgumentTree::Apart() {
  if (arguments_.size() >= kMaxNodes) return kNoArgument;
  arguments_.emplace_back();
  return static_cast<ArgumentId>(arguments_.size() - 1);
}

ArgumentId ArgumentTree::Member(ArgumentId parent, std::string_view name) {
  if (parent == kNoArgument) return kNoArgument;
  const auto found = arguments_[parent].members.find(name);
  if (found != arguments_[parent].members.end()) return found->second;
  const ArgumentId made = Apart();
  if (made != kNoArgument) arguments_[parent].members.emplace(name, made);
  return made;
}

ArgumentId ArgumentTree::Element(ArgumentId parent) {
  if (parent == kNoArgument) return kNoArgument;
  if (arguments_[parent].element == kNoArgument) {
    const ArgumentId made = Apart();
    arguments_[parent].element = made;
  }
  return arguments_[parent].element;
}

void ArgumentTree::AddKinds(ArgumentId id, JsonKinds kinds) {
  if (id != kNoArgument) arguments_[id].kinds |= kinds;
}

void ArgumentTree::MarkRead(ArgumentId id) {
  if (id != kNoArgument) arguments_[id].is_read = true;
}

void ArgumentTree::AddJson(ArgumentId id, std::string json) {
  if (id == kNoArgument) return;
  std::vector<std::string>& values = arguments_[id].values;
  if (values.size() >= kMaxValues) return;
  if (std::find(values.begin(), values.end(), json) == values.end()) {
    values.push_back(std::move(json));
  }
}

void ArgumentTree::AddText(ArgumentId id, std::string_view text) {
  if (text.size() <= kMaxTextBytes) AddJson(id, JsonQuote(text));
}

void ArgumentTree::AddAroundText(ArgumentId id, std::string_view text) {
  AddKinds(id, kTextKind);
  AddText(id, text);
  AddText(id, fmt::format("{}/a", text));
  AddText(id, fmt::format("a.{}", text));
}

void ArgumentTree::AddLengthsAround(ArgumentId id, int64_t length) {
  if (length < 0 || length > kMaxLength) return;
  for (const int64_t tried : {length, length - 1, length + 1}) {
    if (tried >= 0) AddText(id, std::string(static_cast<size_t>(tried), 'a'));
  }
}

void ArgumentTree::AddAround(ArgumentId id, const Value& constant) {
  switch (constant.tag) {
    case Tag::kNull: AddJson(id, "null"); return;
    case Tag::kBool:
      AddKinds(id, kBoolKind);
      AddJson(id, constant.i != 0 ? "true" : "false");
      AddJson(id, constant.i != 0 ? "false" : "true");
      return;
    case Tag::kInt:
      AddKinds(id, kIntegerKind);
      AddJson(id, fmt::format("{}", constant.i));
      if (constant.i > std::numeric_limits<int64_t>::min()) {
        AddJson(id, fmt::format("{}", constant.i - 1));
      }
      if (constant.i < std::numeric_limits<int64_t>::max()) {
        AddJson(id, fmt::format("{}", constant.i + 1));
      }
      return;
    case Tag::kUint:
      AddKinds(id, kIntegerKind);
      AddJson(id, fmt::format("{}", constant.u));
      if (constant.u > 0) AddJson(id, fmt::format("{}", constant.u - 1));
      if (constant.u < UINT64_MAX) AddJson(id, fmt::format("{}", constant.u + 1));
      return;
    case Tag::kDouble:
      if (!std::isfinite(constant.d)) return;
      AddKinds(id, kNumberKind);
      for (const double tried : {constant.d, constant.d - 0.5, constant.d + 0.5}) {
        AddJson(id, fmt::format("{}", tried));
      }
      return;
    case Tag::kString: AddAroundText(id, constant.view()); return;
    case Tag::kTimestamp:
    case Tag::kDuration:
    case Tag::kIp:
    case Tag::kCidr:
    case Tag::kUrl: return;  // a function makes them of a text; it says which texts to try
    case Tag::kList:
      for (uint32_t i = 0; i < std::min(constant.list->size, kMaxItems); ++i) {
        const Value& item = constant.list->items[i];
        if (!item.is(Tag::kList) && !item.is(Tag::kMap)) AddAround(id, item);
      }
      return;
    case Tag::kMap:
      for (uint32_t i = 0; i < std::min(constant.map->size, kMaxItems); ++i) {
        AddAround(id, constant.map->entries[i].key);
      }
      return;
    default: return;
  }
}

}  // namespace writ
