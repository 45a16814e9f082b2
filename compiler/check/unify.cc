// Which types stand for type parameters.
// Tested by tests/compiler/check/unify_test.cc.
#include "compiler/check/unify.h"

#include <algorithm>

namespace writ::cel {
namespace {

// Types are small, but variables in them can stand for types with variables in them, and so on. A
// comparison that takes longer than this is not worth its answer: the types count as dyn.
constexpr uint32_t kMaxSteps = 1024;

bool Nullable(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kAbstract:
    case TypeKind::kTimestamp:
    case TypeKind::kDuration: return true;
    default: return false;
  }
}

bool Wild(const Type& type) {
  return type.is(TypeKind::kDyn) || type.is(TypeKind::kError);
}

bool SameConstructor(const Type& a, const Type& b) {
  return a.kind() == b.kind() && a.name() == b.name() &&
         a.parameters().size() == b.parameters().size();
}

// Whether a is b or more general. Looks at what is written, not at what variables stand for.
bool AtLeastAsGeneral(const Type& a, const Type& b) {
  if (a.is(TypeKind::kDyn) || a.is(TypeKind::kParameter)) return true;
  if (b.is(TypeKind::kDyn) || b.is(TypeKind::kParameter)) return false;
  if (b.is(TypeKind::kNull)) return Nullable(a);
  if (a.is(TypeKind::kType)) return b.is(TypeKind::kType);
  if (!SameConstructor(a, b)) return false;
  for (size_t i = 0; i < a.parameters().size(); ++i) {
    if (!AtLeastAsGeneral(a.parameters()[i], b.parameters()[i])) return false;
  }
  return true;
}

}  // namespace

Type Unifier::NewVariable() {
  bound_.emplace_back();
  is_bound_.push_back(false);
  return Type::Variable(static_cast<uint32_t>(bound_.size() - 1));
}

Type Unifier::Instantiate(const Type& type, Names& names) {
  if (!type.has_parameters() || type.is_variable()) return type;
  if (type.is(TypeKind::kParameter)) {
    const auto [entry, added] = names.try_emplace(type.name());
    if (added) entry->second = NewVariable();
    return entry->second;
  }
  std::vector<Type> parameters;
  parameters.reserve(type.parameters().size());
  for (const Type& parameter : type.parameters()) {
    parameters.push_back(Instantiate(parameter, names));
  }
  return {type.kind(), type.name(), std::move(parameters)};
}

bool Unifier::Assignable(const Type& from, const Type& to) {
  const size_t mark = undo_.size();
  steps_ = 0;
  const bool fits = Fits(from, to);
  if (!fits) Roll(mark);
  undo_.clear();
  return fits;
}

bool Unifier::Assignable(const std::vector<std::pair<Type, Type>>& pairs) {
  const size_t mark = undo_.size();
  for (const auto& [from, to] : pairs) {
    steps_ = 0;
    if (!Fits(from, to)) {
      Roll(mark);
      return false;
    }
  }
  undo_.clear();
  return true;
}

bool Unifier::Fits(const Type& from_type, const Type& to_type) {
  if (++steps_ > kMaxSteps) return true;
  // Copies, since what they are read from may be bound anew.
  const Type from = Alias(from_type);
  const Type to = Alias(to_type);
  if (from == to) return true;
  if (from.is_variable() && to.is_variable() && !is_bound_[from.variable()] &&
      !is_bound_[to.variable()]) {
    // The newer stands for the older, so that chains of variables stay short.
    const bool from_is_newer = from.variable() > to.variable();
    Bind(from_is_newer ? from : to, from_is_newer ? to : from);
    return true;
  }
  if (to.is_variable()) {
    bool bound = false;
    if (Substitutes(from, to, &bound)) return true;
    if (bound) return false;
  }
  if (from.is_variable()) {
    bool bound = false;
    return Substitutes(to, from, &bound);
  }
  if (Wild(from) || Wild(to)) return true;
  if (from.is(TypeKind::kNull)) return Nullable(to);
  if (to.is(TypeKind::kNull)) return Nullable(from);
  if (from.is(TypeKind::kType)) return to.is(TypeKind::kType);
  return SameConstructor(from, to) && AllFit(from.parameters(), to.parameters());
}

bool Unifier::AllFit(const std::vector<Type>& from, const std::vector<Type>& to) {
  for (size_t i = 0; i < from.size(); ++i) {
    if (!Fits(from[i], to[i])) return false;
  }
  return true;
}

bool Unifier::Substitutes(const Type& type, const Type& variable, bool* bound) {
  if (is_bound_[variable.variable()]) {
    *bound = true;
    const Type before = bound_[variable.variable()];
    if (type == before) return true;
    if (!Fits(type, before)) return false;
    const Type& general = MostGeneral(type, before);
    if (!OccursIn(variable, general)) Bind(variable, general);
    return true;
  }
  if (OccursIn(variable, type)) return false;
  Bind(variable, type);
  return true;
}

bool Unifier::OccursIn(const Type& variable, const Type& type) {
  if (!type.has_parameters()) return false;
  if (++steps_ > kMaxSteps) return true;
  if (type.is_variable()) {
    if (type == variable) return true;
    return is_bound_[type.variable()] && OccursIn(variable, bound_[type.variable()]);
  }
  return std::any_of(type.parameters().begin(), type.parameters().end(),
                     [&](const Type& parameter) { return OccursIn(variable, parameter); });
}

void Unifier::Bind(const Type& variable, Type type) {
  const uint32_t number = variable.variable();
  undo_.push_back({number, bound_[number], is_bound_[number]});
  bound_[number] = std::move(type);
  is_bound_[number] = true;
}

void Unifier::Roll(size_t mark) {
  while (undo_.size() > mark) {
    Undo& last = undo_.back();
    bound_[last.variable] = std::move(last.before);
    is_bound_[last.variable] = last.was_bound;
    undo_.pop_back();
  }
}

const Type& Unifier::MostGeneral(const Type& a, const Type& b) {
  return AtLeastAsGeneral(a, b) ? a : b;
}

Type Unifier::Join(const Type& a, const Type& b) {
  if (a == b) return a;
  return Assignable(a, b) ? MostGeneral(a, b) : Type();
}

const Type& Unifier::Alias(const Type& type) const {
  const Type* alias = &type;
  while (alias->is_variable() && is_bound_[alias->variable()] &&
         bound_[alias->variable()].is_variable()) {
    alias = &bound_[alias->variable()];
  }
  return *alias;
}

const Type& Unifier::Known(const Type& type) const {
  const Type* known = &type;
  // Variables never stand for themselves (OccursIn), so this ends.
  while (known->is_variable() && is_bound_[known->variable()]) known = &bound_[known->variable()];
  return *known;
}

Type Unifier::Resolve(const Type& type) const {
  uint32_t steps = 0;
  return Resolve(type, false, 0, &steps);
}

Type Unifier::ResolveToDyn(const Type& type) const {
  uint32_t steps = 0;
  return Resolve(type, true, 0, &steps);
}

Type Unifier::Resolve(const Type& type, bool to_dyn, uint32_t depth, uint32_t* steps) const {
  if (!type.has_parameters()) return type;
  const Type& known = Known(type);
  if (++*steps > kMaxTypeSize || depth > kMaxTypeDepth) return Type();
  if (known.is(TypeKind::kParameter)) return to_dyn ? Type() : known;
  if (!known.has_parameters()) return known;
  std::vector<Type> parameters;
  parameters.reserve(known.parameters().size());
  for (const Type& parameter : known.parameters()) {
    parameters.push_back(Resolve(parameter, to_dyn, depth + 1, steps));
  }
  return {known.kind(), known.name(), std::move(parameters)};
}

}  // namespace writ::cel
