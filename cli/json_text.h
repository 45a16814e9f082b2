// JSON as it is written, member by member.
// Tested by tests/cli/status_report_test.cc and tests/cli/bundles.py.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/message_text.h"

namespace writ {

// Puts the commas. What in a text could act on a terminal is escaped.
class JsonText {
 public:
  std::string text;

  void Open(char bracket) {
    Separate();
    text += bracket;
    is_first_ = true;
  }
  void Close(char bracket) {
    text += bracket;
    is_first_ = false;
  }
  void Name(std::string_view name) {
    Separate();
    text += '"';
    text += name;
    text += "\":";
    is_first_ = true;
  }
  // As it is: numbers, words.
  void Plain(std::string_view value) {
    Separate();
    text += value;
  }
  void Text(std::string_view value) {
    Separate();
    AppendShownQuoted(value, SIZE_MAX, text);
  }

  void Member(std::string_view name, std::string_view value) {
    Name(name);
    Text(value);
  }
  // Null where there is none.
  void MemberOrNull(std::string_view name, std::string_view value) {
    Name(name);
    if (value.empty()) {
      Plain("null");
    } else {
      Text(value);
    }
  }
  void Number(std::string_view name, uint64_t value) {
    Name(name);
    Plain(fmt::format_int(value).c_str());
  }
  void Word(std::string_view name, std::string_view value) {
    Name(name);
    Plain(value);
  }

 private:
  void Separate() {
    if (!is_first_) text += ',';
    is_first_ = false;
  }

  bool is_first_ = true;
};

}  // namespace writ
