// Random CEL expressions, the same for the same seed and compiler: well typed most of the time,
// ill typed here and there, using every operator, macro and function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/check/environment.h"
#include "compiler/check/type.h"

namespace writ::exhaustive {

// SplitMix64: small, and specified down to the bit, which the standard's distributions are not.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t z = state_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  // 0 … below - 1.
  uint32_t Below(size_t below) { return static_cast<uint32_t>(Next() % below); }
  bool OneIn(uint32_t n) { return Below(n) == 0; }
  template <typename Items>
  const auto& Pick(const Items& items) {
    return items[Below(items.size())];
  }

 private:
  uint64_t state_;
};

class Generator {
 public:
  // Variables of `environment` are used by name and type. `mistakes`: one in so many places has a
  // type other than the one that belongs there; 0: none.
  Generator(uint64_t seed, const cel::Environment& environment, uint32_t mistakes);

  std::string Expression();

 private:
  struct Local {
    std::string name;
    cel::Type type;
  };

  cel::Type AnyType(int depth);
  std::string Of(cel::Type type, int depth);
  std::string Leaf(const cel::Type& type);
  std::string Literal(const cel::Type& type);
  std::string Operator(const cel::Type& type, int depth);
  std::string Comparison(int depth);
  std::string Arithmetic(const cel::Type& type, int depth);
  std::string Access(const cel::Type& type, int depth);
  std::string Macro(const cel::Type& type, int depth);
  std::string Quantifier(int depth);
  std::string ListMacro(const cel::Type& type, int depth);
  std::string OptionalMacro(const cel::Type& type, int depth);
  std::string Bind(const cel::Type& type, int depth);
  std::string Call(const cel::Type& type, int depth);
  std::string CallOf(const cel::Overload& overload, const std::vector<cel::Type>& parameters,
                     int depth);
  // An expression of `type` in which `locals` are visible.
  std::string Within(std::vector<Local> locals, const cel::Type& type, int depth);
  std::string FreshName();

  Random random_;
  const cel::Environment& environment_;
  const uint32_t mistakes_;
  std::vector<Local> locals_;
  uint32_t names_ = 0;
};

}  // namespace writ::exhaustive
