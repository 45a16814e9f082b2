// Lines and paths that the scanner is compared over: a list of our own, the hostile lines of the
// shared folder where it is there, and mutants of both.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "reference/json.h"

namespace writ {

inline const std::vector<std::string>& OwnLines() {
  static const std::vector<std::string> lines = {
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pay","arguments":)"
      R"({"amount":12.5,"currency":"usd","to":{"name":"Zo\u00eb","tags":["a","b",null]}}}})",
      R"({"a":1,"b":{"c":true,"d":[1,2,{"e":"f"}]},"g":null})",
      R"( { "a" : [ 1 , -2.5e3 , 9007199254740993 , 1E400 ] , "b" : { } } )",
      "{\"text\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\ud83d\\ude42\",\"caf\xC3\xA9\":\"\xE2\x82"
      "\xAC\xF0\x9F\x99\x82\"}\r",
      R"({"a":"\ud800","b":["\udc00\ud800"],"\ud83d\ude42":1,"A":2,"a\u0000":3})",
      R"({"m0":0,"m1":1,"m2":2,"m3":3,"m4":4,"m5":5,"m6":6,"m7":7,"m8":8,"m9":9,"n0":0,"n1":1,)"
      R"("n2":2,"n3":3,"n4":4,"n5":5,"n6":6,"n7":7,"n8":8,"n9":9,"a":0,"b":1,"c":2,"d":3,"e":4,)"
      R"("f":5,"g":6})",
      R"([[[[{"a":[[{"a":{"a":{"a":[]}}}]]}]]],0,-0,0.0,1e-5,123456789012345678,18446744073709551615])",
      R"({"b":{"c":"x","C":"y","d":{}},"B":null,"K":1,"k":"\u212a","s":"ſ","ſ":1})",
      R"("just a text")",
      R"(12345678901234567890)",
      R"({"amount":1e15,"currency":"\u0075sd","arguments":{"a":{"b":{"c":{"d":1}}}}})",
  };
  return lines;
}

inline std::filesystem::path SharedFolder() {
  const char* named = std::getenv("WRIT_SHARED");
  return named != nullptr ? named : WRIT_SOURCE_DIR "/../shared";
}

// Skips the test where the shared folder is not there, but not in CI.
#define SKIP_WITHOUT_SHARED_FOLDER()                                                     \
  do {                                                                                   \
    if (!std::filesystem::exists(SharedFolder() / "hostile")) {                          \
      const char* ci = std::getenv("CI");                                                \
      if (ci != nullptr && ci == std::string_view("true")) FAIL() << "no hostile lines"; \
      GTEST_SKIP() << "no hostile lines in " << SharedFolder();                          \
    }                                                                                    \
  } while (false)

inline std::string Base64(std::string_view text) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = (bits << 6) | static_cast<uint32_t>(kDigits.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  return bytes;
}

// The lines of one of the hostile files, by name.
struct HostileLine {
  std::string id;
  std::string line;
};

inline std::vector<HostileLine> HostileLines(const std::string& file) {
  std::vector<HostileLine> lines;
  std::ifstream in(SharedFolder() / "hostile" / file);
  for (std::string entry; std::getline(in, entry);) {
    const reference::Reading reading = reference::Read(entry);
    if (!reading.value.has_value()) throw std::runtime_error("not an entry: " + entry);
    HostileLine made;
    made.id = reading.value->Find("id")->text;
    if (const reference::Value* line = reading.value->Find("line"); line != nullptr) {
      made.line = Base64(line->text);
    } else {
      for (const reference::Value& part : reading.value->Find("gen")->items) {
        const std::string bytes = Base64(part.Find("b64")->text);
        const int times = std::stoi(std::string(part.Find("times")->raw));
        for (int i = 0; i < times; ++i) made.line += bytes;
      }
    }
    lines.push_back(std::move(made));
  }
  return lines;
}

// Our own lines and those hostile ones that are short enough to be changed a million times.
inline std::vector<std::string> SeedLines() {
  std::vector<std::string> lines = OwnLines();
  if (!std::filesystem::exists(SharedFolder() / "hostile")) return lines;
  for (const char* file : {"jsontestsuite.jsonl", "public.jsonl"}) {
    for (HostileLine& hostile : HostileLines(file)) {
      if (hostile.line.size() <= 600) lines.push_back(std::move(hostile.line));
    }
  }
  return lines;
}

// Changes lines a little. The same seed gives the same mutants.
class Mutator {
 public:
  Mutator(std::vector<std::string> seeds, uint64_t seed)
      : seeds_(std::move(seeds)), random_(seed) {}

  std::string Next() {
    std::string line = Pick(seeds_);
    const size_t changes = Below(4);
    for (size_t i = 0; i < changes; ++i) Change(line);
    // A line holds no LF: what reads lines sees to that.
    for (char& c : line) {
      if (c == '\n') c = ' ';
    }
    return line;
  }

 private:
  size_t Below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  const std::string& Pick(const std::vector<std::string>& from) { return from[Below(from.size())]; }

  void Change(std::string& line) {
    static const std::vector<std::string> kPieces = {
        "{",       "}",       "[",       "]",        ",",        ":",        "\"",
        "\\",      "\r",      " ",       "\t",       "0",        "-",        ".",
        "e1",      "null",    "true",    "\"a\":1,", "[]",       "{}",       "\\u0061",
        "\\ud800", "\\udc00", "\\u0000", "\xFF",     "\xC3\xA9", "\xE2\x82", "\"A\":",
        "\"b\":",  "\x01",    "//",      "\\u212a",  "a",        "1e999",    std::string(1, '\0'),
    };
    const size_t at = Below(line.size() + 1);
    switch (Below(7)) {
      case 0:
        if (!line.empty()) line[at % line.size()] ^= static_cast<char>(1u << Below(8));
        break;
      case 1: line.insert(at, Pick(kPieces)); break;
      case 2: line.erase(at, 1 + Below(3)); break;
      case 3: line.resize(at); break;
      case 4: {  // the end of one line after the start of another
        const std::string& other = Pick(seeds_);
        line = line.substr(0, at) + other.substr(Below(other.size() + 1));
        break;
      }
      case 5: {  // a piece of itself
        const size_t from = Below(line.size() + 1);
        line.insert(at, line.substr(from, Below(20)));
        break;
      }
      default:
        if (!line.empty()) line[at % line.size()] = Pick(kPieces)[0];
    }
    if (line.size() > 2000) line.resize(2000);
  }

  std::vector<std::string> seeds_;
  std::mt19937_64 random_;
};

// Lists of paths (as Paths takes them) made of the names that the lines hold.
inline std::vector<std::vector<std::string>> SomePathLists() {
  static const std::vector<std::string> kNames = {"a",
                                                  "b",
                                                  "c",
                                                  "d",
                                                  "e",
                                                  "A",
                                                  "k",
                                                  "s",
                                                  "id",
                                                  "name",
                                                  "params",
                                                  "arguments",
                                                  "jsonrpc",
                                                  "v",
                                                  "method",
                                                  "amount",
                                                  "currency",
                                                  "to",
                                                  "tags",
                                                  "text",
                                                  "m3",
                                                  "caf\xC3\xA9",
                                                  "\xF0\x9F\x99\x82"};
  std::mt19937_64 random(7);
  std::vector<std::vector<std::string>> lists = {
      {""}, {"?"}, {"params/arguments", "?params/name", "id"}, {"a/b/c/d", "a/b", "a", "?a/b/c"}};
  for (int i = 0; i < 12; ++i) {
    std::vector<std::string> paths;
    for (size_t j = 1 + random() % 8; j > 0; --j) {
      std::string path = random() % 4 == 0 ? "?" : "";
      if (random() % 3 == 0) path += "params/arguments/";
      for (size_t depth = 1 + random() % 3; depth > 0; --depth) {
        path += kNames[random() % kNames.size()];
        if (depth > 1) path += '/';
      }
      // One slot a path: the scanner fills one.
      const std::string bare = path.substr(path[0] == '?' ? 1 : 0);
      bool is_new = true;
      for (const std::string& other : paths) {
        is_new = is_new && other != bare && other != "?" + bare;
      }
      if (is_new) paths.push_back(path);
    }
    lists.push_back(paths);
  }
  return lists;
}

// What stands at a path, or null.
inline const reference::Value* At(const reference::Value& root, std::string_view path) {
  if (path.substr(0, 1) == "?") path.remove_prefix(1);
  const reference::Value* value = &root;
  while (!path.empty() && value != nullptr) {
    const size_t slash = path.find('/');
    value = value->Find(path.substr(0, slash));
    path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  }
  return value;
}

}  // namespace writ
