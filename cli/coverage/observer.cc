// Outcomes, out of marks and exits.
// Tested by tests/cli/coverage_test.cc.
#include "cli/coverage/observer.h"

namespace writ {

CoverageObserver::CoverageObserver(const TracedProgram& traced, const Coverable& coverable)
    : program_(**traced.program),
      map_(traced.map),
      coverable_(coverable),
      rules_(coverable.rules.size()),
      outcomes_(coverable.conditions.size() * 2),
      errors_(coverable.conditions.size()) {
  for (uint32_t part = 0; part < map_.parts.size(); ++part) {
    const bool counts = coverable.condition_around[part] != Coverable::kNone ||
                        coverable.rule_of[part] != Coverable::kNone;
    if (counts) parts_at_[map_.parts[part].caret].push_back(part);
  }
}

void CoverageObserver::Begin() {
  tests_.clear();
  rules_.Clear();
  outcomes_.Clear();
  errors_.Clear();
}

void CoverageObserver::Enter(uint32_t /*block*/) {
  tests_.push_back(kNowhere);
}

void CoverageObserver::Leave(const Value* /*result*/) {
  tests_.pop_back();
}

void CoverageObserver::Step(uint32_t instruction, const Value* registers) {
  uint32_t& test = tests_.back();
  if (test != kNowhere) {
    const uint32_t part = program_.positions[test].part;
    const bool first_exit = instruction == test + program_.code[test].c;
    SeeOutcome(part, first_exit != map_.parts[part].negated);
    test = kNowhere;
  }
  const uint32_t part = program_.positions[instruction].part;
  if (part == kNoPart) return;
  const Instruction& at = program_.code[instruction];
  switch (at.op) {
    case Opcode::kMove: {
      SeePart(part);
      const Value& value = registers[at.a];
      if (value.is(Tag::kBool)) SeeOutcome(part, value.i != 0);
      return;
    }
    case Opcode::kReserve:
    case Opcode::kDeny:
    case Opcode::kShadow: return SeePart(part);
    default: break;
  }
  const SourcePart::Form form = map_.parts[part].form;
  if (form == SourcePart::Form::kCondition || form == SourcePart::Form::kOnlyArgs) {
    SeePart(part);
    test = instruction;
  }
}

void CoverageObserver::Raise(uint32_t instruction, Error /*error*/, uint32_t /*goes_on_at*/,
                             bool /*recovers*/) {
  tests_.back() = kNowhere;
  const SourcePosition& at = program_.positions[instruction];
  const auto found = parts_at_.find({at.line, at.column});
  if (found == parts_at_.end()) return;
  for (const uint32_t part : found->second) {
    SeePart(part);
    const uint32_t condition = coverable_.condition_around[part];
    if (condition != Coverable::kNone) errors_.Add(condition);
  }
}

void CoverageObserver::SeePart(uint32_t part) {
  if (coverable_.rule_of[part] != Coverable::kNone) rules_.Add(coverable_.rule_of[part]);
}

void CoverageObserver::SeeOutcome(uint32_t part, bool holds) {
  const uint32_t condition = coverable_.condition_of[part];
  if (condition == Coverable::kNone) return;
  outcomes_.Add(condition * 2 + static_cast<uint32_t>(holds ? kHolds : kHoldsNot));
}

void CoverageObserver::SeeQuota(uint32_t quota, bool passed) {
  if (coverable_.quota_parts[quota] != kNoPart) SeeOutcome(coverable_.quota_parts[quota], passed);
}

// What it asks could not be counted.
void CoverageObserver::SeeQuotaError(uint32_t quota) {
  const uint32_t part = coverable_.quota_parts[quota];
  const uint32_t condition = part == kNoPart ? Coverable::kNone : coverable_.condition_of[part];
  if (condition != Coverable::kNone) errors_.Add(condition);
}

void CoverageObserver::AddTo(Hits& hits, const Judgement& judgement) {
  const Decision& decision = judgement.decision;
  if (decision.code == Code::kHidden && coverable_.hidden != Coverable::kNone) {
    rules_.Add(coverable_.hidden);
  }
  if (decision.code == Code::kDefault && coverable_.default_deny != Coverable::kNone) {
    rules_.Add(coverable_.default_deny);
  }
  if (decision.code == Code::kQuota) {
    SeeQuota(decision.quota, false);
  } else if (decision.quota < coverable_.quota_parts.size()) {
    SeeQuotaError(decision.quota);
  }
  if (decision.verdict == Verdict::kAllow) {
    for (uint32_t i = 0; i < decision.reservation_count; ++i) {
      const uint32_t quota = decision.reservations[i].quota;
      bool passed = true;
      for (const Shadow& shadow : judgement.shadows) {
        if (shadow.code == Code::kQuota && shadow.rule == program_.quotas[quota].rule) {
          passed = false;
        }
      }
      SeeQuota(quota, passed);
    }
  }
  for (const uint32_t rule : rules_.all()) ++hits.rules[rule];
  for (const uint32_t outcome : outcomes_.all()) ++hits.outcomes[outcome / 2][outcome % 2];
  for (const uint32_t condition : errors_.all()) ++hits.errors[condition];
}

}  // namespace writ
