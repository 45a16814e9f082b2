// How much one limit lets pass within the window of another, held against the densest calls.
#include "compiler/lint/most_in_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>

namespace writ {
namespace {

Window Of(int64_t seconds, bool sliding = false) {
  return {seconds, sliding};
}

TEST(MostInWindow, OfWindowsThatAreMadeOfEachOther) {
  EXPECT_EQ(MostInWindow(10, Window::kHour, Window::kDay), 240);
  EXPECT_EQ(MostInWindow(4, Window::kHour, Window::kMinute), 4);
  EXPECT_EQ(MostInWindow(7, Window::kDay, Window::kDay), 7);
  EXPECT_EQ(MostInWindow(0, Window::kMinute, Window::kDay), 0);
}

TEST(MostInWindow, OfWindowsThatOverlap) {
  EXPECT_EQ(MostInWindow(10, Of(7 * 60), Window::kHour), 100);
  EXPECT_EQ(MostInWindow(10, Window::kHour, Of(90 * 60)), 30);
}

TEST(MostInWindow, OfSlidingOnes) {
  EXPECT_EQ(MostInWindow(10, Of(3600, true), Window::kDay), 240);
  EXPECT_EQ(MostInWindow(10, Of(3600, true), Window::kMinute), 10);
  // It may forget late, and it may lie across the borders of others.
  EXPECT_EQ(MostInWindow(10, Window::kHour, Of(3600, true)), 30);
  EXPECT_EQ(MostInWindow(10, Of(3600, true), Of(3600, true)), 20);
}

TEST(MostInWindow, OfSessions) {
  EXPECT_EQ(MostInWindow(5, Window::kSession, Window::kSession), 5);
  EXPECT_EQ(MostInWindow(5, Window::kSession, Window::kDay), std::nullopt);
  EXPECT_EQ(MostInWindow(5, Window::kMinute, Window::kSession), std::nullopt);
}

TEST(MostInWindow, OfWhatIsNoNumber) {
  EXPECT_EQ(MostInWindow(INT64_MAX, Window::kMinute, Window::kHour), std::nullopt);
  EXPECT_EQ(MostInWindow(INT64_MAX, Window::kHour, Window::kMinute), INT64_MAX);
}

// Every greedy caller, whenever it starts, stays within what is said of it.
TEST(MostInWindow, IsNeverExceeded) {
  constexpr int64_t kLimit = 2;
  for (int64_t limited = 1; limited <= 9; ++limited) {
    for (const bool slides : {false, true}) {
      for (int64_t window = 1; window <= 12; ++window) {
        const auto most = MostInWindow(kLimit, Of(limited, slides), Of(window));
        ASSERT_TRUE(most);
        for (int64_t start = 0; start < limited * window; ++start) {
          std::deque<int64_t> calls;
          int64_t in_window = 0;
          for (int64_t now = start; now < start + 4 * (limited + window); ++now) {
            if (now % window == 0) in_window = 0;
            for (;;) {
              const auto counted = std::count_if(calls.begin(), calls.end(), [&](int64_t call) {
                return slides ? call > now - limited : call / limited == now / limited;
              });
              if (counted >= kLimit) break;
              calls.push_back(now);
              if (calls.size() > 64) calls.pop_front();
              EXPECT_LE(++in_window, *most) << limited << " " << slides << " " << window;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace writ
