// The task: a call with an argument of 64 kB that no rule reads, a file that is written for
// instance. Every byte of it is checked all the same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace writ::argument {

inline constexpr size_t kBytes = 64 * 1024;

// What the argument is made of, as it stands in JSON.
struct Content {
  std::string_view name;
  std::string_view piece;
};

inline constexpr Content kContents[] = {
    {"plain", "The quick brown fox jumps over the lazy dog, and nobody stops it. "},
    {"code", R"(    if (line.size() > \"limit\") {\n      return Refuse(line);\n    }\n\n)"},
    {"UTF-8",
     "\u0421\u044a\u0435\u0448\u044c \u0435\u0449\u0451 \u044d\u0442\u0438\u0445 "
     "\u043c\u044f\u0433\u043a\u0438\u0445 \u0431\u0443\u043b\u043e\u043a. "},
};

// A line and its LF, and what the scanner may read beyond.
inline std::string LineWith(const Content& content) {
  std::string line =
      R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"create_charge",)"
      R"("arguments":{"currency":"eur","amount":900,"note":")";
  for (size_t size = 0; size + content.piece.size() <= kBytes; size += content.piece.size()) {
    line += content.piece;
  }
  return line +
         R"(","description":"Two chairs for order #118","account":"acct_2001",)"
         R"("idempotency_key":"ik_1","options":{"mode":"live"}}}})" +
         '\n' + std::string(64, '\0');
}

}  // namespace writ::argument
