// What an expression may name: variables and functions, with their types, and where the values of
// variables are when it runs.
//
// Thread safety: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/type.h"
#include "vm/functions/function.h"
#include "vm/program.h"
#include "vm/value.h"

namespace writ::cel {

inline constexpr uint32_t kNoPresence = UINT32_MAX;

// Who says what a value is: the later ones win where parts of it come from several.
enum class Origin : uint8_t {
  kPolicy,     // literals and constants
  kElsewhere,  // such as the tool's name, labels or the clock
  kCall,       // the call's arguments
};

struct Variable {
  // Where its value is.
  enum class Storage : uint8_t {
    kArguments,  // the root of the needed-path trie: constant paths below it have slots of their
                 // own
    kSlot,       // the slot `index`
    kConstant,   // `constant`
    kBlock,      // what block `index` evaluates to
    kNowhere,    // declared for the checker only
  };
  std::string name;  // may be qualified: "tool.name"
  Type type;
  Storage storage = Storage::kNowhere;
  uint32_t index = 0;
  Value constant;
  // The bool variable that says whether this one has a value, which is what has() of a qualified
  // name is then; kNoPresence: it always has.
  uint32_t presence = kNoPresence;
  // Of kBlock: where its value may stand, as names from the arguments on.
  std::vector<std::vector<std::string>> paths = {};
  // Of kBlock.
  Origin origin = Origin::kCall;
  // What it means in suggestions: false for names that nobody should be pointed to.
  bool suggested = true;
  // Of a map: keys that the author has set down, for suggestions.
  std::vector<std::string> keys = {};
};

// One way to call a function or an operator.
struct Overload {
  std::string function;   // "size", "math.abs", "_+_"
  bool member = false;    // the target is the first parameter
  bool variadic = false;  // one or more of the last parameter
  std::vector<Type> parameters;
  Type result;
  FunctionId id = FunctionId::kType;  // what runs; of operators and declarations: no meaning
  bool runs = true;                   // false: declared for the checker only
};

struct Environment {
  std::string container;  // namespace of names that are not absolute: "a.b" tries a.b.x, a.x, x
  std::vector<Variable> variables;
  // Besides the operators and vm/functions/functions.def.
  std::vector<Overload> declarations;
  // False: types are not checked, and a name that nothing stands for is an error at run time,
  // which logic may absorb.
  bool checked = true;
  // Whether constants are looked into: a malformed constant pattern, duration, timestamp, address,
  // time zone, ... and an index or key that a constant does not have are errors.
  bool check_constants = false;
};

// All operators and functions.
const std::vector<Overload>& StandardOverloads();

}  // namespace writ::cel
