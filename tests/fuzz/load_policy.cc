// Any bytes make a program that the verifier accepts, or diagnostics that can be shown.
// Tested by scripts/fuzz.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "compiler/compile.h"
#include "compiler/diagnostic.h"
#include "compiler/source.h"
#include "compiler/yaml/yaml.h"
#include "fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = std::make_shared<const writ::Source>("policy.yaml", text);
  writ::Diagnostics diagnostics;
  const auto document = writ::yaml::Parse(source, diagnostics);
  if (document != nullptr) {
    // A tree may come with errors; then what else is wrong is said, and no program is used.
    const bool is_sound = !diagnostics.has_errors();
    const auto program = writ::CompileInline(source, *document->root(), "policy.yaml", diagnostics);
    writ::fuzz::Require(!is_sound || (program == nullptr) == diagnostics.has_errors(),
                        "neither a program nor an error, or both");
  } else {
    writ::fuzz::Require(diagnostics.has_errors(), "no document and no error");
  }
  for (const writ::Diagnostic& diagnostic : diagnostics.all()) {
    writ::fuzz::Require(!writ::Render(diagnostic).empty(), "a diagnostic that says nothing");
  }
  return 0;
}
