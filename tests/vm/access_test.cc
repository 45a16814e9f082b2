// Fields, indexes and membership, of what is built, what stands in a line, and what is optional.
#include "vm/access.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "vm/context.h"
#include "vm/disasm.h"
#include "vm/key_index.h"
#include "vm/span.h"

namespace writ {
namespace {

constexpr char kNoOverload[] = "error(no such overload)";
constexpr char kNoKey[] = "error(no such key)";
constexpr char kNoIndex[] = "error(index out of range)";
constexpr char kUnsafe[] = "error(a number that servers read differently)";
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Value Object(std::string_view json) {
  return Value::Text(Tag::kMapSpan, json);
}
Value Array(std::string_view json) {
  return Value::Text(Tag::kListSpan, json);
}
Value Name(std::string_view name) {
  return Value::String(name);
}

// The same list or map three times: as it stands in the line, built, and with an index.
class Forms {
 public:
  explicit Forms(std::string_view json) {
    const bool is_map = json.front() == '{';
    forms_.push_back(is_map ? Object(json) : Array(json));
    forms_.push_back(is_map ? Value::Of(ReadMapSpan(json, arena_))
                            : Value::Of(ReadListSpan(json, arena_)));
    if (is_map) {
      Map map = *forms_[1].map;
      map.index = KeyIndex::Make(&map.entries->key, 2, map.size, map.size, arena_);
      forms_.push_back(Value::Of(arena_.New(map)));
    } else {
      List list = *forms_[1].list;
      list.index = KeyIndex::Make(list.items, 1, list.size, list.size, arena_);
      forms_.push_back(Value::Of(arena_.New(list)));
    }
  }
  auto begin() const { return forms_.begin(); }
  auto end() const { return forms_.end(); }

 private:
  Arena arena_;
  std::vector<Value> forms_;
};

class Access : public testing::Test {
 protected:
  std::string Selected(const Value& from, std::string_view name) {
    return FormatValue(Select(from, Name(name), context_));
  }
  std::string At(const Value& from, const Value& key) {
    return FormatValue(Index(from, key, context_));
  }
  std::string OptionallyAt(const Value& from, const Value& key) {
    return FormatValue(OptionalIndex(from, key, context_));
  }
  std::string Found(const Value& element, const Value& container) {
    return FormatValue(In(element, container, context_));
  }
  std::string Had(const Value& from, std::string_view name) {
    return FormatValue(Has(from, Name(name), context_));
  }

  TestContext context_;
};

TEST_F(Access, FieldsOfMaps) {
  for (const Value& map : Forms(R"({"a":1,"b":{"c":[2]},"\u0064":"x","n":null,"u":1e999})")) {
    EXPECT_EQ(Selected(map, "a"), "1");
    EXPECT_EQ(Selected(map, "d"), "\"x\"");
    EXPECT_EQ(Selected(map, "n"), "null");
    EXPECT_EQ(Selected(map, "e"), kNoKey);
    EXPECT_EQ(Selected(map, "u"), kUnsafe);
    EXPECT_EQ(Had(map, "a"), "true");
    EXPECT_EQ(Had(map, "n"), "true");
    EXPECT_EQ(Had(map, "u"), "true") << "being there does not read it";
    EXPECT_EQ(Had(map, "e"), "false");
    EXPECT_EQ(At(map, Name("a")), "1");
    EXPECT_EQ(At(map, Name("e")), kNoKey);
    EXPECT_EQ(At(map, Value::Int(1)), kNoKey);
    EXPECT_EQ(OptionallyAt(map, Name("a")), "optional.of(1)");
    EXPECT_EQ(OptionallyAt(map, Name("e")), "optional.none()");
    EXPECT_EQ(OptionallyAt(map, Name("u")), kUnsafe);
    EXPECT_EQ(Found(Name("a"), map), "true");
    EXPECT_EQ(Found(Name("u"), map), "true");
    EXPECT_EQ(Found(Name("e"), map), "false");
    EXPECT_EQ(Found(Value::Null(), map), "false");
  }
}

TEST_F(Access, OnlyMapsHaveFields) {
  for (const Value& from : {Array("[1]"), Value::Int(1), Value::Null(), Name("text")}) {
    EXPECT_EQ(Selected(from, "a"), kNoOverload);
    EXPECT_EQ(Had(from, "a"), kNoOverload);
    EXPECT_EQ(FormatValue(OptionalSelect(from, Name("a"), context_)), kNoOverload);
    EXPECT_EQ(Selected(Value::Optional(&from), "a"), kNoOverload);
    EXPECT_EQ(Had(Value::Optional(&from), "a"), kNoOverload);
  }
  EXPECT_EQ(Selected(Value::Failure(Error::kOverflow), "a"), "error(overflow)");
  EXPECT_EQ(Had(Value(), "a"), "error(invalid argument)");
}

TEST_F(Access, KeysWorkAcrossNumericTypes) {
  const MapEntry entries[] = {{Value::Uint(1), Name("one")},
                              {Value::Int(2), Name("two")},
                              {Value::Bool(true), Name("true")}};
  Map map{3, entries};
  for (const bool indexed : {false, true}) {
    if (indexed) map.index = KeyIndex::Make(&entries->key, 2, 3, 3, context_.arena);
    const Value value = Value::Of(&map);
    for (const Value& one : {Value::Int(1), Value::Uint(1), Value::Double(1.0)}) {
      EXPECT_EQ(At(value, one), "\"one\"");
      EXPECT_EQ(Found(one, value), "true");
    }
    EXPECT_EQ(At(value, Value::Uint(2)), "\"two\"");
    EXPECT_EQ(At(value, Value::Bool(true)), "\"true\"");
    EXPECT_EQ(At(value, Value::Double(1.5)), kNoKey);
    EXPECT_EQ(At(value, Value::Double(kNan)), kNoKey);
    EXPECT_EQ(Found(Value::Double(kNan), value), "false");
    EXPECT_EQ(At(value, Name("1")), kNoKey);
    EXPECT_EQ(At(value, Value::Text(Tag::kUnsafeNumber, "1e999")), kUnsafe);
  }
}

TEST_F(Access, ElementsOfLists) {
  for (const Value& list : Forms(R"([7, "\u0061", [9]])")) {
    for (const Value& zero : {Value::Int(0), Value::Uint(0), Value::Double(0.0)}) {
      EXPECT_EQ(At(list, zero), "7");
    }
    EXPECT_EQ(At(list, Value::Int(1)), "\"a\"");
    EXPECT_EQ(At(list, Value::Int(2)), "[9]");
    for (const Value& outside :
         {Value::Int(3), Value::Int(-1), Value::Int(INT64_MIN), Value::Uint(UINT64_MAX),
          Value::Double(3.0), Value::Double(-1.0), Value::Double(1e300), Value::Double(-1e300),
          Value::Double(0x1p32), Value::Double(-0x1p63)}) {
      EXPECT_EQ(At(list, outside), kNoIndex) << FormatValue(outside);
      EXPECT_EQ(OptionallyAt(list, outside), "optional.none()");
    }
    for (const Value& index : {Value::Double(0.5), Value::Double(-0.5), Value::Double(kNan)}) {
      EXPECT_EQ(At(list, index), "error(invalid argument)") << FormatValue(index);
    }
    EXPECT_EQ(At(list, Name("0")), kNoOverload);
    EXPECT_EQ(OptionallyAt(list, Name("0")), kNoOverload);
    EXPECT_EQ(OptionallyAt(list, Value::Int(0)), "optional.of(7)");
  }
  EXPECT_EQ(At(Array("[1e999]"), Value::Int(0)), kUnsafe);
  EXPECT_EQ(At(Name("text"), Value::Int(0)), kNoOverload);
}

TEST_F(Access, MembersOfLists) {
  for (const Value& list : Forms(R"([5, 4.0, "x", null, true])")) {
    for (const Value& four : {Value::Int(4), Value::Uint(4), Value::Double(4.0)}) {
      EXPECT_EQ(Found(four, list), "true");
    }
    EXPECT_EQ(Found(Name("x"), list), "true");
    EXPECT_EQ(Found(Value::Null(), list), "true");
    EXPECT_EQ(Found(Value::Bool(false), list), "false");
    EXPECT_EQ(Found(Name("5"), list), "false");
    EXPECT_EQ(Found(Value::Double(kNan), list), "false");
    EXPECT_EQ(Found(Array("[5]"), list), "false");
  }
  for (const Value& list : Forms(R"([[1], {"a": 2}])")) {
    EXPECT_EQ(Found(Array("[1.0]"), list), "true");
    EXPECT_EQ(Found(Object(R"({"a":2})"), list), "true");
    EXPECT_EQ(Found(Array("[2]"), list), "false");
  }
  EXPECT_EQ(Found(Value::Int(1), Array("[]")), "false");
  EXPECT_EQ(Found(Value::Int(1), Name("1")), kNoOverload);
}

// One that is not to be read only matters where no other one decides.
TEST_F(Access, AnUnsafeElementMattersIfNoOtherIsEqual) {
  EXPECT_EQ(Found(Value::Int(1), Array("[1e999, 1]")), "true");
  EXPECT_EQ(Found(Value::Int(2), Array("[1e999, 1]")), kUnsafe);
  EXPECT_EQ(Found(Value::Text(Tag::kUnsafeNumber, "1e999"), Array("[1]")), kUnsafe);
}

TEST_F(Access, AnOptionalsFieldsAreOptional) {
  const Value map = Object(R"({"c":{"i":"x"},"l":[1]})");
  const Value some = Value::Optional(&map);
  const Value none = Value::Optional(nullptr);
  EXPECT_EQ(Selected(some, "c"), "optional.of({\"i\":\"x\"})");
  EXPECT_EQ(Selected(some, "missing"), "optional.none()");
  EXPECT_EQ(Selected(none, "c"), "optional.none()");
  EXPECT_EQ(Selected(Select(some, Name("c"), context_), "i"), "optional.of(\"x\")");
  EXPECT_EQ(At(some, Name("c")), "optional.of({\"i\":\"x\"})");
  EXPECT_EQ(At(some, Name("missing")), "optional.none()");
  EXPECT_EQ(At(none, Value::Int(0)), "optional.none()");
  EXPECT_EQ(OptionallyAt(none, Value::Int(0)), "optional.none()");
  EXPECT_EQ(At(Select(some, Name("l"), context_), Value::Int(0)), "optional.of(1)");
  EXPECT_EQ(At(Select(some, Name("l"), context_), Value::Int(5)), "optional.none()");
  EXPECT_EQ(Had(some, "c"), "true");
  EXPECT_EQ(Had(some, "missing"), "false");
  EXPECT_EQ(Had(none, "c"), "false");
}

TEST_F(Access, WalkingIsCharged) {
  const std::string far = R"({"padding":")" + std::string(1600, 'x') + R"(","k":1})";
  context_.budget = 100;
  EXPECT_EQ(Selected(Object(far), "k"), "error(evaluation budget exceeded)");
  context_.budget = 110;
  EXPECT_EQ(Selected(Object(far), "k"), "1");
  std::string long_list = "[0";
  for (int i = 0; i < 1000; ++i) long_list += ",0";
  long_list += "]";
  context_.budget = 10;
  EXPECT_EQ(Found(Value::Int(1), Array(long_list)), "error(evaluation budget exceeded)");
  context_.budget = 10;
  EXPECT_EQ(At(Array(long_list), Value::Int(1000)), "error(evaluation budget exceeded)");
}

// A look-up in an index costs the same whatever its size.
TEST_F(Access, AnIndexIsNotWalked) {
  std::vector<Value> keys;
  for (int i = 0; i < 100000; ++i) keys.push_back(Value::Int(i));
  List list{100000, keys.data()};
  list.index = KeyIndex::Make(keys.data(), 1, list.size, list.size, context_.arena);
  context_.budget = 100;
  EXPECT_EQ(Found(Value::Int(99999), Value::Of(&list)), "true");
  EXPECT_EQ(Found(Value::Int(-1), Value::Of(&list)), "false");
}

// All of a text goes into its hash.
TEST_F(Access, FindingALongTextIsCharged) {
  const std::string text(16'000, 'x');
  const std::string items = R"(["a","b","c","d","e","f","g","h","i","j"])";
  for (const Value& list : Forms(items)) {
    context_.budget = 900;
    EXPECT_EQ(Found(Name(text), list), list.is(Tag::kList) && list.list->index != nullptr
                                           ? "error(evaluation budget exceeded)"
                                           : "false");
  }
  Forms maps(R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1})");
  const Value indexed = *(maps.end() - 1);
  context_.budget = 900;
  EXPECT_EQ(At(indexed, Name(text)), "error(evaluation budget exceeded)");
  context_.budget = 1100;
  EXPECT_EQ(At(indexed, Name(text)), kNoKey);
}

}  // namespace
}  // namespace writ
