// One call out of a file: a tools/call request, its params alone, or a suite's step.
//
// Tested by tests/cli/command_line.py.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "proxy/message.h"

namespace writ {

// Why there is no call, and what to give instead.
struct CallFault {
  std::string message;
  std::string hint;
};

// The call as the request that a client would send, so that it is read by the rules of the wire. An
// empty path, or "-", is the standard input.
tl::expected<std::string, CallFault> ReadCallFile(const std::string& path);

// What is wrong with such a request by these rules; none: it has begun its call in the machine.
std::optional<CallFault> FaultOf(const ClientMessage& call);

// Says so on stderr; the exit status for that.
int PrintFault(const CallFault& fault);

}  // namespace writ
