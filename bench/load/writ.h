// writ: its own way from a bundle's file to a program that may run, whole and step by step.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "compiler/read_file.h"
#include "contest.h"
#include "proxy/counters_memory.h"
#include "proxy/judge.h"
#include "proxy/message.h"
#include "vm/bundle/bundle.h"
#include "vm/bundle/frame.h"

namespace writ::load {

using Program = std::shared_ptr<const VerifiedProgram>;

inline double Milliseconds(std::chrono::steady_clock::duration taken) {
  return std::chrono::duration<double, std::milli>(taken).count();
}

inline std::string FileAt(const std::string& path) {
  auto bytes = ReadFile(path, bundle::kMaxBundleBytes, Readable::kFiles);
  if (!bytes.has_value()) bench::Fail(path + " cannot be read");
  return std::move(*bytes);
}

inline Program Load(const std::string& path) {
  auto loaded = bundle::Read(FileAt(path), path);
  if (!loaded.has_value()) bench::Fail(loaded.error());
  return std::move(loaded->program);
}

// Of one load, in milliseconds. `verify` has all that comes behind the rows: verifying, and putting
// together what verifying needs.
struct Steps {
  double read = 0;
  double hash = 0;
  double rows = 0;
  double verify = 0;
  double load = 0;  // the whole, done at once
};

inline Steps LoadInSteps(const std::string& path) {
  using Clock = std::chrono::steady_clock;
  Steps steps;
  {
    const auto start = Clock::now();
    const std::string bytes = FileAt(path);
    const auto read = Clock::now();
    const auto frame = bundle::ReadFrame(bytes);
    const auto hashed = Clock::now();
    if (!frame.has_value()) bench::Fail(frame.error());
    const auto decoded = bundle::DecodeSections(frame->kind, frame->sections);
    if (!decoded.has_value()) bench::Fail(decoded.error());
    const auto paths = bundle::TrieOf(decoded->extras.paths);
    if (!paths.has_value()) bench::Fail(paths.error());
    const auto end = Clock::now();
    steps.read = Milliseconds(read - start);
    steps.hash = Milliseconds(hashed - read);
    steps.rows = Milliseconds(end - hashed);
  }
  // What the steps made is gone: both find the memory as the other does.
  const auto start = Clock::now();
  const Program program = Load(path);
  steps.load = Milliseconds(Clock::now() - start);
  steps.verify = steps.load - steps.read - steps.hash - steps.rows;
  return steps;
}

// Decides lines by a program.
class Decider {
 public:
  explicit Decider(const Program& program)
      : machine_(program), reader_(machine_, kDefaultMaxDepth), judge_(machine_, counters_) {}

  std::pair<Verdict, uint32_t> Decide(const std::string& line) {
    const ClientMessage& message = reader_.Read(line);
    if (!message.is_tool_call) bench::Fail("a line is no call: " + line);
    const Decision& decision = judge_.Decide(message.tool, 0).decision;
    return {decision.verdict, decision.rule};
  }

 private:
  Machine machine_;
  MessageReader reader_;
  MemoryCounters counters_;
  Judge judge_;
};

}  // namespace writ::load
