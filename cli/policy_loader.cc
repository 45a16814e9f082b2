// What `writ run` may run.
// Tested by tests/faults/test_start.py, tests/cli/permissions.py and tests/faults/test_reload.py.
#include "cli/policy_loader.h"

#include <fmt/format.h>

#include <optional>

#include "cli/labels.h"
#include "cli/print.h"
#include "cli/report.h"
#include "proxy/permissions.h"

namespace writ {
namespace {

struct Fault {
  std::string message;
  std::string hint;
};

// What decides is worth nothing if others may change it.
std::optional<Fault> FindUnsafe(const std::vector<FileRead>& files) {
  for (const FileRead& file : files) {
    const std::optional<Opening> opening = WhoElseMayWrite(file.name);
    if (!opening.has_value()) continue;
    return Fault{
        fmt::format("{} is not safe to decide by: {}", file.name, opening->text),
        fmt::format("{}--insecure-permissions takes it as it is",
                    opening->remedy.empty() ? std::string()
                                            : opening->remedy + " takes that right away; ")};
  }
  return std::nullopt;
}

}  // namespace

LoadedPolicy PolicyLoader::Load() {
  LoadedPolicy loaded;
  const auto refuse = [&loaded](const std::string& message, const std::string& hint) {
    loaded.said.push_back(ErrorText(message, hint));
    loaded.refusal = message;
    loaded.program = nullptr;
    return std::move(loaded);
  };
  Diagnostics diagnostics;
  loaded.program = CompileFiles(policies_, diagnostics, nullptr, &files_);
  loaded.files = std::move(files_.read);
  loaded.said = ReportTexts(diagnostics);
  if (loaded.program == nullptr) {
    const size_t errors = diagnostics.error_count();
    loaded.refusal = fmt::format("{} error{}", errors, errors == 1 ? "" : "s");
    return loaded;
  }
  if (!insecure_) {
    if (const auto fault = FindUnsafe(loaded.files)) return refuse(fault->message, fault->hint);
  }
  auto labels = LabelsFor(*loaded.program, labels_);
  if (!labels.has_value()) return refuse(labels.error().message, labels.error().hint);
  loaded.labels = std::move(*labels);
  return loaded;
}

}  // namespace writ
