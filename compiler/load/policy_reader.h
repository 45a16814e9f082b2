// What both policy languages read alike: keys, words, lists, and how their faults are said.
//
// Tested by tests/policies/.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/check/check.h"
#include "compiler/diagnostic.h"
#include "compiler/source.h"
#include "compiler/yaml/yaml.h"

namespace writ {

// A word that is no key, and what to write instead.
struct OtherKey {
  std::string_view word;
  std::string_view instead;
};

// What to write instead of `word`, or nothing.
std::string_view InsteadOf(std::string_view word, std::span<const OtherKey> others);

// "did you mean deny?", or nothing if no candidate is near.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& candidates);

// Whether a member is not there or null.
inline bool Missing(const yaml::Node* node) {
  return node == nullptr || yaml::IsNull(*node);
}

// What a policy may have of rules, in all tools together. Each is some KiB while it is compiled.
inline constexpr size_t kMaxPolicyRules = 100'000;

// Not copied; outlived by what it is made of.
class PolicyReader {
 public:
  PolicyReader(std::shared_ptr<const Source> source, Diagnostics& diagnostics)
      : source_(std::move(source)), diagnostics_(diagnostics) {}

  const std::shared_ptr<const Source>& source() const { return source_; }
  Diagnostics& diagnostics() { return diagnostics_; }
  size_t error_count() const { return diagnostics_.error_count(); }

  void Error(const yaml::Node& at, std::string message, std::string hint = {},
             std::optional<DiagnosticCode> code = std::nullopt) {
    diagnostics_.Error(source_, at.at, at.length, std::move(message), std::move(hint), code);
  }
  void Warn(const yaml::Node& at, std::string message, std::string hint = {},
            std::optional<DiagnosticCode> code = std::nullopt) {
    diagnostics_.Warning(source_, at.at, at.length, std::move(message), std::move(hint), code);
  }

  // Reports members of `map` that are not in `known`. False if there are any: what else is missing
  // may have been meant by those. `where` is such as "a rule".
  bool CheckKeys(const yaml::Node& map, std::string_view where,
                 const std::vector<std::string_view>& known, std::span<const OtherKey> others);

  // A scalar's text as it stands; null counts as not given. Reports what is no scalar.
  std::optional<std::string> Text(const yaml::Node* node, std::string_view what,
                                  std::string hint = {});

  // Counts one more rule. False, which is reported once, if that is one too many.
  bool TakeRule(const yaml::Node& rule);
  // The same of constant patterns that compile to so many instructions.
  bool TakePatterns(const yaml::Node& at, size_t instructions);
  // Once there were too many, no further pattern is worth compiling.
  bool HasPatternRoom() const { return pattern_instructions_ <= cel::kMaxPatternInstructions; }

  // Warns of scalars in or below `node` that are something else than an author may mean who knows
  // YAML 1.1: integers that a leading zero makes octal, and what was a bool (yes, off) or a number
  // (1:30) and is text. In lists yes and no are words among others: NO is a country there.
  void WarnOfTraps(const yaml::Node& node);

 private:
  bool IsRestOfText(const yaml::Member& member) const;
  void WarnOfOctal(const yaml::Node& node);
  void WarnOfOldBool(const yaml::Node& node);
  void WarnOfOldNumber(const yaml::Node& node);

  std::shared_ptr<const Source> source_;
  Diagnostics& diagnostics_;
  size_t rules_ = 0;
  size_t pattern_instructions_ = 0;
};

}  // namespace writ
