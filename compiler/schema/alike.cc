// Roles of arguments.
// Tested by tests/policies/schemas.
#include "compiler/schema/alike.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "compiler/schema/name_words.h"

namespace writ {
namespace {

// By the last word of a name, in the singular.
constexpr std::pair<std::string_view, std::string_view> kRoles[] = {
    {"path", "place"},         {"file", "place"},         {"filename", "place"},
    {"filepath", "place"},     {"dir", "place"},          {"directory", "place"},
    {"folder", "place"},       {"source", "place"},       {"src", "place"},
    {"destination", "place"},  {"dest", "place"},         {"dst", "place"},
    {"uri", "place"},          {"url", "place"},          {"href", "place"},
    {"amount", "amount"},      {"total", "amount"},       {"price", "amount"},
    {"query", "query"},        {"sql", "query"},          {"statement", "query"},
    {"owner", "owner"},        {"org", "owner"},          {"organization", "owner"},
    {"organisation", "owner"}, {"repo", "repository"},    {"repository", "repository"},
    {"branch", "branch"},      {"to", "recipient"},       {"cc", "recipient"},
    {"bcc", "recipient"},      {"recipient", "recipient"}};

// What stands before such a word and makes it something else: patterns, and what is left out.
constexpr std::string_view kOtherwise[] = {"exclude", "include", "ignore", "skip", "max",
                                           "min",     "error",   "up",     "reply"};

std::string Singular(std::string word) {
  const auto ends_with = [&](std::string_view end) {
    return word.size() > end.size() + 1 && word.ends_with(end);
  };
  if (ends_with("ies")) {
    word.replace(word.size() - 3, 3, "y");
  } else if (ends_with("ches")) {
    word.resize(word.size() - 2);
  } else if (ends_with("s") && !ends_with("ss")) {
    word.pop_back();
  }
  return word;
}

}  // namespace

std::string_view RoleOf(const Places& places, PlaceId argument) {
  const Place& place = places.at(argument);
  std::vector<std::string> words = WordsOf(place.name);
  if (words.empty()) return {};
  for (const std::string& word : words) {
    if (std::find(std::begin(kOtherwise), std::end(kOtherwise), word) != std::end(kOtherwise)) {
      return {};
    }
  }
  const std::string last = Singular(words.back());
  std::string_view role;
  for (const auto& [word, one] : kRoles) {
    if (word == last) role = one;
  }
  const JsonKinds elements = places.schemas().KindsOf(places.schemas().Elements(place.schemas));
  const bool is_text = (place.kinds & kTextKind) != 0;
  const bool lists_text = place.kinds == kListKind && (elements & kTextKind) != 0;
  if (role == "amount") return (place.kinds & (kNumberKind | kTextKind)) != 0 ? role : "";
  if (role.empty() && is_text) {
    const std::string_view format = places.schemas().Format(place.schemas);
    if (format == "uri" || format == "url" || format == "uri-reference") return "place";
  }
  return is_text || lists_text ? role : "";
}

std::string OneForm(std::string_view name) {
  std::string form;
  for (const std::string& word : WordsOf(name)) {
    if (!form.empty()) form += '_';
    form += Singular(word);
  }
  return form;
}

}  // namespace writ
