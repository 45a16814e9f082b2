// The pipeline from files to a verified program.
// Tested by tests/compiler/compile_test.cc.
#include "compiler/compile.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <map>
#include <set>

#include "compiler/emit/emit.h"
#include "compiler/emit/rule_cost.h"
#include "compiler/load/load_policy.h"
#include "compiler/read_file.h"

namespace writ {
namespace {

std::shared_ptr<const VerifiedProgram> EmitAndVerify(
    const std::vector<Policy>& policies, std::vector<std::shared_ptr<const Source>> sources,
    Diagnostics& diagnostics) {
  const size_t errors_before = diagnostics.error_count();
  Program program = Emit(policies, diagnostics);
  if (diagnostics.error_count() != errors_before) return nullptr;
  for (const Policy& policy : policies) {
    sources.insert(sources.end(), policy.data_files.begin(), policy.data_files.end());
  }
  std::vector<std::string_view> texts;
  texts.reserve(sources.size());
  for (const auto& source : sources) texts.push_back(source->text());
  program.digest = DigestOf(texts);
  auto verified = Verify(std::move(program));
  if (!verified.has_value()) {
    diagnostics.Unreadable(sources.empty() ? "" : sources.front()->name(),
                           "the compiled program was refused: " + verified.error().text,
                           "this is a fault in writ; please report it with the policy");
    return nullptr;
  }
  return std::move(*verified);
}

// Counters of policies with one name would be the same.
bool CheckNames(const std::vector<Policy>& policies, Diagnostics& diagnostics) {
  std::map<std::string_view, const Policy*> spaces;
  bool differ = true;
  for (const Policy& policy : policies) {
    const auto [earlier, is_new] = spaces.emplace(policy.space, &policy);
    if (is_new) continue;
    diagnostics.Unreadable(policy.source->name(),
                           fmt::format("this policy has the name of {}: {}",
                                       earlier->second->source->name(), Quote(policy.space)),
                           "give each policy its own name; counts are kept by it");
    differ = false;
  }
  return differ;
}

void BoundRules(const std::vector<Policy>& policies, std::vector<RuleBound>& bounds) {
  for (const Policy& policy : policies) {
    if (policy.language != Language::kWrit) continue;
    RuleCosts costs(policy);
    for (const RuleModel& rule : policy.rules) {
      bounds.push_back({policy.source->name(), rule.at, rule.name, costs.Of(rule).bound});
    }
  }
}

std::string RealPath(const std::string& path) {
  char* const real = realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string copy(real);
  free(real);
  return copy;
}

}  // namespace

std::string DigestOf(const std::vector<std::string_view>& texts) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  for (const std::string_view text : texts) {
    if (texts.size() > 1) {
      const std::string length = fmt::format("{}:", text.size());
      EVP_DigestUpdate(context, length.data(), length.size());
    }
    EVP_DigestUpdate(context, text.data(), text.size());
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context, digest, &size);
  EVP_MD_CTX_free(context);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::shared_ptr<const Source> ReadSource(const std::string& path, Diagnostics& diagnostics) {
  tl::expected<std::string, int> text =
      ReadFile(path, yaml::kMaxYamlBytes, Readable::kFilesAndStreams);
  if (text) return std::make_shared<const Source>(path, std::move(*text));
  if (text.error() == EFBIG) {
    diagnostics.Unreadable(
        path, fmt::format("has more than {} MiB, the most that is read", yaml::kMaxYamlBytes >> 20),
        "split it, or move long lists to files of their own, with from_file");
    return nullptr;
  }
  diagnostics.Unreadable(
      path, fmt::format("cannot be read: {}", ReadErrorText(text.error())),
      text.error() == ENOENT ? "check the path; it is relative to the current folder" : "");
  return nullptr;
}

std::shared_ptr<const VerifiedProgram> CompileFiles(const std::vector<std::string>& paths,
                                                    Diagnostics& diagnostics,
                                                    std::vector<RuleBound>* bounds,
                                                    PolicyFiles* files) {
  PolicyFiles no_files;
  if (files == nullptr) files = &no_files;
  files->read.clear();
  std::vector<FileRead> lists;
  std::vector<std::shared_ptr<const Source>> sources;
  std::vector<std::unique_ptr<yaml::Document>> documents;
  std::vector<Policy> policies;
  const size_t errors_before = diagnostics.error_count();
  std::set<std::string> real_paths;
  for (const std::string& path : paths) {
    std::shared_ptr<const Source> source = ReadSource(path, diagnostics);
    if (!NamesAStream(path)) files->read.push_back({path, source});
    if (source == nullptr) continue;
    if (!real_paths.insert(RealPath(path)).second) {
      diagnostics.Unreadable(path, "this policy is given twice, and would count each call twice",
                             "give it once");
      // It has texts that may compile from other files.
      if (!NamesAStream(path)) files->read.back().source = nullptr;
      continue;
    }
    std::unique_ptr<yaml::Document> document = yaml::Parse(source, diagnostics);
    if (document == nullptr) continue;
    std::optional<Policy> policy =
        LoadPolicy(source, *document->root(),
                   files->spaces.emplace(path, RealPath(path)).first->second, diagnostics, &lists);
    if (policy.has_value()) policies.push_back(std::move(*policy));
    sources.push_back(std::move(source));
    documents.push_back(std::move(document));
  }
  std::move(lists.begin(), lists.end(), std::back_inserter(files->read));
  if (diagnostics.error_count() != errors_before) return nullptr;
  if (!CheckNames(policies, diagnostics)) return nullptr;
  if (bounds != nullptr) BoundRules(policies, *bounds);
  return EmitAndVerify(policies, std::move(sources), diagnostics);
}

std::shared_ptr<const VerifiedProgram> CompileInline(std::shared_ptr<const Source> source,
                                                     const yaml::Node& policy, std::string space,
                                                     Diagnostics& diagnostics) {
  std::vector<Policy> policies;
  std::optional<Policy> loaded = LoadPolicy(source, policy, std::move(space), diagnostics);
  if (!loaded.has_value()) return nullptr;
  policies.push_back(std::move(*loaded));
  return EmitAndVerify(policies, {std::move(source)}, diagnostics);
}

}  // namespace writ
