// Reading one YAML document.
// Tested by tests/compiler/yaml/yaml_test.cc
#include "compiler/yaml/yaml.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
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

// False if the tree is not whole.
bool Read(Document& document, Report& report) {
  CheckCharacters(report);
  if (report.has_errors()) return false;
  const DocumentText found = FindDocument(report);
  if (found.empty) ReportEmpty(report, found.begin);

  TreeBuilder builder(found.text, found.begin, document, report);
  std::istringstream input{std::string(found.text.substr(found.begin))};
  try {
    YAML::Parser parser(input);
    while (parser.HandleNextDocument(builder)) continue;
  } catch (const YAML::Exception& error) {
    ReportSyntax(error, found.text, builder, report);
    return false;
  }
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
