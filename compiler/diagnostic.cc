// Collecting diagnostics, printing them, and guessing what was meant.
// Tested by tests/compiler/diagnostic_test.cc
#include "compiler/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "vm/shown.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr size_t kMaxShownLine = 160;
constexpr size_t kMaxQuoted = 60;

// What a terminal shows for the characters of `text`, one for each: those that drive the terminal,
// draw nothing or reorder what is around them, and bytes that are no UTF-8, become '?', tabs a
// space.
std::vector<std::string> ShownCharacters(std::string_view text) {
  const std::string terminated(text);
  std::vector<std::string> shown;
  for (size_t i = 0; i < terminated.size();) {
    const size_t length = Utf8Length(terminated.data() + i);
    const std::string character = terminated.substr(i, std::max<size_t>(1, length));
    std::string_view rest = character;
    if (character == "\t") {
      shown.emplace_back(" ");
    } else if (length == 0 || !IsShown(TakeCodePoint(rest))) {
      shown.emplace_back("?");
    } else {
      shown.push_back(character);
    }
    i += character.size();
  }
  return shown;
}

class Paint {
 public:
  explicit Paint(bool color) : color_(color) {}
  std::string Bold(std::string_view text) const { return Wrap("1", text); }
  std::string Green(std::string_view text) const { return Wrap("1;32", text); }
  std::string Label(Severity severity) const {
    return Wrap(severity == Severity::kError ? "1;31" : "1;35",
                fmt::format("{}:", SeverityName(severity)));
  }

 private:
  std::string Wrap(std::string_view code, std::string_view text) const {
    return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool color_;
};

// The source line with its line number, and the caret under it.
std::string Excerpt(const Diagnostic& diagnostic, const Paint& paint) {
  const Source& source = *diagnostic.source;
  const size_t size = source.Width(diagnostic.at.line);
  const size_t caret = std::min<size_t>(std::max(diagnostic.at.column, 1u) - 1, size);

  size_t first = 0;
  if (size > kMaxShownLine) {
    const size_t wanted = caret > kMaxShownLine / 2 ? caret - kMaxShownLine / 2 : 0;
    first = std::min(wanted, size - kMaxShownLine);
  }
  const size_t last = std::min(size, first + kMaxShownLine);
  const std::string_view cut_before = first > 0 ? "..." : "";
  const std::string_view cut_after = last < size ? "..." : "";

  const size_t room = std::max<size_t>(last - caret, 1);
  const size_t underlined = std::clamp<size_t>(diagnostic.length, 1, room);
  const std::string number = fmt::format("{}", diagnostic.at.line);
  return fmt::format("  {} | {}{}{}\n  {:{}} | {:{}}{}\n", number, cut_before,
                     Shown(source.Cut(diagnostic.at.line, first, last - first)), cut_after, "",
                     number.size(), "", cut_before.size() + caret - first,
                     paint.Green("^" + std::string(underlined - 1, '~')));
}

void AppendJsonString(std::string& out, std::string_view text) {
  const std::string terminated(text);
  out += '"';
  for (size_t i = 0; i < terminated.size();) {
    const size_t length = Utf8Length(terminated.data() + i);
    const char c = terminated[i];
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (length == 1 && static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.append(terminated, i, length);
    }
    i += std::max<size_t>(1, length);
  }
  out += '"';
}

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Edits are insertion, deletion, substitution and the swap of two neighbours (optimal string
// alignment).
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

}  // namespace

void Diagnostics::Error(std::shared_ptr<const Source> source, Position at, uint32_t length,
                        std::string message, std::string hint, std::optional<DiagnosticCode> code) {
  if (++errors_ > kMaxKept) {
    if (errors_ > kMaxKept + 1) return;
    message =
        fmt::format("there are more than {} errors; this one and the rest are not told", kMaxKept);
    hint = "mend the first ones, then try again";
  }
  all_.push_back({Severity::kError,
                  std::move(source),
                  {},
                  at,
                  length,
                  std::move(message),
                  std::move(hint),
                  code.value_or(code_)});
}

void Diagnostics::Warning(std::shared_ptr<const Source> source, Position at, uint32_t length,
                          std::string message, std::string hint,
                          std::optional<DiagnosticCode> code) {
  if (++warnings_ > kMaxKept) {
    if (warnings_ > kMaxKept + 1) return;
    message = fmt::format("there are more than {} warnings; this one and the rest are not told",
                          kMaxKept);
    hint.clear();
  }
  all_.push_back({Severity::kWarning,
                  std::move(source),
                  {},
                  at,
                  length,
                  std::move(message),
                  std::move(hint),
                  code.value_or(code_)});
}

void Diagnostics::Unreadable(std::string file, std::string message, std::string hint) {
  all_.push_back({Severity::kError,
                  nullptr,
                  std::move(file),
                  {},
                  1,
                  std::move(message),
                  std::move(hint),
                  DiagnosticCode::kUnreadable});
  ++errors_;
}

void Diagnostics::Sort() {
  std::map<std::pair<const Source*, std::string>, size_t> order;
  for (const Diagnostic& d : all_) order.try_emplace({d.source.get(), d.file}, order.size());
  const auto place = [&order](const Diagnostic& d) {
    return std::pair(order.at({d.source.get(), d.file}), d.at);
  };
  std::stable_sort(all_.begin(), all_.end(), [&place](const Diagnostic& a, const Diagnostic& b) {
    return place(a) < place(b);
  });

  std::vector<Diagnostic> once;
  errors_ = 0;
  for (Diagnostic& d : all_) {
    const auto other_place = std::find_if(once.rbegin(), once.rend(), [&](const Diagnostic& kept) {
      return place(kept) != place(d);
    });
    const auto reads_the_same = [&d](const Diagnostic& kept) {
      return std::tie(kept.severity, kept.length, kept.message, kept.hint) ==
             std::tie(d.severity, d.length, d.message, d.hint);
    };
    if (std::find_if(once.rbegin(), other_place, reads_the_same) != other_place) continue;
    if (d.severity == Severity::kError) ++errors_;
    once.push_back(std::move(d));
  }
  all_ = std::move(once);
}

std::string Shown(std::string_view text) {
  return fmt::format("{}", fmt::join(ShownCharacters(text), ""));
}

std::string Quote(std::string_view text) {
  const std::vector<std::string> characters = ShownCharacters(text.substr(0, 4 * kMaxQuoted + 4));
  if (characters.size() <= kMaxQuoted) return fmt::format("\"{}\"", text);
  return fmt::format("\"{}...\"",
                     fmt::join(characters.begin(), characters.begin() + kMaxQuoted, ""));
}

std::string Render(const Diagnostic& diagnostic, bool color) {
  const Paint paint(color);
  const bool placed = diagnostic.at.line > 0;
  const std::string place = placed ? fmt::format("{}:{}:{}:", Shown(FileOf(diagnostic)),
                                                 diagnostic.at.line, diagnostic.at.column)
                                   : fmt::format("{}:", Shown(FileOf(diagnostic)));
  std::string out = fmt::format("{} {} {}\n", paint.Bold(place), paint.Label(diagnostic.severity),
                                paint.Bold(Shown(diagnostic.message)));
  if (diagnostic.source && placed) out += Excerpt(diagnostic, paint);
  if (!diagnostic.hint.empty()) {
    out += fmt::format("  {} {}\n", paint.Bold("hint:"), Shown(diagnostic.hint));
  }
  return out;
}

std::string_view SeverityName(Severity severity) {
  return severity == Severity::kError ? "error" : "warning";
}

const std::string& FileOf(const Diagnostic& diagnostic) {
  return diagnostic.source ? diagnostic.source->name() : diagnostic.file;
}

uint32_t EndColumn(const Diagnostic& diagnostic) {
  const uint64_t end = uint64_t{diagnostic.at.column} + std::max(diagnostic.length, 1u);
  if (diagnostic.source == nullptr) return static_cast<uint32_t>(end);
  const uint64_t line_end = diagnostic.source->Width(diagnostic.at.line) + 1;
  return static_cast<uint32_t>(std::max<uint64_t>(diagnostic.at.column, std::min(end, line_end)));
}

std::string RenderJson(const Diagnostic& diagnostic) {
  std::string out = fmt::format(R"({{"severity":"{}","code":"{}","file":)",
                                SeverityName(diagnostic.severity), Word(diagnostic.code));
  AppendJsonString(out, FileOf(diagnostic));
  out += fmt::format(",\"line\":{},\"column\":{},\"length\":{},\"message\":", diagnostic.at.line,
                     diagnostic.at.column, diagnostic.length);
  AppendJsonString(out, diagnostic.message);
  out += ",\"hint\":";
  AppendJsonString(out, diagnostic.hint);
  out += '}';
  return out;
}

std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  const std::string lower = LowerAscii(word);
  const size_t allowed = std::max<size_t>(1, word.size() / 3);
  std::string_view nearest;
  size_t least = allowed + 1;
  for (const std::string_view candidate : candidates) {
    // Two words that share no character are not alike, however short they are.
    const size_t limit = std::min(least, candidate.size());
    const size_t longer = std::max(word.size(), candidate.size());
    const size_t shorter = std::min(word.size(), candidate.size());
    if (longer - shorter >= limit) continue;
    const size_t distance = EditDistance(lower, LowerAscii(candidate));
    if (distance < limit) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace writ
