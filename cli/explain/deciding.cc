// From what an expression came to down to the parts that made it so.
// Tested by tests/cli/explain_test.cc.
#include "cli/explain/deciding.h"

#include <algorithm>

namespace writ {
namespace {

using Form = SourcePart::Form;
using Outcome = Seen::Outcome;
using Place = DecidingParts::Place;

// Of an || that is false every operand decided, and so on; more than these tell nobody more.
constexpr size_t kMaxPlaces = 1000;

class Search {
 public:
  explicit Search(const SourceMap& map) : map_(map) {}

  // The parts that decided this one; none: it explains itself.
  std::vector<Place> Below(const Place& place) const {
    const SeenTurn& turn = *place.first;
    const SourcePart& row = map_.parts[place.second];
    const Seen& seen = *SeenIn(turn, place.second);
    switch (row.form) {
      case Form::kAnd: return Operands(turn, row, seen.outcome, Outcome::kFalse);
      case Form::kOr: return Operands(turn, row, seen.outcome, Outcome::kTrue);
      case Form::kNot: return First(turn, row, [](const Seen&) { return true; });
      case Form::kConditional: return Branch(turn, row, seen);
      case Form::kBind:
        if (!row.children.empty() && SeenIn(turn, row.children.back()) != nullptr) {
          return {{&turn, row.children.back()}};
        }
        break;
      case Form::kComprehension: {
        std::vector<Place> found = Element(turn, place.second, row, seen);
        if (!found.empty()) return found;
        break;
      }
      default: break;
    }
    if (!seen.is_error() || seen.is_own) return {};
    return First(turn, row, [](const Seen& child) { return child.is_error(); });
  }

 private:
  template <class Test>
  std::vector<Place> First(const SeenTurn& turn, const SourcePart& row, const Test& test) const {
    for (const uint32_t child : row.children) {
      const Seen* seen = SeenIn(turn, child);
      if (seen != nullptr && test(*seen)) return {{&turn, child}};
    }
    return {};
  }

  // One operand that is `deciding` is enough for the same.
  std::vector<Place> Operands(const SeenTurn& turn, const SourcePart& row, Outcome outcome,
                              Outcome deciding) const {
    if (outcome == deciding || outcome == Outcome::kError) {
      return First(turn, row, [outcome](const Seen& seen) { return seen.outcome == outcome; });
    }
    std::vector<Place> all;
    for (const uint32_t child : row.children) {
      if (SeenIn(turn, child) != nullptr) all.emplace_back(&turn, child);
    }
    return all;
  }

  // Of several branches the one that was evaluated, which is the last that was seen.
  std::vector<Place> Branch(const SeenTurn& turn, const SourcePart& row, const Seen& seen) const {
    for (auto child = row.children.rbegin(); child != row.children.rend(); ++child) {
      const Seen* value = SeenIn(turn, *child);
      if (value != nullptr && value->is_error() == seen.is_error()) return {{&turn, *child}};
    }
    return {};
  }

  std::vector<Place> Element(const SeenTurn& turn, uint32_t part, const SourcePart& row,
                             const Seen& seen) const {
    const auto loop = turn.loops.find(part);
    if (loop == turn.loops.end() || row.children.size() < 2) return {};
    for (const std::unique_ptr<SeenTurn>& element : loop->second.kept) {
      for (size_t i = 1; i < row.children.size(); ++i) {
        const Seen* body = SeenIn(*element, row.children[i]);
        if (body == nullptr) continue;
        if (seen.is_error() ? body->is_error() : element->element.decided) {
          return {{element.get(), row.children[i]}};
        }
      }
    }
    return {};
  }

  const SourceMap& map_;
};

}  // namespace

const Seen* SeenIn(const SeenTurn& turn, uint32_t part) {
  const auto seen = turn.parts.find(part);
  return seen == turn.parts.end() ? nullptr : &seen->second;
}

DecidingParts FindDeciding(const SourceMap& map, const SeenTurn& turn, uint32_t part) {
  const Search search(map);
  DecidingParts found;
  std::vector<Place> open = {{&turn, part}};
  while (!open.empty() && found.on_the_way.size() < kMaxPlaces) {
    const Place place = open.back();
    open.pop_back();
    if (!found.on_the_way.insert(place).second) continue;
    const std::vector<Place> below = search.Below(place);
    if (below.empty()) found.last.push_back(place);
    open.insert(open.end(), below.rbegin(), below.rend());
  }
  return found;
}

}  // namespace writ
