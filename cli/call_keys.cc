// Finding keys that are not what they look like.
// Tested by tests/cli/command_line.py.
#include "cli/call_keys.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

#include "compiler/diagnostic.h"
#include "vm/arena.h"
#include "vm/span.h"

namespace writ {
namespace {

struct KeyWord {
  std::string_view word;
  std::string_view meant;  // by who writes that or something near it
};

constexpr KeyWord kEnvelope[] = {
    {"jsonrpc", "jsonrpc"}, {"id", "id"}, {"method", "method"}, {"params", "params"}};
constexpr KeyWord kName[] = {{"name", "name"}, {"tool", "name"}, {"call", "name"}};
// What has no envelope may be meant as a step.
constexpr KeyWord kNameOrCall[] = {{"name", "name"}, {"tool", "name"}, {"call", "call"}};
constexpr KeyWord kArguments[] = {{"arguments", "arguments"}, {"args", "arguments"}};
constexpr KeyWord kStep[] = {{"call", "call"}, {"args", "args"}, {"arguments", "args"}};
// What else a suite says of a call; here it says nothing.
constexpr std::string_view kExpected[] = {"repeat", "expect", "rule", "message", "upstream"};

std::string_view MeantBy(std::string_view key, std::span<const KeyWord> words) {
  std::vector<std::string_view> candidates;
  for (const KeyWord& one : words) candidates.push_back(one.word);
  const std::string_view nearest = Nearest(key, candidates);
  for (const KeyWord& one : words) {
    if (one.word == nearest) return one.meant;
  }
  return {};
}

bool IsMeant(std::string_view key, std::span<const KeyWord> words) {
  return std::any_of(words.begin(), words.end(),
                     [key](const KeyWord& one) { return one.meant == key; });
}

// The first key near one of the words, unless what they mean is there.
std::optional<UnknownKey> FindMisspelt(std::string_view object, std::string_view where,
                                       std::span<const KeyWord> words) {
  if (object.empty() || object.front() != '{') return std::nullopt;
  Arena arena;
  SpanReader members(object, arena);
  std::optional<UnknownKey> found;
  while (members.Next()) {
    const Value name = members.Name();
    members.SkipItem();
    if (IsMeant(name.view(), words)) return std::nullopt;
    if (found) continue;
    const std::string_view meant = MeantBy(name.view(), words);
    if (!meant.empty()) found = UnknownKey{std::string(name.view()), where, meant};
  }
  return found;
}

}  // namespace

std::optional<UnknownKey> FindUnknownInRequest(std::string_view request, std::string_view params) {
  for (const KeyWord& one : kEnvelope) {
    if (auto found = FindMisspelt(request, "the request", {&one, 1})) return found;
  }
  if (auto found = FindMisspelt(params, "params", kName)) return found;
  return FindMisspelt(params, "params", kArguments);
}

std::optional<UnknownKey> FindUnknownInParams(std::string_view params) {
  if (auto found = FindMisspelt(params, "the call", kNameOrCall)) return found;
  return FindMisspelt(params, "the call", kArguments);
}

std::optional<UnknownKey> FindUnknownInStep(std::string_view step) {
  Arena arena;
  SpanReader members(step, arena);
  while (members.Next()) {
    const Value name = members.Name();
    members.SkipItem();
    const std::string_view key = name.view();
    if (IsMeant(key, kStep)) continue;
    if (std::find(std::begin(kExpected), std::end(kExpected), key) != std::end(kExpected)) continue;
    return UnknownKey{std::string(key), "the step", MeantBy(key, kStep)};
  }
  return std::nullopt;
}

}  // namespace writ
