// What `writ run` may run.
// Tested by tests/faults/test_start.py, tests/cli/permissions.py and tests/faults/test_reload.py.
#include "cli/policy_loader.h"

#include <fmt/core.h>

#include "cli/labels.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/signature_files.h"
#include "proxy/permissions.h"

namespace writ {
namespace {

// Lets in bundles that one of the keys signed.
class SignedOnly : public Admission {
 public:
  explicit SignedOnly(const TrustedKeys& keys) : keys_(keys) {}

  std::optional<Inadmissible> OfPolicy(const std::string&) override {
    return Inadmissible{"this is no bundle, and --require-signature asks for signed ones",
                        "writ compile makes one of a policy, writ sign signs it"};
  }

  std::optional<Inadmissible> OfBundle(const std::string& path, const bundle::Hash& root,
                                       uint16_t format_version,
                                       std::vector<FileRead>& looked_for) override {
    const auto signer =
        keys_.FindSigner({path, format_version, root}, SignatureFileOf(path), &looked_for);
    if (signer.has_value()) return std::nullopt;
    has_refused_bundle_ = true;
    return Inadmissible{signer.error().message, signer.error().hint};
  }

  bool has_refused_bundle() const { return has_refused_bundle_; }

 private:
  const TrustedKeys& keys_;
  bool has_refused_bundle_ = false;
};

}  // namespace

std::string DigestOf(const std::vector<FileRead>& files) {
  std::string hashes;
  for (const FileRead& file : files) {
    if (!file.content.has_value()) return {};
    hashes += bundle::AsText(file.content->sha256);
  }
  return files.size() == 1 ? bundle::Hex(files[0].content->sha256)
                           : bundle::Hex(bundle::Sha256({hashes}));
}

std::vector<std::string> NamesOf(const std::vector<FileRead>& files) {
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const FileRead& file : files) names.push_back(file.name);
  return names;
}

// What decides is worth nothing if others may change it.
std::optional<UnsafeFile> PolicyLoader::FindUnsafe(const std::vector<std::string>& files) const {
  if (insecure_) return std::nullopt;
  for (const std::string& file : files) {
    const std::optional<Opening> opening = WhoElseMayWrite(file);
    if (!opening.has_value()) continue;
    return UnsafeFile{
        fmt::format("{} is not safe to decide by: {}", file, opening->text),
        fmt::format("{}--insecure-permissions takes it as it is",
                    opening->remedy.empty() ? std::string()
                                            : opening->remedy + " takes that right away; ")};
  }
  return std::nullopt;
}

std::shared_ptr<const VerifiedProgram> PolicyLoader::Compile(LoadedPolicy& loaded) {
  Diagnostics diagnostics;
  PolicyFiles files;
  files.spaces = spaces_;
  LoadOptions options;
  options.files = &files;
  SignedOnly signed_only(keys_);
  if (!keys_.empty()) options.admission = &signed_only;
  auto program = LoadProgram(policies_, diagnostics, options);
  loaded.lacks_signature = signed_only.has_refused_bundle();
  loaded.digest = DigestOf(files.read);
  loaded.files = std::move(files.read);
  loaded.said = ReportTexts(diagnostics);
  spaces_ = std::move(files.spaces);
  if (program == nullptr) {
    const size_t errors = diagnostics.error_count();
    loaded.refusal = fmt::format("{} error{}", errors, errors == 1 ? "" : "s");
  }
  return program;
}

LoadedPolicy PolicyLoader::Load() {
  LoadedPolicy loaded;
  const auto refuse = [&loaded](const std::string& message, const std::string& hint) {
    loaded.said.push_back(ErrorText(message, hint));
    loaded.refusal = message;
    loaded.program = nullptr;
    return std::move(loaded);
  };
  loaded.program = Compile(loaded);
  if (loaded.program == nullptr) return loaded;
  if (const auto unsafe = FindUnsafe(NamesOf(loaded.files))) {
    return refuse(unsafe->message, unsafe->hint);
  }
  auto labels = LabelsFor(*loaded.program, labels_);
  if (!labels.has_value()) return refuse(labels.error().message, labels.error().hint);
  loaded.labels = std::move(*labels);
  return loaded;
}

}  // namespace writ
