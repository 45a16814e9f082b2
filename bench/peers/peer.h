// One side of a comparison between processes: it says what it can do, decides everything once, and
// is then measured whenever run.py says so.
//
// On standard input a command a line, on standard output an object a line:
//
//   (the start)               {"name", "version", "ways": [["call", "line"], …],
//                             "cannot": {"call": "why not", …}}
//   decide TASK WAY           {"decisions": "1011…"}, a digit for each that is asked
//   repeat TASK WAY PASSES    {"decided": n}, after deciding PASSES times those that are timed: the
//                             time is taken by who asks, for all peers alike
//
// A way is "evaluation", from input that was read before, in the form that suits the rival best;
// "decoded", the same from what its JSON decoder makes; "line", from a line to its decision;
// "typed", the same by a decoder that knows what the line looks like.
#pragma once

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <cstdio>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "contest.h"
#include "peers/task.h"

namespace writ::peers {

class Peer {
 public:
  Peer(std::string name, std::string version)
      : name_(std::move(name)), version_(std::move(version)) {}

  // `decide(i)`: whether input i is allowed. Inlined into the loop that is timed.
  template <typename Decide>
  void Add(std::string task, std::string way, Asked asked, const Decide& decide) {
    ways_.push_back({std::move(task), std::move(way),
                     [decide, asked] {
                       std::string decisions;
                       for (size_t i = 0; i < asked.all; ++i) decisions += decide(i) ? '1' : '0';
                       return decisions;
                     },
                     [decide, asked](size_t passes) {
                       for (size_t pass = 0; pass < passes; ++pass) {
                         for (size_t i = 0; i < asked.timed; ++i) {
                           benchmark::DoNotOptimize(decide(i));
                         }
                       }
                       return passes * asked.timed;
                     }});
  }

  // What main() returns.
  int Serve() const {
    std::string ways;
    for (const Way& way : ways_) {
      ways += fmt::format(R"({}["{}", "{}"])", ways.empty() ? "" : ", ", way.task, way.name);
    }
    Say(fmt::format(R"({{"name": "{}", "version": "{}", "ways": [{}], "cannot": {{}}}})", name_,
                    version_, ways));
    for (std::string line; std::getline(std::cin, line);) Answer(line);
    return 0;
  }

 private:
  struct Way {
    std::string task;
    std::string name;
    std::function<std::string()> decide;
    std::function<size_t(size_t)> repeat;  // how many decisions that were
  };

  static void Say(const std::string& object) {
    fmt::print("{}\n", object);
    std::fflush(stdout);
  }

  void Answer(const std::string& command) const {
    std::istringstream words(command);
    std::string verb, task, name;
    size_t passes = 0;
    words >> verb >> task >> name >> passes;
    for (const Way& way : ways_) {
      if (way.task != task || way.name != name) continue;
      if (verb == "decide") return Say(fmt::format(R"({{"decisions": "{}"}})", way.decide()));
      return Say(fmt::format(R"({{"decided": {}}})", way.repeat(passes)));
    }
    bench::Fail("no such way: " + command);
  }

  const std::string name_;
  const std::string version_;
  std::vector<Way> ways_;
};

}  // namespace writ::peers
