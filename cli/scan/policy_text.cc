// Listings as policies.
// Tested by tests/cli/scan.py.
#include "cli/scan/policy_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "cli/scan/classify.h"
#include "compiler/yaml/write.h"

namespace writ {
namespace {

using yaml::CommentText;

constexpr size_t kLineCharacters = 100;
constexpr size_t kNameCharacters = 200;
constexpr size_t kDescriptionLines = 3;
constexpr size_t kShownArguments = 20;

struct Group {
  ToolKind kind;
  std::string_view name;
};
constexpr std::array<Group, 4> kGroups = {{
    {ToolKind::kRead, "read"},
    {ToolKind::kWrite, "write"},
    {ToolKind::kExecute, "execute"},
    {ToolKind::kDestructive, "destructive"},
}};

std::string Count(size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// Why a name cannot stand in `allow`, or nothing.
std::string_view WhyNotListed(std::string_view name) {
  if (name.find('*') != std::string_view::npos) {
    return "\"*\" in its name would stand for any characters";
  }
  if (name.find_first_not_of(" \t\r\n") == std::string_view::npos) return "its name is blank";
  return {};
}

class PolicyWriter {
 public:
  PolicyWriter(const Listing& listing, Detail detail) : listing_(listing), detail_(detail) {
    for (const ListedTool& tool : listing.tools) sorted_.push_back({&tool, Classify(tool)});
  }

  std::string Write() {
    WriteHead();
    for (const Group& group : kGroups) WriteGroup(group);
    WriteRules();
    return std::move(out_);
  }

 private:
  struct Sorted {
    const ListedTool* tool;
    Classified as;
  };

  template <typename... Arguments>
  void Line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    out_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }

  size_t CountOf(ToolKind kind) const {
    return static_cast<size_t>(std::count_if(
        sorted_.begin(), sorted_.end(), [kind](const Sorted& one) { return one.as.kind == kind; }));
  }

  // Without the command that started the server: its words may be secrets.
  void WriteHead() {
    std::string name = "a server";
    if (!listing_.server_name.empty()) {
      name = fmt::format("\"{}\"", CommentText(listing_.server_name, kLineCharacters));
      if (!listing_.server_version.empty()) {
        name += " " + CommentText(listing_.server_version, kLineCharacters);
      }
    }
    Line("# A policy for {}, made by writ scan from the tools it lists.", name);
    Line("# Protocol {}, {}.", CommentText(listing_.protocol, 40),
         Count(listing_.tools.size(), "tool", "tools"));
    Line("#");
    Line(
        "# Names, descriptions and annotations are the server's own words, and nobody has checked");
    Line(
        "# them: read the list before you use it. What only reads is allowed; for other tools "
        "remove");
    Line("# the \"# \" before the name.");
    if (listing_.repeated > 0) {
      Line("# {} a name for a second time; the first is shown.",
           Count(listing_.repeated, "entry had", "entries had"));
    }
    if (listing_.nameless > 0) {
      Line("# {} left out: a call cannot name it.",
           Count(listing_.nameless, "entry was", "entries were"));
    }
    Line("writ: 1");
    Line("default: deny");
    Line("allow:");
  }

  void WriteGroup(const Group& group) {
    const size_t count = CountOf(group.kind);
    if (count == 0) return;
    Line("");
    Line("  # ---- {}: {}", group.name, Count(count, "tool", "tools"));
    for (const Sorted& one : sorted_) {
      if (one.as.kind == group.kind) WriteTool(*one.tool, one.as);
    }
  }

  void WriteTool(const ListedTool& tool, const Classified& as) {
    if (detail_ == Detail::kAll) {
      Line("");
      WriteDescription(tool.description);
      WriteArguments(tool);
      WriteAnnotations(tool);
      Line("  # sorted here because {}", CommentText(as.reason, kLineCharacters));
    }
    const std::string name = yaml::Quoted(tool.name);
    if (const std::string_view why = WhyNotListed(tool.name); !why.empty()) {
      Line("  # cannot be allowed by name: {}", why);
      Line("  #   {}", CommentText(tool.name, kNameCharacters));
    } else if (as.kind == ToolKind::kRead) {
      Line("  - {}", name);
    } else {
      Line("  # - {}", name);
    }
  }

  // Indented further than the names, so that no description can pass for one.
  void WriteDescription(std::string_view text) {
    size_t lines = 0;
    while (!text.empty()) {
      const size_t end = std::min(text.find_first_of("\r\n"), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      const size_t first = line.find_first_not_of(" \t");
      if (first == std::string_view::npos) continue;
      if (lines == kDescriptionLines) {
        Line("  #   …");
        return;
      }
      Line("  #   {}", CommentText(line.substr(first), kLineCharacters));
      ++lines;
    }
  }

  void WriteArguments(const ListedTool& tool) {
    const size_t shown = std::min(tool.arguments.size(), kShownArguments);
    for (size_t i = 0; i < shown; ++i) {
      const ListedArgument& argument = tool.arguments[i];
      std::string text =
          fmt::format("{}: {}", CommentText(argument.name, kLineCharacters),
                      argument.type.empty() ? "any" : CommentText(argument.type, kLineCharacters));
      if (argument.required) text += ", required";
      if (!argument.values.empty()) {
        text += fmt::format(
            ", one of {}",
            CommentText(fmt::format("{}", fmt::join(argument.values, ", ")), kLineCharacters));
        if (argument.value_count > argument.values.size()) text += ", …";
      }
      Line("  #     {}", text);
    }
    if (tool.argument_count > shown) Line("  #     and {} more", tool.argument_count - shown);
  }

  void WriteAnnotations(const ListedTool& tool) {
    std::string text;
    const auto put = [&text](std::string_view name, const std::optional<bool>& truth) {
      if (!truth) return;
      text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name, *truth);
    };
    put("readOnlyHint", tool.read_only);
    put("destructiveHint", tool.destructive);
    if (!text.empty()) Line("  # annotations: {}", text);
  }

  // ---- Rules to start from, all of them comments.

  // Arguments that nearly every policy bounds, by names that servers give them.
  struct Bound {
    std::string_view argument;
    std::string_view rule;
    std::string_view condition;  // {} is the argument
  };
  static constexpr std::string_view kFolder = "path.within({}, \"/srv/project\")";
  static constexpr std::string_view kHost = "domain.within(url({}).getHostname(), \"example.com\")";
  static constexpr std::array<Bound, 12> kBounds = {{
      {"path", "within the project", kFolder},
      {"file_path", "within the project", kFolder},
      {"filePath", "within the project", kFolder},
      {"filename", "within the project", kFolder},
      {"directory", "within the project", kFolder},
      {"dir", "within the project", kFolder},
      {"source", "within the project", kFolder},
      {"destination", "within the project", kFolder},
      {"url", "of hosts we know", kHost},
      {"uri", "of hosts we know", kHost},
      {"amount", "below the limit", "{} > 0 && {} <= 100"},
      {"limit", "of no more than a page", "{} <= 100"},
  }};

  static bool Fits(const Bound& bound, const ListedArgument& argument) {
    if (argument.name != bound.argument) return false;
    const bool number = bound.argument == "amount" || bound.argument == "limit";
    if (number) return argument.type == "number" || argument.type == "integer";
    return argument.type == "string";
  }

  static std::string Condition(const Bound& bound, bool required) {
    const std::string value = fmt::format("args.{}", bound.argument);
    std::string condition(bound.condition);
    for (size_t at; (at = condition.find("{}")) != std::string::npos;) {
      condition.replace(at, 2, value);
    }
    return required ? condition : fmt::format("!has({}) || {}", value, condition);
  }

  void WriteRules() {
    std::string rules;
    for (const Bound& bound : kBounds) {
      for (const bool required : {true, false}) rules += RuleText(bound, required);
    }
    Line("");
    Line("# Rules say what calls must look like; each may name a message. {}",
         rules.empty() ? "One to start from:" : "Some to start from:");
    Line("#");
    Line("# rules:");
    out_ += rules;
    Line("#   - name: not too fast");
    Line("#     quota: {{ max: 60, per: minute }}");
  }

  std::string RuleText(const Bound& bound, bool required) {
    std::string tools;
    for (const ListedTool& tool : listing_.tools) {
      if (!WhyNotListed(tool.name).empty()) continue;
      const bool fits = std::any_of(tool.arguments.begin(), tool.arguments.end(),
                                    [&](const ListedArgument& argument) {
                                      return argument.required == required && Fits(bound, argument);
                                    });
      if (fits) tools += fmt::format("#       - {}\n", yaml::Quoted(tool.name));
    }
    if (tools.empty()) return tools;
    return fmt::format("#   - name: {} {}{}\n#     tools:\n{}#     require: {}\n", bound.argument,
                       bound.rule, required ? "" : ", if it is given", tools,
                       yaml::Quoted(Condition(bound, required)));
  }

  const Listing& listing_;
  Detail detail_;
  std::vector<Sorted> sorted_;
  std::string out_;
};

}  // namespace

std::string ScannedPolicy(const Listing& listing, Detail detail) {
  return PolicyWriter(listing, detail).Write();
}

}  // namespace writ
