// Coverage as a tracefile of LCOV.
// Tested by tests/cli/coverage.py.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/coverage/coverage_reports.h"

namespace writ {
namespace {

// Names stand between commas and line ends there.
std::string LcovName(std::string_view name) {
  std::string out = Shown(name);
  std::replace(out.begin(), out.end(), ',', ';');
  return out;
}

class Tracefile {
 public:
  explicit Tracefile(const PolicyCoverage& policy)
      : coverable_(policy.coverable()), hits_(policy.hits()) {
    out_ = fmt::format("TN:\nSF:{}\n", Shown(policy.name()));
    AddRules();
    AddConditions();
    size_t hit = 0;
    for (const auto& [line, count] : lines_) {
      out_ += fmt::format("DA:{},{}\n", line, count);
      hit += count > 0 ? 1 : 0;
    }
    out_ += fmt::format("LF:{}\nLH:{}\nend_of_record\n", lines_.size(), hit);
  }

  std::string Take() { return std::move(out_); }

 private:
  void AddRules() {
    std::set<std::string> names;
    std::string counts;
    size_t hit = 0;
    for (size_t i = 0; i < coverable_.rules.size(); ++i) {
      const uint32_t line = coverable_.rules[i].place.at.line;
      // Tools may each have a rule of one name.
      std::string name = LcovName(coverable_.rules[i].name);
      if (!names.insert(name).second) name += fmt::format(" (line {}; rule {})", line, i);
      out_ += fmt::format("FN:{},{}\n", line, name);
      counts += fmt::format("FNDA:{},{}\n", hits_.rules[i], name);
      hit += hits_.rules[i] > 0 ? 1 : 0;
      CountLine(line, hits_.rules[i]);
    }
    out_ += counts;
    out_ += fmt::format("FNF:{}\nFNH:{}\n", coverable_.rules.size(), hit);
  }

  void AddConditions() {
    size_t found = 0;
    size_t hit = 0;
    for (size_t i = 0; i < coverable_.conditions.size(); ++i) {
      const CoverableCondition& condition = coverable_.conditions[i];
      const auto& outcomes = hits_.outcomes[i];
      const uint64_t evaluated = outcomes[kHolds] + outcomes[kHoldsNot] + hits_.errors[i];
      for (const size_t outcome : {kHolds, kHoldsNot}) {
        if (!condition.possible[outcome]) continue;
        out_ += fmt::format("BRDA:{},{},{},{}\n", condition.place.at.line, i, outcome,
                            evaluated == 0 ? "-" : fmt::to_string(outcomes[outcome]));
        ++found;
        hit += outcomes[outcome] > 0 ? 1 : 0;
      }
      CountLine(condition.place.at.line, evaluated);
    }
    out_ += fmt::format("BRF:{}\nBRH:{}\n", found, hit);
  }

  void CountLine(uint32_t line, uint64_t count) {
    uint64_t& most = lines_[line];
    most = std::max(most, count);
  }

  const Coverable& coverable_;
  const Hits& hits_;
  std::map<uint32_t, uint64_t> lines_;
  std::string out_;
};

}  // namespace

std::string CoverageLcov(const Coverages& policies) {
  std::string out;
  for (const auto& policy : policies) {
    if (policy->is_measured()) out += Tracefile(*policy).Take();
  }
  return out;
}

}  // namespace writ
