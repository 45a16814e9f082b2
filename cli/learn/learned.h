// What is learned of recorded calls, tool by tool.
//
// Memory is bounded: tools beyond kMostTools and those that no policy can name are counted, and
// not learned.
//
// Tested by tests/cli/learn_test.cc and tests/cli/learn.py.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cli/learn/condition.h"
#include "cli/learn/rates.h"
#include "cli/learn/seen_value.h"
#include "cli/traffic/recorded_call.h"

namespace writ {

struct LearnedTool {
  uint64_t calls = 0;
  SeenValue arguments;  // an object's
  Rates rates;
  // Some calls for the suite, as JSON: the first, and others that have other arguments.
  std::vector<std::string> samples;

  // What is asked of its calls: less, where that denied one that was recorded.
  LearnDetail detail = LearnDetail::kValues;
  bool has_quotas = true;
};

struct Learned {
  std::map<std::string, LearnedTool> tools;
  uint64_t calls = 0;
  uint64_t denied = 0;    // when they were recorded: nothing is learned from these
  uint64_t unnamed = 0;   // of tools that no list can name
  uint64_t too_many = 0;  // of tools beyond the bound
};

class Learner {
 public:
  static constexpr size_t kMostTools = 5000;
  static constexpr size_t kMostNameBytes = 256;
  static constexpr size_t kMostSamples = 3;
  static constexpr size_t kMostSampleBytes = 2048;

  // Whether anything is learned of such a call. One that was denied is none that should be allowed.
  static bool IsLearned(const RecordedCall& call);

  void Add(const RecordedCall& call);
  Learned& learned() { return learned_; }

 private:
  static void KeepSample(const RecordedCall& call, size_t names_before, LearnedTool& tool);

  Observer observer_;
  Learned learned_;
};

}  // namespace writ
