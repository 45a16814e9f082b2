// What suites exercised of a policy, as figures and as gaps.
//
// Tested by tests/cli/coverage_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/coverage/coverable.h"
#include "cli/coverage/observer.h"

namespace writ {

struct Share {
  size_t covered = 0;
  size_t total = 0;

  Share& operator+=(const Share& other) {
    covered += other.covered;
    total += other.total;
    return *this;
  }
  // Of nothing all is covered.
  bool IsAtLeast(double percent) const;
  // "97.3": cut, so that nothing but all of it is "100".
  std::string Percent() const;
  friend bool operator==(const Share&, const Share&) = default;
};

// Something that no case exercised.
struct Gap {
  Place place;
  std::string text;  // "never false"
  friend bool operator<(const Gap& a, const Gap& b) { return a.place.at < b.place.at; }
};

// One policy, with what all its suites exercised of it.
class PolicyCoverage {
 public:
  // `name` as people know it. The program must outlive this.
  PolicyCoverage(std::string name, const TracedProgram& traced);
  PolicyCoverage(const PolicyCoverage&) = delete;
  PolicyCoverage& operator=(const PolicyCoverage&) = delete;

  const std::string& name() const { return name_; }
  // Why nothing can be said of it; empty: it can.
  const std::string& why_not_measured() const { return why_not_measured_; }
  bool is_measured() const { return why_not_measured_.empty(); }

  // REQUIRES for all below: it is measured.
  const TracedProgram& traced() const { return traced_; }
  const Source& source() const { return *traced_.map.sources.front(); }
  const Coverable& coverable() const { return coverable_; }
  const Hits& hits() const { return hits_; }

  // Watches the machine that decides, one call at a time.
  CoverageObserver& observer() { return *observer_; }
  // The decision that it watched last.
  void Add(const Judgement& judgement) { observer_->AddTo(hits_, judgement); }
  // A list of tools was asked for, and one was kept back.
  void AddHiddenFromList();

  Share rules() const;
  Share outcomes() const;
  // By place.
  std::vector<Gap> Gaps() const;

 private:
  std::string name_;
  const TracedProgram& traced_;
  std::string why_not_measured_;
  Coverable coverable_;
  Hits hits_;
  std::unique_ptr<CoverageObserver> observer_;  // null if it is not measured
};

// What of a line is covered.
enum class LineMark : uint8_t { kNothing, kCovered, kPartly, kNot };
// Of lines 1 to line_count() of its source; the first is line 1's. REQUIRES: it is measured.
std::vector<LineMark> MarkLines(const PolicyCoverage& coverage);

// All that was measured; those that were not are left out.
struct CoverageTotals {
  Share rules;
  Share outcomes;
  size_t measured = 0;
};
CoverageTotals Total(const std::vector<std::unique_ptr<PolicyCoverage>>& policies);

// Whether each of both figures of each policy is at least that. One that is not measured is not.
bool IsAtLeast(const std::vector<std::unique_ptr<PolicyCoverage>>& policies, double percent);

}  // namespace writ
