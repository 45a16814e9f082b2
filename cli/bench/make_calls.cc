// Trying arguments until each rule had its say.
// Tested by tests/cli/bench_calls_test.cc.
#include "cli/bench/make_calls.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "cli/bench/chooser.h"
#include "cli/bench/read_arguments.h"
#include "cli/bench/schema_arguments.h"
#include "vm/json_text.h"

namespace writ {
namespace {

constexpr std::string_view kUnknownTool = "some_other_tool";

// Of one call, so that lists of lists do not multiply.
constexpr size_t kMaxValues = 500;
constexpr uint32_t kMaxDepth = 16;
constexpr size_t kLongText = 4096;
constexpr size_t kLongList = 100;

// Of the arguments that are tried for a tool, for each call that is wanted, and besides.
constexpr size_t kTriesEach = 8;
constexpr size_t kTriesBesides = 48;

// Arguments of one call, by name.
using Arguments = std::map<std::string, std::string, std::less<>>;

class ArgumentMaker {
 public:
  ArgumentMaker(const ArgumentTree& tree, Chooser& chooser) : tree_(tree), chooser_(chooser) {}

  Arguments Fresh() {
    values_ = 0;
    Arguments arguments;
    for (const auto& [name, member] : tree_.at(kAllArguments).members) Put(name, member, arguments);
    if (chooser_.OneIn(4)) arguments["unread"] = OfKinds(kTextKind | kIntegerKind | kObjectKind);
    return arguments;
  }

  // One or two of them anew.
  Arguments Changed(Arguments arguments) {
    values_ = 0;
    const auto& members = tree_.at(kAllArguments).members;
    if (members.empty()) return arguments;
    for (size_t changes = 1 + chooser_.Below(2); changes > 0; --changes) {
      auto member = members.begin();
      std::advance(member, chooser_.Below(members.size()));
      Put(member->first, member->second, arguments);
    }
    return arguments;
  }

 private:
  void Put(const std::string& name, ArgumentId id, Arguments& arguments) {
    if (chooser_.OneIn(tree_.at(id).is_read ? 12 : 4)) {
      arguments.erase(name);
    } else {
      arguments[name] = Make(id, 0);
    }
  }

  std::string Make(ArgumentId id, uint32_t depth) {
    if (++values_ > kMaxValues || depth > kMaxDepth) return "null";
    if (chooser_.OneIn(20)) return OfAnyType();
    const Argument& argument = tree_.at(id);
    const bool has_parts = !argument.members.empty() || argument.element != kNoArgument;
    if (!argument.values.empty() && (!has_parts || chooser_.OneIn(4))) {
      return chooser_.OneIn(24) ? LongText() : chooser_.OneOf(argument.values);
    }
    if (argument.element != kNoArgument && (argument.members.empty() || chooser_.OneIn(2))) {
      return ListOf(argument.element, depth);
    }
    if (!argument.members.empty()) return ObjectOf(argument, depth);
    return OfKinds(argument.kinds);
  }

  std::string ListOf(ArgumentId element, uint32_t depth) {
    const size_t size = chooser_.OneIn(16) ? kLongList : chooser_.Below(4);
    std::string text = "[";
    for (size_t i = 0; i < size && values_ <= kMaxValues; ++i) {
      text += (i == 0 ? "" : ",") + Make(element, depth + 1);
    }
    return text + "]";
  }

  std::string ObjectOf(const Argument& argument, uint32_t depth) {
    std::string text = "{";
    for (const auto& [name, member] : argument.members) {
      if (chooser_.OneIn(12) || values_ > kMaxValues) continue;
      text += (text.size() == 1 ? "" : ",") + JsonQuote(name) + ":" + Make(member, depth + 1);
    }
    return text + "}";
  }

  std::string OfAnyType() {
    static const std::vector<std::string> values = {"null", "true", "7",  "-2.5",
                                                    "\"\"", "[]",   "{}", "[1,\"a\"]"};
    return chooser_.OneOf(values);
  }

  std::string OfKinds(JsonKinds kinds) {
    if (kinds == 0) kinds = kTextKind | kIntegerKind | kBoolKind;
    std::vector<std::string> values;
    if ((kinds & kTextKind) != 0) {
      values.insert(values.end(), {"\"a\"", "\"some words of text\"", LongText()});
    }
    if ((kinds & kIntegerKind) != 0) values.insert(values.end(), {"1", "0", "1000000"});
    if ((kinds & kFractionKind) != 0) values.emplace_back("2.5");
    if ((kinds & kBoolKind) != 0) values.insert(values.end(), {"true", "false"});
    if ((kinds & kListKind) != 0) values.insert(values.end(), {"[]", "[\"a\",\"b\"]"});
    if ((kinds & kObjectKind) != 0) values.insert(values.end(), {"{}", "{\"a\":1}"});
    if ((kinds & kNullKind) != 0) values.emplace_back("null");
    return chooser_.OneOf(values);
  }

  std::string LongText() const { return '"' + std::string(kLongText, 'a') + '"'; }

  const ArgumentTree& tree_;
  Chooser& chooser_;
  size_t values_ = 0;
};

std::string LineOf(const std::string& tool, const Arguments& arguments) {
  std::string text = fmt::format(
      R"({{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":{},"arguments":{{)",
      JsonQuote(tool));
  bool is_first = true;
  for (const auto& [name, value] : arguments) {
    text += (is_first ? "" : ",") + JsonQuote(name) + ":" + value;
    is_first = false;
  }
  return text + "}}}";
}

// How far a call came: rules are asked in their order.
uint64_t ReachOf(const Outcome& outcome) {
  if (outcome.verdict == Verdict::kAllow) return UINT64_MAX;
  return outcome.rule == kNoRule ? 0 : uint64_t{outcome.rule} + 1;
}

class Maker {
 public:
  Maker(Decider& decider, const ServerTools& tools, const CallsToMake& wanted)
      : decider_(decider), tools_(tools), wanted_(wanted), chooser_(wanted.seed) {}

  BenchCalls Make(Stages& stages) {
    const std::vector<std::string> names = ToolNames();
    const size_t each = std::max<size_t>(1, wanted_.count / names.size());
    stages.Begin("making calls", names.size());
    for (const std::string& name : names) {
      MakeFor(name, each);
      stages.Advance();
    }
    stages.End();
    return std::move(calls_);
  }

 private:
  std::vector<std::string> ToolNames() {
    const VerifiedProgram& program = decider_.program();
    std::set<std::string> names;
    for (const auto& [name, entry] : program->tool_index) names.insert(name);
    for (const auto& [name, tool] : tools_.tools()) names.insert(name);
    for (const std::string& quoted : ReadToolNames(program)) {
      std::string name;
      if (AppendDecoded(std::string_view(quoted).substr(1, quoted.size() - 2), name)) {
        names.insert(name);
      }
    }
    names.emplace(kUnknownTool);
    std::vector<std::string> chosen(names.begin(), names.end());
    if (chosen.size() <= std::max<size_t>(1, wanted_.count)) return chosen;
    chooser_.Shuffle(chosen);
    chosen.resize(std::max<size_t>(1, wanted_.count));
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  void MakeFor(const std::string& name, size_t count) {
    ArgumentTree tree = ReadArguments(decider_.program(), decider_.program().Find(name));
    const auto listed = tools_.tools().find(name);
    if (listed != tools_.tools().end()) AddSchemaArguments(tools_.schemas(), listed->second, tree);
    ArgumentMaker maker(tree, chooser_);

    using Key = std::tuple<Verdict, Code, uint32_t>;
    std::map<Key, BenchCalls> by_outcome;
    std::set<std::string> known;
    std::optional<std::pair<uint64_t, Arguments>> farthest;
    for (size_t i = 0; i < kTriesEach * count + kTriesBesides; ++i) {
      Arguments arguments = farthest.has_value() && !chooser_.OneIn(4)
                                ? maker.Changed(farthest->second)
                                : maker.Fresh();
      std::string line = LineOf(name, arguments);
      if (!known.insert(line).second) continue;
      BenchCall call(name, line);
      const std::optional<Outcome> outcome = decider_.Decide(call);
      if (!outcome.has_value()) continue;
      const uint64_t reach = ReachOf(*outcome);
      if (!farthest.has_value() || reach >= farthest->first)
        farthest = {reach, std::move(arguments)};
      BenchCalls& alike = by_outcome[{outcome->verdict, outcome->code, outcome->rule}];
      if (alike.size() < count) alike.push_back(std::move(call));
    }
    // Of each outcome one, then of each another one, and so on.
    size_t taken = 0;
    for (size_t i = 0; i < count && taken < count; ++i) {
      for (auto& [key, alike] : by_outcome) {
        if (i >= alike.size() || taken == count) continue;
        calls_.push_back(std::move(alike[i]));
        ++taken;
      }
    }
  }

  Decider& decider_;
  const ServerTools& tools_;
  const CallsToMake& wanted_;
  Chooser chooser_;
  BenchCalls calls_;
};

}  // namespace

BenchCalls MakeCalls(Decider& decider, const ServerTools& tools, const CallsToMake& wanted,
                     Stages& stages) {
  return Maker(decider, tools, wanted).Make(stages);
}

}  // namespace writ
