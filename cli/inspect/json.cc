// A program's contents as JSON.
// Tested by tests/cli/bundles.py.
#include <algorithm>
#include <string_view>

#include "cli/inspect/inspection.h"
#include "cli/json_text.h"
#include "proxy/counters.h"

namespace writ {
namespace {

std::string_view Word(bool value) {
  return value ? "true" : "false";
}

class Writer {
 public:
  explicit Writer(const Inspection& inspection)
      : inspection_(inspection),
        verified_(*inspection.program),
        program_(*verified_),
        names_(program_.tools.size()) {
    for (const auto& [name, tool] : program_.tool_index) names_[tool].push_back(name);
  }

  std::string Write() {
    json_.Open('{');
    json_.Member("program", program_.digest);
    List("files", inspection_.files, [this](const InspectedFile& file) { File(file); });
    json_.Name("bundle");
    Bundle(inspection_.written);
    Policies();
    Lists();
    Tools();
    Rules();
    List("quotas", program_.quotas, [this](const Quota& quota) { OneQuota(quota); });
    Names("labels", program_.labels);
    json_.Name("hidden");
    json_.Open('{');
    json_.Word("all", Word(program_.hides_all));
    Names("tools", program_.hidden);
    Names("globs", program_.hidden_globs);
    json_.Close('}');
    List("functions", inspection_.functions, [this](const auto& function) {
      json_.Open('{');
      json_.Member("name", function.first);
      json_.Number("calls", function.second);
      json_.Close('}');
    });
    json_.Close('}');
    return std::move(json_.text) + '\n';
  }

 private:
  template <typename Rows, typename Row>
  void List(std::string_view name, const Rows& rows, const Row& row) {
    json_.Name(name);
    json_.Open('[');
    for (const auto& one : rows) row(one);
    json_.Close(']');
  }

  template <typename Texts>
  void Names(std::string_view name, const Texts& texts) {
    List(name, texts, [this](std::string_view text) { json_.Text(text); });
  }

  void File(const InspectedFile& file) {
    json_.Open('{');
    json_.Member("file", file.path);
    json_.Member("kind", file.is_bundle ? "bundle" : "policy");
    if (!file.is_bundle) {
      json_.MemberOrNull("sha256", file.sha256);
    } else {
      json_.Member("program", file.root_hash);
      json_.Name("signature");
      if (file.signature.has_value()) {
        json_.Open('{');
        json_.Member("file", file.signature->file);
        json_.MemberOrNull("key", file.signature->key);
        json_.Close('}');
      } else {
        json_.Plain("null");
      }
    }
    json_.Close('}');
  }

  void Bundle(const std::optional<WrittenBundle>& written) {
    if (!written.has_value()) return json_.Plain("null");
    json_.Open('{');
    json_.Number("bytes", written->bytes);
    json_.Number("format", written->format_version);
    json_.Number("instruction_set", written->isa_version);
    json_.Word("stripped", Word(!written->has_debug_data()));
    List("sections", written->sections, [this](const WrittenBundle::SectionSize& section) {
      json_.Open('{');
      json_.Member("name", bundle::SectionName(section.id));
      json_.Number("rows", section.rows);
      json_.Number("bytes", section.bytes);
      json_.Word("debug", Word(bundle::IsDebugData(section.id)));
      json_.Close('}');
    });
    json_.Close('}');
  }

  // Null and null where there is no debug data.
  void Source(size_t file) {
    const bool is_known = file < program_.files.size() && file < program_.file_hashes.size();
    json_.MemberOrNull("file", is_known ? program_.files[file] : "");
    json_.MemberOrNull("sha256", is_known ? bundle::Hex(program_.file_hashes[file]) : "");
  }

  void Policies() {
    json_.Name("policies");
    json_.Open('[');
    for (size_t i = 0; i < program_.policies.size(); ++i) {
      const PolicyOrigin& policy = program_.policies[i];
      json_.Open('{');
      json_.Member("language", policy.language == Language::kIntercept ? "version 1" : "writ 1");
      json_.Member("name", policy.name);
      json_.Word("named", Word(policy.is_named));
      Source(i);
      json_.Close('}');
    }
    json_.Close(']');
  }

  // That policies took from_file.
  void Lists() {
    json_.Name("lists");
    json_.Open('[');
    for (size_t i = program_.policies.size(); i < program_.files.size(); ++i) {
      json_.Open('{');
      Source(i);
      json_.Close('}');
    }
    json_.Close(']');
  }

  void ToolMembers(uint32_t tool) {
    json_.Name("rules");
    if (inspection_.reach_is_known) {
      json_.Plain(std::to_string(inspection_.rules_of_tools[tool]));
    } else {
      json_.Plain("null");
    }
    const auto cost = WorstCost(verified_, program_.tools[tool]);
    json_.Word("cost", cost.has_value() ? std::to_string(*cost) : "null");
    json_.Word("has_loops", Word(inspection_.loops_of_tools[tool]));
  }

  void Tools() {
    List("tools", program_.tool_index, [this](const auto& named) {
      json_.Open('{');
      json_.Member("name", named.first);
      ToolMembers(named.second);
      json_.Close('}');
    });
    json_.Name("other_tools");
    json_.Open('{');
    ToolMembers(program_.other_tools);
    json_.Close('}');
  }

  // Null where that is not known.
  void Reach(const RuleReach& reach) {
    if (!inspection_.reach_is_known) {
      for (const char* name : {"every_tool", "other_tools", "tools"}) json_.Word(name, "null");
      return;
    }
    std::vector<std::string_view> names;
    for (const uint32_t tool : reach.tools) {
      names.insert(names.end(), names_[tool].begin(), names_[tool].end());
    }
    std::sort(names.begin(), names.end());
    const bool has_others =
        reach.every_tool ||
        std::binary_search(reach.tools.begin(), reach.tools.end(), program_.other_tools);
    json_.Word("every_tool", Word(reach.every_tool));
    json_.Word("other_tools", Word(has_others));
    Names("tools", names);
  }

  void Rules() {
    json_.Name("rules");
    json_.Open('[');
    for (const InspectedRule& inspected : inspection_.rules) {
      const Rule& rule = program_.rules[inspected.number];
      json_.Open('{');
      json_.Member("name", rule.name);
      json_.Word("shadow", Word(rule.shadow));
      Reach(inspected.reach);
      const bool is_known = rule.at.line > 0 && rule.at.file < program_.files.size();
      json_.MemberOrNull("file", is_known ? program_.files[rule.at.file] : "");
      json_.Word("line", is_known ? std::to_string(rule.at.line) : "null");
      json_.Word("column", is_known ? std::to_string(rule.at.column) : "null");
      json_.Close('}');
    }
    json_.Close(']');
  }

  void OneQuota(const Quota& quota) {
    const Counter& counter = program_.counters[quota.counter];
    const bool has_limit = !quota.shadow && quota.limit_block == kNoBlock;
    const bool has_amount = quota.amount_block == kNoBlock && quota.amount_slot == kNoSlot;
    json_.Open('{');
    json_.Member("counter", counter.path);
    json_.Member("rule", program_.rules[quota.rule].name);
    json_.Word("shadow", Word(quota.shadow));
    json_.Member("window", WindowName(counter.window));
    json_.Word("limit", has_limit ? FormatScaled(quota.limit, quota.scale) : "null");
    json_.Word("amount", has_amount ? FormatScaled(quota.amount, quota.scale) : "null");
    json_.Word("by_key", Word(quota.key_block != kNoBlock));
    json_.Close('}');
  }

  const Inspection& inspection_;
  const VerifiedProgram& verified_;
  const Program& program_;
  std::vector<std::vector<std::string_view>> names_;  // of each of Program::tools
  JsonText json_;
};

}  // namespace

std::string InspectionJson(const Inspection& inspection) {
  return Writer(inspection).Write();
}

}  // namespace writ
