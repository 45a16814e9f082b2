// Quotas.
// Tested by tests/compiler/load/load_writ_test.cc and the text tests in tests/policies/.
#include "compiler/load/load_writ_quota.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;
using Wanted = ExpressionReader::Wanted;

constexpr std::string_view kDigits = "0123456789";

constexpr OtherKey kOtherKeys[] = {
    {"limit", "write max: with how much is possible"},
    {"count", "write max: with how much is possible"},
    {"window", "write per: with the window, such as hour"},
    {"every", "write per: with the window, such as hour"},
    {"amount", "write of: with what a call counts, such as args.amount"},
    {"sum", "write of: with what a call counts, such as args.amount"},
    {"key", "write by: with what is counted apart, such as args.currency"},
    {"group_by", "write by: with what is counted apart, such as args.currency"},
    {"message", "a message belongs to the rule, beside quota"},
    {"when", "when belongs to the rule, beside quota"},
    {"mode", "mode belongs to the rule, beside quota"},
    {"decimals", "write scale: with the number of decimals"},
};

// "min" of "5/min" as a window.
std::string WindowWord(std::string_view word) {
  if (word == "hr" || word == "hrs") return "hour";
  for (const std::string_view window : {"minute", "hour", "day", "session"}) {
    if (window.starts_with(word) || word.starts_with(window)) return std::string(window);
  }
  const std::string_view nearest = Nearest(word, {"minute", "hour", "day", "session"});
  return std::string(nearest.empty() ? "hour" : nearest);
}

// Digits with what people write between and before them: "50,000", "$50".
bool IsDressedNumber(std::string_view text) {
  return text.find_first_of(kDigits) != std::string_view::npos &&
         text.find_first_not_of("0123456789.,'$ ") == std::string_view::npos;
}

class QuotaLoader {
 public:
  QuotaLoader(PolicyReader& reader, ExpressionReader& expressions, const Node& node)
      : reader_(reader), expressions_(expressions), node_(node) {}

  std::optional<QuotaModel> Load() {
    const size_t errors_before = reader_.error_count();
    quota_.at = node_.at;
    if (node_.kind != Kind::kMapping) {
      ReportForm();
      return std::nullopt;
    }
    const bool keys_are_known = reader_.CheckKeys(
        node_, "a quota", {"max", "per", "of", "by", "sliding", "scale"}, kOtherKeys);
    if (const Node* scale = node_.Find("scale"); scale != nullptr) LoadScale(*scale);
    LoadMax(node_.Find("max"), keys_are_known);
    LoadWindow(node_.Find("per"), keys_are_known);
    if (const Node* of = node_.Find("of"); of != nullptr) LoadAmount(*of);
    if (const Node* by = node_.Find("by"); by != nullptr) {
      quota_.key = expressions_.Read(*by, "by", Wanted::kKey);
    }
    if (const Node* sliding = node_.Find("sliding"); sliding != nullptr) LoadSliding(*sliding);
    if (reader_.error_count() != errors_before) return std::nullopt;
    return std::move(quota_);
  }

 private:
  static constexpr std::string_view kForm = "write quota: {max: 100, per: hour}";

  void ReportForm() {
    const std::string& text = node_.text;
    const size_t slash = text.find('/');
    const size_t digits = text.find_first_not_of(kDigits);
    if (node_.kind == Kind::kScalar && slash != std::string::npos && digits == slash && slash > 0) {
      reader_.Error(node_, "quota must be a mapping",
                    fmt::format("write quota: {{max: {}, per: {}}}", text.substr(0, slash),
                                WindowWord(text.substr(slash + 1))));
      return;
    }
    reader_.Error(node_, yaml::IsNull(node_) ? "quota is empty" : "quota must be a mapping",
                  std::string(kForm));
  }

  void LoadScale(const Node& node) {
    const yaml::Scalar value = node.kind == Kind::kScalar ? yaml::Resolve(node) : yaml::Scalar();
    const auto* scale = std::get_if<int64_t>(&value);
    if (scale != nullptr && *scale >= 0 && *scale <= kMaxScale) {
      quota_.scale = static_cast<uint8_t>(*scale);
      return;
    }
    const bool power = scale != nullptr && (*scale == 10 || *scale == 100 || *scale == 1000);
    reader_.Error(node, fmt::format("scale must be a number of decimals from 0 to {}", kMaxScale),
                  power ? fmt::format("for {} units a whole one write scale: {}", *scale,
                                      *scale == 10    ? 1
                                      : *scale == 100 ? 2
                                                      : 3)
                        : "for cents write scale: 2");
  }

  void LoadMax(const Node* node, bool keys_are_known) {
    if (Missing(node)) {
      if (node != nullptr || keys_are_known) {
        reader_.Error(node != nullptr ? *node : node_, "a quota needs a max", std::string(kForm));
      }
      return;
    }
    if (node->kind == Kind::kScalar && !node->text.empty()) {
      const std::string_view text = node->text;
      if (LoadConstantMax(*node, text)) return;
      const size_t number_end = std::min(text.find_first_not_of(kDigits), text.size());
      const size_t said = std::min(text.find_first_not_of(' ', number_end), text.size());
      if (number_end > 0 && said < text.size() && IsWindowBehind(text.substr(said))) {
        const size_t word = text.find_first_not_of(' ', said + (text[said] == '/' ? 1 : 4));
        reader_.Error(*node, "max is a number alone; the window stands in per",
                      fmt::format("write max: {}, per: {}", text.substr(0, number_end),
                                  WindowWord(text.substr(word))));
        return;
      }
      if (IsDressedNumber(text)) {
        std::string plain(text);
        std::erase_if(plain,
                      [](char c) { return c != '.' && kDigits.find(c) == std::string_view::npos; });
        reader_.Error(*node, fmt::format("max must be a number, not {}", JsonQuote(text)),
                      fmt::format("write max: {}", plain));
        return;
      }
    }
    quota_.max_of = expressions_.Read(*node, "max", Wanted::kNumber);
  }

  // "/min", "per hour"
  static bool IsWindowBehind(std::string_view text) {
    const bool slash = text.starts_with('/') && text.size() > 1;
    if (!slash && !text.starts_with("per ")) return false;
    const size_t word = text.find_first_not_of(' ', slash ? 1 : 4);
    return word != std::string_view::npos &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz", word) == std::string_view::npos;
  }

  // True if it is a number, or looks like one so much that it was reported.
  bool LoadConstantMax(const Node& node, std::string_view text) {
    std::string digits(text);
    if (node.style == Node::Style::kPlain) std::erase(digits, '_');
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.erase(0, 1);
    const size_t point = digits.find('.');
    const std::string whole = digits.substr(0, point);
    std::string fraction = point == std::string::npos ? std::string() : digits.substr(point + 1);
    if (whole.empty() || whole.find_first_not_of(kDigits) != std::string::npos ||
        fraction.find_first_not_of(kDigits) != std::string::npos) {
      return false;
    }
    fraction.erase(fraction.find_last_not_of('0') + 1);
    if (negative) {
      reader_.Error(node, "max must not be negative",
                    "to deny every call write forbid: true instead of a quota");
    } else if (whole.size() > 1 && whole[0] == '0') {
      reader_.Error(node, "a number with a leading zero may be read as octal", "remove the zero");
    } else if (fraction.size() > kMaxScale) {
      reader_.Error(node, fmt::format("max has more than {} decimals", kMaxScale), "round it");
    } else if (fraction.size() > quota_.scale) {
      reader_.Error(node,
                    quota_.scale == 0
                        ? std::string("max must be a whole number where no decimals are kept")
                        : fmt::format("max has {} decimals, and scale keeps {}", fraction.size(),
                                      quota_.scale),
                    fmt::format("add scale: {} to count with decimals", fraction.size()));
    } else {
      fraction.resize(quota_.scale, '0');
      const std::string units = whole + fraction;
      const auto parsed = std::from_chars(units.data(), units.data() + units.size(), quota_.max);
      if (parsed.ec != std::errc()) {
        reader_.Error(node, "max is larger than a count can be",
                      quota_.scale == 0 ? "it must be below 2^63" : "lower max or scale");
      }
    }
    return true;
  }

  void LoadAmount(const Node& node) {
    if (node.kind == Kind::kScalar && node.text.starts_with('-') &&
        node.text.find_first_not_of("0123456789.", 1) == std::string::npos) {
      reader_.Error(node, "of must not be negative", "a call can only add to a count");
      return;
    }
    quota_.amount = expressions_.Read(node, "of", Wanted::kNumber);
  }

  void LoadSliding(const Node& node) {
    const yaml::Scalar value = node.kind == Kind::kScalar ? yaml::Resolve(node) : yaml::Scalar();
    const auto* sliding = std::get_if<bool>(&value);
    if (sliding == nullptr) {
      const bool off = node.text == "no" || node.text == "off" || node.text == "false";
      reader_.Error(node, "sliding must be true or false",
                    off ? "write sliding: false" : "write sliding: true");
      return;
    }
    if (*sliding && window_is_known_ && quota_.window.is_session()) {
      reader_.Error(node, "a session does not slide", "remove sliding, or count per: 1h");
      return;
    }
    quota_.window.sliding = *sliding;
  }

  void LoadWindow(const Node* node, bool keys_are_known) {
    if (Missing(node)) {
      if (node != nullptr || keys_are_known) {
        reader_.Error(node != nullptr ? *node : node_, "a quota needs a window",
                      "add per: with minute, hour, day, session, or such as 20m, 6h, 7d");
      }
      return;
    }
    if (node->kind != Kind::kScalar) {
      reader_.Error(*node, "per must be a window", "write one, such as per: hour");
      return;
    }
    const std::optional<Window> window = ReadWindow(*node);
    if (!window) return;
    quota_.window = *window;
    window_is_known_ = true;
  }

  std::optional<Window> ReadWindow(const Node& node) {
    const std::string_view text = node.text;
    if (text == "minute") return Window::kMinute;
    if (text == "hour") return Window::kHour;
    if (text == "day") return Window::kDay;
    if (text == "session") return Window::kSession;
    const size_t unit_at = std::min(text.find_first_not_of(kDigits), text.size());
    const std::string_view unit = text.substr(unit_at);
    if (unit_at == 0 || (unit != "m" && unit != "h" && unit != "d")) {
      reader_.Error(node,
                    fmt::format("per must be minute, hour, day, session or such as 20m, 6h, 7d, "
                                "not {}",
                                JsonQuote(text)),
                    WindowHint(text.substr(0, unit_at), unit));
      return std::nullopt;
    }
    int64_t count = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + unit_at, count);
    const int64_t length = unit == "m" ? 60 : unit == "h" ? 3600 : 86400;
    if (parsed.ec != std::errc() || count > Window::kMaxSeconds / length) {
      reader_.Error(node, "per is longer than the 366 days a window can have",
                    "write per: session to count as long as writ runs, or at most 366d");
      return std::nullopt;
    }
    if (count == 0) {
      reader_.Error(node, "a window cannot be empty", fmt::format("write per: 1{}", unit));
      return std::nullopt;
    }
    return Window{count * length, false};
  }

  // What a window that is none may have been meant as.
  static std::string WindowHint(std::string_view number, std::string_view unit) {
    unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
    const bool counted = !number.empty();
    int64_t count = 1;
    if (counted) std::from_chars(number.data(), number.data() + number.size(), count);
    if (unit.empty() && !counted) return "write a window, such as per: hour";
    if (!counted && (unit == "m" || unit == "h" || unit == "d")) {
      return fmt::format("write per: 1{}", unit);
    }
    if (unit == "daily") return "did you mean day?";
    if (unit.empty()) {
      return fmt::format("add the unit: {}m, {}h or {}d", number, number, number);
    }
    const auto starts = [unit](std::string_view word) {
      return word.starts_with(unit) || unit.starts_with(word);
    };
    if (unit == "M" || starts("month")) {
      return fmt::format("months differ in length; write per: {}d", count < 12 ? 30 * count : 365);
    }
    if (unit == "w" || starts("week")) {
      return fmt::format("write per: {}d", count < 52 ? 7 * count : 364);
    }
    if (unit == "y" || starts("year")) return "write per: 365d";
    if (starts("second")) return "the shortest window is a minute: per: 1m";
    for (const std::string_view word : {"minute", "hour", "day"}) {
      if (!starts(word) && Nearest(unit, {word}).empty()) continue;
      return counted ? fmt::format("write per: {}{}", number, word[0])
                     : fmt::format("did you mean {}?", word);
    }
    return DidYouMean(unit, {"minute", "hour", "day", "session"});
  }

  PolicyReader& reader_;
  ExpressionReader& expressions_;
  const Node& node_;
  QuotaModel quota_;
  bool window_is_known_ = false;
};

std::string Decimal(int64_t units, uint8_t scale) {
  std::string digits = fmt::format("{:0{}}", units, scale + 1);
  if (scale > 0) digits.insert(digits.size() - scale, 1, '.');
  return digits;
}

}  // namespace

std::optional<QuotaModel> LoadQuota(PolicyReader& reader, ExpressionReader& expressions,
                                    const Node& node) {
  return QuotaLoader(reader, expressions, node).Load();
}

std::string QuotaMessage(const QuotaModel& quota, std::string_view rule) {
  const std::string_view again = quota.window.is_session() ? "" : " Try again later.";
  if (quota.max_of)
    return fmt::format("The quota of rule {} is used up.{}", JsonQuote(rule), again);
  return fmt::format("Quota of {} per {} reached.{}", Decimal(quota.max, quota.scale),
                     WindowName(quota.window), again);
}

}  // namespace writ
