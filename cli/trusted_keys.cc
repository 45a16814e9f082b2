// Whether one of some keys signed a bundle.
// Tested by tests/cli/sign.py.
#include "cli/trusted_keys.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include "cli/signature_files.h"

namespace writ {
namespace {

constexpr size_t kDigitsShown = 16;
constexpr size_t kKeysShown = 3;

std::string Beginning(const bundle::Hash& bytes) {
  return bundle::Hex(bytes).substr(0, kDigitsShown) + "…";
}

std::string Listed(const std::vector<TrustedKey>& keys) {
  std::string text;
  for (size_t i = 0; i < std::min(keys.size(), kKeysShown); ++i) {
    text += fmt::format("{}{} ({})", i == 0 ? "" : " or ", keys[i].file, Beginning(keys[i].key));
  }
  if (keys.size() > kKeysShown) text += fmt::format(" or {} more", keys.size() - kKeysShown);
  return text;
}

Fault OfAnotherBundle(const SignedBundle& bundle, const std::string& signature_file,
                      const TrustedKey& key) {
  return {fmt::format("{} is not the signature of {}: {} ({}) did not sign root hash {}",
                      signature_file, bundle.file, key.file, Beginning(key.key),
                      Beginning(bundle.root_hash)),
          "it is another bundle's, or was changed: get both files again, or sign the bundle again"};
}

}  // namespace

tl::expected<TrustedKeys, Fault> TrustedKeys::Read(const std::vector<std::string>& files,
                                                   bool insecure_permissions) {
  TrustedKeys trusted;
  for (const std::string& file : files) {
    const auto key = ReadPublicKey(file, insecure_permissions);
    if (!key.has_value()) return tl::unexpected(key.error());
    trusted.keys_.push_back({file, *key});
  }
  return trusted;
}

tl::expected<TrustedKey, Fault> TrustedKeys::FindSigner(const SignedBundle& bundle,
                                                        const std::string& signature_file,
                                                        std::vector<FileRead>* looked_for) const {
  const bool is_missing = access(signature_file.c_str(), F_OK) != 0 && errno == ENOENT;
  const auto signature = ReadSignature(signature_file, looked_for);
  if (is_missing && !signature.has_value()) {
    return tl::unexpected(
        Fault{fmt::format("{} is not signed: there is no {}", bundle.file, signature_file),
              fmt::format("writ sign --key NAME.key {} signs it", bundle.file)});
  }
  if (!signature.has_value()) return tl::unexpected(signature.error());
  const bool is_signed =
      bundle::IsSignedBy(signature->key, *signature, bundle.format_version, bundle.root_hash);
  // Nothing but where to look: it is the key that was given which it must be of.
  const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const TrustedKey& trusted) {
    return trusted.key == signature->key;
  });
  if (key != keys_.end()) {
    if (is_signed) return *key;
    return tl::unexpected(OfAnotherBundle(bundle, signature_file, *key));
  }
  return tl::unexpected(
      Fault{fmt::format("{} is not signed by {}: {} is of key {}{}", bundle.file, Listed(keys_),
                        signature_file, Beginning(signature->key),
                        is_signed ? "" : ", and of another bundle"),
            "give the public key of whoever signed it, or have it signed with a key of these"});
}

}  // namespace writ
