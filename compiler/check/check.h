// Names and types of an expression: what each name stands for, which function each call means, the
// type of every node, and what is wrong with it.
//
// Follows the language definition, "Name resolution" and "Gradual type checking".
//
// Tested by tests/compiler/check/check_test.cc, tests/policies/ and the conformance cases.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/environment.h"
#include "compiler/diagnostic.h"
#include "grammar/ast.h"

namespace writ::cel {

struct KnownNames;

// What a node stands for, where that is more than its own kind says.
struct Reference {
  enum class Kind : uint8_t {
    kNone,
    kVariable,  // the node (an identifier, a selection "a.b.c" of which all is the name, or has()
                // of one, which is another variable) is environment.variables[index]
    kLocal,     // a variable of the comprehension, bind or block node `index`: for comprehensions
                // its name (which = 0) or name2 (1); for a block, element `which`
    kType,      // a type's name: a value of CEL type `type`; the name is in `text`
    kFunction,  // a call of function `index` (FunctionId); `text` is its whole name
    kUnknown,   // nothing: an error at run time (unchecked mode), also for calls
  };
  Kind kind = Kind::kNone;
  // Of a call: its target is no value but a part of the function's name ("math" of math.abs(x)).
  bool target_is_namespace = false;
  uint32_t index = 0;
  uint32_t which = 0;
  std::string text;
};

struct Problem {
  Severity severity = Severity::kError;
  uint32_t at = 0;  // byte of the source
  uint32_t length = 1;
  std::string message;
  std::string hint;
  std::optional<DiagnosticCode> code = std::nullopt;  // none: that of the stage
};

// Of one expression; those after it are not said.
inline constexpr size_t kMaxProblems = 50;

// What the constant patterns of an expression, and those of a policy, may compile to together, in
// RE2's instructions. A usual pattern has a few dozens; [\pL]{100} has 60,000, and each takes time
// whenever it is compiled.
inline constexpr size_t kMaxPatternInstructions = 2'000'000;

// An expression whose names are known. Types are what the author may rely on, not what the machine
// may: null passes for timestamps, durations and abstract types, as in cel-go.
struct Checked {
  Ast ast;
  std::vector<Reference> references;  // by node
  std::vector<Type> types;            // by node; in unchecked mode all dyn
  size_t pattern_instructions = 0;    // of its constant patterns, together
  const Type& type() const { return types[ast.root]; }
};

struct CheckResult {
  Checked expression;             // use it only if there is no error
  std::vector<Problem> problems;  // by position; all that could be found, not only the first
  bool ok() const;
};

// For many expressions of one environment. Thread safe.
class Checker {
 public:
  // REQUIRES: the environment outlives the checker and does not change.
  explicit Checker(const Environment& environment);
  ~Checker();
  Checker(const Checker&) = delete;
  Checker& operator=(const Checker&) = delete;

  CheckResult Check(Ast ast) const;

 private:
  std::unique_ptr<const KnownNames> names_;
};

CheckResult Check(Ast ast, const Environment& environment);

// What is known of a text variable besides its type, such as which tools a rule is for.
struct KnownText {
  uint32_t variable = UINT32_MAX;   // of the environment
  std::vector<std::string> values;  // if not empty: it is one of these
  // Why it cannot be that text; empty if it can.
  std::function<std::string(std::string_view)> why_not;
};

// A warning that is none if something is said elsewhere: a guard anywhere in the policy, or the
// same test with its operands swapped anywhere in the rule.
struct Warning {
  Problem problem;
  std::string unless;               // one of Guards(); empty: nothing
  std::string unless_in_rule = {};  // one of TextTests(); empty: nothing
};

// What is allowed but hardly meant: conditions that can never be true or never be false, numbers
// of JSON times a double, what may be missing read as if it were always there. For expressions
// without errors; by position.
std::vector<Warning> FindWarnings(const Checked& expression, const Environment& environment,
                                  const KnownText& known = {});

// What an expression asks before reading it, in one spelling: "has(args.x)" for has(args.x),
// args.?x and "x" in args, "args.x in data.m" for a key of a map, "args.?x.hasValue()".
std::vector<std::string> Guards(const Checked& expression);

// What an expression tests by which text, pattern, folder or domain, in one spelling.
std::vector<std::string> TextTests(const Checked& expression);

// Says why an expression of that type cannot stand where `wanted` is needed (dyn can), or nothing.
std::string WrongType(const Type& type, const Type& wanted);

}  // namespace writ::cel
