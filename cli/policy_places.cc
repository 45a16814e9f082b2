// Names and keys in the text of a policy.
// Tested by tests/cli/coverage_test.cc.
#include "cli/policy_places.h"

#include <algorithm>

#include "compiler/diagnostic.h"
#include "compiler/yaml/yaml.h"

namespace writ {
namespace {

// A policy that is within a suite; null: the root is the policy.
const yaml::Member* PolicyIn(const yaml::Node& root) {
  for (const yaml::Member& member : root.members) {
    const bool is_policy =
        member.key->text == "policy" && member.value->kind == yaml::Kind::kMapping;
    if (is_policy) return &member;
  }
  return nullptr;
}

}  // namespace

Place PlaceOfName(const Source& source, Position at, std::string_view name) {
  if (at.column == 0 || name.empty()) return {at, 1};
  const std::string_view rest = source.Cut(at.line, at.column - 1, name.size() + 2);
  const bool quoted = !rest.empty() && (rest.front() == '"' || rest.front() == '\'');
  if (!rest.substr(quoted ? 1 : 0).starts_with(name)) return {at, 1};
  const auto continues = [](char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; };
  const auto more = std::count_if(name.begin(), name.end(), continues);
  return {at, static_cast<uint32_t>(name.size()) - static_cast<uint32_t>(more) + (quoted ? 2 : 0)};
}

Place PlaceOfKey(const std::shared_ptr<const Source>& source, std::string_view key) {
  Diagnostics unused;
  const std::unique_ptr<yaml::Document> document = yaml::Parse(source, unused);
  if (document == nullptr) return {{1, 1}, 1};
  const yaml::Member* const within = PolicyIn(*document->root());
  const yaml::Node& policy = within != nullptr ? *within->value : *document->root();
  for (const yaml::Member& member : policy.members) {
    if (member.key->text == key) return {member.key->at, member.key->length};
  }
  return {{1, 1}, 1};
}

LineRange LinesOfPolicy(const std::shared_ptr<const Source>& source) {
  LineRange lines{1, source->line_count()};
  if (source->Line(lines.last).empty()) --lines.last;  // behind the last line's end
  Diagnostics unused;
  const std::unique_ptr<yaml::Document> document = yaml::Parse(source, unused);
  if (document == nullptr) return lines;
  const yaml::Member* const within = PolicyIn(*document->root());
  if (within == nullptr) return lines;
  lines.first = within->key->at.line;
  for (const yaml::Member& member : document->root()->members) {
    const uint32_t line = member.key->at.line;
    if (line > lines.first) lines.last = std::min(lines.last, line - 1);
  }
  return lines;
}

}  // namespace writ
