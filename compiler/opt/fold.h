// Constant folding: what an expression's parts evaluate to, where no call can change it.
//
//   args.size <= 2 * data.limits.size    ->  2 * data.limits.size is 2000
//   args.name in ["a", "b"]              ->  the list is a constant, indexed by its elements
//
// A part is evaluated by compiling and running it, so that folding cannot disagree with the
// machine. One that ends in an error, or takes long, stays where it is, as do those beyond the
// first thousand of an expression.
//
// Keys that are text, in args[…] and … in args, are known however many there are, cel.bind()
// included, unless a macro makes them: what is looked up by them is watched for look-alikes.
//
// Tested by tests/compiler/opt/fold_test.cc.
#pragma once

#include <vector>

#include "compiler/check/check.h"
#include "vm/arena.h"
#include "vm/value.h"

namespace writ::cel {

// By node; absent where nothing is known (and for literals, which say it themselves). Values live
// in `pool`, or where the environment's constants do.
std::vector<Value> Fold(const Checked& expression, const Environment& environment, Arena& pool);

// What the whole expression evaluates to, or absent. `known` is Fold()'s; what is copied is copied
// to `pool`.
Value ValueIfKnown(const Checked& expression, const std::vector<Value>& known, Arena& pool);

}  // namespace writ::cel
