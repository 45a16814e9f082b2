// Lists of names and globs.
// Tested by tests/compiler/load/load_writ_test.cc and the text tests in tests/policies/.
#include "compiler/load/name_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "vm/glob.h"
#include "vm/json_text.h"

namespace writ {
namespace {

using yaml::Kind;
using yaml::Node;

// The entries of a list that are text, each once; what is none is reported.
class EntryReader {
 public:
  EntryReader(PolicyReader& reader, std::string_view what, std::string_view thing)
      : reader_(reader), what_(what), thing_(thing) {}

  // The text of an entry; nullopt if it was reported.
  std::optional<std::string> Read(const Node& entry) {
    if (entry.kind != Kind::kScalar) {
      reader_.Error(entry, fmt::format("an entry of {} must be the name of {}", what_, thing_),
                    entry.kind == Kind::kMapping ? "put a name that holds a colon in quotes"
                                                 : "write one list, not a list in a list");
      return std::nullopt;
    }
    if (yaml::IsNull(entry) || entry.text.find_first_not_of(" \t\r\n") == std::string::npos) {
      reader_.Error(entry, fmt::format("an entry of {} is empty", what_),
                    "write a name, or remove the entry");
      return std::nullopt;
    }
    const auto [earlier, is_new] = lines_.emplace(entry.text, entry.at.line);
    if (!is_new) {
      reader_.Error(entry,
                    fmt::format("{} stands in {} already, in line {}", JsonQuote(entry.text), what_,
                                earlier->second),
                    "remove one of them");
      return std::nullopt;
    }
    return entry.text;
  }

 private:
  PolicyReader& reader_;
  std::string_view what_;
  std::string_view thing_;
  std::unordered_map<std::string, uint32_t> lines_;
};

// Globs know nothing but `*`.
void WarnOfRegex(PolicyReader& reader, const Node& entry) {
  const bool regex = entry.text.find(".*") != std::string::npos ||
                     entry.text.find_first_of("^$|()[]{}?+\\") != std::string::npos;
  if (!regex) return;
  reader.Warn(
      entry,
      fmt::format("{} is matched as it stands: a glob knows \"*\" only", JsonQuote(entry.text)),
      "write \"*\" for any characters and list alternatives; for regular expressions use "
      "when: tool.name.matches(…)");
}

// A scalar that lists several names, as the YAML list it should be.
std::string AsList(std::string_view text) {
  constexpr std::string_view kBrackets = "[]{}()";
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto trim = [&](std::string_view part) {
    const size_t start = std::min(part.find_first_not_of(kBlanks), part.size());
    return part.substr(start, part.find_last_not_of(kBlanks) + 1 - start);
  };
  text = trim(text);
  const size_t bracket = text.empty() ? std::string_view::npos : kBrackets.find(text.front());
  if (bracket != std::string_view::npos && bracket % 2 == 0 &&
      text.back() == kBrackets[bracket + 1]) {
    text = text.substr(1, text.size() - 2);
  }
  std::string list;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view entry = trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    // The dash of an entry that stands on a line of its own.
    if (entry.starts_with("- ") || entry == "-") entry = trim(entry.substr(1));
    if (entry.empty()) continue;
    if (entry.find_first_of(kBrackets) != std::string_view::npos) return "[…], with whole names";
    const bool plain = entry.find_first_of("*&!|>'\"%@`#:?") == std::string_view::npos;
    list += (list.empty() ? "" : ", ") + (plain ? std::string(entry) : JsonQuote(entry));
  }
  return fmt::format("[{}]", list.empty() ? "…" : list);
}

}  // namespace

std::vector<ToolPattern> ReadToolPatterns(PolicyReader& reader, const Node& node,
                                          std::string_view what) {
  std::vector<ToolPattern> patterns;
  EntryReader entries(reader, what, "a tool");
  const auto read = [&](const Node& entry) {
    std::optional<std::string> text = entries.Read(entry);
    if (!text) return;
    WarnOfRegex(reader, entry);
    const bool is_glob = text->find('*') != std::string::npos;
    patterns.push_back({entry.at, std::move(*text), is_glob});
  };
  if (node.kind == Kind::kScalar) {
    if (yaml::IsNull(node)) {
      reader.Error(node, fmt::format("{} is empty", what),
                   "name a tool, or remove it; what follows a # is a comment");
    } else if (node.text.find(',') != std::string::npos) {
      reader.Error(node, fmt::format("{} must be a tool or a list of tools", what),
                   fmt::format("write {}: {}", what, AsList(node.text)));
    } else {
      read(node);
    }
  } else if (node.kind == Kind::kMapping) {
    reader.Error(node, fmt::format("{} must be a tool or a list of tools, not a mapping", what),
                 fmt::format("write {}: [{}]", what,
                             node.members.empty() ? "…" : node.members[0].key->text));
  } else {
    for (const Node* entry : node.items) read(*entry);
  }
  return patterns;
}

std::vector<std::string> ReadNames(PolicyReader& reader, const Node& node, std::string_view what,
                                   std::string_view thing, std::vector<Position>* places) {
  std::vector<std::string> names;
  if (node.kind != Kind::kSequence) {
    const bool word = node.kind == Kind::kScalar && !yaml::IsNull(node);
    const std::string list = word ? AsList(node.text)
                             : node.members.empty()
                                 ? std::string("[…]")
                                 : fmt::format("[{}]", node.members[0].key->text);
    reader.Error(node, fmt::format("{} must be a list of names", what),
                 fmt::format("write {}: {}", what, list));
    return names;
  }
  EntryReader entries(reader, what, thing);
  for (const Node* entry : node.items) {
    std::optional<std::string> name = entries.Read(*entry);
    if (!name) continue;
    names.push_back(std::move(*name));
    if (places != nullptr) places->push_back(entry->at);
  }
  return names;
}

bool Names(const std::vector<ToolPattern>& patterns, std::string_view tool) {
  return std::any_of(patterns.begin(), patterns.end(), [tool](const ToolPattern& pattern) {
    return pattern.is_glob ? GlobMatches(tool, pattern.text) : pattern.text == tool;
  });
}

}  // namespace writ
