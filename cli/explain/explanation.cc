// From a recorded decision to its explanation.
// Tested by tests/cli/explain_test.cc.
#include "cli/explain/explanation.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "cli/explain/deciding.h"
#include "compiler/diagnostic.h"
#include "compiler/load/name_list.h"
#include "proxy/answer.h"
#include "proxy/message_text.h"
#include "vm/disasm.h"
#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ {
namespace {

using Form = SourcePart::Form;
using Role = SourcePart::Role;
using Outcome = ExplainedPart::Outcome;
using State = ExplainedRule::State;

constexpr size_t kMaxPartsOfACheck = 200;
constexpr size_t kMaxTextBytes = 160;
constexpr size_t kMaxNamed = 8;       // entries of a list
constexpr size_t kMaxValuesSaid = 6;  // in a clause
constexpr size_t kMaxReads = 200;

Outcome OutcomeOf(const Seen& seen) {
  switch (seen.outcome) {
    case Seen::Outcome::kTrue: return Outcome::kTrue;
    case Seen::Outcome::kFalse: return Outcome::kFalse;
    case Seen::Outcome::kValue: return Outcome::kValue;
    case Seen::Outcome::kError: return Outcome::kError;
  }
  return Outcome::kValue;
}

// On one line, and cut.
std::string OneLine(std::string_view text, size_t limit = kMaxTextBytes) {
  std::string line;
  for (const char byte : text.substr(0, 4 * limit)) {
    const bool space = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    if (space && (line.empty() || line.back() == ' ')) continue;
    line += space ? ' ' : byte;
  }
  if (line.size() <= limit && text.size() <= 4 * limit) return line;
  return std::string(CutToBytes(line, limit)) + "…";
}

// Whether a constant says nothing that its text does not: a list of literals.
bool IsAsWritten(const SourcePart& part) {
  if (part.varies || part.constant.empty()) return false;
  const auto bare = [](std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
  };
  return bare(part.text) == bare(part.constant);
}

std::string Quoted(std::string_view text) {
  std::string quoted;
  AppendShownQuoted(text, kMaxTextBytes, quoted);
  return quoted;
}

std::string Plural(uint64_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

bool IsCheck(Role role) {
  switch (role) {
    case Role::kWhen:
    case Role::kRequire:
    case Role::kForbid:
    case Role::kCondition:
    case Role::kOnlyArgs: return true;
    default: return false;
  }
}

// All rules that calls of the tool may be asked, in order.
std::vector<uint32_t> RowOf(const Program& program, const ToolEntry& tool) {
  std::vector<uint32_t> row;
  std::set<uint32_t> known;
  uint32_t block = tool.block;
  while (block < program.blocks.size()) {
    const Block& code = program.blocks[block];
    const uint32_t end = code.first_instruction + code.instruction_count;
    auto start = std::lower_bound(
        program.rule_starts.begin(), program.rule_starts.end(), code.first_instruction,
        [](const RuleStart& row_start, uint32_t at) { return row_start.instruction < at; });
    for (; start != program.rule_starts.end() && start->instruction < end; ++start) {
      if (known.insert(start->rule).second) row.push_back(start->rule);
    }
    block = kNoBlock;
    for (uint32_t i = code.first_instruction; i < end; ++i) {
      const Instruction& at = program.code[i];
      if (at.op == Opcode::kChain) block = program.operands[code.first_operand + at.b];
      if (at.op == Opcode::kNext) block = program.next_parts[tool.first_next + at.b].block;
    }
  }
  return row;
}

class Explainer {
 public:
  explicit Explainer(const RecordedCall& call)
      : call_(call),
        program_(**call.traced.program),
        map_(call.traced.map),
        all_(call.recorder.all()),
        decision_(call.judgement.decision) {}

  Explanation Run() {
    made_.verdict = decision_.verdict;
    made_.code = decision_.code;
    made_.tool = call_.tool;
    AddRules();
    AddVariables();
    AddQuotas();
    AddShadows();
    AddReads();
    if (decision_.code == Code::kHidden || decision_.code == Code::kDefault) AddGates();
    made_.sentence = Sentence();
    if (decision_.verdict != Verdict::kAllow) {
      made_.answer = std::string(kDenialPrefix) + call_.judgement.message;
    }
    if (call_.recorder.is_cut()) {
      made_.notes.push_back("the call is large: of most elements only what decided is shown");
    }
    return std::move(made_);
  }

 private:
  const SourcePart& Row(uint32_t part) const { return map_.parts[part]; }

  const Seen* Look(const SeenTurn& turn, uint32_t part) const {
    const Seen* seen = SeenIn(turn, part);
    // What reads no element may have been evaluated outside, once for all.
    return seen != nullptr ? seen : SeenIn(all_, part);
  }

  std::string FileOf(const SourcePosition& at) const {
    return at.file < program_.files.size() ? program_.files[at.file] : std::string();
  }

  std::string Place(uint32_t part) const {
    const SourcePart& row = Row(part);
    return fmt::format("{}:{}:{}", map_.sources[row.file]->name(), row.begin.line,
                       row.begin.column);
  }

  // ---- Rules.

  void AddRules() {
    const std::vector<uint32_t> row = RowOf(program_, call_.machine.tool());
    std::set<std::tuple<uint32_t, uint32_t, uint32_t>> places;
    for (const uint32_t rule : row) {
      places.insert(PlaceOf(program_.rules[rule].at));
      AddRule(rule);
    }
    std::set<std::tuple<uint32_t, uint32_t, uint32_t>> others;
    for (const Rule& rule : program_.rules) {
      if (places.count(PlaceOf(rule.at)) == 0) others.insert(PlaceOf(rule.at));
    }
    made_.other_rules = others.size();
  }

  static std::tuple<uint32_t, uint32_t, uint32_t> PlaceOf(const SourcePosition& at) {
    return {at.file, at.line, at.column};
  }

  void AddRule(uint32_t number) {
    const Rule& rule = program_.rules[number];
    ExplainedRule made;
    made.rule = number;
    made.name = rule.name;
    made.file = FileOf(rule.at);
    made.at = rule.at;
    made.is_shadow = rule.shadow;
    made.state = StateOf(number);
    if (made.state == State::kNotReached && IsForOtherTools(rule.at)) {
      made.state = State::kOtherTool;
    }
    const bool is_looked_into = made.state != State::kNotReached && made.state != State::kOtherTool;
    if (rule.at.part < map_.parts.size() && is_looked_into) {
      AddChecks(rule.at.part, made);
    }
    made_.rules.push_back(std::move(made));
  }

  // Whether nothing of the rule's own code denied, or failed.
  bool HasPassed(uint32_t number) const {
    const std::vector<SeenRule>& rules = call_.recorder.rules();
    return std::any_of(rules.begin(), rules.end(), [number](const SeenRule& row) {
      return row.rule == number && row.end == SeenRule::End::kPassed;
    });
  }

  State StateOf(uint32_t number) const {
    const std::vector<SeenRule>& rules = call_.recorder.rules();
    const auto seen = std::find_if(rules.begin(), rules.end(),
                                   [number](const SeenRule& row) { return row.rule == number; });
    if (seen == rules.end()) return State::kNotReached;
    if (!seen->names_tool) return State::kOtherTool;
    // Quotas are read, and reserved, after all rules.
    if (decision_.rule == number && decision_.verdict != Verdict::kAllow) {
      return decision_.verdict == Verdict::kDeny ? State::kDenies : State::kFails;
    }
    // So are those of rules that only watch.
    for (const Shadow& shadow : call_.judgement.shadows) {
      if (shadow.rule != number) continue;
      return shadow.verdict == Verdict::kDeny ? State::kDenies : State::kFails;
    }
    switch (seen->end) {
      case SeenRule::End::kDenied: return State::kDenies;
      case SeenRule::End::kRaised: return State::kFails;
      case SeenRule::End::kPassed: break;
    }
    const uint32_t part = program_.rules[number].at.part;
    if (part >= map_.parts.size()) return State::kPasses;
    for (const uint32_t child : Row(part).children) {
      const Seen* when = Row(child).role == Role::kWhen ? SeenIn(all_, child) : nullptr;
      if (when != nullptr && when->outcome == Seen::Outcome::kFalse) return State::kDoesNotApply;
    }
    return State::kPasses;
  }

  bool IsForOtherTools(const SourcePosition& at) const {
    if (at.part >= map_.parts.size() || Row(at.part).file >= call_.outlines.size()) return false;
    const PolicyOutline& outline = call_.outlines[Row(at.part).file];
    const auto rule = outline.rules.find({at.line, at.column});
    return rule != outline.rules.end() && !rule->second.empty() && !Names(rule->second, call_.tool);
  }

  // Which root of the rule's conditions made it deny or fail; kNoPart: none.
  uint32_t DecidingRoot(uint32_t rule, State state) const {
    const auto first = [&](Role role, Seen::Outcome outcome) {
      for (const uint32_t child : Row(rule).children) {
        const Seen* seen = Row(child).role == role ? SeenIn(all_, child) : nullptr;
        if (seen != nullptr && seen->outcome == outcome) return child;
      }
      return kNoPart;
    };
    const auto any = [&](std::initializer_list<std::pair<Role, Seen::Outcome>> ways) {
      for (const auto& [role, outcome] : ways) {
        if (const uint32_t found = first(role, outcome); found != kNoPart) return found;
      }
      return kNoPart;
    };
    if (state == State::kFails) {
      // An error that did not end the rule was absorbed: only the last list that was looked at is
      // asked.
      const uint32_t limits = any({{Role::kLimit, Seen::Outcome::kError},
                                   {Role::kAmount, Seen::Outcome::kError},
                                   {Role::kKey, Seen::Outcome::kError}});
      if (limits != kNoPart) return limits;
      return any({{Role::kOnlyArgs, Seen::Outcome::kError},
                  {Role::kCondition, Seen::Outcome::kError},
                  {Role::kForbid, Seen::Outcome::kError},
                  {Role::kRequire, Seen::Outcome::kError},
                  {Role::kWhen, Seen::Outcome::kError}});
    }
    return any({{Role::kRequire, Seen::Outcome::kFalse},
                {Role::kForbid, Seen::Outcome::kTrue},
                {Role::kOnlyArgs, Seen::Outcome::kFalse},
                {Role::kCondition, Seen::Outcome::kFalse}});
  }

  void AddChecks(uint32_t rule, ExplainedRule& made) {
    const bool is_decided = made.state == State::kDenies || made.state == State::kFails;
    // A quota decides after all conditions have passed; of a rule that only watches, so do names
    // that look like those it reads. What is found then is told with what is in shadow.
    const bool by_quota =
        (made.rule == decision_.rule && decision_.quota < program_.quotas.size()) ||
        (made.is_shadow && HasPassed(made.rule));
    const uint32_t root = is_decided ? DecidingRoot(rule, made.state) : kNoPart;
    DecidingParts deciding;
    if (root != kNoPart && !(by_quota && made.state == State::kDenies)) {
      deciding = FindDeciding(map_, all_, root);
      made.because = Because(root, deciding, made.state);
    }
    for (const uint32_t child : Row(rule).children) {
      const Role role = Row(child).role;
      if (role == Role::kNone || role == Role::kQuota) continue;
      if (!IsCheck(role) && SeenIn(all_, child) == nullptr) continue;
      ExplainedCheck check = CheckOf(child, deciding);
      check.decides = child == root;
      if (!check.parts.empty()) {
        check.parts.front().is_absorbed =
            check.parts.front().outcome == Outcome::kError &&
            (made.state != State::kFails || role != Row(RootOr(root, child)).role);
      }
      made.checks.push_back(std::move(check));
    }
    if (made.state == State::kFails && made.because.empty() && by_quota && !made.is_shadow) {
      made.because = UncountedAmount();
    }
    if (made.state == State::kDenies && made.because.empty() && !by_quota) {
      made.because = "denies every call that it applies to";
      for (ExplainedCheck& check : made.checks) {
        if (!DeniesAlways(check)) continue;
        check.decides = check.parts.front().decides = true;
        made.because = fmt::format("{} {}, which is always so",
                                   check.role == Role::kForbid ? "forbids" : "requires",
                                   check.parts.front().text);
      }
    }
  }

  // Of an amount that is not the value of an expression.
  std::string UncountedAmount() const {
    const Quota& quota = program_.quotas[decision_.quota];
    if (quota.amount_slot == kNoSlot) return {};
    const Value& value = call_.machine.slot(quota.amount_slot);
    return fmt::format("counts {0}, but {0} fails: {1} ({0} is {2})", OneLine(quota.amount_path),
                       ErrorText(decision_.error), FormatValue(value, Recorder::kMaxValueBytes));
  }

  // Whether it is a literal that no call passes: nothing is evaluated then.
  static bool DeniesAlways(const ExplainedCheck& check) {
    if (check.parts.empty() || !check.parts.front().is_constant) return false;
    return (check.role == Role::kForbid && check.parts.front().value == "true") ||
           (check.role == Role::kRequire && check.parts.front().value == "false");
  }

  static uint32_t RootOr(uint32_t root, uint32_t other) { return root != kNoPart ? root : other; }

  // ---- Parts.

  struct Open {
    const SeenTurn* turn;
    uint32_t part;
    uint32_t depth;
    const SeenTurn* element = nullptr;  // it is this element, no part
    bool parent_failed = false;
    bool may_be_skipped = false;  // its parent need not evaluate it
  };

  ExplainedCheck CheckOf(uint32_t root, const DecidingParts& deciding) const {
    ExplainedCheck check;
    const SourcePart& row = Row(root);
    check.role = row.role;
    check.ordinal = row.ordinal;
    check.source = map_.sources[row.file].get();
    check.first_line = check.last_line = row.begin.line;
    std::vector<Open> open = {{&all_, root, 0, nullptr, true, true}};
    while (!open.empty()) {
      const Open next = open.back();
      open.pop_back();
      AddPart(next, deciding, check, open);
    }
    return check;
  }

  void AddPart(const Open& at, const DecidingParts& deciding, ExplainedCheck& check,
               std::vector<Open>& open) const {
    if (at.element != nullptr) {
      if (check.parts.size() < kMaxPartsOfACheck) check.parts.push_back(ElementOf(at));
      return OpenBody(at, open);
    }
    const SourcePart& row = Row(at.part);
    if (row.role == Role::kNone && (row.form == Form::kLiteral || IsAsWritten(row))) return;
    const Seen* seen = Look(*at.turn, at.part);
    if (seen != nullptr && !seen->is_error() && IsToldElsewhere(*at.turn, at.part, *seen)) return;
    const bool is_constant = row.form == Form::kLiteral || (!row.constant.empty() && !row.varies);
    if (seen == nullptr && !is_constant && !at.may_be_skipped) return;
    const uint32_t last_line = LastLineOf(row);
    check.last_line = std::max(check.last_line, last_line);
    if (check.parts.size() >= kMaxPartsOfACheck) {
      ++check.left_out;
      return;
    }
    ExplainedPart part;
    part.depth = at.depth;
    part.at = row.begin;
    part.length = row.length;
    part.text = PartText(row);
    part.decides = deciding.on_the_way.count({at.turn, at.part}) > 0;
    part.is_constant = is_constant;
    if (seen == nullptr) {
      part.outcome = is_constant ? Outcome::kValue : Outcome::kNotEvaluated;
      if (is_constant) part.value = row.form == Form::kLiteral ? part.text : row.constant;
    } else {
      part.outcome = OutcomeOf(*seen);
      part.value = seen->value;
      if (seen->is_error()) part.error = ErrorText(seen->error);
      part.is_absorbed = seen->is_error() && !at.parent_failed;
    }
    const auto loop = at.turn->loops.find(at.part);
    const bool walks = loop != at.turn->loops.end();
    if (walks) part.counts = CountsOf(loop->second);
    check.parts.push_back(std::move(part));
    if (seen == nullptr || is_constant) return;
    if (row.form == Form::kComprehension && walks) OpenElements(at, loop->second, open);
    const bool skips =
        row.form == Form::kAnd || row.form == Form::kOr || row.form == Form::kConditional;
    // The last child is taken up last; what is evaluated for each element stands in its turn.
    const size_t count = row.form == Form::kComprehension && walks
                             ? std::min<size_t>(1, row.children.size())
                             : row.children.size();
    for (size_t i = count; i-- > 0;) {
      open.push_back({at.turn, row.children[i], at.depth + 1, nullptr, seen->is_error(), skips});
    }
  }

  // The name of an element, which its turn begins with, and a name that a path begins with.
  bool IsToldElsewhere(const SeenTurn& turn, uint32_t part, const Seen& seen) const {
    const SourcePart& row = Row(part);
    if (!row.children.empty() || row.role != Role::kNone) return false;
    if (turn.element.loop != kNoPart && seen.value == turn.element.value) return true;
    const std::string_view above = Row(row.parent).text;
    const Seen* path = Look(turn, row.parent);
    return path != nullptr && !path->is_error() && above.starts_with(row.text + ".") &&
           above.find_first_of(".([ ", row.text.size() + 1) == std::string_view::npos;
  }

  void OpenElements(const Open& at, const SeenLoop& loop, std::vector<Open>& open) const {
    const Seen* seen = Look(*at.turn, at.part);
    for (auto element = loop.kept.rbegin(); element != loop.kept.rend(); ++element) {
      open.push_back({at.turn, at.part, at.depth + 1, element->get(),
                      seen != nullptr && seen->is_error(), false});
    }
  }

  void OpenBody(const Open& at, std::vector<Open>& open) const {
    const std::vector<uint32_t>& children = Row(at.part).children;
    for (size_t i = children.size(); i-- > 1;) {
      open.push_back({at.element, children[i], at.depth + 1, nullptr, at.parent_failed, false});
    }
  }

  static ExplainedPart ElementOf(const Open& at) {
    const SeenElement& element = at.element->element;
    ExplainedPart part;
    part.depth = at.depth;
    part.is_element = true;
    part.text = element.key.empty() ? fmt::format("element {}", element.index + 1)
                                    : fmt::format("key {}", element.key);
    part.value = element.value;
    part.decides = element.decided;
    return part;
  }

  static std::string CountsOf(const SeenLoop& loop) {
    std::string text = Plural(loop.elements, "element");
    std::vector<std::string> counts;
    if (loop.holds > 0) counts.push_back(fmt::format("{} true", loop.holds));
    if (loop.fails > 0) counts.push_back(fmt::format("{} false", loop.fails));
    if (loop.errors > 0) counts.push_back(Plural(loop.errors, "error"));
    if (!counts.empty()) text += fmt::format(": {}", fmt::join(counts, ", "));
    return text;
  }

  // Where the part ends, as far as that is known: where the last of its own begins.
  static uint32_t LastLineOf(const SourcePart& row) {
    const auto breaks = static_cast<uint32_t>(std::count(row.text.begin(), row.text.end(), '\n'));
    return row.role == Role::kNone || row.form == Form::kCondition ? row.begin.line
                                                                   : row.begin.line + breaks;
  }

  std::string PartText(const SourcePart& row) const {
    if (row.form == Form::kOnlyArgs) return "only_args: " + OneLine(row.text);
    if (row.form != Form::kCondition) return OneLine(row.text);
    if (row.file < call_.outlines.size()) {
      const auto& conditions = call_.outlines[row.file].conditions;
      const auto condition = conditions.find(row.begin);
      if (condition != conditions.end()) return row.text + " " + condition->second;
    }
    return row.text;
  }

  // ---- Sentences.

  // The values that a part was made of, as "args.a is 7 and args.b is \"x\"".
  std::string ValuesOf(const SeenTurn& turn, uint32_t part) const {
    std::vector<std::string> values;
    const SourcePart& row = Row(part);
    const Seen* own = Look(turn, part);
    if (row.form == Form::kCondition || row.children.empty()) {
      if (own == nullptr) return {};
      if (row.form == Form::kOnlyArgs) return OnlyArgsText();
      if (row.form == Form::kCondition) {
        if (own->value.empty()) return fmt::format("{} is not there", row.text);
        return fmt::format("{} is {}", row.text, own->value);
      }
      if (own->is_error()) return own->value.empty() ? "" : fmt::format("it is {}", own->value);
      return fmt::format("it is {}", own->value);
    }
    std::vector<uint32_t> open(row.children.rbegin(), row.children.rend());
    while (!open.empty() && values.size() < kMaxValuesSaid) {
      const uint32_t child = open.back();
      open.pop_back();
      const Seen* seen = Look(turn, child);
      if (Row(child).form == Form::kLiteral || IsAsWritten(Row(child))) continue;
      if (seen == nullptr || seen->is_error() || seen->value.empty()) continue;
      values.push_back(fmt::format("{} is {}", OneLine(Row(child).text, 60), seen->value));
    }
    if (values.empty() && own != nullptr && !own->is_error()) {
      return fmt::format("it is {}", own->value);
    }
    return fmt::format("{}", fmt::join(values, " and "));
  }

  std::string OnlyArgsText() const {
    if (decision_.unexpected_name.data() == nullptr) return "the call carries another";
    return fmt::format("the call carries {}", Quoted(decision_.unexpected_name));
  }

  // The variable that a part names, if it is one: the root of its expression. kNoPart: none.
  uint32_t VariableOf(uint32_t part) const {
    constexpr std::string_view kVariables = "variables.";
    const SourcePart& row = Row(part);
    if (!std::string_view(row.text).starts_with(kVariables) || !row.children.empty()) {
      return kNoPart;
    }
    if (row.file >= call_.outlines.size()) return kNoPart;
    const std::vector<std::string>& names = call_.outlines[row.file].variables;
    const auto name = std::find(names.begin(), names.end(), row.text.substr(kVariables.size()));
    if (name == names.end()) return kNoPart;
    auto number = static_cast<size_t>(name - names.begin());
    for (uint32_t i = 0; i < map_.parts.size(); ++i) {
      const SourcePart& root = Row(i);
      if (root.role == Role::kVariable && root.file == row.file && number-- == 0) return i;
    }
    return kNoPart;
  }

  // "requires args.n < 3, but args.n is 7"
  std::string Because(uint32_t root, const DecidingParts& deciding, State state) const {
    const SourcePart& row = Row(root);
    const std::string text = PartText(row);
    std::string clause;
    switch (row.role) {
      case Role::kForbid: clause = fmt::format("forbids {}", text); break;
      case Role::kOnlyArgs:
        clause = fmt::format("takes no arguments but {}", OneLine(row.text));
        break;
      case Role::kLimit: clause = fmt::format("has a quota with max: {}", text); break;
      case Role::kAmount: clause = fmt::format("has a quota with of: {}", text); break;
      case Role::kKey: clause = fmt::format("has a quota with by: {}", text); break;
      case Role::kWhen: clause = fmt::format("applies when {}", text); break;
      default: clause = fmt::format("requires {}", text);
    }
    std::vector<DecidingParts::Place> last = deciding.last;
    // On into variables, whose expressions stand elsewhere.
    std::set<uint32_t> variables;
    for (size_t i = 0; i < last.size() && variables.size() < kMaxNamed; ++i) {
      const uint32_t variable = VariableOf(last[i].second);
      if (variable == kNoPart || SeenIn(all_, variable) == nullptr) continue;
      if (!variables.insert(variable).second) continue;
      const DecidingParts inner = FindDeciding(map_, all_, variable);
      last.insert(last.end(), inner.last.begin(), inner.last.end());
    }
    std::vector<std::string> reasons;
    for (const auto& [turn, part] : last) {
      if (reasons.size() >= kMaxValuesSaid) break;
      if (VariableOf(part) != kNoPart && variables.count(VariableOf(part)) > 0) continue;
      reasons.push_back(Reason(*turn, part, root, state));
    }
    std::erase_if(reasons, [](const std::string& reason) { return reason.empty(); });
    if (reasons.empty()) return clause;
    return fmt::format("{}, {} {}", clause, row.role == Role::kForbid ? "and" : "but",
                       fmt::join(reasons, ", and "));
  }

  std::string Reason(const SeenTurn& turn, uint32_t part, uint32_t root, State state) const {
    const Seen* seen = Look(turn, part);
    if (seen == nullptr) return {};
    std::string text;
    const SeenElement& element = turn.element;
    if (element.loop != kNoPart) {
      text = element.key.empty()
                 ? fmt::format("for element {}, {}, ", element.index + 1, element.value)
                 : fmt::format("for key {}, {}, ", element.key, element.value);
    }
    const std::string values = ValuesOf(turn, part);
    if (state == State::kFails || seen->is_error()) {
      text += fmt::format("{} fails: {}", OneLine(PartText(Row(part)), 80), ErrorText(seen->error));
      if (!values.empty()) text += fmt::format(" ({})", values);
      return text;
    }
    if (part != root && Row(part).form != Form::kCondition) {
      text += fmt::format("{} is {}", OneLine(Row(part).text, 80), seen->value);
      const auto loop = turn.loops.find(part);
      if (loop != turn.loops.end()) return text + fmt::format(" ({})", CountsOf(loop->second));
      if (values.starts_with("it is ")) return text;
      return text + fmt::format(" since {}", values);
    }
    const auto loop = turn.loops.find(part);
    if (loop != turn.loops.end()) {
      return text + fmt::format("it is {} ({})", seen->value, CountsOf(loop->second));
    }
    return text + values;
  }

  std::string RuleText() const {
    if (decision_.rule >= program_.rules.size()) return "a rule";
    const Rule& rule = program_.rules[decision_.rule];
    if (rule.at.line == 0) return fmt::format("rule {}", Quoted(rule.name));
    return fmt::format("rule {} ({}:{}:{})", Quoted(rule.name), FileOf(rule.at), rule.at.line,
                       rule.at.column);
  }

  // What the debug data says of an instruction, where there is no source map.
  std::string InstructionText(uint32_t instruction) const {
    if (instruction >= program_.positions.size()) return {};
    const SourcePosition& at = program_.positions[instruction];
    std::string text;
    if (at.text < program_.texts.size()) text = program_.texts[at.text];
    if (at.line == 0) return text;
    const std::string place = fmt::format("{}:{}:{}", FileOf(at), at.line, at.column);
    return text.empty() ? place : fmt::format("{} ({})", text, place);
  }

  const ExplainedRule* DecidingRule() const {
    for (const ExplainedRule& rule : made_.rules) {
      if (rule.rule == decision_.rule) return &rule;
    }
    return nullptr;
  }

  std::string Sentence() const {
    const std::string because = DecidingRule() != nullptr ? DecidingRule()->because : "";
    switch (decision_.code) {
      case Code::kAllowed: return AllowedSentence();
      case Code::kHidden:
        return fmt::format("denied: the tool {} is hidden by policy", Quoted(call_.tool));
      case Code::kDefault:
        return fmt::format("denied: nothing allows the tool {}, and the default is deny",
                           Quoted(call_.tool));
      case Code::kRule:
        if (!because.empty()) return fmt::format("denied: {} {}", RuleText(), because);
        if (const std::string by = InstructionText(call_.recorder.decided_by()); !by.empty()) {
          return fmt::format("denied by {} at {}", RuleText(), by);
        }
        return fmt::format("denied by {}", RuleText());
      case Code::kQuota: return QuotaSentence();
      case Code::kError:
      case Code::kNumber: return ErrorSentence(because);
      case Code::kAmount: return AmountSentence();
      case Code::kAmbiguous: return fmt::format("denied: {}", call_.judgement.message);
      default: return fmt::format("denied: {}", call_.judgement.message);
    }
  }

  std::string AllowedSentence() const {
    size_t applied = 0;
    for (const ExplainedRule& rule : made_.rules) {
      if (rule.state == State::kPasses && !rule.is_shadow) ++applied;
    }
    if (applied == 0) return "allowed: no rule applies to this call";
    return fmt::format("allowed: {} to this call, and {}",
                       applied == 1 ? "1 rule applies" : fmt::format("{} rules apply", applied),
                       applied == 1 ? "it passes" : "all pass");
  }

  std::string QuotaSentence() const {
    for (const ExplainedQuota& quota : made_.quotas) {
      if (!quota.is_full || quota.is_shadow) continue;
      return fmt::format(
          "denied: {} counts {} of {} up to {} per {}{}, of which {} {} used, so {} "
          "more {} too many",
          RuleText(), quota.amount, OneLine(quota.counter), quota.limit, quota.window,
          quota.key.empty() ? "" : " for " + quota.key, quota.used,
          quota.used == "1" ? "is" : "are", quota.amount, quota.amount == "1" ? "is" : "are");
    }
    return fmt::format("denied: the quota of {} is used up", RuleText());
  }

  std::string ErrorSentence(const std::string& because) const {
    std::string text = fmt::format("denied, since it cannot be decided: {}", RuleText());
    if (!because.empty()) return text + " " + because;
    const std::string at = InstructionText(decision_.instruction);
    return text + fmt::format("{}{}: {}", at.empty() ? "" : " at ", at, ErrorText(decision_.error));
  }

  std::string AmountSentence() const {
    std::string text = fmt::format("denied: {} counts ", RuleText());
    if (decision_.quota >= program_.quotas.size()) return text + "what cannot be counted";
    const Quota& quota = program_.quotas[decision_.quota];
    std::string value;
    if (quota.amount_slot != kNoSlot) {
      const Value& slot = call_.machine.slot(quota.amount_slot);
      value = slot.is(Tag::kAbsent) ? "not there" : FormatValue(slot, Recorder::kMaxValueBytes);
    } else if (decision_.rule < program_.rules.size() &&
               program_.rules[decision_.rule].at.part < map_.parts.size()) {
      for (const uint32_t child : Row(program_.rules[decision_.rule].at.part).children) {
        const Seen* seen = Row(child).role == Role::kAmount ? SeenIn(all_, child) : nullptr;
        if (seen != nullptr) value = seen->value;
      }
    }
    text += quota.amount_path.empty() ? "an amount" : OneLine(quota.amount_path);
    if (!value.empty()) text += fmt::format(", which is {}", value);
    return text + "; a number from 0 up is needed";
  }

  // ---- What is besides.

  void AddVariables() {
    for (size_t file = 0; file < call_.outlines.size(); ++file) {
      size_t number = 0;
      for (uint32_t i = 0; i < map_.parts.size(); ++i) {
        if (Row(i).role != Role::kVariable || Row(i).file != file) continue;
        const size_t which = number++;
        if (SeenIn(all_, i) == nullptr || which >= call_.outlines[file].variables.size()) continue;
        made_.variables.push_back({call_.outlines[file].variables[which], CheckOf(i, {})});
      }
    }
  }

  void AddQuotas() {
    for (uint32_t i = 0; i < decision_.reservation_count; ++i) {
      const Reservation& reservation = decision_.reservations[i];
      const Quota& quota = program_.quotas[reservation.quota];
      const Counter& counter = program_.counters[quota.counter];
      const int64_t used = call_.used(reservation);
      ExplainedQuota made;
      made.rule = program_.rules[quota.rule].name;
      made.counter = counter.path;
      made.key = reservation.key;
      made.window = WindowName(counter.window);
      made.amount = FormatScaled(reservation.amount, quota.scale);
      made.limit = FormatScaled(reservation.limit, quota.scale);
      made.used = FormatScaled(used, quota.scale);
      // Counts are not negative, nor are amounts; sums may be more than an int64 holds.
      const int64_t room = reservation.limit > used ? reservation.limit - used : 0;
      const bool fits = reservation.amount <= room;
      made.remains = FormatScaled(fits ? room - reservation.amount : 0, quota.scale);
      made.is_full = (decision_.code == Code::kQuota && decision_.quota == reservation.quota) ||
                     (quota.shadow && !fits);
      made.is_shadow = quota.shadow;
      made_.quotas.push_back(std::move(made));
    }
  }

  void AddShadows() {
    for (const Shadow& shadow : call_.judgement.shadows) {
      const bool denies = shadow.verdict == Verdict::kDeny;
      made_.findings.push_back(fmt::format("rule {} would {}: {}",
                                           Quoted(program_.rules[shadow.rule].name),
                                           denies ? "deny" : "fail", shadow.message));
    }
  }

  // Where rules have no parts, their values are those of the arguments that they may read.
  void AddReads() {
    const bool all_have_parts =
        std::all_of(made_.rules.begin(), made_.rules.end(),
                    [this](const ExplainedRule& rule) { return rule.at.part < map_.parts.size(); });
    if (all_have_parts) return;
    const ToolEntry& tool = call_.machine.tool();
    const auto add = [this](uint32_t slot) {
      if (made_.reads.size() >= kMaxReads) return;
      const Value& value = call_.machine.slot(slot);
      ExplainedPart part;
      part.text = program_.slot_names[slot];
      if (part.text.empty()) part.text = "(its name was left out)";
      part.outcome = value.is(Tag::kAbsent) ? Outcome::kNotEvaluated : Outcome::kValue;
      if (!value.is(Tag::kAbsent)) part.value = FormatValue(value, Recorder::kMaxValueBytes);
      made_.reads.push_back(std::move(part));
    };
    for (uint32_t i = 0; i < program_.shared_slots; ++i) add(i);
    for (uint32_t i = 0; i < tool.slot_count; ++i) add(tool.first_slot + i);
    std::stable_sort(
        made_.reads.begin(), made_.reads.end(),
        [](const ExplainedPart& a, const ExplainedPart& b) { return a.text < b.text; });
    made_.reads.erase(std::unique(made_.reads.begin(), made_.reads.end(),
                                  [](const ExplainedPart& a, const ExplainedPart& b) {
                                    return a.text == b.text && a.value == b.value;
                                  }),
                      made_.reads.end());
  }

  void AddGates() {
    std::vector<std::string_view> names;
    for (const PolicyOutline& outline : call_.outlines) {
      if (decision_.code == Code::kHidden ? outline.Hides(call_.tool)
                                          : !outline.Lists(call_.tool)) {
        made_.gates.push_back(GateOf(outline));
        for (const ToolPattern& entry : outline.allow) {
          if (!entry.is_glob) names.push_back(entry.text);
        }
        break;
      }
    }
    if (decision_.code != Code::kDefault) return;
    const std::string_view nearest = Nearest(call_.tool, names);
    if (!nearest.empty()) {
      made_.hint = fmt::format("did the call mean {}? Names must be the same, letter by letter",
                               Quoted(nearest));
    }
  }

  ExplainedGate GateOf(const PolicyOutline& outline) const {
    ExplainedGate gate;
    gate.file = outline.source->name();
    if (decision_.code == Code::kHidden) {
      gate.text = "hides every tool";
      for (const ToolPattern& entry : outline.hide) {
        if (!Names({entry}, call_.tool)) continue;
        gate.at = entry.at;
        gate.text = fmt::format("hides {}", Quoted(entry.text));
        break;
      }
      return gate;
    }
    std::vector<std::string> entries;
    for (const ToolPattern& entry : outline.allow) {
      if (entries.size() < kMaxNamed) entries.push_back(Quoted(entry.text));
    }
    gate.text =
        entries.empty() ? "allows no tool" : fmt::format("allows {}", fmt::join(entries, ", "));
    if (outline.allow.size() > entries.size()) {
      gate.text += fmt::format(" and {} more", outline.allow.size() - entries.size());
    }
    return gate;
  }

  const RecordedCall& call_;
  const Program& program_;
  const SourceMap& map_;
  const SeenTurn& all_;
  const Decision& decision_;
  Explanation made_;
};

}  // namespace

std::string_view RoleName(SourcePart::Role role) {
  switch (role) {
    case Role::kNone: break;
    case Role::kWhen: return "when";
    case Role::kRequire: return "require";
    case Role::kForbid: return "forbid";
    case Role::kLimit: return "max";
    case Role::kAmount: return "of";
    case Role::kKey: return "by";
    case Role::kMessage: return "message";
    case Role::kVariable: return "variable";
    case Role::kCondition: return "condition";
    case Role::kOnlyArgs: return "only_args";
    case Role::kQuota: return "quota";
  }
  return "part";
}

std::string_view OutcomeName(ExplainedPart::Outcome outcome) {
  switch (outcome) {
    case Outcome::kTrue: return "true";
    case Outcome::kFalse: return "false";
    case Outcome::kValue: return "value";
    case Outcome::kError: return "error";
    case Outcome::kNotEvaluated: return "not evaluated";
  }
  return "?";
}

std::string_view StateName(const ExplainedRule& rule) {
  switch (rule.state) {
    case State::kPasses: return "passes";
    case State::kDenies: return rule.is_shadow ? "would deny" : "denies";
    case State::kFails: return rule.is_shadow ? "would fail" : "fails";
    case State::kDoesNotApply: return "does not apply";
    case State::kOtherTool: return "is for other tools";
    case State::kNotReached: return "was not reached";
  }
  return "?";
}

Explanation Explain(const RecordedCall& call) {
  return Explainer(call).Run();
}

}  // namespace writ
