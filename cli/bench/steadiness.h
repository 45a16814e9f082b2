// How steady the machine was while it was measured.
//
// Tested by tests/cli/bench.py.
#pragma once

#include <cstddef>
#include <string>

#include "cli/bench/measure.h"
#include "cli/bench/percentiles.h"
#include "cli/json_text.h"

namespace writ {

struct Steadiness {
  size_t rounds = 0;
  double clock_nanoseconds = 0;
  Spread parts;  // nanoseconds of a decision, over the parts of the run
  // Turns that took more than three times as long as is usual for their call: something else ran.
  double interrupted = 0;  // as a share of all

  bool is_noisy() const { return parts.relative() > 0.1 || interrupted > 0.01; }

  static Steadiness Of(const Measurements& measured, size_t program);
};

// "120 rounds; …", without a point.
std::string SteadinessText(const Steadiness& steadiness);
// Members of the object that is open.
void AddSteadiness(JsonText& json, const Steadiness& steadiness);

}  // namespace writ
