// A decision as JSON, the same for every command.
#pragma once

#include <string>

#include "proxy/judge.h"

namespace writ {

// {"verdict","code","rule":{"name","file","line","column"}|null,"message",
//  "error":{"text","line","column"}|null,
//  "quotas":[{"counter","key","amount","limit","window"}],
//  "shadow":[{"rule","verdict","code","message","error"}],"program"}, on one line. `key` is null
// where nothing is counted apart; amounts and limits are decimals.
std::string DecisionJson(const VerifiedProgram& program, const Judgement& judgement);

}  // namespace writ
