// Any bytes make a tree that keeps the promises of grammar/ast.h, or an error inside the source.
// Tested by scripts/fuzz.
#include "grammar/parse.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz/require.h"
#include "grammar/ast.h"

namespace {

using writ::cel::Ast;
using writ::cel::Node;
using writ::cel::NodeId;
using writ::fuzz::Require;

void CheckNode(const Ast& ast, NodeId id) {
  const Node& node = ast.node(id);
  Require(node.begin <= node.end && node.end <= ast.source.size(), "a node outside the source");
  Require(node.at >= node.begin && node.at <= node.end, "a caret outside its node");
  Require(node.name < ast.names.size() && node.name2 < ast.names.size(), "a name of nowhere");
  Require(node.kind != writ::cel::Kind::kLiteral || node.literal < ast.literals.size(),
          "a literal of nowhere");
  Require(size_t{node.first_child} + node.child_count <= ast.children.size(),
          "children of nowhere");
  for (uint32_t i = 0; i < node.child_count; ++i) {
    Require(ast.child(node, i) < id, "a child that stands behind its parent");
  }
}

void CheckTree(const Ast& ast) {
  Require(ast.root < ast.nodes.size(), "a root of nowhere");
  Require(ast.nodes.size() <= writ::cel::kMaxNodes, "too many nodes");
  for (NodeId id = 0; id < ast.nodes.size(); ++id) CheckNode(ast, id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  const auto parsed = writ::cel::Parse(source);
  if (parsed.has_value()) {
    Require(parsed->source == source, "a tree of another source");
    CheckTree(*parsed);
  } else {
    Require(parsed.error().at <= size, "an error outside the source");
    Require(!parsed.error().message.empty(), "an error without a message");
  }
  return 0;
}
