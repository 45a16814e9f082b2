// Measuring a policy: its calls counted and timed, the sums by tool and by rule.
//
// Tested by tests/cli/bench.py.
#pragma once

#include "cli/bench/bench_report.h"
#include "cli/bench/stages.h"
#include "cli/inspect/inspection.h"
#include "cli/policy_sources.h"

namespace writ {

// `decider` runs the inspected program. REQUIRES: one call at least.
BenchReport MakeBenchReport(const Inspection& inspection, Decider& decider, const BenchCalls& calls,
                            const CallsOrigin& origin, const MeasureOptions& options,
                            PolicySources& sources, Stages& stages);

}  // namespace writ
