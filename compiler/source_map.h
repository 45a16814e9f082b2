// Which parts of policies the instructions of a program are about: for whoever shows what a
// decision saw, or which conditions a suite has reached.
//
// A program that has a source map is compiled plainly: every part of every expression is evaluated
// on its own, in its own rule's code, with nothing fused or shared, and its value is marked, so
// that whoever watches it run (vm/tracer.h) sees it. It decides as the optimised program does,
// unless the budget is spent.
//
//   rule "small charges"           kRule
//   ├─ args.a > 0 && ok(args.b)    kAnd, role kRequire, ordinal 0
//   │  ├─ args.a > 0               kOther
//   │  │  ├─ args.a                kOther
//   │  │  └─ 0                     kLiteral
//   …
//
// SourcePosition::part of an instruction, and of a rule, is an index into SourceMap::parts.
//
//   Move a, a            a mark: register a holds the value of the part, one of an expression
//   Cond…, TestOnlyArgs  the part's outcome is the exit taken: c if it is true, or, `negated`,
//   false Reserve              the part is a quota, which the call is to use up Deny, Shadow, the
//   part is a rule, which denies, or in shadow mode would, or fails there ShadowError
//
// Other instructions have no part, or one that says nothing. Parts without a mark: literals, what
// is always the same (`constant`), and of a path below args (args.a.b) all but its end. A part that
// fails has none, either: Tracer::Raise() tells where the error stands.
//
// Thread safety: plain data. It owns its texts, and shares its sources.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/source.h"
#include "vm/program.h"

namespace writ {

struct SourcePart {
  enum class Form : uint8_t {
    kRule,
    kCondition,      // of a version "1" rule: a path, an operator and a constant
    kOnlyArgs,       // the names that a call may carry
    kQuota,          // what a call uses up
    kAnd,            // children: two or more operands
    kOr,             // likewise
    kNot,            // its one operand
    kConditional,    // condition, value, condition, value, …, else
    kBind,           // values of names, then the body, whose value it has
    kComprehension,  // what it walks, then what is evaluated for each element
    kLiteral,
    kOther,
  };
  // What the root of an expression, or what is as one, is to its rule.
  enum class Role : uint8_t {
    kNone,  // it is part of another part
    kWhen,
    kRequire,
    kForbid,
    kLimit,      // a quota's max,
    kAmount,     // its of
    kKey,        // and its by
    kMessage,    // a piece of the message
    kVariable,   // of a variable: `parent` is none
    kCondition,  // of version "1"
    kOnlyArgs,
    kQuota,
  };

  Form form = Form::kOther;
  Role role = Role::kNone;
  bool negated = false;  // of kCondition
  // Whether anything of the call, the time, or an element of something, is read in it. What does
  // not vary is the same for all calls.
  bool varies = false;
  // Whether it is asked for true or false by what it is in: the root of when, require and forbid,
  // that of a variable which is a bool, the predicate of a comprehension. Of other parts the form
  // of their parent tells: operands of &&, || and !, conditions of ?:.
  bool is_test = false;
  uint32_t ordinal = 0;  // of roots: which one of the list that its role is
  uint32_t parent = kNoPart;
  uint32_t file = 0;  // in SourceMap::sources
  Position begin;
  Position caret;                  // where an error of it is told: its operator, say
  uint32_t length = 1;             // code points from `begin` on, within its line
  std::string text;                // as it is written; of rules and variables the name
  std::string constant;            // what it always is, if that is known
  std::vector<uint32_t> children;  // in the order of the text
};

struct SourceMap {
  std::vector<std::shared_ptr<const Source>> sources;
  std::vector<SourcePart> parts;

  // The rule or the variable that a part belongs to; itself, if it is one.
  uint32_t RootOf(uint32_t part) const {
    while (parts[part].parent != kNoPart) part = parts[part].parent;
    return part;
  }
};

}  // namespace writ
