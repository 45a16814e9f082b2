// What samples say of the machine.
// Tested by tests/cli/bench.py.
#include "cli/bench/steadiness.h"

#include <fmt/core.h>

#include "cli/bench/figures.h"

namespace writ {
namespace {

constexpr double kInterrupted = 3;  // times as long as the call's median

double InterruptedOf(const Measurement& measurement) {
  size_t interrupted = 0;
  size_t all = 0;
  for (const CallTimes& call : measurement.calls) {
    const double most = kInterrupted * call.MedianWhole();
    for (const float sample : call.whole) interrupted += static_cast<double>(sample) > most ? 1 : 0;
    all += call.whole.size();
  }
  return all == 0 ? 0 : static_cast<double>(interrupted) / static_cast<double>(all);
}

}  // namespace

Steadiness Steadiness::Of(const Measurements& measured, size_t program) {
  const Measurement& measurement = measured.programs[program];
  return {measured.rounds, measured.clock_nanoseconds, Spread::Of(measurement.Parts()),
          InterruptedOf(measurement)};
}

std::string SteadinessText(const Steadiness& steadiness) {
  return fmt::format(
      "{}; tenths of them differ by {}, {:.1f} % of turns were interrupted; the clock takes {} ns",
      Plural(steadiness.rounds, "round"), Percent(steadiness.parts.relative()),
      100 * steadiness.interrupted, Grouped(steadiness.clock_nanoseconds));
}

void AddSteadiness(JsonText& json, const Steadiness& steadiness) {
  json.Number("rounds", steadiness.rounds);
  AddNumber(json, "clock_ns", steadiness.clock_nanoseconds);
  AddSpread(json, "parts_ns", steadiness.parts);
  AddNumber(json, "interrupted", steadiness.interrupted);
  json.Word("noisy", steadiness.is_noisy() ? "true" : "false");
}

}  // namespace writ
