// A tree as text, for comparing.
//
//   a.b[0] && !c(1u)   (&& (index (. a b) 0) (! (c 1u)))
#pragma once

#include <gtest/gtest.h>

#include <charconv>
#include <initializer_list>
#include <string>
#include <string_view>

#include "grammar/ast.h"
#include "grammar/parse.h"

namespace writ::cel {

inline std::string PrintText(std::string_view text) {
  std::string shown = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\') {
      shown += c;
    } else {
      shown += {'\\', 'x', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    }
  }
  return shown + '"';
}

struct LiteralPrinter {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(uint64_t value) const { return std::to_string(value) + "u"; }
  std::string operator()(double value) const {
    char digits[64];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
    std::string text(std::begin(digits), end);
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  std::string operator()(const std::string& value) const { return PrintText(value); }
  std::string operator()(const Bytes& value) const { return "b" + PrintText(value.value); }
};

inline std::string PrintLiteral(const Literal& literal) {
  return std::visit(LiteralPrinter(), literal);
}

inline std::string_view PrintOperator(Operator op) {
  constexpr std::string_view kTexts[] = {
      "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in"};
  return kTexts[static_cast<size_t>(op)];
}

inline std::string_view PrintMacro(Macro macro) {
  constexpr std::string_view kTexts[] = {"none",          "all",          "exists",
                                         "exists_one",    "map",          "filter",
                                         "transformList", "transformMap", "transformMapEntry",
                                         "sortBy",        "optMap",       "optFlatMap"};
  return kTexts[static_cast<size_t>(macro)];
}

// What stands before the children.
inline std::string PrintHead(const Ast& ast, const Node& node) {
  const std::string dot = node.absolute ? "." : "";
  switch (node.kind) {
    case Kind::kLiteral: return PrintLiteral(ast.literal(node));
    case Kind::kIdent: return dot + ast.name(node);
    case Kind::kSelect: return node.optional ? ".?" : ".";
    case Kind::kHas: return "has";
    case Kind::kIndex: return node.optional ? "index?" : "index";
    case Kind::kCall: return (node.member ? "<>" : "") + dot + ast.name(node);
    case Kind::kNot: return "!";
    case Kind::kNegate: return "neg";
    case Kind::kBinary: return std::string(PrintOperator(node.op));
    case Kind::kAnd: return "&&";
    case Kind::kOr: return "||";
    case Kind::kConditional: return "?:";
    case Kind::kList: return "list";
    case Kind::kMap: return "map";
    case Kind::kMessage: return "message " + dot + ast.name(node);
    case Kind::kComprehension:
      return std::string(PrintMacro(node.macro)) + " " + ast.name(node) +
             (node.name2 != 0 ? " " + ast.name2(node) : "");
    case Kind::kBind: return "bind " + ast.name(node);
    case Kind::kBlock: return "block";
  }
  return "?";
}

inline std::string Print(const Ast& ast, NodeId id) {
  const Node& node = ast.node(id);
  std::string text = node.optional_entry ? "?" : "";
  if (node.kind == Kind::kLiteral || node.kind == Kind::kIdent) return text + PrintHead(ast, node);
  text += "(" + PrintHead(ast, node);
  for (uint32_t i = 0; i < node.child_count; ++i) text += " " + Print(ast, ast.child(node, i));
  if (node.kind == Kind::kSelect || node.kind == Kind::kHas) text += " " + ast.name(node);
  return text + ")";
}

// The tree, or "offset+length: message".
inline std::string PrintParsed(std::string_view source) {
  const auto ast = Parse(source);
  if (ast) return Print(*ast, ast->root);
  return std::to_string(ast.error().at) + "+" + std::to_string(ast.error().length) + ": " +
         ast.error().message;
}

// A row of a test's table.
struct ParsedTree {
  const char* source;
  const char* tree;
};

inline void CheckTrees(std::initializer_list<ParsedTree> trees) {
  for (const ParsedTree& row : trees) EXPECT_EQ(PrintParsed(row.source), row.tree) << row.source;
}

}  // namespace writ::cel
