// Reading one YAML document.
// Tested by tests/compiler/yaml/yaml_test.cc
#include "compiler/yaml/yaml.h"

#include <fmt/core.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <string>

#include "compiler/yaml/lines.h"
#include "compiler/yaml/report.h"
#include "compiler/yaml/syntax.h"
#include "compiler/yaml/text.h"
#include "compiler/yaml/tree.h"

namespace writ::yaml {
namespace {

void ReportEmpty(Report& report, size_t offset) {
  report.Fatal(offset, 1, "the YAML document is empty; a mapping is expected",
               "write at least one line \"key: value\"");
}

void ReportSyntax(const YAML::Exception& error, std::string_view text, const TreeBuilder& builder,
                  Report& report) {
  const size_t at = builder.OffsetOf(error.mark);
  const size_t block = std::min(builder.LastInBlock(), at);
  if (FindOpeners(text, block, at).brackets.empty()) CheckIndentation(text, at, report);
  // Nothing can be shown behind the end, so the end of the last line that says something will do.
  const size_t last = text.find_last_not_of(" \t\r\n");
  for (const Explanation& why : Explain(error, {text, at, builder.last_offset(), block})) {
    report.Error(std::min(why.offset, last), why.length, why.message, why.hint);
  }
}

// The parser drops a directive that no document follows.
void CheckLastLine(std::string_view text, Report& report) {
  const size_t last = text.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos) return;
  const size_t feed = text.rfind('\n', last);
  const size_t start = feed == std::string_view::npos ? 0 : feed + 1;
  if (text[start] == '%') {
    report.Error(start, 1, "a YAML line cannot start with \"%\" here",
                 "directives stand before the document; put text in quotes");
  }
}

// More brackets and commas than these are not read before the parser has told what they are. It
// looks ahead to the end of a `[` or `{` that may start a key, and keeps all of it in its own form,
// which takes two hundred times the memory of the text.
constexpr size_t kMaxMarksAhead = 1'000'000;

// The text as a stream that ends early where the parser looks ahead too far. Nothing is copied.
class Input : public std::streambuf {
 public:
  Input(std::string_view text, const TreeBuilder& builder) : text_(text), builder_(builder) {}

  // Whether it ended before the text did.
  bool stopped() const { return stopped_; }
  // Where the last node starts that the parser told of before it looked ahead.
  size_t last_told() const { return last_told_; }

 private:
  static constexpr size_t kPiece = 4096;

  int_type underflow() override {
    if (builder_.events() != events_) {
      events_ = builder_.events();
      last_told_ = builder_.last_offset();
      marks_ = 0;
    }
    stopped_ = stopped_ || marks_ > kMaxMarksAhead;
    if (stopped_ || text_.empty()) return traits_type::eof();
    const std::string_view piece = text_.substr(0, kPiece);
    text_.remove_prefix(piece.size());
    for (const char c : piece) marks_ += c == '[' || c == '{' || c == ',' || c == ':' ? 1 : 0;
    // A stream buffer's pointers are to what may be written; it never is.
    char* const begin = const_cast<char*>(piece.data());
    setg(begin, begin, begin + piece.size());
    return traits_type::to_int_type(*begin);
  }

  std::string_view text_;
  const TreeBuilder& builder_;
  size_t events_ = 0;
  size_t last_told_ = 0;
  size_t marks_ = 0;
  bool stopped_ = false;
};

void ReportLookAhead(const Input& input, Report& report) {
  report.Fatal(
      input.last_told(), 1,
      fmt::format("behind this, over {} brackets, braces, commas and colons may all be one "
                  "YAML key or text",
                  kMaxMarksAhead),
      "write long lists and mappings as blocks, an entry on each line");
}

// False if the tree is not whole.
bool Read(Document& document, Report& report) {
  CheckCharacters(report);
  if (report.has_errors()) return false;
  const DocumentText found = FindDocument(report);
  if (found.empty) ReportEmpty(report, found.begin);

  TreeBuilder builder(found.text, found.begin, document, report);
  Input input(found.text.substr(found.begin), builder);
  std::istream stream(&input);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) continue;
  } catch (const YAML::Exception& error) {
    if (input.stopped()) ReportLookAhead(input, report);
    ReportSyntax(error, found.text, builder, report);
    return false;
  }
  if (input.stopped()) ReportLookAhead(input, report);
  CheckLastLine(found.text, report);
  const Node* const root = document.root();
  if (!root || (root->kind == Kind::kScalar && IsNull(*root))) ReportEmpty(report, builder.start());
  return !report.is_garbled();
}

}  // namespace

const Node* Node::Find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [key](const Member& member) { return member.key->text == key; });
  return found == members.end() ? nullptr : found->value;
}

Node* Document::NewNode() {
  return &nodes_.emplace_back();
}

std::unique_ptr<Document> Parse(std::shared_ptr<const Source> source, Diagnostics& diagnostics) {
  const Diagnostics::Stage stage(diagnostics, DiagnosticCode::kYaml);
  auto document = std::make_unique<Document>();
  Report report(std::move(source), diagnostics);
  try {
    if (Read(*document, report)) return document;
  } catch (const StopReading&) {
    // All that is worth telling has been reported.
  }
  return nullptr;
}

}  // namespace writ::yaml
