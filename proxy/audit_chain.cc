// Sealing records, and taking sealed ones apart.
// Tested by tests/proxy/audit_chain_test.cc.
#include "proxy/audit_chain.h"

#include <algorithm>
#include <charconv>

namespace writ {
namespace {

constexpr std::string_view kMacMember = ",\"mac\":\"";
constexpr std::string_view kEnd = "\"}";
constexpr size_t kMacHex = 64;
constexpr size_t kSessionHex = 16;

// Reads what stands at the front in one form only: that in which it was written.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool ok() const { return ok_; }

  bool TryWord(std::string_view word) {
    if (text_.substr(0, word.size()) != word) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  void Word(std::string_view word) { ok_ = TryWord(word) && ok_; }

  std::string_view Take(size_t size) {
    if (text_.size() < size) ok_ = false;
    const std::string_view taken = text_.substr(0, size);
    text_.remove_prefix(taken.size());
    return taken;
  }

  // It is shown to people as it stands.
  std::string_view Session() {
    const std::string_view session = Take(kSessionHex);
    if (session.find_first_not_of("0123456789abcdef") != std::string_view::npos) ok_ = false;
    return session;
  }

  uint64_t Number() {
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc()) ok_ = false;
    const auto size = static_cast<size_t>(end - text_.data());
    if (size > 1 && text_[0] == '0') ok_ = false;
    text_.remove_prefix(size);
    return number;
  }

  // Up to the quote that ends a string, which is taken too.
  std::string_view InsideString() {
    size_t end = 0;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) {
      ok_ = false;
      return {};
    }
    const std::string_view inside = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return inside;
  }

  std::optional<Mac> MacHex() {
    const std::optional<Mac> mac = ReadMac(Take(kMacHex));
    if (!mac.has_value()) ok_ = false;
    return mac;
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

PreviousRecord ReadRecordName(Reader& reader) {
  PreviousRecord previous;
  reader.Word("{\"session\":\"");
  previous.session = reader.Session();
  reader.Word("\",\"seq\":");
  previous.seq = reader.Number();
  reader.Word(",\"time\":\"");
  previous.time = reader.Take(kAuditTimeBytes);
  reader.Word("\",\"mac\":\"");
  previous.mac = reader.MacHex().value_or(Mac{});
  reader.Word("\",\"file\":\"");
  previous.file = reader.InsideString();
  reader.Word("}");
  return previous;
}

}  // namespace

void AuditChain::Seal(std::string_view record, std::string& out) {
  last_ = MacOf(last_, record);
  out += record;
  out += kMacMember;
  AppendHex(AsText(last_), out);
  out += kEnd;
  out += '\n';
}

std::optional<SealedRecord> ReadSealedRecord(std::string_view line) {
  constexpr size_t kTail = kMacMember.size() + kMacHex + kEnd.size();
  if (line.size() < kTail) return std::nullopt;
  SealedRecord sealed;
  sealed.record = line.substr(0, line.size() - kTail);
  Reader tail(line.substr(line.size() - kTail));
  tail.Word(kMacMember);
  sealed.mac = tail.MacHex().value_or(Mac{});
  tail.Word(kEnd);

  Reader head(sealed.record);
  head.Word("{\"time\":\"");
  sealed.time = head.Take(kAuditTimeBytes);
  head.Word("\",\"session\":\"");
  sealed.session = head.Session();
  head.Word("\",\"seq\":");
  sealed.seq = head.Number();
  head.Word(",\"kind\":\"");
  sealed.kind = head.InsideString();
  sealed.is_start = sealed.kind == "start";
  sealed.goes_on = sealed.kind == "stop" && head.TryWord(",\"why\":\"rotated\"");
  if (sealed.is_start) {
    head.Word(",\"previous\":");
    if (!head.TryWord("null")) sealed.previous = ReadRecordName(head);
    head.Word(",\"others\":[");
    while (head.ok() && !head.TryWord("]")) {
      if (!sealed.others.empty()) head.Word(",");
      sealed.others.push_back(ReadRecordName(head));
    }
    head.Word(",\"version\":1,\"key\":\"");
    sealed.key = head.InsideString();
  }
  if (!head.ok() || !tail.ok()) return std::nullopt;
  return sealed;
}

}  // namespace writ
