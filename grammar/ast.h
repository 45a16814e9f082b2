// The tree of a CEL expression, macros already expanded into nodes of their own.
//
// Nodes live in one array and name each other by index, so that a tree of any shape is freed
// without recursion. Children stand before their parents. What authors write as long chains does
// not make a deep tree, or makes one whose depth is on its spine:
//
//   a && b && c      one kAnd with three children (parentheses around a part change nothing)
//   c1 ? a : c2 ? b : d   one kConditional with five
//   !!!x             at most two kNot
//   a.b[0].c(x) + d  kSelect, kIndex, kCall and kBinary: each is the first child of the next.
//                    Passes walk this spine in a loop (Spine()) and recurse into other children
//                    only, whose nesting the parser limits to kMaxDepth.
//
// Thread safety: plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace writ::cel {

using NodeId = uint32_t;
inline constexpr NodeId kNoNode = UINT32_MAX;

// Of a source, of one tree, and of nesting other than along a spine.
inline constexpr size_t kMaxExpressionBytes = 64u << 10;
inline constexpr size_t kMaxNodes = 32u << 10;
inline constexpr uint32_t kMaxDepth = 250;

enum class Kind : uint8_t {
  kLiteral,
  kIdent,          // name; absolute if it was written with a leading dot
  kSelect,         // [operand].name; optional: .?name
  kHas,            // has([operand].name)
  kIndex,          // [operand][key]; optional: [?key]
  kCall,           // name(args...), or member: [target].name(args...)
  kNot,            // ![operand]
  kNegate,         // -[operand]; of a literal number it is already the literal
  kBinary,         // [left] op [right]
  kAnd,            // two or more
  kOr,             // two or more
  kConditional,    // [condition, value, condition, value, ..., else]
  kList,           // elements; those marked optional_entry: [?e]
  kMap,            // [key, value, key, value, ...]; keys marked optional_entry: {?k: v}
  kMessage,        // name{field: value, ...}: values only; writ has no messages
  kComprehension,  // see Macro
  kBind,           // cel.bind(name, [value], [body]): value is evaluated at most once, if used
  kBlock,  // cel.block([e0, e1, ...], [body]): children e0, e1, ..., body; e_i is visible in
           // those after it as the identifier "@index<i>"
};

enum class Operator : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
};

// Which comprehension. Children: [range, body], [range, filter, transform] where said. Variables:
// `name`, and `name2` for the forms with two (list: index, element; map: key, value).
enum class Macro : uint8_t {
  kNone,
  kAll,                // errors absorb as in &&
  kExists,             // errors absorb as in ||
  kExistsOne,          // also existsOne
  kMap,                // [range, transform] or [range, filter, transform]
  kFilter,             // [range, filter]; the result is a list, of keys for a map
  kTransformList,      // [range, transform] or [range, filter, transform]
  kTransformMap,       // likewise; the result is a map with the range's keys or indices
  kTransformMapEntry,  // likewise; the transform is a map, whose entries are added
  kSortBy,             // [range, key]: range.sortBy(name, key)
  kOptMap,             // [optional, transform]: optional.optMap(name, transform)
  kOptFlatMap,         // likewise; the transform is an optional itself
};

struct Bytes {
  std::string value;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};

// std::monostate is null. Text is UTF-8, unescaped.
using Literal = std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, Bytes>;

struct Node {
  Kind kind = Kind::kLiteral;
  Operator op = Operator::kAdd;  // of kBinary
  Macro macro = Macro::kNone;    // of kComprehension
  bool absolute = false;         // of kIdent, kMessage: written with a leading dot
  bool member = false;           // of kCall: the first child is the target
  bool optional = false;         // of kSelect, kIndex
  bool optional_entry = false;   // this element, or the entry with this key, may be left out
  // Bytes of the source: the whole of it, and where a caret belongs (the operator, the name of a
  // call or field, the first byte of anything else) with how much to underline.
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t at = 0;
  uint32_t at_length = 1;
  uint32_t first_child = 0;  // in Ast::children
  uint32_t child_count = 0;
  uint32_t name = 0;     // in Ast::names; 0 is the empty name
  uint32_t name2 = 0;    // likewise
  uint32_t literal = 0;  // in Ast::literals
};

struct Ast {
  std::string source;
  std::vector<Node> nodes;
  std::vector<NodeId> children;
  std::vector<std::string> names = {""};
  std::vector<Literal> literals;
  NodeId root = kNoNode;

  const Node& node(NodeId id) const { return nodes[id]; }
  NodeId child(const Node& of, uint32_t i) const { return children[of.first_child + i]; }
  const std::string& name(const Node& of) const { return names[of.name]; }
  const std::string& name2(const Node& of) const { return names[of.name2]; }
  const Literal& literal(const Node& of) const { return literals[of.literal]; }
  std::string_view text(const Node& of) const {
    return std::string_view(source).substr(of.begin, of.end - of.begin);
  }
};

// Whether the first child of such a node continues a chain: the depth of first children is not
// limited by kMaxDepth.
bool OnSpine(const Node& node);

// From the innermost first child that is no longer on a spine, outwards to `node` itself: at least
// `node`. Passes handle the first entry's children (if it has any) as a tree of its own, then each
// next entry with its first child done.
//
//   a.b + c   ->  a, a.b, a.b + c
std::vector<NodeId> Spine(const Ast& ast, NodeId node);

}  // namespace writ::cel
