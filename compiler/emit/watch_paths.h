// Which of the arguments that a program reads can decide a call, and which are only watched.
//
// A call that carries a look-alike of a name which the policy reads is denied. A rule in shadow
// mode must not bring such a denial about, and a message is made only when the call is denied
// anyway: the paths that these alone read are marked in the trie, and the rules in shadow mode
// noted with them.
//
// This is found in the code, not in the policy: blocks are shared by rules, and what a rule reads
// through a variable that another rule needed first counts as well. What no instruction of a rule
// in shadow mode, and no message, accounts for can decide.
//
// Tested by tests/compiler/emit/watch_paths_test.cc.
#pragma once

#include "compiler/lower/builder.h"
#include "vm/paths.h"

namespace writ {

// REQUIRES: the program is complete but for its paths, which are the builder's.
void WatchPaths(ProgramBuilder& builder, PathTrieBuilder& trie);

}  // namespace writ
