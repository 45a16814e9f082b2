// The tasks: an expression each, and the values that it is given.
//
// Values are made, not recorded, so that they are the same everywhere and go every way through the
// expression.
#pragma once

#include <fmt/core.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ::expr {

// One input: the values of the names a task reads, in its order.
using Input = std::vector<Value>;

class Inputs {
 public:
  Inputs() = default;
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  Value Text(std::string_view text) { return Value::String(texts_.Copy(text)); }
  Value List(const std::string& json) { return Value::Text(Tag::kListSpan, texts_.Copy(json)); }
  // The standard fixes what the engine gives, but not what its distributions do.
  uint32_t Below(size_t limit) { return static_cast<uint32_t>(random_() % limit); }
  template <size_t n>
  Value Pick(const char* const (&choices)[n]) {
    return Text(choices[Below(n)]);
  }
  void Add(Input input) { all_.push_back(std::move(input)); }

  size_t size() const { return all_.size(); }
  const Value* operator[](size_t i) const { return all_[i].data(); }

 private:
  std::mt19937 random_{20260302};
  Arena texts_;
  std::vector<Input> all_;
};

inline constexpr size_t kInputs = 256;

// ---- E1: a search for flights.

inline constexpr std::string_view kFlights =
    R"((Origin == "MOW" || Country == "RU") && (Value >= 100 || Adults == 1))";

inline void AddFlights(Inputs& inputs) {
  for (size_t i = 0; i < kInputs; ++i) {
    inputs.Add({inputs.Pick({"MOW", "LED", "JFK", "CDG"}), inputs.Pick({"RU", "US", "FR"}),
                Value::Int(inputs.Below(200)), Value::Int(1 + inputs.Below(3))});
  }
}

// ---- E2: what a tool call must satisfy.

inline constexpr std::string_view kCallPolicy = R"(writ: 1
default: allow
rules:
  - name: texts of the project
    require:
      - tool.name == "read_text_file"
      - args.path.startsWith("/srv/project/")
      - '!args.path.contains("/.git/")'
      - size(args.reason) < 48
      - args.encoding in ["utf-8", "utf-16", "latin-1", "ascii", "koi8-r", "cp1251"]
)";

// tool.name, args.path, args.reason, args.encoding.
inline void AddCalls(Inputs& inputs) {
  for (size_t i = 0; i < kInputs; ++i) {
    const bool good = inputs.Below(2) == 0;
    const uint32_t fault = good ? 5 : inputs.Below(5);
    inputs.Add({fault == 0 ? inputs.Pick({"write_file", "read_media_file"})
                           : inputs.Text("read_text_file"),
                fault == 1   ? inputs.Pick({"/etc/passwd", "/srv/projects/a", "notes.txt"})
                : fault == 2 ? inputs.Text("/srv/project/.git/config")
                             : inputs.Pick({"/srv/project/README.md",
                                            "/srv/project/src/main/lines.cc", "/srv/project/a"}),
                fault == 3
                    ? inputs.Text("to find out what this is about, and because it was asked for")
                    : inputs.Pick({"to answer a question", "", "a caf\xC3\xA9's opening hours"}),
                fault == 4 ? inputs.Pick({"ebcdic", "utf-7"})
                           : inputs.Pick({"utf-8", "utf-8", "latin-1", "cp1251"})});
  }
}

// ---- The policy of cel-cpp's BM_PolicySymbolic and BM_PolicyNative.

inline constexpr std::string_view kRequest = R"(
   !(request.ip in ["10.0.1.4", "10.0.1.5", "10.0.1.6"]) &&
   ((request.path.startsWith("v1") && request.token in ["v1", "v2", "admin"]) ||
    (request.path.startsWith("v2") && request.token in ["v2", "admin"]) ||
    (request.path.startsWith("/admin") && request.token == "admin" &&
     request.ip in ["10.0.1.1", "10.0.1.2", "10.0.1.3"])))";

inline void AddRequests(Inputs& inputs) {
  for (size_t i = 0; i < kInputs; ++i) {
    inputs.Add({inputs.Pick({"10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.4", "192.168.0.1"}),
                inputs.Pick({"/admin/edit", "v1/list", "v2/list", "/index"}),
                inputs.Pick({"admin", "v1", "v2", "guest"})});
  }
}

// ---- Lists of a call.

inline constexpr std::string_view kAll = "args.items.all(item, item.price <= 500)";

// Every other list holds up to its end; in the rest an item somewhere does not.
inline void AddItems(Inputs& inputs, size_t count) {
  for (size_t i = 0; i < 16; ++i) {
    const size_t dear = i % 2 == 0 ? count : inputs.Below(count);
    std::string json = "[";
    for (size_t at = 0; at < count; ++at) {
      json += fmt::format(R"({}{{"name":"item {}","price":{}}})", at == 0 ? "" : ",", at,
                          at == dear ? 900 : inputs.Below(500));
    }
    inputs.Add({inputs.List(json + ']')});
  }
}

inline constexpr std::string_view kMap = "args.numbers.map(n, n * 2)";
inline constexpr std::string_view kFilter = "args.numbers.filter(n, n % 3 == 0)";

inline void AddNumbers(Inputs& inputs, size_t count) {
  for (size_t i = 0; i < 16; ++i) {
    std::string json = "[";
    for (size_t at = 0; at < count; ++at) {
      json += fmt::format("{}{}", at == 0 ? "" : ",", inputs.Below(10000));
    }
    inputs.Add({inputs.List(json + ']')});
  }
}

// ---- One of many.

inline constexpr std::string_view kIn = "args.code in codes";

inline std::string NumberedCode(size_t i) {
  return fmt::format("code-{}", i);
}

// Half of them are codes.
inline void AddCodes(Inputs& inputs, size_t count) {
  for (size_t i = 0; i < kInputs; ++i) {
    inputs.Add({inputs.Text(
        NumberedCode(i % 2 == 0 ? inputs.Below(count) : count + inputs.Below(count)))});
  }
}

// ---- A pattern.

inline constexpr std::string_view kPattern = "^[a-z.]+@[a-z]+[.](com|org)$";
inline constexpr std::string_view kMatches =
    R"(args.receipt.matches("^[a-z.]+@[a-z]+[.](com|org)$"))";

inline void AddReceipts(Inputs& inputs) {
  for (size_t i = 0; i < kInputs; ++i) {
    inputs.Add({inputs.Pick({"ada@example.com", "jo.march@example.org", "Ada <ada@example.com>",
                             "bartleby@example.net", "nobody"})});
  }
}

}  // namespace writ::expr
