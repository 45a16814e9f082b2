// Which language a policy is in.
// Tested by tests/compiler/load/load_policy_test.cc
#include "compiler/load/load_policy.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "compiler/load/load_intercept.h"
#include "compiler/load/load_writ.h"
#include "vm/utf8.h"

namespace writ {
namespace {

using yaml::Node;

// The key of a member, to point at.
const Node* FindKey(const Node& root, std::string_view key) {
  const auto found =
      std::find_if(root.members.begin(), root.members.end(),
                   [key](const yaml::Member& member) { return member.key->text == key; });
  return found == root.members.end() ? nullptr : found->key;
}

// What a policy that does not say it is most likely written in.
std::string LanguageHint(const Node& root) {
  constexpr std::array<std::string_view, 6> kWrit = {"rules",     "allow",  "data",
                                                     "variables", "labels", "name"};
  const bool writ = std::any_of(kWrit.begin(), kWrit.end(), [&root](std::string_view key) {
    return root.Find(key) != nullptr;
  });
  if (writ) return "start the policy with writ: 1";
  const Node* tools = root.Find("tools");
  if (tools != nullptr && tools->kind == yaml::Kind::kMapping) {
    return "start the policy with version: \"1\"";
  }
  return "start the policy with writ: 1, or with version: \"1\" if it was written for Intercept";
}

std::string StemOf(const std::string& path) {
  std::string stem = path.substr(path.rfind('/') + 1);
  for (const std::string_view end : {".yaml", ".yml"}) {
    if (stem.size() > end.size() && stem.ends_with(end)) stem.resize(stem.size() - end.size());
  }
  return WithReplacements(stem);
}

}  // namespace

std::optional<Policy> LoadPolicy(std::shared_ptr<const Source> source, const Node& root,
                                 std::string space, Diagnostics& diagnostics,
                                 std::vector<FileRead>* looked_for) {
  const Diagnostics::Stage stage(diagnostics, DiagnosticCode::kPolicy);
  const auto refuse = [&](const Node& at, std::string message, std::string hint) {
    diagnostics.Error(source, at.at, at.length, std::move(message), std::move(hint));
    return std::nullopt;
  };
  if (root.kind != yaml::Kind::kMapping) {
    return refuse(root, "a policy must be a mapping", "start it with writ: 1");
  }
  const Node* writ = FindKey(root, "writ");
  const Node* version = FindKey(root, "version");
  if (writ != nullptr && version != nullptr) {
    return refuse(std::max(writ->at, version->at) == writ->at ? *writ : *version,
                  "a policy is in one language, and writ: and version: are of two",
                  "keep writ: 1 for rules with require, forbid and quota, version: \"1\" for "
                  "Intercept's conditions");
  }
  if (writ == nullptr && version == nullptr) {
    return refuse(root, "neither writ nor version says which language the policy is in",
                  LanguageHint(root));
  }
  std::optional<Policy> policy =
      writ != nullptr ? LoadWrit(source, root, std::move(space), diagnostics, looked_for)
                      : LoadIntercept(source, root, std::move(space), diagnostics);
  if (policy.has_value() && !policy->is_named) policy->name = StemOf(source->name());
  return policy;
}

}  // namespace writ
