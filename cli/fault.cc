// What is wrong, as people and programs are told.
// Tested by tests/cli/sign.py.
#include "cli/fault.h"

#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/print.h"
#include "vm/json_text.h"

namespace writ {

Fault UnsafeFault(const std::string& path, std::string_view use, const Opening& opening) {
  return {fmt::format("{} is not safe {}: {}", path, use, opening.text),
          fmt::format("{}--insecure-permissions takes it as it is",
                      opening.remedy.empty() ? std::string()
                                             : opening.remedy + " takes that right away; ")};
}

int Refuse(const Fault& fault, bool json) {
  if (json) {
    PrintJson(fmt::format("{{\"ok\":false,\"error\":{},\"hint\":{}}}\n", JsonQuote(fault.message),
                          JsonQuote(fault.hint)));
  } else {
    PrintError(fault.message, fault.hint);
  }
  return kExitUsage;
}

}  // namespace writ
