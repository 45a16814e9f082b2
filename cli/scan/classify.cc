// Sorting tools by annotations and by the words of their names.
// Tested by tests/cli/scan.py.
#include "cli/scan/classify.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/schema/name_words.h"

namespace writ {
namespace {

constexpr std::string_view kDestructive[] = {
    "delete", "del",      "remove",    "rm",     "rmdir",     "drop",   "destroy",
    "purge",  "wipe",     "erase",     "clear",  "truncate",  "reset",  "revoke",
    "kill",   "shutdown", "terminate", "cancel", "uninstall", "unlink", "trash",
    "void",   "refund",   "overwrite", "prune"};
constexpr std::string_view kExecute[] = {
    "run",     "exec",     "execute", "eval",   "evaluate", "shell",    "bash",  "command",
    "cmd",     "script",   "spawn",   "invoke", "launch",   "deploy",   "start", "restart",
    "install", "terminal", "sql",     "apply",  "trigger",  "dispatch", "stop",  "compile"};
// Verbs that write wherever they stand.
constexpr std::string_view kWrite[] = {
    "write",    "rewrite",  "create",  "add",     "update",    "upsert",      "edit",
    "set",      "unset",    "put",     "insert",  "append",    "prepend",     "mv",
    "cp",       "rename",   "send",    "publish", "unpublish", "save",        "modify",
    "assign",   "unassign", "submit",  "replace", "mkdir",     "make",        "touch",
    "enable",   "disable",  "approve", "reject",  "accept",    "dismiss",     "pay",
    "buy",      "sell",     "invite",  "restore", "recover",   "increment",   "decrement",
    "increase", "decrease", "toggle",  "upload",  "subscribe", "unsubscribe", "register",
    "grant",    "promote",  "demote",  "lock",    "unlock",    "unblock",     "mute",
    "unmute",   "ban",      "unban",   "archive", "unarchive", "close",       "reopen",
    "rotate",   "renew",    "attach",  "detach",  "mount",     "navigate",    "withdraw",
    "rollback", "unstar",   "unpin",   "reboot"};
// Verbs that write, and names of what can be read: "get_commit" reads a commit.
constexpr std::string_view kWriteOrNoun[] = {
    "post",   "patch",    "commit", "fork",  "push",    "merge",    "move",  "copy",
    "import", "transfer", "charge", "reply", "change",  "checkout", "sync",  "store",
    "type",   "fill",     "click",  "press", "drag",    "comment",  "block", "order",
    "book",   "vote",     "star",   "pin",   "release", "schedule", "mark"};
constexpr std::string_view kRead[] = {
    "get",    "read",     "search",  "find",    "fetch",     "show",      "describe",
    "lookup", "compare",  "browse",  "inspect", "ls",        "cat",       "grep",
    "whoami", "retrieve", "explain", "preview", "summarize", "summarise", "validate"};
// Verbs that read, and names of what can be changed: "list_commits", but "list_move".
constexpr std::string_view kReadOrNoun[] = {"list", "view", "check", "query",
                                            "diff", "head", "tail",  "stat"};
// Words that join what the tool does besides.
constexpr std::string_view kJoining[] = {"and", "or", "then"};
// What may be read together with something else of these: "list_files_and_folders". A word is among
// them only if nobody calls what a writer does by it: "labels", "posts" and "forwards" are not.
constexpr std::string_view kNouns[] = {
    "accounts", "classes",      "collections", "columns",     "customers",    "databases",
    "datasets", "dependencies", "dirs",        "directories", "entities",     "files",
    "folders",  "members",      "metrics",     "modules",     "permissions",  "photos",
    "products", "properties",   "relations",   "repos",       "repositories", "resources",
    "roles",    "schemas",      "servers",     "settings",    "subfolders",   "tables",
    "teams",    "topics",       "users",       "values",      "variables"};
// What a name ends with that says what is read: "git_status".
constexpr std::string_view kReadAtTheEnd[] = {"status", "info", "tree", "history", "count"};

// Arguments that hold what the server is to do, not what is looked for.
constexpr std::string_view kCodeArguments[] = {"sql", "command", "script", "statement"};
// The same in a query, where for others they are words to look for and codes of countries.
constexpr std::string_view kQueryArguments[] = {"query", "code", "expression"};

template <size_t kSize>
bool IsOneOf(const std::string_view (&words)[kSize], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

struct ByName {
  ToolKind kind;
  std::string reason;
};

// The words of one name, and what they say at their places.
class Name {
 public:
  explicit Name(const ListedTool& tool) : tool_(tool), words_(WordsOf(tool.name)) {}

  // The most dangerous word decides, and among equals the first.
  std::optional<ByName> Read() const {
    std::optional<ByName> said;
    bool after_reader = false;  // what follows is what is read
    for (size_t at = 0; at < words_.size(); ++at) {
      const std::optional<ByName> here = At(at, after_reader);
      if (!here) continue;
      if (here->kind == ToolKind::kRead) after_reader = true;
      if (!said || here->kind > said->kind) said = here;
    }
    return said;
  }

 private:
  std::optional<ByName> At(size_t at, bool after_reader) const {
    const std::string& word = words_[at];
    const bool is_joined = at > 0 && IsOneOf(kJoining, words_[at - 1]);
    if (const auto kind = KindAt(at, after_reader && !is_joined)) {
      return ByName{*kind, fmt::format("its name says {}", Quote(word))};
    }
    // In "read_and_then_list" what is joined comes after both words.
    if (!is_joined || IsOneOf(kJoining, word)) return std::nullopt;
    if (after_reader && IsLastOfTwoNouns(at)) return std::nullopt;
    // "read_and_forward": whatever that is, it is no reading.
    return ByName{ToolKind::kWrite, fmt::format("{} after {} may be something it does", Quote(word),
                                                Quote(words_[at - 1]))};
  }

  bool IsLastOfTwoNouns(size_t at) const {
    return at >= 2 && at + 1 == words_.size() && IsOneOf(kNouns, words_[at]) &&
           IsOneOf(kNouns, words_[at - 2]);
  }

  std::optional<ToolKind> KindAt(size_t at, bool after_reader) const {
    const std::string_view word = words_[at];
    const bool is_last = at + 1 == words_.size();
    if (IsOneOf(kDestructive, word)) return ToolKind::kDestructive;
    if (IsOneOf(kExecute, word)) return ToolKind::kExecute;
    if (IsOneOf(kWrite, word)) return ToolKind::kWrite;
    if (IsOneOf(kWriteOrNoun, word)) {
      // Of "list_move" nothing says which of the two is the verb.
      const bool after_noun = at > 0 && IsOneOf(kReadOrNoun, words_[at - 1]);
      if (!after_reader || (after_noun && is_last)) return ToolKind::kWrite;
      return std::nullopt;
    }
    const bool reads = IsOneOf(kRead, word) || IsOneOf(kReadOrNoun, word) ||
                       (is_last && IsOneOf(kReadAtTheEnd, word));
    if (!reads) return std::nullopt;
    if (word == "check" && !is_last && (words_[at + 1] == "in" || words_[at + 1] == "out")) {
      return ToolKind::kWrite;
    }
    if (TakesCode(word)) return std::nullopt;
    return ToolKind::kRead;
  }

  bool TakesCode(std::string_view verb) const {
    return std::any_of(tool_.arguments.begin(), tool_.arguments.end(),
                       [verb](const ListedArgument& argument) {
                         return IsOneOf(kCodeArguments, argument.name) ||
                                (verb == "query" && IsOneOf(kQueryArguments, argument.name));
                       });
  }

  const ListedTool& tool_;
  std::vector<std::string> words_;
};

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
  const std::optional<ByName> name = Name(tool).Read();
  const std::optional<ToolKind> annotations = ReadAnnotations(tool);
  if (annotations) {
    if (!name || name->kind <= *annotations) return {*annotations, "its annotations say so"};
    const std::string_view but =
        *annotations == ToolKind::kRead ? ", though its annotations say that it only reads" : "";
    return {name->kind, name->reason + std::string(but)};
  }
  if (name) return {name->kind, name->reason};
  return {ToolKind::kWrite, "neither annotations nor name say what it does"};
}

}  // namespace writ
