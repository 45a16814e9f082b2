// The plain reader.
// Tested by tests/vm/reference_json_test.cc.
#include "reference/json.h"

namespace writ::reference {

// Unicode, table 3-7, "Well-Formed UTF-8 Byte Sequences":
//
//   U+0000..U+007F      00..7F
//   U+0080..U+07FF      C2..DF  80..BF
//   U+0800..U+0FFF      E0      A0..BF  80..BF
//   U+1000..U+CFFF      E1..EC  80..BF  80..BF
//   U+D000..U+D7FF      ED      80..9F  80..BF
//   U+E000..U+FFFF      EE..EF  80..BF  80..BF
//   U+10000..U+3FFFF    F0      90..BF  80..BF  80..BF
//   U+40000..U+FFFFF    F1..F3  80..BF  80..BF  80..BF
//   U+100000..U+10FFFF  F4      80..8F  80..BF  80..BF
bool IsUtf8(std::string_view bytes) {
  struct Row {
    uint8_t first_low, first_high, second_low, second_high;
    size_t length;
  };
  static constexpr Row kTable[] = {
      {0x00, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
      {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
      {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
  };
  auto at = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  size_t i = 0;
  while (i < bytes.size()) {
    const Row* found = nullptr;
    for (const Row& row : kTable) {
      if (at(i) >= row.first_low && at(i) <= row.first_high) found = &row;
    }
    if (found == nullptr || i + found->length > bytes.size()) return false;
    if (found->length >= 2) {
      if (at(i + 1) < found->second_low || at(i + 1) > found->second_high) return false;
    }
    for (size_t k = 2; k < found->length; ++k) {
      if (at(i + k) < 0x80 || at(i + k) > 0xBF) return false;
    }
    i += found->length;
  }
  return true;
}

namespace {

class Reader {
 public:
  Reader(std::string_view line, int depth_limit) : line_(line), depth_limit_(depth_limit) {}

  Reading Read() {
    if (!IsUtf8(line_)) Note(Violation::kInvalidUtf8);
    if (line_.find('\r') < line_.size() - 1) Note(Violation::kCarriageReturn);
    Value value;
    if (JsonText(&value)) result_.value = std::move(value);
    return std::move(result_);
  }

 private:
  // Each function below reads one rule of the grammar from position_ on and returns whether it was
  // there; where not, the violation has been noted.

  // JSON-text = ws value ws
  //
  // "Implementations MUST NOT add a byte order mark (U+FEFF) to the beginning of a
  // networked-transmitted JSON text."
  bool JsonText(Value* out) {
    if (line_.substr(0, 3) == "\xEF\xBB\xBF") return Fail(Violation::kByteOrderMark);
    Whitespace();
    if (!ReadValue(out, 0)) return false;
    Whitespace();
    if (!AtEnd()) return Fail(Violation::kTrailingText);
    return true;
  }

  // ws = *(
  //         %x20 /              ; Space
  //         %x09 /              ; Horizontal tab
  //         %x0A /              ; Line feed or New line
  //         %x0D )              ; Carriage return
  void Whitespace() {
    while (Sees(' ') || Sees('\t') || Sees('\n') || Sees('\r')) ++position_;
  }

  // value = false / null / true / object / array / number / string
  bool ReadValue(Value* out, int depth) {
    const size_t start = position_;
    bool read = false;
    if (Sees('{')) {
      read = Object(out, depth + 1);
    } else if (Sees('[')) {
      read = Array(out, depth + 1);
    } else if (Sees('"')) {
      out->kind = Kind::kString;
      read = String(&out->text, &out->lone_surrogate);
    } else if (Sees('-') || SeesDigit()) {
      out->kind = Kind::kNumber;
      read = Number();
    } else if (Sees('f')) {
      out->kind = Kind::kFalse;
      read = Literal("false");
    } else if (Sees('n')) {
      out->kind = Kind::kNull;
      read = Literal("null");
    } else if (Sees('t')) {
      out->kind = Kind::kTrue;
      read = Literal("true");
    } else {
      read = Fail(Violation::kNotJson);
    }
    out->raw = line_.substr(start, position_ - start);
    return read;
  }

  // false = %x66.61.6c.73.65   ; false
  // null  = %x6e.75.6c.6c      ; null
  // true  = %x74.72.75.65      ; true
  bool Literal(std::string_view letters) {
    for (char letter : letters) {
      if (!Take(letter)) return false;
    }
    return true;
  }

  // object = begin-object [ member *( value-separator member ) ]
  //          end-object
  //
  // begin-object    = ws %x7B ws  ; { left curly bracket
  // end-object      = ws %x7D ws  ; } right curly bracket
  // value-separator = ws %x2C ws  ; , comma
  bool Object(Value* out, int depth) {
    out->kind = Kind::kObject;
    if (!Enter(depth) || !Take('{')) return false;
    Whitespace();
    if (Sees('}')) return Take('}');
    while (true) {
      Member member;
      if (!ReadMember(&member, depth)) return false;
      if (out->Find(member.name) != nullptr) Note(Violation::kDuplicateName);
      if (member.lone_surrogate) Note(Violation::kLoneSurrogateInName);
      out->members.push_back(std::move(member));
      Whitespace();
      if (Sees('}')) return Take('}');
      if (!Take(',')) return false;
      Whitespace();
    }
  }

  // member = string name-separator value
  //
  // name-separator = ws %x3A ws  ; : colon
  bool ReadMember(Member* out, int depth) {
    const size_t start = position_;
    if (!String(&out->name, &out->lone_surrogate)) return false;
    out->raw_name = line_.substr(start, position_ - start);
    Whitespace();
    if (!Take(':')) return false;
    Whitespace();
    return ReadValue(&out->value, depth);
  }

  // array = begin-array [ value *( value-separator value ) ] end-array
  //
  // begin-array = ws %x5B ws  ; [ left square bracket
  // end-array   = ws %x5D ws  ; ] right square bracket
  bool Array(Value* out, int depth) {
    out->kind = Kind::kArray;
    if (!Enter(depth) || !Take('[')) return false;
    Whitespace();
    if (Sees(']')) return Take(']');
    while (true) {
      Value item;
      if (!ReadValue(&item, depth)) return false;
      out->items.push_back(std::move(item));
      Whitespace();
      if (Sees(']')) return Take(']');
      if (!Take(',')) return false;
      Whitespace();
    }
  }

  // number = [ minus ] int [ frac ] [ exp ]
  //
  // decimal-point = %x2E       ; .
  // digit1-9 = %x31-39         ; 1-9
  // e = %x65 / %x45            ; e E
  // exp = e [ minus / plus ] 1*DIGIT
  // frac = decimal-point 1*DIGIT
  // int = zero / ( digit1-9 *DIGIT )
  // minus = %x2D               ; -
  // plus = %x2B                ; +
  // zero = %x30                ; 0
  bool Number() {
    if (Sees('-')) ++position_;
    if (Sees('0')) {
      ++position_;
    } else if (!Digits()) {
      return false;
    }
    if (Sees('.')) {
      ++position_;
      if (!Digits()) return false;
    }
    if (Sees('e') || Sees('E')) {
      ++position_;
      if (Sees('-') || Sees('+')) ++position_;
      if (!Digits()) return false;
    }
    return true;
  }

  // 1*DIGIT
  bool Digits() {
    if (!SeesDigit()) return Fail(Violation::kNotJson);
    while (SeesDigit()) ++position_;
    return true;
  }

  // string = quotation-mark *char quotation-mark
  //
  // char = unescaped /
  //     escape (
  //         %x22 /          ; "    quotation mark  U+0022
  //         %x5C /          ; \    reverse solidus U+005C
  //         %x2F /          ; /    solidus         U+002F
  //         %x62 /          ; b    backspace       U+0008
  //         %x66 /          ; f    form feed       U+000C
  //         %x6E /          ; n    line feed       U+000A
  //         %x72 /          ; r    carriage return U+000D
  //         %x74 /          ; t    tab             U+0009
  //         %x75 4HEXDIG )  ; uXXXX                U+XXXX
  //
  // escape = %x5C              ; \ (a backslash)
  // quotation-mark = %x22      ; "
  // unescaped = %x20-21 / %x23-5B / %x5D-10FFFF
  //
  // `text` becomes the bytes as they stand with the escapes replaced by their UTF-8. An escaped
  // half of a surrogate pair without its other half becomes U+FFFD, and `lone_surrogate` says that
  // there was one.
  bool String(std::string* text, bool* lone_surrogate) {
    if (!Take('"')) return false;
    while (!Sees('"')) {
      if (AtEnd()) return Fail(Violation::kNotJson);
      if (Sees('\\')) {
        ++position_;
        if (!Escape(text, lone_surrogate)) return false;
      } else if (Byte() < 0x20) {
        return Fail(Violation::kControlCharacter);
      } else {
        text->push_back(line_[position_]);
        ++position_;
      }
    }
    return Take('"');
  }

  // What follows the backslash.
  bool Escape(std::string* text, bool* lone_surrogate) {
    if (AtEnd()) return Fail(Violation::kNotJson);
    const char letter = line_[position_];
    switch (letter) {
      case '"':
      case '\\':
      case '/': text->push_back(letter); break;
      case 'b': text->push_back('\b'); break;
      case 'f': text->push_back('\f'); break;
      case 'n': text->push_back('\n'); break;
      case 'r': text->push_back('\r'); break;
      case 't': text->push_back('\t'); break;
      case 'u': ++position_; return UnicodeEscape(text, lone_surrogate);
      default: return Fail(Violation::kNotJson);
    }
    ++position_;
    return true;
  }

  // What follows the "\u".
  //
  // "To escape an extended character that is not in the Basic Multilingual Plane, the character is
  // represented as a 12-character sequence, encoding the UTF-16 surrogate pair."
  bool UnicodeEscape(std::string* text, bool* lone_surrogate) {
    uint32_t unit = 0;
    if (!FourHexDigits(&unit)) return false;
    if (IsHighSurrogate(unit) && line_.substr(position_, 2) == "\\u") {
      const size_t after_first = position_;
      position_ += 2;
      uint32_t second = 0;
      if (!FourHexDigits(&second)) return false;
      if (IsLowSurrogate(second)) {
        AppendUtf8(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00), text);
        return true;
      }
      position_ = after_first;  // the second escape is no half of this one: it is read on its own
    }
    if (IsHighSurrogate(unit) || IsLowSurrogate(unit)) {
      *lone_surrogate = true;
      unit = 0xFFFD;
    }
    AppendUtf8(unit, text);
    return true;
  }

  // 4HEXDIG, in either case
  bool FourHexDigits(uint32_t* out) {
    *out = 0;
    for (int i = 0; i < 4; ++i) {
      if (AtEnd()) return Fail(Violation::kNotJson);
      const uint32_t byte = Byte();
      uint32_t digit = 0;
      if (byte >= '0' && byte <= '9') {
        digit = byte - '0';
      } else if (byte >= 'a' && byte <= 'f') {
        digit = byte - 'a' + 10;
      } else if (byte >= 'A' && byte <= 'F') {
        digit = byte - 'A' + 10;
      } else {
        return Fail(Violation::kNotJson);
      }
      *out = *out * 16 + digit;
      ++position_;
    }
    return true;
  }

  static bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
  static bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

  static void AppendUtf8(uint32_t code_point, std::string* text) {
    auto append = [&](uint32_t byte) { text->push_back(static_cast<char>(byte)); };
    if (code_point < 0x80) {
      append(code_point);
    } else if (code_point < 0x800) {
      append(0xC0 | (code_point >> 6));
      append(0x80 | (code_point & 0x3F));
    } else if (code_point < 0x10000) {
      append(0xE0 | (code_point >> 12));
      append(0x80 | ((code_point >> 6) & 0x3F));
      append(0x80 | (code_point & 0x3F));
    } else {
      append(0xF0 | (code_point >> 18));
      append(0x80 | ((code_point >> 12) & 0x3F));
      append(0x80 | ((code_point >> 6) & 0x3F));
      append(0x80 | (code_point & 0x3F));
    }
  }

  // "An implementation may set limits on the maximum depth of nesting."
  bool Enter(int depth) {
    if (depth > depth_limit_) Note(Violation::kTooDeep);
    if (depth > kDeepest) {
      Note(Violation::kTooDeep);
      return false;
    }
    return true;
  }

  bool AtEnd() const { return position_ == line_.size(); }
  // REQUIRES: !AtEnd()
  uint8_t Byte() const { return static_cast<uint8_t>(line_[position_]); }
  bool Sees(char c) const { return !AtEnd() && line_[position_] == c; }
  bool SeesDigit() const { return !AtEnd() && Byte() >= '0' && Byte() <= '9'; }

  bool Take(char c) {
    if (!Sees(c)) return Fail(Violation::kNotJson);
    ++position_;
    return true;
  }

  void Note(Violation violation) { result_.violations.insert(violation); }

  // Reading ends here. A raw control character is named as such wherever it stands.
  bool Fail(Violation violation) {
    const bool whitespace = Sees('\t') || Sees('\n') || Sees('\r');
    if (!AtEnd() && Byte() < 0x20 && !whitespace) violation = Violation::kControlCharacter;
    Note(violation);
    return false;
  }

  const std::string_view line_;
  const int depth_limit_;
  size_t position_ = 0;
  Reading result_;
};

}  // namespace

const Value* Value::Find(std::string_view name) const {
  for (const Member& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

Reading Read(std::string_view line, int depth_limit) {
  return Reader(line, depth_limit).Read();
}

}  // namespace writ::reference
