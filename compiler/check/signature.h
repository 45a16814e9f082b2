// Signatures as the tables write them (vm/functions/functions.def, compiler/check/operators.def):
//
//   size(list(A)) -> int; <string>.size() -> int; math.least(int...) -> int
//
// Tested by tests/compiler/check/overloads_test.cc.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/check/environment.h"

namespace writ::cel {

// The type that `text` names: "list(int)", "map(A, dyn)", "net.IP". A single capital letter is a
// type parameter. Nothing if it is malformed.
std::optional<Type> ParseType(std::string_view text);

// The overloads of signatures separated by "; ". Nothing if one is malformed.
std::optional<std::vector<Overload>> ParseSignatures(std::string_view text);

// "size(list(A))", "<string>.size()": how a function is called, for people.
std::string ShowCall(const Overload& overload);

}  // namespace writ::cel
