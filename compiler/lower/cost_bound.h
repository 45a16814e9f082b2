// What something costs at worst, as a polynomial in n, the bytes of the call's line: 40 + 2 n for a
// walk over an argument, n² for a walk inside a walk. Units are the machine's: about one simple
// instruction each.
//
// Tested by tests/compiler/lower/cost_test.cc.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace writ::cel {

class CostBound {
 public:
  // Higher powers of n count as kMaxPower, with which a bound is beyond any budget.
  static constexpr size_t kMaxPower = 4;

  CostBound() = default;
  explicit CostBound(double constant) { terms_[0] = constant; }
  static CostBound LineBytes(double factor);

  double At(double line_bytes) const;
  double constant() const { return terms_[0]; }
  // "40 + 2 n + 0.5 n^2"; factors are rounded up to two digits.
  std::string ToString() const;

  CostBound& operator+=(const CostBound& other);
  friend CostBound operator+(CostBound a, const CostBound& b) { return a += b; }
  friend CostBound operator*(const CostBound& a, const CostBound& b);

 private:
  std::array<double, kMaxPower + 1> terms_{};
};

}  // namespace writ::cel
