// Decoding and writing JSON strings.
// Tested by tests/vm/json_text_test.cc.
#include "vm/json_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "vm/json.h"
#include "vm/utf8.h"

namespace writ {

bool AppendDecoded(std::string_view inside, std::string& out) {
  if (inside.find('\\') == std::string_view::npos) {
    out += inside;
  } else {
    const size_t before = out.size();
    out.resize(before + inside.size());
    bool lone_surrogate = false;
    char* const begin = out.data() + before;
    const char* const end = UnescapeTo(inside, begin, &lone_surrogate);
    out.resize(before + static_cast<size_t>(end - begin));
    if (lone_surrogate) return false;
  }
  // The closing quote ends what Utf8Length looks at.
  for (const char* p = inside.data(); p < inside.data() + inside.size();) {
    const size_t length = Utf8Length(p);
    if (length == 0) return false;
    p += length;
  }
  return true;
}

namespace {

// How much from the front stands in a JSON string as it is.
size_t PlainLength(std::string_view text) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), plain) - text.begin());
}

}  // namespace

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    if (const size_t plain = PlainLength(text); plain > 0) {
      out += text.substr(0, plain);
      text.remove_prefix(plain);
      continue;
    }
    const char c = text.front();
    if (static_cast<unsigned char>(c) >= 0x80) {
      char encoded[4];
      const uint32_t code_point = TakeCodePoint(text);
      const bool surrogate = code_point >= 0xD800 && code_point < 0xE000;
      const char* end = AppendUtf8(surrogate ? 0xFFFD : code_point, encoded);
      out.append(encoded, static_cast<size_t>(end - encoded));
      continue;
    }
    text.remove_prefix(1);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

std::string JsonQuote(std::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

}  // namespace writ
