// The strict scanner.
// Tested by tests/vm/json_test.cc and, against a reader written to be checked by eye,
// tests/vm/json_agreement_test.cc.
#include "vm/json.h"

#include <algorithm>

#include "vm/number.h"
#include "vm/utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace writ {
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

// The first byte at or after p that is not plain string content.
const char* SkipPlain(const char* p) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i space = _mm_set1_epi8(0x20);
  for (;; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    // Signed comparison with 0x20 finds control characters and bytes from 0x80 alike.
    const __m128i special =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                     _mm_cmplt_epi8(bytes, space));
    const int mask = _mm_movemask_epi8(special);
    if (mask != 0) return p + __builtin_ctz(static_cast<unsigned>(mask));
  }
#else
  while (ClassOf(*p) == kPlain) ++p;
  return p;
#endif
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

// true, false or null at p, which is left behind it.
bool ScanLiteral(const char*& p, Value* value) {
  const auto is = [&p](std::string_view word, const Value& meaning, Value* to) {
    if (std::memcmp(p, word.data(), word.size()) != 0) return false;
    p += word.size();
    if (to != nullptr) *to = meaning;
    return true;
  };
  switch (*p) {
    case 't': return is("true", Value::Bool(true), value);
    case 'f': return is("false", Value::Bool(false), value);
    default: return is("null", Value::Null(), value);
  }
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
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
  frames_.resize(max_depth_ + 1);
  names_.resize(64);
}

void Scanner::Found(Violation violation, const char* where) {
  if (result_.violation != Violation::kNone && violation != Violation::kNotJson) return;
  result_.violation = violation;
  result_.offset = static_cast<size_t>(where - text_);
}

// Nearly always there is none.
inline const char* Scanner::SkipSpace(const char* p, const char* end) {
  return static_cast<unsigned char>(*p) > ' ' ? p : SkipSomeSpace(p, end);
}

const char* Scanner::SkipSomeSpace(const char* p, const char* end) {
  for (;; ++p) {
    if (*p == ' ' || *p == '\t') continue;
    if (*p != '\r' || p >= end) return p;
    if (p + 1 != end) Found(Violation::kCarriageReturn, p);
  }
}

// p stands after the opening quote and is left after the closing one. Most strings are plain to
// their end, and that is found without a call.
[[gnu::always_inline]] inline bool Scanner::ScanString(const char*& p, StringToken* token) {
  const char* const stop = SkipPlain(p);
  if (*stop == '"') {
    *token = {p, stop, false, true};
    p = stop + 1;
    return true;
  }
  // Copies, so that the caller's own may stay in registers.
  StringToken longer = {p, nullptr, false, true};
  const char* at = stop;
  const bool closed = ScanRestOfString(&at, &longer);
  *token = longer;
  p = at;
  return closed;
}

// From the first byte that is not plain to after the closing quote.
bool Scanner::ScanRestOfString(const char** at, StringToken* token) {
  const char*& p = *at;
  for (;; p = SkipPlain(p)) {
    switch (ClassOf(*p)) {
      case kQuote: token->end = p++; return true;
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
            if (HexQuad(p + 2) < 0) return false;
            p += 6;
            break;
          default: return false;
        }
        break;
      case kHigh: {
        token->ascii = false;
        const size_t length = Utf8Length(p);
        if (length == 0) {
          Found(Violation::kInvalidUtf8, p);
          ++p;
        } else {
          p += length;
        }
        break;
      }
      default: return false;  // a control character, or the end of the line
    }
  }
}

bool Scanner::ScanNumber(const char*& p) {
  if (*p == '-') ++p;
  if (*p == '0') {
    ++p;
  } else if (IsDigit(*p)) {
    while (IsDigit(*p)) ++p;
  } else {
    return false;
  }
  if (*p == '.') {
    if (!IsDigit(*++p)) return false;
    while (IsDigit(*p)) ++p;
  }
  if (*p == 'e' || *p == 'E') {
    ++p;
    if (*p == '+' || *p == '-') ++p;
    if (!IsDigit(*p)) return false;
    while (IsDigit(*p)) ++p;
  }
  return true;
}

// Checks a value that opens beyond the nesting limit, one bit a level, so that 16 MiB of brackets
// cost two of memory. Names are not compared: the line is refused already.
bool Scanner::SkipTooDeep(const char*& p, const char* end) {
  Found(Violation::kTooDeep, p);
  size_t depth = 0;
  deep_.clear();
  StringToken token;
  const auto push = [&](bool object) {
    if (depth / 64 >= deep_.size()) deep_.push_back(0);
    const uint64_t bit = uint64_t{1} << (depth % 64);
    deep_[depth / 64] = object ? deep_[depth / 64] | bit : deep_[depth / 64] & ~bit;
    ++depth;
  };
  const auto in_object = [&] { return (deep_[(depth - 1) / 64] >> ((depth - 1) % 64) & 1) != 0; };
  const auto member_name = [&]() -> bool {
    if (*p != '"') return false;
    if (!ScanString(++p, &token)) return false;
    p = SkipSpace(p, end);
    if (*p != ':') return false;
    p = SkipSpace(p + 1, end);
    return true;
  };
  for (;;) {
    // p is at a value.
    bool closed = false;  // a value just ended
    switch (*p) {
      case '{':
        push(true);
        p = SkipSpace(p + 1, end);
        if (*p == '}') {
          closed = true;
          ++p;
          --depth;
        } else if (!member_name()) {
          return false;
        }
        break;
      case '[':
        push(false);
        p = SkipSpace(p + 1, end);
        if (*p == ']') {
          closed = true;
          ++p;
          --depth;
        }
        break;
      case '"':
        if (!ScanString(++p, &token)) return false;
        closed = true;
        break;
      case 't':
      case 'f':
      case 'n':
        if (!ScanLiteral(p, nullptr)) return false;
        closed = true;
        break;
      default:
        if (!ScanNumber(p)) return false;
        closed = true;
    }
    while (closed) {
      if (depth == 0) return true;
      p = SkipSpace(p, end);
      if (*p == ',') {
        p = SkipSpace(p + 1, end);
        if (in_object() && !member_name()) return false;
        closed = false;
      } else if (*p == (in_object() ? '}' : ']')) {
        ++p;
        --depth;
      } else {
        return false;
      }
    }
  }
}

bool Scanner::IsDuplicate(const Frame& frame, const Name& name) const {
  // One among so many is seen when they are sorted.
  if (name_count_ - frame.first_name >= kCompareEachUpTo) return false;
  for (uint32_t i = frame.first_name; i < name_count_; ++i) {
    const Name& other = names_[i];
    if (other.hash == name.hash && other.size == name.size &&
        std::memcmp(other.text, name.text, name.size) == 0) {
      return true;
    }
  }
  return false;
}

// A name whose bit is not set yet is new, which spares most comparisons.
inline void Scanner::AddName(Frame& frame, std::string_view text, uint64_t word,
                             const char* where) {
  const Name name = {text.data(), static_cast<uint32_t>(text.size()), HashName(text, word)};
  const uint64_t bit = uint64_t{1} << (name.hash % 64);
  if ((frame.name_bits & bit) != 0 && IsDuplicate(frame, name)) {
    Found(Violation::kDuplicateMember, where);
    if (offending_name_.empty()) offending_name_ = text;
    return;
  }
  frame.name_bits |= bit;
  if (name_count_ == names_.size()) names_.resize(2 * names_.size());
  names_[name_count_++] = name;
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
      Found(Violation::kDuplicateMember, where);
      if (offending_name_.empty()) offending_name_ = {name->text, name->size};
      return;
    }
  }
}

ScanResult Scanner::Scan(std::string_view text, bool whole_line, ScanTarget& target,
                         uint32_t nested_node, NestedTarget* nested) {
  text_ = text.data();
  result_ = {};
  offending_name_ = {};
  name_count_ = 0;
  const char* p = text.data();
  const char* const end = p + text.size();
  const auto not_json = [&] {
    Found(Violation::kNotJson, std::min(p, end));
    return result_;
  };

  uint32_t depth = 0;
  // What is known of the value at p.
  ScanTarget* into = &target;
  uint32_t node = target.root;
  uint32_t slot = target.trie->node(node).slot;
  bool in_slot = slot != kNoSlot && target.trie->node(node).reads_value;
  bool decides = slot != kNoSlot && target.trie->node(node).value_decides;
  const PathEdge* lookalike = nullptr;  // of the member whose value is at p
  Frame* frame = nullptr;
  StringToken token;

  const auto store = [&](ScanTarget* to, uint32_t where, const Value& value, const char* begin) {
    to->slots[where] = value;
    if (where < 64) {
      const uint64_t bit = uint64_t{1} << where;
      to->filled_twice |= to->filled & bit;
      to->filled |= bit;
    }
    if (to->raw != nullptr) to->raw[where] = {begin, static_cast<size_t>(p - begin)};
  };

  p = SkipSpace(p, end);

value:
  if (lookalike != nullptr && *p != 'n') {
    const PathEdge*& noted = lookalike->watched ? into->watched_lookalike : into->lookalike;
    if (noted == nullptr) noted = lookalike;
  }
  // A value that only looks wanted is checked and forgotten.
  if (*p == '{' || *p == '[') {
    const bool is_object = *p == '{';
    if (depth == max_depth_) {
      if (!SkipTooDeep(p, end)) return not_json();
      goto after_value;
    }
    frame = &frames_[depth++];
    *frame = {p, into, into, slot, kNoSlot, node, name_count_, 0, is_object, in_slot, decides};
    if (is_object && nested != nullptr && into == &target && node == nested_node) {
      ScanTarget* inner = nested->Enter();
      nested = nullptr;  // not again for a duplicate
      frame->members = inner;
      frame->node = kNoNode;
      if (inner != nullptr) {
        const PathNode& root = inner->trie->node(inner->root);
        frame->node = inner->root;
        frame->inner_slot = root.slot;
        frame->in_slot = in_slot || (root.slot != kNoSlot && root.reads_value);
        frame->decides = decides || (root.slot != kNoSlot && root.value_decides);
      }
    }
    p = SkipSpace(p + 1, end);
    if (is_object) {
      if (*p == '}') goto close;
      goto member;
    }
    if (*p == ']') goto close;
    into = nullptr;
    node = kNoNode;
    slot = kNoSlot;
    in_slot = frame->in_slot;
    decides = frame->decides;
    lookalike = nullptr;
    goto value;
  }
  {
    const char* const begin = p;
    Value read;
    switch (*p) {
      case '"':
        if (!ScanString(++p, &token)) return not_json();
        read = Value::String({token.begin, static_cast<size_t>(token.end - token.begin)});
        if (in_slot && token.escaped) {
          bool lone_surrogate = false;
          read = Value::String(Unescape(read.view(), arena_, &lone_surrogate));
          if (lone_surrogate && decides) Found(Violation::kSurrogateInValue, begin);
        }
        break;
      case 't':
      case 'f':
      case 'n':
        if (!ScanLiteral(p, &read)) return not_json();
        break;
      default:
        if (!ScanNumber(p)) return not_json();
        if (slot != kNoSlot) read = ReadNumber({begin, static_cast<size_t>(p - begin)});
    }
    if (slot != kNoSlot) store(into, slot, read, begin);
  }

after_value:
  if (depth == 0) goto finish;
  frame = &frames_[depth - 1];
  p = SkipSpace(p, end);
  if (frame->is_object) {
    if (*p == ',') {
      p = SkipSpace(p + 1, end);
      goto member;
    }
    if (*p == '}') goto close;
    return not_json();
  }
  if (*p == ',') {
    p = SkipSpace(p + 1, end);
    into = nullptr;
    node = kNoNode;
    slot = kNoSlot;
    in_slot = frame->in_slot;
    decides = frame->decides;
    lookalike = nullptr;
    goto value;
  }
  if (*p == ']') goto close;
  return not_json();

member : {
  if (*p != '"') return not_json();
  const char* const where = p;
  if (!ScanString(++p, &token)) return not_json();
  std::string_view name(token.begin, static_cast<size_t>(token.end - token.begin));
  bool has_nul = false;
  if (token.escaped) {
    bool lone_surrogate = false;
    name = Unescape(name, arena_, &lone_surrogate);
    if (lone_surrogate) Found(Violation::kSurrogateInName, where);
    has_nul = name.find('\0') != std::string_view::npos;
    token.ascii = std::all_of(name.begin(), name.end(),
                              [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  }
  const uint64_t word = NameWord(name.data(), name.size());
  AddName(*frame, name, word, where);
  into = frame->members;
  node = kNoNode;
  slot = kNoSlot;
  in_slot = frame->in_slot;
  decides = frame->decides;
  lookalike = nullptr;
  if (frame->node != kNoNode) {
    const PathEdge* edge = into->trie->Find(frame->node, name, word);
    if (edge != nullptr) {
      node = edge->child;
      slot = into->trie->node(node).slot;
      in_slot = in_slot || into->trie->node(node).reads_value;
      decides = decides || into->trie->node(node).value_decides;
    }
    if (edge == nullptr || edge->watched) {
      lookalike = into->trie->FindLookalike(frame->node, name, word, token.ascii && !has_nul);
      if (lookalike != nullptr && !lookalike->watched) {
        const auto index = static_cast<size_t>(lookalike - &into->trie->edge(0));
        into->lookalike_edges |= uint64_t{1} << std::min<size_t>(index, 63);
      }
    }
    if (edge == nullptr && has_nul) {
      into->nul_nodes |= uint64_t{1} << std::min<uint32_t>(frame->node, 63);
    }
  }
  p = SkipSpace(p, end);
  if (*p != ':') return not_json();
  p = SkipSpace(p + 1, end);
  goto value;
}

close:
  ++p;
  if (name_count_ - frame->first_name > kCompareEachUpTo) CheckManyNames(*frame, frame->start);
  name_count_ = frame->first_name;
  if (frame->slot != kNoSlot || frame->inner_slot != kNoSlot) {
    const Value span = Value::Text(frame->is_object ? Tag::kMapSpan : Tag::kListSpan,
                                   {frame->start, static_cast<size_t>(p - frame->start)});
    if (frame->slot != kNoSlot) store(frame->owner, frame->slot, span, frame->start);
    if (frame->inner_slot != kNoSlot) {
      store(frame->members, frame->inner_slot, span, frame->start);
    }
  }
  --depth;
  goto after_value;

finish:
  if (whole_line) {
    p = SkipSpace(p, end);
    if (p != end) return not_json();
  }
  return result_;
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
