// writ compile: policies as one bundle.
// Tested by tests/cli/compile.py.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/file_kind.h"
#include "cli/output_file.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/signature_files.h"
#include "compiler/programs.h"
#include "vm/bundle/bundle.h"
#include "vm/json_text.h"

namespace writ {
namespace {

// A bundle makes way for the next one; whatever else is there only where that is asked for.
bool MayWriteBundle(OutputFile& output) {
  output.makes_way = IsBundle;
  if (!IsStdout(output)) return MayWrite(output);
  if (isatty(STDOUT_FILENO) == 0) return true;
  PrintError("a bundle is no text for a terminal", "name its file: -o policy.writ");
  return false;
}

// What a policy without a name counts is kept by where it lies.
void WarnOfCounts(const Program& program) {
  for (size_t i = 0; i < program.policies.size(); ++i) {
    const PolicyOrigin& policy = program.policies[i];
    const bool counts = std::any_of(
        program.counters.begin(), program.counters.end(), [&policy](const Counter& counter) {
          return counter.space == policy.space && !counter.window.is_session();
        });
    if (policy.is_named || !counts) continue;
    PrintErr(fmt::format(
        "writ: warning: {} has no name, so what it counts is kept by where the bundle lies\n"
        "  hint: {}\n",
        Shown(i < program.files.size() ? program.files[i] : policy.name),
        policy.language == Language::kWrit
            ? "give it a name:, and its counts are its own wherever it is"
            : "writ migrate makes it a policy of writ: 1, which can have a name:"));
  }
}

// Lists of from_file among them.
std::vector<std::string> NamesOf(const PolicyFiles& files) {
  std::vector<std::string> names;
  for (const FileRead& file : files.read) names.push_back(file.name);
  return names;
}

// A bundle that was signed is another one now.
void TellOfSignature(const std::string& bundle, const bundle::Loaded& loaded) {
  const std::string file = SignatureFileOf(bundle);
  if (KindOfFile(file) != FileKind::kSignature) return;
  const auto signature = ReadSignature(file);
  if (!signature.has_value() ||
      bundle::IsSignedBy(signature->key, *signature, loaded.format_version, loaded.root_hash)) {
    return;
  }
  PrintErr(
      fmt::format("writ: note: {} is of another bundle now\n"
                  "  hint: sign this one: writ sign --key NAME.key {}\n",
                  Shown(file), Shown(bundle)));
}

}  // namespace

int Compile(CompileOptions options) {
  if (!Spares(options.output, options.policies)) return kExitUsage;
  if (!MayWriteBundle(options.output)) return kExitUsage;
  Diagnostics diagnostics;
  PolicyFiles files;
  LoadOptions load;
  load.files = &files;
  const auto program = LoadProgram(options.policies, diagnostics, load);
  Report(diagnostics);
  if (program == nullptr) return ExitStatusOf(diagnostics);
  if (!Spares(options.output, NamesOf(files))) return kExitUsage;
  WarnOfCounts(**program);
  const auto bytes = bundle::Write(
      **program, options.strip ? bundle::DebugData::kStrip : bundle::DebugData::kKeep);
  if (!bytes.has_value()) {
    PrintError(fmt::format("no bundle can be made of it: {}", bytes.error()));
    return kExitUsage;
  }
  // What is published is known to load.
  const auto loaded = bundle::Read(*bytes, options.output.path);
  if (!loaded.has_value()) {
    PrintError(fmt::format("the bundle would not load: {}", loaded.error()),
               "this is a fault in writ; please report it with the policy");
    return kExitUsage;
  }
  if (!WriteOutput(options.output, *bytes)) return kExitUsage;
  if (IsStdout(options.output)) return kExitYes;
  TellOfSignature(options.output.path, *loaded);
  const std::string root = bundle::Hex(loaded->root_hash);
  if (options.json) {
    PrintJson(fmt::format("{{\"bundle\":{},\"program\":\"{}\",\"bytes\":{}}}\n",
                          JsonQuote(options.output.path), root, bytes->size()));
  } else {
    PrintOut(fmt::format("{}: {} bytes, root hash {}\n", Shown(options.output.path), bytes->size(),
                         root));
  }
  return kExitYes;
}

}  // namespace writ
