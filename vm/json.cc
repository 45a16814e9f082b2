// The strict scanner.
// Tested by tests/vm/json_test.cc and, against a reader written to be checked by eye,
// tests/vm/json_agreement_test.cc.
#include "vm/json.h"

#include <algorithm>

#include "vm/number.h"
#include "vm/plain_text.h"
#include "vm/utf8.h"

namespace writ {

static_assert(kScanPadding >= kPlainTextPadding);

namespace {

// Objects with up to this many members are checked for duplicates name by name; larger ones are
// sorted when they close, so that no choice of names makes the check quadratic.
constexpr uint32_t kCompareEachUpTo = 24;

enum Class : uint8_t { kPlain, kQuote, kBackslash, kControl, kHigh };

constexpr std::array<uint8_t, 256> MakeClasses() {
  std::array<uint8_t, 256> classes{};
  for (size_t c = 0; c < 256; ++c) {
    classes[c] = c < 0x20 ? kControl : c >= 0x80 ? kHigh : kPlain;
  }
  classes['"'] = kQuote;
  classes['\\'] = kBackslash;
  return classes;
}
constexpr std::array<uint8_t, 256> kClasses = MakeClasses();

uint8_t ClassOf(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The value of the four hex digits at p, or -1.
int32_t HexQuad(const char* p) {
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int digit = HexDigit(p[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// Behind true, false or null at p; null if it is none of them.
const char* ScanLiteral(const char* p, Value* value) {
  const auto behind = [p, value](std::string_view word, const Value& meaning) -> const char* {
    if (std::memcmp(p, word.data(), word.size()) != 0) return nullptr;
    *value = meaning;
    return p + word.size();
  };
  switch (*p) {
    case 't': return behind("true", Value::Bool(true));
    case 'f': return behind("false", Value::Bool(false));
    default: return behind("null", Value::Null());
  }
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// What a value is read for, as bits.
constexpr uint8_t kRead = 1;
constexpr uint8_t kDecides = 2;

uint8_t ReadingOf(const PathNode& node) {
  return static_cast<uint8_t>((node.reads_value ? kRead : 0) | (node.value_decides ? kDecides : 0));
}

uint32_t HashName(std::string_view name, uint64_t word) {
  uint64_t tail = 0;
  if (name.size() > 8) __builtin_memcpy(&tail, name.data() + name.size() - 8, 8);
  const uint64_t mixed = (word ^ (tail * 0x9E3779B97F4A7C15)) * 0xD6E8FEB86659FD93 + name.size();
  return static_cast<uint32_t>(mixed >> 32);
}

}  // namespace

std::string_view ViolationText(Violation violation) {
  switch (violation) {
    case Violation::kNone: return "no violation";
    case Violation::kNotJson: return "not JSON";
    case Violation::kInvalidUtf8: return "invalid UTF-8";
    case Violation::kCarriageReturn: return "a CR that does not end the line";
    case Violation::kTooDeep: return "nested too deep";
    case Violation::kDuplicateMember: return "duplicate member";
    case Violation::kSurrogateInName: return "a lone surrogate in a member name";
    case Violation::kSurrogateInValue: return "a lone surrogate in a value that a rule reads";
  }
  return "?";
}

Scanner::Scanner(Arena& arena, uint32_t max_depth) : arena_(arena), max_depth_(max_depth) {
  frames_.resize(size_t{max_depth_} + 1);
  MakeRoomForNames();
}

void Scanner::Found(Violation violation, const char* where) {
  if (result_.violation != Violation::kNone && violation != Violation::kNotJson) return;
  result_.violation = violation;
  result_.offset = static_cast<size_t>(where - text_);
}

// Nearly always there is none.
inline const char* Scanner::SkipSpace(const char* p) {
  return static_cast<unsigned char>(*p) > ' ' ? p : SkipSomeSpace(p);
}

const char* Scanner::SkipSomeSpace(const char* p) {
  for (;; ++p) {
    if (*p == ' ' || *p == '\t') continue;
    if (*p != '\r' || p >= end_) return p;
    if (p + 1 != end_) Found(Violation::kCarriageReturn, p);
  }
}

inline const char* Scanner::Stop(const char* where) {
  stopped_at_ = where;
  return nullptr;
}

// From after the opening quote to after the closing one; null if there is none. Most strings are
// plain to their end, and that is found without a call.
[[gnu::always_inline]] inline const char* Scanner::ScanString(const char* p, StringToken* token) {
  const char* const stop = SkipPlain(p, end_);
  if (*stop == '"') [[likely]] {
    *token = {p, stop, false, true};
    return stop + 1;
  }
  // A copy, so that the caller's own may stay in registers.
  StringToken longer = {p, nullptr, false, true};
  const char* const behind = ScanRestOfString(stop, &longer);
  *token = longer;
  return behind;
}

// From the first byte that is not plain to after the closing quote.
const char* Scanner::ScanRestOfString(const char* p, StringToken* token) {
  for (;; p = SkipPlain(p, end_)) {
    switch (ClassOf(*p)) {
      case kQuote: token->end = p; return p + 1;
      case kBackslash:
        token->escaped = true;
        switch (p[1]) {
          case '"':
          case '\\':
          case '/':
          case 'b':
          case 'f':
          case 'n':
          case 'r':
          case 't': p += 2; break;
          case 'u':
            if (HexQuad(p + 2) < 0) return Stop(p);
            p += 6;
            break;
          default: return Stop(p);
        }
        break;
      case kHigh:
        token->ascii = false;
        // One is seldom alone.
        do {
          const size_t length = Utf8Length(p);
          if (length == 0) Found(Violation::kInvalidUtf8, p);
          p += std::max<size_t>(length, 1);
        } while (ClassOf(*p) == kHigh);
        break;
      default: return Stop(p);  // a control character, or the end of the line
    }
  }
}

// Behind the number at p, null if it is none. One as short as most is read on the way: else the
// value is absent.
const char* Scanner::ScanNumber(const char* p, Value* value) {
  const bool negative = *p == '-';
  if (negative) ++p;
  uint64_t digits = 0;  // of a longer one, anything
  const auto take_digits = [&digits](const char* at) {
    for (;; ++at) {
      const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
      if (digit > 9) return at;
      digits = digits * 10 + digit;
    }
  };
  const char* const first = p;
  if (*p == '0') {
    ++p;
  } else if (IsDigit(*p)) {
    p = take_digits(p);
  } else {
    return Stop(p);
  }
  size_t count = static_cast<size_t>(p - first);
  size_t decimals = 0;
  if (*p == '.') {
    const char* const point = p++;
    p = take_digits(p);
    decimals = static_cast<size_t>(p - point) - 1;
    if (decimals == 0) return Stop(p);
    count += decimals;
  }
  if (*p == 'e' || *p == 'E') {
    ++p;
    if (*p == '+' || *p == '-') ++p;
    if (!IsDigit(*p)) return Stop(p);
    while (IsDigit(*p)) ++p;
  } else if (count <= kMaxShortDigits) {
    *value = ShortNumber(negative, digits, decimals);
    return p;
  }
  *value = Value();
  return p;
}

// Checks a value that opens beyond the nesting limit, one bit a level, so that 16 MiB of brackets
// cost two of memory. Names are not compared: the line is refused already.
const char* Scanner::SkipTooDeep(const char* p) {
  Found(Violation::kTooDeep, p);
  size_t depth = 0;
  deep_.clear();
  StringToken token;
  Value ignored;
  const auto push = [&](bool object) {
    if (depth / 64 >= deep_.size()) deep_.push_back(0);
    const uint64_t bit = uint64_t{1} << (depth % 64);
    deep_[depth / 64] = object ? deep_[depth / 64] | bit : deep_[depth / 64] & ~bit;
    ++depth;
  };
  const auto in_object = [&] { return (deep_[(depth - 1) / 64] >> ((depth - 1) % 64) & 1) != 0; };
  // From a name to the value behind its colon.
  const auto behind_name = [&](const char* at) -> const char* {
    if (*at != '"') return Stop(at);
    at = ScanString(at + 1, &token);
    if (at == nullptr) return nullptr;
    at = SkipSpace(at);
    return *at == ':' ? SkipSpace(at + 1) : Stop(at);
  };
  for (;;) {
    // p is at a value.
    bool closed = false;  // a value just ended
    switch (*p) {
      case '{':
        push(true);
        p = SkipSpace(p + 1);
        if (*p == '}') {
          closed = true;
          ++p;
          --depth;
        } else {
          p = behind_name(p);
        }
        break;
      case '[':
        push(false);
        p = SkipSpace(p + 1);
        if (*p == ']') {
          closed = true;
          ++p;
          --depth;
        }
        break;
      case '"':
        p = ScanString(p + 1, &token);
        closed = true;
        break;
      case 't':
      case 'f':
      case 'n': {
        const char* const behind = ScanLiteral(p, &ignored);
        p = behind != nullptr ? behind : Stop(p);
        closed = true;
        break;
      }
      default: p = ScanNumber(p, &ignored); closed = true;
    }
    if (p == nullptr) return nullptr;
    while (closed) {
      if (depth == 0) return p;
      p = SkipSpace(p);
      if (*p == ',') {
        p = SkipSpace(p + 1);
        if (in_object()) p = behind_name(p);
        if (p == nullptr) return nullptr;
        closed = false;
      } else if (*p == (in_object() ? '}' : ']')) {
        ++p;
        --depth;
      } else {
        return Stop(p);
      }
    }
  }
}

bool Scanner::IsDuplicate(const Frame& frame, std::string_view text, uint32_t hash) const {
  // One among so many is seen when they are sorted.
  if (name_count_ - frame.first_name >= kCompareEachUpTo) return false;
  for (uint32_t i = frame.first_name; i < name_count_; ++i) {
    const Name& other = names_[i];
    if (other.hash == hash && SameText({other.text, other.size}, text)) return true;
  }
  return false;
}

void Scanner::FoundTwice(std::string_view name, const char* where) {
  Found(Violation::kDuplicateMember, where);
  if (offending_name_.empty()) offending_name_ = name;
}

// A name that the trie has is known by its edge alone. False if the node has too many of them.
inline bool Scanner::AddEdge(Frame& frame, const PathEdge& edge, std::string_view text,
                             const char* where) {
  if (edge.order == kManyEdges) [[unlikely]]
    return false;
  const uint64_t bit = uint64_t{1} << edge.order;
  if ((frame.edge_bits & bit) != 0) FoundTwice(text, where);
  frame.edge_bits |= bit;
  return true;
}

// A name whose bit is not set yet is new, which spares most comparisons.
inline void Scanner::AddName(Frame& frame, std::string_view text, uint64_t word,
                             const char* where) {
  const uint32_t hash = HashName(text, word);
  const uint64_t bit = uint64_t{1} << (hash % 64);
  if ((frame.name_bits & bit) != 0 && IsDuplicate(frame, text, hash)) {
    FoundTwice(text, where);
    return;
  }
  frame.name_bits |= bit;
  if (name_count_ == name_room_) MakeRoomForNames();
  Name& name = names_[name_count_++];
  name.text = text.data();
  name.size = static_cast<uint32_t>(text.size());
  name.hash = hash;
}

void Scanner::MakeRoomForNames() {
  name_room_ = name_room_ == 0 ? 64 : 2 * name_room_;
  names_.resize(name_room_);
}

void Scanner::CheckManyNames(const Frame& frame, const char* where) {
  const auto first = names_.begin() + frame.first_name;
  const auto last = names_.begin() + name_count_;
  std::sort(first, last, [](const Name& a, const Name& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    if (a.size != b.size) return a.size < b.size;
    return std::memcmp(a.text, b.text, a.size) < 0;
  });
  for (auto name = first; name + 1 != last; ++name) {
    if (name[0].hash == name[1].hash && name[0].size == name[1].size &&
        std::memcmp(name[0].text, name[1].text, name[0].size) == 0) {
      return FoundTwice({name->text, name->size}, where);
    }
  }
}

ScanResult Scanner::NotJson(const char* where) {
  Found(Violation::kNotJson, std::min(where, end_));
  return result_;
}

ScanResult Scanner::Scan(std::string_view text, bool whole_line, ScanTarget& target,
                         uint32_t nested_node, NestedTarget* nested) {
  text_ = text.data();
  end_ = text.data() + text.size();
  result_ = {};
  offending_name_ = {};
  name_count_ = 0;

  Frame* frame = frames_.data();  // the first is no value's
  Frame* const deepest = frame + max_depth_;
  frame->container = Container::kNone;
  const char* p = text.data();
  // What is known of the value at p.
  ScanTarget* into = &target;
  uint32_t node = target.root;
  uint32_t slot = target.trie->node(node).slot;
  uint8_t reading = slot != kNoSlot ? ReadingOf(target.trie->node(node)) : uint8_t{0};
  StringToken token;

  Value unwanted;

  // That a slot holds a value which ends at p.
  const auto note = [&p](ScanTarget* to, uint32_t where, const char* begin) {
    if (where < 64) {
      const uint64_t bit = uint64_t{1} << where;
      if ((to->filled & bit) != 0) to->filled_twice |= bit;
      to->filled |= bit;
    }
    if (to->raw != nullptr) to->raw[where] = {begin, static_cast<size_t>(p - begin)};
  };

  p = SkipSpace(p);

value:
  // A value that only looks wanted is checked and forgotten.
  if (*p == '{' || *p == '[') {
    const bool is_object = *p == '{';
    if (frame == deepest) {
      p = SkipTooDeep(p);
      if (p == nullptr) return NotJson(stopped_at_);
      goto after_value;
    }
    ++frame;
    const Container container = is_object ? Container::kObject : Container::kArray;
    *frame = {p, into, into, slot, kNoSlot, node, name_count_, 0, 0, container, reading};
    if (is_object && nested != nullptr && into == &target && node == nested_node) {
      ScanTarget* inner = nested->Enter();
      nested = nullptr;  // not again for a duplicate
      frame->members = inner;
      frame->node = kNoNode;
      if (inner != nullptr) {
        const PathNode& root = inner->trie->node(inner->root);
        frame->node = inner->root;
        frame->inner_slot = root.slot;
        if (root.slot != kNoSlot) frame->reading |= ReadingOf(root);
      }
    }
    p = SkipSpace(p + 1);
    if (is_object) {
      if (*p == '}') goto close;
      goto member;
    }
    if (*p == ']') goto close;
    goto item;
  }
  {
    const char* const begin = p;
    // Made where it goes: a copy would wait for what was just written.
    Value& read = slot != kNoSlot ? into->slots[slot] : unwanted;
    switch (*p) {
      case '"': {
        p = ScanString(p + 1, &token);
        if (p == nullptr) return NotJson(stopped_at_);
        std::string_view inside(token.begin, static_cast<size_t>(token.end - token.begin));
        if (token.escaped && (reading & kRead) != 0) {
          bool lone_surrogate = false;
          inside = Unescape(inside, arena_, &lone_surrogate);
          if (lone_surrogate && (reading & kDecides) != 0) {
            Found(Violation::kSurrogateInValue, begin);
          }
        }
        read = Value::String(inside);
        break;
      }
      case 't':
      case 'f':
      case 'n':
        p = ScanLiteral(p, &read);
        if (p == nullptr) return NotJson(begin);
        break;
      default:
        p = ScanNumber(p, &read);
        if (p == nullptr) return NotJson(stopped_at_);
        if (slot != kNoSlot && read.is(Tag::kAbsent)) {
          read = ReadNumber({begin, static_cast<size_t>(p - begin)});
        }
    }
    if (slot != kNoSlot) note(into, slot, begin);
  }

after_value:
  if (frame->container == Container::kObject) {
    p = SkipSpace(p);
    if (*p == ',') {
      p = SkipSpace(p + 1);
      goto member;
    }
    if (*p == '}') goto close;
    return NotJson(p);
  }
  if (frame->container == Container::kNone) {
    if (whole_line) p = SkipSpace(p);
    return whole_line && p != end_ ? NotJson(p) : result_;
  }
  p = SkipSpace(p);
  if (*p == ']') goto close;
  if (*p != ',') return NotJson(p);
  p = SkipSpace(p + 1);

item:
  into = nullptr;
  node = kNoNode;
  slot = kNoSlot;
  reading = frame->reading;
  goto value;

member : {
  if (*p != '"') return NotJson(p);
  const char* const where = p;
  p = ScanString(p + 1, &token);
  if (p == nullptr) return NotJson(stopped_at_);
  std::string_view name(token.begin, static_cast<size_t>(token.end - token.begin));
  bool plain = token.ascii;
  if (token.escaped) {
    bool lone_surrogate = false;
    name = Unescape(name, arena_, &lone_surrogate);
    if (lone_surrogate) Found(Violation::kSurrogateInName, where);
    plain = std::all_of(name.begin(), name.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte != 0 && byte < 0x80;
    });
  }
  const uint64_t word = NameWord(name.data(), name.size());
  const PathEdge* edge = nullptr;
  into = frame->members;
  node = kNoNode;
  slot = kNoSlot;
  reading = frame->reading;
  const PathEdge* lookalike = nullptr;
  if (frame->node != kNoNode) {
    const PathTrie& trie = *into->trie;
    edge = trie.Find(frame->node, name, word);
    if (edge != nullptr) {
      node = edge->child;
      slot = trie.node(node).slot;
      reading |= ReadingOf(trie.node(node));
    }
    if (edge == nullptr || edge->watched) {
      lookalike = trie.FindLookalike(frame->node, name, word, plain);
      if (lookalike != nullptr && !lookalike->watched) {
        const auto index = static_cast<size_t>(lookalike - &trie.edge(0));
        into->lookalike_edges |= uint64_t{1} << std::min<size_t>(index, 63);
      }
      if (edge == nullptr && !plain && name.find('\0') != std::string_view::npos) {
        into->nul_nodes |= uint64_t{1} << std::min<uint32_t>(frame->node, 63);
      }
    }
  }
  if (edge == nullptr || !AddEdge(*frame, *edge, name, where)) AddName(*frame, name, word, where);
  p = SkipSpace(p);
  if (*p != ':') return NotJson(p);
  p = SkipSpace(p + 1);
  if (lookalike != nullptr && *p != 'n') {
    const PathEdge*& noted = lookalike->watched ? into->watched_lookalike : into->lookalike;
    if (noted == nullptr) noted = lookalike;
  }
  goto value;
}

close:
  ++p;
  if (name_count_ - frame->first_name > kCompareEachUpTo) CheckManyNames(*frame, frame->start);
  name_count_ = frame->first_name;
  if (frame->slot != kNoSlot || frame->inner_slot != kNoSlot) {
    const bool is_object = frame->container == Container::kObject;
    const Value span = Value::Text(is_object ? Tag::kMapSpan : Tag::kListSpan,
                                   {frame->start, static_cast<size_t>(p - frame->start)});
    if (frame->slot != kNoSlot) {
      frame->owner->slots[frame->slot] = span;
      note(frame->owner, frame->slot, frame->start);
    }
    if (frame->inner_slot != kNoSlot) {
      frame->members->slots[frame->inner_slot] = span;
      note(frame->members, frame->inner_slot, frame->start);
    }
  }
  --frame;
  goto after_value;
}

std::string_view Unescape(std::string_view inside, Arena& arena, bool* lone_surrogate) {
  // Eight bytes more, for NameWord.
  char* const begin = arena.Allocate<char>(inside.size() + 8);
  const char* end = UnescapeTo(inside, begin, lone_surrogate);
  return {begin, static_cast<size_t>(end - begin)};
}

char* UnescapeTo(std::string_view inside, char* out, bool* lone_surrogate) {
  const char* p = inside.data();
  const char* const end = p + inside.size();
  for (;;) {
    const void* const found = std::memchr(p, '\\', static_cast<size_t>(end - p));
    const char* const stop = found == nullptr ? end : static_cast<const char*>(found);
    std::memcpy(out, p, static_cast<size_t>(stop - p));
    out += stop - p;
    p = stop;
    if (p == end) break;
    switch (p[1]) {
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        auto c = static_cast<uint32_t>(HexQuad(p + 2));
        p += 4;
        if (c >= 0xD800 && c < 0xDC00 && end - p >= 8 && p[2] == '\\' && p[3] == 'u') {
          const int32_t low = HexQuad(p + 4);
          if (low >= 0xDC00 && low < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (static_cast<uint32_t>(low) - 0xDC00);
            p += 6;
          }
        }
        if (c >= 0xD800 && c < 0xE000) {
          *lone_surrogate = true;
          c = 0xFFFD;
        }
        out = AppendUtf8(c, out);
        break;
      }
      default: *out++ = p[1];
    }
    p += 2;
  }
  return out;
}

}  // namespace writ
