// Finding a policy's text again.
// Tested by tests/cli/bundles.py and tests/cli/bench.py.
#include "cli/policy_sources.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "cli/print.h"
#include "compiler/read_file.h"
#include "compiler/yaml/yaml.h"
#include "vm/bundle/hash.h"
#include "vm/shown.h"

namespace writ {
namespace {

std::string_view FolderOf(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::optional<std::string> PolicySources::Line(uint32_t file, uint32_t line) {
  const auto [found, is_new] = sources_.try_emplace(file);
  if (is_new) found->second = Read(file);
  if (found->second == nullptr) return std::nullopt;
  return std::string(found->second->Line(line));
}

std::shared_ptr<const Source> PolicySources::Read(uint32_t file) {
  if (file >= program_.files.size() || file >= program_.file_hashes.size()) return nullptr;
  std::vector<std::string> tried;
  for (const std::string& path : CandidatesFor(program_.files[file])) {
    if (std::find(tried.begin(), tried.end(), path) != tried.end()) continue;
    tried.push_back(path);
    auto text = ReadFile(path, yaml::kMaxYamlBytes, Readable::kFiles);
    if (!text.has_value()) continue;
    if (bundle::Sha256({*text}) == program_.file_hashes[file]) {
      return std::make_shared<const Source>(path, std::move(*text));
    }
    PrintErr(
        fmt::format("writ: note: {} is not what this was compiled from, so its lines are "
                    "not shown\n",
                    EscapeUnseen(path)));
  }
  return nullptr;
}

std::vector<std::string> PolicySources::CandidatesFor(const std::string& file) const {
  const std::string name(NameOf(file));
  if (!folder_.empty()) return {folder_ + "/" + name};
  std::vector<std::string> paths;
  for (const std::string& given : policies_) {
    paths.push_back(std::string(FolderOf(given)) + name);
  }
  // Of a policy in YAML that is the path as it was given.
  if (file != name) paths.insert(paths.begin(), file);
  return paths;
}

}  // namespace writ
