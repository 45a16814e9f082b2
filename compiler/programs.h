// From the files that a command line names to a program that may run: policies in YAML are
// compiled, bundles are read. Which a file is its first bytes tell; one called .writ must be a
// bundle. Several may be mixed: all must allow.
//
// Tested by tests/compiler/programs_test.cc.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compile.h"
#include "compiler/diagnostic.h"
#include "compiler/read_file.h"
#include "compiler/source.h"
#include "vm/bundle/hash.h"
#include "vm/verify.h"

namespace writ {

// What loading read; kept by whoever loads the same paths again.
struct PolicyFiles {
  // Every file that was looked for, whether it was sound or not: policies and bundles, what is
  // asked of bundles, then the policies' lists of from_file. Streams that this process was given
  // open are no such files.
  std::vector<FileRead> read;
  // By path: what names the counters of a policy without a name, its real path when it was first
  // loaded. A link that leads elsewhere later leaves it its counters.
  std::map<std::string, std::string> spaces;
};

// Why a file may not be loaded, sound or not.
struct Inadmissible {
  std::string message;  // one sentence, no full stop
  std::string hint;
};

// What a file must have besides being sound.
class Admission {
 public:
  virtual ~Admission() = default;
  virtual std::optional<Inadmissible> OfPolicy(const std::string& path) = 0;
  // Asked before anything but the hashes of the bundle was looked at. Adds the files it looked for.
  virtual std::optional<Inadmissible> OfBundle(const std::string& path, const bundle::Hash& root,
                                               uint16_t format_version,
                                               std::vector<FileRead>& looked_for) = 0;
};

struct LoadOptions {
  PolicyFiles* files = nullptr;
  Admission* admission = nullptr;
  CompilerOptions compile = {};  // of policies in YAML: nothing of it is asked of bundles
};

// Null if there was any error; `diagnostics` then says all that is wrong with all of them. Warnings
// stop nothing.
std::shared_ptr<const VerifiedProgram> LoadProgram(const std::vector<std::string>& paths,
                                                   Diagnostics& diagnostics,
                                                   const LoadOptions& options = {});

// The text of a file in YAML, or null with a diagnostic that says why it cannot be read.
std::shared_ptr<const Source> ReadSource(const std::string& path, Diagnostics& diagnostics);

}  // namespace writ
