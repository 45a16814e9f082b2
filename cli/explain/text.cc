// An explanation for people.
// Tested by tests/cli/explain_test.cc.
#include "cli/explain/text.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/table.h"
#include "compiler/diagnostic.h"
#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ {
namespace {

using Outcome = ExplainedPart::Outcome;
using State = ExplainedRule::State;

// Lines of a source that are longer are not laid out under: their parts are a list.
constexpr size_t kMaxLaidOut = 100;
constexpr size_t kMaxLines = 60;  // of the source, for one expression
constexpr size_t kMaxShownLine = 160;
constexpr size_t kMaxNamed = 20;  // rules that were not looked at

class Writer {
 public:
  explicit Writer(bool color) : color_(color) {}

  std::string Write(const Explanation& explanation) {
    const bool allowed = explanation.verdict == Verdict::kAllow;
    Put(EscapeUnseen(explanation.sentence), allowed ? Ink::kGreen : Ink::kRed);
    if (!explanation.hint.empty()) Put("hint: " + EscapeUnseen(explanation.hint));
    for (const ExplainedGate& gate : explanation.gates) WriteGate(gate);
    for (const ExplainedRule& rule : explanation.rules) {
      if (IsLookedInto(rule)) WriteRule(rule);
    }
    WriteUnseenRules(explanation);
    WriteVariables(explanation);
    WriteReads(explanation);
    WriteQuotas(explanation);
    for (const std::string& finding : explanation.findings) {
      Put("\nin shadow, " + EscapeUnseen(finding), Ink::kYellow);
    }
    for (const std::string& note : explanation.notes) Put("\nnote: " + EscapeUnseen(note));
    if (!explanation.answer.empty()) {
      Put("\nthe agent reads:", Ink::kBold);
      Put("  " + EscapeUnseen(explanation.answer));
    }
    return std::move(out_);
  }

 private:
  static bool IsLookedInto(const ExplainedRule& rule) {
    return rule.state != State::kNotReached && rule.state != State::kOtherTool;
  }

  void Put(std::string_view text, Ink ink = Ink::kPlain) {
    AppendInked(text, ink, color_, out_);
    out_ += '\n';
  }

  static std::string Place(std::string_view file, uint32_t line, uint32_t column) {
    return line == 0 ? EscapeUnseen(file)
                     : fmt::format("{}:{}:{}", EscapeUnseen(file), line, column);
  }

  void WriteGate(const ExplainedGate& gate) {
    Put(fmt::format("\n{}: {}", Place(gate.file, gate.at.line, gate.at.column),
                    EscapeUnseen(gate.text)));
  }

  static Ink InkOf(const ExplainedRule& rule) {
    if (rule.is_shadow) return Ink::kYellow;
    switch (rule.state) {
      case State::kDenies:
      case State::kFails: return Ink::kRed;
      case State::kPasses: return Ink::kGreen;
      default: return Ink::kFaint;
    }
  }

  void WriteRule(const ExplainedRule& rule) {
    Put(fmt::format("\nrule \"{}\" {}{}  {}", EscapeUnseen(rule.name), StateName(rule),
                    rule.is_shadow ? " (it only watches)" : "",
                    Place(rule.file, rule.at.line, rule.at.column)),
        InkOf(rule));
    if (rule.is_shadow && !rule.because.empty()) {
      Put(fmt::format("  it {}", EscapeUnseen(rule.because)));
    }
    for (const ExplainedCheck& check : rule.checks) WriteCheck(check);
  }

  // The lines of the source as they stand, and below each what its parts came to.
  void WriteCheck(const ExplainedCheck& check) {
    if (check.source == nullptr) return;
    std::vector<const ExplainedPart*> listed;
    const uint32_t last = std::min<uint32_t>(check.last_line, check.first_line + kMaxLines - 1);
    const size_t width = fmt::format("{}", last).size();
    for (uint32_t line = check.first_line; line <= last; ++line) {
      WriteLine(*check.source, line, width);
      WriteBelow(check, line, width, listed);
    }
    for (const ExplainedPart* part : listed) WriteListed(*part, width);
    if (check.left_out > 0) {
      Put(fmt::format("  {:{}} | and {} more parts", "", width, check.left_out), Ink::kFaint);
    }
  }

  void WriteLine(const Source& source, uint32_t line, size_t width) {
    std::string text = Shown(source.Cut(line, 0, kMaxShownLine));
    if (source.Width(line) > kMaxShownLine) text += "...";
    while (!text.empty() && text.back() == ' ') text.pop_back();
    Put(fmt::format("  {:>{}} | {}", line, width, text), Ink::kBold);
  }

  // Whether the part can stand right under itself.
  static bool IsLaidOut(const ExplainedCheck& check, const ExplainedPart& part) {
    if (part.is_element || part.at.column == 0) return false;
    if (part.at.column - 1 + part.length > kMaxLaidOut) return false;
    return check.source->Cut(part.at.line, part.at.column - 1, part.length) == part.text;
  }

  void WriteBelow(const ExplainedCheck& check, uint32_t line, size_t width,
                  std::vector<const ExplainedPart*>& listed) {
    size_t edge = 0;
    for (const ExplainedPart& part : check.parts) {
      if (part.at.line == line && IsLaidOut(check, part)) {
        edge = std::max<size_t>(edge, part.at.column - 1 + part.length);
      }
    }
    bool is_inner = false;  // of an element's turn: told in a list, in order
    for (const ExplainedPart& part : check.parts) {
      if (part.is_element && !is_inner) {
        is_inner = true;
        turns_from_ = part.depth;
      } else if (!part.is_element && is_inner && part.depth <= turns_from_) {
        is_inner = false;
      }
      const bool below = !is_inner && IsLaidOut(check, part);
      if (below && part.at.line == line) {
        const size_t indent = part.at.column - 1;
        Put(fmt::format("  {:{}} | {:{}}{}{:{}}  {}", "", width, "", indent, Shown(part.text), "",
                        edge - indent - part.length, ResultOf(part)),
            InkOf(part));
      } else if (!below && line == check.first_line) {
        listed.push_back(&part);
      }
    }
  }

  static Ink InkOf(const ExplainedPart& part) {
    if (part.decides) return Ink::kYellow;
    return part.outcome == Outcome::kNotEvaluated ? Ink::kFaint : Ink::kPlain;
  }

  void WriteListed(const ExplainedPart& part, size_t width) {
    const std::string indent(2 * std::min<size_t>(part.depth, 20), ' ');
    if (part.is_element) {
      Put(fmt::format("  {:{}} |   {}{}: {}{}", "", width, indent, EscapeUnseen(part.text),
                      EscapeUnseen(part.value), part.decides ? "  <- decides" : ""),
          part.decides ? Ink::kYellow : Ink::kPlain);
      return;
    }
    const std::string place =
        part.at.line == 0 ? "" : fmt::format("   ({}:{})", part.at.line, part.at.column);
    Put(fmt::format("  {:{}} |   {}{}  {}{}", "", width, indent, EscapeUnseen(part.text),
                    ResultOf(part), place),
        InkOf(part));
  }

  static std::string ResultOf(const ExplainedPart& part) {
    std::string text;
    switch (part.outcome) {
      case Outcome::kNotEvaluated: return "not evaluated";
      case Outcome::kError:
        text = fmt::format("error: {}", part.error);
        if (!part.value.empty()) text += fmt::format(", of {}", EscapeUnseen(part.value));
        if (part.is_absorbed) text += " (kept silent: something else decided)";
        break;
      case Outcome::kTrue:
      case Outcome::kFalse:
        // Of a version "1" condition the value is what it looked at.
        text = fmt::format("= {}", OutcomeName(part.outcome));
        if (part.value != OutcomeName(part.outcome) && !part.value.empty()) {
          text += fmt::format("   (it is {})", EscapeUnseen(part.value));
        }
        break;
      case Outcome::kValue: text = fmt::format("= {}", EscapeUnseen(part.value)); break;
    }
    if (part.is_constant) text += "   (always)";
    if (!part.counts.empty()) text += fmt::format("   ({})", part.counts);
    if (part.decides) text += "  <- decides";
    return text;
  }

  void WriteUnseenRules(const Explanation& explanation) {
    std::vector<std::string> unreached;
    size_t more = 0;
    size_t others = explanation.other_rules;
    for (const ExplainedRule& rule : explanation.rules) {
      if (rule.state == State::kOtherTool) ++others;
      if (rule.state != State::kNotReached) continue;
      if (unreached.size() == kMaxNamed) {
        ++more;
      } else {
        unreached.push_back(fmt::format("  \"{}\"  {}", EscapeUnseen(rule.name),
                                        Place(rule.file, rule.at.line, rule.at.column)));
      }
    }
    if (!unreached.empty()) {
      Put("\nnot reached, since what stands before them decided:", Ink::kFaint);
      for (const std::string& rule : unreached) Put(rule, Ink::kFaint);
      if (more > 0) Put(fmt::format("  and {} more", more), Ink::kFaint);
    }
    if (others > 0) {
      // An index finds rules by the tool and by values, and what hides a tool stands before them.
      Put(fmt::format("\n{} not looked at for this call of \"{}\"",
                      others == 1 ? "1 rule is" : fmt::format("{} rules are", others),
                      EscapeUnseen(explanation.tool)),
          Ink::kFaint);
    }
  }

  void WriteVariables(const Explanation& explanation) {
    for (const ExplainedVariable& variable : explanation.variables) {
      Put(fmt::format("\nvariables.{}  {}", EscapeUnseen(variable.name),
                      variable.check.parts.empty() ? "" : ResultOf(variable.check.parts.front())));
      WriteCheck(variable.check);
    }
  }

  void WriteReads(const Explanation& explanation) {
    if (explanation.reads.empty()) return;
    Put("\nwhat its rules can read:", Ink::kBold);
    for (const ExplainedPart& read : explanation.reads) {
      Put(fmt::format("  {}  {}", EscapeUnseen(read.text),
                      read.outcome == Outcome::kNotEvaluated ? "is not there, or not needed"
                                                             : "= " + EscapeUnseen(read.value)));
    }
  }

  void WriteQuotas(const Explanation& explanation) {
    for (const ExplainedQuota& quota : explanation.quotas) {
      const std::string key =
          quota.key.empty() ? "" : fmt::format(" for {}", EscapeUnseen(quota.key));
      const std::string after = quota.is_full ? "it does not fit"
                                              : fmt::format("{} {} left after it", quota.remains,
                                                            quota.remains == "1" ? "is" : "are");
      Put(fmt::format("\nquota of rule \"{}\"{}: {} per {}{}", EscapeUnseen(quota.rule),
                      quota.is_shadow ? " (it only watches)" : "", EscapeUnseen(quota.counter),
                      quota.window, key),
          quota.is_full ? Ink::kRed : Ink::kPlain);
      Put(fmt::format("  used {} of {}; this call takes {}; {}", quota.used, quota.limit,
                      quota.amount, after));
    }
  }

  const bool color_;
  std::string out_;
  uint32_t turns_from_ = 0;
};

}  // namespace

std::string ExplanationText(const Explanation& explanation, bool color) {
  return Writer(color).Write(explanation);
}

}  // namespace writ
