// writ sign: the signature of a bundle, in a file of its own.
// Tested by tests/cli/sign.py.
#include <fmt/core.h>

#include <string>

#include "cli/commands.h"
#include "cli/fault.h"
#include "cli/file_kind.h"
#include "cli/print.h"
#include "cli/signature_files.h"
#include "compiler/read_file.h"
#include "vm/bundle/hash.h"
#include "vm/bundle/signature.h"
#include "vm/json_text.h"
#include "vm/shown.h"

namespace writ {
namespace {

// Ed25519 signs the same bytes the same each time.
bool IsThere(const std::string& file, const std::string& line) {
  const auto text = ReadFile(file, line.size(), Readable::kFiles);
  return text.has_value() && *text == line;
}

void Say(const SignOptions& options, const std::string& file, const bundle::Loaded& loaded,
         const bundle::PublicKey& key) {
  if (options.json) {
    PrintJson(fmt::format("{{\"ok\":true,\"signature\":{},\"root\":{},\"format\":{},\"key\":{}}}\n",
                          JsonQuote(file), JsonQuote(bundle::Hex(loaded.root_hash)),
                          loaded.format_version, JsonQuote(bundle::Hex(key))));
  } else {
    PrintOut(fmt::format("{}: signed\nroot hash  {}\nformat     {}\nkey        {}\n",
                         EscapeUnseen(file), bundle::Hex(loaded.root_hash), loaded.format_version,
                         bundle::Hex(key)));
  }
}

}  // namespace

int Sign(const SignOptions& options) {
  OutputFile output = options.output;
  if (output.path.empty()) output.path = SignatureFileOf(options.bundle);
  if (!Spares(output, {options.bundle, options.key})) return kExitUsage;
  const auto key = ReadSecretKey(options.key, options.insecure_permissions);
  if (!key.has_value()) return Refuse(key.error(), options.json);
  const auto file = ReadBundle(options.bundle);
  if (!file.has_value()) return Refuse(file.error(), options.json);
  const bundle::Loaded& loaded = file->loaded;
  const bundle::PublicKey half = key->PublicHalf();
  const std::string line =
      bundle::LineOf(bundle::Signature{half, key->Sign(loaded.format_version, loaded.root_hash)});
  if (IsStdout(output)) {
    PrintOut(line);
    return kExitYes;
  }
  // What the key signed before makes way for what it signs now.
  output.makes_way = [&half](const std::string& path) {
    if (KindOfFile(path) != FileKind::kSignature) return false;
    const auto there = ReadSignature(path);
    return there.has_value() && there->key == half;
  };
  if (!IsThere(output.path, line) && !WriteOutput(output, line)) return kExitUsage;
  Say(options, output.path, loaded, half);
  return kExitYes;
}

}  // namespace writ
