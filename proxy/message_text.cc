// Values in messages.
// Tested by tests/proxy/message_text_test.cc.
#include "proxy/message_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "vm/functions/function.h"
#include "vm/shown.h"
#include "vm/span.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr std::string_view kEllipsis = "…";

// Where text goes that is cut after so many characters.
class Shown {
 public:
  Shown(std::string& out, size_t limit) : out_(out), left_(limit) {}

  bool full() const { return full_; }

  // All or none of it, ASCII.
  void Put(std::string_view text) {
    if (full_) return;
    if (text.size() > left_) return Cut();
    left_ -= text.size();
    out_ += text;
  }

  // One after the other, while there is room.
  void PutText(std::string_view text) {
    while (!text.empty() && !full_) PutCharacter(TakeCodePoint(text));
  }

  // As the inside of a JSON string.
  void PutString(std::string_view text) {
    while (!text.empty() && !full_) {
      PutPlain(text);
      if (text.empty()) return;
      const uint32_t c = TakeCodePoint(text);
      switch (c) {
        case '"': Put("\\\""); break;
        case '\\': Put("\\\\"); break;
        case '\n': Put("\\n"); break;
        case '\r': Put("\\r"); break;
        case '\t': Put("\\t"); break;
        default: PutCharacter(c);
      }
    }
  }

 private:
  // Takes the ASCII that the text starts with and is shown as it is, nearly always all of it.
  void PutPlain(std::string_view& text) {
    const size_t room = std::min(text.size(), left_);
    size_t size = 0;
    while (size < room && text[size] >= 0x20 && text[size] < 0x7F && text[size] != '"' &&
           text[size] != '\\') {
      ++size;
    }
    out_ += text.substr(0, size);
    left_ -= size;
    text.remove_prefix(size);
  }

  void PutCharacter(uint32_t c) {
    if (!IsShown(c)) {
      std::string escape;
      AppendEscape(c, escape);
      return Put(escape);
    }
    if (left_ == 0) return Cut();
    --left_;
    char encoded[4];
    out_.append(encoded, static_cast<size_t>(AppendUtf8(c, encoded) - encoded));
  }

  void Cut() {
    out_ += kEllipsis;
    full_ = true;
  }

  std::string& out_;
  size_t left_;
  bool full_ = false;
};

// Every level puts a bracket, so recursion is no deeper than there is room.
class ValueText {
 public:
  ValueText(Shown& shown, Arena& arena) : shown_(shown), arena_(arena) {}

  void Put(const Value& value, bool nested) {
    if (shown_.full()) return;
    switch (value.tag) {
      case Tag::kAbsent:
      case Tag::kError: return shown_.Put(kUnavailable);
      case Tag::kNull: return shown_.Put("null");
      case Tag::kBool: return shown_.Put(value.i != 0 ? "true" : "false");
      case Tag::kInt: return shown_.Put(fmt::format("{}", value.i));
      case Tag::kUint: return shown_.Put(fmt::format("{}", value.u));
      case Tag::kDouble: return shown_.Put(fmt::format("{}", value.d));
      case Tag::kString: return PutString(value.view(), nested);
      case Tag::kBytes: return shown_.Put(fmt::format("<{} bytes>", value.size));
      case Tag::kListSpan:
      case Tag::kMapSpan:
      case Tag::kUnsafeNumber: return shown_.PutText(value.view());  // JSON already
      case Tag::kList: return PutList(*value.list);
      case Tag::kMap: return PutMap(*value.map);
      case Tag::kOptional: return PutOptional(value, nested);
      case Tag::kType: return PutString(value.view(), nested);
      case Tag::kTimestamp:
      case Tag::kDuration:
      case Tag::kIp:
      case Tag::kCidr:
      case Tag::kUrl: break;
    }
    int64_t budget = kMaxMessageBytes;
    FunctionContext context{arena_, budget, Value()};
    const Value text = functions::ToString(&value, 1, context);
    if (!text.is(Tag::kString)) return shown_.Put(kUnavailable);
    PutString(text.view(), nested);
  }

 private:
  void PutString(std::string_view text, bool quoted) {
    if (quoted) shown_.Put("\"");
    shown_.PutString(text);
    if (quoted) shown_.Put("\"");
  }

  void PutList(const List& list) {
    shown_.Put("[");
    for (uint32_t i = 0; i < list.size && !shown_.full(); ++i) {
      if (i > 0) shown_.Put(",");
      Put(list.items[i], true);
    }
    shown_.Put("]");
  }

  void PutMap(const Map& map) {
    shown_.Put("{");
    for (uint32_t i = 0; i < map.size && !shown_.full(); ++i) {
      if (i > 0) shown_.Put(",");
      // Names are strings in JSON, whatever they are in CEL.
      const Value& key = map.entries[i].key;
      if (!key.is(Tag::kString)) shown_.Put("\"");
      Put(key, true);
      if (!key.is(Tag::kString)) shown_.Put("\"");
      shown_.Put(":");
      Put(map.entries[i].value, true);
    }
    shown_.Put("}");
  }

  // Optionals may nest without a bracket to show for it.
  void PutOptional(const Value& optional, bool nested) {
    const Value* inner = &optional;
    while (inner->is(Tag::kOptional) && inner->optional != nullptr) inner = inner->optional;
    if (inner->is(Tag::kOptional)) return shown_.Put(nested ? "null" : kUnavailable);
    Put(*inner, nested);
  }

  Shown& shown_;
  Arena& arena_;
};

}  // namespace

void AppendShown(const Value& value, Arena& arena, std::string& out) {
  Shown shown(out, kMaxValueCharacters);
  ValueText(shown, arena).Put(value, false);
}

void AppendShownQuoted(std::string_view text, size_t max_bytes, std::string& out) {
  const std::string_view shown = CutToBytes(text, max_bytes);
  out += '"';
  Shown(out, SIZE_MAX).PutString(shown);
  if (shown.size() < text.size()) out += kEllipsis;
  out += '"';
}

void CutAppended(std::string& out, size_t begin, size_t limit) {
  if (out.size() - begin <= limit) return;
  out.resize(begin + CutToBytes(std::string_view(out).substr(begin), limit).size());
  out += kEllipsis;
}

void AppendMessage(const std::vector<MessagePart>& parts, Machine& machine, std::string& out) {
  const size_t begin = out.size();
  for (const MessagePart& part : parts) {
    if (out.size() - begin > kMaxMessageBytes) break;
    if (part.block == kNoBlock) {
      out += part.text;
    } else {
      AppendShown(machine.EvaluateAlso(part.block), machine.arena(), out);
    }
  }
  CutAppended(out, begin, kMaxMessageBytes);
}

}  // namespace writ
