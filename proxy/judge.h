// A whole decision: the machine's steps 1 to 5, then one transaction on the counters.
//
// Conditions on counters see values that are read before the machine runs; the transaction checks
// that they still hold, and the decision starts over if not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/counters.h"
#include "vm/machine.h"

namespace writ {

struct Judgement {
  Decision decision;
  std::string message;      // for the agent, without prefix; empty for allow
  int64_t retry_after = 0;  // seconds until a full quota's window ends; 0: does not apply
  Receipt receipt;          // of an allowed call
};

class Judge {
 public:
  // Both must outlive the judge.
  Judge(Machine& machine, Counters& counters) : machine_(machine), counters_(counters) {}

  // REQUIRES: the machine has begun the call and its slots are filled. `now`: seconds since
  // 1970-01-01T00:00Z. The judgement is valid until the next one.
  const Judgement& Decide(std::string_view tool, int64_t now);

 private:
  bool ReadCounters(int64_t now, std::string* failure);
  ReserveResult::Outcome Reserve(int64_t now);
  void Deny(Code code, std::string_view message);

  Machine& machine_;
  Counters& counters_;
  Judgement judgement_;
  std::vector<Counters::Expectation> expected_;
  std::vector<CounterUse> uses_;
};

// Appends what a decision says to people: "rule \"small\": args.n is a number that servers read
// differently". Nothing for allow.
void AppendDecisionMessage(const VerifiedProgram& program, const Decision& decision,
                           std::string_view tool, std::string& message);

// The name to show for what decided: a rule's name, "(hidden)", "(default deny)" or empty.
std::string_view RuleLabel(const VerifiedProgram& program, const Decision& decision);

}  // namespace writ
