// Sources of a row's index.
// Tested by tests/compiler/lower/slot_keys_test.cc and tests/compiler/emit/index_report_test.cc.
#include "compiler/emit/row_index.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace writ {
namespace {

using SourceId = std::tuple<TableKind, cel::SlotPath, bool>;

struct ValueLess {
  bool operator()(const Value& a, const Value& b) const { return cel::KeyLess(a, b); }
};

SourceId IdOf(const RuleKeys& keys) {
  return {keys.kind, keys.path, keys.absent_chooses_none};
}

// How many rules could be found by each value.
using Counts = std::map<SourceId, std::map<Value, size_t, ValueLess>>;

// How many rules are run besides this one, about, for the values it is found by.
size_t Neighbours(const RuleKeys& keys, const Counts& counts) {
  const auto& by_key = counts.at(IdOf(keys));
  size_t most = 0;
  for (const Value& key : keys.keys) most = std::max(most, by_key.at(key));
  return most;
}

}  // namespace

RowIndex::RowIndex(const std::vector<std::vector<RuleKeys>>& steps) {
  Counts counts;
  for (const std::vector<RuleKeys>& ways : steps) {
    for (const RuleKeys& keys : ways) {
      for (const Value& key : keys.keys) ++counts[IdOf(keys)][key];
    }
  }
  std::set<SourceId> kept;
  for (const auto& [id, keys] : counts) kept.insert(id);
  chosen_.assign(steps.size(), nullptr);
  source_of_.assign(steps.size(), 0);
  // Sources that turn out to be chosen by too few are left out, and their rules choose again.
  for (bool changed = true; changed;) {
    changed = false;
    std::map<SourceId, std::pair<size_t, std::set<Value, ValueLess>>> uses;
    for (size_t i = 0; i < steps.size(); ++i) {
      chosen_[i] = nullptr;
      std::pair<size_t, size_t> best;
      for (const RuleKeys& keys : steps[i]) {
        if (kept.count(IdOf(keys)) == 0) continue;
        // Of equal ones that which more rules could be found by.
        const std::pair<size_t, size_t> cost = {Neighbours(keys, counts),
                                                SIZE_MAX - counts.at(IdOf(keys)).size()};
        if (chosen_[i] != nullptr && best <= cost) continue;
        best = cost;
        chosen_[i] = &keys;
      }
      if (chosen_[i] == nullptr) continue;
      auto& use = uses[IdOf(*chosen_[i])];
      ++use.first;
      use.second.insert(chosen_[i]->keys.begin(), chosen_[i]->keys.end());
    }
    std::vector<std::pair<size_t, SourceId>> by_use;
    for (const SourceId& id : kept) {
      const auto use = uses.find(id);
      const bool is_worthwhile = use != uses.end() && use->second.first >= kMinRulesOfSource &&
                                 use->second.second.size() >= kMinKeysOfSource;
      by_use.emplace_back(is_worthwhile ? use->second.first : 0, id);
    }
    std::sort(by_use.begin(), by_use.end(),
              [](const auto& a, const auto& b) { return a.first > b.first; });
    for (size_t i = 0; i < by_use.size(); ++i) {
      if (by_use[i].first > 0 && i < kMaxSources) continue;
      kept.erase(by_use[i].second);
      changed = true;
    }
  }
  std::map<SourceId, size_t> numbers;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (chosen_[i] == nullptr) continue;
    const auto [number, is_new] = numbers.emplace(IdOf(*chosen_[i]), sources_.size());
    if (is_new) {
      sources_.push_back({chosen_[i]->kind, chosen_[i]->path, chosen_[i]->absent_chooses_none});
    }
    source_of_[i] = number->second;
    ++sources_[number->second].rules;
  }
}

bool RowIndex::AreFoundAlike(size_t a, size_t b) const {
  if (source_of(a) != source_of(b)) return false;
  if (chosen_[a] == nullptr) return true;
  const std::vector<Value>& keys = chosen_[a]->keys;
  const std::vector<Value>& others = chosen_[b]->keys;
  return std::equal(
      keys.begin(), keys.end(), others.begin(), others.end(),
      [](const Value& x, const Value& y) { return !cel::KeyLess(x, y) && !cel::KeyLess(y, x); });
}

}  // namespace writ
