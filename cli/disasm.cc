// writ disasm: the bytecode of a policy.
// Tested by tests/compiler/emit/emit_test.cc (listings), tests/cli/command_line.py and
// tests/cli/bundles.py.
#include "vm/disasm.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/report.h"
#include "compiler/programs.h"
#include "vm/shown.h"

namespace writ {
namespace {

std::string_view FolderOf(std::string_view path) {
  return path.substr(0, path.rfind('/') + 1);
}

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The texts that a program was made of, where they are at hand: beside the policies and bundles
// that were given, or in one folder.
class Sources {
 public:
  Sources(const Program& program, const DisasmOptions& options)
      : program_(program), options_(options) {}

  std::optional<std::string> Line(uint32_t file, uint32_t line) {
    const auto [found, is_new] = sources_.try_emplace(file);
    if (is_new) found->second = Read(file);
    if (found->second == nullptr) return std::nullopt;
    return std::string(found->second->Line(line));
  }

 private:
  std::shared_ptr<const Source> Read(uint32_t file) {
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

  std::vector<std::string> CandidatesFor(const std::string& file) const {
    const std::string name(NameOf(file));
    if (!options_.source.empty()) return {options_.source + "/" + name};
    std::vector<std::string> paths;
    for (const std::string& given : options_.policies) {
      paths.push_back(std::string(FolderOf(given)) + name);
    }
    // Of a policy in YAML that is the path as it was given.
    if (file != name) paths.insert(paths.begin(), file);
    return paths;
  }

  const Program& program_;
  const DisasmOptions& options_;
  std::map<uint32_t, std::shared_ptr<const Source>> sources_;  // null: not at hand
};

// Names come from whoever wrote the bundle.
void Print(std::string_view listing) {
  while (!listing.empty()) {
    const size_t end = std::min(listing.find('\n'), listing.size() - 1);
    PrintOut(EscapeUnseen(listing.substr(0, end)) + '\n');
    listing.remove_prefix(end + 1);
  }
}

}  // namespace

int Disasm(const DisasmOptions& options) {
  Diagnostics diagnostics;
  const std::shared_ptr<const VerifiedProgram> program = LoadProgram(options.policies, diagnostics);
  Report(diagnostics);
  if (program == nullptr) return kExitUsage;
  Sources sources(**program, options);
  Print(Disassemble(**program,
                    [&sources](uint32_t file, uint32_t line) { return sources.Line(file, line); }));
  return kExitYes;
}

}  // namespace writ
