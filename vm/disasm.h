// A program as text: constants inlined, jumps as instruction numbers, source positions beside.
//
//   tool "write_file": block 1
//
//   block 1, decision
//       0  CondRegex    args.path ~ "^/safe/"           true 2, false 1   policy.yaml:19:13
//       1  Deny         rule "only below /safe/"                          policy.yaml:16:9
//       2  Chain        block 0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "vm/program.h"

namespace writ {

// Any program may be shown, verified or not: what is out of bounds is printed as such.
std::string Disassemble(const Program& program);

// The text of a line of one of Program::files, or null where that is not at hand.
using SourceLines = std::function<std::optional<std::string>(uint32_t file, uint32_t line)>;

// The same with the source: each line of it above the first instruction of a rule that stands for
// it, the one with the rule's name first,
//
//        ; 16        - name: "only below /safe/"
//
// and where a line is not at hand the text that debug data has of it, behind the position.
std::string Disassemble(const Program& program, const SourceLines& lines);

// A value as text, JSON where JSON has a form for it. At most `limit` bytes, then "…".
std::string FormatValue(const Value& value, size_t limit = 60);

}  // namespace writ
