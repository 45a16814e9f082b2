// A whole decision: the machine's steps 1 to 5, then one transaction on the counters.
//
// Conditions on counters see values that are read before the machine runs; the transaction checks
// that they still hold, and the decision starts over if not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/counters.h"
#include "proxy/facts.h"
#include "vm/machine.h"

namespace writ {

// What a rule in shadow mode would have done.
struct Shadow {
  uint32_t rule = kNoRule;
  Verdict verdict = Verdict::kDeny;  // or kError
  Code code = Code::kRule;
  Error error = Error::kNone;
  uint32_t instruction = UINT32_MAX;
  std::string message;  // for people
};

struct Judgement {
  Decision decision;
  std::string message;  // for the agent, without prefix; empty for allow
  // Seconds until a full quota has room again; 0: does not apply, or never.
  int64_t retry_after = 0;
  Receipt receipt;  // of an allowed call
  std::vector<Shadow> shadows;
};

class Judge {
 public:
  // All must outlive the judge; without facts no label is known.
  Judge(Machine& machine, Counters& counters, const Facts* facts = nullptr)
      : machine_(machine), counters_(counters), facts_(facts != nullptr ? *facts : no_facts_) {}

  // REQUIRES: the machine has begun the call and its slots are filled, facts and counters aside;
  // the claims outlive the call. The judgement is valid until the next one.
  const Judgement& Decide(std::string_view tool, Time now, const Claims& claims = {});

 private:
  bool ReadCounters(int64_t now);
  ReserveResult::Outcome Reserve(int64_t now);
  void NoteShadows();
  void OnFull(const ReserveResult& result, int64_t now);
  void Deny(Code code, std::string_view message);

  Machine& machine_;
  Counters& counters_;
  Facts no_facts_;
  const Facts& facts_;
  Judgement judgement_;
  std::string failure_;  // why counters cannot be read
  std::vector<Counters::Expectation> expected_;
  std::vector<CounterUse> uses_;
};

// The name to show for what decided: a rule's name, "(hidden)", "(default deny)" or empty.
std::string_view RuleLabel(const VerifiedProgram& program, const Decision& decision);

}  // namespace writ
