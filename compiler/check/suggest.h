// What an author who wrote an unknown name may have meant.
//
// Tested by tests/compiler/check/check_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/known_names.h"

namespace writ::cel {

// For a first name that stands for one of the policy's own, whose prefix was left out: "total" for
// variables.total, and "totl" unless it is as near to another name. Goes before every other
// suggestion: what the author has set down must not become what the caller says. `rest` and
// `locals` are as below. May be empty.
std::string SuggestOwnName(const KnownNames& names, std::string_view name, std::string_view rest,
                           const std::vector<std::string_view>& locals);

// For the first name of a chain. `rest` is what follows it in the chain, without the dot; `locals`
// are those in scope. May be empty.
std::string SuggestName(const KnownNames& names, std::string_view name, std::string_view rest,
                        const std::vector<std::string_view>& locals);

// For "prefix.part", where variables start with `prefix.` but none is named so.
std::string SuggestQualified(const KnownNames& names, std::string_view prefix,
                             std::string_view part);

// For a call: `name` is the whole name of a global one ("math.abs"), or a member's.
std::string SuggestFunction(const KnownNames& names, std::string_view name);

// The function called on a value whose name is near, or what other languages call so; may be empty.
std::string NearestMember(const KnownNames& names, std::string_view name);

// Functions of any namespace whose last part is the name: path.within for "within".
std::string SuggestNamespaced(const KnownNames& names, std::string_view name);

// The function that reads the part of a timestamp called so: getFullYear for "year".
std::string SuggestPartOfTime(std::string_view field);

}  // namespace writ::cel
