// Rates of calls.
// Tested by tests/cli/learn_test.cc.
#include "cli/learn/rates.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "proxy/counters.h"

namespace writ {
namespace {

// A recording this many times as long as a window shows how full it gets.
constexpr int64_t kLengths = 3;
constexpr uint64_t kHeadroom = 2;

constexpr std::array<std::pair<std::string_view, writ::Window>, 3> kWindows = {
    {{"minute", Window::kMinute}, {"hour", Window::kHour}, {"day", Window::kDay}}};

}  // namespace

void Rates::Add(const RecordedCall& call) {
  if (!call.is_timed) {
    if (session_ != call.session) {
      session_ = call.session;
      in_session_ = 0;
    }
    most_in_session_ = std::max(most_in_session_, ++in_session_);
    return;
  }
  for (size_t i = 0; i < kWindows.size(); ++i) {
    Window& window = windows_[i];
    const int64_t begin = Counters::WindowStart(kWindows[i].second, call.time.seconds);
    if (begin > window.begin) {
      window.begin = begin;
      window.calls = 0;
    }
    window.most = std::max(window.most, ++window.calls);
  }
}

std::vector<LearnedRate> Rates::Limits(const TrafficSummary& summary) const {
  std::vector<LearnedRate> limits;
  if (summary.untimed_calls == summary.calls) {
    limits.push_back({"session", most_in_session_, kHeadroom * most_in_session_});
    return limits;
  }
  // Some of its calls have no time: nobody knows in which windows they were.
  if (summary.untimed_calls > 0) return limits;
  const int64_t length = summary.last_time->seconds - summary.first_time->seconds;
  std::optional<std::pair<int64_t, uint64_t>> tightest;  // the window's length, its limit
  for (size_t i = 0; i < kWindows.size(); ++i) {
    const int64_t seconds = kWindows[i].second.seconds;
    const uint64_t limit = kHeadroom * windows_[i].most;
    if (length < kLengths * seconds) break;
    const bool is_unreachable =
        tightest && limit >= static_cast<uint64_t>(seconds / tightest->first) * tightest->second;
    if (is_unreachable) continue;
    limits.push_back({kWindows[i].first, windows_[i].most, limit});
    tightest = {seconds, limit};
  }
  return limits;
}

}  // namespace writ
