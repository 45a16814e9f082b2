// Says what the YAML parser's errors mean to a person who writes YAML.
#pragma once

#include <yaml-cpp/exceptions.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace writ::yaml {

// What is known of the place where the parser gave up. Offsets are in bytes of `text`.
struct Failure {
  std::string_view text;  // the document
  size_t at = 0;          // where the parser says the error is
  size_t last_node = 0;   // where the last node starts that the parser told of
  size_t block = 0;       // a place before it where no bracket was open, or the outermost bracket
};

struct Explanation {
  size_t offset = 0;
  uint32_t length = 1;
  std::string message;
  std::string hint;
};

// What is wrong, and where else to look if the cause may be another place.
std::vector<Explanation> Explain(const YAML::Exception& error, const Failure& failure);

// For a quote at `offset`.
Explanation ExplainUnclosedQuote(size_t offset);

}  // namespace writ::yaml
