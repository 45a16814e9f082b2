// writ check --sarif: SARIF 2.1.0, as code scanning services read it.
// Tested by tests/cli/check_formats.py.
#include <fmt/core.h>

#include <filesystem>
#include <string_view>

#include "cli/check/outcome.h"
#include "cli/commands.h"
#include "vm/json_text.h"

namespace writ {
namespace {

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

std::string PercentEncoded(std::string_view path) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  std::string encoded;
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

// A file below the working folder by its path from there; another one by its whole path.
std::string ArtifactLocation(const std::string& file, const std::string& folder) {
  const std::filesystem::path path = (std::filesystem::path(folder) / file).lexically_normal();
  const std::filesystem::path relative = path.lexically_relative(folder);
  if (relative.empty() || *relative.begin() == "..") {
    return fmt::format(R"({{"uri":"file://{}"}})", PercentEncoded(path.string()));
  }
  return fmt::format(R"({{"uri":"{}","uriBaseId":"%SRCROOT%"}})",
                     PercentEncoded(relative.string()));
}

std::string TextObject(std::string_view text) {
  return fmt::format(R"({{"text":{}}})", JsonQuote(text));
}

std::string RuleObject(DiagnosticCode code) {
  const std::string meaning = fmt::format("{}.", Meaning(code));
  return fmt::format(R"({{"id":"{}","shortDescription":{},"fullDescription":{},"help":{}}})",
                     Word(code), TextObject(meaning), TextObject(meaning),
                     TextObject(fmt::format("{}. {}.", Meaning(code), Remedy(code))));
}

// {0} would be replaced by an argument of the message, and {{0}} stands for it. Other braces are
// left alone: readers show them as they are.
std::string WithoutPlaceholders(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  std::string plain;
  while (!text.empty()) {
    const size_t end = text.find_first_not_of(kDigits, 1);
    if (text[0] == '{' && end != std::string_view::npos && end > 1 && text[end] == '}') {
      plain += fmt::format("{{{}}}", text.substr(0, end + 1));
      text.remove_prefix(end + 1);
    } else {
      plain += text[0];
      text.remove_prefix(1);
    }
  }
  return plain;
}

std::string MessageOf(const Diagnostic& diagnostic) {
  std::string text = diagnostic.message;
  if (!diagnostic.hint.empty()) text += "\nhint: " + diagnostic.hint;
  return TextObject(WithoutPlaceholders(text));
}

std::string Result(const Diagnostic& diagnostic, const std::string& folder) {
  std::string region;
  if (diagnostic.at.line > 0) {
    region = fmt::format(R"(,"region":{{"startLine":{},"startColumn":{},"endColumn":{}}})",
                         diagnostic.at.line, diagnostic.at.column, EndColumn(diagnostic));
  }
  return fmt::format(R"({{"ruleId":"{}","ruleIndex":{},"level":"{}","message":{},"locations":[)"
                     R"({{"physicalLocation":{{"artifactLocation":{}{}}}}}]}})",
                     Word(diagnostic.code), static_cast<size_t>(diagnostic.code),
                     SeverityName(diagnostic.severity), MessageOf(diagnostic),
                     ArtifactLocation(FileOf(diagnostic), folder), region);
}

// Each on a line of its own.
template <typename Items, typename ToText>
std::string ListOf(const Items& items, const ToText& to_text) {
  std::string list;
  for (const auto& item : items) {
    list += list.empty() ? "\n    " : ",\n    ";
    list += to_text(item);
  }
  return list.empty() ? "[]" : "[" + list + "\n  ]";
}

}  // namespace

std::string CheckSarif(const CheckOutcome& outcome, const std::string& folder) {
  return fmt::format(
      R"({{"$schema":"{}","version":"2.1.0","runs":[{{
  "tool":{{"driver":{{"name":"writ","version":"{}","rules":{}}}}},
  "invocations":[{{"executionSuccessful":{},"exitCode":{}}}],
  "originalUriBaseIds":{{"%SRCROOT%":{{"description":{}}}}},
  "columnKind":"unicodeCodePoints",
  "results":{}
}}]}}
)",
      kSchema, WRIT_VERSION, ListOf(AllDiagnosticCodes(), RuleObject), outcome.status != kExitUsage,
      outcome.status, TextObject("The folder in which writ check was run."),
      ListOf(outcome.diagnostics.all(),
             [&folder](const Diagnostic& diagnostic) { return Result(diagnostic, folder); }));
}

}  // namespace writ
