// Where the text of an expression stands in its file: through YAML's quotes, escapes, folding and
// indentation, so that a caret stands under the very character that is meant.
//
// The YAML reader gives a scalar's value and where the scalar starts. How each byte of the value
// came about is found by reading the scalar's source once more, next to its value. Should that ever
// disagree with the value, every byte stands where the scalar starts: never at a wrong place.
//
// Tested by tests/compiler/expression_source_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/source.h"
#include "compiler/yaml.h"

namespace writ {

// Thread safety: immutable.
class ExpressionSource {
 public:
  ExpressionSource() = default;

  // Of a scalar's text. REQUIRES: `node` is a scalar of `source`.
  ExpressionSource(std::shared_ptr<const Source> source, const yaml::Node& node);

  // Of `size` bytes of the text, from `begin` on: an expression inside a message.
  ExpressionSource Part(uint32_t begin, uint32_t size) const;

  const std::shared_ptr<const Source>& source() const { return source_; }

  // Where the byte `at` of the text stands; behind its last character for the text's size and
  // beyond.
  Position At(uint32_t at) const;

  // How many code points of the file to underline for `length` bytes from `at` on: within one line,
  // at least 1.
  uint32_t Underline(uint32_t at, uint32_t length) const;

  // Whether the positions are those of characters, not of the whole scalar.
  bool is_exact() const { return exact_; }

 private:
  // Bytes of the text from `text` to the next run stand in the file one after the other, from
  // `file` on.
  struct Run {
    uint32_t text;
    uint32_t file;
  };

  size_t OffsetOf(uint32_t at) const;

  std::shared_ptr<const Source> source_;
  std::vector<Run> runs_;  // empty if not exact
  Position fallback_;      // the scalar's own place
  uint32_t fallback_length_ = 1;
  uint32_t begin_ = 0;  // of the part, in the text that `runs_` tells of
  uint32_t size_ = 0;
  bool exact_ = false;
};

}  // namespace writ
