// What is wrong with a source, said so that its author can mend it.
//
// A diagnostic prints in the style of compilers:
//
//   policy.yaml:7:32: error: operator "starts_with" is not known
//     7 |           - {path: args.n, op: starts_with, value: a}
//       |                                ^~~~~~~~~~~
//     hint: use op: regex with value: "^a"
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic_code.h"
#include "compiler/source.h"

namespace writ {

enum class Severity { kError, kWarning };

struct Diagnostic {
  Severity severity = Severity::kError;
  std::shared_ptr<const Source> source;  // null when the source could not be read
  std::string file;                      // used when source is null
  Position at;
  uint32_t length = 1;  // code points to underline, at least 1
  std::string message;  // one sentence, no full stop, no trailing newline
  std::string hint;     // what to do; may be empty
  DiagnosticCode code = DiagnosticCode::kPolicy;
  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

// Collects everything that is wrong with one source, so that an author sees all of it at once.
class Diagnostics {
 public:
  // As many errors, and as many warnings, are kept; one more says that there were others.
  static constexpr size_t kMaxKept = 1000;

  // Without a code of its own a diagnostic has that of the stage it is found in.
  void Error(std::shared_ptr<const Source> source, Position at, uint32_t length,
             std::string message, std::string hint = {},
             std::optional<DiagnosticCode> code = std::nullopt);
  void Warning(std::shared_ptr<const Source> source, Position at, uint32_t length,
               std::string message, std::string hint = {},
               std::optional<DiagnosticCode> code = std::nullopt);
  void Unreadable(std::string file, std::string message, std::string hint = {});

  // While it lives, a part of the work whose diagnostics have this code unless they say otherwise.
  class Stage {
   public:
    Stage(Diagnostics& diagnostics, DiagnosticCode code)
        : diagnostics_(diagnostics), before_(diagnostics.code_) {
      diagnostics_.code_ = code;
    }
    ~Stage() { diagnostics_.code_ = before_; }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

   private:
    Diagnostics& diagnostics_;
    DiagnosticCode before_;
  };

  bool has_errors() const { return errors_ > 0; }
  size_t error_count() const { return errors_; }
  // In the order of file and position once Sort() was called.
  const std::vector<Diagnostic>& all() const { return all_; }
  // By source (in the order first reported), then position; those that read the same once.
  void Sort();

 private:
  std::vector<Diagnostic> all_;
  DiagnosticCode code_ = DiagnosticCode::kPolicy;
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

// `text` as a terminal may be given it: control characters, which could drive it, and bytes that
// are no UTF-8 become '?', tabs a space.
std::string Shown(std::string_view text);

// `text` in double quotes for a message, cut after 60 code points.
std::string Quote(std::string_view text);

// The text of one diagnostic, ending in a newline. `color` uses ANSI escapes. Control characters
// of the source line are shown as '?', tabs as one space, lines over 160 code points are cut
// around the caret.
std::string Render(const Diagnostic& diagnostic, bool color = false);

// "error" or "warning".
std::string_view SeverityName(Severity severity);

// The source's name, or that of a file that could not be read.
const std::string& FileOf(const Diagnostic& diagnostic);

// The column behind what is underlined, which is no further than behind the line's end. At least
// the column that it starts in. REQUIRES: the diagnostic has a place.
uint32_t EndColumn(const Diagnostic& diagnostic);

// {"severity","code","file","line","column","length","message","hint"}
std::string RenderJson(const Diagnostic& diagnostic);

// The candidate nearest to `word` by edit distance, or empty if none is near enough to be meant.
std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace writ
