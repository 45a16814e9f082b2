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
    Error(*member.key, fmt::format("unknown key {} in {}", JsonQuote(name), where), hint);
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

void PolicyReader::WarnOfOctals(const Node& node) {
  for (const Node* item : node.items) WarnOfOctals(*item);
  for (const yaml::Member& member : node.members) WarnOfOctals(*member.value);
  if (node.kind != Kind::kScalar || node.style != Node::Style::kPlain || !node.tag.empty()) {
    return;
  }
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
