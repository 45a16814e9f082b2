// What `writ inspect` says of a program: what can be read off its tables without running it.
//
// Names come from whoever wrote the bundle: whatever in them could act on a terminal is escaped
// where they are shown.
//
// Tested by tests/cli/bundles.py.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "cli/table.h"
#include "compiler/diagnostic.h"
#include "vm/bundle/frame.h"
#include "vm/verify.h"

namespace writ {

// A program as the file it is, or would be.
struct WrittenBundle {
  struct SectionSize {
    bundle::SectionId id = bundle::SectionId::kProgram;
    uint32_t rows = 0;
    uint64_t bytes = 0;
  };

  // Nothing unless the bytes are a bundle.
  static std::optional<WrittenBundle> Of(std::string_view file);

  bool has_debug_data() const;

  bundle::Hash root_hash{};
  uint16_t format_version = 0;
  uint16_t isa_version = 0;
  uint64_t bytes = 0;
  std::vector<SectionSize> sections;
};

// The file beside a bundle that holds a signature. Whether it is one of that bundle is not looked
// at.
struct SignatureBeside {
  std::string file;
  std::string key;  // hex; whose it says it is. Empty: the file holds no signature
};

struct InspectedFile {
  std::string path;
  bool is_bundle = false;
  std::string sha256;                        // of a policy in YAML; empty of a stream
  std::string root_hash;                     // of a bundle
  std::optional<WrittenBundle> written;      // of a bundle that can be read twice
  std::optional<SignatureBeside> signature;  // of a bundle
};

// Which calls a rule may decide, whatever they hold.
struct RuleReach {
  bool every_tool = false;      // by whatever name
  std::vector<uint32_t> tools;  // else: of Program::tools, rising
};

// A rule as it is written. One of several tools is compiled for each apart, where debug data shows
// that these are one.
struct InspectedRule {
  uint32_t number = 0;  // of the first in Program::rules
  RuleReach reach;
};

struct Inspection {
  std::vector<InspectedFile> files;  // as they were given
  std::shared_ptr<const VerifiedProgram> program;
  // Of the program; what is linked from several has no such form.
  std::optional<WrittenBundle> written;
  std::vector<InspectedRule> rules;
  std::vector<uint64_t> rules_of_tools;            // how many rules each of Program::tools has
  std::vector<bool> loops_of_tools;                // whether calls of each may run loops
  bool reach_is_known = true;                      // else the program is too large to find that out
  std::map<std::string_view, uint64_t> functions;  // how many calls of each the code has
};

// Of the dearest call that the tool's entry decides, in instructions: what loops repeat is counted
// once. Null if that is more than can be counted.
std::optional<uint64_t> WorstCost(const VerifiedProgram& program, const ToolEntry& tool);

// Null if one of the files has faults; `diagnostics` says them.
std::optional<Inspection> Inspect(const std::vector<std::string>& paths, Diagnostics& diagnostics);

// Lines, each with its LF.
std::string InspectionTables(const Inspection& inspection, const TableStyle& style);
// One line, with its LF. docs/operations.md describes every member.
std::string InspectionJson(const Inspection& inspection);

}  // namespace writ
