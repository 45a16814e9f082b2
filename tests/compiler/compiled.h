// Policies compiled from text, as the commands compile files.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "compiler/diagnostic.h"
#include "compiler/emit/emit.h"
#include "compiler/load/load_policy.h"
#include "compiler/policy.h"
#include "compiler/source.h"
#include "compiler/yaml/yaml.h"
#include "vm/verify.h"

namespace writ {

// Policies as models, with what they stand on. Faulty ones are in `diagnostics` instead.
struct Loaded {
  // The first policy's file is policy.yaml, the next policy2.yaml, and so on; `before` policies
  // that are loaded elsewhere have taken theirs.
  explicit Loaded(const std::vector<std::string>& texts, size_t before = 0) {
    for (const std::string& text : texts) {
      const size_t at = before + policies.size();
      const std::string number = at == 0 ? "" : std::to_string(at + 1);
      const std::string name = "policy" + number + ".yaml";
      const auto source = std::make_shared<const Source>(name, text);
      documents.push_back(yaml::Parse(source, diagnostics));
      if (documents.back() == nullptr) continue;
      auto policy = LoadPolicy(source, *documents.back()->root(), name, diagnostics);
      if (policy.has_value()) policies.push_back(std::move(*policy));
    }
    diagnostics.Sort();
  }

  std::string Said() const {
    std::string said;
    for (const Diagnostic& diagnostic : diagnostics.all()) said += Render(diagnostic);
    return said;
  }

  Diagnostics diagnostics;
  std::vector<std::unique_ptr<yaml::Document>> documents;
  std::vector<Policy> policies;
};

// One program of policies that are without fault. Throws, which fails the test, if they are not.
inline std::shared_ptr<const VerifiedProgram> Compiled(const std::vector<std::string>& texts,
                                                       size_t before = 0,
                                                       const EmitOptions& options = {}) {
  Loaded loaded(texts, before);
  Program program = Emit(loaded.policies, loaded.diagnostics, options);
  if (loaded.diagnostics.has_errors()) throw std::invalid_argument(loaded.Said());
  auto verified = Verify(std::move(program));
  if (!verified.has_value()) throw std::invalid_argument(verified.error().text);
  return *verified;
}

inline std::shared_ptr<const VerifiedProgram> Compiled(const std::string& text) {
  return Compiled(std::vector<std::string>{text});
}

}  // namespace writ
