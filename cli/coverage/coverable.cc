// Conditions and rules, out of a source map and the code that there is for it.
// Tested by tests/cli/coverage_test.cc.
#include "cli/coverage/coverable.h"

#include <algorithm>
#include <utility>

#include "cli/coverage/reach.h"

namespace writ {
namespace {

using Form = SourcePart::Form;
using Role = SourcePart::Role;
using Kind = CoverableCondition::Kind;

constexpr std::string_view kSame = "it is the same for all calls";
constexpr std::string_view kNoCall = "no call gets here";
constexpr std::string_view kNothing = "it decides nothing";

Place PlaceOf(const SourcePart& part) {
  return {part.begin, part.length};
}

// Whether a rule is exercised where this of it is come to.
bool IsBeyondWhen(Role role) {
  switch (role) {
    case Role::kRequire:
    case Role::kForbid:
    case Role::kLimit:
    case Role::kAmount:
    case Role::kKey:
    case Role::kCondition:
    case Role::kOnlyArgs:
    case Role::kQuota: return true;
    default: return false;
  }
}

class Finder {
 public:
  explicit Finder(const TracedProgram& traced)
      : program_(**traced.program), map_(traced.map), is_seen_(map_.parts.size()) {
    found_.condition_of.assign(map_.parts.size(), Coverable::kNone);
    found_.rule_of.assign(map_.parts.size(), Coverable::kNone);
    found_.condition_around.assign(map_.parts.size(), Coverable::kNone);
    found_.quota_parts.assign(program_.quotas.size(), kNoPart);
  }

  Coverable Run() {
    LookAtCode();
    AddGates();
    for (uint32_t part = 0; part < map_.parts.size(); ++part) {
      const SourcePart& row = map_.parts[part];
      if (row.form == Form::kRule) AddRule(part);
      if (row.role == Role::kVariable) AddConditions(part, row.text, false);
    }
    const auto by_place = [](const auto& a, const auto& b) { return a.place.at < b.place.at; };
    std::stable_sort(found_.left_out.begin(), found_.left_out.end(), by_place);
    return std::move(found_);
  }

 private:
  // Which parts some call comes to.
  void LookAtCode() {
    const std::vector<bool> reached = ReachableCode(program_);
    for (const Block& block : program_.blocks) {
      for (uint32_t i = 0; i < block.instruction_count; ++i) {
        const uint32_t instruction = block.first_instruction + i;
        if (reached[instruction]) LookAt(block, instruction);
      }
    }
  }

  void LookAt(const Block& block, uint32_t instruction) {
    const Instruction& at = program_.code[instruction];
    const uint32_t part = program_.positions[instruction].part;
    switch (at.op) {
      case Opcode::kDenyHidden: hides_ = true; return;
      case Opcode::kDenyDefault: denies_by_default_ = true; return;
      case Opcode::kReserve:
        found_.quota_parts[program_.operands[block.first_operand + at.b]] = part;
        break;
      case Opcode::kMove:
      case Opcode::kDeny:
      case Opcode::kShadow: break;
      default:
        if (part == kNoPart || (map_.parts[part].form != Form::kCondition &&
                                map_.parts[part].form != Form::kOnlyArgs)) {
          return;
        }
    }
    if (part != kNoPart) is_seen_[part] = true;
  }

  void AddGates() {
    if (hides_) found_.hidden = AddGate("(hidden)", "hide");
    if (denies_by_default_) found_.default_deny = AddGate("(default deny)", "default");
  }

  uint32_t AddGate(std::string name, std::string_view key) {
    found_.rules.push_back({std::move(name), PlaceOfKey(map_.sources.front(), key)});
    return static_cast<uint32_t>(found_.rules.size() - 1);
  }

  void AddRule(uint32_t part) {
    const SourcePart& row = map_.parts[part];
    const Place place = PlaceOfName(*map_.sources[row.file], row.begin, row.text);
    const auto number = static_cast<uint32_t>(found_.rules.size());
    bool exercisable = is_seen_[part];  // it denies
    std::vector<uint32_t> open;
    for (const uint32_t child : row.children) {
      if (IsBeyondWhen(map_.parts[child].role)) open.push_back(child);
    }
    std::vector<uint32_t> beyond = {part};
    while (!open.empty()) {
      const uint32_t at = open.back();
      open.pop_back();
      beyond.push_back(at);
      exercisable = exercisable || is_seen_[at];
      open.insert(open.end(), map_.parts[at].children.begin(), map_.parts[at].children.end());
    }
    if (!exercisable) {
      const bool reached = std::any_of(row.children.begin(), row.children.end(),
                                       [this](uint32_t child) { return is_seen_[child]; });
      found_.left_out.push_back({place, row.text, reached ? kNothing : kNoCall});
      return;
    }
    for (const uint32_t at : beyond) found_.rule_of[at] = number;
    found_.rules.push_back({row.text, place});
    for (const uint32_t child : row.children) AddChild(child, row.text);
  }

  void AddChild(uint32_t part, const std::string& in) {
    const SourcePart& row = map_.parts[part];
    switch (row.role) {
      case Role::kMessage: return;  // decides nothing
      case Role::kCondition: AddCondition(part, Kind::kTest, in); return;
      case Role::kOnlyArgs: AddCondition(part, Kind::kOnlyArgs, in); return;
      case Role::kQuota: AddCondition(part, Kind::kQuota, in); return;
      default: AddConditions(part, in, row.is_test); return;
    }
  }

  // The leaves of an expression.
  void AddConditions(uint32_t root, const std::string& in, bool is_test) {
    struct Open {
      uint32_t part;
      bool is_test;
      uint32_t around;  // the condition
    };
    std::vector<Open> open = {{root, is_test || map_.parts[root].is_test, Coverable::kNone}};
    while (!open.empty()) {
      const Open at = open.back();
      open.pop_back();
      const SourcePart& row = map_.parts[at.part];
      if (row.form == Form::kLiteral) continue;
      if (!row.constant.empty()) {
        if (at.is_test) found_.left_out.push_back({PlaceOf(row), row.text, kSame});
        continue;
      }
      uint32_t around = at.around;
      if (at.is_test && IsLeaf(row.form)) around = AddCondition(at.part, Kind::kTest, in);
      if (around == Coverable::kNone) around = at.around;
      found_.condition_around[at.part] = around;
      // From behind, so that they are met in the order of the text.
      for (size_t i = row.children.size(); i-- > 0;) {
        const uint32_t child = row.children[i];
        const bool asked = map_.parts[child].is_test || Asks(row, i, at.is_test);
        open.push_back({child, asked, around});
      }
    }
  }

  static bool IsLeaf(Form form) {
    switch (form) {
      case Form::kAnd:
      case Form::kOr:
      case Form::kNot:
      case Form::kConditional:
      case Form::kBind: return false;
      default: return true;
    }
  }

  // Whether a part asks that one of its children for true or false.
  static bool Asks(const SourcePart& row, size_t child, bool is_test) {
    const bool last = child + 1 == row.children.size();
    switch (row.form) {
      case Form::kAnd:
      case Form::kOr:
      case Form::kNot: return true;
      case Form::kConditional: return (child % 2 == 0 && !last) || is_test;
      case Form::kBind: return last && is_test;
      default: return false;
    }
  }

  uint32_t AddCondition(uint32_t part, Kind kind, const std::string& in) {
    const SourcePart& row = map_.parts[part];
    if (!is_seen_[part] || !row.varies) {
      found_.left_out.push_back({PlaceOf(row), row.text, row.varies ? kNoCall : kSame});
      return Coverable::kNone;
    }
    const auto number = static_cast<uint32_t>(found_.conditions.size());
    CoverableCondition condition;
    condition.kind = kind;
    condition.place = PlaceOf(row);
    condition.text = row.text;
    condition.in = in;
    if (kind == Kind::kQuota) condition.possible = OutcomesOfQuota(part);
    found_.conditions.push_back(std::move(condition));
    found_.condition_of[part] = found_.condition_around[part] = number;
    return number;
  }

  // A limit may have no room for a single call, or there may be none at all.
  std::array<bool, 2> OutcomesOfQuota(uint32_t part) const {
    std::array<bool, 2> possible = {false, false};
    for (size_t i = 0; i < program_.quotas.size(); ++i) {
      const Quota& quota = program_.quotas[i];
      if (found_.quota_parts[i] != part) continue;
      const bool limit_varies = quota.limit_block != kNoBlock;
      const bool amount_varies = quota.amount_block != kNoBlock || quota.amount_slot != kNoSlot;
      if (limit_varies || amount_varies || quota.limit >= quota.amount) possible[kHolds] = true;
      if (limit_varies || quota.limit != INT64_MAX) possible[kHoldsNot] = true;
    }
    return possible;
  }

  const Program& program_;
  const SourceMap& map_;
  std::vector<bool> is_seen_;  // by part: some call comes to its mark
  bool hides_ = false;
  bool denies_by_default_ = false;
  Coverable found_;
};

}  // namespace

std::string_view OutcomeName(Kind kind, size_t outcome) {
  if (kind == Kind::kQuota) return outcome == kHolds ? "passed" : "full";
  return outcome == kHolds ? "true" : "false";
}

Coverable FindCoverable(const TracedProgram& traced) {
  return Finder(traced).Run();
}

}  // namespace writ
