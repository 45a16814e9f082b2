// Constants that can only fail.
// Tested by tests/compiler/check/check_constants_test.cc.
#include "compiler/check/check_constants.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/check/constant_values.h"
#include "compiler/diagnostic.h"
#include "compiler/load/regex_syntax.h"
#include "vm/compare.h"
#include "vm/functions/patterns.h"

namespace writ::cel {
namespace {

constexpr size_t kShownKeys = 5;
constexpr size_t kShownText = 40;

// A call whose first argument is mostly not known, and what is put in its place so that the others
// are looked at.
struct StandIn {
  FunctionId function;
  enum class Kind : uint8_t { kText, kTimestamp, kNetwork } kind;
  std::string_view text = {};
};

// Of functions that take a time zone.
constexpr StandIn kSomeTime = {FunctionId::kTimeWithin, StandIn::Kind::kTimestamp};

constexpr StandIn kStandIns[] = {
    {FunctionId::kMatches, StandIn::Kind::kText},
    {FunctionId::kRegexReplace, StandIn::Kind::kText},
    {FunctionId::kRegexExtract, StandIn::Kind::kText},
    {FunctionId::kRegexExtractAll, StandIn::Kind::kText},
    {FunctionId::kGlobMatches, StandIn::Kind::kText},
    {FunctionId::kPathWithin, StandIn::Kind::kText, "/"},
    {FunctionId::kDomainWithin, StandIn::Kind::kText, "example.com"},
    {FunctionId::kCidrContainsIp, StandIn::Kind::kNetwork, "0.0.0.0/0"},
    {FunctionId::kCidrContainsCidr, StandIn::Kind::kNetwork, "0.0.0.0/0"},
};

const StandIn* StandInFor(FunctionId function, uint32_t count) {
  if (TakesTimeZone(function, count)) return &kSomeTime;
  const auto* found = std::find_if(std::begin(kStandIns), std::end(kStandIns),
                                   [&](const StandIn& s) { return s.function == function; });
  return found == std::end(kStandIns) ? nullptr : found;
}

// What would have been right, by what went wrong.
std::string_view Example(Error error, FunctionId function) {
  switch (error) {
    case Error::kInvalidTimestamp: return "it looks like \"2026-03-02T09:30:00Z\"";
    case Error::kInvalidDuration:
      return "it looks like \"1h30m\", with the units h, m, s, ms, us and ns";
    case Error::kInvalidTimeZone: return "it looks like \"Europe/Berlin\", \"UTC\" or \"+02:00\"";
    case Error::kInvalidHours: return "they look like \"Mo-Fr 09:00-18:00\"";
    case Error::kInvalidAddress:
      return function == FunctionId::kCidr || function == FunctionId::kCidrContainsCidr
                 ? "it looks like \"192.0.2.0/24\" or \"2001:db8::/32\""
                 : "it looks like \"192.0.2.1\" or \"2001:db8::1\"";
    case Error::kInvalidUrl: return "it looks like \"https://example.com/path\"";
    case Error::kInvalidHost: return "it looks like \"example.com\"";
    case Error::kInvalidPath: return "it looks like \"/srv/project\"";
    case Error::kInvalidJson: return "it looks like \"{\\\"a\\\": 1}\"";
    case Error::kConversion:
      if (function == FunctionId::kBase64Decode) {
        return "base64 has letters, digits, + and /, and = at its end only";
      }
      return function == FunctionId::kToBool ? "it is \"true\" or \"false\""
                                             : "a number in quotes looks like \"42\"";
    default: return "";
  }
}

std::string_view PatternHint(std::string_view fault) {
  if (fault.find("repetition operator") != std::string_view::npos) {
    return "a pattern such as \"*.txt\" is one for glob.matches(text, pattern)";
  }
  if (fault.find("perl operator") != std::string_view::npos) {
    return "RE2 looks neither ahead nor back; join two matches() with &&";
  }
  if (fault.find("too large") != std::string_view::npos) {
    return "repeat less: {100} writes its part a hundred times";
  }
  return "patterns are RE2's; r\"…\" spares doubling backslashes";
}

class ConstantCheck {
 public:
  ConstantCheck(Checked& expression, const Environment& environment, std::vector<Problem>& problems)
      : expression_(expression),
        ast_(expression.ast),
        values_(expression, environment, ConstantValues::Variables::kIncluded),
        problems_(problems) {}

  void Run() {
    std::vector<NodeId> work = {ast_.root};
    while (!work.empty()) {
      const NodeId id = work.back();
      work.pop_back();
      const Node& node = ast_.node(id);
      if (node.kind != Kind::kCall || !HasMalformedPattern(id)) {
        if (values_.at(id).is(Tag::kError)) Failed(id);
        if (node.kind == Kind::kCall) LookIntoCall(id);
      }
      PushEvaluated(node, work);
    }
  }

 private:
  const Value& Child(const Node& node, uint32_t i) const { return values_.at(ast_.child(node, i)); }

  // The children that may be evaluated: a constant can keep others from it, as has(data.x) does
  // data.x behind &&.
  void PushEvaluated(const Node& node, std::vector<NodeId>& work) const {
    const auto is = [&](uint32_t child, bool wanted) {
      const Value& value = Child(node, child);
      return value.is(Tag::kBool) && (value.i != 0) == wanted;
    };
    const bool logic = node.kind == Kind::kAnd || node.kind == Kind::kOr;
    for (uint32_t i = 0; i < node.child_count; ++i) {
      work.push_back(ast_.child(node, i));
      if (logic && is(i, node.kind == Kind::kOr)) return;
      if (node.kind == Kind::kConditional && i % 2 == 0 && i + 1 < node.child_count) {
        if (is(i, false)) {
          ++i;
        } else if (is(i, true)) {
          work.push_back(ast_.child(node, i + 1));
          return;
        }
      }
    }
  }

  // Evaluating this node always fails, and nothing in it does.
  void Failed(NodeId id) {
    const Node& node = ast_.node(id);
    const Error error = values_.at(id).code;
    switch (error) {
      // Types are the checker's business; what it lets pass as dyn is not known to be wrong.
      case Error::kNoSuchOverload:
      case Error::kUnsupportedKey: return;
      case Error::kNoSuchKey:
      case Error::kNoSuchField: MissingKey(node); return;
      case Error::kIndexOutOfRange:
        if (node.kind == Kind::kIndex) {
          MissingIndex(node);
          return;
        }
        break;
      case Error::kDivideByZero:
        Report(
            node,
            node.op == Operator::kModulo ? "a remainder of division by zero" : "division by zero",
            "");
        return;
      case Error::kOverflow:
      case Error::kRange:
        Report(node, fmt::format("{} is out of range", Shown(node)),
               error == Error::kOverflow && node.kind != Kind::kCall
                   ? "an int lies between -2^63 and 2^63 - 1; a uint is never negative"
                   : "");
        return;
      case Error::kDuplicateKey: DuplicateKey(node); return;
      default: break;
    }
    if (node.kind == Kind::kCall && expression_.references[id].kind == Reference::Kind::kFunction) {
      const auto function = static_cast<FunctionId>(expression_.references[id].index);
      Malformed(id, function, error);
      return;
    }
    Report(node, std::string(ErrorText(error)), "");
  }

  std::string Shown(const Node& node) const {
    const std::string_view text = ast_.text(node);
    return std::string(text.empty() || text.size() > kShownText ? "this" : text);
  }

  void MissingKey(const Node& node) {
    std::vector<std::string_view> keys;
    Value map = Child(node, 0);
    if (map.is(Tag::kMap)) {
      for (uint32_t i = 0; i < map.map->size; ++i) {
        if (map.map->entries[i].key.is(Tag::kString)) {
          keys.push_back(map.map->entries[i].key.view());
        }
      }
    }
    std::string key;
    std::string_view nearest;
    if (node.kind == Kind::kSelect || Child(node, 1).is(Tag::kString)) {
      const std::string_view name =
          node.kind == Kind::kSelect ? std::string_view(ast_.name(node)) : Child(node, 1).view();
      key = Quote(name);
      nearest = Nearest(name, keys);
    } else {
      key = Shown(ast_.node(ast_.child(node, 1)));
    }
    std::string hint;
    if (!nearest.empty()) {
      hint = fmt::format("did you mean {}?", nearest);
    } else if (!keys.empty()) {
      const bool more = keys.size() > kShownKeys;
      if (more) keys.resize(kShownKeys);
      std::vector<std::string> shown;
      shown.reserve(keys.size());
      for (const std::string_view k : keys) shown.push_back(Quote(k));
      hint = fmt::format("it has {}{}", fmt::join(shown, ", "), more ? ", …" : "");
    }
    const Node& at = node.kind == Kind::kIndex ? ast_.node(ast_.child(node, 1)) : node;
    Report(at, fmt::format("{} has no key {}", Shown(ast_.node(ast_.child(node, 0))), key),
           std::move(hint));
  }

  void MissingIndex(const Node& node) {
    const Value& list = Child(node, 0);
    const uint32_t size = list.is(Tag::kList) ? list.list->size : 0;
    Report(ast_.node(ast_.child(node, 1)),
           fmt::format("{} has {} element{}, and none at {}", Shown(ast_.node(ast_.child(node, 0))),
                       size, size == 1 ? "" : "s", Shown(ast_.node(ast_.child(node, 1)))),
           size == 0 ? "" : fmt::format("the last one is at {}", size - 1));
  }

  void DuplicateKey(const Node& node) {
    // Maps an author writes are short, and this is the way to the second of two equal keys.
    for (uint32_t i = 2; i + 1 < node.child_count; i += 2) {
      for (uint32_t j = 0; j < i; j += 2) {
        if (!SameScalar(Child(node, i), Child(node, j))) continue;
        Report(ast_.node(ast_.child(node, i)),
               fmt::format("the key {} stands in the map twice",
                           Shown(ast_.node(ast_.child(node, i)))),
               "");
        return;
      }
    }
    Report(node, std::string(ErrorText(Error::kDuplicateKey)), "");
  }

  // Of a call with a constant pattern. Says what is wrong with it, which takes no text to match.
  bool HasMalformedPattern(NodeId id) {
    const Reference& reference = expression_.references[id];
    if (reference.kind != Reference::Kind::kFunction) return false;
    switch (static_cast<FunctionId>(reference.index)) {
      case FunctionId::kMatches:
      case FunctionId::kRegexReplace:
      case FunctionId::kRegexExtract:
      case FunctionId::kRegexExtractAll: break;
      default: return false;
    }
    const std::vector<NodeId> arguments = Arguments(id);
    if (arguments.size() < 2 || !values_.at(arguments[1]).is(Tag::kString)) return false;
    const std::string_view pattern = values_.at(arguments[1]).view();
    if (expression_.pattern_instructions > kMaxPatternInstructions) return false;
    size_t instructions = 0;
    // As where the pattern comes with the call, so that the two do not differ.
    if (pattern.size() > kMaxCallPatternBytes) {
      Report(ast_.node(arguments[1]),
             fmt::format("the pattern has {} bytes, and at most {} are taken", pattern.size(),
                         kMaxCallPatternBytes),
             "make several of it, or let `in` look for texts in a list");
      return true;
    }
    const std::string fault = RegexFault(pattern, &instructions, kMaxCallPatternMemory);
    expression_.pattern_instructions += instructions;
    if (expression_.pattern_instructions > kMaxPatternInstructions) {
      Report(ast_.node(arguments[1]),
             fmt::format("with this the patterns of the expression compile to more than {} "
                         "instructions",
                         kMaxPatternInstructions),
             "repeat less: {100} writes its part a hundred times");
    }
    if (!fault.empty()) MalformedPattern(ast_.node(arguments[1]), pattern, fault);
    return !fault.empty();
  }

  // Looks at the constant arguments of a call that is not constant as a whole.
  void LookIntoCall(NodeId id) {
    const Reference& reference = expression_.references[id];
    if (reference.kind != Reference::Kind::kFunction || !values_.at(id).is(Tag::kAbsent)) return;
    const auto function = static_cast<FunctionId>(reference.index);
    const std::vector<NodeId> nodes = Arguments(id);
    const StandIn* stand_in = StandInFor(function, static_cast<uint32_t>(nodes.size()));
    if (stand_in == nullptr) return;
    std::vector<Value> arguments;
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (values_.Has(nodes[i])) {
        arguments.push_back(values_.at(nodes[i]));
      } else if (values_.at(nodes[i]).is(Tag::kError)) {
        return;  // reported there
      } else if (i == 0 && function == FunctionId::kPathWithin && values_.Has(nodes[1])) {
        // Some path of the folder's own kind: the folder.
        arguments.push_back(values_.at(nodes[1]));
      } else if (i == 0) {
        const std::optional<Value> value = Make(*stand_in);
        if (!value) return;
        arguments.push_back(*value);
      } else if (function == FunctionId::kRegexReplace && i == 2) {
        arguments.push_back(Value::String(""));
      } else if (function == FunctionId::kRegexReplace && i == 3) {
        break;
      } else {
        return;
      }
    }
    if (function == FunctionId::kTimeWithin && arguments.size() == 2) {
      arguments.insert(arguments.begin(), *Make(*stand_in));
    }
    const Value result = values_.Run(function, arguments);
    if (!result.is(Tag::kError) || result.code == Error::kBudget ||
        result.code == Error::kNoSuchOverload) {
      return;
    }
    Malformed(id, function, result.code);
  }

  std::optional<Value> Make(const StandIn& stand_in) {
    switch (stand_in.kind) {
      case StandIn::Kind::kText: return Value::String(stand_in.text);
      case StandIn::Kind::kTimestamp: {
        Value value = Value::Int(0);
        value.tag = Tag::kTimestamp;
        return value;
      }
      case StandIn::Kind::kNetwork: {
        const Value value = values_.Run(FunctionId::kCidr, {Value::String(stand_in.text)});
        if (value.is(Tag::kError)) return std::nullopt;
        return value;
      }
    }
    return std::nullopt;
  }

  std::vector<NodeId> Arguments(NodeId id) const {
    const Node& node = ast_.node(id);
    std::vector<NodeId> arguments;
    for (uint32_t i = expression_.references[id].target_is_namespace ? 1 : 0; i < node.child_count;
         ++i) {
      arguments.push_back(ast_.child(node, i));
    }
    return arguments;
  }

  // Which argument an error is about.
  NodeId Culprit(NodeId id, FunctionId function, Error error) {
    const std::vector<NodeId> arguments = Arguments(id);
    if (arguments.empty()) return id;
    size_t which = 0;
    switch (error) {
      case Error::kInvalidTimeZone: which = arguments.size() - 1; break;
      case Error::kInvalidHours: which = arguments.size() - 2; break;
      case Error::kInvalidPattern: which = 1; break;
      case Error::kInvalidFormat:
      case Error::kInvalidArgument: which = function == FunctionId::kRegexReplace ? 2 : 0; break;
      default:
        // The last argument that is a constant text, unless a first one that is right would do.
        for (size_t i = 0; i < arguments.size(); ++i) {
          if (values_.at(arguments[i]).is(Tag::kString)) which = i;
        }
        if (which == 1 &&
            (function == FunctionId::kPathWithin || function == FunctionId::kDomainWithin)) {
          const Value& last = values_.at(arguments[1]);
          if (!values_.Run(function, {last, last}).is(Tag::kError)) which = 0;
        }
    }
    return which < arguments.size() ? arguments[which] : id;
  }

  void Malformed(NodeId id, FunctionId function, Error error) {
    const NodeId at = Culprit(id, function, error);
    const Node& culprit = ast_.node(at);
    const Value& value = values_.at(at);
    const std::string_view wrong = ErrorText(error);
    std::string message;
    if (!value.is(Tag::kString)) {
      message = fmt::format("{}: {}", Info(function).name, wrong);
    } else if (wrong.substr(0, 4) == "not ") {
      message = fmt::format("{} is {}", Quote(value.view()), wrong);
    } else {
      message = fmt::format("{}: {}", Quote(value.view()), wrong);
    }
    Report(culprit, std::move(message), std::string(Example(error, function)));
  }

  void MalformedPattern(const Node& node, std::string_view pattern, const std::string& fault) {
    if (problems_.size() >= kMaxProblems) return;
    Problem problem{Severity::kError, node.at, node.at_length,
                    fmt::format("malformed pattern: {}", fault), std::string(PatternHint(fault))};
    // RE2 repeats the part that it did not understand; where that stands only once in the source,
    // it is pointed to.
    re2::RE2::Options options;
    options.set_log_errors(false);
    const re2::RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), options);
    const std::string& part = compiled.error_arg();
    const std::string_view text = ast_.text(node);
    if (const size_t found = part.empty() ? std::string_view::npos : text.find(part);
        found != std::string_view::npos && text.find(part, found + 1) == std::string_view::npos) {
      problem.at = node.begin + static_cast<uint32_t>(found);
      problem.length = static_cast<uint32_t>(part.size());
    }
    problems_.push_back(std::move(problem));
  }

  void Report(const Node& node, std::string message, std::string hint) {
    if (problems_.size() >= kMaxProblems) return;
    problems_.push_back(
        {Severity::kError, node.at, node.at_length, std::move(message), std::move(hint)});
  }

  Checked& expression_;
  const Ast& ast_;
  ConstantValues values_;
  std::vector<Problem>& problems_;
};

}  // namespace

void CheckConstants(Checked& expression, const Environment& environment,
                    std::vector<Problem>& problems) {
  ConstantCheck(expression, environment, problems).Run();
}

}  // namespace writ::cel
