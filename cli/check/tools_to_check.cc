// Reading recorded listings, and asking a server.
// Tested by tests/cli/check_tools.py.
#include "cli/check/tools_to_check.h"

#include <fmt/core.h>

#include <cerrno>
#include <string>

#include "cli/print.h"
#include "cli/scan/ask.h"
#include "compiler/policy.h"
#include "compiler/read_file.h"
#include "compiler/schema/check_tools.h"

namespace writ {
namespace {

// `is_last`: no file follows that could be the next page.
void ReadListing(const std::string& path, bool is_last, ToolsToCheck& to_check,
                 Diagnostics& diagnostics) {
  const tl::expected<std::string, int> text =
      ReadFile(path, kMaxListingBytes, Readable::kFilesAndStreams);
  if (!text) {
    to_check.readable = false;
    diagnostics.Unreadable(
        path,
        text.error() == EFBIG
            ? fmt::format("has more than {} MiB, the most that is read", kMaxListingBytes >> 20)
            : fmt::format("cannot be read: {}", ReadErrorText(text.error())));
    return;
  }
  const auto added = to_check.tools.AddListing(*text, path);
  if (added && (*added == Listed::kAll || !is_last)) return;
  to_check.readable = false;
  if (added) {
    diagnostics.Unreadable(path, "is one page of a longer list: nextCursor is there",
                           "record all pages and give them in their order, or ask the server "
                           "itself with --server");
    return;
  }
  diagnostics.Unreadable(path, added.error(),
                         "give what the server answered to tools/list, as JSON");
}

// An exit status, if it could not be asked.
std::optional<int> AskServer(const CheckOptions& options, ServerTools& tools) {
  const tl::expected<Listing, int> listing =
      AskForTools(options.server, options.environment, options.timeout_seconds);
  // A policy cannot be held against no tools.
  if (!listing) return listing.error() == kExitNo ? kExitUsage : listing.error();
  for (const ListedTool& tool : listing->tools) {
    const auto added = tools.Add(tool.name, tool.schema, "the server");
    if (added) continue;
    PrintError(QuotingServer("the server " + added.error()));
    return kExitUsage;
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> ReadToolsToCheck(const CheckOptions& options, ToolsToCheck& to_check,
                                    Diagnostics& diagnostics) {
  for (const std::string& path : options.tools) {
    ReadListing(path, &path == &options.tools.back(), to_check, diagnostics);
  }
  if (options.server.empty()) return std::nullopt;
  return AskServer(options, to_check.tools);
}

PolicyInspector InspectorOf(const ToolsToCheck& tools, Diagnostics& diagnostics) {
  if (!tools.readable || tools.tools.tools().empty()) return nullptr;
  return [&tools, &diagnostics](const std::vector<Policy>& policies) {
    CheckTools(policies, tools.tools, diagnostics);
  };
}

}  // namespace writ
