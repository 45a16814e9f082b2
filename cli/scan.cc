// writ scan: a policy from the tools that a server lists.
// Tested by tests/cli/scan.py.
#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/scan/client.h"
#include "cli/scan/listing.h"
#include "cli/scan/policy_text.h"
#include "cli/written_policy.h"
#include "compiler/yaml/write.h"
#include "compiler/yaml/yaml.h"
#include "proxy/environment.h"

namespace writ {
namespace {

constexpr size_t kMostCharacters = 4'000;

}  // namespace

int Scan(const ScanOptions& options) {
  if (!MayWrite(options.output)) return kExitUsage;
  auto client =
      McpClient::Start(options.server, EnvironmentFor(options.environment, OwnEnvironment()),
                       std::chrono::seconds(options.timeout_seconds));
  if (!client) {
    PrintError(client.error());
    return kExitUsage;
  }
  const tl::expected<Listing, ListingFault> listing = ListTools(**client);
  const int signal = (*client)->signal();
  client->reset();
  if (signal != 0) return 128 + signal;
  if (!listing) {
    // It quotes the server, whose words are to turn nothing around on a terminal.
    PrintError(yaml::CommentText(listing.error().text, kMostCharacters));
    return listing.error().kind == NoListing::kNoTools ? kExitNo : kExitUsage;
  }
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
