// Compiles policies to bundles for the fuzz target to start from: bundle_seeds FOLDER POLICY…
// What does not compile is passed over. Each is there with debug data and without.
// Tested by scripts/fuzz.
#include <filesystem>
#include <fstream>
#include <string>

#include "compiler/diagnostic.h"
#include "compiler/programs.h"
#include "vm/bundle/bundle.h"

namespace {

using writ::bundle::DebugData;

void Put(const std::filesystem::path& folder, const std::string& bundle) {
  const std::string name = writ::bundle::Hex(writ::bundle::Sha256({bundle}));
  std::ofstream(folder / name, std::ios::binary) << bundle;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 2; i < argc; ++i) {
    writ::Diagnostics diagnostics;
    const auto program = writ::LoadProgram({argv[i]}, diagnostics);
    if (program == nullptr) continue;
    for (const DebugData debug_data : {DebugData::kKeep, DebugData::kStrip}) {
      Put(argv[1], writ::bundle::Write(**program, debug_data).value());
    }
  }
}
