#include "proxy/asked_by_server.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "proxy/line.h"

namespace writ {
namespace {

RequestId Id(const std::string& token) {
  static std::vector<std::unique_ptr<const Line>> kept;
  kept.push_back(std::make_unique<const Line>(token));
  RequestId id;
  ReadRequestId(kept.back()->view(), id);
  return id;
}

TEST(AskedByServer, AnAnswerIsOneOnce) {
  AskedByServer asked;
  asked.Add(Id("7"));
  asked.Add(Id("\"a\""));
  asked.Add(Id("7"));
  EXPECT_TRUE(asked.TakeAnswer(Id("7")));
  EXPECT_FALSE(asked.TakeAnswer(Id("7")));
  EXPECT_TRUE(asked.TakeAnswer(Id("\"\\u0061\"")));
  EXPECT_FALSE(asked.TakeAnswer(Id("\"b\"")));
  EXPECT_EQ(asked.size(), 0u);
}

TEST(AskedByServer, TheOtherSpellingIsNoAnswerButMayBeTakenForOne) {
  for (const auto& [question, answer] : {std::pair("7", "\"7\""), std::pair("\"7\"", "7")}) {
    AskedByServer asked;
    asked.Add(Id(question));
    EXPECT_FALSE(asked.TakeAnswer(Id(answer))) << answer;
    EXPECT_FALSE(asked.TakeAnswer(Id(question))) << question;
  }
}

TEST(AskedByServer, NumbersAreAnsweredAsTheyAreWritten) {
  AskedByServer asked;
  asked.Add(Id("9007199254740993"));
  EXPECT_FALSE(asked.TakeAnswer(Id("9007199254740992")));
  EXPECT_TRUE(asked.TakeAnswer(Id("9007199254740993")));
}

TEST(AskedByServer, WhatHasNoValidIdIsNotKept) {
  AskedByServer asked;
  for (const char* id : {"", "null", "1.5", "true"}) {
    asked.Add(Id(id));
    EXPECT_FALSE(asked.TakeAnswer(Id(id))) << id;
  }
  EXPECT_EQ(asked.size(), 0u);
}

TEST(AskedByServer, TheOldestIsForgottenAtTheBound) {
  AskedByServer asked(2);
  for (const char* id : {"1", "2", "3"}) asked.Add(Id(id));
  EXPECT_EQ(asked.size(), 2u);
  EXPECT_FALSE(asked.TakeAnswer(Id("1")));
  EXPECT_TRUE(asked.TakeAnswer(Id("3")));
  EXPECT_TRUE(asked.TakeAnswer(Id("2")));
}

}  // namespace
}  // namespace writ
