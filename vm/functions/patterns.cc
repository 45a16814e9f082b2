// Functions of patterns: matches() and regex.*.
// Tested by tests/vm/functions/patterns_test.cc.
#include "vm/functions/patterns.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "vm/functions/arguments.h"
#include "vm/functions/text.h"

namespace writ {
namespace {

re2::StringPiece Piece(std::string_view text) {
  return {text.data(), text.size()};
}

// Patterns up to this many instructions stay automata within kMaxCallPatternMemory.
constexpr int kSmallPattern = 16;

// About as many instructions as RE2 makes within kMaxCallPatternMemory.
constexpr uint64_t kLargestProgram = kMaxCallPatternMemory / 16;

// Of looking at so many bytes.
uint64_t SearchCost(const re2::RE2& pattern, uint64_t bytes) {
  return bytes * static_cast<uint64_t>(std::max(pattern.ProgramSize(), 8)) / 32;
}

}  // namespace

std::unique_ptr<re2::RE2> CompileCallPattern(std::string_view pattern, FunctionContext& context,
                                             Error* failure) {
  if (pattern.size() > kMaxCallPatternBytes) {
    *failure = Error::kInvalidPattern;
    return nullptr;
  }
  *failure = Error::kBudget;
  // Some 100 ns a byte where nothing repeats; what repeats is in the program's size.
  if (!context.Charge(64 + pattern.size() * 16)) return nullptr;
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxCallPatternMemory);
  auto compiled = std::make_unique<re2::RE2>(Piece(pattern), options);
  if (!compiled->ok()) {
    // To find a pattern too large takes as long as to compile the largest that is not.
    const bool too_large = compiled->error_code() == re2::RE2::ErrorPatternTooLarge;
    if (!too_large || context.Charge(kLargestProgram * 16)) *failure = Error::kInvalidPattern;
    return nullptr;
  }
  if (!context.Charge(static_cast<uint64_t>(compiled->ProgramSize()) * 16)) return nullptr;
  return compiled;
}

Value FindPattern(const re2::RE2& pattern, std::string_view text, FunctionContext& context) {
  if (!context.Charge(SearchCost(pattern, text.size()))) return Value::Failure(Error::kBudget);
  return Value::Bool(pattern.Match(Piece(text), 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0));
}

namespace functions {
namespace {

constexpr int kMaxGroups = 10;  // the match itself, and \1 to \9

// Walks the matches of a pattern from left to right, as Go's FindAll does: they do not overlap, and
// an empty one directly after another match is none.
class MatchWalk {
 public:
  MatchWalk(const re2::RE2& pattern, std::string_view text, int groups, FunctionContext& context)
      : pattern_(pattern),
        // A group at a null pointer is one that took no part.
        text_(text.data() == nullptr ? std::string_view("") : text),
        groups_(groups),
        context_(context) {}

  // False at the end, or with failed() where it was too much.
  bool Next() {
    while (position_ <= text_.size()) {
      if (!ChargeSearch()) {
        failed_ = true;
        return false;
      }
      if (!pattern_.Match(Piece(text_), position_, text_.size(), re2::RE2::UNANCHORED,
                          found_.data(), groups_)) {
        break;
      }
      const size_t begin = static_cast<size_t>(found_[0].data() - text_.data());
      const size_t end = begin + found_[0].size();
      const bool after_another = found_[0].empty() && last_end_.has_value() && begin == *last_end_;
      position_ = end > position_      ? end
                  : end < text_.size() ? NextCodePoint(text_, end)
                                       : text_.size() + 1;
      last_end_ = end;
      if (!after_another) return true;
    }
    return false;
  }
  bool failed() const { return failed_; }

  // Nothing for a group that took no part.
  std::optional<std::string_view> Group(int i) const {
    const re2::StringPiece& group = found_[static_cast<size_t>(i)];
    if (group.data() == nullptr) return std::nullopt;
    return std::string_view(group.data(), group.size());
  }
  size_t begin() const { return static_cast<size_t>(found_[0].data() - text_.data()); }
  size_t end() const { return begin() + found_[0].size(); }

 private:
  // Each search may look at all that is left. After the first it usually looks at little more than
  // its match, which is taken for granted where an automaton does it.
  bool ChargeSearch() {
    const uint64_t rest = text_.size() - position_;
    const bool is_cheap = position_ > 0 && pattern_.ProgramSize() <= kSmallPattern;
    return context_.Charge(is_cheap ? rest / 64 + 1 : SearchCost(pattern_, rest) + 1);
  }

  const re2::RE2& pattern_;
  std::string_view text_;
  int groups_;
  FunctionContext& context_;
  std::array<re2::StringPiece, kMaxGroups> found_;
  size_t position_ = 0;
  std::optional<size_t> last_end_;
  bool failed_ = false;
};

// Whether a replacement says only what the pattern has: \0 to \9, \\ for a backslash.
bool IsReplacement(std::string_view replacement, int groups) {
  for (size_t i = 0; i < replacement.size(); ++i) {
    if (replacement[i] != '\\') continue;
    if (++i == replacement.size()) return false;
    const char c = replacement[i];
    if (c != '\\' && (c < '0' || c > '9' || c - '0' > groups)) return false;
  }
  return true;
}

void AppendReplacement(std::string_view replacement, const MatchWalk& match, TextBuilder& result) {
  while (!replacement.empty() && !result.failed()) {
    const size_t plain = std::min(replacement.find('\\'), replacement.size());
    if (plain > 0) result.Append(replacement.substr(0, plain));
    replacement.remove_prefix(plain);
    if (replacement.empty()) break;
    const char c = replacement[1];
    result.Append(c == '\\' ? "\\" : match.Group(c - '0').value_or(""));
    replacement.remove_prefix(2);
  }
}

// A pattern with one group at most, or null with *failure set.
std::unique_ptr<re2::RE2> CompileExtraction(const Value* arguments, uint32_t count,
                                            FunctionContext& context, Value* failure) {
  if (!Are(arguments, count, {Tag::kString, Tag::kString})) {
    *failure = NoOverload(arguments, count);
    return nullptr;
  }
  Error error = Error::kNone;
  auto pattern = CompileCallPattern(arguments[1].view(), context, &error);
  if (pattern != nullptr && pattern->NumberOfCapturingGroups() > 1) {
    error = Error::kInvalidPattern;
    pattern = nullptr;
  }
  *failure = Fail(error);
  return pattern;
}

// Of the group where there is one; an empty one counts as none then.
std::optional<std::string_view> Extracted(const MatchWalk& match, bool has_group) {
  if (!has_group) return match.Group(0);
  const std::optional<std::string_view> group = match.Group(1);
  return group.has_value() && !group->empty() ? group : std::nullopt;
}

}  // namespace

Value Matches(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString, Tag::kString})) return NoOverload(arguments, count);
  Error error = Error::kNone;
  const auto pattern = CompileCallPattern(arguments[1].view(), context, &error);
  if (pattern == nullptr) return Fail(error);
  return FindPattern(*pattern, arguments[0].view(), context);
}

Value RegexReplace(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (!Are(arguments, count, {Tag::kString, Tag::kString, Tag::kString}) &&
      !Are(arguments, count, {Tag::kString, Tag::kString, Tag::kString, Tag::kInt})) {
    return NoOverload(arguments, count);
  }
  const std::string_view text = arguments[0].view();
  const std::string_view replacement = arguments[2].view();
  int64_t left = count == 4 && arguments[3].i >= 0 ? arguments[3].i : INT64_MAX;
  Error error = Error::kNone;
  const auto pattern = CompileCallPattern(arguments[1].view(), context, &error);
  if (pattern == nullptr) return Fail(error);
  if (!context.ChargeText(replacement.size())) return Fail(Error::kBudget);
  const int groups = pattern->NumberOfCapturingGroups();
  if (!IsReplacement(replacement, groups)) return Fail(Error::kInvalidArgument);

  MatchWalk match(*pattern, text, std::min(groups + 1, kMaxGroups), context);
  TextBuilder result(context);
  size_t kept = 0;
  for (; left > 0 && !result.failed() && match.Next(); --left) {
    result.Append(text.substr(kept, match.begin() - kept));
    AppendReplacement(replacement, match, result);
    kept = match.end();
  }
  if (match.failed()) return Fail(Error::kBudget);
  result.Append(text.substr(kept));
  return result.Finish();
}

Value RegexExtract(const Value* arguments, uint32_t count, FunctionContext& context) {
  Value failure;
  const auto pattern = CompileExtraction(arguments, count, context, &failure);
  if (pattern == nullptr) return failure;
  const bool has_group = pattern->NumberOfCapturingGroups() == 1;
  MatchWalk match(*pattern, arguments[0].view(), has_group ? 2 : 1, context);
  std::optional<std::string_view> found;
  if (match.Next()) found = Extracted(match, has_group);
  if (match.failed()) return Fail(Error::kBudget);
  if (!found.has_value()) return Value::Optional(nullptr);
  return Value::Optional(context.arena.New(Value::String(*found)));
}

Value RegexExtractAll(const Value* arguments, uint32_t count, FunctionContext& context) {
  Value failure;
  const auto pattern = CompileExtraction(arguments, count, context, &failure);
  if (pattern == nullptr) return failure;
  const bool has_group = pattern->NumberOfCapturingGroups() == 1;
  MatchWalk match(*pattern, arguments[0].view(), has_group ? 2 : 1, context);
  ListBuilder result(context);
  while (!result.failed() && match.Next()) {
    const std::optional<std::string_view> found = Extracted(match, has_group);
    if (found.has_value()) result.Append(Value::String(*found));
  }
  return match.failed() ? Fail(Error::kBudget) : result.Finish();
}

}  // namespace functions
}  // namespace writ
