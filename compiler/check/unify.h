// Which types stand for type parameters that are not yet known.
//
// The rules are cel-go's (gradual typing with the most general type kept): dyn fits everything, a
// parameter takes the first type it meets and then the most general of those that agree with it,
// null fits what cel-go calls nullable.
//
// Tested by tests/compiler/check/unify_test.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/check/type.h"

namespace writ::cel {

class Unifier {
 public:
  Type NewVariable();

  // `type` with fresh variables for its named parameters; `names` keeps them for the next type of
  // the same signature.
  using Names = std::map<std::string, Type>;
  Type Instantiate(const Type& type, Names& names);

  // Whether a value of the one type can stand where the other is wanted. What had to be assumed of
  // variables holds from then on; nothing does if the answer is no.
  bool Assignable(const Type& from, const Type& to);
  bool Assignable(const std::vector<std::pair<Type, Type>>& pairs);

  // The type of a list of both, or dyn.
  Type Join(const Type& a, const Type& b);

  // The more general of two types that agree.
  static const Type& MostGeneral(const Type& a, const Type& b);

  // What a variable stands for, as far as it is known; other types as they are.
  const Type& Known(const Type& type) const;
  // With everything that is known filled in; what is not stays a variable, or becomes dyn.
  Type Resolve(const Type& type) const;
  Type ResolveToDyn(const Type& type) const;

 private:
  struct Undo {
    uint32_t variable;
    Type before;
    bool was_bound;
  };

  // The last variable of those that a variable stands for; other types as they are.
  const Type& Alias(const Type& type) const;
  bool Fits(const Type& from_type, const Type& to_type);
  bool AllFit(const std::vector<Type>& from, const std::vector<Type>& to);
  // Whether `type` can stand for the variable; sets *bound if something already does.
  bool Substitutes(const Type& type, const Type& variable, bool* bound);
  bool OccursIn(const Type& variable, const Type& type);
  void Bind(const Type& variable, Type type);
  void Roll(size_t mark);
  Type Resolve(const Type& type, bool to_dyn, uint32_t depth, uint32_t* steps) const;

  std::vector<Type> bound_;  // by variable
  std::vector<bool> is_bound_;
  std::vector<Undo> undo_;
  uint32_t steps_ = 0;  // of the comparison under way
};

}  // namespace writ::cel
