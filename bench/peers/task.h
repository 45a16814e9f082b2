// The tasks that all peers are given: those of ../expr and ../line, as calls on lines and as files.
//
// `flights` is E1, decided over values that are there; `call` is E2 and `line` the policy of
// ../line, both from a line too. Peers answer yes or no: an expression that ends in an error is a
// no.
#pragma once

#include <fmt/core.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/yaml/yaml.h"
#include "contest.h"
#include "expr/task.h"
#include "line/task.h"
#include "vm/json_text.h"

namespace writ::peers {

inline constexpr size_t kLineCount = 512;
inline constexpr const char* kFlightNames[] = {"Origin", "Country", "Value", "Adults"};

inline std::string JsonOf(const Value& value) {
  return value.is(Tag::kInt) ? std::to_string(value.i) : JsonQuote(value.view());
}

// What a peer is asked about: the first `timed` are measured too.
struct Asked {
  size_t timed = 0;
  size_t all = 0;
};

inline Asked AskFlights(expr::Inputs& inputs) {
  expr::AddFlights(inputs);
  return {inputs.size(), inputs.size()};
}

inline std::string FlightJson(const Value* of) {
  std::string json;
  for (size_t i = 0; i < std::size(kFlightNames); ++i) {
    json += fmt::format("{}{}:{}", i == 0 ? "{" : ",", JsonQuote(kFlightNames[i]), JsonOf(of[i]));
  }
  return json + '}';
}

// Behind those that are timed, calls that lack what the policy reads, one member each, and all.
inline Asked AskCalls(expr::Inputs& inputs) {
  expr::AddCalls(inputs);
  const size_t timed = inputs.size();
  for (size_t i = 0; i < 8; ++i) {
    for (size_t missing = 1; missing <= 3; ++missing) {
      expr::Input input(inputs[i], inputs[i] + 4);
      input[missing] = Value();
      inputs.Add(input);
    }
    inputs.Add({inputs[i][0], Value(), Value(), Value()});
  }
  return {timed, inputs.size()};
}

// Lines of 355 bytes, with what a client says beside what the rules read.
class CallLines {
 public:
  static constexpr size_t kBytes = 355;

  CallLines(const expr::Inputs& inputs, size_t count) {
    for (size_t i = 0; i < count; ++i) text_ += LineOf(inputs[i], i) + '\n';
    // What the scanner may read beyond the last line.
    text_.append(64, '\0');
    for (size_t begin = 0; lines_.size() < count; begin += lines_.back().size() + 1) {
      lines_.push_back(std::string_view(text_).substr(begin, text_.find('\n', begin) - begin));
    }
  }
  CallLines(const CallLines&) = delete;
  CallLines& operator=(const CallLines&) = delete;

  std::string_view operator[](size_t i) const { return lines_[i]; }

 private:
  static std::string LineOf(const Value* of, size_t i) {
    std::string arguments;
    const auto add = [&arguments](std::string_view name, const std::string& json) {
      arguments += (arguments.empty() ? "" : ",") + JsonQuote(name) + ':' + json;
    };
    const auto add_read = [&add](std::string_view name, const Value& value) {
      if (!value.is(Tag::kAbsent)) add(name, JsonOf(value));
    };
    add_read("path", of[1]);
    add("head", std::to_string(100 + i));
    add_read("reason", of[2]);
    add("options", R"({"follow":false,"tags":["spring","new"],"depth":2})");
    add_read("encoding", of[3]);
    const std::string start = fmt::format(
        R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"_meta":{{"progressToken":{}}},)"
        R"("name":{},"arguments":{{{},"note":")",
        1 + i, i % 1000, JsonOf(of[0]), arguments);
    constexpr std::string_view kEnd = "\"}}}";
    std::string note;
    while (start.size() + note.size() + kEnd.size() < kBytes)
      note += "as agreed before, "[note.size() % 18];
    return start + note + std::string(kEnd);
  }

  std::string text_;
  std::vector<std::string_view> lines_;
};

// E2 as one expression: what the policy requires of a call.
inline std::string CallExpression() {
  Diagnostics diagnostics;
  const auto source = std::make_shared<const Source>("call.yaml", std::string(expr::kCallPolicy));
  const auto document = yaml::Parse(source, diagnostics);
  if (document == nullptr) bench::Fail("the policy of E2 cannot be read");
  std::string all;
  for (const yaml::Node* condition :
       document->root()->Find("rules")->items.front()->Find("require")->items) {
    all += (all.empty() ? "" : " && ") + condition->text;
  }
  return all;
}

}  // namespace writ::peers
