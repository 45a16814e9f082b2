// When what changes is read.
#include "proxy/settling.h"

#include <gtest/gtest.h>

namespace writ {
namespace {

using std::chrono::milliseconds;

const Settling::Time kStart = Settling::Time() + std::chrono::hours(1);

TEST(Settling, NothingIsDueBeforeAChange) {
  Settling settling;
  EXPECT_EQ(settling.due(), std::nullopt);
}

TEST(Settling, IsDueAWhileAfterTheLastChange) {
  Settling settling;
  settling.Note(kStart, false);
  EXPECT_EQ(settling.due(), kStart + milliseconds(100));
  settling.Note(kStart + milliseconds(70), false);
  EXPECT_EQ(settling.due(), kStart + milliseconds(170));
}

TEST(Settling, IsNotPutOffForEver) {
  Settling settling;
  for (int at = 0; at < 5000; at += 50) settling.Note(kStart + milliseconds(at), false);
  EXPECT_EQ(settling.due(), kStart + milliseconds(1000));
}

TEST(Settling, WaitsForAWriterToClose) {
  Settling settling;
  settling.Note(kStart, true);
  EXPECT_EQ(settling.due(), kStart + milliseconds(1000));
  settling.Note(kStart + milliseconds(300), false);
  EXPECT_EQ(settling.due(), kStart + milliseconds(400));
}

TEST(Settling, CanBePutOffUnlessSomethingChanges) {
  Settling settling;
  settling.PutOff(kStart + milliseconds(900));
  EXPECT_EQ(settling.due(), kStart + milliseconds(900));
  settling.Note(kStart + milliseconds(300), false);
  EXPECT_EQ(settling.due(), kStart + milliseconds(400));
}

TEST(Settling, WhatChangesIsNotPutOffWithTheRest) {
  Settling settling;
  settling.PutOff(kStart + milliseconds(9000));
  settling.Note(kStart + milliseconds(300), true);
  EXPECT_EQ(settling.due(), kStart + milliseconds(1300));
}

TEST(Settling, BeginsAnewOnceItWasRead) {
  Settling settling;
  settling.Note(kStart, false);
  settling.Clear();
  EXPECT_EQ(settling.due(), std::nullopt);
  settling.Note(kStart + milliseconds(5000), false);
  EXPECT_EQ(settling.due(), kStart + milliseconds(5100));
}

}  // namespace
}  // namespace writ
