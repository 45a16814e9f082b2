// Reading a scalar's source next to its value.
// Tested by tests/compiler/load/expression_source_test.cc
#include "compiler/load/expression_source.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/yaml/lines.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr std::string_view kWhite = " \t\r\n";

bool IsWhite(char c) {
  return kWhite.find(c) != std::string_view::npos;
}

size_t CountFeeds(std::string_view text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

// An escape of a double-quoted scalar: its bytes in the source, and the character it stands for.
struct Escape {
  size_t size;
  uint32_t character;
};

constexpr std::pair<char, uint32_t> kEscapes[] = {
    {'0', 0},     {'a', 7},    {'b', 8},    {'t', 9},      {'\t', 9},    {'n', 10},    {'v', 11},
    {'f', 12},    {'r', 13},   {'e', 27},   {' ', ' '},    {'"', '"'},   {'\'', '\''}, {'/', '/'},
    {'\\', '\\'}, {'N', 0x85}, {'_', 0xA0}, {'L', 0x2028}, {'P', 0x2029}};

std::optional<Escape> ReadEscape(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const size_t digits = text[1] == 'x' ? 2 : text[1] == 'u' ? 4 : text[1] == 'U' ? 8 : 0;
  if (digits > 0) {
    const std::string_view number = text.substr(2, digits);
    uint32_t character = 0;
    const char* const end = number.data() + number.size();
    if (std::from_chars(number.data(), end, character, 16).ptr != end) return std::nullopt;
    return Escape{2 + digits, character};
  }
  const auto* const found =
      std::find_if(std::begin(kEscapes), std::end(kEscapes),
                   [&](const auto& escape) { return escape.first == text[1]; });
  if (found == std::end(kEscapes)) return std::nullopt;
  return Escape{2, found->second};
}

}  // namespace

// Walks through the file and the value at once. Each function returns false where they disagree.
class ExpressionSource::Reader {
 public:
  Reader(std::string_view file, uint32_t start, const std::string& value)
      : file_(file), at_(start), value_(value) {}

  bool Read(yaml::Node::Style style) {
    switch (style) {
      case yaml::Node::Style::kPlain: return ReadFlow('\0');
      case yaml::Node::Style::kQuoted: return at_ < file_.size() && ReadFlow(file_[at_++]);
      case yaml::Node::Style::kLiteral:
      case yaml::Node::Style::kFolded: return ReadBlock(style == yaml::Node::Style::kFolded);
    }
    return false;
  }

  // With one more, for the end of the value. REQUIRES: Read() returned true.
  std::vector<Run> TakeRuns() {
    runs_.push_back({static_cast<uint32_t>(done_), static_cast<uint32_t>(at_)});
    return std::move(runs_);
  }

 private:
  bool AtEnd() const { return done_ == value_.size(); }
  char Next() const { return at_ < file_.size() ? file_[at_] : '\0'; }

  // The next `bytes` of the value all stand at `file`.
  void Place(size_t bytes, size_t file) {
    for (size_t i = 0; i < bytes; ++i) {
      runs_.push_back({static_cast<uint32_t>(done_++), static_cast<uint32_t>(file)});
    }
  }

  // The next byte of the value is the next of the file.
  bool Copy() {
    if (at_ >= file_.size() || AtEnd() || file_[at_] != value_[done_]) return false;
    const bool goes_on = !runs_.empty() && runs_.back().file + (done_ - runs_.back().text) == at_;
    if (!goes_on) {
      runs_.push_back({static_cast<uint32_t>(done_), static_cast<uint32_t>(at_)});
    }
    ++done_;
    ++at_;
    return true;
  }

  // Plain or quoted text, whose line breaks fold wherever they stand.
  bool ReadFlow(char quote) {
    while (!AtEnd()) {
      if (IsWhite(Next())) {
        if (!ReadWhite()) return false;
      } else if (quote == '"' && Next() == '\\') {
        if (!ReadEscaped()) return false;
      } else if (quote != '\0' && Next() == quote) {
        if (quote == '"' || file_.substr(at_, 2) != "''" || value_[done_] != '\'') return false;
        Place(1, at_);
        at_ += 2;
      } else if (!Copy()) {
        return false;
      }
    }
    return true;
  }

  bool ReadWhite() {
    const size_t end = std::min(file_.find_first_not_of(kWhite, at_), file_.size());
    const size_t feeds = CountFeeds(file_.substr(at_, end - at_));
    if (feeds == 0) {
      while (at_ < end && !AtEnd()) {
        if (!Copy()) return false;
      }
      return true;
    }
    if (!Folded(feeds)) return false;
    at_ = end;
    return true;
  }

  // Of `feeds` line breaks one becomes a blank, of more the first is left out.
  bool Folded(size_t feeds) {
    const std::string wanted = feeds == 1 ? " " : std::string(feeds - 1, '\n');
    if (value_.compare(done_, wanted.size(), wanted) != 0) return false;
    Place(wanted.size(), at_);
    return true;
  }

  bool ReadEscaped() {
    const size_t after = at_ + 1;
    const bool break_follows = file_.substr(after, 1) == "\n" || file_.substr(after, 2) == "\r\n";
    if (break_follows) {  // it and what indents the next line are left out
      const size_t end = std::min(file_.find_first_not_of(kWhite, after), file_.size());
      const size_t feeds = CountFeeds(file_.substr(after, end - after));
      if (feeds > 1 && !Folded(feeds)) return false;
      at_ = end;
      return true;
    }
    const std::optional<Escape> escape = ReadEscape(file_.substr(at_));
    std::string_view rest = std::string_view(value_).substr(done_);
    if (!escape || TakeCodePoint(rest) != escape->character) return false;
    Place(value_.size() - done_ - rest.size(), at_);
    at_ += escape->size;
    return true;
  }

  bool ReadBlock(bool folded) {
    at_ = BehindLine(at_);
    const std::optional<size_t> indent = FindIndent();
    if (!indent || !(folded ? ReadFolded(*indent) : ReadLiteral(*indent))) return false;
    // Lines that the value does not have may have been read.
    at_ = runs_.back().file + (done_ - runs_.back().text);
    return true;
  }

  // An indentation that is written ("|2") counts from that of the key, so the value's own first
  // line is a surer guide.
  std::optional<size_t> FindIndent() const {
    const size_t said = file_.find_first_not_of(kWhite, at_);
    const size_t value_said = value_.find_first_not_of(kWhite);
    if (said == std::string_view::npos || value_said == std::string::npos) return std::nullopt;
    const auto blanks_before = [](std::string_view text, size_t offset) {
      const size_t feed = text.substr(0, offset).rfind('\n');
      return offset - (feed == std::string_view::npos ? 0 : feed + 1);
    };
    const size_t indent = blanks_before(file_, said);
    const size_t kept = blanks_before(value_, value_said);
    return indent < kept ? std::nullopt : std::optional(indent - kept);
  }

  bool ReadLiteral(size_t indent) {
    while (!AtEnd()) {
      const size_t end = TakeIndent(indent);
      if (!CopyUpTo(end)) return false;
      if (AtEnd()) break;
      if (end >= file_.size() || value_[done_] != '\n') return false;
      Place(1, end);
      at_ = BehindLine(end);
    }
    return true;
  }

  bool ReadFolded(size_t indent) {
    std::vector<size_t> breaks;  // since the last line that is not blank
    while (at_ < file_.size() && !AtEnd()) {
      const size_t end = TakeIndent(indent);
      if (at_ < end) {
        if (!PlaceBreaks(breaks) || !CopyUpTo(end)) return false;
        breaks.clear();
      }
      breaks.push_back(end);
      at_ = BehindLine(end);
    }
    return AtEnd() || PlaceBreaks(breaks);
  }

  // Line breaks between lines become a blank, or breaks of which one may be left out.
  bool PlaceBreaks(const std::vector<size_t>& breaks) {
    if (breaks.empty()) return true;
    if (breaks.size() == 1 && !AtEnd() && value_[done_] == ' ') {
      Place(1, breaks[0]);
      return true;
    }
    const size_t kept = std::min(value_.find_first_not_of('\n', done_), value_.size()) - done_;
    if (kept > breaks.size()) return false;
    for (size_t i = 0; i < kept; ++i) Place(1, breaks[i]);
    return true;
  }

  // Skips the indentation of a line, and returns where the line ends.
  size_t TakeIndent(size_t indent) {
    const size_t end = LineEnd(at_);
    const size_t said = std::min(file_.find_first_not_of(' ', at_), end);
    at_ = std::min(said, at_ + indent);
    return end;
  }

  bool CopyUpTo(size_t end) {
    while (at_ < end && !AtEnd()) {
      if (!Copy()) return false;
    }
    return true;
  }

  // The line feed of the line, or the carriage return before it.
  size_t LineEnd(size_t from) const {
    const size_t feed = std::min(file_.find('\n', from), file_.size());
    return feed > from && file_[feed - 1] == '\r' ? feed - 1 : feed;
  }

  size_t BehindLine(size_t from) const {
    const size_t feed = file_.find('\n', from);
    return feed == std::string_view::npos ? file_.size() : feed + 1;
  }

  std::string_view file_;
  size_t at_;
  const std::string& value_;
  size_t done_ = 0;
  std::vector<Run> runs_;
};

ExpressionSource::ExpressionSource(std::shared_ptr<const Source> source, const yaml::Node& node)
    : source_(std::move(source)), fallback_(node.at), fallback_length_(node.length) {
  end_ = static_cast<uint32_t>(node.text.find_last_not_of(kWhite) + 1);
  Reader reader(source_->text(), node.offset, node.text);
  if (!node.text.empty() && reader.Read(node.style)) {
    runs_ = std::make_shared<const std::vector<Run>>(reader.TakeRuns());
  }
}

ExpressionSource ExpressionSource::Part(uint32_t begin, uint32_t size) const {
  ExpressionSource part = *this;
  part.begin_ = std::min(end_, begin_ + begin);
  part.end_ = std::min(end_, part.begin_ + size);
  return part;
}

Position ExpressionSource::At(uint32_t at) const {
  return is_exact() ? source_->At(OffsetOf(at)) : fallback_;
}

uint32_t ExpressionSource::Underline(uint32_t at, uint32_t length) const {
  if (!is_exact()) return fallback_length_;
  const uint32_t from = OffsetOf(at);
  const uint32_t to = std::max(from, OffsetOf(length > UINT32_MAX - at ? UINT32_MAX : at + length));
  const std::string_view text = source_->text().substr(from, to - from);
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  return std::max<uint32_t>(1, static_cast<uint32_t>(yaml::CountCharacters(line)));
}

uint32_t ExpressionSource::OffsetOf(uint32_t at) const {
  const uint32_t byte = at < end_ - begin_ ? begin_ + at : end_;
  const auto next = std::upper_bound(runs_->begin(), runs_->end(), byte,
                                     [](uint32_t text, const Run& run) { return text < run.text; });
  const Run& run = *(next - 1);
  return run.file + (byte - run.text);
}

}  // namespace writ
