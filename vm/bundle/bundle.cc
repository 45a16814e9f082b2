// Writing and reading bundles: the steps one after the other.
// Tested by tests/compiler/bundle_test.cc.
#include "vm/bundle/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "vm/bundle/frame.h"

namespace writ::bundle {
namespace {

Extras ExtrasOf(const Program& program, const Origin& origin) {
  Extras extras;
  extras.slot_count = static_cast<uint32_t>(program.slot_names.size());
  extras.paths = RowsOf(program.paths);
  extras.sources = origin.sources;
  for (const PolicyOrigin& of : origin.policies) extras.policies.push_back(of.policy);
  for (const Counter& counter : program.counters) {
    const auto found =
        std::find_if(origin.policies.begin(), origin.policies.end(),
                     [&](const PolicyOrigin& of) { return of.space == counter.space; });
    // One that is none is refused where it is written.
    extras.counter_policies.push_back(static_cast<uint32_t>(found - origin.policies.begin()));
  }
  return extras;
}

tl::expected<std::vector<Section>, std::string> SectionsOf(const Program& program,
                                                           const Origin& origin) {
  return EncodeSections(program, ExtrasOf(program, origin), !origin.sources.empty());
}

std::string SpaceOf(const std::vector<PolicyRow>& policies, uint32_t policy,
                    std::string_view where) {
  if (policies[policy].is_named) return policies[policy].name;
  if (policies.size() == 1) return std::string(where);
  return fmt::format("{}#{}", where, policy + 1);
}

// What follows from the rest, or from where the bundle is.
void Complete(Program& program, const Extras& extras, const Hash& root_hash,
              std::string_view where) {
  for (uint32_t i = 0; i < extras.policies.size(); ++i) {
    const bool has_source = i < extras.sources.size();
    program.files.push_back(has_source ? extras.sources[i].name : extras.policies[i].name);
  }
  for (uint32_t i = 0; i < program.counters.size(); ++i) {
    program.counters[i].space = SpaceOf(extras.policies, extras.counter_policies[i], where);
  }
  program.slot_names.resize(extras.slot_count);
  program.errors_are_denials =
      !extras.policies.empty() &&
      std::all_of(extras.policies.begin(), extras.policies.end(), [](const PolicyRow& policy) {
        return policy.language == PolicyLanguage::kIntercept;
      });
  program.digest = Hex(root_hash);
}

std::string Shown(const VerifyError& error) {
  if (error.block == kNoBlock) return error.text;
  if (error.instruction == UINT32_MAX) return fmt::format("block {}: {}", error.block, error.text);
  return fmt::format("block {}, instruction {} of the code: {}", error.block, error.instruction,
                     error.text);
}

// Policies that are named alike would share their counts.
std::string NameFault(const std::vector<PolicyRow>& policies) {
  std::vector<std::string_view> names;
  for (const PolicyRow& policy : policies) {
    if (policy.is_named) names.push_back(policy.name);
  }
  std::sort(names.begin(), names.end());
  const bool differ = std::adjacent_find(names.begin(), names.end()) == names.end();
  return differ ? std::string() : "two of its policies have one name";
}

}  // namespace

tl::expected<std::string, std::string> Write(const Program& program, const Origin& origin) {
  const auto sections = SectionsOf(program, origin);
  if (!sections.has_value()) return tl::unexpected(sections.error());
  return WriteFrame(Kind::kPolicies, *sections);
}

tl::expected<Hash, std::string> RootHash(const Program& program, const Origin& origin) {
  const auto sections = SectionsOf(program, origin);
  if (!sections.has_value()) return tl::unexpected(sections.error());
  return RootHashOf(Kind::kPolicies, *sections);
}

tl::expected<Loaded, std::string> Read(std::string file, std::string_view where) {
  const auto bytes = std::make_shared<const std::string>(std::move(file));
  auto frame = ReadFrame(*bytes);
  if (!frame.has_value()) return tl::unexpected(std::move(frame.error()));
  auto decoded = DecodeSections(frame->kind, frame->sections);
  if (!decoded.has_value()) return tl::unexpected(std::move(decoded.error()));
  Program& program = decoded->program;
  auto paths = TrieOf(decoded->extras.paths);
  if (!paths.has_value()) return tl::unexpected(std::move(paths.error()));
  program.paths = std::move(*paths);
  if (std::string fault = NameFault(decoded->extras.policies); !fault.empty()) {
    return tl::unexpected(std::move(fault));
  }
  Complete(program, decoded->extras, frame->root_hash, where);
  // Constants point into the file: it lives as long as they do.
  program.constant_pools.emplace_back(bytes, program.pool.get());
  auto verified = Verify(std::move(program));
  if (!verified.has_value()) return tl::unexpected(Shown(verified.error()));
  return Loaded{std::move(*verified), frame->root_hash, frame->format_version,
                std::move(decoded->extras)};
}

}  // namespace writ::bundle
