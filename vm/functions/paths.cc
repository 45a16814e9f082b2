// Functions of expressions: paths, by their text alone.
// Tested by tests/vm/functions/paths_test.cc.
//
// Nobody knows here which system the path is for, so what two systems read differently has no
// meaning rather than one of the two: an error denies whether a rule requires or forbids.
//
//   of a kind      begins with                           its root      normal form
//   absolute       "/" or "\"                            "/"           /srv/project
//   drive          a letter, ":" and "/" or "\"          "C:/"         C:/Users/x
//   share          "\\server\share"                      itself        //server/share/x
//   relative       anything else                         unknown       docs/x, or .
//
// "/" and "\" are both separators, everywhere. "." and empty parts go, ".." takes one away; one
// that has none to take is an error, though POSIX stays at "/" and Windows at the drive. Names
// keep their case, and a drive's letter is a capital.
//
// Errors are, beside a path that leaves its root:
//   - an empty path, or one that holds a NUL;
//   - "//x", which POSIX reads as /x and Windows as a share;
//   - "C:x" and "x:y", relative to a drive's own folder, or a stream of a file;
//   - "~" at the start of a relative path, which shells and servers expand; "scheme://…";
//   - a name of dots and spaces other than "." and "..", which Windows may take for these;
//   - of drives and shares, names that Windows reads as another: with a dot or a space at the end,
//     with ":" (streams, "::$DATA"), "<", ">", "|", "?", "*", '"' or a control character, short
//     ones ("PROGRA~1"), devices (NUL, COM1.txt);
//   - "\\?\" and "\\.\", which switch these rules off.
//
// A "file:" URL stands for its path, percent-decoded once. An error if it names a host other than
// localhost, has a query, a fragment, a backslash, a control character, or an escaped NUL, "/" or
// "\", or escapes that make no UTF-8. Elsewhere "%2e" is three characters.
//
// path.within() asks for two paths of one kind: whether a relative path is inside an absolute
// folder, or /c/x inside C:\, is not to be known, and is an error.
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "vm/functions/arguments.h"
#include "vm/functions/function.h"
#include "vm/utf8.h"

namespace writ {
namespace {

enum class PathKind : uint8_t { kAbsolute, kDrive, kShare, kRelative };

struct NormalPath {
  PathKind kind = PathKind::kRelative;
  std::string_view root;   // "", "C:" or "//server/share"
  std::string_view below;  // "" or "/" and names with "/" between them
};

bool IsSeparator(char c) {
  return c == '/' || c == '\\';
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

bool IsLetter(char c) {
  return Lower(c) >= 'a' && Lower(c) <= 'z';
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// `lower` is in lower case.
bool EqualIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  return Lower(c) >= 'a' && Lower(c) <= 'f' ? Lower(c) - 'a' + 10 : -1;
}

// The path that a "file:" URL stands for; the text after the colon goes in.
std::optional<std::string_view> PathOfFileUrl(std::string_view url, Arena& arena) {
  if (std::any_of(url.begin(), url.end(),
                  [](char c) { return c == '\\' || c == '?' || c == '#' || IsControl(c); })) {
    return std::nullopt;
  }
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    const std::string_view host = url.substr(0, url.find('/'));
    if (!host.empty() && !EqualIgnoringCase(host, "localhost")) return std::nullopt;
    url.remove_prefix(host.size());
  }
  // "file:x", "file:////server/share"
  if (!url.starts_with('/') || url.starts_with("//")) return std::nullopt;
  char* const decoded = arena.Allocate<char>(url.size());
  size_t size = 0;
  for (size_t i = 0; i < url.size(); ++i) {
    char c = url[i];
    if (c == '%') {
      if (url.size() - i < 3) return std::nullopt;
      const int high = HexDigit(url[i + 1]);
      const int low = HexDigit(url[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      if (c == '\0' || IsSeparator(c)) return std::nullopt;
      i += 2;
    }
    decoded[size++] = c;
  }
  std::string_view path(decoded, size);
  if (!IsUtf8(path)) return std::nullopt;
  // "/C:/x" is a drive's; "/C|/x" is the same to browsers.
  if (path.size() >= 3 && IsLetter(path[1]) && (path.size() == 3 || path[3] == '/')) {
    if (path[2] == '|') return std::nullopt;
    if (path[2] == ':') path.remove_prefix(1);
  }
  return path;
}

// CON, NUL.txt, COM1: devices whatever the folder and the ending.
bool IsDevice(std::string_view name) {
  name = name.substr(0, name.find('.'));
  while (name.ends_with(' ')) name.remove_suffix(1);
  for (const std::string_view device : {"con", "prn", "aux", "nul", "conin$", "conout$"}) {
    if (EqualIgnoringCase(name, device)) return true;
  }
  // COM¹ is one too.
  const std::string_view port = name.substr(0, 3);
  return name.size() > 3 && (EqualIgnoringCase(port, "com") || EqualIgnoringCase(port, "lpt")) &&
         ((name.size() == 4 && IsDigit(name[3])) || name.substr(3) == "\xC2\xB9" ||
          name.substr(3) == "\xC2\xB2" || name.substr(3) == "\xC2\xB3");
}

// Whether Windows keeps the name as it is.
bool IsWindowsName(std::string_view name) {
  if (name.ends_with('.') || name.ends_with(' ') || IsDevice(name)) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (IsControl(name[i]) ||
        std::string_view("<>:\"|?*").find(name[i]) != std::string_view::npos) {
      return false;
    }
    if (name[i] == '~' && i + 1 < name.size() && IsDigit(name[i + 1])) return false;
  }
  return true;
}

// Takes the next name and the separators after it off the front.
std::string_view TakeName(std::string_view& path) {
  const auto end = std::find_if(path.begin(), path.end(), IsSeparator);
  const auto name = path.substr(0, static_cast<size_t>(end - path.begin()));
  path.remove_prefix(name.size());
  while (!path.empty() && IsSeparator(path.front())) path.remove_prefix(1);
  return name;
}

// Builds the normal form in room that the caller saw to.
class Normalizer {
 public:
  explicit Normalizer(char* room) : begin_(room), end_(room) {}

  std::optional<NormalPath> Run(std::string_view path) {
    if (path.empty() || path.find('\0') != std::string_view::npos) return std::nullopt;
    if (!Root(path)) return std::nullopt;
    below_ = end_;
    while (!path.empty()) {
      if (!Part(TakeName(path))) return std::nullopt;
    }
    return NormalPath{kind_, Text(begin_, below_), Text(below_, end_)};
  }

 private:
  static std::string_view Text(const char* begin, const char* end) {
    return {begin, static_cast<size_t>(end - begin)};
  }

  void Append(std::string_view text) { end_ = std::copy(text.begin(), text.end(), end_); }

  // Takes the root off the front of the path.
  bool Root(std::string_view& path) {
    if (path.size() >= 2 && IsLetter(path[0]) && path[1] == ':') {
      if (path.size() == 2 || !IsSeparator(path[2])) return false;
      kind_ = PathKind::kDrive;
      *end_++ = static_cast<char>(path[0] & ~0x20);
      *end_++ = ':';
      path.remove_prefix(2);
    } else if (path.starts_with("\\\\")) {
      return Share(path);
    } else if (IsSeparator(path[0])) {
      if (path.size() >= 2 && IsSeparator(path[1])) return false;
      kind_ = PathKind::kAbsolute;
    } else {
      kind_ = PathKind::kRelative;
      return path[0] != '~' &&
             path.substr(0, path.find_first_of("/\\")).find(':') == std::string_view::npos;
    }
    while (!path.empty() && IsSeparator(path.front())) path.remove_prefix(1);
    return true;
  }

  bool Share(std::string_view& path) {
    path.remove_prefix(2);
    kind_ = PathKind::kShare;
    Append("//");
    for (const bool server : {true, false}) {
      const size_t size = path.size();
      const std::string_view name = TakeName(path);
      // One separator between the two.
      if (name.empty() || (server && size - path.size() != name.size() + 1)) return false;
      if (!IsWindowsName(name)) return false;
      if (server) {
        end_ = std::transform(name.begin(), name.end(), end_, Lower);
        *end_++ = '/';
      } else {
        Append(name);
      }
    }
    return true;
  }

  bool Part(std::string_view name) {
    if (name == ".") return true;
    if (name == "..") {
      if (end_ == below_) return false;
      while (*--end_ != '/') continue;
      return true;
    }
    if (name.find_first_not_of(". ") == std::string_view::npos) return false;
    if ((kind_ == PathKind::kDrive || kind_ == PathKind::kShare) && !IsWindowsName(name)) {
      return false;
    }
    *end_++ = '/';
    Append(name);
    return true;
  }

  char* begin_;
  char* below_ = nullptr;
  char* end_;
  PathKind kind_ = PathKind::kRelative;
};

std::optional<NormalPath> Normalize(std::string_view text, Arena& arena) {
  if (text.size() >= 5 && EqualIgnoringCase(text.substr(0, 5), "file:")) {
    const auto path = PathOfFileUrl(text.substr(5), arena);
    if (!path) return std::nullopt;
    text = *path;
  }
  // A relative path is one longer while it is built.
  return Normalizer(arena.Allocate<char>(text.size() + 2)).Run(text);
}

std::string_view Concatenate(std::string_view a, std::string_view b, Arena& arena) {
  char* const joined = arena.Allocate<char>(a.size() + b.size());
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), joined));
  return {joined, a.size() + b.size()};
}

// The path of an argument, or why there is none.
Value ReadPath(const Value& argument, FunctionContext& context, NormalPath* path) {
  if (!argument.is(Tag::kString)) return functions::NoOverload(&argument, 1);
  if (!context.ChargeText(uint64_t{argument.size} * 4)) return Value::Failure(Error::kBudget);
  const auto normal = Normalize(argument.view(), context.arena);
  if (!normal) return Value::Failure(Error::kInvalidPath);
  *path = *normal;
  return Value();
}

}  // namespace

namespace functions {

Value PathNormalize(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 1) return NoOverload(arguments, count);
  NormalPath path;
  const Value failure = ReadPath(arguments[0], context, &path);
  if (failure.is(Tag::kError)) return failure;
  if (path.kind == PathKind::kRelative) {
    return Value::String(path.below.empty() ? "." : path.below.substr(1));
  }
  if (path.below.empty() && path.kind == PathKind::kAbsolute) return Value::String("/");
  if (path.below.empty() && path.kind == PathKind::kDrive) path.below = "/";
  return Value::String(Concatenate(path.root, path.below, context.arena));
}

Value PathWithin(const Value* arguments, uint32_t count, FunctionContext& context) {
  if (count != 2) return NoOverload(arguments, count);
  NormalPath path;
  NormalPath folder;
  Value failure = ReadPath(arguments[0], context, &path);
  if (!failure.is(Tag::kError)) failure = ReadPath(arguments[1], context, &folder);
  if (failure.is(Tag::kError)) return failure;
  if (path.kind != folder.kind) return Fail(Error::kInvalidPath);
  const std::string_view below = path.below;
  return Value::Bool(path.root == folder.root && below.starts_with(folder.below) &&
                     (below.size() == folder.below.size() || below[folder.below.size()] == '/'));
}

}  // namespace functions
}  // namespace writ
