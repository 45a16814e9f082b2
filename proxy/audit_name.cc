// What audit files are called.
// Tested by tests/proxy/audit_name_test.cc.
#include "proxy/audit_name.h"

#include <fmt/core.h>

#include "proxy/audit_record.h"

namespace writ {
namespace {

// "20260302T093000Z"
std::string CompactTime(const Time& time) {
  std::string text;
  AppendAuditTime(time, text);
  std::string compact;
  for (const char c : text.substr(0, 19)) {
    if (c != '-' && c != ':') compact += c;
  }
  return compact + 'Z';
}

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";

// Takes text from the end.
class Backwards {
 public:
  explicit Backwards(std::string_view text) : text_(text) {}

  void Word(std::string_view word) {
    const bool is_there = text_.size() >= word.size() &&
                          text_.compare(text_.size() - word.size(), word.size(), word) == 0;
    if (!is_there) return Fail();
    text_.remove_suffix(word.size());
  }
  void Some(std::string_view of, size_t least, size_t most) {
    size_t taken = 0;
    while (taken < most && !text_.empty() && of.find(text_.back()) != std::string_view::npos) {
      text_.remove_suffix(1);
      ++taken;
    }
    if (taken < least) Fail();
  }
  std::optional<std::string_view> Left() const { return ok_ ? std::optional(text_) : std::nullopt; }

 private:
  void Fail() { ok_ = false; }

  std::string_view text_;
  bool ok_ = true;
};

}  // namespace

std::string AuditFileName(const Time& time, std::string_view session, unsigned which) {
  return fmt::format("{}-{}-{}{}", CompactTime(time), session, which, kAuditExtension);
}

std::optional<std::string_view> BeforeAuditFileName(std::string_view name) {
  Backwards backwards(name);
  backwards.Word(kAuditExtension);
  backwards.Some(kDigits, 1, 10);
  backwards.Word("-");
  backwards.Some(kHexDigits, 16, 16);
  backwards.Word("-");
  backwards.Word("Z");
  backwards.Some(kDigits, 6, 6);
  backwards.Word("T");
  backwards.Some(kDigits, 8, 8);
  const auto before = backwards.Left();
  if (!before.has_value() || before->empty() || before->back() == '.') return before;
  return std::nullopt;
}

}  // namespace writ
