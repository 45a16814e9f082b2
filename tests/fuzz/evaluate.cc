// All engines say the same of an expression, checked or not. Input that starts with a byte 0 is a
// seed: the expression is one that tests/exhaustive/ generates from it.
// Tested by scripts/fuzz; what it found is in tests/exhaustive/found.txt.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "compiler/check/check.h"
#include "exhaustive/random_expression.h"
#include "exhaustive/world.h"
#include "fuzz/require.h"
#include "grammar/parse.h"
#include "oracle/agree.h"

namespace {

void Evaluate(const std::string& text, writ::exhaustive::World& world) {
  auto ast = writ::cel::Parse(text);
  if (!ast.has_value()) return;
  const writ::cel::CheckResult checked = writ::cel::Check(std::move(*ast), world.environment);
  if (!checked.ok()) return;
  const auto said =
      writ::oracle::Disagreement(checked.expression, world.environment, world.bindings, world.now);
  writ::fuzz::Require(!said.has_value(), text + "\n" + said.value_or(""));
}

std::string Generated(const uint8_t* data, size_t size, const writ::cel::Environment& names) {
  uint64_t seed = 0;
  std::memcpy(&seed, data, size < sizeof seed ? size : sizeof seed);
  return writ::exhaustive::Generator(seed, names, 20).Expression();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static writ::exhaustive::World checked(true);
  static writ::exhaustive::World unchecked(false);
  const bool generate = size > 0 && data[0] == 0;
  const std::string text = generate ? Generated(data + 1, size - 1, checked.environment)
                                    : std::string(reinterpret_cast<const char*>(data), size);
  Evaluate(text, checked);
  Evaluate(text, unchecked);
  return 0;
}
