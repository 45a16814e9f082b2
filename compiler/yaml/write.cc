// Scalars and comments.
// Tested by tests/compiler/yaml/write_test.cc.
#include "compiler/yaml/write.h"

#include <fmt/core.h>

#include <algorithm>
#include <variant>

#include "compiler/yaml/scalar.h"
#include "compiler/yaml/yaml.h"
#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ::yaml {
namespace {

constexpr std::string_view kCut = " …";

// The two that YAML allows nowhere are no characters.
bool MayStand(uint32_t c) {
  return IsShown(c) && c != 0xFFFE && c != 0xFFFF;
}

bool MayAllStand(std::string_view text) {
  if (!IsUtf8(text)) return false;
  while (!text.empty()) {
    if (!MayStand(TakeCodePoint(text))) return false;
  }
  return true;
}

// Far from all that YAML would take as it is, but all that policies commonly hold.
bool NeedsNoQuotes(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  if (text.empty() || !is_word(text.front()) || text.back() == ' ' || text.back() == ':') {
    return false;
  }
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) {
    return false;
  }
  return std::holds_alternative<std::string>(ResolvePlain(text));
}

void AppendCodePoint(uint32_t c, std::string& out) {
  char encoded[4];
  const char* const end = AppendUtf8(c, encoded);
  out.append(encoded, static_cast<size_t>(end - encoded));
}

std::string Escape(uint32_t c) {
  switch (c) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  if (c <= 0xFF) return fmt::format("\\x{:02X}", c);
  return c <= 0xFFFF ? fmt::format("\\u{:04X}", c) : fmt::format("\\U{:08X}", c);
}

bool IsSurrogate(uint32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

}  // namespace

std::string DoubleQuoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const uint32_t c = TakeCodePoint(text);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (IsSurrogate(c)) {
      AppendCodePoint(0xFFFD, out);
    } else if (MayStand(c)) {
      AppendCodePoint(c, out);
    } else {
      out += Escape(c);
    }
  }
  return out + '"';
}

std::string Quoted(std::string_view text) {
  if (!MayAllStand(text)) return DoubleQuoted(text);
  if (NeedsNoQuotes(text)) return std::string(text);
  if (text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos &&
      text.find('\\') == std::string_view::npos) {
    return DoubleQuoted(text);
  }
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + '\'';
}

std::string CommentText(std::string_view text, size_t most) {
  std::string out;
  size_t left = most;
  while (!text.empty()) {
    const uint32_t c = TakeCodePoint(text);
    const bool shown = MayStand(c);
    const std::string escape = shown ? std::string() : Escape(c);
    const size_t size = std::max<size_t>(escape.size(), 1);
    if (size > left) return out.append(kCut);
    left -= size;
    if (shown) {
      AppendCodePoint(c, out);
    } else {
      out += escape;
    }
  }
  return out;
}

}  // namespace writ::yaml
