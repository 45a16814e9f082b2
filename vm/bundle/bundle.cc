// Writing and reading bundles: the steps one after the other.
// Tested by tests/compiler/bundle_test.cc.
#include "vm/bundle/bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "vm/bundle/frame.h"

namespace writ::bundle {
namespace {

Extras ExtrasOf(const Program& program) {
  Extras extras;
  extras.slot_count = static_cast<uint32_t>(program.slot_names.size());
  extras.paths = RowsOf(program.paths);
  std::map<std::string_view, uint32_t> policies;
  for (const PolicyOrigin& policy : program.policies) {
    policies.emplace(policy.space, static_cast<uint32_t>(policies.size()));
  }
  for (const Counter& counter : program.counters) {
    const auto found = policies.find(counter.space);
    // One that is no policy's is refused where it is written.
    extras.counter_policies.push_back(found == policies.end() ? UINT32_MAX : found->second);
  }
  return extras;
}

tl::expected<std::vector<Section>, std::string> SectionsOf(const Program& program,
                                                           DebugData debug_data) {
  const bool keeps = debug_data == DebugData::kKeep && !program.file_hashes.empty();
  return EncodeSections(program, ExtrasOf(program), keeps);
}

// What follows from the rest, or from where the bundle is.
void Complete(Program& program, const Extras& extras, const Hash& root_hash,
              std::string_view where) {
  for (size_t i = 0; i < program.policies.size(); ++i) {
    PolicyOrigin& policy = program.policies[i];
    policy.space = policy.is_named                ? policy.name
                   : program.policies.size() == 1 ? std::string(where)
                                                  : fmt::format("{}#{}", where, i + 1);
  }
  for (size_t i = 0; i < program.counters.size(); ++i) {
    program.counters[i].space = program.policies[extras.counter_policies[i]].space;
  }
  program.slot_names.resize(extras.slot_count);
  program.digest = Hex(root_hash);
}

std::string Shown(const VerifyError& error) {
  if (error.block == kNoBlock) return error.text;
  if (error.instruction == UINT32_MAX) return fmt::format("block {}: {}", error.block, error.text);
  return fmt::format("block {}, instruction {} of the code: {}", error.block, error.instruction,
                     error.text);
}

// What only a program of its kind has.
std::string KindFault(Kind kind, const Program& program, const Extras& extras) {
  if (kind == Kind::kPolicies) return program.policies.empty() ? "it has no policy" : "";
  if (!program.policies.empty()) return "it is an expression and has policies";
  const Block& block = program.blocks[extras.expression_block];
  const bool stands_alone = block.kind == BlockKind::kValue && block.outer_levels == 0;
  return stands_alone ? "" : "its expression is in a block that does not stand alone";
}

// Policies that are named alike would share their counts.
bool HaveOneName(const std::vector<PolicyOrigin>& policies) {
  std::set<std::string_view> spaces;
  return !std::all_of(policies.begin(), policies.end(), [&spaces](const PolicyOrigin& policy) {
    return spaces.insert(policy.space).second;
  });
}

}  // namespace

tl::expected<std::string, std::string> Write(const Program& program, DebugData debug_data) {
  const auto sections = SectionsOf(program, debug_data);
  if (!sections.has_value()) return tl::unexpected(sections.error());
  return WriteFrame(Kind::kPolicies, *sections, IsaVersionOf(program));
}

tl::expected<std::string, std::string> WriteExpression(const Program& program,
                                                       const Expression& expression) {
  Extras extras = ExtrasOf(program);
  extras.kind = Kind::kExpression;
  extras.expression_block = expression.block;
  extras.variables = expression.variables;
  const auto sections = EncodeSections(program, extras, !program.file_hashes.empty());
  if (!sections.has_value()) return tl::unexpected(sections.error());
  return WriteFrame(Kind::kExpression, *sections, IsaVersionOf(program));
}

tl::expected<Hash, std::string> RootHash(const Program& program) {
  const auto sections = SectionsOf(program, DebugData::kKeep);
  if (!sections.has_value()) return tl::unexpected(sections.error());
  return RootHashOf(Kind::kPolicies, *sections, IsaVersionOf(program));
}

tl::expected<Loaded, std::string> Read(std::string file, std::string_view where,
                                       const Admit& admit) {
  const auto bytes = std::make_shared<const std::string>(std::move(file));
  auto frame = ReadFrame(*bytes);
  if (!frame.has_value()) return tl::unexpected(std::move(frame.error()));
  if (admit) {
    auto fault = admit(frame->root_hash, frame->format_version);
    if (fault.has_value()) return tl::unexpected(std::move(*fault));
  }
  auto decoded = DecodeSections(frame->kind, frame->sections);
  if (!decoded.has_value()) return tl::unexpected(std::move(decoded.error()));
  Program& program = decoded->program;
  Extras& extras = decoded->extras;
  if (frame->isa_version != IsaVersionOf(program)) {
    return tl::unexpected(fmt::format("it says instruction set {}, and has instructions of {}",
                                      frame->isa_version, IsaVersionOf(program)));
  }
  if (std::string fault = KindFault(frame->kind, program, extras); !fault.empty()) {
    return tl::unexpected(std::move(fault));
  }
  auto paths = TrieOf(extras.paths);
  if (!paths.has_value()) return tl::unexpected(std::move(paths.error()));
  program.paths = std::move(*paths);
  Complete(program, extras, frame->root_hash, where);
  if (HaveOneName(program.policies)) {
    return tl::unexpected<std::string>("two of its policies have one name");
  }
  // Constants point into the file: it lives as long as they do.
  program.constant_pools.emplace_back(bytes, program.pool.get());
  auto verified = Verify(std::move(program));
  if (!verified.has_value()) return tl::unexpected(Shown(verified.error()));
  return Loaded{std::move(*verified), frame->root_hash, frame->format_version, frame->kind,
                Expression{extras.expression_block, std::move(extras.variables)}};
}

}  // namespace writ::bundle
