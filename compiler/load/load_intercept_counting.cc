// Counting of version "1" rules.
// Tested by tests/compiler/load/load_intercept_test.cc and the text tests in tests/policies/.
#include "compiler/load/load_intercept_counting.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "compiler/load/load_intercept_condition.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

constexpr std::string_view kWindowNames[] = {"minute", "hour", "day"};

std::string WindowHint(std::string_view text) {
  if (text.empty()) return "add window: hour";
  if (text == "s" || text.substr(0, 3) == "sec") return "the shortest window is a minute";
  for (const std::string_view name : kWindowNames) {
    if (name.substr(0, text.size()) == text) return fmt::format("did you mean {}?", name);
  }
  return DidYouMean(text, {std::begin(kWindowNames), std::end(kWindowNames)});
}

std::optional<Window> ParseWindow(std::string_view text) {
  if (text == "minute") return Window::kMinute;
  if (text == "hour") return Window::kHour;
  if (text == "day") return Window::kDay;
  return std::nullopt;
}

}  // namespace

void CountingLoader::LoadRateLimit(const Node& node, const Node& limit, RuleModel& rule,
                                   const std::string& message) {
  constexpr std::string_view kForm = "rate_limit must be COUNT/WINDOW, such as 5/hour";
  const auto given = [&node](std::string_view key) {
    const Node* member = node.Find(key);
    return !Missing(member) && !(member->kind == Kind::kSequence && member->items.empty());
  };
  if (given("conditions") || given("state")) {
    reader_.Error(limit, "rate_limit cannot be combined with conditions or state",
                  "put it into a rule of its own");
  }
  if (rule.denies) {
    reader_.Error(limit, "rate_limit cannot be combined with action: deny",
                  "remove the action: a rate limit denies what goes beyond it");
  }
  if (limit.kind != Kind::kScalar) {
    reader_.Error(limit, std::string(kForm));
    return;
  }
  const std::string_view text = limit.text;
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    const bool is_count = text.find_first_not_of("0123456789") == std::string_view::npos;
    reader_.Error(limit, std::string(kForm),
                  is_count ? fmt::format("write {}/hour", text) : std::string());
    return;
  }
  std::string_view count_text = text.substr(0, slash);
  if (!count_text.empty() && count_text[0] == '+') count_text.remove_prefix(1);
  int64_t count = 0;
  const auto parsed =
      std::from_chars(count_text.data(), count_text.data() + count_text.size(), count);
  if (count_text.empty() || count_text[0] == '-' || parsed.ec != std::errc() ||
      parsed.ptr != count_text.data() + count_text.size() || count <= 0) {
    reader_.Error(limit,
                  fmt::format("the count of rate_limit must be a whole number from 1, not {}",
                              JsonQuote(text.substr(0, slash))),
                  count_text == "0" ? "write action: deny instead to deny every call" : "");
    return;
  }
  const std::optional<Window> window = ParseWindow(text.substr(slash + 1));
  if (!window.has_value()) {
    reader_.Error(limit,
                  fmt::format("the window of rate_limit must be minute, hour or day, not {}",
                              JsonQuote(text.substr(slash + 1))),
                  WindowHint(text.substr(slash + 1)));
    return;
  }
  Counting counting;
  counting.at = limit.at;
  counting.counter = {scope_, fmt::format("_rate_{}", WindowName(*window))};
  counting.path_text = fmt::format("state.{}.{}", scope_text_, counting.counter.name);
  counting.window = *window;
  counting.limit = count;
  rule.quota_message = message.empty()
                           ? fmt::format("Rate limit of {} per {} reached. Try again later.", count,
                                         WindowName(*window))
                           : message;
  rule.check_message = rule.quota_message;
  Count(limit, counting);
  rule.counting = std::move(counting);
}

void CountingLoader::Count(const Node& at, const Counting& counting) {
  counters_.Add(counting.counter);
  last_at_ = &at;
  last_name_ = counting.counter.name;
}

void CountingLoader::LoadState(const Node& node, bool conditions_are_sound, RuleModel& rule) {
  if (node.kind != Kind::kMapping) {
    reader_.Error(node, "state must be a mapping", "write state: {counter: …, window: hour}");
    counters_.AddUnknown();
    return;
  }
  const bool keys_are_known = reader_.CheckKeys(
      node, "state", {"counter", "window", "increment", "increment_from"}, kInterceptOtherKeys);
  Counting counting;
  counting.at = node.at;
  const Node* name = node.Find("counter");
  counting.counter = {scope_, reader_.Text(name, "counter").value_or("")};
  bool usable = true;
  if (counting.counter.name.empty()) {
    if (name == nullptr ? keys_are_known : name->kind == Kind::kScalar) {
      reader_.Error(name != nullptr ? *name : node, "state needs a counter",
                    "give it a name, such as counter: calls");
    }
    counters_.AddUnknown();
    usable = false;
  }
  counting.path_text = fmt::format("state.{}.{}", scope_text_, counting.counter.name);

  const Node* window = node.Find("window");
  const std::string window_text = reader_.Text(window, "window").value_or("");
  if (const std::optional<Window> parsed = ParseWindow(window_text)) {
    counting.window = *parsed;
  } else if (window == nullptr ? keys_are_known : window->kind == Kind::kScalar) {
    reader_.Error(window != nullptr ? *window : node,
                  "the window of state must be minute, hour or day", WindowHint(window_text));
  }
  LoadIncrement(node, counting);
  if (!usable) return;
  Count(name != nullptr ? *name : node, counting);
  // A rule that denies never counts, but others may read its counter, which stays at 0.
  if (rule.denies || FindLimit(rule, counting)) {
    rule.counting = std::move(counting);
  } else if (conditions_are_sound) {
    reader_.Error(node,
                  fmt::format("the counter {} is counted but never limited",
                              JsonQuote(counting.counter.name)),
                  fmt::format("add a condition {{path: {}, op: lte, value: …}} to this rule",
                              counting.path_text));
  }
}

void CountingLoader::LoadIncrement(const Node& node, Counting& counting) {
  if (const Node* increment = node.Find("increment"); !Missing(increment)) {
    const yaml::Scalar value =
        increment->kind == Kind::kScalar ? yaml::Resolve(*increment) : yaml::Scalar();
    if (const auto* whole = std::get_if<int64_t>(&value)) {
      counting.amount = *whole;
    } else if (const auto* number = std::get_if<double>(&value);
               number != nullptr && std::trunc(*number) == *number && std::abs(*number) < 0x1p63) {
      counting.amount = static_cast<int64_t>(*number);
    } else {
      reader_.Error(*increment, "increment must be a whole number",
                    increment->text.rfind("args.", 0) == 0
                        ? fmt::format("write increment_from: {}", increment->text)
                        : std::string());
    }
    if (counting.amount < 0) reader_.Error(*increment, "increment must not be negative");
    if (counting.amount == 0) counting.amount = 1;
  }
  const Node* from = node.Find("increment_from");
  const std::string path = reader_.Text(from, "increment_from").value_or("");
  if (path.empty()) return;
  if (path.rfind("args.", 0) != 0) {
    reader_.Error(*from,
                  fmt::format("increment_from must start with args., not {}", JsonQuote(path)),
                  path.rfind("state.", 0) == 0 ? "amounts are read from the call's arguments"
                                               : PathHint(path));
    return;
  }
  counting.amount_path = path;
  SplitPath(reader_, *from, std::string_view(path).substr(5), counting.amount_names);
}

// The smallest lt or lte on the rule's own counter is what can be reserved.
bool CountingLoader::FindLimit(const RuleModel& rule, Counting& counting) {
  bool found = false;
  for (const Condition& condition : rule.conditions) {
    if (condition.path_text != counting.path_text) continue;
    if (condition.op != Operator::kLt && condition.op != Operator::kLte) continue;
    const std::optional<int64_t> limit = WholeLimit(condition);
    if (!limit.has_value()) continue;
    counting.limit = found ? std::min(counting.limit, *limit) : *limit;
    found = true;
  }
  return found;
}

std::optional<int64_t> CountingLoader::WholeLimit(const Condition& condition) {
  const yaml::Scalar value = yaml::Resolve(*condition.value);
  int64_t whole = 0;
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    whole = *integer;
  } else {
    const double number = std::get<double>(value);
    if (std::isnan(number)) return INT64_MIN;  // nothing is below NaN
    if (number >= 0x1p63) return INT64_MAX;
    if (number < -0x1p63) return INT64_MIN;
    whole = static_cast<int64_t>(number);
    if (static_cast<double>(whole) != number) {
      reader_.Warn(*condition.value,
                   fmt::format("a limit counts whole units: only the {} of this is used", whole));
    }
  }
  if (condition.op == Operator::kLte) return whole;
  return whole == INT64_MIN ? whole : whole - 1;
}

}  // namespace writ
