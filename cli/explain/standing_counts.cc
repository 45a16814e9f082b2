// Counts of a file, in memory.
// Tested by tests/cli/explain_test.cc.
#include "cli/explain/standing_counts.h"

#include <fmt/core.h>

#include <limits>

namespace writ {

std::vector<std::string> StandingCounts::Notes() const {
  if (view_.more == 0) return {};
  return {fmt::format("of the counts in the file, {} that are less full are taken for empty",
                      view_.more)};
}

bool StandingCounts::IsOf(const ShownCount& count, const Program& program,
                          const Counter& counter) const {
  std::string space = counter.space;
  if (!prefix_.empty()) {
    space = program.policies.size() > 1 ? prefix_ + "/" + counter.space : prefix_;
  }
  return count.space == space && count.global == counter.global &&
         (counter.global || count.scope == counter.scope) && count.name == counter.name &&
         count.window == counter.window;
}

void StandingCounts::Fill(const Program& program, int64_t now, Counters& counters) const {
  for (const Counter& counter : program.counters) {
    for (const ShownCount& count : view_.counts) {
      if (count.used <= 0 || !IsOf(count, program, counter)) continue;
      CounterUse use{&counter, count.used, std::numeric_limits<int64_t>::max()};
      use.key = count.key;
      use.scale = count.scale;
      use.shadow = count.shadow;
      Receipt receipt;
      counters.Reserve({}, {use}, now, &receipt);
    }
  }
}

int64_t StandingCounts::UsedBy(const Program& program, const Reservation& reservation) const {
  const Quota& quota = program.quotas[reservation.quota];
  for (const ShownCount& count : view_.counts) {
    if (count.key == reservation.key && count.scale == quota.scale &&
        count.shadow == quota.shadow && IsOf(count, program, program.counters[quota.counter])) {
      return count.used;
    }
  }
  return 0;
}

}  // namespace writ
