// Conditions from what was seen.
// Tested by tests/cli/learn_test.cc.
#include "cli/learn/condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "cli/traffic/input.h"
#include "compiler/migrate/cel_text.h"

namespace writ {
namespace {

// Values are few if each was seen that often, taken together.
constexpr uint64_t kTimesEach = 3;
// An argument whose condition is longer is held to its type alone.
constexpr size_t kLongestCondition = 8192;
constexpr uint64_t kLeastLength = 64;

constexpr std::string_view kTypes[kSeenKinds] = {"null_type", "bool", "int", "double",
                                                 "string",    "list", "map"};

// Room for what is twice as long as anything seen.
uint64_t LengthFor(uint64_t longest) {
  return std::max(kLeastLength, std::bit_ceil(2 * longest));
}

std::string Number(double number) {
  constexpr double kWholeUpTo = 9007199254740992.0;
  if (std::trunc(number) == number && std::fabs(number) < kWholeUpTo) {
    return fmt::format("{}", static_cast<int64_t>(number));
  }
  return CelDouble(number);
}

std::string TypeTest(SeenKind kind, const std::string& value) {
  if (kind == SeenKind::kNumber) return fmt::format("type({}) in [int, uint, double]", value);
  return fmt::format("type({}) == {}", value, kTypes[static_cast<size_t>(kind)]);
}

std::string OneOf(const std::map<std::string, uint64_t>& counts) {
  std::string list;
  for (const auto& [text, count] : counts) list += (list.empty() ? "" : ", ") + CelString(text);
  return fmt::format("[{}]", list);
}

bool IsPlainMember(const std::string& name) {
  return IsThere({name}).starts_with("has(");
}

std::string And(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += " && ";
    text += part;
  }
  return text;
}

}  // namespace

std::string NamesCondition(const std::string& map, const SeenValue& seen, const std::string& key) {
  std::map<std::string, uint64_t> names;
  for (const auto& [name, member] : seen.members) names.emplace(name, member.seen);
  return fmt::format("{}.all({}, {} in {})", map, key, key, OneOf(names));
}

LearnedCondition ConditionWriter::OfArgument(const std::string& name, const SeenValue& seen,
                                             uint64_t calls) {
  said_.clear();
  LearnedCondition learned;
  learned.cel = OfMember("args", name, seen, calls);
  if (learned.cel.size() > kLongestCondition) {
    ConditionWriter shorter(LearnDetail::kShapes, min_seen_);
    SeenValue flat;
    flat.seen = seen.seen;
    flat.by_kind = seen.by_kind;
    flat.unsafe = seen.unsafe;
    flat.has_more_members = true;
    learned.cel = shorter.OfMember("args", name, flat, calls);
    said_ = "; too many to say more";
  }
  const bool is_optional = learned.cel.starts_with("(!");
  if (is_optional) learned.cel = learned.cel.substr(1, learned.cel.size() - 2);
  learned.comment = fmt::format("in {} of {}{}", seen.seen, CountOf(calls, "call"), said_);
  return learned;
}

void ConditionWriter::Say(const std::string& text) {
  constexpr size_t kMostSaid = 100;
  if (said_.size() + text.size() <= kMostSaid) {
    said_ += "; " + text;
  } else if (!said_.ends_with("…")) {
    said_ += "; …";
  }
}

// Of the member of `maps` objects, in `seen` of which it was.
std::string ConditionWriter::OfMember(const std::string& map, const std::string& name,
                                      const SeenValue& seen, uint64_t maps) {
  const bool is_plain = IsPlainMember(name);
  const std::string value =
      is_plain ? fmt::format("{}.{}", map, name) : fmt::format("{}[{}]", map, CelString(name));
  const std::string is_there =
      is_plain ? fmt::format("has({})", value) : fmt::format("{} in {}", CelString(name), map);
  const std::string condition = OfValue(value, seen);
  const bool is_always = seen.seen >= maps && BindsValues(maps);
  if (is_always) return And({is_there, condition});
  if (condition.empty()) return {};
  const std::string is_missing =
      is_plain ? fmt::format("!{}", is_there) : fmt::format("!({})", is_there);
  return fmt::format("({} || {})", is_missing, condition);
}

std::string ConditionWriter::OfValue(const std::string& value, const SeenValue& seen) {
  // Reading such a number is an error, whatever is asked of it.
  if (seen.unsafe > 0) {
    Say("numbers that servers read differently");
    return {};
  }
  std::vector<std::string> alternatives;
  for (size_t i = 0; i < kSeenKinds; ++i) {
    const auto kind = static_cast<SeenKind>(i);
    if (seen.by_kind[i] == 0) continue;
    // Whole numbers among others are numbers.
    if (kind == SeenKind::kWhole && seen.of(SeenKind::kNumber) > 0) continue;
    alternatives.push_back(OfKind(kind, value, seen));
  }
  if (alternatives.empty()) return {};
  if (alternatives.size() == 1) return alternatives.front();
  return fmt::format("({})", fmt::join(alternatives, " || "));
}

std::string ConditionWriter::OfKind(SeenKind kind, const std::string& value,
                                    const SeenValue& seen) {
  std::string is_kind = TypeTest(kind, value);
  switch (kind) {
    case SeenKind::kNull: return is_kind;
    case SeenKind::kBool: {
      const uint64_t bools = seen.of(SeenKind::kBool);
      const bool is_one = seen.truths == 0 || seen.truths == bools;
      if (!is_one || !BindsValues(bools)) return is_kind;
      Say(seen.truths == 0 ? "always false" : "always true");
      return fmt::format("{} == {}", value, seen.truths > 0);
    }
    case SeenKind::kWhole:
    case SeenKind::kNumber: return And({is_kind, OfNumber(value, seen)});
    case SeenKind::kText:
      // No other type is one of a list of texts.
      return AreFewTexts(seen) ? OfFewTexts(value, seen) : And({is_kind, OfText(value, seen)});
    case SeenKind::kList: return And({is_kind, OfList(value, seen)});
    case SeenKind::kMap: return And({is_kind, OfMap(value, seen)});
  }
  return is_kind;
}

std::string ConditionWriter::OfNumber(const std::string& value, const SeenValue& seen) {
  if (!BindsValues(seen.of(SeenKind::kWhole) + seen.of(SeenKind::kNumber))) return {};
  const std::string least = Number(seen.least);
  const std::string most = Number(seen.most);
  if (least == most) {
    Say("always " + least);
    return fmt::format("{} == {}", value, least);
  }
  Say(fmt::format("from {} to {}", least, most));
  return fmt::format("{} >= {} && {} <= {}", value, least, value, most);
}

bool ConditionWriter::AreFewTexts(const SeenValue& seen) const {
  const uint64_t texts = seen.of(SeenKind::kText);
  return !seen.has_more_texts && BindsValues(texts) && texts >= kTimesEach * seen.texts.size();
}

std::string ConditionWriter::OfFewTexts(const std::string& value, const SeenValue& seen) {
  Say(CountOf(seen.texts.size(), "value"));
  if (seen.texts.size() == 1) {
    return fmt::format("{} == {}", value, CelString(seen.texts.begin()->first));
  }
  return fmt::format("{} in {}", value, OneOf(seen.texts));
}

std::string ConditionWriter::OfText(const std::string& value, const SeenValue& seen) {
  if (detail_ != LearnDetail::kValues) return {};
  const uint64_t texts = seen.of(SeenKind::kText);
  if (seen.folder) {
    Say("paths of one folder");
    return fmt::format("path.within({}, {})", value, CelString(*seen.folder));
  }
  if (!BindsValues(texts)) return {};
  if (seen.are_urls && texts >= kTimesEach * seen.hosts.size()) {
    Say("URLs of " + CountOf(seen.hosts.size(), "host"));
    return fmt::format("url({0}).getScheme() in {1} && url({0}).getHostname().lowerAscii() in {2}",
                       value, OneOf(seen.schemes), OneOf(seen.hosts));
  }
  std::string form;
  bool is_bounded = false;
  for (size_t i = 0; form.empty() && FormatAt(i) != nullptr; ++i) {
    if ((seen.formats & (1u << i)) == 0) continue;
    const TextFormat& format = *FormatAt(i);
    Say(fmt::format("always {}", format.name));
    form = fmt::format("{}.matches({})", value, CelString(fmt::format("^{}$", format.pattern)));
    is_bounded = format.bounds_length;
  }
  if (is_bounded) return form;
  Say(fmt::format("up to {}", CountOf(seen.longest, "character")));
  return And({form, fmt::format("size({}) <= {}", value, LengthFor(seen.longest))});
}

std::string ConditionWriter::OfList(const std::string& value, const SeenValue& seen) {
  std::string length;
  if (BindsValues(seen.of(SeenKind::kList))) {
    Say(fmt::format("up to {}", CountOf(seen.most_items, "element")));
    length = fmt::format("size({}) <= {}", value,
                         seen.most_items == 0 ? 0 : std::bit_ceil(2 * seen.most_items));
  }
  std::string items;
  if (seen.item != nullptr) {
    const std::string element = fmt::format("e{}", ++variables_);
    const std::string condition = OfValue(element, *seen.item);
    --variables_;
    if (!condition.empty()) items = fmt::format("{}.all({}, {})", value, element, condition);
  }
  return And({length, items});
}

std::string ConditionWriter::OfMap(const std::string& value, const SeenValue& seen) {
  if (seen.has_more_members) return {};
  const uint64_t maps = seen.of(SeenKind::kMap);
  if (seen.members.empty()) {
    return BindsValues(maps) ? fmt::format("size({}) == 0", value) : std::string();
  }
  const std::string key = fmt::format("k{}", ++variables_);
  std::vector<std::string> parts = {NamesCondition(value, seen, key)};
  for (const auto& [name, member] : seen.members) {
    parts.push_back(OfMember(value, name, member, maps));
  }
  --variables_;
  return And(parts);
}

}  // namespace writ
