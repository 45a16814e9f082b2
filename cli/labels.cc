// Labels that are given against labels that are needed.
// Tested by tests/cli/labels.py.
#include "cli/labels.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/diagnostic.h"
#include "vm/utf8.h"

namespace writ {
namespace {

std::string Needed(const std::vector<std::string>& names) {
  if (names.empty()) return "the policy needs no labels";
  return fmt::format("the policy needs {}: {}", names.size() == 1 ? "one label" : "these labels",
                     fmt::join(names, ", "));
}

}  // namespace

tl::expected<Facts::Labels, LabelFault> ReadLabels(const std::vector<std::string>& words) {
  Facts::Labels labels;
  for (const std::string& word : words) {
    const size_t equals = word.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return tl::unexpected(LabelFault{fmt::format("--label {} is no name=value", Quote(word)),
                                       "such as --label env=prod"});
    }
    if (!IsUtf8(word)) {
      return tl::unexpected(
          LabelFault{fmt::format("--label {} is not UTF-8", Quote(word)), "give it as text"});
    }
    const std::string name = word.substr(0, equals);
    if (!labels.emplace(name, word.substr(equals + 1)).second) {
      return tl::unexpected(
          LabelFault{fmt::format("the label {} is given twice", Quote(name)), "give it once"});
    }
  }
  return labels;
}

tl::expected<void, LabelFault> CheckLabels(const VerifiedProgram& program,
                                           const Facts::Labels& given) {
  const std::vector<std::string>& needed = program->labels;
  for (const auto& [name, value] : given) {
    if (std::find(needed.begin(), needed.end(), name) == needed.end()) {
      return tl::unexpected(
          LabelFault{fmt::format("the policy has no label {}", Quote(name)), Needed(needed)});
    }
  }
  for (const std::string& name : needed) {
    if (given.count(name) == 0) {
      return tl::unexpected(
          LabelFault{fmt::format("the label {} is missing", Quote(name)), Needed(needed)});
    }
  }
  return {};
}

tl::expected<Facts::Labels, LabelFault> LabelsFor(const VerifiedProgram& program,
                                                  const std::vector<std::string>& words) {
  return ReadLabels(words).and_then(
      [&](Facts::Labels labels) -> tl::expected<Facts::Labels, LabelFault> {
        return CheckLabels(program, labels).map([&] { return std::move(labels); });
      });
}

}  // namespace writ
