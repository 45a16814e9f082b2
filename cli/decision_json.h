// A decision as JSON, the same for every command.
#pragma once

#include <string>

#include "proxy/judge.h"

namespace writ {

// {"verdict","code","rule":{"name","file","line","column"}|null,"message",
//  "error":{"text","line","column"}|null,"quotas":[{"counter","amount","limit","window"}],
//  "shadow":[],"program"}, on one line.
std::string DecisionJson(const VerifiedProgram& program, const Judgement& judgement);

}  // namespace writ
