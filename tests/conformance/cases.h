// Conformance cases as JSON files have them (arrays of objects with expr, bindings, expected, …):
// read into what the parser, the checker and the engines take.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "compiler/check/environment.h"
#include "oracle/evaluate.h"
#include "vm/arena.h"
#include "vm/value.h"

namespace writ::conformance {

struct Case {
  std::string name;  // "file/section/name"
  std::string expression;
  bool disable_macros = false;
  bool check_only = false;
  cel::Environment environment;  // checked, unless the case asks for the other
  oracle::Bindings bindings;
  enum class Expected : uint8_t { kValue, kError, kAnything };
  Expected expected = Expected::kAnything;
  Value value;                              // of kValue
  std::optional<std::string> deduced_type;  // as Type::ToString() writes it
};

// All cases of all *.json files in the folder, files by name, or why it cannot be read. Values live
// in `arena`.
tl::expected<std::vector<Case>, std::string> ReadFolder(const std::filesystem::path& folder,
                                                        Arena& arena);

// A value as the cases write it: {"int": "1"}, {"list": [...]}. Lives in `arena`. Throws
// std::exception where the text is something else.
Value ReadValue(std::string_view json, Arena& arena);

// A type as the cases write it: "list(int)", "param(T)", "optional_type(dyn)"; nothing if it is
// malformed.
std::optional<cel::Type> ReadType(std::string_view text);

}  // namespace writ::conformance
