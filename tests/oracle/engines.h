// Every way to evaluate an expression, behind one interface, so that tests can hold each against
// the others.
//
// Thread safety: none needed; each evaluation stands for itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/check.h"
#include "compiler/environment.h"
#include "oracle/evaluate.h"
#include "vm/arena.h"
#include "vm/value.h"

namespace writ::oracle {

enum class Engine : uint8_t {
  kOracle,  // walks the tree
};

inline constexpr Engine kEngines[] = {Engine::kOracle};

std::string_view Name(Engine engine);
std::optional<Engine> EngineNamed(std::string_view name);

struct Result {
  Value value;
  uint32_t at = 0;  // of an error: the byte of the source where a caret belongs
};

// One expression, ready to be evaluated by one engine any number of times.
class Subject {
 public:
  // Both must outlive the subject. REQUIRES: variables are constants, or stored in slots of the
  // same numbers.
  Subject(Engine engine, const cel::Checked& expression, const cel::Environment& environment);

  // As oracle::Evaluate. The value is good until the next call, and as long as `arena`.
  Result Run(const Bindings& bindings, const Value& now, Arena& arena);

 private:
  Engine engine_;
  const cel::Checked& expression_;
  const cel::Environment& environment_;
};

}  // namespace writ::oracle
