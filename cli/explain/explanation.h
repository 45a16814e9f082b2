// Why a call was decided as it was: all that a decision saw, put beside the policies' text.
//
// Made of a recorded decision; shown by cli/explain/text.h and cli/explain/json.h.
//
// Tested by tests/cli/explain_test.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/explain/outline.h"
#include "cli/trace/recorder.h"
#include "proxy/judge.h"

namespace writ {

// A part of an expression with what it came to, or an element of what a comprehension walks, whose
// turn the deeper ones that follow are of.
struct ExplainedPart {
  enum class Outcome : uint8_t { kTrue, kFalse, kValue, kError, kNotEvaluated };

  uint32_t depth = 0;
  bool is_element = false;
  Position at;
  uint32_t length = 1;  // code points, within its line
  std::string text;     // of an element its key or index
  Outcome outcome = Outcome::kValue;
  std::string value;
  std::string error;  // of kError
  bool is_constant = false;
  bool is_absorbed = false;  // an error that nobody hears of, because another operand decided
  bool decides = false;
  std::string counts;  // of a comprehension: "6 elements: 5 true, 1 false"
};

// A condition of a rule, or another expression of it.
struct ExplainedCheck {
  SourcePart::Role role = SourcePart::Role::kNone;
  uint32_t ordinal = 0;
  const Source* source = nullptr;
  uint32_t first_line = 0;
  uint32_t last_line = 0;
  bool decides = false;
  std::vector<ExplainedPart> parts;  // the first is all of it
  size_t left_out = 0;               // parts
};

struct ExplainedRule {
  enum class State : uint8_t {
    kPasses,
    kDenies,
    kFails,         // it cannot be decided
    kDoesNotApply,  // `when` is false
    kOtherTool,     // none of its globs is for the tool
    kNotReached,    // what stood before it decided
  };

  uint32_t rule = kNoRule;
  std::string name;
  std::string file;
  SourcePosition at;
  bool is_shadow = false;
  State state = State::kPasses;
  std::vector<ExplainedCheck> checks;
  std::string because;  // of one that denies or fails: a clause, "requires … but args.n is 7"
};

struct ExplainedQuota {
  std::string rule;
  std::string counter;
  std::string key;  // that it is counted apart for; empty: none
  std::string window;
  std::string amount;
  std::string limit;
  std::string used;     // before this call
  std::string remains;  // after it, if it passes
  bool is_full = false;
  bool is_shadow = false;
};

struct ExplainedVariable {
  std::string name;
  ExplainedCheck check;
};

// A piece of what stands before the rules.
struct ExplainedGate {
  std::string file;
  Position at;       // of the entry that decided; line 0: none
  std::string text;  // "hide: \"x_*\"", "allow: a, b and 3 more"
};

struct Explanation {
  Verdict verdict = Verdict::kError;
  Code code = Code::kError;
  std::string tool;
  std::string sentence;
  std::vector<ExplainedGate> gates;
  std::vector<ExplainedRule> rules;  // that are in the tool's way, in order
  size_t other_rules = 0;            // that are for other tools
  std::vector<ExplainedVariable> variables;
  std::vector<ExplainedQuota> quotas;
  std::vector<std::string> findings;  // of rules in shadow mode
  // Of programs without a source map: what the tool's rules can read of the call.
  std::vector<ExplainedPart> reads;
  std::string hint;
  std::vector<std::string> notes;  // what is missing here, and why
  std::string answer;              // that the agent reads; empty: none
};

struct RecordedCall {
  const TracedProgram& traced;  // its map is empty where there is none
  const std::vector<PolicyOutline>& outlines;
  const Recorder& recorder;
  Machine& machine;
  const Judgement& judgement;
  std::string_view tool;
  // What was counted before the call.
  std::function<int64_t(const Reservation& reservation)> used;
};

Explanation Explain(const RecordedCall& call);

// "when", "require", …
std::string_view RoleName(SourcePart::Role role);
// "true", "false", "value", "error", "not evaluated"
std::string_view OutcomeName(ExplainedPart::Outcome outcome);
// "passes", "denies", …, as of a rule in shadow mode where it is one.
std::string_view StateName(const ExplainedRule& rule);

}  // namespace writ
