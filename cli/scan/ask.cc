// Asking a server for its tools, from start to end.
// Tested by tests/cli/scan.py and tests/cli/check_tools.py.
#include "cli/scan/ask.h"

#include <chrono>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/scan/client.h"
#include "compiler/yaml/write.h"

namespace writ {
namespace {

constexpr size_t kMostCharacters = 4'000;

}  // namespace

// Its words are to turn nothing around on a terminal.
std::string QuotingServer(const std::string& text) {
  return yaml::CommentText(text, kMostCharacters);
}

tl::expected<Listing, int> AskForTools(const std::vector<std::string>& server,
                                       const EnvironmentOptions& environment,
                                       uint32_t timeout_seconds) {
  auto client = McpClient::Start(server, EnvironmentFor(environment, OwnEnvironment()),
                                 std::chrono::seconds(timeout_seconds));
  if (!client) {
    PrintError(client.error());
    return tl::unexpected(kExitUsage);
  }
  tl::expected<Listing, ListingFault> listing = ListTools(**client);
  const int signal = (*client)->signal();
  client->reset();
  if (signal != 0) return tl::unexpected(128 + signal);
  if (listing.has_value()) return std::move(*listing);
  PrintError(QuotingServer(listing.error().text));
  return tl::unexpected(listing.error().kind == NoListing::kNoTools ? kExitNo : kExitUsage);
}

}  // namespace writ
