// YAML values as values of a program.
#pragma once

#include "compiler/yaml/yaml.h"
#include "vm/arena.h"
#include "vm/value.h"

namespace writ {

// The value of a node, built in `arena`; nothing of it points into the document. A null pointer is
// null, as a member without a value is. Keys of mappings become text.
Value ToValue(const yaml::Node* node, Arena& arena);

}  // namespace writ
