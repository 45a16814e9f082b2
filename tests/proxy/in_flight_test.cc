#include "proxy/in_flight.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "proxy/line.h"

namespace writ {
namespace {

constexpr auto kCall = RequestKind::kToolCall;
constexpr auto kList = RequestKind::kToolList;
constexpr auto kOther = RequestKind::kOther;

// Of a text, or of any token of JSON.
RequestId TokenId(const std::string& token) {
  static std::vector<std::unique_ptr<const Line>> kept;
  kept.push_back(std::make_unique<const Line>(token));
  RequestId id;
  ReadRequestId(kept.back()->view(), id);
  return id;
}

RequestId Id(const std::string& text) {
  return TokenId('"' + text + '"');
}

std::string Key(const std::string& text) {
  return Id(text).key;
}

TEST(InFlight, AddFindRemove) {
  InFlight in_flight(10);
  EXPECT_EQ(in_flight.Find(Key("a")), nullptr);
  in_flight.Add(Id("a"), kCall).receipt.rows.push_back({7, 5, 60});
  ASSERT_TRUE(in_flight.Contains(Key("a")));
  const PendingRequest* request = in_flight.Find(Key("a"));
  EXPECT_EQ(request->kind, kCall);
  EXPECT_EQ(request->raw_id, "\"a\"");
  EXPECT_FALSE(request->cancelled);
  ASSERT_EQ(request->receipt.rows.size(), 1u);
  EXPECT_EQ(request->receipt.rows[0].amount, 5);
  in_flight.Remove(Key("a"));
  EXPECT_FALSE(in_flight.Contains(Key("a")));
  EXPECT_EQ(in_flight.size(), 0u);
  in_flight.Remove(Key("a"));
}

TEST(InFlight, AnAnsweredIdIsANewRequest) {
  InFlight in_flight(10);
  in_flight.Add(Id("a"), kCall).receipt.rows.push_back({7, 5, 60});
  in_flight.Cancel(Id("a"));
  in_flight.Remove(Key("a"));
  const PendingRequest& again = in_flight.Add(Id("a"), kOther);
  EXPECT_EQ(again.kind, kOther);
  EXPECT_FALSE(again.cancelled);
  EXPECT_TRUE(again.receipt.rows.empty());
}

TEST(InFlight, OrderIsThatOfArrival) {
  InFlight in_flight(10);
  for (const std::string key : {"c", "a", "b"}) in_flight.Add(Id(key), kOther);
  EXPECT_LT(in_flight.Find(Key("c"))->order, in_flight.Find(Key("a"))->order);
  EXPECT_LT(in_flight.Find(Key("a"))->order, in_flight.Find(Key("b"))->order);
}

TEST(InFlight, ToolLists) {
  InFlight in_flight(10);
  in_flight.Add(Id("a"), kCall);
  EXPECT_FALSE(in_flight.HasToolList());
  in_flight.Add(Id("b"), kList);
  in_flight.Add(Id("c"), kList);
  in_flight.Cancel(Id("b"));
  EXPECT_TRUE(in_flight.HasToolList());
  in_flight.Remove(Key("c"));
  EXPECT_TRUE(in_flight.HasToolList()) << "a cancelled list may still be answered";
  in_flight.Remove(Key("b"));
  EXPECT_FALSE(in_flight.HasToolList());
  in_flight.Add(Id("d"), kList);
  in_flight.Clear();
  EXPECT_FALSE(in_flight.HasToolList());
  EXPECT_EQ(in_flight.size(), 0u);
}

TEST(InFlight, AtTheBoundTheOldestCancelledCallIsForgotten) {
  InFlight in_flight(4);
  in_flight.Add(Id("list"), kList);
  for (const std::string key : {"old", "older?", "new"}) {
    ASSERT_TRUE(in_flight.HasRoom());
    in_flight.Add(Id(key), kCall);
  }
  EXPECT_FALSE(in_flight.HasRoom()) << "nothing is cancelled";
  // The order of arrival counts, not that of cancellation.
  in_flight.Cancel(Id("list"));
  EXPECT_FALSE(in_flight.HasRoom()) << "a cancelled list is never forgotten";
  in_flight.Cancel(Id("new"));
  in_flight.Cancel(Id("old"));
  EXPECT_TRUE(in_flight.HasRoom());
  EXPECT_TRUE(in_flight.Contains(Key("old"))) << "nobody needs its place yet";
  in_flight.Add(Id("next"), kCall);
  EXPECT_FALSE(in_flight.Contains(Key("old")));
  EXPECT_TRUE(in_flight.Contains(Key("new")));
  EXPECT_EQ(in_flight.size(), 4u);
  EXPECT_TRUE(in_flight.HasRoom());
  in_flight.Add(Id("last"), kOther);
  EXPECT_FALSE(in_flight.Contains(Key("new")));
  EXPECT_FALSE(in_flight.HasRoom());
  EXPECT_TRUE(in_flight.Contains(Key("older?")));
  EXPECT_TRUE(in_flight.Contains(Key("list")));
}

TEST(InFlight, OtherCancelledRequestsAreNotForgotten) {
  InFlight in_flight(1);
  in_flight.Add(Id("a"), kOther);
  in_flight.Cancel(Id("a"));
  EXPECT_FALSE(in_flight.HasRoom());
}

TEST(InFlight, ACancelledCallThatIsAnsweredIsNotForgottenTwice) {
  InFlight in_flight(2);
  in_flight.Add(Id("a"), kCall);
  in_flight.Cancel(Id("a"));
  in_flight.Cancel(Id("a"));
  in_flight.Remove(Key("a"));
  in_flight.Add(Id("a"), kCall);
  in_flight.Add(Id("b"), kCall);
  EXPECT_FALSE(in_flight.HasRoom()) << "the id's new request is not cancelled";
  EXPECT_TRUE(in_flight.Contains(Key("a")));
}

TEST(InFlight, CancellingWhatIsNotThere) {
  InFlight in_flight(2);
  in_flight.Cancel(Id("a"));
  in_flight.Cancel(RequestId());
  EXPECT_EQ(in_flight.size(), 0u);
}

// ---- Whether an error gives back.

class GivingBack : public testing::Test {
 protected:
  void Add(const std::string& token) { in_flight_.Add(TokenId(token), kCall); }
  void Cancel(const std::string& token) { in_flight_.Cancel(TokenId(token)); }
  void Remove(const std::string& token) { in_flight_.Remove(TokenId(token).key); }
  bool May(const std::string& token) {
    const PendingRequest* request = in_flight_.Find(TokenId(token).key);
    if (request == nullptr) ADD_FAILURE() << token << " is not in flight";
    return request != nullptr && in_flight_.MayGiveBack(*request);
  }
  // Makes the oldest cancelled call forgotten.
  void Fill() {
    while (in_flight_.size() < kBound) Add(Fresh());
    Add(Fresh());
  }
  std::string Fresh() { return "\"fresh-" + std::to_string(fresh_++) + '"'; }

  static constexpr size_t kBound = 4;
  InFlight in_flight_{kBound, 2};
  int fresh_ = 0;
};

TEST_F(GivingBack, EachCallByItself) {
  for (const char* token : {"7", "8", "\"x\"", "\"9\""}) Add(token);
  Cancel("8");
  Cancel("10");
  EXPECT_TRUE(May("7"));
  EXPECT_FALSE(May("8"));
  EXPECT_TRUE(May("\"x\""));
  EXPECT_TRUE(May("\"9\""));
}

TEST_F(GivingBack, NotInBothSpellingsAtOnce) {
  for (const auto& [first, second] :
       {std::pair("7", "\"7\""), std::pair("\"7\"", "7"), std::pair("\"\\u0037\"", "7")}) {
    Add(first);
    Add("8");
    Add(second);
    EXPECT_FALSE(May(first));
    EXPECT_FALSE(May(second));
    EXPECT_TRUE(May("8"));
    Remove(first);
    EXPECT_FALSE(May(second)) << "the answer for the other may have come";
    Add(first);
    EXPECT_FALSE(May(first));
    Remove(first);
    Remove(second);
    Add(first);
    EXPECT_TRUE(May(first)) << "both are answered";
    Remove(first);
    Remove("8");
  }
}

TEST_F(GivingBack, NotBesideAVagueId) {
  Add("\" 7\"");
  EXPECT_TRUE(May("\" 7\"")) << "it is alone";
  Add("7");
  EXPECT_FALSE(May("\" 7\""));
  EXPECT_FALSE(May("7"));
  Remove("\" 7\"");
  EXPECT_FALSE(May("7"));
  Add("8");
  EXPECT_TRUE(May("8"));
  Add("3000000000");
  EXPECT_FALSE(May("8")) << "some servers saturate";
}

TEST_F(GivingBack, NotWhatMayBeCancelled) {
  for (const char* token : {"7.0", "\" 7\"", "\"7.0\"", "7.5", "null", "[7]", ""}) {
    Add("7");
    Cancel(token);
    EXPECT_FALSE(May("7")) << token;
    Add("8");
    EXPECT_TRUE(May("8")) << "it came later";
    Remove("7");
    Remove("8");
  }
  Add("\"7\"");
  Cancel("7");
  EXPECT_FALSE(May("\"7\""));
}

TEST_F(GivingBack, NotUnderTheIdOfAForgottenCall) {
  Add("7");
  Cancel("7");
  Fill();
  for (int i = 0; i < 4; ++i) Remove("\"fresh-" + std::to_string(i) + '"');
  Add("7");
  EXPECT_FALSE(May("7")) << "the error may be the forgotten one's";
  Remove("7");
  Add("7");
  EXPECT_FALSE(May("7")) << "or come later still";
  Remove("7");
  Add("\"7\"");
  EXPECT_FALSE(May("\"7\""));
  Remove("\"7\"");
  Add("\"07\"");
  EXPECT_FALSE(May("\"07\""));
  Remove("\"07\"");
  Add("8");
  EXPECT_TRUE(May("8"));
}

TEST_F(GivingBack, NothingOnceTooMuchIsForgotten) {
  for (int i = 0; i < 3; ++i) {
    Add("7");
    EXPECT_TRUE(May("7"));
    Remove("7");
    const std::string forgotten = "\"old-" + std::to_string(i) + '"';
    Add(forgotten);
    Cancel(forgotten);
    Fill();
    const bool is_known = i < 2;
    while (in_flight_.size() > 0) in_flight_.Remove(std::string(in_flight_.all().begin()->first));
    Add("\"new\"");
    EXPECT_EQ(May("\"new\""), is_known);
    Remove("\"new\"");
  }
}

TEST_F(GivingBack, NothingOnceAVagueIdIsForgotten) {
  Add("\" 7\"");
  Cancel("\" 7\"");
  Fill();
  Remove("\"fresh-0\"");
  Add("8");
  EXPECT_FALSE(May("8"));
}

}  // namespace
}  // namespace writ
