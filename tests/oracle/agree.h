// Whether all engines say the same of an expression.
#pragma once

#include <optional>
#include <string>

#include "compiler/check/check.h"
#include "compiler/check/environment.h"
#include "oracle/engines.h"
#include "oracle/evaluate.h"

namespace writ::oracle {

// What the engines say, one a line, if they do not all give the same value, or all fail at the same
// place of the source. Which error it is may differ. An engine that ran out of budget, or whose
// limits the expression exceeds, says nothing: each counts in its own way.
std::optional<std::string> Disagreement(const cel::Checked& expression,
                                        const cel::Environment& environment,
                                        const Bindings& bindings, const Value& now);

}  // namespace writ::oracle
