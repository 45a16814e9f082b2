// YAML as a tree that keeps what a policy's diagnostics and safety need: the position of every
// node, the order of members, how each scalar was written.
//
// Built on yaml-cpp's event parser, never on its tree (which loses positions, duplicates and
// depth). What is refused, each with a diagnostic at its place: bytes that are no UTF-8 (an
// optional byte order mark at the start is skipped), control characters other than tab, LF and CR,
// a CR that is not before an LF and other characters that end a line for some readers only, text
// over kMaxYamlBytes, nesting over kMaxYamlDepth and more than kMaxYamlNodes nodes, both once
// aliases are expanded, a mapping with the same key twice, a key that is left out or is no scalar,
// an alias without or inside its own anchor, a merge key whose value is no mapping (or list of
// mappings), more than one document, an empty document, tabs used as indentation, tags that are not
// of YAML's core schema or do not fit, and what the parser takes though YAML does not: a quote that
// never closes, a key without its colon, a value that is not indented, an entry left out of [].
//
// Scalars resolve as Go's yaml.v3 does (compiler/yaml/scalar.h), since policies of version "1" were
// written for it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/source.h"

namespace writ::yaml {

inline constexpr size_t kMaxYamlBytes = 16u << 20;
inline constexpr uint32_t kMaxYamlDepth = 100;
inline constexpr size_t kMaxYamlNodes = 2'000'000;

enum class Kind : uint8_t { kScalar, kSequence, kMapping };

struct Node;

struct Member {
  const Node* key;
  const Node* value;
};

struct Node {
  Kind kind = Kind::kScalar;
  // How a scalar was written. kPlain: unquoted. kLiteral is `|`, kFolded `>`; yaml-cpp's events do
  // not tell these from quotes, so the reader looks at the source.
  enum class Style : uint8_t { kPlain, kQuoted, kLiteral, kFolded } style = Style::kPlain;
  // First character: of a scalar (its quote), of the first key, of the first `-`, of `[` or `{`.
  // Of a null that nothing stands for: its key, or the `-` of its entry.
  Position at;
  uint32_t length = 1;  // code points to underline, within the first line
  uint32_t offset = 0;  // the byte of the source that is at `at`
  std::string tag;      // "" or "!!str", "!!int", …: a tag that was written, in the short form
  std::string text;     // the scalar's value, unescaped
  std::vector<const Node*> items;  // of a sequence
  std::vector<Member> members;     // of a mapping, in source order, merge keys already applied
                                   // (merged members stand after the mapping's own)

  // The value of the member with that key (compared with the key's text), or null.
  const Node* Find(std::string_view key) const;
};

// A scalar's meaning. std::monostate is null. An integer is int64_t where it fits, else uint64_t
// where it fits, else double.
using Scalar = std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string>;

// REQUIRES: node.kind == Kind::kScalar. A quoted scalar, or one tagged !!str, is a string.
Scalar Resolve(const Node& node);

inline bool IsNull(const Node& node) {
  return node.kind == Kind::kScalar && std::holds_alternative<std::monostate>(Resolve(node));
}

// Owns its nodes. Aliased nodes are shared, not copied.
class Document {
 public:
  const Node* root() const { return root_; }
  Node* NewNode();
  void set_root(const Node* root) { root_ = root; }

 private:
  std::deque<Node> nodes_;
  const Node* root_ = nullptr;
};

// Reads one document. All that could be found wrong is in `diagnostics`. Null if there is no whole
// tree; else the tree, in spite of errors such as a duplicate key, so that what else is wrong can
// be said too. Callers look for errors before they use it for anything but that.
std::unique_ptr<Document> Parse(std::shared_ptr<const Source> source, Diagnostics& diagnostics);

}  // namespace writ::yaml
