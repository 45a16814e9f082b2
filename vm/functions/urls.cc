// Functions of expressions: URLs, as Kubernetes has them.
// Tested by tests/vm/functions/urls_test.cc.
//
// What Go's net/url refuses is refused here. A policy decides about the host that some other
// program will connect to, and that program may read URLs as RFC 3986 does or as browsers do (the
// WHATWG's URL standard). So what the two read differently, as far as scheme, host and port are
// concerned, is no URL here either, though Go takes it:
//
//   http:example.com  http:/example.com  http:///example.com   browsers: host example.com
//   ///example.com                                             browsers: host example.com
//   http://a.com\@b.com  http://a.com/\b.com                   browsers: "\" is "/"
//   http://a@b@c/                                              which "@" ends the user's name
//   http://bücher.de  http://b%C3%BCcher.de  http://b%2ecom    browsers map, others do not
//   http://0x7f.1/  http://2130706433/  http://127.0.0.1./     browsers: 127.0.0.1
//   http://[fe80::1%25eth0]/                                   browsers refuse
//   mongodb://a:1,b:2/                                         several hosts
//   http://h:080/  http://h:65536/                             browsers: 80, refuse
//   http://user@/  http://:80/                                 no host
//   "http://h/ "                                               browsers drop the space
//   *                                                          no URL, though a request's target
//
// In front of "example.com" a user's name may stand ("http://good.com@example.com/"): all readers
// agree on its host. The host keeps its letters' case, as in Go; domain.within() ignores it.
//
// In a query, "a;b" and bad escapes are left out by Go. What is left out could be what a rule
// looks for, so getQuery() fails on them.
#include <algorithm>
#include <array>
#include <optional>

#include "vm/functions/arguments.h"
#include "vm/functions/function.h"
#include "vm/functions/network.h"
#include "vm/utf8.h"

namespace writ {
namespace {

struct UrlParts {
  std::string_view scheme;  // as it is written
  std::string_view host;    // with the port
  std::string_view path;
  std::string_view query;
};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

bool Among(char c, std::string_view characters) {
  return characters.find(c) != std::string_view::npos;
}

template <typename Test>
bool All(std::string_view text, Test test) {
  return std::all_of(text.begin(), text.end(), test);
}

// RFC 3986, "unreserved".
bool IsUnreserved(char c) {
  return IsLetter(c) || IsDigit(c) || Among(c, "-._~");
}

// What Go leaves as it is in a path.
bool IsPathCharacter(char c) {
  return IsUnreserved(c) || Among(c, "$&+,/:;=@");
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  return Lower(c) >= 'a' && Lower(c) <= 'f' ? Lower(c) - 'a' + 10 : -1;
}

// The byte that "%41" at the front of the text stands for, or -1.
int EscapedByte(std::string_view text) {
  if (text.size() < 3) return -1;
  const int high = HexDigit(text[1]);
  const int low = HexDigit(text[2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool EscapesAreWhole(std::string_view text) {
  for (size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 1)) {
    if (EscapedByte(text.substr(i)) < 0) return false;
  }
  return true;
}

// Schemes for which browsers need a host, and find one.
bool IsWeb(std::string_view scheme) {
  for (const std::string_view web : {"http", "https", "ws", "wss", "ftp"}) {
    if (std::equal(scheme.begin(), scheme.end(), web.begin(), web.end(),
                   [](char a, char b) { return Lower(a) == b; })) {
      return true;
    }
  }
  return false;
}

// Up to 65535, without leading zeros; or nothing at all, as in "http://h:/".
bool IsPort(std::string_view port) {
  if (port.empty()) return true;
  if (port.size() > 5 || port[0] == '0' || !All(port, IsDigit)) return port == "0";
  int number = 0;
  for (const char c : port) number = number * 10 + (c - '0');
  return number <= 65535;
}

// "[::1]:80", "h:80" or "h" in two.
struct HostAndPort {
  std::string_view host;
  std::string_view port;
};

// REQUIRES: at most one colon outside brackets.
HostAndPort SplitPort(std::string_view host) {
  const size_t bracket = host.rfind(']');
  const size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return {host, {}};
  return {host.substr(0, colon), host.substr(colon + 1)};
}

// Whether browsers would read the name as an IPv4 address.
bool EndsInNumber(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string_view label = name.substr(name.rfind('.') + 1);
  if (label.starts_with("0x") || label.starts_with("0X")) {
    return All(label.substr(2), [](char c) { return HexDigit(c) >= 0; });
  }
  return All(label, IsDigit);
}

bool IsHost(std::string_view host, Arena& arena) {
  if (host.starts_with('[')) {
    const size_t end = host.find(']');
    if (end == std::string_view::npos) return false;
    const std::string_view rest = host.substr(end + 1);
    return IsIpv6(host.substr(1, end - 1)) &&
           (rest.empty() || (rest[0] == ':' && IsPort(rest.substr(1))));
  }
  const auto [name, port] = SplitPort(host);
  if (name.empty() || !IsPort(port)) return false;
  if (!All(name, [](char c) { return IsUnreserved(c) || Among(c, "!$&'()*+,;="); })) return false;
  return !EndsInNumber(name) || ParseIp(name, arena);
}

bool IsAuthority(std::string_view authority, std::string_view* host, Arena& arena) {
  const size_t at = authority.find('@');
  *host = authority.substr(at == std::string_view::npos ? 0 : at + 1);
  if (at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    if (!EscapesAreWhole(user)) return false;
    if (!All(user, [](char c) { return IsUnreserved(c) || Among(c, ":!$&'()*+,;=%"); })) {
      return false;
    }
  }
  return IsHost(*host, arena);
}

std::optional<UrlParts> ParseUrl(std::string_view text, Arena& arena) {
  if (text.empty() || text.ends_with(' ')) return std::nullopt;
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return std::nullopt;
  }
  const size_t hash = text.find('#');
  if (hash != std::string_view::npos && !EscapesAreWhole(text.substr(hash))) return std::nullopt;
  UrlParts parts;
  std::string_view rest = text.substr(0, hash);

  const size_t end_of_scheme = static_cast<size_t>(
      std::find_if(rest.begin(), rest.end(),
                   [](char c) { return !IsLetter(c) && !IsDigit(c) && !Among(c, "+-."); }) -
      rest.begin());
  if (end_of_scheme < rest.size() && rest[end_of_scheme] == ':' && IsLetter(rest[0])) {
    parts.scheme = rest.substr(0, end_of_scheme);
    rest.remove_prefix(end_of_scheme + 1);
  } else if (!rest.starts_with('/') || rest.starts_with("///")) {
    return std::nullopt;
  }

  const size_t question = rest.find('?');
  if (question != std::string_view::npos) {
    parts.query = rest.substr(question + 1);
    rest = rest.substr(0, question);
  }
  if (rest.find('\\') != std::string_view::npos) return std::nullopt;
  // "mailto:a@b": neither host nor path.
  if (!rest.starts_with('/')) return IsWeb(parts.scheme) ? std::nullopt : std::optional(parts);

  if (rest.starts_with("//")) {
    const std::string_view authority = rest.substr(2, rest.find('/', 2) - 2);
    parts.path = rest.substr(2 + authority.size());
    if (authority.empty()) {
      if (parts.scheme.empty() || IsWeb(parts.scheme)) return std::nullopt;
    } else if (!IsAuthority(authority, &parts.host, arena)) {
      return std::nullopt;
    }
    // Go takes "h#x" for the host, and "//#x" for one too.
    if (parts.path.empty() && question == std::string_view::npos &&
        hash != std::string_view::npos) {
      return std::nullopt;
    }
  } else {
    if (IsWeb(parts.scheme)) return std::nullopt;
    parts.path = rest;
  }
  if (!EscapesAreWhole(parts.path)) return std::nullopt;
  return parts;
}

// A part of a query, unescaped; not if that is no UTF-8.
std::optional<std::string_view> UnescapeQuery(std::string_view text, Arena& arena) {
  char* const out = arena.Allocate<char>(text.size());
  size_t size = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int byte = EscapedByte(text.substr(i));
      if (byte < 0) return std::nullopt;
      c = static_cast<char>(byte);
      i += 2;
    } else if (c == '+') {
      c = ' ';
    }
    out[size++] = c;
  }
  const std::string_view unescaped(out, size);
  if (!IsUtf8(unescaped)) return std::nullopt;
  return unescaped;
}

// The path as it was written if all of it may be written so, else escaped anew.
std::string_view EscapePath(std::string_view path, Arena& arena) {
  if (All(path, [](char c) { return IsPathCharacter(c) || Among(c, "!'()*[]%"); })) return path;
  // Each byte becomes three at most.
  char* const out = arena.Allocate<char>(path.size() * 3);
  size_t size = 0;
  for (size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      c = static_cast<char>(EscapedByte(path.substr(i)));
      i += 2;
    }
    if (IsPathCharacter(c)) {
      out[size++] = c;
    } else {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      out[size++] = '%';
      out[size++] = kHex[static_cast<unsigned char>(c) >> 4];
      out[size++] = kHex[static_cast<unsigned char>(c) & 0xF];
    }
  }
  return {out, size};
}

struct QueryPair {
  std::string_view name;
  uint32_t position;
  Value value;
};

// In the order of names, values of one in the order of the query.
Value GroupQuery(QueryPair* pairs, size_t count, Arena& arena) {
  std::sort(pairs, pairs + count, [](const QueryPair& a, const QueryPair& b) {
    return a.name != b.name ? a.name < b.name : a.position < b.position;
  });
  MapEntry* const entries = arena.Allocate<MapEntry>(count);
  Value* const values = arena.Allocate<Value>(count);
  uint32_t names = 0;
  for (size_t i = 0; i < count;) {
    size_t end = i;
    for (; end < count && pairs[end].name == pairs[i].name; ++end) values[end] = pairs[end].value;
    entries[names].key = Value::String(pairs[i].name);
    entries[names].value = Value::Of(arena.New(List{static_cast<uint32_t>(end - i), values + i}));
    ++names;
    i = end;
  }
  return Value::Of(arena.New(Map{names, entries}));
}

// Reads the URL that a getter is asked of.
template <typename Get>
Value GetPart(const Value* arguments, uint32_t count, FunctionContext& context, Get get) {
  if (count != 1 || !arguments[0].is(Tag::kUrl)) return functions::NoOverload(arguments, count);
  if (!context.ChargeText(arguments[0].size)) return Value::Failure(Error::kBudget);
  const auto parts = ParseUrl(arguments[0].view(), context.arena);
  return parts ? get(*parts) : Value::Failure(Error::kInvalidUrl);
}

}  // namespace

namespace functions {

Value Url(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1 || !arguments[0].is(Tag::kString)) return NoOverload(arguments, count);
  if (!context.ChargeText(arguments[0].size)) return Fail(Error::kBudget);
  const std::string_view text = arguments[0].view();
  return ParseUrl(text, context.arena) ? Value::Text(Tag::kUrl, text) : Fail(Error::kInvalidUrl);
}

Value IsUrl(const Value* arguments, uint32_t count, FunctionContext& context) {
  const Value url = Url(arguments, count, context);
  if (url.is(Tag::kError) && url.code != Error::kInvalidUrl) return url;
  return Value::Bool(url.is(Tag::kUrl));
}

Value UrlGetScheme(const Value* arguments, uint32_t count, FunctionContext& context) {
  return GetPart(arguments, count, context, [&](const UrlParts& parts) {
    char* const lower = context.arena.Allocate<char>(parts.scheme.size());
    std::transform(parts.scheme.begin(), parts.scheme.end(), lower, Lower);
    return Value::String({lower, parts.scheme.size()});
  });
}

Value UrlGetHost(const Value* arguments, uint32_t count, FunctionContext& context) {
  return GetPart(arguments, count, context,
                 [](const UrlParts& parts) { return Value::String(parts.host); });
}

Value UrlGetHostname(const Value* arguments, uint32_t count, FunctionContext& context) {
  return GetPart(arguments, count, context, [](const UrlParts& parts) {
    const std::string_view host = SplitPort(parts.host).host;
    return Value::String(host.starts_with('[') ? host.substr(1, host.size() - 2) : host);
  });
}

Value UrlGetPort(const Value* arguments, uint32_t count, FunctionContext& context) {
  return GetPart(arguments, count, context,
                 [](const UrlParts& parts) { return Value::String(SplitPort(parts.host).port); });
}

Value UrlGetEscapedPath(const Value* arguments, uint32_t count, FunctionContext& context) {
  return GetPart(arguments, count, context, [&](const UrlParts& parts) {
    if (!context.ChargeText(parts.path.size())) return Fail(Error::kBudget);
    return Value::String(EscapePath(parts.path, context.arena));
  });
}

Value UrlGetQuery(const Value* arguments, uint32_t count, FunctionContext& context) {
  return GetPart(arguments, count, context, [&](const UrlParts& parts) {
    std::string_view rest = parts.query;
    const auto pieces = static_cast<uint64_t>(std::count(rest.begin(), rest.end(), '&')) + 1;
    // The pairs are sorted: with as many as a line may hold, some twenty comparisons each.
    if (!context.Charge(pieces * 16) || !context.ChargeText(rest.size()) ||
        !context.HasRoom(pieces * sizeof(QueryPair))) {
      return Fail(Error::kBudget);
    }
    auto* const pairs = context.arena.Allocate<QueryPair>(pieces);
    uint32_t found = 0;
    while (!rest.empty()) {
      const std::string_view piece = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(rest.size(), piece.size() + 1));
      if (piece.empty()) continue;
      if (piece.find(';') != std::string_view::npos) return Fail(Error::kInvalidUrl);
      const size_t equals = std::min(piece.find('='), piece.size());
      const auto name = UnescapeQuery(piece.substr(0, equals), context.arena);
      const auto value =
          UnescapeQuery(piece.substr(std::min(equals + 1, piece.size())), context.arena);
      if (!name || !value) return Fail(Error::kInvalidUrl);
      pairs[found] = {*name, found, Value::String(*value)};
      ++found;
    }
    return GroupQuery(pairs, found, context.arena);
  });
}

}  // namespace functions
}  // namespace writ
