#include "proxy/in_flight.h"

#include <gtest/gtest.h>

#include <string>

namespace writ {
namespace {

constexpr auto kCall = RequestKind::kToolCall;
constexpr auto kList = RequestKind::kToolList;
constexpr auto kOther = RequestKind::kOther;

TEST(InFlight, AddFindRemove) {
  InFlight in_flight(10);
  EXPECT_EQ(in_flight.Find("a"), nullptr);
  in_flight.Add("a", kCall, "\"a\"").receipt.rows.push_back({7, 5, 60});
  ASSERT_TRUE(in_flight.Contains("a"));
  const PendingRequest* request = in_flight.Find("a");
  EXPECT_EQ(request->kind, kCall);
  EXPECT_EQ(request->raw_id, "\"a\"");
  EXPECT_FALSE(request->cancelled);
  ASSERT_EQ(request->receipt.rows.size(), 1u);
  EXPECT_EQ(request->receipt.rows[0].amount, 5);
  in_flight.Remove("a");
  EXPECT_FALSE(in_flight.Contains("a"));
  EXPECT_EQ(in_flight.size(), 0u);
  in_flight.Remove("a");
}

TEST(InFlight, AnAnsweredIdIsANewRequest) {
  InFlight in_flight(10);
  in_flight.Add("a", kCall, "1").receipt.rows.push_back({7, 5, 60});
  in_flight.Cancel("a");
  in_flight.Remove("a");
  const PendingRequest& again = in_flight.Add("a", kOther, "2");
  EXPECT_EQ(again.kind, kOther);
  EXPECT_FALSE(again.cancelled);
  EXPECT_TRUE(again.receipt.rows.empty());
}

TEST(InFlight, OrderIsThatOfArrival) {
  InFlight in_flight(10);
  for (const std::string key : {"c", "a", "b"}) in_flight.Add(key, kOther, key);
  EXPECT_LT(in_flight.Find("c")->order, in_flight.Find("a")->order);
  EXPECT_LT(in_flight.Find("a")->order, in_flight.Find("b")->order);
}

TEST(InFlight, ToolLists) {
  InFlight in_flight(10);
  in_flight.Add("a", kCall, "a");
  EXPECT_FALSE(in_flight.HasToolList());
  in_flight.Add("b", kList, "b");
  in_flight.Add("c", kList, "c");
  in_flight.Cancel("b");
  EXPECT_TRUE(in_flight.HasToolList());
  in_flight.Remove("c");
  EXPECT_TRUE(in_flight.HasToolList()) << "a cancelled list may still be answered";
  in_flight.Remove("b");
  EXPECT_FALSE(in_flight.HasToolList());
  in_flight.Add("d", kList, "d");
  in_flight.Clear();
  EXPECT_FALSE(in_flight.HasToolList());
  EXPECT_EQ(in_flight.size(), 0u);
}

TEST(InFlight, AtTheBoundTheOldestCancelledCallIsForgotten) {
  InFlight in_flight(4);
  in_flight.Add("list", kList, "list");
  for (const std::string key : {"old", "older?", "new"}) {
    ASSERT_TRUE(in_flight.HasRoom());
    in_flight.Add(key, kCall, key);
  }
  EXPECT_FALSE(in_flight.HasRoom()) << "nothing is cancelled";
  // The order of arrival counts, not that of cancellation.
  in_flight.Cancel("list");
  EXPECT_FALSE(in_flight.HasRoom()) << "a cancelled list is never forgotten";
  in_flight.Cancel("new");
  in_flight.Cancel("old");
  EXPECT_TRUE(in_flight.HasRoom());
  EXPECT_TRUE(in_flight.Contains("old")) << "nobody needs its place yet";
  in_flight.Add("next", kCall, "next");
  EXPECT_FALSE(in_flight.Contains("old"));
  EXPECT_TRUE(in_flight.Contains("new"));
  EXPECT_EQ(in_flight.size(), 4u);
  EXPECT_TRUE(in_flight.HasRoom());
  in_flight.Add("last", kOther, "last");
  EXPECT_FALSE(in_flight.Contains("new"));
  EXPECT_FALSE(in_flight.HasRoom());
  EXPECT_TRUE(in_flight.Contains("older?"));
  EXPECT_TRUE(in_flight.Contains("list"));
}

TEST(InFlight, OtherCancelledRequestsAreNotForgotten) {
  InFlight in_flight(1);
  in_flight.Add("a", kOther, "a");
  in_flight.Cancel("a");
  EXPECT_FALSE(in_flight.HasRoom());
}

TEST(InFlight, ACancelledCallThatIsAnsweredIsNotForgottenTwice) {
  InFlight in_flight(2);
  in_flight.Add("a", kCall, "a");
  in_flight.Cancel("a");
  in_flight.Cancel("a");
  in_flight.Remove("a");
  in_flight.Add("a", kCall, "a");
  in_flight.Add("b", kCall, "b");
  EXPECT_FALSE(in_flight.HasRoom()) << "the id's new request is not cancelled";
  EXPECT_TRUE(in_flight.Contains("a"));
}

TEST(InFlight, CancellingWhatIsNotThere) {
  InFlight in_flight(2);
  in_flight.Cancel("a");
  in_flight.Cancel("");
  EXPECT_EQ(in_flight.size(), 0u);
}

}  // namespace
}  // namespace writ
