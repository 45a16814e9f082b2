// Where the text of an expression stands in its file: through YAML's quotes, escapes, folding and
// indentation, so that a caret stands under the very character that is meant.
//
// The YAML reader gives a scalar's value and where the scalar starts. How each byte of the value
// came about is found by reading the scalar's source once more, next to its value. Should that ever
// disagree with the value, every byte stands where the scalar starts: never at a wrong place.
//
// Tested by tests/compiler/load/expression_source_test.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/source.h"
#include "compiler/yaml/yaml.h"

namespace writ {

// Cheap to copy. Thread safety: immutable.
class ExpressionSource {
 public:
  ExpressionSource() = default;

  // Of a scalar's text. REQUIRES: `node` is a scalar of `source`.
  ExpressionSource(std::shared_ptr<const Source> source, const yaml::Node& node);

  // Of `size` bytes of the text from `begin` on: an expression inside a message.
  ExpressionSource Part(uint32_t begin, uint32_t size) const;

  const std::shared_ptr<const Source>& source() const { return source_; }

  // Where the byte `at` of the text stands. What is behind the last character that is no blank, as
  // the end of the text is, stands directly behind that character.
  Position At(uint32_t at) const;

  // How many code points of the file to underline for `length` bytes from `at` on: within one line,
  // at least 1.
  uint32_t Underline(uint32_t at, uint32_t length) const;

  // The byte of the file behind the last character that is no blank. REQUIRES: is_exact().
  size_t OffsetBehind() const { return OffsetOf(UINT32_MAX); }

  // Whether positions are those of characters rather than of the whole scalar.
  bool is_exact() const { return runs_ != nullptr; }

 private:
  // Bytes of the text from `text` up to the next run stand in the file one after the other, from
  // `file` on.
  struct Run {
    uint32_t text;
    uint32_t file;
  };
  class Reader;

  uint32_t OffsetOf(uint32_t at) const;

  std::shared_ptr<const Source> source_;
  std::shared_ptr<const std::vector<Run>> runs_;
  Position fallback_;  // the scalar's own place
  uint32_t fallback_length_ = 1;
  uint32_t begin_ = 0;  // of this part, in the text that the runs tell of
  uint32_t end_ = 0;    // behind its last character that is no blank
};

}  // namespace writ
