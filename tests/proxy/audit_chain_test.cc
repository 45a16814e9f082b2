// Sealing records, and taking sealed ones apart again.
#include "proxy/audit_chain.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "proxy/audit_key.h"

namespace writ {
namespace {

constexpr char kSession[] = "0123456789abcdef";

std::string Stop(uint64_t seq) {
  std::string record;
  AppendStopRecord({Time(static_cast<int64_t>(seq)), kSession, seq}, "ended", 0, record);
  return record;
}

std::string Start(const std::optional<PreviousRecord>& previous,
                  const std::vector<PreviousRecord>& others = {}) {
  StartRecord start;
  start.previous = previous;
  start.others = others;
  start.key = "00ff";
  start.server = "/bin/\"server\"";
  std::string record;
  AppendStartRecord({Time(0), kSession, 0}, start, record);
  return record;
}

std::string_view WithoutLf(std::string_view line) {
  return line.substr(0, line.size() - 1);
}

TEST(AuditChain, EachRecordHangsOnTheOneBefore) {
  const AuditKey key{Mac{}};
  AuditChain chain(key.ForChain());
  std::string lines[3];
  for (uint64_t i = 0; i < 3; ++i) chain.Seal(Stop(i), lines[i]);

  AuditChain reading(key.ForChain());
  Mac before{};
  for (uint64_t i = 0; i < 3; ++i) {
    ASSERT_EQ(lines[i].back(), '\n');
    const auto sealed = ReadSealedRecord(WithoutLf(lines[i]));
    ASSERT_TRUE(sealed.has_value()) << lines[i];
    EXPECT_EQ(sealed->record, Stop(i));
    EXPECT_EQ(sealed->session, kSession);
    EXPECT_EQ(sealed->seq, i);
    EXPECT_EQ(sealed->kind, "stop");
    EXPECT_FALSE(sealed->is_start);
    EXPECT_EQ(sealed->mac, reading.MacOf(before, sealed->record));
    EXPECT_NE(sealed->mac, reading.MacOf({{1}}, sealed->record));
    before = sealed->mac;
  }
  EXPECT_EQ(before, chain.last());
}

TEST(AuditChain, FollowsWhatItIsTold) {
  const AuditKey key{Mac{}};
  AuditChain one(key.ForChain());
  AuditChain other(key.ForChain());
  std::string first;
  std::string second;
  one.Seal(Stop(0), first);
  one.Seal(Stop(1), second);
  const auto sealed = ReadSealedRecord(WithoutLf(first));
  ASSERT_TRUE(sealed.has_value());
  other.Follow(sealed->mac);
  std::string again;
  other.Seal(Stop(1), again);
  EXPECT_EQ(again, second);
}

TEST(AuditChain, StartsTellWhatTheyFollow) {
  AuditChain chain(AuditKey{Mac{}}.ForChain());
  PreviousRecord previous{"fedcba9876543210", 12, "1970-01-01T00:00:01.000Z", Mac{{7}},
                          "a \"quoted\" \\ name"};
  std::string line;
  chain.Seal(Start(previous), line);
  const auto sealed = ReadSealedRecord(WithoutLf(line));
  ASSERT_TRUE(sealed.has_value());
  EXPECT_TRUE(sealed->is_start);
  EXPECT_EQ(sealed->key, "00ff");
  ASSERT_TRUE(sealed->previous.has_value());
  EXPECT_EQ(sealed->previous->session, previous.session);
  EXPECT_EQ(sealed->previous->seq, previous.seq);
  EXPECT_EQ(sealed->previous->time, previous.time);
  EXPECT_EQ(sealed->previous->mac, previous.mac);
  EXPECT_EQ(sealed->previous->file, R"(a \"quoted\" \\ name)");

  for (const size_t count : {1u, 2u, 64u}) {
    line.clear();
    chain.Seal(Start(previous, std::vector<PreviousRecord>(count, previous)), line);
    const auto several = ReadSealedRecord(WithoutLf(line));
    ASSERT_TRUE(several.has_value());
    ASSERT_EQ(several->others.size(), count);
    EXPECT_EQ(several->others.back().seq, previous.seq);
    EXPECT_EQ(several->others.back().mac, previous.mac);
  }

  line.clear();
  chain.Seal(Start(std::nullopt), line);
  const auto first = ReadSealedRecord(WithoutLf(line));
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->is_start);
  EXPECT_FALSE(first->previous.has_value());
}

TEST(AuditChain, OnlyWhatWritWritesIsARecord) {
  AuditChain chain(AuditKey{Mac{}}.ForChain());
  std::string line;
  chain.Seal(Start(std::nullopt), line);
  const std::string good(WithoutLf(line));
  ASSERT_TRUE(ReadSealedRecord(good).has_value());
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(ReadSealedRecord(std::string_view(good).substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(ReadSealedRecord(" " + good).has_value());
  EXPECT_FALSE(ReadSealedRecord(good + " ").has_value());
  for (const auto& [what, by] : {std::pair{"\"seq\":0", "\"seq\":00"},
                                 {"\"seq\":0", "\"seq\":-1"},
                                 {"\"seq\":0", "\"seq\": 0"},
                                 {"\"seq\":0", "\"seq\":18446744073709551616"},
                                 {"\"version\":1", "\"version\":2"},
                                 {"0123456789abcdef", "0123456789abcdeg"},
                                 {"0123456789abcdef", "0123456\x1b[2K\r9abc"},
                                 {"\"previous\":null", "\"previous\":{}"},
                                 {"\"others\":[]", "\"others\":[null]"},
                                 {"\"others\":[]", "\"others\":[,]"},
                                 {"\"others\":[]", "\"others\":["},
                                 {"\"others\":[],", ""},
                                 {"\"mac\":\"", "\"mac\":\"A"}}) {
    std::string bad = good;
    bad.replace(bad.find(what), std::string_view(what).size(), by);
    EXPECT_FALSE(ReadSealedRecord(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace writ
