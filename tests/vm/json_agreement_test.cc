// The scanner against the reference reader: on the hostile lines and on mutants, both must say the
// same of every line, and the slots must hold what the reference's tree has at their paths.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reference/json.h"
#include "vm/corpus.h"
#include "vm/json.h"
#include "vm/number.h"
#include "vm/scan.h"

namespace writ {
namespace {

bool IsNotJson(reference::Violation violation) {
  return violation == reference::Violation::kNotJson ||
         violation == reference::Violation::kByteOrderMark ||
         violation == reference::Violation::kControlCharacter ||
         violation == reference::Violation::kTrailingText;
}

Violation Ours(reference::Violation violation) {
  switch (violation) {
    case reference::Violation::kInvalidUtf8: return Violation::kInvalidUtf8;
    case reference::Violation::kCarriageReturn: return Violation::kCarriageReturn;
    case reference::Violation::kTooDeep: return Violation::kTooDeep;
    case reference::Violation::kDuplicateName: return Violation::kDuplicateMember;
    case reference::Violation::kLoneSurrogateInName: return Violation::kSurrogateInName;
    default: return Violation::kNotJson;
  }
}

bool HoldsLoneSurrogate(const reference::Value& value) {
  if (value.lone_surrogate) return true;
  for (const reference::Value& item : value.items) {
    if (HoldsLoneSurrogate(item)) return true;
  }
  for (const reference::Member& member : value.members) {
    if (HoldsLoneSurrogate(member.value)) return true;
  }
  return false;
}

// What the scanner may say of the line, by the reference; empty: that it is good.
std::set<Violation> Expected(const reference::Reading& reading,
                             const std::vector<std::string>& paths) {
  std::set<Violation> expected;
  if (!reading.value.has_value()) return {Violation::kNotJson};
  for (const reference::Violation violation : reading.violations) expected.insert(Ours(violation));
  for (const std::string& path : paths) {
    const reference::Value* value = At(*reading.value, path);
    if (path.substr(0, 1) != "?" && path.substr(0, 1) != "~" && value != nullptr &&
        HoldsLoneSurrogate(*value)) {
      expected.insert(Violation::kSurrogateInValue);
    }
  }
  return expected;
}

// Whether a slot holds what stands in the tree.
bool Holds(const Value& slot, const reference::Value* value, bool reads_value) {
  if (value == nullptr) return slot.is(Tag::kAbsent);
  switch (value->kind) {
    case reference::Kind::kNull: return slot.is(Tag::kNull);
    case reference::Kind::kFalse: return slot.is(Tag::kBool) && slot.i == 0;
    case reference::Kind::kTrue: return slot.is(Tag::kBool) && slot.i == 1;
    case reference::Kind::kString:
      return slot.is(Tag::kString) && (!reads_value || slot.view() == value->text);
    case reference::Kind::kArray: return slot.is(Tag::kListSpan) && slot.view() == value->raw;
    case reference::Kind::kObject: return slot.is(Tag::kMapSpan) && slot.view() == value->raw;
    case reference::Kind::kNumber: {
      const Value number = ReadNumber(value->raw);
      if (slot.tag != number.tag) return false;
      return number.is(Tag::kUnsafeNumber) ? slot.view() == number.view() : slot.u == number.u;
    }
  }
  return false;
}

class Agreement {
 public:
  Agreement() : lists_(SomePathLists()) {
    for (const std::vector<std::string>& list : lists_) {
      paths_.push_back(std::make_unique<Paths>(list));
    }
  }

  size_t list_count() const { return lists_.size(); }

  // Compares both on one line with one list of paths.
  void Check(std::string_view line, size_t list) {
    const reference::Reading reading = reference::Read(line);
    // The reference gives up on lines deeper than it can recurse.
    if (!reading.value.has_value() && reading.Has(reference::Violation::kTooDeep)) {
      bool no_json = false;
      for (const reference::Violation violation : reading.violations) {
        no_json = no_json || IsNotJson(violation);
      }
      if (!no_json) return;
    }
    ++compared_;

    const PaddedText text(line);
    arena_.Reset();
    Slots slots(*paths_[list]);
    Scanner scanner(arena_);
    const ScanResult result = scanner.Scan(text.view(), true, slots.target);

    const std::set<Violation> expected = Expected(reading, lists_[list]);
    if (expected.empty()) {
      ASSERT_TRUE(result.ok()) << ViolationText(result.violation) << " at " << result.offset
                               << ", line: " << line;
      ++accepted_;
    } else {
      ASSERT_EQ(expected.count(result.violation), 1u)
          << ViolationText(result.violation) << " at " << result.offset << ", line: " << line;
    }
    if (expected.count(Violation::kNotJson) + expected.count(Violation::kDuplicateMember) +
            expected.count(Violation::kTooDeep) >
        0) {
      return;
    }
    for (size_t i = 0; i < lists_[list].size(); ++i) {
      const std::string& path = lists_[list][i];
      const reference::Value* value = At(*reading.value, path);
      ASSERT_TRUE(Holds(slots.values[i], value, path.substr(0, 1) != "?"))
          << "at " << path << ": " << FormatValue(slots.values[i]) << ", line: " << line;
      ASSERT_EQ(slots.raw[i].size(), value == nullptr ? 0 : value->raw.size()) << path;
      filled_ += value != nullptr;
    }
  }

  size_t compared() const { return compared_; }
  size_t accepted() const { return accepted_; }
  size_t filled() const { return filled_; }

 private:
  std::vector<std::vector<std::string>> lists_;
  std::vector<std::unique_ptr<Paths>> paths_;
  Arena arena_;
  size_t compared_ = 0;
  size_t accepted_ = 0;
  size_t filled_ = 0;
};

TEST(JsonAgreement, OnLinesOfOurOwn) {
  Agreement agreement;
  for (const std::string& line : OwnLines()) {
    for (size_t list = 0; list < agreement.list_count(); ++list) {
      agreement.Check(line, list);
      ASSERT_FALSE(testing::Test::HasFatalFailure());
    }
  }
  EXPECT_GT(agreement.filled(), 20u);
}

class HostileAgreement : public testing::TestWithParam<const char*> {};

TEST_P(HostileAgreement, OnEveryLine) {
  SKIP_WITHOUT_SHARED_FOLDER();
  Agreement agreement;
  for (const HostileLine& hostile : HostileLines(GetParam())) {
    SCOPED_TRACE(hostile.id);
    // All tries on short lines; a long one is read once.
    const size_t lists = hostile.line.size() < 10000 ? agreement.list_count() : 1;
    for (size_t list = 0; list < lists; ++list) {
      agreement.Check(hostile.line, list);
      ASSERT_FALSE(testing::Test::HasFatalFailure());
    }
  }
  EXPECT_GT(agreement.accepted(), 100u);
}

INSTANTIATE_TEST_SUITE_P(JsonAgreement, HostileAgreement,
                         testing::Values("jsontestsuite.jsonl", "public.jsonl"),
                         [](const testing::TestParamInfo<const char*>& file) {
                           return std::string(file.param, std::strchr(file.param, '.'));
                         });

TEST(JsonAgreement, OnMutants) {
  constexpr size_t kMutants = 200'000;
  Mutator mutants(SeedLines(), 20'260'301);
  Agreement agreement;
  for (size_t i = 0; i < kMutants; ++i) {
    agreement.Check(mutants.Next(), i % agreement.list_count());
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "mutant " << i;
  }
  EXPECT_EQ(agreement.compared(), kMutants);
  EXPECT_GT(agreement.accepted(), kMutants / 10) << "mutants that are all bad show little";
  EXPECT_GT(agreement.filled(), kMutants / 20);
}

}  // namespace
}  // namespace writ
