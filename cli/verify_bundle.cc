// writ verify FILE: whether a bundle is sound, and signed by whom it should be.
// Tested by tests/cli/sign.py.
#include <fmt/core.h>

#include <optional>
#include <string>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/signature_files.h"
#include "cli/trusted_keys.h"
#include "vm/bundle/hash.h"
#include "vm/json_text.h"
#include "vm/shown.h"

namespace writ {
namespace {

// What is known so far, in the order in which it is found out.
struct Findings {
  std::optional<SignedBundle> bundle;  // sound
  size_t bytes = 0;
  std::optional<TrustedKey> signer;
};

tl::expected<void, Fault> FindOut(const VerifyOptions& options, Findings& findings) {
  const auto keys = TrustedKeys::Read(options.keys, options.state.insecure_permissions);
  if (!keys.has_value()) return tl::unexpected(keys.error());
  const auto file = ReadBundle(options.bundle);
  if (!file.has_value()) return tl::unexpected(file.error());
  findings.bundle = {options.bundle, file->loaded.format_version, file->loaded.root_hash};
  findings.bytes = file->bytes;
  if (keys->empty()) return {};
  auto signer =
      keys->FindSigner(*findings.bundle, options.signature.empty() ? SignatureFileOf(options.bundle)
                                                                   : options.signature);
  if (!signer.has_value()) return tl::unexpected(signer.error());
  findings.signer = std::move(*signer);
  return {};
}

void PrintAsJson(const std::string& file, const Findings& found, const Fault* fault) {
  std::string text = fmt::format("{{\"ok\":{},\"file\":{}", fault == nullptr, JsonQuote(file));
  text += found.bundle.has_value() ? fmt::format(",\"root\":\"{}\",\"format\":{},\"bytes\":{}",
                                                 bundle::Hex(found.bundle->root_hash),
                                                 found.bundle->format_version, found.bytes)
                                   : ",\"root\":null,\"format\":null,\"bytes\":null";
  text += found.signer.has_value()
              ? fmt::format(",\"signed_by\":{},\"key\":\"{}\"", JsonQuote(found.signer->file),
                            bundle::Hex(found.signer->key))
              : ",\"signed_by\":null,\"key\":null";
  text += fault != nullptr ? fmt::format(",\"error\":{},\"hint\":{}}}\n", JsonQuote(fault->message),
                                         JsonQuote(fault->hint))
                           : ",\"error\":null,\"hint\":null}\n";
  PrintJson(text);
}

void PrintText(const Findings& found) {
  const std::string signer =
      found.signer.has_value()
          ? fmt::format("{} ({})", EscapeUnseen(found.signer->file), bundle::Hex(found.signer->key))
          : "not looked at: give --key NAME.pub";
  PrintOut(
      fmt::format("{}: sound\nroot hash  {}\nformat     {}\nsize       {} bytes\nsigned by  {}\n",
                  EscapeUnseen(found.bundle->file), bundle::Hex(found.bundle->root_hash),
                  found.bundle->format_version, found.bytes, signer));
}

}  // namespace

int VerifyBundle(const VerifyOptions& options) {
  Findings findings;
  const auto found = FindOut(options, findings);
  if (options.json) {
    PrintAsJson(options.bundle, findings, found.has_value() ? nullptr : &found.error());
  } else if (found.has_value()) {
    PrintText(findings);
  } else {
    PrintError(found.error().message, found.error().hint);
  }
  return found.has_value() ? kExitYes : kExitUsage;
}

}  // namespace writ
