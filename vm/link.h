// Several programs that were compiled apart, as one: bundles, and policies in YAML beside them.
//
//   tool "pay" ── part 0: block 3 … Next 0 ──> part 1: block 9 … Next 1 ──> part 2: … Pass
//              └─ root ──> needed-path trie of all parts ──> slots ── copied ──> slots of part 1
//
// What the parts would decide of a call one after the other is what it decides, with one scan of
// the call, one budget and one step in which what they count is reserved: the same as if their
// policies had been compiled together.
//
// No part can make the others decide anything else than they would by themselves: each keeps its
// own constants, rules, blocks and slots. All they share is where values of a call come from, so a
// part whose tables say that one slot has values from two places is refused.
//
// Tested by tests/vm/link_test.cc and tests/compiler/link_test.cc.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "vm/verify.h"

namespace writ {

struct LinkPart {
  std::shared_ptr<const VerifiedProgram> program;
  std::string path;  // of the bundle; empty: its policies' files are what there is
};

// Why programs cannot be linked.
struct LinkFault {
  std::string file;  // that it is said of: a bundle or a policy
  std::string text;  // a sentence without a point
  std::string hint;  // what to do about it, or empty
};

// One program that judges each call by each part in order; all must allow. It is to be verified
// like any other. Its digest is the SHA-256 of the parts' digests, 32 bytes each, in order; empty
// if one of them has none. It keeps alive what its constants point into; the parts may go.
// REQUIRES: at least two parts.
tl::expected<Program, LinkFault> Link(const std::vector<LinkPart>& parts);

}  // namespace writ
