// Reading off a program what it may do.
// Tested by tests/cli/bundles.py.
#include "cli/inspect/inspection.h"

#include <algorithm>
#include <utility>

#include "cli/inspect/loops.h"
#include "cli/inspect/rule_reach.h"
#include "compiler/programs.h"
#include "compiler/read_file.h"
#include "vm/bundle/bundle.h"
#include "vm/bundle/signature.h"
#include "vm/functions/function.h"

namespace writ {
namespace {

// A signature's line has no more.
constexpr size_t kMaxSignatureBytes = 1024;

std::optional<SignatureBeside> SignatureOf(const std::string& bundle) {
  if (NamesAStream(bundle)) return std::nullopt;
  SignatureBeside beside{bundle + ".sig", {}};
  const auto line = ReadFile(beside.file, kMaxSignatureBytes, Readable::kFiles);
  if (!line.has_value()) {
    if (line.error() == ENOENT || line.error() == ENOTDIR) return std::nullopt;
    return beside;
  }
  const auto signature = bundle::SignatureFromLine(*line);
  if (signature.has_value()) beside.key = bundle::Hex(signature->key);
  return beside;
}

// Takes every file, and notes what it is.
class Noting : public Admission {
 public:
  std::optional<Inadmissible> OfPolicy(const std::string& path) override {
    InspectedFile file;
    file.path = path;
    files.push_back(std::move(file));
    return std::nullopt;
  }

  std::optional<Inadmissible> OfBundle(const std::string& path, const bundle::Hash& root,
                                       uint16_t /*format_version*/,
                                       std::vector<FileRead>& /*looked_for*/) override {
    InspectedFile file;
    file.path = path;
    file.is_bundle = true;
    file.root_hash = bundle::Hex(root);
    file.signature = SignatureOf(path);
    // A second time: what was loaded is not kept. It may have changed since.
    if (const auto bytes = ReadFile(path, bundle::kMaxBundleBytes, Readable::kFiles)) {
      file.written = WrittenBundle::Of(*bytes);
      if (file.written.has_value() && file.written->root_hash != root) file.written.reset();
    }
    files.push_back(std::move(file));
    return std::nullopt;
  }

  std::vector<InspectedFile> files;
};

std::optional<WrittenBundle> WrittenOf(const std::vector<InspectedFile>& files,
                                       const Program& program) {
  if (files.size() == 1 && files.front().written.has_value()) return files.front().written;
  const auto bytes = bundle::Write(program);
  return bytes.has_value() ? WrittenBundle::Of(*bytes) : std::nullopt;
}

bool IsSame(const Rule& a, const Rule& b) {
  return a.at.line > 0 && a.at.line == b.at.line && a.at.column == b.at.column &&
         a.at.file == b.at.file && a.name == b.name && a.shadow == b.shadow;
}

// `reaches`: of each rule, or none.
std::vector<InspectedRule> RulesOf(const Program& program, std::vector<RuleReach> reaches) {
  std::vector<InspectedRule> rules;
  for (uint32_t i = 0; i < program.rules.size(); ++i) {
    RuleReach reach;
    if (!reaches.empty()) reach = std::move(reaches[i]);
    if (rules.empty() || !IsSame(program.rules[rules.back().number], program.rules[i])) {
      rules.push_back({i, std::move(reach)});
      continue;
    }
    RuleReach& all = rules.back().reach;
    all.every_tool = all.every_tool || reach.every_tool;
    all.tools.insert(all.tools.end(), reach.tools.begin(), reach.tools.end());
  }
  for (InspectedRule& rule : rules) {
    std::sort(rule.reach.tools.begin(), rule.reach.tools.end());
    if (rule.reach.tools.size() == program.tools.size()) rule.reach.every_tool = true;
    if (rule.reach.every_tool) rule.reach.tools.clear();
  }
  return rules;
}

std::map<std::string_view, uint64_t> FunctionsOf(const Program& program) {
  std::map<std::string_view, uint64_t> calls;
  for (const Instruction& at : program.code) {
    if (Info(at.op).b == OperandClass::kFunction) ++calls[Info(static_cast<FunctionId>(at.b)).name];
  }
  return calls;
}

}  // namespace

std::optional<WrittenBundle> WrittenBundle::Of(std::string_view file) {
  const auto frame = bundle::ReadFrame(file);
  if (!frame.has_value()) return std::nullopt;
  WrittenBundle written{
      frame->root_hash, frame->format_version, frame->isa_version, file.size(), {}};
  for (const bundle::SectionView& section : frame->sections) {
    written.sections.push_back({section.id, section.rows, section.bytes.size()});
  }
  return written;
}

bool WrittenBundle::has_debug_data() const {
  return std::any_of(sections.begin(), sections.end(),
                     [](const SectionSize& section) { return bundle::IsDebugData(section.id); });
}

std::optional<uint64_t> WorstCost(const VerifiedProgram& program, const ToolEntry& tool) {
  uint64_t cost = program.cost(tool.block);
  for (uint32_t i = 0; i < tool.next_count; ++i) {
    const uint64_t of_part = program.cost(program->next_parts[tool.first_next + i].block);
    cost = of_part > UINT64_MAX - cost ? UINT64_MAX : cost + of_part;
  }
  return cost == UINT64_MAX ? std::nullopt : std::optional(cost);
}

std::optional<Inspection> Inspect(const std::vector<std::string>& paths, Diagnostics& diagnostics) {
  Noting noting;
  PolicyFiles read;
  LoadOptions options;
  options.admission = &noting;
  options.files = &read;
  Inspection inspection;
  inspection.program = LoadProgram(paths, diagnostics, options);
  if (inspection.program == nullptr) return std::nullopt;
  inspection.files = std::move(noting.files);
  for (InspectedFile& file : inspection.files) {
    if (file.is_bundle) continue;
    const auto found = std::find_if(read.read.begin(), read.read.end(),
                                    [&file](const FileRead& f) { return f.name == file.path; });
    if (found != read.read.end() && found->content.has_value()) {
      file.sha256 = bundle::Hex(found->content->sha256);
    }
  }
  const Program& program = **inspection.program;
  inspection.written = WrittenOf(inspection.files, program);
  std::vector<RuleReach> reaches;
  inspection.reach_is_known = FindReach(program, reaches, inspection.rules_of_tools);
  inspection.loops_of_tools = FindLoops(program);
  inspection.rules = RulesOf(program, std::move(reaches));
  inspection.functions = FunctionsOf(program);
  return inspection;
}

}  // namespace writ
