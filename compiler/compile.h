// From policies in YAML to a program that may run: load, emit, verify.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/index_report.h"
#include "compiler/lower/cost.h"
#include "compiler/read_file.h"
#include "compiler/source.h"
#include "compiler/source_map.h"
#include "compiler/yaml/yaml.h"
#include "vm/verify.h"

namespace writ {

struct Policy;

// What a rule of a `writ: 1` policy costs at worst.
struct RuleBound {
  std::string file;
  Position at;  // of its name
  std::string rule;
  cel::CostBound cost;
};

// A policy in YAML that was read.
struct PolicyText {
  std::shared_ptr<const Source> source;
  std::string space;  // names the counters of a policy without a name
};

// Looks at policies that have no errors, and may say what else is wrong with them.
using PolicyInspector = std::function<void(const std::vector<Policy>& policies)>;

// The policies of a program as one that can be watched, part by part (compiler/source_map.h).
struct TracedProgram {
  // Null if they are too large for one: plain code is longer. `why` then says so.
  std::shared_ptr<const VerifiedProgram> program;
  std::string why;
  SourceMap map;
};

struct CompilerOptions {
  std::vector<RuleBound>* bounds = nullptr;  // gets those of all rules that are compiled, in order
  bool lint = false;  // each policy is warned of what it says in vain, too (compiler/lint/)
  PolicyInspector inspect = nullptr;  // errors that it reports are errors too
  TracedProgram* traced = nullptr;    // gets the same policies once more
  IndexReport* index = nullptr;       // gets how each rule is found
};

// Several policies make one program: all must allow. Null if there was any error; `diagnostics`
// then says all that is wrong with all of them. Warnings do not stop compilation. `lists`, unless
// null, gets the files that they looked for in from_file.
std::shared_ptr<const VerifiedProgram> CompileTexts(std::vector<PolicyText> texts,
                                                    Diagnostics& diagnostics,
                                                    const CompilerOptions& options,
                                                    std::vector<FileRead>* lists);

// A policy that stands inside another document. `space` names its counters.
std::shared_ptr<const VerifiedProgram> CompileInline(std::shared_ptr<const Source> source,
                                                     const yaml::Node& policy, std::string space,
                                                     Diagnostics& diagnostics,
                                                     const CompilerOptions& options = {});

}  // namespace writ
