// Reading keys, signatures and bundles.
// Tested by tests/cli/sign.py.
#include "cli/signature_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/file_kind.h"
#include "proxy/permissions.h"

namespace writ {
namespace {

// Longer than any line of a key or a signature: what is longer is none.
constexpr size_t kLineBytes = 512;

Fault Unreadable(const std::string& path, int error) {
  return {fmt::format("{} cannot be read: {}", path, ReadErrorText(error)),
          error == ENOENT ? "check the path; it is relative to the current folder" : ""};
}

// Why a line that begins as one of the kind is none.
std::string LineFault(FileKind kind, std::string_view line, size_t whole_bytes) {
  const std::string_view rest = line.substr(LineStem(kind).size());
  if (rest.size() >= 2 && !rest.starts_with("1 ")) {
    return "it has a form that this writ does not read";
  }
  if (line.find('\r') != std::string_view::npos) return "its line ends in CR LF";
  if (line.size() < whole_bytes) return "it is cut short";
  if (line.size() > whole_bytes) return "something follows its line";
  const bool has_capitals =
      std::any_of(rest.begin(), rest.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  return has_capitals ? "its hex digits are not all in lower case"
                      : "its line is not the one that writ writes";
}

Fault Unsound(const std::string& path, FileKind kind, std::string_view line, size_t whole_bytes) {
  const std::string why = LineFault(kind, line, whole_bytes);
  switch (kind) {
    case FileKind::kSecretKey:
      return {fmt::format("{} is no sound secret key: {}", path, why),
              "put it back from a copy, or make a new pair with writ keygen"};
    case FileKind::kPublicKey:
      return {fmt::format("{} is no sound public key: {}", path, why),
              "get it again from whoever made it"};
    default:
      return {fmt::format("{} is no sound signature: {}", path, why),
              "get it again, or sign the bundle again with writ sign"};
  }
}

// A key or signature of the file, as `parse` reads its line. `whole_bytes` has the line of one.
template <typename Parse>
auto ReadLine(const std::string& path, FileKind wanted, size_t whole_bytes, Parse parse,
              std::vector<FileRead>* looked_for = nullptr)
    -> tl::expected<typename decltype(parse(std::string_view()))::value_type, Fault> {
  auto line = ReadBeginning(path, kLineBytes, Readable::kFilesAndStreams);
  if (looked_for != nullptr) {
    looked_for->push_back(
        {path, line.has_value() ? std::optional(FileContent::Of(*line)) : std::nullopt});
  }
  if (!line.has_value()) return tl::unexpected(Unreadable(path, line.error()));
  auto parsed = parse(std::string_view(*line));
  const FileKind found = KindOf(*line);
  std::optional<Fault> fault;
  if (found != wanted) {
    fault = MixedUp(path, wanted, found);
  } else if (!parsed.has_value()) {
    fault = Unsound(path, wanted, *line, whole_bytes);
  }
  explicit_bzero(line->data(), line->size());  // it may be a secret, asked for or not
  if (fault.has_value()) return tl::unexpected(std::move(*fault));
  return std::move(*parsed);
}

}  // namespace

tl::expected<bundle::SecretKey, Fault> ReadSecretKey(const std::string& path,
                                                     bool insecure_permissions) {
  static const size_t whole_bytes = bundle::LineOf(bundle::PublicKey{}).size();
  auto key = ReadLine(path, FileKind::kSecretKey, whole_bytes, bundle::SecretKey::FromLine);
  if (!key.has_value() || insecure_permissions || NamesAStream(path)) return key;
  if (const auto who = WhoElseMayReadOrWrite(path)) {
    return tl::unexpected(UnsafeFault(path, "to sign with", *who));
  }
  return key;
}

tl::expected<bundle::PublicKey, Fault> ReadPublicKey(const std::string& path,
                                                     bool insecure_permissions) {
  static const size_t whole_bytes = bundle::LineOf(bundle::PublicKey{}).size();
  auto key = ReadLine(path, FileKind::kPublicKey, whole_bytes, bundle::PublicKeyFromLine);
  if (!key.has_value() || insecure_permissions || NamesAStream(path)) return key;
  if (const auto who = WhoElseMayWrite(path)) {
    return tl::unexpected(UnsafeFault(path, "to verify with", *who));
  }
  return key;
}

tl::expected<bundle::Signature, Fault> ReadSignature(const std::string& path,
                                                     std::vector<FileRead>* looked_for) {
  static const size_t whole_bytes = bundle::LineOf(bundle::Signature{}).size();
  return ReadLine(path, FileKind::kSignature, whole_bytes, bundle::SignatureFromLine, looked_for);
}

tl::expected<BundleFile, Fault> ReadBundle(const std::string& path) {
  auto file = ReadFile(path, bundle::kMaxBundleBytes, Readable::kFilesAndStreams);
  if (!file.has_value()) {
    if (file.error() != EFBIG) return tl::unexpected(Unreadable(path, file.error()));
    return tl::unexpected(Fault{fmt::format("{} has more than {} MiB, the most that a bundle has",
                                            path, bundle::kMaxBundleBytes >> 20)});
  }
  if (const FileKind found = KindOf(*file); found != FileKind::kBundle) {
    return tl::unexpected(MixedUp(path, FileKind::kBundle, found));
  }
  const size_t bytes = file->size();
  auto loaded = bundle::Read(std::move(*file), path);
  if (!loaded.has_value()) {
    return tl::unexpected(
        Fault{fmt::format("{} is no sound bundle: {}", path, loaded.error()),
              "compile it again with this writ, or get it again if it was changed on its way"});
  }
  return BundleFile{std::move(*loaded), bytes};
}

std::string SignatureFileOf(const std::string& bundle) {
  return bundle + ".sig";
}

}  // namespace writ
