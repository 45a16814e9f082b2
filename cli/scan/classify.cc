// Sorting tools by annotations and by the words of their names.
// Tested by tests/cli/scan.py.
#include "cli/scan/classify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace writ {
namespace {

constexpr std::array<std::string_view, 25> kDestructive = {
    "delete", "del",      "remove",    "rm",       "rmdir",     "drop",   "destroy",
    "purge",  "wipe",     "erase",     "truncate", "clear",     "reset",  "revoke",
    "kill",   "shutdown", "terminate", "cancel",   "uninstall", "unlink", "trash",
    "void",   "refund",   "overwrite", "prune"};
constexpr std::array<std::string_view, 24> kExecute = {
    "run",     "exec",     "execute", "eval",   "evaluate", "shell",    "bash",  "command",
    "cmd",     "script",   "spawn",   "invoke", "launch",   "deploy",   "start", "restart",
    "install", "terminal", "sql",     "apply",  "trigger",  "dispatch", "stop",  "compile"};
constexpr std::array<std::string_view, 56> kWrite = {
    "write",  "create",   "add",     "update",  "edit",   "set",     "put",     "post",
    "insert", "upsert",   "append",  "move",    "mv",     "rename",  "copy",    "cp",
    "upload", "send",     "publish", "push",    "commit", "fork",    "save",    "modify",
    "patch",  "change",   "assign",  "reply",   "fill",   "type",    "click",   "drag",
    "press",  "navigate", "merge",   "close",   "open",   "archive", "replace", "import",
    "mkdir",  "make",     "new",     "toggle",  "enable", "disable", "submit",  "pay",
    "charge", "transfer", "invite",  "approve", "accept", "sync",    "store",   "request"};
constexpr std::array<std::string_view, 38> kRead = {
    "get",       "list",      "read",     "search", "find",     "fetch",    "show",     "view",
    "describe",  "query",     "lookup",   "count",  "check",    "status",   "info",     "tree",
    "stat",      "diff",      "compare",  "browse", "preview",  "resolve",  "inspect",  "ls",
    "cat",       "head",      "tail",     "grep",   "whoami",   "retrieve", "download", "explain",
    "summarize", "summarise", "snapshot", "echo",   "validate", "history"};

template <size_t kSize>
bool IsOneOf(const std::array<std::string_view, kSize>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<ToolKind> KindOf(std::string_view word) {
  if (IsOneOf(kDestructive, word)) return ToolKind::kDestructive;
  if (IsOneOf(kExecute, word)) return ToolKind::kExecute;
  if (IsOneOf(kWrite, word)) return ToolKind::kWrite;
  if (IsOneOf(kRead, word)) return ToolKind::kRead;
  return std::nullopt;
}

// The words of a name, in lower case: "getUser", "get_user" and "get-user" are get and user.
std::vector<std::string> WordsOf(std::string_view name) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::vector<std::string> words;
  bool in_word = false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_lower(c) && !is_upper(c)) {
      in_word = false;
      continue;
    }
    const bool hump = is_upper(c) && i > 0 &&
                      (is_lower(name[i - 1]) || (i + 1 < name.size() && is_lower(name[i + 1])));
    if (!in_word || hump) words.emplace_back();
    in_word = true;
    words.back() += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

struct ByName {
  ToolKind kind;
  std::string word;
};

// The first verb decides, since what follows is mostly what it is done to ("get_commit"); but a
// word of destroying or executing counts wherever it stands, and so does any verb after "and" or
// "or".
std::optional<ByName> ReadName(std::string_view name) {
  std::optional<ByName> said;
  bool joined = false;
  for (const std::string& word : WordsOf(name)) {
    const std::optional<ToolKind> kind = KindOf(word);
    const bool counts = !said || joined || (kind && *kind >= ToolKind::kExecute);
    if (kind && counts && (!said || *kind > said->kind)) said = ByName{*kind, word};
    joined = word == "and" || word == "or" || word == "then";
  }
  return said;
}

std::optional<ToolKind> ReadAnnotations(const ListedTool& tool) {
  if (tool.destructive.value_or(false) && !tool.read_only.value_or(false)) {
    return ToolKind::kDestructive;
  }
  if (tool.read_only.value_or(false)) {
    // A reader that destroys is no reader.
    return tool.destructive.value_or(false) ? ToolKind::kDestructive : ToolKind::kRead;
  }
  if (tool.read_only.has_value()) return ToolKind::kWrite;
  return std::nullopt;
}

}  // namespace

Classified Classify(const ListedTool& tool) {
  const std::optional<ByName> name = ReadName(tool.name);
  const std::optional<ToolKind> annotations = ReadAnnotations(tool);
  const std::string by_name = name ? fmt::format("its name says \"{}\"", name->word) : "";
  if (annotations) {
    const bool name_is_worse =
        name && name->kind >= ToolKind::kExecute && name->kind > *annotations;
    if (!name_is_worse) return {*annotations, "its annotations say so"};
    const std::string_view but =
        *annotations == ToolKind::kRead ? ", though its annotations say that it only reads" : "";
    return {name->kind, by_name + std::string(but)};
  }
  if (name) return {name->kind, by_name};
  return {ToolKind::kWrite, "neither annotations nor name say what it does"};
}

}  // namespace writ
