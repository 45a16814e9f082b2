// Keys and words of policies.
// Tested by the text tests in tests/policies/.
#include "compiler/load/policy_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "vm/json_text.h"

namespace writ {

using yaml::Kind;
using yaml::Node;

namespace {

bool IsPlain(const Node& node) {
  return node.kind == Kind::kScalar && node.style == Node::Style::kPlain && node.tag.empty();
}

}  // namespace

std::string_view InsteadOf(std::string_view word, std::span<const OtherKey> others) {
  for (const OtherKey& other : others) {
    if (other.word == word) return other.instead;
  }
  return {};
}

std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string_view nearest = Nearest(word, candidates);
  return nearest.empty() ? std::string() : fmt::format("did you mean {}?", nearest);
}

// Whether it is what follows a comma in the text before it, which YAML ended there: in
// { rule: small, not large } the key "not large", without a value.
bool PolicyReader::IsRestOfText(const yaml::Member& member) const {
  if (!yaml::IsNull(*member.value) || !member.value->text.empty()) return false;
  const std::string_view before = source_->text().substr(0, member.key->offset);
  const size_t last = before.find_last_not_of(" \t\r\n");
  return last != std::string_view::npos && before[last] == ',';
}

bool PolicyReader::CheckKeys(const Node& map, std::string_view where,
                             const std::vector<std::string_view>& known,
                             std::span<const OtherKey> others) {
  const size_t errors_before = error_count();
  for (const yaml::Member& member : map.members) {
    if (member.key->kind != Kind::kScalar) {
      Error(*member.key, fmt::format("a key of {} must be a word", where));
      continue;
    }
    const std::string& name = member.key->text;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string hint(InsteadOf(name, others));
    if (hint.empty()) hint = DidYouMean(name, known);
    if (hint.empty() && IsRestOfText(member)) {
      hint = "YAML ends the text at \",\" inside { }; put the whole text in quotes";
    }
    if (hint.empty()) hint = fmt::format("{} may have: {}", where, fmt::join(known, ", "));
    Error(*member.key, fmt::format("unknown key {} in {}", JsonQuote(name), where), hint,
          DiagnosticCode::kUnknownKey);
  }
  return error_count() == errors_before;
}

std::optional<std::string> PolicyReader::Text(const Node* node, std::string_view what,
                                              std::string hint) {
  if (node == nullptr) return std::nullopt;
  if (node->kind != Kind::kScalar) {
    Error(*node, fmt::format("{} must be text", what), std::move(hint));
    return std::nullopt;
  }
  if (yaml::IsNull(*node)) return std::nullopt;
  return node->text;
}

bool PolicyReader::TakeRule(const Node& rule) {
  if (++rules_ <= kMaxPolicyRules) return true;
  if (rules_ == kMaxPolicyRules + 1) {
    Error(rule, fmt::format("a policy may have {} rules, and this is one more", kMaxPolicyRules),
          "put what differs into data, name several tools in one rule, or split the policy",
          DiagnosticCode::kTooLarge);
  }
  return false;
}

bool PolicyReader::TakePatterns(const Node& at, size_t instructions) {
  const bool had_room = HasPatternRoom();
  pattern_instructions_ += instructions;
  if (HasPatternRoom()) return true;
  if (had_room) {
    Error(at,
          fmt::format("with this the patterns of the policy compile to more than {} instructions",
                      cel::kMaxPatternInstructions),
          "repeat less: {100} writes its part a hundred times", DiagnosticCode::kTooLarge);
  }
  return false;
}

void PolicyReader::WarnOfTraps(const Node& node) {
  const Diagnostics::Stage stage(diagnostics_, DiagnosticCode::kYamlTrap);
  for (const Node* item : node.items) {
    if (item->kind != Kind::kScalar) {
      WarnOfTraps(*item);
      continue;
    }
    WarnOfOctal(*item);
    WarnOfOldNumber(*item);
  }
  for (const yaml::Member& member : node.members) WarnOfTraps(*member.value);
  if (node.kind != Kind::kScalar) return;
  WarnOfOctal(node);
  WarnOfOldNumber(node);
  WarnOfOldBool(node);
}

// y and n are left out: few readers of YAML 1.1 took them for more than letters.
void PolicyReader::WarnOfOldBool(const Node& node) {
  if (!IsPlain(node)) return;
  std::string word = node.text;
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const bool positive = word == "yes" || word == "on";
  if (!positive && word != "no" && word != "off") return;
  Warn(node, fmt::format("{} is text here, not the bool it was in YAML 1.1", Quote(node.text)),
       fmt::format("write {}, or put it in quotes if it is text", positive));
}

// 1:30 was 90.
void PolicyReader::WarnOfOldNumber(const Node& node) {
  constexpr size_t kMaxDigits = 12;
  if (!IsPlain(node) || node.text.size() > kMaxDigits) return;
  std::string_view rest = node.text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  if (rest.empty() || rest[0] < '1' || rest[0] > '9') return;
  int64_t number = 0;
  int64_t part = 0;
  size_t digits = 0;
  size_t parts = 1;
  for (const char c : rest) {
    if (c == ':' && digits > 0) {
      number = (number + part) * 60;
      part = 0;
      digits = 0;
      ++parts;
    } else if (c >= '0' && c <= '9') {
      part = part * 10 + (c - '0');
      if (++digits > 2 && parts > 1) return;
    } else {
      return;
    }
    if (parts > 1 && part > 59) return;
  }
  if (parts == 1 || digits == 0) return;
  number += part;
  Warn(node, fmt::format("{} is text here, not the number it was in YAML 1.1", Quote(node.text)),
       fmt::format("write {}, or put it in quotes if it is text", negative ? -number : number));
}

void PolicyReader::WarnOfOctal(const Node& node) {
  if (!IsPlain(node)) return;
  const size_t first_digit = node.text.find_first_of("0123456789");
  if (first_digit == std::string::npos || first_digit > 1) return;
  if (node.text[first_digit] != '0' || first_digit + 1 >= node.text.size()) return;
  const char next = node.text[first_digit + 1];
  if ((next < '0' || next > '9') && next != '_') return;
  const yaml::Scalar value = yaml::Resolve(node);
  if (const auto* number = std::get_if<int64_t>(&value)) {
    Warn(node, fmt::format("a leading zero makes this number octal: {}", *number),
         "remove the zero, or quote it if it is text");
  }
}

}  // namespace writ
