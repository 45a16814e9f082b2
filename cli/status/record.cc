// Reading the beginnings of records.
// Tested by tests/cli/status_record_test.cc.
#include "cli/status/record.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "proxy/audit_record.h"
#include "vm/json_text.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr std::string_view kBegin = "{\"time\":\"";

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The members of an object, one after the other. Nothing is read behind a fault.
class Members {
 public:
  explicit Members(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }
  // Whether the fault is that the text ends.
  bool ended() const { return !ok_ && text_.empty(); }

  bool Try(char c) {
    if (!ok_ || text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void Expect(char c) {
    if (!Try(c)) ok_ = false;
  }

  // What stands between the quotes.
  std::string_view Token() {
    Expect('"');
    size_t end = 0;
    while (ok_ && end < text_.size() && text_[end] != '"') end += LengthAt(end);
    if (!ok_ || end >= text_.size()) {
      if (ok_) text_ = {};
      ok_ = false;
      return {};
    }
    const std::string_view inside = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return inside;
  }

  // No more of it than is recorded of a name, with the mark of one that was cut.
  void Text(std::string& out) {
    constexpr size_t kMost = kMaxAuditNameBytes + std::string_view("…").size();
    out.clear();
    const std::string_view inside = Token();
    // What is no text is shown as it stands.
    if (!AppendDecoded(inside, out)) out = inside;
    if (out.size() <= kMost) return;
    out.resize(CutToBytes(out, kMost).size());
    out.shrink_to_fit();
  }

  uint64_t Number() {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (!ok_ || error != std::errc()) {
      ok_ = false;
      return 0;
    }
    text_.remove_prefix(static_cast<size_t>(end - text_.data()));
    return number;
  }

  // Any value. Only brackets and quotes are looked at.
  void Skip() {
    size_t depth = 0;
    do {
      if (!ok_ || text_.empty()) {
        ok_ = false;
        return;
      }
      const char c = text_.front();
      if (c == '"') {
        Token();
        continue;
      }
      if (depth == 0 && (c == ',' || c == ']' || c == '}')) return;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      text_.remove_prefix(1);
    } while (depth > 0 || (!text_.empty() && text_.front() != ',' && text_.front() != '}' &&
                           text_.front() != ']'));
  }

 private:
  // Of the character of a string that stands there, 0 with a fault.
  size_t LengthAt(size_t at) {
    if (static_cast<unsigned char>(text_[at]) < 0x20) {
      ok_ = false;
      return 0;
    }
    if (text_[at] != '\\') return 1;
    const std::string_view rest = text_.substr(at + 1, 5);
    if (rest.empty()) return 1;  // the end is found next
    if (rest[0] != 'u') {
      ok_ = std::string_view("\"\\/bfnrt").find(rest[0]) != std::string_view::npos;
      return 2;
    }
    if (!std::all_of(rest.begin() + 1, rest.end(), IsHexDigit)) ok_ = false;
    return 1 + rest.size();
  }

  std::string_view text_;
  bool ok_ = true;
};

void ReadShadows(Members& members, std::vector<RecordedShadow>& shadows) {
  shadows.clear();
  members.Expect('[');
  if (members.Try(']')) return;
  do {
    if (shadows.size() == kMaxAuditedShadows) {
      members.Skip();
      continue;
    }
    members.Expect('{');
    RecordedShadow& shadow = shadows.emplace_back();
    do {
      const std::string_view name = members.Token();
      members.Expect(':');
      if (name == "rule") {
        members.Text(shadow.rule);
      } else if (name == "verdict") {
        members.Text(shadow.verdict);
      } else {
        members.Skip();
      }
    } while (members.Try(','));
    members.Expect('}');
  } while (members.Try(','));
  members.Expect(']');
}

void ReadTexts(Members& members, std::vector<std::string>& texts) {
  texts.clear();
  members.Expect('[');
  if (members.Try(']')) return;
  do {
    if (texts.size() == kMaxKeptPolicies) {
      members.Skip();
    } else {
      members.Text(texts.emplace_back());
    }
  } while (members.Try(','));
  members.Expect(']');
}

struct TextMember {
  std::string_view name;
  std::string StatusRecord::*value;
};
constexpr TextMember kTexts[] = {
    {"tool", &StatusRecord::tool},     {"verdict", &StatusRecord::verdict},
    {"code", &StatusRecord::code},     {"rule", &StatusRecord::rule},
    {"client", &StatusRecord::client}, {"server", &StatusRecord::server},
    {"writ", &StatusRecord::writ},     {"command", &StatusRecord::command},
    {"why", &StatusRecord::why},
};

struct NumberMember {
  std::string_view name;
  uint64_t StatusRecord::*value;
};
constexpr NumberMember kNumbers[] = {
    {"pid", &StatusRecord::pid},           {"count", &StatusRecord::count},
    {"denied", &StatusRecord::denied},     {"passed", &StatusRecord::passed},
    {"refusals", &StatusRecord::refusals}, {"more_shadows", &StatusRecord::more_shadows},
};

void Clear(StatusRecord& record) {
  for (const TextMember& member : kTexts) (record.*member.value).clear();
  for (const NumberMember& member : kNumbers) record.*member.value = 0;
  record.policies.clear();
  record.shadows.clear();
  record.status.reset();
}

void ReadMember(std::string_view name, Members& members, StatusRecord& record) {
  for (const TextMember& member : kTexts) {
    if (name == member.name) return members.Text(record.*member.value);
  }
  for (const NumberMember& member : kNumbers) {
    if (name == member.name) {
      record.*member.value = members.Number();
      return;
    }
  }
  if (name == "shadow") return ReadShadows(members, record.shadows);
  if (name == "policies") return ReadTexts(members, record.policies);
  if (name == "status") {
    record.status = members.Number();
    return;
  }
  members.Skip();
}

bool ReadHead(Members& members, StatusRecord& record) {
  const auto member = [&members](std::string_view name) {
    members.Expect(',');
    if (members.Token() != name) return false;
    members.Expect(':');
    return members.ok();
  };
  if (!member("session")) return false;
  record.session = members.Token();
  if (record.session.size() != 16 ||
      record.session.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return false;
  }
  if (!member("seq")) return false;
  record.seq = members.Number();
  if (!member("kind")) return false;
  record.kind = members.Token();
  return members.ok();
}

}  // namespace

std::string_view TimeOfLine(std::string_view line) {
  if (line.substr(0, kBegin.size()) != kBegin) return {};
  const std::string_view time = line.substr(kBegin.size(), kAuditTimeBytes);
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z";
  static_assert(kForm.size() == kAuditTimeBytes);
  const bool fits =
      std::equal(time.begin(), time.end(), kForm.begin(), kForm.end(),
                 [](char c, char form) { return form == '0' ? c >= '0' && c <= '9' : c == form; });
  if (!fits) return {};
  struct Part {
    size_t at;
    std::string_view least;
    std::string_view most;
  };
  constexpr Part kParts[] = {
      {5, "01", "12"}, {8, "01", "31"}, {11, "00", "23"}, {14, "00", "59"}, {17, "00", "60"}};
  const bool is_time = std::all_of(std::begin(kParts), std::end(kParts), [time](const Part& part) {
    const std::string_view number = time.substr(part.at, 2);
    return number >= part.least && number <= part.most;
  });
  return is_time ? time : std::string_view();
}

bool ReadStatusRecord(std::string_view line, bool cut, StatusRecord& record) {
  Clear(record);
  record.time = TimeOfLine(line);
  if (record.time.empty()) return false;
  Members members(line.substr(kBegin.size() + kAuditTimeBytes));
  members.Expect('"');
  if (!ReadHead(members, record)) return false;
  const bool is_decision = record.kind == "decision";
  while (members.Try(',')) {
    const std::string_view name = members.Token();
    members.Expect(':');
    // Nothing behind these counts, and they may be long.
    if (is_decision && members.ok() && (name == "args_digest" || name == "args")) return true;
    ReadMember(name, members, record);
  }
  members.Expect('}');
  return members.ok() || (cut && members.ended());
}

}  // namespace writ
