// The lines writ answers itself, in the shape the request calls for.
//
// Tested by tests/proxy/answer_test.cc.
#pragma once

#include <string>
#include <string_view>

#include "proxy/judge.h"
#include "proxy/message.h"

namespace writ {

inline constexpr std::string_view kDenialPrefix = "[WRIT POLICY DENIED] ";

// Appends `{"jsonrpc":"2.0","id":…,"error":{"code":…,"message":…}}`. `raw_id` is echoed as it came.
void AppendError(std::string_view raw_id, int code, std::string_view message, std::string& out);

// Appends the answer to a denied tools/call: a result with isError that agents are shown; a
// JSON-RPC error if the call asked for a task, since clients expect nothing else there. In
// revisions without a handshake every result says that it is complete.
void AppendDenial(const ClientMessage& call, const Judgement& judgement,
                  const VerifiedProgram& program, std::string_view prefix, std::string& out);

}  // namespace writ
