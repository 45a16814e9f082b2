// bundle_only FILE: decides the calls on stdin, a line each, by a bundle, each as if it were the
// first. Prints what it decides, a JSON object a line.
// Tested by tests/bundle_only/run.py.
#include <fmt/core.h>

#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "proxy/counters_memory.h"
#include "proxy/facts.h"
#include "proxy/judge.h"
#include "proxy/message.h"
#include "vm/bundle/bundle.h"
#include "vm/json_text.h"
#include "vm/machine.h"

namespace {

std::string Decide(const writ::bundle::Loaded& loaded, const std::string& call) {
  const writ::PaddedText line(call);
  writ::Machine machine(loaded.program);
  writ::MessageReader reader(machine, writ::kDefaultMaxDepth);
  const writ::ClientMessage& message = reader.Read(line.view());
  if (!message.is_tool_call)
    return fmt::format("{{\"refused\":{}}}", writ::JsonQuote(message.refusal));
  writ::MemoryCounters counters;
  writ::Judge judge(machine, counters);
  const writ::Judgement& judgement =
      judge.Decide(message.tool, writ::Time::FromSystemClock(),
                   {message.client_name, message.client_version, std::nullopt});
  const writ::Decision& decision = judgement.decision;
  return fmt::format("{{\"verdict\":\"{}\",\"code\":\"{}\",\"rule\":{},\"message\":{}}}",
                     VerdictName(decision.verdict), CodeName(decision.code),
                     decision.rule == writ::kNoRule
                         ? "null"
                         : writ::JsonQuote((*loaded.program)->rules[decision.rule].name),
                     writ::JsonQuote(judgement.message));
}

int Run(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto loaded = writ::bundle::Read(bytes, path);
  if (!loaded.has_value()) {
    fmt::print(stderr, "{}: {}\n", path, loaded.error());
    return 2;
  }
  for (std::string call; std::getline(std::cin, call);) fmt::print("{}\n", Decide(*loaded, call));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "bundle_only FILE <CALLS\n");
    return 2;
  }
  try {
    return Run(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bundle_only: {}\n", error.what());
    return 2;
  }
}
