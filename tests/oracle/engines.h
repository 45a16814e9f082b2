// Every way to evaluate an expression, behind one interface, so that tests can hold each against
// the others.
//
// Thread safety: none needed; each evaluation stands for itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/check/environment.h"
#include "compiler/lower/expression.h"
#include "oracle/evaluate.h"
#include "vm/arena.h"
#include "vm/bundle/bundle.h"
#include "vm/machine.h"
#include "vm/value.h"

namespace writ::oracle {

enum class Engine : uint8_t {
  kOracle,     // walks the tree
  kPlain,      // bytecode as the expression stands
  kOptimised,  // bytecode with everything that is done to make it fast
  kBundled,    // that, written as a bundle and read again
};

inline constexpr Engine kEngines[] = {Engine::kOracle, Engine::kPlain, Engine::kOptimised,
                                      Engine::kBundled};

std::string_view Name(Engine engine);
std::optional<Engine> EngineNamed(std::string_view name);

// What `refused` begins with where bytecode was made that is at fault, and no expression too large.
inline constexpr std::string_view kRefusedProgram = "the program was refused";

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
  void Use(cel::CompiledExpression compiled);
  // What is read of what was written, in place of what was compiled.
  void UseBundle(const cel::CompiledExpression& compiled);
  void Fill(const Bindings& bindings);

  const cel::Checked& expression_;
  const cel::Environment& environment_;
  // Of the oracle neither of the two.
  std::optional<Machine> machine_;
  // In which a bundle of an expression does not say where its parts stand.
  std::shared_ptr<const VerifiedProgram> positions_;
  std::vector<bundle::VariableRow> variables_;
  std::string refused_;
  uint32_t block_ = 0;
};

}  // namespace writ::oracle
