// The names below the arguments that an expression looks up, however it is written: plain, behind
// `.?` and `[?"name"]`, with `in`, and behind cel.bind and the like.
//
//   args.?a.b.orValue(1)         args.a.b
//   "b" in args.a                args.a.b
//   (has(args.a) ? args.a : args).b   args.a.b, args.b
//   args.list[0].b, args.list.all(x, x.b == 1)   nothing below args.list
//
// A name that is looked up where a value has been read already has no slot that code would read.
// It is put into the needed-path trie all the same, so that what looks like it is seen.
//
// Tested by tests/compiler/lower/argument_paths_test.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/environment.h"
#include "vm/value.h"

namespace writ::cel {

// Names from the arguments on; empty: the arguments themselves.
using ArgumentPath = std::vector<std::string>;

// How many names one expression may look up in this way, in all places together, each counted with
// those before it, and long ones several times.
inline constexpr size_t kMaxNamesOfAnExpression = 100'000;
inline size_t CountOfName(std::string_view name) {
  return 1 + name.size() / 64;
}

struct ArgumentPaths {
  // Whether it looks up more names than it may; what was found is not here then.
  bool too_many = false;

  // Where the expression's own value may stand.
  std::vector<ArgumentPath> value;
  // What it looks up, but for the paths that lowering gives slots anyway: plain selections, the
  // last of which may be optional or has(). Those only that no other begins with.
  std::vector<ArgumentPath> named;
};

// Of the expression below `root`. `known` as in LowerTarget, or null. Of a value that may stand at
// more than 16 paths, by conditionals, the first 16 count; paths of more than 250 names do not.
ArgumentPaths FindArgumentPaths(const Checked& expression, const Environment& environment,
                                const std::vector<Value>* known, NodeId root);

// The text of a node that is a known string.
std::optional<std::string> ConstantText(const Checked& expression, const std::vector<Value>* known,
                                        NodeId id);

}  // namespace writ::cel
