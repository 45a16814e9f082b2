// Which rules of a row are found by a value of the call instead of looking at each; what Choose
// does with them is in vm/selection.h.
//
//   rules of `pay`                             sources
//     0  when: args.account == "a1" && …         args.account   "a1": 0   "a2": 1
//     1  when: args.account == "a2"              args.currency  "EUR": 3, 4 …
//     2  require: args.amount < 100
//     3  when: args.currency == "EUR"          always 2
//
// A rule that could be found by several values is found by the one that fewest rules share. A value
// that only a few rules ask for is not worth a look-up: these are run always.
//
// Tested by tests/compiler/lower/slot_keys_test.cc and tests/compiler/emit/index_report_test.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/lower/slot_keys.h"
#include "vm/selection.h"

namespace writ {

// A way to find a rule: for other values it does nothing, and is no error.
struct RuleKeys {
  TableKind kind = TableKind::kValues;
  cel::SlotPath path;
  bool absent_chooses_none = false;
  std::vector<Value> keys;  // texts that are globs for kGlobs
};

// What a table is of.
struct RowSource {
  TableKind kind = TableKind::kValues;
  cel::SlotPath path;
  bool absent_chooses_none = false;
  size_t rules = 0;  // that are found by it

  friend bool operator==(const RowSource&, const RowSource&) = default;
};

// A table that fewer rules would be found by is not made, and one with fewer keys neither.
inline constexpr size_t kMinRulesOfSource = 8;
inline constexpr size_t kMinKeysOfSource = 4;

class RowIndex {
 public:
  // By step of the row: in which ways it could be found. Keeps pointers into it.
  explicit RowIndex(const std::vector<std::vector<RuleKeys>>& steps);

  // Few, in the order of their first rules. Empty: the row is not worth an index.
  const std::vector<RowSource>& sources() const { return sources_; }
  // By step: the source it is found by, and its keys; neither if it is run always.
  std::optional<size_t> source_of(size_t step) const {
    return chosen_[step] == nullptr ? std::nullopt : std::optional(source_of_[step]);
  }
  const std::vector<Value>& keys_of(size_t step) const { return chosen_[step]->keys; }
  // Whether the same calls need both.
  bool AreFoundAlike(size_t a, size_t b) const;

 private:
  std::vector<RowSource> sources_;
  std::vector<const RuleKeys*> chosen_;
  std::vector<size_t> source_of_;
};

}  // namespace writ
