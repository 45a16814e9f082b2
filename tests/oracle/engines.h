// Every way to evaluate an expression, behind one interface, so that tests can hold each against
// the others.
//
// Thread safety: none needed; each evaluation stands for itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/environment.h"
#include "oracle/evaluate.h"
#include "vm/arena.h"
#include "vm/machine.h"
#include "vm/value.h"

namespace writ::oracle {

enum class Engine : uint8_t {
  kOracle,     // walks the tree
  kPlain,      // bytecode as the expression stands
  kOptimised,  // bytecode with everything that is done to make it fast
};

inline constexpr Engine kEngines[] = {Engine::kOracle, Engine::kPlain, Engine::kOptimised};

std::string_view Name(Engine engine);
std::optional<Engine> EngineNamed(std::string_view name);

struct Result {
  Value value;
  uint32_t at = 0;  // of an error: the byte of the source where a caret belongs
  // Why the compiler refuses the expression; empty if it does not. There is no value then.
  std::string refused = {};
};

// One expression, ready to be evaluated by one engine any number of times.
class Subject {
 public:
  // Both must outlive the subject. REQUIRES: variables are constants, or stored in slots numbered
  // 0, 1, ….
  Subject(Engine engine, const cel::Checked& expression, const cel::Environment& environment);

  // As oracle::Evaluate. The value is good until the next call, and as long as `arena`.
  Result Run(const Bindings& bindings, const Value& now, Arena& arena);

 private:
  Result RunOracle(const Bindings& bindings, const Value& now, Arena& arena) const;
  Result RunBytecode(const Bindings& bindings, const Value& now);

  const cel::Checked& expression_;
  const cel::Environment& environment_;
  // Of the oracle neither of the two.
  std::optional<Machine> machine_;
  std::string refused_;
  uint32_t block_ = 0;
};

}  // namespace writ::oracle
