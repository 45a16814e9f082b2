// What a decision costs as a policy grows, in four shapes: policies made here, compiled here.
//
//   disjoint   each rule is of a tool of its own
//   keyed      all are of one tool, each for one value of an argument
//   unkeyed    all are of one tool, and each looks at every call
//   mixed      six of ten disjoint, two keyed, one of a glob, one unkeyed
//
// Tested by tests/cli/bench.py.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "cli/bench/bench_call.h"
#include "cli/bench/measure.h"
#include "cli/bench/percentiles.h"
#include "cli/bench/stages.h"
#include "cli/table.h"

namespace writ {

enum class GrowthShape : uint8_t { kDisjoint, kKeyed, kUnkeyed, kMixed };
inline constexpr std::array kGrowthShapes = {GrowthShape::kDisjoint, GrowthShape::kKeyed,
                                             GrowthShape::kUnkeyed, GrowthShape::kMixed};

// "disjoint"; "disjoint tools".
std::string_view GrowthName(GrowthShape shape);
std::string_view GrowthTitle(GrowthShape shape);

// A policy of writ: 1 with so many rules, and calls that all of them let pass.
std::string GrowthPolicy(GrowthShape shape, size_t rules);
BenchCalls GrowthCalls(GrowthShape shape, size_t rules);

struct GrowthPoint {
  size_t rules = 0;
  Spread nanoseconds;       // of a decision, over the parts of the run
  double instructions = 0;  // of a decision, mean
  double compile_ms = 0;    // once
  Spread bundle_ms;         // from a bundle in memory until it may run
  double bytes_a_rule = 0;  // of a bundle without debug data
};

struct GrowthCurve {
  GrowthShape shape = GrowthShape::kDisjoint;
  std::vector<GrowthPoint> points;  // by rules
  Spread ratio;                     // of the last to the first one, within parts of the run
  size_t rounds = 0;

  // What each rule more adds, between the first and the last point.
  double nanoseconds_a_rule() const;
  double instructions_a_rule() const;
};

struct GrowthReport {
  std::vector<GrowthCurve> curves;
};

// `counts`: rising, one at least. The fault is a policy's that writ does not compile.
tl::expected<GrowthReport, std::string> MeasureGrowth(const std::vector<size_t>& counts,
                                                      const MeasureOptions& options,
                                                      Stages& stages);

std::string GrowthTables(const GrowthReport& report, const TableStyle& style);
std::string GrowthJson(const GrowthReport& report);
// The curves as a picture, both axes logarithmic.
std::string GrowthPicture(const GrowthReport& report);

}  // namespace writ
