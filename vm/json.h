// The strict scanner: one forward pass over a line that checks every byte of it and fills the
// slots of a needed-path trie on the way.
//
// Strict means: what two mainstream JSON readers could read differently is a violation (RFC 8259
// grammar, UTF-8, no byte order mark, no raw NUL, CR only directly before the line's end, nothing
// after the value, nesting up to a limit, no member twice in one object at any depth, names
// compared after unescaping, no lone surrogate in a name or in a value that goes to a slot).
// The scanner does not stop at a violation unless the bytes are no JSON at all, so that the id of
// a refused message can still be found.
//
// What goes to a slot is kept as the line has it: a string without escapes is a view of the line,
// one with escapes is unescaped into the arena, a list or an object is a span, a number is read
// (vm/number.h). What goes to no slot is checked and forgotten.
//
// The work per byte is small because there is little to do: strings are searched as many bytes at a
// time as the CPU can (vm/plain_text.h), and a name is compared with the few names its object's
// trie node has.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vm/arena.h"
#include "vm/paths.h"
#include "vm/value.h"

namespace writ {

// Readable bytes of any content that must follow a scanned text.
inline constexpr size_t kScanPadding = 32;

inline constexpr uint32_t kDefaultMaxDepth = 128;

// A text of our own with what the scanner asks for behind it: an LF and kScanPadding bytes.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text) : size_(text.size()), bytes_(text) {
    bytes_.push_back('\n');
    bytes_.append(kScanPadding, '\0');
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  size_t size_;
  std::string bytes_;
};

// ORDER: ViolationText().
enum class Violation : uint8_t {
  kNone,
  kNotJson,  // the grammar of RFC 8259; nothing else is known of the line
  kInvalidUtf8,
  kCarriageReturn,  // a CR that is not directly before the line's end
  kTooDeep,
  kDuplicateMember,
  kSurrogateInName,   // a lone surrogate
  kSurrogateInValue,  // a lone surrogate in a value that goes to a slot and can decide
};

std::string_view ViolationText(Violation violation);

// Where the values of one trie go. The scanner writes only what it finds: the caller makes the
// slots absent and the outputs empty before.
struct ScanTarget {
  const PathTrie* trie = nullptr;
  uint32_t root = kNoNode;
  Value* slots = nullptr;
  std::string_view* raw = nullptr;  // optional: raw[slot] becomes the value's own bytes

  // Outputs: slots below 64 that a value went to, and those that more than one went to (a
  // duplicate member); members that are not what the trie names but look like it
  // (PathTrie::FindLookalike).
  uint64_t filled = 0;
  uint64_t filled_twice = 0;
  uint64_t lookalike_edges = 0;         // bit e (63 for all above) for edge e, null values included
  uint64_t nul_nodes = 0;               // bit n for node n: one of its members' names holds a NUL
  const PathEdge* lookalike = nullptr;  // the first whose value is not null
  // The same of edges that are watched: these decide nothing, and are not among lookalike_edges.
  const PathEdge* watched_lookalike = nullptr;
};

// Asked once per scan, when the scanner meets the value of a chosen node of the first target.
class NestedTarget {
 public:
  virtual ~NestedTarget() = default;
  // Where the members of this value go, or null to only check them.
  virtual ScanTarget* Enter() = 0;
};

struct ScanResult {
  Violation violation = Violation::kNone;  // the first one
  size_t offset = 0;                       // where, in bytes
  bool ok() const { return violation == Violation::kNone; }
  bool is_json() const { return violation != Violation::kNotJson; }
};

class Scanner {
 public:
  // `arena` takes unescaped text; it must outlive the values and is never reset here.
  explicit Scanner(Arena& arena, uint32_t max_depth = kDefaultMaxDepth);

  // Scans one JSON value and, if `whole_line`, that nothing but white space follows.
  // REQUIRES: kScanPadding readable bytes after `text`, the first of them an LF, or, for a value
  // within a scanned line (whole_line false), anything.
  // When the value of `nested_node` of the target's trie is an object, its members go to what
  // nested->Enter() gives.
  ScanResult Scan(std::string_view text, bool whole_line, ScanTarget& target,
                  uint32_t nested_node = kNoNode, NestedTarget* nested = nullptr);

  // The first duplicate member's name (for messages), unescaped.
  std::string_view offending_name() const { return offending_name_; }

 private:
  enum class Container : uint8_t { kNone, kArray, kObject };
  struct Frame {
    const char* start;    // of the value
    ScanTarget* owner;    // of `slot`
    ScanTarget* members;  // whose trie the members are looked up in; null: nothing is wanted
    uint32_t slot;        // the value's own
    uint32_t inner_slot;  // where a nested target begins: the slot of its root
    uint32_t node;        // in members' trie
    uint32_t first_name;  // index into names_
    uint64_t name_bits;   // a bit set for each name so far, by its hash
    uint64_t
        edge_bits;  // of names that the trie has instead: for each of the node's first 64 edges
    Container container;
    uint8_t reading;  // what this value or one around it is read for
  };
  struct Name {
    const char* text;
    uint32_t size;
    uint32_t hash;
  };
  struct StringToken {
    const char* begin;  // after the quote
    const char* end;    // at the closing quote
    bool escaped;
    bool ascii;
  };

  // These return where they are done, or null: what is no JSON begins at stopped_at_ then.
  const char* ScanString(const char* p, StringToken* token);
  const char* ScanRestOfString(const char* p, StringToken* token);
  const char* ScanNumber(const char* p, Value* value);
  const char* SkipTooDeep(const char* p);
  const char* Stop(const char* where);
  const char* SkipSpace(const char* p);
  const char* SkipSomeSpace(const char* p);
  ScanResult NotJson(const char* where);
  void Found(Violation violation, const char* where);
  bool IsDuplicate(const Frame& frame, std::string_view text, uint32_t hash) const;
  void FoundTwice(std::string_view name, const char* where);
  bool AddEdge(Frame& frame, const PathEdge& edge, std::string_view text, const char* where);
  void AddName(Frame& frame, std::string_view text, uint64_t word, const char* where);
  void MakeRoomForNames();
  void CheckManyNames(const Frame& frame, const char* where);

  Arena& arena_;
  uint32_t max_depth_;
  std::vector<Frame> frames_;
  std::vector<Name> names_;  // of the open objects; the first name_count_ count
  uint32_t name_count_ = 0;
  uint32_t name_room_ = 0;
  std::vector<uint64_t> deep_;  // one bit a level beyond max_depth_: 1 for an object
  ScanResult result_;
  const char* text_ = nullptr;
  const char* end_ = nullptr;
  const char* stopped_at_ = nullptr;
  std::string_view offending_name_;
};

// The text of a string token's inside, unescaped into the arena if it has escapes.
// `lone_surrogate` is set if it holds one; U+FFFD stands in the text then.
std::string_view Unescape(std::string_view inside, Arena& arena, bool* lone_surrogate);

// The same into room of the caller's, of inside.size() bytes at least. Returns the end.
char* UnescapeTo(std::string_view inside, char* out, bool* lone_surrogate);

}  // namespace writ
