// What an environment lets an expression name, ready to be looked up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/environment.h"
#include "compiler/check/name_tree.h"
#include "compiler/check/overloads.h"
#include "vm/value.h"

namespace writ::cel {

// A type whose name is a value.
struct NamedType {
  std::string_view name;
  Type type;
};
const std::vector<NamedType>& NamedTypes();
// Their names; items are indices of NamedTypes().
const NameTree& TypeNames();

struct KnownNames {
  explicit KnownNames(const Environment& from);

  // What a.b.c is, by its parts, where the environment's constants say so: a failure if they say
  // that there is no such key, absent if it is none of them.
  Value ConstantAt(const std::vector<std::string_view>& parts) const;

  const Environment& environment;
  OverloadTable overloads;
  NameTree variables;                   // items are indices of environment.variables
  std::vector<std::string> containers;  // "a.b", "a", "": where names that are not absolute are
                                        // looked for, in this order
};

}  // namespace writ::cel
