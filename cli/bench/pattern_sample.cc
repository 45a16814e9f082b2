// Reading a pattern and writing what it asks for.
// Tested by tests/cli/bench_calls_test.cc.
#include "cli/bench/pattern_sample.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace writ {
namespace {

constexpr size_t kMaxPatternBytes = 512;
constexpr uint32_t kMaxDepth = 16;
constexpr size_t kMaxSampleBytes = 256;
constexpr size_t kAlternatives = 4;

class Sampler {
 public:
  // Where there are alternatives, the one of that number, or the first.
  Sampler(std::string_view pattern, size_t alternative)
      : rest_(pattern), alternative_(alternative) {}

  // False if it cannot be guessed.
  bool Sample(std::string& out) { return Alternatives(out, 0) && rest_.empty(); }
  size_t most_alternatives() const { return most_alternatives_; }

 private:
  // Up to the end, or a closing parenthesis.
  bool Alternatives(std::string& out, uint32_t depth) {
    if (depth > kMaxDepth) return false;
    std::vector<std::string> samples(1);
    while (!rest_.empty() && rest_.front() != ')') {
      if (rest_.front() == '|') {
        rest_.remove_prefix(1);
        samples.emplace_back();
      } else if (!Piece(samples.back(), depth)) {
        return false;
      }
    }
    most_alternatives_ = std::max(most_alternatives_, samples.size());
    out += alternative_ < samples.size() ? samples[alternative_] : samples.front();
    return out.size() <= kMaxSampleBytes;
  }

  // Something, and how often it is repeated.
  bool Piece(std::string& out, uint32_t depth) {
    std::string one;
    if (!Single(one, depth)) return false;
    for (size_t times = Times(); times > 0 && out.size() <= kMaxSampleBytes; --times) out += one;
    return true;
  }

  bool Single(std::string& out, uint32_t depth) {
    const char c = Take();
    switch (c) {
      case '^':
      case '$': return true;
      case '.': out += 'a'; return true;
      case '(': return Group(out, depth);
      case '[': return Class(out);
      case '\\': return Escape(out);
      case '*':
      case '+':
      case '?': return false;
      default: out += c; return true;
    }
  }

  bool Group(std::string& out, uint32_t depth) {
    if (rest_.starts_with("?")) {
      // Flags, or a name.
      const size_t end = rest_.find_first_of(":>)");
      if (end == std::string_view::npos) return false;
      const bool is_empty = rest_[end] == ')';
      rest_.remove_prefix(end + (is_empty ? 0 : 1));
    }
    if (!Alternatives(out, depth + 1) || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // The first character that it has; of one that is negated some other.
  bool Class(std::string& out) {
    const bool is_negated = rest_.starts_with("^");
    if (is_negated) rest_.remove_prefix(1);
    std::string first;
    std::string members;
    do {
      if (rest_.empty()) return false;
      const char c = Take();
      members += c;
      std::string member;
      if (c == '\\') {
        if (!Escape(member)) return false;
        members += member;
      } else {
        member = c;
      }
      if (first.empty()) first = member;
    } while (!rest_.starts_with("]"));
    rest_.remove_prefix(1);
    if (!is_negated) {
      out += first;
      return true;
    }
    const std::string_view others = "a0 _Z";
    const size_t other = others.find_first_not_of(members);
    if (other == std::string_view::npos) return false;
    out += others[other];
    return true;
  }

  bool Escape(std::string& out) {
    if (rest_.empty()) return false;
    const char c = Take();
    switch (c) {
      case 'b':
      case 'B':
      case 'A':
      case 'z': return true;
      case 'd': out += '0'; return true;
      case 'w':
      case 'D':
      case 'S': out += 'a'; return true;
      case 's':
      case 'W': out += ' '; return true;
      case 'n': out += '\n'; return true;
      case 't': out += '\t'; return true;
      default: break;
    }
    const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_word) return false;
    out += c;
    return true;
  }

  // As few as will do: of one that may be left out none.
  size_t Times() {
    size_t times = 1;
    if (rest_.starts_with("*") || rest_.starts_with("?")) {
      times = 0;
      rest_.remove_prefix(1);
    } else if (rest_.starts_with("+")) {
      rest_.remove_prefix(1);
    } else if (rest_.starts_with("{")) {
      times = 0;
      rest_.remove_prefix(1);
      while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
        times = std::min(times * 10 + static_cast<size_t>(Take() - '0'), kMaxSampleBytes);
      }
      const size_t end = rest_.find('}');
      rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    }
    if (rest_.starts_with("?")) rest_.remove_prefix(1);  // lazily
    return times;
  }

  char Take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
  size_t alternative_;
  size_t most_alternatives_ = 1;
};

}  // namespace

std::vector<std::string> PatternSamples(std::string_view pattern) {
  std::vector<std::string> samples;
  if (pattern.size() > kMaxPatternBytes) return samples;
  size_t alternatives = 1;
  for (size_t i = 0; i < std::min(alternatives, kAlternatives); ++i) {
    Sampler sampler(pattern, i);
    std::string sample;
    if (!sampler.Sample(sample)) break;
    alternatives = sampler.most_alternatives();
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace writ
