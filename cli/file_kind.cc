// Telling files apart.
// Tested by tests/cli/sign.py.
#include "cli/file_kind.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "compiler/read_file.h"
#include "compiler/source.h"
#include "vm/bundle/frame.h"

namespace writ {
namespace {

// So far a policy in YAML is looked at for the line that each has.
constexpr size_t kPolicyBytes = size_t{64} << 10;

// Enough to tell a bundle, a key or a signature.
constexpr size_t kFirstBytes = 64;

bool HasPolicyLine(std::string_view text) {
  text = text.substr(0, kPolicyBytes);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    if (text.starts_with("writ:") || text.starts_with("version:")) return true;
    text.remove_prefix(std::min(text.size(), text.find('\n') == std::string_view::npos
                                                 ? text.size()
                                                 : text.find('\n') + 1));
  }
  return false;
}

std::string_view NameOf(FileKind kind) {
  switch (kind) {
    case FileKind::kBundle: return "a bundle";
    case FileKind::kSecretKey: return "a secret key";
    case FileKind::kPublicKey: return "a public key";
    case FileKind::kSignature: return "a signature";
    case FileKind::kPolicy: return "a policy in YAML";
    case FileKind::kEmpty: return "empty";
    case FileKind::kUnknown: break;
  }
  return "";
}

std::string HintFor(const std::string& path, FileKind wanted, FileKind found) {
  switch (wanted) {
    case FileKind::kBundle:
      if (found == FileKind::kPolicy) {
        return fmt::format("writ compile makes a bundle of it: writ compile {} -o FILE.writ", path);
      }
      if (found == FileKind::kSignature) return "give the bundle that it is the signature of";
      if (found == FileKind::kSecretKey || found == FileKind::kPublicKey) {
        return "keys follow --key";
      }
      return "writ compile makes bundles of policies";
    case FileKind::kSecretKey:
      if (found == FileKind::kPublicKey) return "give the file NAME.key that was made with it";
      break;
    case FileKind::kPublicKey:
      if (found == FileKind::kSecretKey) {
        return "give the file NAME.pub that was made with it; who verifies needs no secret";
      }
      break;
    case FileKind::kPolicy:
      return found == FileKind::kBundle ? "give the policy that it was compiled from" : "";
    default: return "writ sign writes the signature of a bundle to FILE.sig";
  }
  return "writ keygen -o NAME makes NAME.key, which is secret, and NAME.pub";
}

}  // namespace

std::string_view LineStem(FileKind kind) {
  switch (kind) {
    case FileKind::kSecretKey: return "writ-secret-key-";
    case FileKind::kPublicKey: return "writ-public-key-";
    default: return "writ-signature-";
  }
}

FileKind KindOf(std::string_view beginning) {
  if (beginning.empty()) return FileKind::kEmpty;
  if (bundle::LooksLikeBundle(beginning)) return FileKind::kBundle;
  for (const FileKind kind : {FileKind::kSecretKey, FileKind::kPublicKey, FileKind::kSignature}) {
    if (beginning.starts_with(LineStem(kind))) return kind;
  }
  return HasPolicyLine(beginning) ? FileKind::kPolicy : FileKind::kUnknown;
}

FileKind KindOfFile(const std::string& path) {
  auto beginning = ReadBeginning(path, kFirstBytes, Readable::kFiles);
  if (!beginning.has_value()) return FileKind::kUnknown;
  const FileKind kind = KindOf(*beginning);
  explicit_bzero(beginning->data(), beginning->size());  // it may be a secret
  return kind;
}

bool IsBundle(const std::string& path) {
  return KindOfFile(path) == FileKind::kBundle;
}

Fault MixedUp(const std::string& path, FileKind wanted, FileKind found) {
  const std::string hint = HintFor(path, wanted, found);
  if (found == FileKind::kUnknown) {
    std::string_view name = NameOf(wanted);
    name.remove_prefix(std::string_view("a ").size());
    return {fmt::format("{} is no {}", path, name), hint};
  }
  return {fmt::format("{} is {}, and {} is wanted", path, NameOf(found), NameOf(wanted)), hint};
}

}  // namespace writ
