// What an author who wrote an unknown name may have meant.
// Tested by tests/compiler/check/check_test.cc.
#include "compiler/check/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "compiler/diagnostic.h"
#include "grammar/words.h"
#include "vm/json_text.h"

namespace writ::cel {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 4> kOtherLiterals = {
    {{"None", "null"}, {"nil", "null"}, {"undefined", "null"}, {"none", "null"}}};

constexpr std::array<Pair, 21> kOtherFunctions = {{{"len", "size"},
                                                   {"length", "size"},
                                                   {"count", "size"},
                                                   {"includes", "contains"},
                                                   {"has_prefix", "startsWith"},
                                                   {"has_suffix", "endsWith"},
                                                   {"lower", "lowerAscii"},
                                                   {"toLowerCase", "lowerAscii"},
                                                   {"upper", "upperAscii"},
                                                   {"toUpperCase", "upperAscii"},
                                                   {"strip", "trim"},
                                                   {"any", "exists"},
                                                   {"some", "exists"},
                                                   {"every", "all"},
                                                   {"regex", "matches"},
                                                   {"match", "matches"},
                                                   {"float", "double"},
                                                   {"max", "math.greatest"},
                                                   {"min", "math.least"},
                                                   {"math.max", "math.greatest"},
                                                   {"math.min", "math.least"}}};

// What other policy languages call the arguments.
constexpr std::array<std::string_view, 4> kOtherArguments = {"input", "params", "parameters",
                                                             "arguments"};

// What a policy's own names start with.
struct OwnNames {
  std::string_view prefix;
  std::string_view absent;
};
constexpr std::array<OwnNames, 3> kOwnNames = {
    {{"variables", "there are no variables here; a policy has them below variables:"},
     {"data", "there is no data here; a policy has it below data:"},
     {"labels", "there are no labels here; a policy asks for them below labels:"}}};

constexpr std::array<Pair, 7> kPartsOfTime = {{{"year", "getFullYear"},
                                               {"month", "getMonth"},
                                               {"day", "getDate"},
                                               {"weekday", "getDayOfWeek"},
                                               {"hour", "getHours"},
                                               {"minute", "getMinutes"},
                                               {"second", "getSeconds"}}};

constexpr std::array<std::string_view, 15> kMacros = {
    "has",    "all",    "exists",        "exists_one",   "existsOne",
    "map",    "filter", "transformList", "transformMap", "transformMapEntry",
    "sortBy", "optMap", "optFlatMap",    "cel.bind",     "cel.block"};

template <size_t kCount>
std::string_view Translate(const std::array<Pair, kCount>& pairs, std::string_view word) {
  const auto* found =
      std::find_if(pairs.begin(), pairs.end(), [&](const Pair& p) { return p.first == word; });
  return found == pairs.end() ? std::string_view() : found->second;
}

std::string DidYouMean(std::string_view word) {
  return word.empty() ? std::string() : fmt::format("did you mean {}?", word);
}

// What is below the key of a map: labels.env, labels["build-host"].
std::string AtKey(std::string_view map, std::string_view key) {
  return IsSelector(key) ? fmt::format("{}.{}", map, key)
                         : fmt::format("{}[{}]", map, JsonQuote(key));
}

// What is read through the variable of the arguments; empty if there is none.
std::string AsArgument(const KnownNames& names, std::string_view name, std::string_view rest) {
  for (const Variable& variable : names.environment.variables) {
    if (variable.storage != Variable::Storage::kArguments) continue;
    const bool alias =
        std::find(kOtherArguments.begin(), kOtherArguments.end(), name) != kOtherArguments.end();
    if (alias && !rest.empty()) return DidYouMean(fmt::format("{}.{}", variable.name, rest));
    return fmt::format("an argument of the call is read as {}.{}", variable.name, name);
  }
  return "";
}

// Whether there are functions in a namespace called so: path, time. No slip of the pen writes that.
bool StartsFunctions(std::string_view name) {
  const NameTree& functions = OverloadTable::standard_names();
  return functions.ContinuesAt(functions.Step(NameTree::kRoot, name));
}

// Whether the name is known for something else, such as what another language calls so.
bool HasMeaning(const KnownNames& names, std::string_view name, std::string_view rest) {
  const bool alias =
      std::find(kOtherArguments.begin(), kOtherArguments.end(), name) != kOtherArguments.end();
  return !Translate(kOtherLiterals, name).empty() || (alias && !rest.empty()) ||
         !names.overloads.Find(name).empty() || StartsFunctions(name) ||
         names.variables.Walk("@" + std::string(name)) != NameTree::kNone;
}

bool IsOwnPrefix(std::string_view name) {
  return std::any_of(kOwnNames.begin(), kOwnNames.end(),
                     [name](const OwnNames& own) { return own.prefix == name; });
}

// A name of the policy's own: "total" of variables.total.
struct OwnName {
  std::string_view part;  // a view of what outlives this
  std::string whole;      // as it is written
};

std::vector<OwnName> ListOwnNames(const KnownNames& names) {
  std::vector<OwnName> own;
  for (const Variable& variable : names.environment.variables) {
    const std::string_view full = variable.name;
    const size_t dot = full.find('.');
    if (!IsOwnPrefix(full.substr(0, dot))) continue;
    if (dot != std::string_view::npos) own.push_back({full.substr(dot + 1), variable.name});
    for (const std::string& key : variable.keys) {
      own.push_back({key, AtKey(full, key)});
    }
  }
  return own;
}

}  // namespace

std::string SuggestOwnName(const KnownNames& names, std::string_view name, std::string_view rest,
                           const std::vector<std::string_view>& locals) {
  const std::vector<OwnName> own = ListOwnNames(names);
  for (const OwnNames& kind : kOwnNames) {
    const auto same = std::find_if(own.begin(), own.end(), [&](const OwnName& one) {
      return one.part == name && one.whole.compare(0, kind.prefix.size(), kind.prefix) == 0;
    });
    if (same != own.end()) return DidYouMean(same->whole);
  }
  if (HasMeaning(names, name, rest)) return "";
  std::vector<std::string_view> candidates = locals;
  candidates.insert(candidates.end(), {"true", "false", "null"});
  for (const Variable& variable : names.environment.variables) {
    const std::string_view full = variable.name;
    const size_t dot = full.find('.');
    const bool is_own = dot != std::string_view::npos && IsOwnPrefix(full.substr(0, dot));
    if (!is_own && variable.suggested && (dot == std::string_view::npos || !rest.empty())) {
      candidates.push_back(full.substr(0, dot));
    }
  }
  for (const OwnName& one : own) candidates.push_back(one.part);
  std::string_view nearest = Nearest(name, candidates);
  if (nearest.empty()) {
    // "totl" is further from "totals" than from nothing, but not the other way round.
    const auto found = std::find_if(own.begin(), own.end(), [&](const OwnName& one) {
      return one.part.size() > name.size() && !Nearest(one.part, {name}).empty();
    });
    if (found != own.end()) nearest = found->part;
  }
  // Views of the same text: a name of another kind that is written alike is none of them.
  const auto found = std::find_if(own.begin(), own.end(), [&](const OwnName& one) {
    return one.part.data() == nearest.data() && !nearest.empty();
  });
  if (found == own.end()) return "";
  std::string hint = DidYouMean(found->whole);
  if (const std::string argument = AsArgument(names, name, rest); !argument.empty()) {
    hint += " A" + argument.substr(1);
  }
  return hint;
}

std::string SuggestName(const KnownNames& names, std::string_view name, std::string_view rest,
                        const std::vector<std::string_view>& locals) {
  if (const std::string_view literal = Translate(kOtherLiterals, name); !literal.empty()) {
    return DidYouMean(literal);
  }
  std::vector<std::string_view> candidates = locals;
  candidates.insert(candidates.end(), {"true", "false", "null"});
  for (const Variable& variable : names.environment.variables) {
    if (!variable.suggested) continue;
    candidates.push_back(std::string_view(variable.name).substr(0, variable.name.find('.')));
  }
  const std::string_view nearest = Nearest(name, candidates);
  if (!nearest.empty()) {
    const uint32_t at = names.variables.Walk(nearest);
    const bool whole = std::find(locals.begin(), locals.end(), nearest) != locals.end() ||
                       at == NameTree::kNone || names.variables.ItemAt(at) != NameTree::kNone;
    if (whole) return DidYouMean(nearest);
    // Only the first part of qualified names: suggest one of those.
    const std::string_view part = rest.substr(0, rest.find('.'));
    if (names.variables.ItemAt(names.variables.Step(at, part)) != NameTree::kNone) {
      return DidYouMean(fmt::format("{}.{}", nearest, part));
    }
    return SuggestQualified(names, nearest, part);
  }
  if (!names.overloads.Find(name).empty()) {
    return fmt::format("{} is a function: {}(…)", name, name);
  }
  // What an environment hides keeps its place under a name that nobody can write.
  if (names.variables.Walk("@" + std::string(name)) != NameTree::kNone) {
    return fmt::format("{} is known in messages only", name);
  }
  std::string argument = AsArgument(names, name, rest);
  for (const OwnNames& own : kOwnNames) {
    if (own.prefix == name && !argument.empty()) return std::string(own.absent);
  }
  return argument;
}

std::string SuggestQualified(const KnownNames& names, std::string_view prefix,
                             std::string_view part) {
  const std::string start = std::string(prefix) + ".";
  std::vector<std::string_view> candidates;
  for (const Variable& variable : names.environment.variables) {
    if (variable.suggested && variable.name.compare(0, start.size(), start) == 0) {
      candidates.push_back(variable.name);
    }
  }
  std::vector<std::string_view> parts;
  parts.reserve(candidates.size());
  for (const std::string_view candidate : candidates)
    parts.push_back(candidate.substr(start.size()));
  if (const std::string_view nearest = Nearest(part, parts); !part.empty() && !nearest.empty()) {
    return DidYouMean(start + std::string(nearest));
  }
  if (candidates.empty()) return "";
  if (candidates.size() > 4) candidates.resize(4);
  return fmt::format("there is {}", fmt::join(candidates, ", "));
}

std::string SuggestFunction(const KnownNames& names, std::string_view name) {
  if (name == "not") return "write !(…), and the whole expression in single quotes";
  if (const std::string_view function = Translate(kOtherFunctions, name); !function.empty()) {
    return DidYouMean(function);
  }
  if (std::find(kMacros.begin(), kMacros.end(), name) != kMacros.end()) {
    return fmt::format("the macro {} is called with other arguments", name);
  }
  std::vector<std::string_view> candidates(kMacros.begin(), kMacros.end());
  const std::vector<std::string_view> functions = names.overloads.Names();
  candidates.insert(candidates.end(), functions.begin(), functions.end());
  if (const std::string_view nearest = Nearest(name, candidates); !nearest.empty()) {
    return DidYouMean(nearest);
  }
  return SuggestNamespaced(names, name);
}

std::string NearestMember(const KnownNames& names, std::string_view name) {
  const auto is_member = [&](std::string_view function) {
    const OverloadTable::Overloads& overloads = names.overloads.Find(function);
    return std::any_of(overloads.begin(), overloads.end(),
                       [](const Overload* overload) { return overload->member; });
  };
  if (const std::string_view function = Translate(kOtherFunctions, name); is_member(function)) {
    return std::string(function);
  }
  std::vector<std::string_view> members = names.overloads.Names();
  std::erase_if(members, [&](std::string_view function) { return !is_member(function); });
  return std::string(Nearest(name, members));
}

std::string SuggestNamespaced(const KnownNames& names, std::string_view name) {
  std::vector<std::string_view> found;
  for (const std::string_view function : names.overloads.Names()) {
    const size_t dot = function.rfind('.');
    if (dot != std::string_view::npos && function.substr(dot + 1) == name) {
      found.push_back(function);
    }
  }
  if (found.size() == 1) return DidYouMean(found[0]);
  return found.empty() ? std::string() : fmt::format("there is {}", fmt::join(found, ", "));
}

std::string SuggestPartOfTime(std::string_view field) {
  return std::string(Translate(kPartsOfTime, field));
}

}  // namespace writ::cel
