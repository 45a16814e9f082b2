// writ scan: a policy from the tools that a server lists.
// Tested by tests/cli/scan.py.
#include "cli/scan/ask.h"

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/scan/policy_text.h"
#include "cli/written_policy.h"
#include "compiler/yaml/yaml.h"

namespace writ {

int Scan(const ScanOptions& options) {
  if (!MayWrite(options.output)) return kExitUsage;
  const tl::expected<Listing, int> listing =
      AskForTools(options.server, options.environment, options.timeout_seconds);
  if (!listing) return listing.error();
  std::string text = ScannedPolicy(*listing, Detail::kAll);
  if (text.size() > yaml::kMaxYamlBytes) {
    text = ScannedPolicy(*listing, Detail::kNamesOnly);
  }
  if (text.size() > yaml::kMaxYamlBytes) {
    PrintError("the server's tools make more than a policy can hold");
    return kExitUsage;
  }
  return WritePolicy(options.output, text, "please report it, with the server's name");
}

}  // namespace writ
