// The twin of the scanner: slots filled from values must hold what a scan of the same document
// puts there.
#include "vm/slots.h"

#include <gtest/gtest.h>

#include <charconv>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reference/json.h"
#include "vm/compare.h"
#include "vm/corpus.h"
#include "vm/number.h"
#include "vm/scan.h"

namespace writ {
namespace {

// A number as a caller without the token has it: integers as they are, also those that readers
// round, which the twin is to see for itself.
Value NumberOf(std::string_view token) {
  const Value number = ReadNumber(token);
  if (!number.is(Tag::kUnsafeNumber)) return number;
  const char* end = token.data() + token.size();
  int64_t as_int = 0;
  const auto read_int = std::from_chars(token.data(), end, as_int);
  if (read_int.ec == std::errc() && read_int.ptr == end) return Value::Int(as_int);
  uint64_t as_uint = 0;
  const auto read_uint = std::from_chars(token.data(), end, as_uint);
  if (read_uint.ec == std::errc() && read_uint.ptr == end) return Value::Uint(as_uint);
  return number;
}

Value ValueOf(const reference::Value& from, Arena& arena) {
  switch (from.kind) {
    case reference::Kind::kNull: return Value::Null();
    case reference::Kind::kFalse: return Value::Bool(false);
    case reference::Kind::kTrue: return Value::Bool(true);
    case reference::Kind::kNumber: return NumberOf(from.raw);
    case reference::Kind::kString: return Value::String(from.text);
    case reference::Kind::kArray: {
      const auto size = static_cast<uint32_t>(from.items.size());
      Value* items = arena.Allocate<Value>(size);
      for (uint32_t i = 0; i < size; ++i) items[i] = ValueOf(from.items[i], arena);
      return Value::Of(arena.New(List{size, items}));
    }
    case reference::Kind::kObject: {
      const auto size = static_cast<uint32_t>(from.members.size());
      MapEntry* entries = arena.Allocate<MapEntry>(size);
      for (uint32_t i = 0; i < size; ++i) {
        entries[i].key = Value::String(from.members[i].name);
        entries[i].value = ValueOf(from.members[i].value, arena);
      }
      return Value::Of(arena.New(Map{size, entries}));
    }
  }
  return Value();
}

// The same value, spans read on the way. Of unsafe numbers the text may differ.
bool Same(Value a, Value b, Arena& arena) {
  if (a.is_list() && b.is_list()) {
    const List* x = Items(a, arena);
    const List* y = Items(b, arena);
    bool same = x->size == y->size;
    for (uint32_t i = 0; same && i < x->size; ++i) same = Same(x->items[i], y->items[i], arena);
    return same;
  }
  if (a.is_map() && b.is_map()) {
    const Map* x = Entries(a, arena);
    const Map* y = Entries(b, arena);
    bool same = x->size == y->size;
    for (uint32_t i = 0; same && i < x->size; ++i) {
      same = x->entries[i].key.view() == y->entries[i].key.view() &&
             Same(x->entries[i].value, y->entries[i].value, arena);
    }
    return same;
  }
  if (a.tag != b.tag) return false;
  if (a.is(Tag::kString)) return a.view() == b.view();
  return a.is(Tag::kUnsafeNumber) || a.u == b.u;
}

class Twins {
 public:
  Twins() : lists_(SomePathLists()) {
    for (std::vector<std::string>& list : lists_) {
      // Some are only watched.
      for (size_t i = 2; i < list.size(); i += 3) {
        if (list[i].empty() || list[i][0] != '?') list[i].insert(0, "~");
      }
      paths_.push_back(std::make_unique<Paths>(list));
    }
  }

  size_t list_count() const { return lists_.size(); }
  size_t filled() const { return filled_; }
  size_t lookalikes() const { return lookalikes_; }

  void Check(std::string_view line, size_t list) {
    arena_.Reset();
    const PaddedText text(line);
    Slots scanned(*paths_[list]);
    Scanner scanner(arena_);
    if (!scanner.Scan(text.view(), true, scanned.target).ok()) return;
    const reference::Reading reading = reference::Read(text.view());
    ASSERT_TRUE(reading.value.has_value()) << line;

    Slots twin(*paths_[list]);
    twin.target.raw = nullptr;
    FillSlots(ValueOf(*reading.value, arena_), twin.target, arena_);
    for (size_t i = 0; i < lists_[list].size(); ++i) {
      const Value& left = scanned.values[i];
      const Value& right = twin.values[i];
      filled_ += !left.is(Tag::kAbsent);
      if (lists_[list][i][0] == '?' && left.is(Tag::kString)) {
        ASSERT_TRUE(right.is(Tag::kString));  // only the presence is promised
        continue;
      }
      ASSERT_TRUE(Same(left, right, arena_))
          << "at " << lists_[list][i] << ": " << FormatValue(left) << " and " << FormatValue(right)
          << ", line: " << line;
    }
    ASSERT_EQ(scanned.target.lookalike, twin.target.lookalike) << line;
    ASSERT_EQ(scanned.target.watched_lookalike, twin.target.watched_lookalike) << line;
    lookalikes_ += twin.target.lookalike != nullptr;
  }

 private:
  std::vector<std::vector<std::string>> lists_;
  std::vector<std::unique_ptr<Paths>> paths_;
  Arena arena_;
  size_t filled_ = 0;
  size_t lookalikes_ = 0;
};

TEST(Slots, AreThoseOfAScanOnLinesOfOurOwn) {
  Twins twins;
  for (const std::string& line : OwnLines()) {
    for (size_t list = 0; list < twins.list_count(); ++list) {
      twins.Check(line, list);
      ASSERT_FALSE(testing::Test::HasFatalFailure());
    }
  }
  EXPECT_GT(twins.filled(), 20u);
}

TEST(Slots, AreThoseOfAScanOnHostileLines) {
  SKIP_WITHOUT_SHARED_FOLDER();
  Twins twins;
  for (const char* file : {"jsontestsuite.jsonl", "public.jsonl"}) {
    for (const HostileLine& hostile : HostileLines(file)) {
      SCOPED_TRACE(hostile.id);
      const size_t lists = hostile.line.size() < 10000 ? twins.list_count() : 1;
      for (size_t list = 0; list < lists; ++list) {
        twins.Check(hostile.line, list);
        ASSERT_FALSE(testing::Test::HasFatalFailure());
      }
    }
  }
  EXPECT_GT(twins.filled(), 500u);
}

TEST(Slots, AreThoseOfAScanOnMutants) {
  Mutator mutants(SeedLines(), 20'260'302);
  Twins twins;
  for (size_t i = 0; i < 60'000; ++i) {
    twins.Check(mutants.Next(), i % twins.list_count());
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "mutant " << i;
  }
  EXPECT_GT(twins.filled(), 2'000u);
  EXPECT_GT(twins.lookalikes(), 100u);
}

// ---- What no JSON text can show.

class OneSlot {
 public:
  const Value& Fill(const Value& value) {
    FillSlots(value, slots_.target, arena_);
    return slots_.values[0];
  }

 private:
  Paths paths_{{""}};
  Slots slots_{paths_};
  Arena arena_;
};

TEST(Slots, NumbersThatReadersRoundAreUnsafe) {
  const struct {
    Value value;
    Tag tag;
  } cases[] = {
      {Value::Int(0), Tag::kInt},
      {Value::Int(-9007199254740992), Tag::kInt},
      {Value::Int(9007199254740993), Tag::kUnsafeNumber},
      {Value::Int(9000000000000000000), Tag::kInt},
      {Value::Int(INT64_MIN), Tag::kUnsafeNumber},
      {Value::Uint(5), Tag::kUint},
      {Value::Uint(10000000000000000000u), Tag::kUint},
      {Value::Uint(UINT64_MAX), Tag::kUnsafeNumber},
      {Value::Double(0.1), Tag::kDouble},
      {Value::Double(1e300), Tag::kDouble},
      {Value::Double(std::numeric_limits<double>::infinity()), Tag::kUnsafeNumber},
      {Value::Double(-std::numeric_limits<double>::infinity()), Tag::kUnsafeNumber},
      {Value::Double(std::numeric_limits<double>::quiet_NaN()), Tag::kUnsafeNumber},
  };
  for (const auto& c : cases) {
    OneSlot slot;
    EXPECT_EQ(slot.Fill(c.value).tag, c.tag) << FormatValue(c.value);
  }
}

TEST(Slots, NumbersInsideOfListsAndMapsAreCheckedToo) {
  const Value numbers[] = {Value::Int(1), Value::Int(9007199254740993)};
  const List list{2, numbers};
  const MapEntry entries[] = {{Value::String("k"), Value::Of(&list)}};
  const Map map{1, entries};
  OneSlot slot;
  const Value& filled = slot.Fill(Value::Of(&map));
  ASSERT_TRUE(filled.is(Tag::kMap));
  EXPECT_EQ(FormatValue(filled), "{\"k\": [1, 9007199254740993]}");
  const List* inside = filled.map->entries[0].value.list;
  EXPECT_TRUE(inside->items[0].is(Tag::kInt));
  EXPECT_TRUE(inside->items[1].is(Tag::kUnsafeNumber));
  EXPECT_TRUE(numbers[1].is(Tag::kInt)) << "the caller's value is left as it is";
}

TEST(Slots, ShortNamesAreComparedWithoutBytesBehindThem) {
  // A key at the very end of its memory: the eight bytes from it on are not all there.
  const std::unique_ptr<char[]> name(new char[1]{'A'});
  const MapEntry entries[] = {{Value::String({name.get(), 1}), Value::Int(1)}};
  const Map map{1, entries};
  const Paths paths({"a"});
  Slots slots(paths);
  Arena arena;
  FillSlots(Value::Of(&map), slots.target, arena);
  EXPECT_TRUE(slots.values[0].is(Tag::kAbsent));
  ASSERT_NE(slots.target.lookalike, nullptr);
  EXPECT_EQ(slots.target.lookalike->name, "a");
}

}  // namespace
}  // namespace writ
