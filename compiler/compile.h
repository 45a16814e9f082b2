// From policy files to a program that may run: read, load, emit, verify.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/lower/cost.h"
#include "compiler/read_file.h"
#include "compiler/source.h"
#include "compiler/yaml/yaml.h"
#include "vm/verify.h"

namespace writ {

// What a rule of a `writ: 1` policy costs at worst.
struct RuleBound {
  std::string file;
  Position at;  // of its name
  std::string rule;
  cel::CostBound cost;
};

// What compiling read; kept by whoever compiles the same paths again.
struct PolicyFiles {
  // Every file that was looked for, whether it compiled or not: the policies, then their lists of
  // from_file. Streams that this process was given open are no such files.
  std::vector<FileRead> read;
  // By path: what names the counters of a policy without a name, its real path when it was first
  // compiled. A link that leads elsewhere later leaves it its counters.
  std::map<std::string, std::string> spaces;
};

// Of the texts of those, in that order, what Program::digest is: of one the SHA-256, as sha256sum
// prints it; of several that of their lengths and texts.
std::string DigestOf(const std::vector<std::string_view>& texts);

// Several policies make one program: all must allow. Null if there was any error; `diagnostics`
// then says all that is wrong with all of them. Warnings do not stop compilation. `bounds`, unless
// null, gets those of all rules, in order.
std::shared_ptr<const VerifiedProgram> CompileFiles(const std::vector<std::string>& paths,
                                                    Diagnostics& diagnostics,
                                                    std::vector<RuleBound>* bounds = nullptr,
                                                    PolicyFiles* files = nullptr);

// A policy that stands inside another document. `space` names its counters.
std::shared_ptr<const VerifiedProgram> CompileInline(std::shared_ptr<const Source> source,
                                                     const yaml::Node& policy, std::string space,
                                                     Diagnostics& diagnostics);

// The file's text, or null with a diagnostic that says why it cannot be read.
std::shared_ptr<const Source> ReadSource(const std::string& path, Diagnostics& diagnostics);

}  // namespace writ
