// What was seen of an argument, call by call: enough to say how all its values were alike.
//
// Memory is bounded whatever the calls hold: values, names and depth are kept up to limits, and
// that there was more is remembered.
//
// Tested by tests/cli/learn_test.cc.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

// ORDER: kKinds and what conditions begin with (condition.cc).
enum class SeenKind : uint8_t { kNull, kBool, kWhole, kNumber, kText, kList, kMap };
inline constexpr size_t kSeenKinds = 7;

struct SeenValue {
  // More are not told apart.
  static constexpr size_t kMostValues = 10;  // texts; hosts of URLs
  static constexpr size_t kMostValueBytes = 200;
  static constexpr size_t kMostMembers = 100;
  static constexpr size_t kMostNameBytes = 200;

  uint64_t seen = 0;
  std::array<uint64_t, kSeenKinds> by_kind{};
  // Numbers that servers read differently, among those of by_kind: no rule may read these.
  uint64_t unsafe = 0;

  uint64_t truths = 0;  // of the bools
  double least = 0;     // of the numbers, whole or not
  double most = 0;

  // Of the texts.
  std::map<std::string, uint64_t> texts;
  bool has_more_texts = false;
  uint64_t longest = 0;  // in code points
  // The deepest folder that all are in, in normal form; none: not all are absolute paths.
  std::optional<std::string> folder;
  std::map<std::string, uint64_t> hosts;  // lower case; of http and https URLs
  std::map<std::string, uint64_t> schemes;
  bool are_urls = true;    // all of them, of no more hosts than are kept
  uint32_t formats = ~0u;  // those that all have: bits of FormatAt()

  // Of the lists: their elements; of the objects: their members.
  uint64_t most_items = 0;
  std::unique_ptr<SeenValue> item;
  std::map<std::string, SeenValue> members;
  bool has_more_members = false;  // that are not known: names are not held fast

  uint64_t of(SeenKind kind) const { return by_kind[static_cast<size_t>(kind)]; }
};

// A form that texts may have, as a regular expression for all of a text.
struct TextFormat {
  std::string_view name;     // for people: "a UUID"
  std::string_view pattern;  // without anchors
  bool bounds_length = false;
};
// Null beyond the last. Those that say more come first.
const TextFormat* FormatAt(size_t index);

// Adds values to what was seen, within bounds that all of a recording shares.
class Observer {
 public:
  static constexpr size_t kMostNodes = 200'000;
  static constexpr uint32_t kMostDepth = 6;

  // REQUIRES: `value` comes of a line that was scanned.
  void Add(const Value& value, SeenValue& seen) { Add(value, seen, 0); }

 private:
  void Add(const Value& value, SeenValue& seen, uint32_t depth);
  void AddNumber(double number, SeenValue& seen);
  void AddText(std::string_view text, SeenValue& seen);
  void AddFolder(std::string_view text, SeenValue& seen);
  void AddList(std::string_view span, SeenValue& seen, uint32_t depth);
  void AddMap(std::string_view span, SeenValue& seen, uint32_t depth);

  Arena arena_;
  size_t nodes_ = 0;
};

}  // namespace writ
