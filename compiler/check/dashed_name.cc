// Names with a dash outside backticks.
// Tested by tests/policies/bad.
#include "compiler/check/dashed_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "grammar/words.h"

namespace writ::cel {
namespace {

// Chains that are longer are no mistyped names.
constexpr size_t kMostBytes = 200;

using Parts = std::vector<std::string_view>;

bool HasDash(std::string_view part) {
  return part.find('-') != std::string_view::npos;
}

// "a.b-c" from its dots on; views of the text.
Parts Split(std::string_view chain) {
  Parts parts;
  for (;;) {
    const size_t dot = chain.find('.');
    parts.push_back(chain.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    chain.remove_prefix(dot + 1);
  }
}

// Words with dots and dashes between them, as far as they go around the byte `at`.
std::string_view Surroundings(std::string_view source, size_t at) {
  const auto is_word = [&](size_t i) { return i < source.size() && IsWordCharacter(source[i]); };
  const auto joins = [&](size_t i) {
    return (source[i] == '.' || source[i] == '-') && is_word(i - 1) && is_word(i + 1);
  };
  size_t begin = at;
  while (begin > 0 && at - begin < kMostBytes &&
         (is_word(begin - 1) || (begin > 1 && joins(begin - 1)))) {
    --begin;
  }
  size_t end = at;
  while (end < source.size() && end - at < kMostBytes && (is_word(end) || joins(end))) ++end;
  return source.substr(begin, end - begin);
}

// Whether "a.b" can have a key that is no identifier, as far as that is known.
bool CanHave(const KnownNames& names, Parts chain, std::string_view key) {
  // A start of qualified names, such as tool or variables, is no value that has keys.
  uint32_t at = NameTree::kRoot;
  bool starts_name = false;
  bool has_value = false;
  for (const std::string_view part : chain) {
    at = names.variables.Step(at, part);
    starts_name = starts_name || at != NameTree::kNone;
    has_value = has_value || names.variables.ItemAt(at) != NameTree::kNone;
  }
  if (starts_name && !has_value) return false;
  chain.push_back(key);
  return !names.ConstantAt(chain).is(Tag::kError);
}

}  // namespace

std::optional<DashedName> FindDashedName(const KnownNames& names, std::string_view source,
                                         uint32_t at) {
  if (at == 0 || at >= source.size() || source[at - 1] != '-') return std::nullopt;
  // A part that ends with what an expression can begin with is the end of one chain and the
  // beginning of the next: "args.a-args.b-c".
  Parts parts;
  for (std::string_view part : Split(Surroundings(source, at))) {
    const size_t dash = part.rfind('-');
    const std::string_view last = dash == std::string_view::npos ? part : part.substr(dash + 1);
    const auto behind = static_cast<size_t>(part.data() + part.size() - source.data());
    const bool begins = !parts.empty() && dash != std::string_view::npos &&
                        behind < source.size() && source[behind] == '.' &&
                        names.variables.Step(NameTree::kRoot, last) != NameTree::kNone;
    if (begins && last.data() > source.data() + at) {
      parts.push_back(part.substr(0, dash));
      break;
    }
    if (begins || parts.empty()) {
      parts = {last};
    } else {
      parts.push_back(part);
    }
  }
  while (!parts.empty() && !HasDash(parts.back())) parts.pop_back();
  const auto dashed = std::find_if(parts.begin(), parts.end(), HasDash);
  if (dashed == parts.end() || parts.front().data() > source.data() + at) return std::nullopt;
  if (!CanHave(names, Parts(parts.begin(), dashed), *dashed)) return std::nullopt;
  std::vector<std::string> written;
  written.reserve(parts.size());
  for (const std::string_view part : parts) {
    written.push_back(HasDash(part) ? fmt::format("`{}`", part) : std::string(part));
  }
  const auto begin = static_cast<uint32_t>(parts.front().data() - source.data());
  const auto end = static_cast<uint32_t>(parts.back().data() + parts.back().size() - source.data());
  // What is called is no part of a name: args.x-type(1).
  const size_t behind = source.find_first_not_of(" \t\r\n", end);
  const bool is_called = behind != std::string_view::npos && source[behind] == '(';
  if (at >= end || is_called) return std::nullopt;
  return DashedName{begin, end,
                    fmt::format("did you mean {}? A name with a dash stands in backticks",
                                fmt::join(written, "."))};
}

void AddDashedProblem(const DashedName& name, Problem problem, std::vector<Problem>& problems) {
  problem.hint = name.hint;
  const auto same = std::find_if(problems.begin(), problems.end(), [&](const Problem& other) {
    return other.at >= name.begin && other.at < name.end && other.hint == name.hint;
  });
  if (same == problems.end()) {
    if (problems.size() < kMaxProblems) problems.push_back(std::move(problem));
  } else if (problem.at < same->at) {
    *same = std::move(problem);
  }
}

}  // namespace writ::cel
