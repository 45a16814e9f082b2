// A program as text: constants inlined, jumps as instruction numbers, source positions beside.
//
//   tool "write_file": block 1
//
//   block 1, decision
//       0  CondRegex    args.path ~ "^/safe/"           true 2, false 1   policy.yaml:19:13
//       1  Deny         rule "only below /safe/"                          policy.yaml:16:9
//       2  Chain        block 0
#pragma once

#include <string>

#include "vm/program.h"

namespace writ {

// Any program may be shown, verified or not: what is out of bounds is printed as such.
std::string Disassemble(const Program& program);

// A value as text, JSON where JSON has a form for it. At most `limit` bytes, then "…".
std::string FormatValue(const Value& value, size_t limit = 60);

}  // namespace writ
