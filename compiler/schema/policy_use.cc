// What both languages share when they are held against a server's tools.
// Tested by tests/policies/schemas.
#include "compiler/schema/policy_use.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/schema/alike.h"
#include "compiler/yaml/lines.h"

namespace writ {

Spot SpotOfName(Position at, std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  Spot spot;
  spot.position = at;
  spot.length = std::max<uint32_t>(1, static_cast<uint32_t>(yaml::CountCharacters(line)));
  return spot;
}

void CheckToolName(const ServerTools& tools, const Spot& spot, std::string_view name,
                   UnknownTool unknown, Findings& findings) {
  if (tools.tools().find(name) != tools.tools().end()) return;
  std::vector<std::string_view> names;
  for (const auto& [known, tool] : tools.tools()) names.push_back(known);
  const bool is_error = unknown == UnknownTool::kError ||
                        (unknown == UnknownTool::kErrorIfNear && !Nearest(name, names).empty());
  findings.Say(spot, is_error ? Severity::kError : Severity::kWarning, DiagnosticCode::kUnknownTool,
               fmt::format("there is no tool {} ({})", Quote(name), Shown(tools.From())),
               is_error ? NearestHint(name, names, "there is")
                        : "remove it, unless it is there for other versions of the server");
}

void CheckReads(const CheckedTool& tool, Findings& findings) {
  std::set<PlaceId> said;  // once is enough
  for (const ToolUse::Read& read : tool.use.reads) {
    const Place& place = tool.places->at(read.place);
    if (place.standing != Standing::kListed || place.required) continue;
    if (tool.use.asked.count(read.place) > 0 || !said.insert(read.place).second) continue;
    Findings::Finding finding;
    finding.code = DiagnosticCode::kUnguardedOptional;
    finding.weight = Findings::Weight::kWarning;
    finding.before = fmt::format("{} may be missing in ", Shown(place.text));
    finding.behind = ": a call without it is denied";
    finding.hint = fmt::format("{}, or say what counts then, with {}", read.ask, read.otherwise);
    findings.Add(read.spot, *tool.tool, std::move(finding));
  }
}

namespace {

struct Guard {
  Spot spot;
  std::string name;
};

// An argument that no rule names.
void AddUnmentioned(const Guard& guard, const CheckedTool& tool, const std::string& name,
                    Findings& findings) {
  Findings::Finding finding;
  finding.code = DiagnosticCode::kUnmentionedArgument;
  finding.weight = Findings::Weight::kWarning;
  finding.before = fmt::format("args.{} is guarded here, and no rule looks at args.{} of ",
                               Shown(guard.name), Shown(name));
  finding.hint =
      "guard it too; a rule with only_args can name what needs no guard, or leave it out";
  findings.Add(guard.spot, *tool.tool, std::move(finding));
}

}  // namespace

void LookedAt::Add(const CheckedTool& tool) {
  const std::string& name = tool.tool->name;
  if (!tool.callable || tool.denied || tool.closed || tool.use.whole) all.insert(name);
  for (const auto& [argument, spot] : tool.use.mentioned) arguments.emplace(name, argument);
}

void CheckUnmentioned(std::vector<CheckedTool>& tools, LookedAt& looked_at, Findings& findings) {
  // Of all tools, by role and by the form of the name: where such an argument is guarded first.
  std::map<std::string, Guard> by_form;
  for (CheckedTool& tool : tools) {
    for (const auto& [name, spot] : tool.guarded) {
      if (RoleOf(*tool.places, tool.places->Member(kArgumentsPlace, name)).empty()) continue;
      const auto [found, is_new] = by_form.try_emplace(OneForm(name), Guard{spot, name});
      if (!is_new && spot < found->second.spot) found->second = {spot, name};
    }
  }
  for (CheckedTool& tool : tools) {
    if (looked_at.all.count(tool.tool->name) > 0) continue;
    std::map<std::string_view, Guard> by_role;
    for (const auto& [name, spot] : tool.guarded) {
      const std::string_view role =
          RoleOf(*tool.places, tool.places->Member(kArgumentsPlace, name));
      if (!role.empty()) by_role.try_emplace(role, Guard{spot, name});
    }
    for (const std::string_view listed : tool.places->schemas().Names(tool.tool->schemas)) {
      const std::string name(listed);
      if (looked_at.arguments.count({tool.tool->name, name}) > 0) continue;
      const std::string_view role =
          RoleOf(*tool.places, tool.places->Member(kArgumentsPlace, name));
      if (role.empty()) continue;
      if (const auto own = by_role.find(role); own != by_role.end()) {
        AddUnmentioned(own->second, tool, name, findings);
        looked_at.arguments.emplace(tool.tool->name, name);
      } else if (const auto other = by_form.find(OneForm(name)); other != by_form.end()) {
        AddUnmentioned(other->second, tool, name, findings);
        looked_at.arguments.emplace(tool.tool->name, name);
      }
    }
  }
}

}  // namespace writ
