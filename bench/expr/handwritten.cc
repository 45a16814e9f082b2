// The twins.
#include "expr/handwritten.h"

#include "vm/span.h"
#include "vm/utf8.h"

namespace writ::expr {

namespace {

bool Is(const Value& value, std::string_view text) {
  return value.is(Tag::kString) && value.view() == text;
}

bool StartsWith(const Value& value, std::string_view start) {
  return value.is(Tag::kString) && value.view().substr(0, start.size()) == start;
}

// The numbers that `take` keeps, as it changes them, in a list of the arena.
template <typename Take>
const List* Numbers(const Value* of, Arena& arena, const Take& take) {
  SpanReader reader(of[0].view(), arena);
  const uint32_t count = SpanReader(of[0].view(), arena).Count(false);
  Value* const made = arena.Allocate<Value>(count);
  uint32_t size = 0;
  while (reader.Next()) {
    Value number = reader.Item();
    if (take(number)) made[size++] = number;
  }
  return arena.New(List{size, made});
}

}  // namespace

bool Flights(const Value* of) {
  return (Is(of[0], "MOW") || Is(of[1], "RU")) &&
         ((of[2].is(Tag::kInt) && of[2].i >= 100) || (of[3].is(Tag::kInt) && of[3].i == 1));
}

Code Call(const Value* of) {
  const Value& path = of[1];
  const Value& reason = of[2];
  const Value& encoding = of[3];
  const bool holds = Is(of[0], "read_text_file") && StartsWith(path, "/srv/project/") &&
                     path.view().find("/.git/") == std::string_view::npos &&
                     reason.is(Tag::kString) && CountCodePoints(reason.view()) < 48 &&
                     (Is(encoding, "utf-8") || Is(encoding, "utf-16") || Is(encoding, "latin-1") ||
                      Is(encoding, "ascii") || Is(encoding, "koi8-r") || Is(encoding, "cp1251"));
  return holds ? Code::kAllowed : Code::kRule;
}

bool Request(const Value* of) {
  const Value& ip = of[0];
  const Value& path = of[1];
  const Value& token = of[2];
  if (Is(ip, "10.0.1.4") || Is(ip, "10.0.1.5") || Is(ip, "10.0.1.6")) return false;
  if (StartsWith(path, "v1")) return Is(token, "v1") || Is(token, "v2") || Is(token, "admin");
  if (StartsWith(path, "v2")) return Is(token, "v2") || Is(token, "admin");
  return StartsWith(path, "/admin") && Is(token, "admin") &&
         (Is(ip, "10.0.1.1") || Is(ip, "10.0.1.2") || Is(ip, "10.0.1.3"));
}

bool All(const Value* of, Arena& arena) {
  SpanReader items(of[0].view(), arena);
  while (items.Next()) {
    const Value item = items.Item();
    SpanReader members(item.view(), arena);
    while (members.Next()) {
      if (members.Name().view() != "price") {
        members.SkipItem();
        continue;
      }
      const Value price = members.Item();
      if (!price.is(Tag::kInt) || price.i > 500) return false;
      break;
    }
  }
  return true;
}

const List* Map(const Value* of, Arena& arena) {
  return Numbers(of, arena, [](Value& number) {
    return number.is(Tag::kInt) && !__builtin_mul_overflow(number.i, 2, &number.i);
  });
}

const List* Filter(const Value* of, Arena& arena) {
  return Numbers(of, arena,
                 [](Value& number) { return number.is(Tag::kInt) && number.i % 3 == 0; });
}

OneOfMany::OneOfMany(const std::vector<Value>& codes) {
  for (const Value& code : codes) codes_.insert(code.view());
}

bool OneOfMany::operator()(const Value* of) const {
  return of[0].is(Tag::kString) && codes_.count(of[0].view()) > 0;
}

bool Matches::operator()(const Value* of) const {
  return of[0].is(Tag::kString) &&
         pattern_.Match({of[0].text, of[0].size}, 0, of[0].size, re2::RE2::UNANCHORED, nullptr, 0);
}

}  // namespace writ::expr
