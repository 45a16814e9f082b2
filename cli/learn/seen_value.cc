// Values that were seen.
// Tested by tests/cli/learn_test.cc.
#include "cli/learn/seen_value.h"

#include <re2/re2.h>

#include <algorithm>
#include <vector>

#include "vm/functions/function.h"
#include "vm/span.h"
#include "vm/utf8.h"

namespace writ {
namespace {

constexpr TextFormat kFormats[] = {
    {"a UUID", "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", true},
    {"a date", "[0-9]{4}-[0-9]{2}-[0-9]{2}", true},
    {"digits", "[0-9]+", false},
    {"hexadecimal digits", "[0-9a-fA-F]+", false},
    {"a word of letters, digits, _ and -", "[A-Za-z0-9_-]+", false},
};

// A text that is longer has no form but its length: patterns take time.
constexpr size_t kLongestForm = 200;
constexpr size_t kLongestFolder = 4096;

bool Matches(std::string_view text, size_t format) {
  static const std::vector<std::unique_ptr<re2::RE2>> patterns = [] {
    std::vector<std::unique_ptr<re2::RE2>> made;
    for (const TextFormat& one : kFormats) {
      made.push_back(
          std::make_unique<re2::RE2>(re2::StringPiece(one.pattern.data(), one.pattern.size())));
    }
    return made;
  }();
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *patterns[format]);
}

// Counts the text as one of few; false if there are too many.
bool Count(std::string_view text, std::map<std::string, uint64_t>& counts) {
  const auto found = counts.find(std::string(text));
  if (found != counts.end()) {
    ++found->second;
    return true;
  }
  if (counts.size() >= SeenValue::kMostValues) return false;
  counts.emplace(text, 1);
  return true;
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

// The scheme and host of an http or https URL that nobody could read otherwise.
std::optional<std::pair<std::string, std::string>> HostOf(std::string_view url) {
  const size_t colon = url.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string scheme(url.substr(0, colon));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  url.remove_prefix(colon + 3);
  std::string host(url.substr(0, url.find_first_of("/:?#")));
  const bool is_plain = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (Lower(c) >= 'a' && Lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
  if (!is_plain) return std::nullopt;
  std::transform(host.begin(), host.end(), host.begin(), Lower);
  return std::pair(scheme, host);
}

// The folder that both are in: what their normal forms begin with alike, name by name. None: they
// are not in one.
std::optional<std::string> CommonFolder(const std::string& a, const std::string& b) {
  size_t alike = 0;
  while (alike < a.size() && alike < b.size() && a[alike] == b[alike]) ++alike;
  const auto ends_at = [alike](const std::string& path) {
    return alike == path.size() || path[alike] == '/';
  };
  if (!ends_at(a) || !ends_at(b)) alike = a.substr(0, alike).rfind('/');
  if (alike == std::string::npos) return std::nullopt;
  std::string folder = a.substr(0, alike);
  if (folder.empty()) return "/";
  const bool is_drive = folder.size() == 2 && folder[1] == ':';
  return is_drive ? folder + "/" : folder;
}

}  // namespace

const TextFormat* FormatAt(size_t index) {
  return index < std::size(kFormats) ? &kFormats[index] : nullptr;
}

void Observer::Add(const Value& value, SeenValue& seen, uint32_t depth) {
  if (depth == 0) arena_.Reset();
  ++seen.seen;
  const auto count = [&seen](SeenKind kind) { ++seen.by_kind[static_cast<size_t>(kind)]; };
  switch (value.tag) {
    case Tag::kNull: return count(SeenKind::kNull);
    case Tag::kBool: seen.truths += value.i != 0 ? 1 : 0; return count(SeenKind::kBool);
    case Tag::kInt: AddNumber(static_cast<double>(value.i), seen); return count(SeenKind::kWhole);
    case Tag::kUint: AddNumber(static_cast<double>(value.u), seen); return count(SeenKind::kNumber);
    case Tag::kDouble: AddNumber(value.d, seen); return count(SeenKind::kNumber);
    case Tag::kUnsafeNumber: ++seen.unsafe; return count(SeenKind::kNumber);
    case Tag::kString: AddText(value.view(), seen); return count(SeenKind::kText);
    case Tag::kListSpan: AddList(value.view(), seen, depth); return count(SeenKind::kList);
    case Tag::kMapSpan: AddMap(value.view(), seen, depth); return count(SeenKind::kMap);
    default: return;  // nothing else comes of a line
  }
}

void Observer::AddNumber(double number, SeenValue& seen) {
  const bool is_first = seen.of(SeenKind::kWhole) + seen.of(SeenKind::kNumber) == seen.unsafe;
  seen.least = is_first ? number : std::min(seen.least, number);
  seen.most = is_first ? number : std::max(seen.most, number);
}

void Observer::AddText(std::string_view text, SeenValue& seen) {
  if (text.size() > SeenValue::kMostValueBytes || !Count(text, seen.texts)) {
    seen.has_more_texts = true;
  }
  uint64_t points = 0;
  for (const char c : text) points += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  seen.longest = std::max(seen.longest, points);
  AddFolder(text, seen);
  if (seen.are_urls) {
    const auto host = HostOf(text);
    seen.are_urls = host.has_value() && Count(host->second, seen.hosts);
    if (seen.are_urls) Count(host->first, seen.schemes);
  }
  for (size_t i = 0; FormatAt(i) != nullptr; ++i) {
    const uint32_t bit = 1u << i;
    if ((seen.formats & bit) == 0) continue;
    if (text.size() > kLongestForm || !Matches(text, i)) seen.formats &= ~bit;
  }
}

void Observer::AddFolder(std::string_view text, SeenValue& seen) {
  const bool is_first = seen.of(SeenKind::kText) == 0;
  if (!is_first && !seen.folder) return;
  int64_t budget = INT64_MAX;
  FunctionContext context{arena_, budget};
  const Value given = Value::String(text);
  const Value normal = functions::PathNormalize(&given, 1, context);
  // Not those of Windows shares, whose folders are no paths of their own at every depth.
  const bool is_absolute =
      normal.is(Tag::kString) && normal.size <= kLongestFolder &&
      !normal.view().starts_with("//") &&
      (normal.view().starts_with('/') || normal.view().substr(0, 3).ends_with(":/"));
  if (!is_absolute) {
    seen.folder.reset();
  } else {
    const std::string path(normal.view());
    seen.folder = is_first ? path : CommonFolder(*seen.folder, path);
  }
}

void Observer::AddList(std::string_view span, SeenValue& seen, uint32_t depth) {
  uint64_t items = 0;
  SpanReader reader(span, arena_);
  while (reader.Next()) {
    ++items;
    if (depth >= kMostDepth || (seen.item == nullptr && nodes_ >= kMostNodes)) {
      reader.SkipItem();
      continue;
    }
    if (seen.item == nullptr) {
      seen.item = std::make_unique<SeenValue>();
      ++nodes_;
    }
    Add(reader.Item(), *seen.item, depth + 1);
  }
  seen.most_items = std::max(seen.most_items, items);
}

void Observer::AddMap(std::string_view span, SeenValue& seen, uint32_t depth) {
  SpanReader reader(span, arena_);
  while (reader.Next()) {
    const std::string name(reader.Name().view());
    auto member = seen.members.find(name);
    if (member == seen.members.end()) {
      const bool has_room = seen.members.size() < SeenValue::kMostMembers &&
                            name.size() <= SeenValue::kMostNameBytes && nodes_ < kMostNodes &&
                            depth < kMostDepth;
      if (!has_room) {
        seen.has_more_members = true;
        reader.SkipItem();
        continue;
      }
      member = seen.members.try_emplace(name).first;
      ++nodes_;
    }
    Add(reader.Item(), member->second, depth + 1);
  }
}

}  // namespace writ
