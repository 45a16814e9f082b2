// Polynomials of the line's length.
// Tested by tests/compiler/lower/cost_test.cc.
#include "compiler/lower/cost_bound.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace writ::cel {

CostBound CostBound::LineBytes(double factor) {
  CostBound bound;
  bound.terms_[1] = factor;
  return bound;
}

double CostBound::At(double line_bytes) const {
  double sum = 0;
  double power = 1;
  for (const double term : terms_) {
    sum += term == 0 ? 0 : term * power;
    power *= line_bytes;
  }
  return sum;
}

std::string CostBound::ToString() const {
  std::string text;
  for (size_t i = 0; i < terms_.size(); ++i) {
    if (terms_[i] == 0) continue;
    if (!text.empty()) text += " + ";
    const double step = terms_[i] < 10 ? 100 : 1;
    text += fmt::format("{}", std::ceil(terms_[i] * step) / step);
    if (i == 1) text += " n";
    if (i > 1) text += fmt::format(" n^{}", i);
  }
  return text.empty() ? "0" : text;
}

CostBound& CostBound::operator+=(const CostBound& other) {
  for (size_t i = 0; i < terms_.size(); ++i) terms_[i] += other.terms_[i];
  return *this;
}

CostBound operator*(const CostBound& a, const CostBound& b) {
  CostBound product;
  for (size_t i = 0; i < a.terms_.size(); ++i) {
    for (size_t k = 0; k < b.terms_.size(); ++k) {
      if (a.terms_[i] == 0 || b.terms_[k] == 0) continue;
      product.terms_[std::min(i + k, CostBound::kMaxPower)] += a.terms_[i] * b.terms_[k];
    }
  }
  return product;
}

}  // namespace writ::cel
