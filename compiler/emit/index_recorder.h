// Keeps how rules are found while they are emitted, and why some are not (compiler/index_report.h).
//
// Tested by tests/compiler/emit/index_report_test.cc.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "compiler/emit/call_slots.h"
#include "compiler/emit/row_index.h"
#include "compiler/index_report.h"
#include "compiler/policy.h"
#include "vm/program.h"

namespace writ {

class IndexRecorder {
 public:
  // Both must outlive this. Without a report nothing is kept.
  IndexRecorder(const std::vector<Policy>& policies, const Program& program, IndexReport* report)
      : policies_(policies), program_(program), report_(report) {}

  // How the rule is found in a row of so many rules. A rule of several rows is told by the one that
  // finds it worst. `source`: null where it is not found by a value.
  void Add(const RuleModel& rule, size_t policy, size_t rules_of_row,
           const std::vector<RuleKeys>& ways, const RowSource* source, const CallSlots& slots);

  // Fills the report.
  void Finish() const;

 private:
  struct Found {
    std::string by;
    size_t among = 0;
    std::string why_not;
    std::string hint;
    std::vector<std::string> shares;
  };

  std::string NameOf(TableKind kind, const cel::SlotPath& path) const;
  void Explain(const RuleModel& rule, size_t policy, size_t rules_of_row,
               const std::vector<RuleKeys>& ways, Found& found) const;
  void AddRow(const Policy& policy, const RuleModel& rule, const std::string& tool) const;

  const std::vector<Policy>& policies_;
  const Program& program_;
  IndexReport* report_;
  std::map<const RuleModel*, Found> found_;
};

}  // namespace writ
